"""durable_rules and the explainer say the same, on rules and facts drawn at random."""

from hypothesis import given, settings
from hypothesis import strategies as st

from screening.engine.durable import DurableEngine
from screening.engine.judge import judge
from screening.engine.program import prepare
from screening.engine.verdicts import State
from screening.facts import FLAG_NO, FLAG_YES, Choice, Facts
from screening.rulebook.model import Condition, Effect, Level, Op, Test

from .drawing import DAY, THRESHOLDS, VOCABULARY, book, conditions, drawn_facts, make_rule


@given(
    st.lists(st.tuples(conditions(), st.one_of(st.none(), conditions(with_missing=False))), min_size=1, max_size=25),
    st.lists(drawn_facts(), min_size=15, max_size=15),
)
@settings(max_examples=40, deadline=None)
def test_both_engines_give_every_drawn_rule_the_same_state(
    drawn: list[tuple[Condition, Condition | None]], projects: list[Facts]
) -> None:
    rules = [make_rule(number, when, unless, Effect.REVIEW) for number, (when, unless) in enumerate(drawn)]
    program = prepare(book(rules), DAY)
    for facts in projects:
        judgement = judge(program, facts, VOCABULARY)
        assert judgement.failure == ""
        assert [item.rule.id for item in judgement.rules if not item.agreed] == []


def test_a_class_set_by_a_text_checked_rule_is_known_to_the_rules_after_it() -> None:
    big = make_rule(1, Test("project.size", Op.AT_LEAST, THRESHOLDS[1]), effect=Effect.CLASSIFY, classifies="class.big")
    bar = make_rule(2, Test("class.big", Op.IN, frozenset({"yes"})))
    judgement = judge(prepare(book([big, bar]), DAY), VOCABULARY.read_claims({"size": "5 m"}), VOCABULARY)
    assert judgement.facts.value("class.big") == FLAG_YES
    assert {item.rule.id: item.durable for item in judgement.rules} == {"rule-1": State.FIRES, "rule-2": State.FIRES}


def test_a_class_set_only_by_a_provisional_rule_stays_undecided() -> None:
    big = make_rule(
        1,
        Test("project.size", Op.AT_LEAST, THRESHOLDS[1]),
        effect=Effect.CLASSIFY,
        classifies="class.big",
        level=Level.MEMORY,
    )
    bar = make_rule(2, Test("class.big", Op.IN, frozenset({"yes"})))
    judgement = judge(prepare(book([big, bar]), DAY), VOCABULARY.read_claims({"size": "5 m"}), VOCABULARY)
    assert judgement.facts.value("class.big") == Choice(None)
    assert judgement.rules[1].verdict.state is State.DOUBTFUL


def test_a_class_no_rule_sets_for_this_project_is_no() -> None:
    big = make_rule(1, Test("project.size", Op.AT_LEAST, THRESHOLDS[1]), effect=Effect.CLASSIFY, classifies="class.big")
    judgement = judge(prepare(book([big]), DAY), VOCABULARY.read_claims({"size": "0 m"}).without("x"), VOCABULARY)
    assert judgement.facts.value("class.big") == FLAG_YES  # zero is at least zero
    none = make_rule(1, Test("project.size", Op.OVER, THRESHOLDS[1]), effect=Effect.CLASSIFY, classifies="class.big")
    judgement = judge(prepare(book([none]), DAY), VOCABULARY.read_claims({"size": "0 m"}), VOCABULARY)
    assert judgement.facts.value("class.big") == FLAG_NO


@given(
    st.lists(conditions(), min_size=3, max_size=6),
    st.lists(drawn_facts(), min_size=3, max_size=3),
)
@settings(max_examples=15, deadline=None)
def test_an_engine_that_must_forget_its_rulesets_gives_the_same_answers(
    drawn: list[Condition], projects: list[Facts]
) -> None:
    forgetful = DurableEngine(most_rulesets=0)
    programs = [prepare(book([make_rule(n, when, None, Effect.REVIEW)]), DAY) for n, when in enumerate(drawn)]
    for program in programs * 2:
        for facts in projects:
            judgement = judge(program, facts, VOCABULARY, forgetful)
            assert judgement.failure == ""
            assert all(item.agreed for item in judgement.rules)


def test_a_ruleset_that_failed_once_is_made_anew_and_never_asked_again() -> None:
    rules = [make_rule(1, Test("project.size", Op.OVER, THRESHOLDS[1]))]
    program, engine = prepare(book(rules), DAY), DurableEngine()
    big, small = (VOCABULARY.read_claims({"size": size}) for size in ("5 m", "0 m"))
    assert judge(program, big, VOCABULARY, engine).ran[0].durable is State.FIRES
    for rulesets in engine._rulesets.values():
        for ruleset in rulesets:
            engine._free(ruleset)  # the ruleset is gone from durable_rules, as after a fault of its own
    assert judge(program, big, VOCABULARY, engine).failure != ""
    after = judge(program, small, VOCABULARY, engine)
    assert after.failure == ""
    assert after.ran[0].durable is State.SILENT
