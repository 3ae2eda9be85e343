"""Running the cases of a rulebook: each rule alone, through both engines, as if an office had adopted it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from screening.engine.explain import Verdict
from screening.engine.judge import judge
from screening.engine.program import prepare
from screening.engine.verdicts import State
from screening.errors import ScreeningError
from screening.rulebook.cases import Case, read_cases
from screening.rulebook.model import Effect, Rule
from screening.rulebook.reader import Rulebook

_SAID = {
    (Effect.REJECT, State.FIRES): "reject",
    (Effect.REJECT, State.DOUBTFUL): "review",
    (Effect.REVIEW, State.FIRES): "review",
    (Effect.REVIEW, State.DOUBTFUL): "review",
    (Effect.OBLIGATION, State.FIRES): "obligation",
    (Effect.OBLIGATION, State.DOUBTFUL): "perhaps",
    (Effect.CLASSIFY, State.FIRES): "yes",
    (Effect.CLASSIFY, State.DOUBTFUL): "maybe",
    (Effect.CLASSIFY, State.SILENT): "no",
}


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a rule said of a case, what it waits for, and what is wrong with that ("" when nothing is)."""

    case: Case
    said: str
    needs: tuple[str, ...]
    fault: str


def run_case(case: Case, rulebook: Rulebook) -> CaseResult:
    """One case through both engines, with its rule's version of that day alone in force."""
    rule = rulebook.find(case.rule, case.as_of)
    if rule is None:
        return _result(case, rulebook.find(case.rule), None)
    program = prepare(rulebook.only([rule]), case.as_of)
    judged = judge(program, case.facts, rulebook.vocabulary).rules
    if not judged:
        return _result(case, rule, None)
    item = judged[0]
    result = _result(case, rule, item.verdict)
    if item.agreed:
        return result
    fault = f"the engines disagree: {item.durable} against {item.verdict.state}"
    return CaseResult(case, result.said, result.needs, fault)


def said_of(rule: Rule | None, verdict: Verdict | None) -> str:
    """What a rule with this verdict says alone, in the words of `expect`; no verdict: it is not in force, or set aside."""
    if rule is None:
        return "pass"
    return _SAID.get((rule.effect, State.SILENT if verdict is None else verdict.state), "pass")


def fault_of(case: Case, rule: Rule | None, verdict: Verdict | None) -> str:
    """What is wrong with a verdict for a case, "" when nothing is.

    A review rule says `review` whether it fires or only may, so a case that names no `needs` expects it to fire.
    """
    said, needs = said_of(rule, verdict), () if verdict is None else verdict.needs
    if said != case.expect:
        return f"expected {case.expect}, said {said}" + (f" (waits for {', '.join(needs)})" if needs else "")
    if case.needs is not None and not set(case.needs) <= set(needs):
        return f"should wait for {', '.join(case.needs)}, waits for {', '.join(needs) or 'nothing'}"
    if rule is None:
        return ""
    if case.needs is None and needs and rule.effect is Effect.REVIEW:
        return f"should fire, but waits for {', '.join(needs)}; where that is meant, write needs"
    if case.sets and rule.classifies != case.sets:
        return f"expected to set {case.sets}, sets {rule.classifies or 'no class'}"
    return ""


def _result(case: Case, rule: Rule | None, verdict: Verdict | None) -> CaseResult:
    needs = () if verdict is None else verdict.needs
    return CaseResult(case, said_of(rule, verdict), needs, fault_of(case, rule, verdict))


def run_cases(cases: Iterable[Case], rulebook: Rulebook) -> tuple[CaseResult, ...]:
    """Every case, in order."""
    return tuple(run_case(case, rulebook) for case in cases)


def main(folder: str) -> int:
    """Run all cases under a rulebook folder and print the faults."""
    try:
        rulebook = Rulebook.load(folder)
        results = run_cases(read_cases(Path(folder), rulebook), rulebook)
    except ScreeningError as error:
        print(error)
        return 2
    faults = [result for result in results if result.fault]
    for result in faults:
        print(f"{result.case.where}: {result.case.rule}: {result.case.name}: {result.fault}")
    counted = {result.case.rule for result in results}
    for rule_id in sorted({rule.id for rule in rulebook.rules} - counted):
        print(f"no case: {rule_id}")
    print(f"{len(results) - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
