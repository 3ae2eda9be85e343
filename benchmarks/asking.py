"""How many questions an applicant is asked: every fact a doubt waits for, against those that can still change the decision.

    python -m benchmarks.asking [--draws 5] [--as-of 2026-11-22]

First the demonstration's applications as they stand: open facts, questions, and the processor seconds that finding these takes.
Then applications of which only the site and the sector are stated. Each is answered to the end twice, with the same
answers: as the decision lists its needs, until none is left or the project is rejected; and as `questions` asks, until no
answer can change the outcome. Answers are drawn: of a list that has a word for "none of these" that word three times in
four and else one other; of a number one of the thresholds that rules compare it with, or a number between or beyond.
Both ways must end in the same outcome, or the run fails.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import mean
from time import process_time
from typing import Any, Final

from screening.asking.answers import NOTHING_WORDS, answers_of
from screening.asking.questions import questions_of
from screening.atlas import Atlas, read_atlas
from screening.cli.ask import with_answer
from screening.decision import Decision, Outcome
from screening.engine.conditions import fires_when
from screening.errors import InputError
from screening.facts import NO, YES
from screening.project import Project
from screening.rulebook.model import Test, tests_of
from screening.rulebook.reader import Rulebook
from screening.rulebook.terms import Type
from screening.screen import screen
from screening.settings import read_settings

SECTORS: Final = ("3011", "2614", "3071", "3360", "1713", "4411", "1432", "7010", "0313", "5990")
SITE_OF: Final = "05-food"


@dataclass(frozen=True)
class Bench:
    """The rulebook and the map of one day, and what rules ask of each fact."""

    rulebook: Rulebook
    atlas: Atlas
    day: date
    tests: Mapping[str, list[Test]]

    def decide(self, project: Project) -> Decision:
        return screen(project, self.rulebook, self.atlas, as_of=self.day)

    def answered(self, project: Project, fact: str, draw: random.Random) -> Project:
        """The project with a drawn answer that does not contradict the others; as it was where forty draws did."""
        for _ in range(40):
            claims = with_answer(project.claims, fact, self._drawn(fact, draw))
            try:
                self.rulebook.vocabulary.read_claims(claims)
            except InputError:
                continue
            return project.model_copy(update={"claims": claims})
        return project

    def _drawn(self, fact: str, draw: random.Random) -> Any:
        term = self.rulebook.vocabulary[fact]
        if term.type is Type.FLAG:
            return draw.choice([YES, NO])
        if term.type in (Type.NUMBER, Type.DATE):
            answers = answers_of(term, term.missing, self.tests.get(fact, []), 0)
            point = Fraction(draw.choice(answers.cells).lo) if answers else Fraction(0)
            if term.type is Type.DATE:
                return date.fromordinal(int(point)).isoformat()
            return f"{float(point):.12g} {term.unit}".strip()
        words = [word for word in term.choices if word not in NOTHING_WORDS]
        nothing = [word for word in term.choices if word in NOTHING_WORDS]
        word = nothing[0] if nothing and draw.random() < 0.75 else draw.choice(words)
        return [word] if term.type is Type.SET else word


def _by_needs(bench: Bench, decision: Decision) -> str | None:
    if decision.outcome is Outcome.REJECT:
        return None
    return next((need.fact for need in decision.needs if need.supplied_by == "applicant"), None)


def _by_questions(bench: Bench, decision: Decision) -> str | None:
    found = questions_of(decision, bench.rulebook, 1).questions
    return found[0].fact if found else None


def _settle(
    bench: Bench, project: Project, seed: str, following: Callable[[Bench, Decision], str | None]
) -> tuple[int, Outcome]:
    """How many answers it takes, and the outcome. A fact's answer is drawn by its name, so that both ways are told the same."""
    count = 0
    while True:
        decision = bench.decide(project)
        fact = following(bench, decision)
        if fact is None:
            return count, decision.outcome
        told = bench.answered(project, fact, random.Random(f"{seed} {fact}"))
        if told is project:
            raise SystemExit(f"no answer to {fact} fits {project.claims}")
        project, count = told, count + 1


def _demonstration(bench: Bench, folder: Any) -> None:
    print("application | outcome | open facts | questions | seconds")
    for file in sorted(folder.glob("*.yaml")):
        decision = bench.decide(Project.read(file))
        begun = process_time()
        found = questions_of(decision, bench.rulebook)
        seconds = process_time() - begun
        needs = sum(need.supplied_by == "applicant" for need in decision.needs)
        print(f"{file.stem} | {decision.outcome} | {needs} | {len(found.questions)} | {seconds:.3f}")


def _from_the_sector(bench: Bench, folder: Any, draws: int) -> None:
    site = Project.read(folder / f"{SITE_OF}.yaml").site
    print(
        "\nsector | open facts | questions | seconds, all | seconds, first ten | until settled: by needs | by questions"
    )
    rows: list[tuple[float, ...]] = []
    for sector in ("", *SECTORS):
        empty = Project(id=f"sector {sector}", project={"sector": sector} if sector else {}, site=site)
        decision = bench.decide(empty)
        needs = sum(need.supplied_by == "applicant" for need in decision.needs)
        begun = process_time()
        found = questions_of(decision, bench.rulebook)
        whole = process_time() - begun
        begun = process_time()
        questions_of(decision, bench.rulebook, 10)
        ten = process_time() - begun
        before, after = [], []
        for draw in range(draws if sector else 0):
            ways = [_settle(bench, empty, f"{sector} {draw}", way) for way in (_by_needs, _by_questions)]
            if ways[0][1] is not ways[1][1]:
                raise SystemExit(f"sector {sector}, draw {draw}: the two ways end in {ways}")
            before.append(ways[0][0])
            after.append(ways[1][0])
        if before:
            rows.append((mean(before), mean(after)))
        shown = f"{mean(before):.1f} | {mean(after):.1f}" if before else "- | -"
        print(f"{sector or 'none'} | {needs} | {len(found.questions)} | {whole:.2f} | {ten:.2f} | {shown}", flush=True)
    print(
        f"mean until settled: {mean(row[0] for row in rows):.1f} by needs, {mean(row[1] for row in rows):.1f} by questions"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 22))
    given = parser.parse_args()
    settings = read_settings({})
    rulebook = Rulebook.load(settings.rules)
    tests: dict[str, list[Test]] = {}
    for rule in rulebook.in_force(given.as_of):
        for test in tests_of(fires_when(rule)):
            tests.setdefault(test.fact, []).append(test)
    bench = Bench(rulebook, read_atlas(settings.zones), given.as_of, tests)
    bench.decide(Project.read(settings.applications / f"{SITE_OF}.yaml"))
    _demonstration(bench, settings.applications)
    _from_the_sector(bench, settings.applications, given.draws)


if __name__ == "__main__":
    main()
