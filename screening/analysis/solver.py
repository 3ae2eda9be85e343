"""The one door of z3: can these conditions hold at once, and for which project?

A fact is known or missing. A known number is a real within its bounds, a known choice one cell of its words, a known
set one Boolean a cell; a class is what the classification rules in force make of the other facts, every rule taken as
adopted. What the vocabulary refuses (`implies`) and what no place can be (in a county but not in its province) is
excluded. Narrower knowledge (a range, a list of choices) adds no way to fire: what holds for all of a range holds
for each of its numbers. (Longer than most files here: whatever touches z3 stands in it.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from screening.analysis.domains import NOTHING_WORDS, Domains
from screening.analysis.places import OVERLAPS, tiers_of
from screening.engine.conditions import fires_when, push_down
from screening.errors import Problem, ScreeningError
from screening.facts import NO, YES, Choice, Interval, Members, Supplier, Value
from screening.rulebook.model import AllOf, AnyOf, Condition, Not, Op, Rule, Test, facts_of
from screening.rulebook.reader import Rulebook
from screening.rulebook.rulefile import EVERYWHERE, JURISDICTIONS
from screening.rulebook.terms import Type
from screening.rulebook.vocabulary import Implication

NUMBERS: Final = (Type.NUMBER, Type.DATE)


class SolverMissing(ScreeningError):
    """z3 is not installed. Only the static analysis needs it."""

    kind = "solver-missing"
    heading = "the static analysis cannot run"


@dataclass(frozen=True, slots=True)
class Formula:
    """A condition as z3 has it, with the facts it speaks of."""

    z3: Any
    facts: frozenset[str]


class Solver:
    """Answers for one rulebook. Formulas are kept: the same test stands in hundreds of rules."""

    def __init__(self, rulebook: Rulebook, domains: Domains) -> None:
        try:
            import z3
        except ImportError:
            raise SolverMissing(
                Problem("z3", "is not installed", "pip install 'screening[lint]', or lint with --quick")
            ) from None
        self._z3: Any = z3
        self._vocabulary = rulebook.vocabulary
        self._domains = domains
        self._classifying = tuple(rule for rule in rulebook.rules if rule.classifies)
        self._epochs = tuple(
            sorted(
                {
                    day
                    for rule in self._classifying
                    for day in (rule.effective.start, rule.effective.until)
                    if day is not None
                }
            )
        )
        self._known: dict[str, Any] = {}
        self._values: dict[str, Any] = {}
        self._members: dict[str, tuple[Any, ...]] = {}
        self._formulas: dict[tuple[Condition, int, bool], Formula] = {}
        self._classes: dict[tuple[str, int, bool], Formula] = {}
        self._insides: dict[tuple[str, frozenset[str]], Any] = {}
        self._of_fact: dict[str, tuple[Any, ...]] = {}
        self._of_claims: dict[Implication, Any] = {}
        self.asked = 0

    # What may be said

    def holds(self, condition: Condition, day: date) -> Formula:
        """The condition is certainly true."""
        return self._formula(push_down(condition), day, certain=True)

    def may(self, condition: Condition, day: date) -> Formula:
        """The condition is not certainly false."""
        return self._formula(push_down(condition), day, certain=False)

    def fires(self, rule: Rule, day: date) -> Formula:
        """The rule fires on a day of its period."""
        return self._formula(fires_when(rule), day, certain=True)

    def may_fire(self, rule: Rule, day: date) -> Formula:
        """The rule is not certainly silent."""
        return self._formula(fires_when(rule), day, certain=False)

    def denied(self, formula: Formula) -> Formula:
        return Formula(self._z3.Not(formula.z3), formula.facts)

    def every(self, formulas: Iterable[Formula]) -> Formula:
        found = tuple(formulas)
        return Formula(self._z3.And(*(one.z3 for one in found)), _union(one.facts for one in found))

    def some(self, formulas: Iterable[Formula]) -> Formula:
        found = tuple(formulas)
        return Formula(self._z3.Or(*(one.z3 for one in found)), _union(one.facts for one in found))

    def given(self, facts: Iterable[str]) -> Formula:
        """All these facts are known."""
        keys = frozenset(facts)
        return Formula(self._z3.And(*(self._is_known(key) for key in sorted(keys))), keys)

    def at(self, formula: Formula, fact: str, value: Fraction | int) -> Formula:
        """The formula where a fact has a value: a number, or the number of a cell of words."""
        term = self._vocabulary[fact]
        place: Any
        if term.type in NUMBERS:
            place = self._number(fact, Fraction(value))
        else:
            place = self._z3.BitVecVal(int(value), self._value(fact).size())
        replaced = self._z3.substitute(
            formula.z3, (self._is_known(fact), self._z3.BoolVal(True)), (self._value(fact), place)
        )
        return Formula(replaced, formula.facts)

    def days(self, rules: Iterable[Rule], conditions: Iterable[Condition | None]) -> tuple[date, ...]:
        """Days on which all the rules are in force, one for every state the classification rules are in meanwhile.

        Where no condition asks a class one day says it all.
        """
        found = tuple(rules)
        start = max(rule.effective.start or date.min for rule in found)
        ends = [rule.effective.until for rule in found if rule.effective.until is not None]
        until = min(ends, default=date.max)
        if start >= until:
            return ()
        if not any(key.startswith("class.") for condition in conditions for key in facts_of(condition)):
            return (start,)
        return (start, *(day for day in self._epochs if start < day < until))

    # What can be

    def example(self, *formulas: Formula) -> Mapping[str, Value] | None:
        """Facts for which every formula is true; None when there are none. A fact that is left out is missing."""
        self.asked += 1
        solver = self._z3.Solver()
        facts = _union(formula.facts for formula in formulas)
        for formula in formulas:
            solver.add(formula.z3)
        for axiom in self._axioms(facts):
            solver.add(axiom)
        answer = solver.check()
        if answer == self._z3.unsat:
            return None
        if answer != self._z3.sat:
            raise SolverMissing(Problem("z3", f"gave up: {solver.reason_unknown()}", "report the rulebook"))
        model = solver.model()
        told = {name.name(): model[name] for name in model.decls()}  # what is not told may be anything: false, zero
        found: dict[str, Value] = {}
        for fact in sorted(facts):
            if self._vocabulary[fact].supplier is not Supplier.CLASSIFICATION and self._z3.is_true(
                told.get(f"known {fact}")
            ):
                found[fact] = self._read(told, fact)
        return found

    def _read(self, told: Mapping[str, Any], fact: str) -> Value:
        term = self._vocabulary[fact]
        if term.type in NUMBERS:
            exact = Fraction(str(told[fact])) if fact in told else Fraction(0)
            plain = self._domains.plainest(fact, exact)
            return Interval(plain, plain)
        cells = self._domains.cells[fact]
        if term.type is Type.SET:
            chosen = frozenset(cell[0] for cell in cells if self._z3.is_true(told.get(f"{fact} has {cell[0]}")))
            return Members(chosen, chosen)
        number = told[fact].as_long() if fact in told else 0
        return Choice(frozenset({cells[number][0]}))

    # How a fact is told

    def _is_known(self, fact: str) -> Any:
        if fact not in self._known:
            self._known[fact] = self._z3.Bool(f"known {fact}")
        return self._known[fact]

    def _value(self, fact: str) -> Any:
        if fact not in self._values:
            kind = self._vocabulary[fact].type
            if kind is Type.NUMBER:
                self._values[fact] = self._z3.Real(fact)
            elif kind is Type.DATE:
                self._values[fact] = self._z3.Int(fact)
            else:
                bits = max(1, (len(self._domains.cells[fact]) - 1).bit_length())
                self._values[fact] = self._z3.BitVec(fact, bits)
        return self._values[fact]

    def _member(self, fact: str) -> tuple[Any, ...]:
        if fact not in self._members:
            self._members[fact] = tuple(self._z3.Bool(f"{fact} has {cell[0]}") for cell in self._domains.cells[fact])
        return self._members[fact]

    def _number(self, fact: str, number: Fraction) -> Any:
        if self._vocabulary[fact].type is Type.DATE:
            return self._z3.IntVal(int(number))
        return self._z3.RealVal(str(number))

    def _in(self, fact: str, words: frozenset[str]) -> Any:
        """A known choice is one of the words, or a known set has one of them."""
        if (fact, words) not in self._insides:
            self._insides[fact, words] = self._build_in(fact, words)
        return self._insides[fact, words]

    def _build_in(self, fact: str, words: frozenset[str]) -> Any:
        inside = self._domains.inside(fact, words)
        if self._vocabulary[fact].type is Type.SET:
            members = self._member(fact)
            return self._z3.Or(*(members[number] for number in inside))
        value = self._value(fact)
        return self._z3.Or(*(value == number for number in inside))

    # How a condition is told

    def _formula(self, condition: Condition, day: date, certain: bool) -> Formula:
        asks_class = any(fact.startswith("class.") for fact in facts_of(condition))
        epoch = self._epoch(day) if asks_class else 0
        kept = (condition, epoch, certain)
        if kept not in self._formulas:
            self._formulas[kept] = self._build(condition, day, certain)
        return self._formulas[kept]

    def _epoch(self, day: date) -> int:
        return sum(1 for one in self._epochs if one <= day)

    def _build(self, condition: Condition, day: date, certain: bool) -> Formula:
        match condition:
            case Test():
                return self._test(condition, day, certain)
            case AllOf():
                return self.every(self._formula(part, day, certain) for part in condition.parts)
            case AnyOf():
                return self.some(self._formula(part, day, certain) for part in condition.parts)
            case Not():
                raise ValueError("push negations down first")

    def _test(self, test: Test, day: date, certain: bool) -> Formula:
        if self._vocabulary[test.fact].supplier is Supplier.CLASSIFICATION:
            return self._class_test(test, day, certain)
        known = self._is_known(test.fact)
        about = frozenset({test.fact})
        if test.op is Op.MISSING:
            return Formula(self._z3.Not(known), about)
        if test.op is Op.GIVEN:
            return Formula(known, about)
        asked = self._asked(test)
        held = self._z3.And(known, asked) if certain else self._z3.Or(self._z3.Not(known), asked)
        return Formula(held, about)

    def _asked(self, test: Test) -> Any:
        if isinstance(test.value, Fraction):
            bound = test.value
            value = self._value(test.fact)
            if self._vocabulary[test.fact].type is Type.DATE:
                number = self._z3.IntVal(int(bound))
            else:
                number = self._number(test.fact, bound)
            signs = {Op.AT_LEAST: value >= number, Op.AT_MOST: value <= number}
            signs |= {Op.OVER: value > number, Op.UNDER: value < number}
            return signs[test.op]
        inside = self._in(test.fact, test.value or frozenset())
        return inside if test.op in (Op.IN, Op.HAS) else self._z3.Not(inside)

    def _class_test(self, test: Test, day: date, certain: bool) -> Formula:
        """A class is yes when a rule that sets it fires, no when every such rule is silent, else not known."""
        yes, maybe = self._class(test.fact, day, True), self._class(test.fact, day, False)
        no = self.denied(maybe)
        undecided = self.every((maybe, self.denied(yes)))
        if test.op is Op.MISSING:
            return undecided
        if test.op is Op.GIVEN:
            return self.denied(undecided)
        wanted = test.value if isinstance(test.value, frozenset) else frozenset[str]()
        said = self.some(one for word, one in ((YES, yes), (NO, no)) if (word in wanted) == (test.op is Op.IN))
        return said if certain else self.some((said, undecided))

    def _class(self, name: str, day: date, certain: bool) -> Formula:
        key = (name, self._epoch(day), certain)
        if key not in self._classes:
            rules = [rule for rule in self._classifying if rule.classifies == name and rule.effective.covers(day)]
            self._classes[key] = self.some(self._formula(fires_when(rule), day, certain) for rule in rules)
        return self._classes[key]

    # What no project can be

    def _axioms(self, facts: frozenset[str]) -> Iterator[Any]:
        for fact in sorted(facts):
            if fact not in self._of_fact:
                self._of_fact[fact] = tuple(self._of_one(fact))
            yield from self._of_fact[fact]
        for one in self._vocabulary.implications:
            if one.fact in facts and one.other in facts:
                if one not in self._of_claims:
                    self._of_claims[one] = self._claim(one)
                yield self._of_claims[one]
        yield from self._of_layers(facts)

    def _of_one(self, fact: str) -> Iterator[Any]:
        term = self._vocabulary[fact]
        if term.supplier is Supplier.CLASSIFICATION:
            return
        if term.type in NUMBERS:
            for bound, low in ((term.low, True), (term.high, False)):
                if isinstance(bound, Fraction):
                    value, end = self._value(fact), self._number(fact, bound)
                    yield value >= end if low else value <= end
        elif term.type is Type.SET:
            yield from self._of_set(fact)
            if fact == JURISDICTIONS:
                yield from self._of_jurisdictions()
        elif (count := len(self._domains.cells[fact])) < 2 ** self._value(fact).size():
            yield self._z3.ULT(self._value(fact), count)

    def _claim(self, one: Implication) -> Any:
        stated = self._z3.And(self._is_known(one.fact), self._in(one.fact, frozenset({one.word})))
        both = self._z3.And(stated, self._is_known(one.other))
        return self._z3.Implies(both, self._in(one.other, one.words))

    def _of_set(self, fact: str) -> Iterator[Any]:
        """Who says "none" says nothing else, and an applicant who lists nothing has not answered."""
        term, members, cells = self._vocabulary[fact], self._member(fact), self._domains.cells[fact]
        if term.supplier is Supplier.APPLICANT and term.choices:
            yield self._z3.Implies(self._is_known(fact), self._z3.Or(*members))
        for number, cell in enumerate(cells):
            if cell[0] in NOTHING_WORDS:
                others = [member for place, member in enumerate(members) if place != number]
                yield self._z3.Implies(members[number], self._z3.Not(self._z3.Or(*others)))

    def _of_jurisdictions(self) -> Iterator[Any]:
        """Who lies in a county lies in its province and in the nation."""
        places = self._places()
        yield places[EVERYWHERE]
        for place, lies in places.items():
            for tier in tiers_of(place):
                yield self._z3.Implies(lies, places[tier])

    def _places(self) -> Mapping[str, Any]:
        cells = self._domains.cells[JURISDICTIONS]
        return {cell[0]: member for cell, member in zip(cells, self._member(JURISDICTIONS), strict=True)}

    def _of_layers(self, facts: frozenset[str]) -> Iterator[Any]:
        """A zone that is overlapped is at no distance, one that is not has no share; a basin is where its layer is."""
        z3 = self._z3
        for fact in sorted(facts):
            if not fact.startswith(OVERLAPS):
                continue
            kind = fact.removeprefix(OVERLAPS)
            known, inside = self._is_known(fact), self._in(fact, frozenset({YES}))
            if (near := f"site.distance.{kind}") in facts:
                yield z3.Implies(z3.And(known, inside, self._is_known(near)), self._value(near) <= 0)
            for share in (f"site.share.{kind}", f"site.area.{kind}"):
                if share in facts:
                    apart = z3.And(known, z3.Not(inside), self._is_known(share))
                    yield z3.Implies(apart, self._value(share) <= 0)
            if JURISDICTIONS in facts and (lies := self._places().get(kind)) is not None:
                yield z3.Implies(z3.And(known, self._is_known(JURISDICTIONS)), lies == inside)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*sets)
