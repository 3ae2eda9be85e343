"""What can still be answered: between two answers of one cell no rule sees a difference."""

from __future__ import annotations

from fractions import Fraction
from math import inf

from screening.asking.answers import HAS, HAS_NOT, Answers, answers_of
from screening.facts import Choice, Interval, Members, Supplier, Value, exactly
from screening.rulebook.model import Op, Test
from screening.rulebook.terms import Term, Type
from screening.text import Text

from .small import CHOICE, FLAG, NUMBER, SET, VOCABULARY


def _answers(key: str, value: Value, *tests: Test) -> Answers:
    found = answers_of(VOCABULARY[key], value, tests, 0)
    assert found is not None
    return found


def _points(answers: Answers) -> list[Fraction]:
    return [Fraction(cell.lo) for cell in answers.cells]


def _over(key: str, *bounds: int) -> list[Test]:
    return [Test(key, Op.OVER, Fraction(bound)) for bound in bounds]


def test_a_number_has_every_threshold_and_one_number_beside_and_between() -> None:
    assert _points(_answers(NUMBER, Interval(), *_over(NUMBER, 10, 0))) == [-1, 0, 5, 10, 11]


def test_a_bounded_number_has_its_ends_and_no_threshold_beyond() -> None:
    value = Interval(Fraction(4), Fraction(10))
    assert _points(_answers(NUMBER, value, *_over(NUMBER, 0, 7, 20))) == [4, 5, 7, 8, 10]


def test_a_number_that_cannot_be_negative_is_not_answered_below_nothing() -> None:
    term = Term("project.x", Type.NUMBER, "t", Supplier.APPLICANT, Text("x", "x"), low=Fraction(0))
    found = answers_of(term, Interval(), _over("project.x", 3), 0)
    assert found is not None
    assert _points(found) == [0, 1, 3, 4]


def test_between_two_days_there_is_none() -> None:
    term = Term("project.day", Type.DATE, "", Supplier.APPLICANT, Text("日", "day"))
    found = answers_of(term, Interval(), _over("project.day", 5, 6, 8), 0)
    assert found is not None
    assert _points(found) == [4, 5, 6, 7, 8, 9]


def test_words_that_all_tests_treat_alike_are_one_answer() -> None:
    found = _answers(CHOICE, Choice(), Test(CHOICE, Op.IN, frozenset({"a", "b"})))
    assert found.lots == (("a", "b"), ("c",))
    assert found.weights == (2, 1)
    assert _answers(FLAG, Choice()).lots == (("yes", "no"),)


def test_of_a_set_the_word_for_nothing_stands_alone_and_what_it_has_is_not_asked() -> None:
    assert _answers(SET, Members()).lots == (("none",), ("a", "b"))
    assert _answers(SET, Members(frozenset({"a"}), None)).lots == (("none",), ("b",))
    assert _answers(SET, Members(frozenset(), frozenset({"b"}))).lots == (("b",),)


def test_what_is_known_is_not_answered() -> None:
    assert answers_of(VOCABULARY[SET], exactly("a"), [], 0) is None
    assert answers_of(VOCABULARY[NUMBER], Interval(Fraction(1), Fraction(1)), [], 0) is None


def test_a_state_is_told_as_the_value_an_applicant_would_state() -> None:
    number = _answers(NUMBER, Interval(), *_over(NUMBER, 0, 10))
    assert number.stated({0: 0b00110}) == Interval(Fraction(0), Fraction(5))
    choice = _answers(CHOICE, Choice(), Test(CHOICE, Op.IN, frozenset({"a", "b"})))
    assert choice.stated({0: 0b01}) == Choice(frozenset({"a", "b"}))
    made = _answers(SET, Members(), Test(SET, Op.HAS, frozenset({"a"})))
    assert made.stated({0: HAS_NOT, 1: HAS}) == Members(frozenset({"a"}), frozenset({"a", "b"}))


def test_an_open_ended_number_stays_open() -> None:
    assert _answers(NUMBER, Interval(Fraction(3), inf), *_over(NUMBER, 10)).cells[-1].lo == 11
