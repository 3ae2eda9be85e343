"""From what the engines say to what the decision says: findings, needs and the list of rules considered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final

from screening.atlas import Placement, UnitHit
from screening.decision import Considered, Finding, Ground, Need, Outcome, Reason
from screening.engine.judge import Judged, Judgement
from screening.engine.program import Group
from screening.engine.verdicts import State
from screening.facts import Facts, Members, Value
from screening.rulebook.model import Effect, Level, Rule, Test
from screening.rulebook.reader import Rulebook
from screening.rulebook.rulefile import JURISDICTIONS
from screening.rulebook.sentences import fill_places, words_of_test
from screening.rulebook.values import show_value
from screening.rulebook.vocabulary import Vocabulary
from screening.text import Text

MOST_BECAUSE: Final = 12


def findings_of(judgement: Judgement, rulebook: Rulebook) -> list[Finding]:
    """A finding for every access rule that is not silent, and for every failure or disagreement of the engines."""
    wording = Wording(judgement, rulebook)
    found = [
        finding
        for item in judgement.ran
        if item.verdict.state is not State.SILENT or item.durable is not State.SILENT
        if (finding := _finding(item, wording)) is not None
    ]
    if judgement.failure:
        found.append(
            Finding(
                "engine",
                Reason.ENGINE_FAILED,
                Outcome.REVIEW,
                Text("推理引擎故障", "the inference engine failed"),
                Text(
                    f"推理引擎未能完成：{judgement.failure[:200]}。结论须人工复核。",
                    f"It stopped: {judgement.failure[:200]}. A person must look.",
                ),
            )
        )
    return found


def _finding(item: Judged, wording: Wording) -> Finding | None:
    rule, verdict, rulebook = item.rule, item.verdict, wording.rulebook
    if not item.agreed and item.durable is not None:
        message = Text(
            f"两套引擎对本规则结论不同（{item.durable} 与 {verdict.state}），须人工复核。",
            f"The two engines differ on this rule ({item.durable} against {verdict.state}); a person must look.",
        )
        return Finding(
            rule.id, Reason.ENGINE_DISAGREES, Outcome.REVIEW, rule.title, message, grounds=grounds_of(rule, rulebook)
        )
    if rule.effect is Effect.CLASSIFY or verdict.state is State.SILENT:
        return None
    reason, outcome = _weigh(rule, verdict.state)
    return Finding(
        rule=rule.id,
        reason=reason,
        outcome=outcome,
        title=rule.title,
        message=wording.filled(rule.message),
        remedy=wording.filled(rule.remedy),
        question=wording.filled(rule.question),
        grounds=grounds_of(rule, rulebook),
        needs=wording.settling(verdict.needs),
        because=tuple(wording.because(test) for test in verdict.because[:MOST_BECAUSE]),
        checked=rule.level.value,
        certain=verdict.state is State.FIRES,
        jurisdiction=rule.jurisdiction,
    )


def _weigh(rule: Rule, state: State) -> tuple[Reason, Outcome]:
    """design.md section 2: firing yields the outcome, doubt yields review, only a text-checked rule rejects."""
    if rule.effect is Effect.OBLIGATION:
        return Reason.OBLIGATION, Outcome.PASS
    if state is State.DOUBTFUL:
        return Reason.DOUBTFUL, Outcome.REVIEW
    if rule.effect is Effect.REVIEW:
        return (Reason.JUDGEMENT if rule.judgement else Reason.FIRED), Outcome.REVIEW
    if rule.level is not Level.TEXT:
        return Reason.PROVISIONAL, Outcome.REVIEW
    return Reason.FIRED, Outcome.REJECT


def grounds_of(rule: Rule, rulebook: Rulebook) -> tuple[Ground, ...]:
    found = []
    for citation in rule.basis:
        instrument = rulebook.instruments[citation.instrument]
        found.append(Ground(instrument.id, instrument.name, citation.clause, instrument.number, instrument.url))
    return tuple(found)


def _asked_places(test: Test, value: Value) -> Value:
    """Of all the places a site lies in, those the test asks for."""
    if not isinstance(value, Members) or not isinstance(test.value, frozenset):
        return value
    certain = value.certain & test.value
    return Members(certain, certain | (test.value if value.possible is None else value.possible & test.value))


_WORDS: Final[dict[tuple[int, int], tuple[Text, Text, Test, Vocabulary]]] = {}
MOST_WORDS: Final = 50_000


def words_of(test: Test, vocabulary: Vocabulary, denied: bool = False) -> Text:
    """A test, or its denial, in words. Kept by identity (and keeping what it names alive): a decision asks for hundreds."""
    kept = _WORDS.get((id(test), id(vocabulary)))
    if kept is None:
        if len(_WORDS) >= MOST_WORDS:
            _WORDS.clear()
        words = Text(words_of_test(test, vocabulary, "zh"), words_of_test(test, vocabulary, "en"))
        denial = Text(f"不成立：{words.zh}", f"does not hold: {words.en}")
        kept = _WORDS[id(test), id(vocabulary)] = (words, denial, test, vocabulary)
    return kept[1] if denied else kept[0]


class Wording:
    """What the findings of one decision share: tests with the values they met, and what each doubtful class waits for."""

    __slots__ = ("_because", "_waits", "judgement", "rulebook")

    def __init__(self, judgement: Judgement, rulebook: Rulebook) -> None:
        self.judgement = judgement
        self.rulebook = rulebook
        self._because: dict[int, Text] = {}
        self._waits: dict[str, dict[str, None]] = {}
        for item in judgement.ran:
            if item.rule.classifies and item.verdict.state is State.DOUBTFUL:
                self._waits.setdefault(item.rule.classifies, {}).update(dict.fromkeys(item.verdict.needs))

    def filled(self, text: Text) -> Text:
        """A text of a rule with the facts it names filled in."""
        return fill_places(text, self.judgement.facts, self.rulebook.vocabulary)

    def because(self, test: Test) -> Text:
        """A deciding test with the value it met."""
        known = self._because.get(id(test))
        if known is None:
            vocabulary = self.rulebook.vocabulary
            value = vocabulary.value(self.judgement.facts, test.fact)
            if test.fact == JURISDICTIONS:
                value = _asked_places(test, value)
            zh, en = (show_value(vocabulary[test.fact], value, lang) for lang in ("zh", "en"))
            words = words_of(test, vocabulary)
            known = self._because[id(test)] = Text(f"{words.zh}（实际：{zh}）", f"{words.en} (found: {en})")
        return known

    def settling(self, needs: Iterable[str]) -> tuple[str, ...]:
        """Needs with every class replaced by the facts its doubtful rules wait for."""
        found: dict[str, None] = {}
        for key in needs:
            inner = self._waits.get(key)
            for need in self.settling(inner) if inner else (key,):
                found[need] = None
        return tuple(found)


GUARDS: Final = (
    "project.sector",
    "project.works",
    "project.products",
    "project.processes",
    "project.activity",
    "project.fuels",
    "project.releases",
)
"""The facts that say what a project is; most other questions depend on them."""


def needs_of(judgement: Judgement, findings: Iterable[Finding], rulebook: Rulebook) -> tuple[Need, ...]:
    """The facts the open findings wait for: first those that can be asked now, of these the ones that settle most."""
    waiting: dict[str, list[str]] = {}
    guarded: dict[str, list[tuple[str, ...]]] = {}
    for finding in findings:
        if finding.reason is not Reason.DOUBTFUL:
            continue
        guards = tuple(key for key in GUARDS if key in finding.needs)
        for key in finding.needs:
            waiting.setdefault(key, []).append(finding.rule)
            guarded.setdefault(key, []).append(() if key in GUARDS else guards)
    terms = rulebook.vocabulary
    needs = []
    for key, rules in waiting.items():
        first = {guard for guards in guarded[key] for guard in guards} if all(guarded[key]) else set()
        term = terms[key]
        after = tuple(guard for guard in GUARDS if guard in first)
        needs.append(Need(key, term.label, term.question, term.unit, term.supplier.value, tuple(rules), after))
    return tuple(sorted(needs, key=lambda need: (bool(need.after), -len(need.rules), need.fact)))


def considered(judgement: Judgement, vocabulary: Vocabulary) -> tuple[Considered, ...]:
    """Every rule looked at, gathered by result and by the test that decided it."""
    gathered: dict[tuple[State, int], tuple[Test, list[str]]] = {}
    for item in judgement.ran:
        test = item.verdict.because[0]
        gathered.setdefault((item.verdict.state, id(test)), (test, []))[1].append(item.rule.id)
    for group, closed in judgement.aside:
        for test, rules in _told_apart(group, closed):
            gathered.setdefault((State.SILENT, id(test)), (test, []))[1].extend(rules)
    return tuple(
        Considered(state.value, words_of(test, vocabulary, denied=state is State.SILENT), tuple(names))
        for (state, _), (test, names) in gathered.items()
    )


@lru_cache(maxsize=20_000)
def _told_apart(group: Group, closed: int) -> tuple[tuple[Test, tuple[str, ...]], ...]:
    """The rules of a group by the test that silences them when its gate of that number is false."""
    apart: dict[int, tuple[Test, list[str]]] = {}
    for item, own in zip(group.prepared, group.own[closed], strict=True):
        apart.setdefault(id(own), (own, []))[1].append(item.rule.id)
    return tuple((test, tuple(rules)) for test, rules in apart.values())


def not_kept(rulebook: Rulebook, as_of: date) -> list[Finding]:
    """A review for a day the rulebook was not read for."""
    if rulebook.kept.covers(as_of):
        return []
    start, until = rulebook.kept.start, rulebook.kept.until
    return [
        Finding(
            "rulebook-not-kept",
            Reason.NOT_KEPT,
            Outcome.REVIEW,
            Text("规则库未覆盖该日", "the rulebook is not kept for this day"),
            Text(
                f"规则库仅就 {start or '——'} 起、{until or '——'} 前施行的规定核对过，{as_of} 的规定可能未载入或者已经变化。",
                f"The rules were read against the law from {start or '-'} until {until or '-'}; on {as_of} other law may hold.",
            ),
            Text("由审批人员核对当日有效的规定。", "Have an officer check the law of that day."),
        )
    ]


def lists_elsewhere(
    facts: Facts, placement: Placement, rulebook: Rulebook, as_of: date, units: frozenset[str]
) -> list[Finding]:
    """One review where the site may lie in units with an access list that the map does not show.

    Each rule of such a unit could only be doubtful, so one review says what thousands of them would. `units` are those
    whose rules are considered one by one.
    """
    value = facts.value(JURISDICTIONS)
    if isinstance(value, Members) and value.possible is not None:
        return []
    touched = placement.touched_units
    possible = (
        listed if touched is None else (listed - placement.drawn_units) | (listed & touched)
        for listed in rulebook.listed_units(as_of)
    )
    count = sum(len(found - units) for found in possible)
    if not count:
        return []
    return [
        Finding(
            "access-lists-elsewhere",
            Reason.DOUBTFUL,
            Outcome.REVIEW,
            Text("可能涉及图上未绘出的管控单元", "the site may lie in control units the map does not show"),
            Text(
                f"用地所在单元未能全部确定；清单已载入而图上未绘出的管控单元有 {count} 个，用地可能涉及其中之一。",
                f"Not all units of the site are known, and {count} units with a loaded access list are not on the map; it may lie in one.",
            ),
            Text("补充管控单元图层后重新筛查。", "Add the layer of these control units and screen again."),
            needs=(JURISDICTIONS,),
            certain=False,
        )
    ]


def unlisted_units(units: Iterable[UnitHit], listed: frozenset[str]) -> list[Finding]:
    """A review for every control unit touched, certainly or possibly, whose access list is not loaded."""
    return [
        Finding(
            f"no-access-list.{unit.code or unit.layer}",
            Reason.NO_ACCESS_LIST,
            Outcome.REVIEW,
            Text("管控单元清单未载入", "no access list for this control unit"),
            Text(
                f"用地涉及管控单元 {unit.code or '（编码不可读）'} {unit.name or ''}，其准入清单未载入，不能据此判断。",
                f"The site touches control unit {unit.code or '(unreadable code)'} {unit.name or ''}, whose access list is not loaded.",
            ),
            Text("载入该单元的准入清单后重新筛查。", "Load the unit's access list and screen again."),
            certain=unit.certain,
            jurisdiction=unit.code or unit.layer,
        )
        for unit in units
        if unit.code not in listed
    ]
