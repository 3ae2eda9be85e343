"""The rules of a decision that are not settled, as trees over what can still be answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from screening.asking.answers import Answers, answers_of
from screening.asking.trees import NEVER, Leaf, Tree, joined
from screening.engine.conditions import fires_when
from screening.engine.truth import Truth, truth_of
from screening.facts import YES, Facts, Supplier
from screening.rulebook.model import AllOf, AnyOf, Condition, Effect, Level, Not, Op, Rule, Test, tests_of
from screening.rulebook.terms import Type
from screening.rulebook.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class OpenRule:
    """A rule that is not silent, but may become so or may yet reject.

    `rejects`: it certainly applies and rejects where this is true; None where it never can. `objects`: it is silent where
    this is false. They differ by classes, which an unchecked rule makes doubtful but not certain.
    """

    rule: Rule
    rejects: Tree | None
    objects: Tree


@dataclass(frozen=True, slots=True)
class Open:
    """Everything that is not settled in a decision.

    `answers` are those of every fact an applicant can still answer, `impossible` what no application may state.
    `stays`: something asks for a person whatever is answered. `unsteady`: a rule that is not silent asks whether a fact
    was left out, so that an answer may undo what was certain, and nothing can be proved needless.
    """

    rules: tuple[OpenRule, ...]
    answers: tuple[Answers, ...]
    impossible: tuple[Tree, ...]
    stays: bool
    unsteady: bool


def open_of(
    rules: Iterable[Rule], classifying: Iterable[Rule], facts: Facts, vocabulary: Vocabulary, stays: bool = False
) -> Open:
    """What is not settled under `rules`, those that are not silent. `classifying` are all rules that set classes; `stays`
    adds a review that no answer lifts."""
    conditions = [(rule, fires_when(rule)) for rule in rules if rule.effect in (Effect.REJECT, Effect.REVIEW)]
    setting: dict[str, list[tuple[Rule, Condition]]] = {}
    for rule in classifying:
        setting.setdefault(rule.classifies, []).append((rule, fires_when(rule)))
    contradictions = tuple(_contradictions(vocabulary))
    classes = [condition for found in setting.values() for _, condition in found]
    trees = _Trees(facts, vocabulary, setting)
    trees.prepare([*(condition for _, condition in conditions), *classes, *contradictions])
    found: list[OpenRule] = []
    for rule, condition in conditions:
        objects = trees.of(condition, certain=False)
        if objects is Truth.FALSE:
            continue
        decides = rule.effect is Effect.REJECT and rule.level is Level.TEXT
        rejects = trees.of(condition, certain=True) if decides else Truth.FALSE
        certain = isinstance(objects, Truth)
        stays = stays or certain
        if not certain or not isinstance(rejects, Truth):
            bar = None if isinstance(rejects, Truth) else rejects
            found.append(OpenRule(rule, bar, NEVER if isinstance(objects, Truth) else objects))
    unsteady = any(
        test.op is Op.MISSING and test.fact in trees.answers and vocabulary.value(facts, test.fact).missing
        for condition in (*(condition for _, condition in conditions), *classes)
        for test in tests_of(condition)
    )
    impossible = [tree for one in contradictions if not isinstance(tree := trees.of(one, certain=True), Truth)]
    answers = tuple(trees.answers.values())
    impossible.extend(tree for one in answers for tree in one.impossible())
    return Open(tuple(found), answers, tuple(impossible), stays, unsteady)


def _contradictions(vocabulary: Vocabulary) -> Iterator[Condition]:
    """What `implies` refuses: the one claim with none of what it means."""
    for one in vocabulary.implications:
        has = Op.HAS if vocabulary[one.fact].type is Type.SET else Op.IN
        lacks = Op.LACKS if vocabulary[one.other].type is Type.SET else Op.NOT_IN
        yield AllOf((Test(one.fact, has, frozenset({one.word})), Test(one.other, lacks, one.words)))


class _Trees:
    """From conditions to trees over the answers, folding what is settled."""

    def __init__(
        self, facts: Facts, vocabulary: Vocabulary, setting: Mapping[str, list[tuple[Rule, Condition]]]
    ) -> None:
        self.facts = facts
        self.vocabulary = vocabulary
        self.setting = setting
        self.answers: dict[str, Answers] = {}
        self._classes: dict[tuple[str, bool], Tree | Truth] = {}

    def prepare(self, conditions: Iterable[Condition]) -> None:
        """Number the answers of every fact these conditions ask of an applicant, in the order of their keys."""
        asked: dict[str, list[Test]] = {}
        for condition in conditions:
            for test in tests_of(condition):
                asked.setdefault(test.fact, []).append(test)
        first = 0
        for key in sorted(asked):
            term = self.vocabulary[key]
            if term.supplier is Supplier.APPLICANT:
                found = answers_of(term, self.vocabulary.value(self.facts, key), asked[key], first)
                if found is not None:
                    self.answers[key] = found
                    first = found.variables.stop

    def of(self, condition: Condition, certain: bool) -> Tree | Truth:
        """A condition without `Not` as a tree. `certain`: a class counts where a checked rule sets it; else where any may."""
        match condition:
            case Test():
                return self._test(condition, certain)
            case AllOf() | AnyOf():
                return self._join(condition.parts, isinstance(condition, AnyOf), certain)
            case Not():
                raise ValueError("push negations down first")

    def _join(self, conditions: Iterable[Condition], some: bool, certain: bool) -> Tree | Truth:
        stop = Truth.TRUE if some else Truth.FALSE
        parts: list[Tree] = []
        for condition in conditions:
            one = self.of(condition, certain)
            if one is stop:
                return stop
            if not isinstance(one, Truth):
                parts.append(one)
        return joined(parts, some) if parts else ~stop

    def _test(self, test: Test, certain: bool) -> Tree | Truth:
        value = self.vocabulary.value(self.facts, test.fact)
        answers = self.answers.get(test.fact)
        if test.op is Op.MISSING and value.missing and answers is not None:
            return Leaf(answers.first, 0)  # any answer makes it false
        found = truth_of(test, value)
        if found is not Truth.UNKNOWN:
            return found
        if self.vocabulary[test.fact].supplier is Supplier.CLASSIFICATION:
            return self._class(test, certain)
        return NEVER if answers is None else answers.tree(test)

    def _class(self, test: Test, certain: bool) -> Tree | Truth:
        """The rules that set a class in its place. The reader lets no class excuse a project, so only `yes` is asked."""
        if (test.op is Op.IN) is not (YES in (test.value if isinstance(test.value, frozenset) else ())):
            raise ValueError(f"{test.fact}: a class must not excuse a project")
        key = test.fact, certain
        if key not in self._classes:
            rules = self.setting.get(test.fact, [])
            conditions = [condition for rule, condition in rules if rule.level is Level.TEXT or not certain]
            self._classes[key] = self._join(conditions, True, certain)
        return self._classes[key]
