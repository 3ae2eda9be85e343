"""Whole applications reasoned from the law by a reader who had not seen the rules: outcome, ground and question.

`law/undertakings.yaml` holds what a complete application of each kind states; the other files of `law/` tell the stories.
A story names an undertaking (`like`), what its situation changes (`project`) or leaves unsaid (`without`), a site of
PLACES.md (`place`) or its own (`site`), and what the law makes of it (`expect`, with the clause in `law`):

* `ground`: each must be met by a finding that calls for that outcome; a word of the instrument's name or number, then the clause;
* `provisional`: the law bars it, but its text is known at second hand, so the tool may only ask (review, for that reason);
* `either`: barred, and whether certainly or provisionally is open, since one of the texts is not published in full;
* `besides`: grounds that must be told among the objections, whatever they call for;
* `asks`: facts the decision must ask for; `obliges`: what must be said without stopping the project;
* `never`: nothing of this may object; `free_of`: nothing of this may be said at all.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from screening import Atlas, Decision, Project, Rulebook, screen
from screening.decision import Finding, Outcome, Reason
from screening.documents import parse_yaml

LAW = Path(__file__).parent / "law"
PLACES = Path(__file__).parents[2] / "zones" / "demo" / "PLACES.md"
KEYS = {"id", "told", "law", "as_of", "place", "site", "like", "project", "without"} | {
    "expect", "provisional", "either", "ground", "besides", "asks", "obliges", "never", "free_of"
}  # fmt: skip

Decide = Callable[["LawStory"], Decision]


@dataclass(frozen=True)
class LawStory:
    """One situation, the application it makes, and what the law makes of it."""

    id: str
    told: str
    law: str
    as_of: date
    application: str
    outcomes: frozenset[Outcome]
    barred: bool
    ground: tuple[str, ...]
    besides: tuple[str, ...]
    asks: frozenset[str]
    obliges: tuple[str, ...]
    never: tuple[str, ...]
    free_of: tuple[str, ...]


def read(path: Path) -> dict[str, Any]:
    plain: dict[str, Any] = parse_yaml(path.read_text("utf-8"), path.name).plain()
    return plain


def rings() -> dict[str, Any]:
    """The polygons of PLACES.md by the id of their place."""
    text = PLACES.read_text("utf-8")
    return {name: json.loads(ring) for name, ring in re.findall(r"\*\*([a-z0-9-]+)\*\*\n```json\n(.+)\n", text)}


def outcomes(entry: dict[str, Any]) -> frozenset[Outcome]:
    """What the tool may answer: a bar known at second hand asks, and one that rests on both kinds of text may do either."""
    expected = Outcome(entry["expect"])
    if entry.get("either") == "yes":
        return frozenset({expected, Outcome.REVIEW})
    return frozenset({Outcome.REVIEW if entry.get("provisional") == "yes" else expected})


def read_stories(folder: Path = LAW) -> list[LawStory]:
    undertakings, places, stories = read(LAW / "undertakings.yaml"), rings(), []
    for path in sorted(folder.glob("*.yaml")):
        for entry in read(path).get("stories", ()):
            assert not set(entry) - KEYS, f"{path.name}: {entry['id']}: {set(entry) - KEYS}"
            project = undertakings.get(entry.get("like", ""), {}) | entry.get("project", {})
            project = {key: value for key, value in project.items() if key not in entry.get("without", ())}
            site = entry.get("site") or {"geometry": places[entry["place"]]}
            application = {"id": entry["id"], "title": entry["told"], "project": project, "site": site}
            stories.append(
                LawStory(
                    id=entry["id"],
                    told=entry["told"],
                    law=entry["law"],
                    as_of=date.fromisoformat(entry["as_of"]),
                    application=json.dumps(application, ensure_ascii=False),
                    outcomes=outcomes(entry),
                    barred=entry["expect"] == "reject",
                    ground=tuple(entry.get("ground", ())),
                    besides=tuple(entry.get("besides", ())),
                    asks=frozenset(entry.get("asks", ())),
                    obliges=tuple(entry.get("obliges", ())),
                    never=tuple(entry.get("never", ())),
                    free_of=tuple(entry.get("free_of", ())),
                )
            )
    return stories


STORIES = read_stories()
each_story = pytest.mark.parametrize("story", STORIES, ids=[story.id for story in STORIES])


@pytest.fixture(scope="session")
def decide(rulebook: Rulebook, atlas: Atlas) -> Decide:
    """The decision on a story's application, made once."""

    @cache
    def decided(story: LawStory) -> Decision:
        return screen(Project.of(json.loads(story.application)), rulebook, atlas, as_of=story.as_of)

    return decided


def rests_on(finding: Finding, ground: str) -> bool:
    """Whether one of its grounds bears the first word in its name or number, and the second, if any, in its clause."""
    instrument, _, clause = ground.partition(" ")
    return any(instrument in named.name.zh + named.number and clause in named.clause for named in finding.grounds)


def speaks_of(finding: Finding, words: str) -> bool:
    """Like `rests_on`, but the second word may stand in what the finding says."""
    instrument, _, said = words.partition(" ")
    return rests_on(finding, words) or (rests_on(finding, instrument) and said in finding.title.zh + finding.message.zh)


def stopping(story: LawStory, decision: Decision) -> list[Finding]:
    """The findings that may carry the story's ground."""
    if not story.barred:
        return list(decision.of(Outcome.REVIEW))
    provisional = [finding for finding in decision.findings if finding.reason is Reason.PROVISIONAL]
    certain = [] if Outcome.REJECT not in story.outcomes else list(decision.of(Outcome.REJECT))
    return certain + (provisional if Outcome.REVIEW in story.outcomes else [])


def objections(decision: Decision) -> list[Finding]:
    return [finding for finding in decision.findings if finding.outcome is not Outcome.PASS]


@each_story
def test_the_outcome_is_what_the_law_makes_of_it(story: LawStory, decide: Decide) -> None:
    decision = decide(story)
    assert decision.outcome in story.outcomes, [(finding.rule, finding.needs) for finding in objections(decision)]
    if Outcome.PASS in story.outcomes:
        assert not decision.needs


@each_story
def test_the_ground_is_the_clause_the_law_has_for_it(story: LawStory, decide: Decide) -> None:
    findings = stopping(story, decide(story))
    assert [ground for ground in story.ground if not any(rests_on(finding, ground) for finding in findings)] == []
    told = objections(decide(story))
    assert [ground for ground in story.besides if not any(rests_on(finding, ground) for finding in told)] == []


@each_story
def test_it_asks_obliges_and_objects_as_the_law_would(story: LawStory, decide: Decide) -> None:
    decision = decide(story)
    assert story.asks <= {need.fact for need in decision.needs}
    obliging = [finding for finding in decision.findings if finding.reason is Reason.OBLIGATION]
    assert [words for words in story.obliges if not any(speaks_of(finding, words) for finding in obliging)] == []
    wrongly = [
        (words, finding.rule) for words in story.never for finding in objections(decision) if rests_on(finding, words)
    ]
    assert wrongly == []
    assert [words for words in story.free_of if any(rests_on(finding, words) for finding in decision.findings)] == []


def test_there_are_stories_enough_of_every_outcome_and_on_both_sides_of_the_code() -> None:
    assert len(STORIES) >= 60 and len({story.id for story in STORIES}) == len(STORIES)
    counted = Counter(next(iter(story.outcomes)) for story in STORIES if len(story.outcomes) == 1)
    assert counted[Outcome.PASS] >= 15 and counted[Outcome.REVIEW] >= 20 and counted[Outcome.REJECT] >= 20
    assert sum(story.barred for story in STORIES) >= 40
    assert {date(2026, 8, 14), date(2026, 8, 15)} <= {story.as_of for story in STORIES}


@each_story
def test_a_story_says_what_law_it_is_drawn_from_and_why(story: LawStory) -> None:
    assert len(story.told) >= 8 and len(story.law) >= 8
    assert story.ground or not story.barred
