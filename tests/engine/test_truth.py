"""What three-valued truth promises, drawn at random and checked against every way the unknowns may turn out."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from screening.engine.conditions import Scale, compile_form, encode, holds, keys_of, push_down
from screening.engine.truth import Truth, truth
from screening.facts import Facts
from screening.rulebook.model import Condition, Not, tests_of

from .drawing import VOCABULARY, conditions, drawn_facts, worlds


def values(facts: Facts) -> dict:
    return {key: fact.value for key, fact in facts.items()}


@given(conditions(with_missing=False), drawn_facts())
@settings(max_examples=250, deadline=None)
def test_a_certain_answer_holds_however_the_unknowns_turn_out(condition: Condition, facts: Facts) -> None:
    said = truth(condition, VOCABULARY, values(facts))
    possible = worlds(facts)
    assume(len(possible) <= 3000)
    if said is not Truth.UNKNOWN:
        assert all(truth(condition, VOCABULARY, world) is said for world in possible)


@given(conditions(), drawn_facts())
@settings(max_examples=1500, deadline=None)
def test_the_two_compiled_forms_say_what_three_valued_truth_says(condition: Condition, facts: Facts) -> None:
    flat = push_down(condition)
    scale = Scale.of([flat])
    forms = [compile_form(flat, scale, certain) for certain in (True, False)]
    keys = {key: encode(key, VOCABULARY.value(facts, key.fact), scale) for form in forms for key in keys_of(form)}
    certain, possible = (holds(form, keys) for form in forms)
    said = truth(condition, VOCABULARY, values(facts))
    assert (certain, possible) == {Truth.TRUE: (True, True), Truth.UNKNOWN: (False, True), Truth.FALSE: (False, False)}[
        said
    ]


@given(conditions(), drawn_facts())
@settings(max_examples=500, deadline=None)
def test_pushing_negations_down_changes_no_answer(condition: Condition, facts: Facts) -> None:
    assert truth(Not(condition), VOCABULARY, values(facts)) is truth(
        push_down(Not(condition)), VOCABULARY, values(facts)
    )


@given(conditions(with_missing=False), drawn_facts(), st.data())
@settings(max_examples=500, deadline=None)
def test_knowing_less_never_turns_an_unknown_into_an_answer(
    condition: Condition, facts: Facts, data: st.DataObject
) -> None:
    asked = sorted({test.fact for test in tests_of(condition)})
    dropped = data.draw(st.sampled_from(asked))
    before = truth(condition, VOCABULARY, values(facts))
    after = truth(condition, VOCABULARY, values(facts.without(dropped)))
    assert after in (before, Truth.UNKNOWN)
