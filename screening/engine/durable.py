"""The inference engine: durable_rules, kept inside the envelope in which it is exact.

It is used in one way only. Every rule is two rules of a ruleset, its certain and its possible form, over integer keys.
A project is one fact, asserted into one session, and the session is deleted afterwards. What it must not be given
(events, batches, timers, several sessions, text, floats, `$nex`, more than 64 met conditions) it is not given.
A ruleset is believed only after it has fired the right rules on probe facts at load.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from screening.engine.conditions import (
    MAYBE_MARK,
    NO_MARK,
    YES_MARK,
    Compare,
    End,
    Every,
    Form,
    Key,
    Scale,
    branches,
    compile_form,
    encode,
    holds,
    keys_of,
)
from screening.engine.program import Prepared
from screening.engine.verdicts import State
from screening.errors import Problem, RulebookError
from screening.facts import Facts
from screening.rulebook.vocabulary import Vocabulary

# On Python 3.13 the C extension names a function that is gone; bound lazily it loads, and nothing of ours calls it.
_flags = sys.getdlopenflags()
sys.setdlopenflags(os.RTLD_LAZY)
try:
    import durable_rules_engine
    from durable import engine as durable_engine
finally:
    sys.setdlopenflags(_flags)
# Its clock is deprecated from Python 3.12 on; where warnings are errors every action would fail.
durable_engine._unix_now = time.time

MAX_RULES: Final = 30
MAX_BRANCHES: Final = 62
MAX_RULESETS: Final = 4_000
_SESSION: Final = "one"
_TAKEN: Final = 0
_UNMATCHED: Final = 1
"""What the library answers to a fact: taken, or met by no rule."""
_SIGNS: Final = {">=": "$gte", "<=": "$lte", ">": "$gt", "<": "$lt"}


class DurableError(RuntimeError):
    """durable_rules did not do what it does inside its envelope."""


class _Host(durable_engine.Host):  # type: ignore[misc]
    """A host without the two timer threads of its base, which steal actions and crash beside other threads."""

    def _run(self) -> None:
        return

    def handle(self, name: str) -> int:
        """The library's number for a ruleset. Raises DurableError when there is none of that name."""
        known = self._ruleset_directory.get(name)
        if known is None:
            raise DurableError(f"there is no ruleset {name}")
        handle: int = known._handle
        return handle


@dataclass(frozen=True, slots=True)
class _Forms:
    rule: str
    certain: Form
    possible: Form


@dataclass(frozen=True, slots=True)
class _Shard:
    """The content of a ruleset: its forms, and how many ranks each of its numbers has (what the probes go by)."""

    forms: tuple[_Forms, ...]
    heights: tuple[tuple[str, int], ...]


def _heights(forms: Sequence[_Forms], scale: Scale) -> tuple[tuple[str, int], ...]:
    keys = frozenset[Key]().union(*(keys_of(form.certain) | keys_of(form.possible) for form in forms))
    return tuple(sorted({(key.fact, scale.highest(key.fact)) for key in keys if key.end is not End.MARK}))


class _Ruleset:
    """One registered ruleset of at most MAX_RULES rules."""

    __slots__ = ("_text", "forms", "keys", "name", "names", "numbers", "scale")

    def __init__(self, name: str, forms: Sequence[_Forms], scale: Scale, number_of: Callable[[Key], int]) -> None:
        self.name = name
        self.forms = tuple(forms)
        self.scale = scale
        self.names = tuple((form.rule, f"c{number}", f"p{number}") for number, form in enumerate(forms))
        read = sorted(
            frozenset[Key]().union(*(keys_of(form.certain) | keys_of(form.possible) for form in forms)), key=_order
        )
        self.keys = {key: f"k{number}" for number, key in enumerate(read)}
        # The keys by the engine's numbers for them: a number is found sooner than a key of three parts.
        self.numbers = tuple((number_of(key), key) for key in self.keys)
        slots = "".join(f',"{name}":%d' for name in self.keys.values())
        self._text = f'{{"kind":1,"sid":"{_SESSION}"{slots}}}'

    def definition(self) -> dict[str, Any]:
        """The ruleset as durable_rules reads it."""
        rules: dict[str, Any] = {"any": {"all": [{"m": {"$ex": {"kind": 1}}}], "run": _nothing}}
        for form, (_, certain, possible) in zip(self.forms, self.names, strict=True):
            for name, tree in ((certain, form.certain), (possible, form.possible)):
                rules[name] = {"all": [{"m": self._expression(tree)}], "run": _nothing}
        return rules

    def _expression(self, form: Form) -> dict[str, Any]:
        if isinstance(form, Compare):
            return {_SIGNS[form.sign]: {self.keys[form.key]: form.bound}}
        parts = [self._expression(part) for part in form.parts]
        if len(parts) == 1:
            return parts[0]
        return {"$and" if isinstance(form, Every) else "$or": parts}

    def run(self, host: _Host, values: Iterable[int]) -> set[str]:
        """Which forms fired for one fact (`c3`, `p3`), `values` being those of its keys. The caller holds the lock.

        The library's own loop reads fact and session out of JSON and back for every rule; only its name is wanted.
        """
        handle = host.handle(self.name)
        fired: set[str] = set()
        try:
            code, state = durable_rules_engine.assert_fact(handle, self._text % tuple(values))
            if code not in (_TAKEN, _UNMATCHED):
                raise DurableError(f"ruleset {self.name} did not take its fact ({code})")
            started = durable_rules_engine.start_action_for_state(handle, state) if code == _TAKEN else None
            message: str | None = started[1] if started else None
            while message:
                fired.add(message[2 : message.index('"', 2)])
                message = durable_rules_engine.complete_and_start_action(handle, state)
        finally:
            # The catch-all has met the fact, so the session exists: deleting one that does not is a crash.
            if fired:
                durable_rules_engine.delete_state(handle, _SESSION)
        if "any" not in fired:
            raise DurableError(f"ruleset {self.name} did not see its fact")
        return fired

    def states(self, host: _Host, values: Iterable[int]) -> dict[str, State]:
        fired = self.run(host, values)
        states: dict[str, State] = {}
        for rule, certain, possible in self.names:
            if possible in fired:
                states[rule] = State.FIRES if certain in fired else State.DOUBTFUL
            elif certain in fired:
                raise DurableError(f"{rule}: certain but not possible")
            else:
                states[rule] = State.SILENT
        return states


def _nothing(_: Any) -> None:
    """What durable_rules wants to be told to do where a rule fires."""


def _order(key: Key) -> tuple[str, str, str]:
    return key.fact, key.end.value, " ".join(sorted(key.asked or ()))


class DurableEngine:
    """durable_rules for one process. Safe to share between threads: decisions take turns.

    A ruleset is registered once for its content, whichever programs share it. When there are more than `most_rulesets`
    contents, all are freed and what is still needed is made again: memory stays bounded whatever rulebooks come by.
    """

    def __init__(self, most_rulesets: int = MAX_RULESETS) -> None:
        self._host = _Host()
        self._lock = threading.RLock()
        self._most = most_rulesets
        self._groups: dict[tuple[int, int], tuple[tuple[_Shard, ...], tuple[Prepared, ...], Scale]] = {}
        # One object for each content, so that what is looked up at every decision is found by identity.
        self._contents: dict[_Shard, _Shard] = {}
        self._rulesets: dict[int, tuple[_Ruleset, ...]] = {}
        self._serial = 0
        self._numbers: dict[Key, int] = {}
        self._count = itertools.count()

    def evaluate(
        self,
        prepared: tuple[Prepared, ...],
        scale: Scale,
        facts: Facts,
        vocabulary: Vocabulary,
        encoded: dict[int, int],
    ) -> dict[str, State]:
        """The state of every rule for one project. Raises DurableError when the engine misbehaves.

        `encoded` remembers the keys of these facts, by the engine's numbers, from one group of rules to the next.
        """
        states: dict[str, State] = {}
        with self._lock:
            for shard in self._shards(prepared, scale):
                for ruleset in self._loaded(shard, scale):
                    for number, key in ruleset.numbers:
                        if number not in encoded:
                            encoded[number] = encode(key, vocabulary.value(facts, key.fact), scale)
                    try:
                        states.update(ruleset.states(self._host, [encoded[number] for number, _ in ruleset.numbers]))
                    except Exception:
                        # It may still hold this project's fact: it is left, not freed, and never asked again.
                        self._rulesets.pop(id(shard), None)
                        raise
        return states

    def _shards(self, prepared: tuple[Prepared, ...], scale: Scale) -> tuple[_Shard, ...]:
        # By identity: a program keeps its tuples for as long as it lives, and the entry keeps them alive in turn.
        name = (id(prepared), id(scale))
        known = self._groups.get(name)
        if known is not None:
            return known[0]
        forms = [
            _Forms(item.rule.id, compile_form(item.condition, scale, True), compile_form(item.condition, scale, False))
            for item in prepared
        ]
        if len(self._contents) > self._most or len(self._groups) > self._most:
            self._forget()
        made = (_Shard(tuple(chunk), _heights(chunk, scale)) for chunk in _chunks(forms))
        shards = tuple(self._contents.setdefault(shard, shard) for shard in made)
        self._groups[name] = (shards, prepared, scale)
        return shards

    def _number_of(self, key: Key) -> int:
        """The engine's number for a key: never one that another key had, forgotten or not."""
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = next(self._count)
        return known

    def _forget(self) -> None:
        """Free everything; what is still needed is made again."""
        for rulesets in self._rulesets.values():
            for ruleset in rulesets:
                self._free(ruleset)
        self._rulesets.clear()
        self._groups.clear()
        self._contents.clear()
        self._numbers.clear()

    def _loaded(self, shard: _Shard, scale: Scale) -> tuple[_Ruleset, ...]:
        rulesets = self._rulesets.get(id(shard))
        if rulesets is None:
            rulesets = self._rulesets[id(shard)] = self._register(shard.forms, scale)
        return rulesets

    def _register(self, forms: Sequence[_Forms], scale: Scale) -> tuple[_Ruleset, ...]:
        """One ruleset, or several smaller ones where the probes show that one is too much."""
        self._serial += 1
        ruleset = _Ruleset(f"rules{self._serial}", forms, scale, self._number_of)
        try:
            self._host.set_rulesets({ruleset.name: ruleset.definition()})
            self._probe(ruleset)
        except Exception as error:
            self._free(ruleset)
            if len(forms) > 1:
                half = len(forms) // 2
                return (*self._register(forms[:half], scale), *self._register(forms[half:], scale))
            what = f"durable_rules cannot hold this rule ({error})"
            raise RulebookError(Problem(forms[0].rule, what, "split its `any` lists over several rules")) from error
        return (ruleset,)

    def _probe(self, ruleset: _Ruleset) -> None:
        """Fire the ruleset on facts made to meet much and little, and on one made for each form; compare with `holds`."""
        for encoded in _probes(ruleset):
            fired = ruleset.run(self._host, [encoded[key] for key in ruleset.keys]) - {"any"}
            wanted = {
                f"{letter}{number}"
                for number, form in enumerate(ruleset.forms)
                for letter, tree in (("c", form.certain), ("p", form.possible))
                if holds(tree, encoded)
            }
            if fired != wanted:
                raise DurableError(f"a probe fired {sorted(fired ^ wanted)[:4]} wrongly")

    def _free(self, ruleset: _Ruleset) -> None:
        known = self._host._ruleset_directory.pop(ruleset.name, None)
        if known is not None:
            self._host._ruleset_list.remove(known)
            durable_rules_engine.delete_ruleset(known._handle)


def _chunks(forms: Sequence[_Forms]) -> Iterable[list[_Forms]]:
    """Rules in shares that no fact can meet more than 64 times."""
    chunk: list[_Forms] = []
    weight = 0
    for form in forms:
        more = branches(form.certain) + branches(form.possible)
        if chunk and (len(chunk) >= MAX_RULES or weight + more > MAX_BRANCHES):
            yield chunk
            chunk, weight = [], 0
        chunk.append(form)
        weight += more
    if chunk:
        yield chunk


def _probes(ruleset: _Ruleset) -> Iterable[dict[Key, int]]:
    """Everything missing, everything no, everything yes, and for each form the least that meets it."""

    def all_of(mark: int, low: bool, high: bool) -> dict[Key, int]:
        return {
            key: mark
            if key.end is End.MARK
            else (0 if (low if key.end is End.LO else not high) else ruleset.scale.highest(key.fact))
            for key in ruleset.keys
        }

    nothing_known = all_of(MAYBE_MARK, low=True, high=True)
    yield nothing_known
    yield all_of(NO_MARK, low=True, high=False)
    yield all_of(YES_MARK, low=False, high=True)
    for form in ruleset.forms:
        for tree in (form.certain, form.possible):
            witness = dict(all_of(NO_MARK, low=True, high=False))
            _meet(tree, witness, ruleset.scale)
            yield witness


def _meet(form: Form, encoded: dict[Key, int], scale: Scale) -> None:
    """Set the keys so that the form holds, if its tests do not contradict each other."""
    if isinstance(form, Compare):
        at = {">=": form.bound, "<=": form.bound, ">": form.bound + 1, "<": form.bound - 1}[form.sign]
        encoded[form.key] = at
    elif isinstance(form, Every):
        for part in form.parts:
            _meet(part, encoded, scale)
    else:
        _meet(form.parts[0], encoded, scale)
