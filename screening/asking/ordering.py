"""In which order to ask: at each step the question that is expected to settle most of what is still open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from screening.asking.answers import HAS, Answers
from screening.asking.open_rules import Open
from screening.asking.trees import Leaf, Tree, variables_of

BAR: Final = 3
"""What a prohibition weighs beside a review."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in its place. `after`: facts asked before it, since their answers may make it needless."""

    answers: Answers
    after: tuple[str, ...]
    rules: tuple[str, ...]


def in_order(case: Open, facts: Iterable[Answers]) -> tuple[Asked, ...]:
    """Some facts, greedily by what an answer settles on average over the answers, weighted by gravity, of what is likely
    still open after the answers before it. The same case gives the same order."""
    left = {one.term.key: one for one in sorted(facts, key=lambda one: one.term.key)}
    trees = [
        (one.rule.id, tree, BAR if one.rejects is not None else 1)
        for one in case.rules
        if (tree := one.rejects if case.stays else one.objects) is not None
    ]
    about = {
        key: [at for at, (_, tree, _) in enumerate(trees) if not variables_of(tree).isdisjoint(one.variables)]
        for key, one in left.items()
    }
    shares = {key: {at: _shares(trees[at][1], one) for at in about[key]} for key, one in left.items()}
    open_yet = [1.0] * len(trees)
    silenced_by: dict[int, str] = {}
    order: list[Asked] = []
    while left:
        worth = {key: sum(trees[at][2] * open_yet[at] * sum(shares[key][at]) for at in about[key]) for key in left}
        key = max(left, key=lambda one: (worth[one], len(about[one])))
        guards = [silenced_by.get(at, "") for at in about[key]]
        after = tuple(dict.fromkeys(guards)) if all(guards) else ()
        order.append(Asked(left.pop(key), after, tuple(dict.fromkeys(trees[at][0] for at in about[key]))))
        for at, (met, silent) in shares[key].items():
            open_yet[at] *= 1 - met - silent
            if silent:
                silenced_by.setdefault(at, key)
    return tuple(order)


def _shares(tree: Tree, answers: Answers) -> tuple[float, float]:
    """Of the answers to one fact, the shares that make a tree true and false by themselves."""
    met, silent = _settled(tree, answers)
    whole = sum(answers.weights)
    return tuple(  # type: ignore[return-value]
        sum(weight for at, weight in enumerate(answers.weights) if mask >> at & 1) / whole for mask in (met, silent)
    )


def _settled(tree: Tree, answers: Answers) -> tuple[int, int]:
    """The answers that make a tree true, and false, while nothing else is answered; of a set those of one word."""
    everything = (1 << len(answers.weights)) - 1
    if isinstance(tree, Leaf):
        if tree.variable not in answers.variables:
            return 0, 0
        met = tree.mask
        if answers.several:
            met = 1 << (tree.variable - answers.first)
            met = met if tree.mask == HAS else everything & ~met
        return met, everything & ~met
    parts = [_settled(part, answers) for part in tree.parts]
    met, silent = (0, everything) if tree.some else (everything, 0)
    for one, other in parts:
        met, silent = (met | one, silent & other) if tree.some else (met & one, silent | other)
    return met, silent
