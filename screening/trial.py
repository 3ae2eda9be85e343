"""Running the cases of a rulebook: each rule alone, through both engines, as if an office had adopted it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from screening.engine.judge import judge
from screening.engine.program import prepare
from screening.engine.verdicts import State
from screening.errors import ScreeningError
from screening.rulebook.cases import Case, read_cases
from screening.rulebook.model import Effect
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
        latest = rulebook.find(case.rule)
        silent = "no" if latest is not None and latest.effect is Effect.CLASSIFY else "pass"
        return _result(case, silent, ())
    program = prepare(rulebook.only([rule]), case.as_of)
    judged = judge(program, case.facts, rulebook.vocabulary).rules
    if not judged:
        return _result(case, _SAID.get((rule.effect, State.SILENT), "pass"), ())
    item = judged[0]
    said = _SAID.get((rule.effect, item.verdict.state), "pass")
    result = _result(case, said, item.verdict.needs)
    if item.agreed:
        return result
    return CaseResult(case, said, result.needs, f"the engines disagree: {item.durable} against {item.verdict.state}")


def _result(case: Case, said: str, needs: tuple[str, ...]) -> CaseResult:
    fault = ""
    if said != case.expect:
        fault = f"expected {case.expect}, said {said}" + (f" (waits for {', '.join(needs)})" if needs else "")
    elif case.needs is not None and not set(case.needs) <= set(needs):
        fault = f"should wait for {', '.join(case.needs)}, waits for {', '.join(needs) or 'nothing'}"
    return CaseResult(case, said, needs, fault)


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
