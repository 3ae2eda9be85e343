"""Time: days on which no version of a rule holds, and instruments cited when they were not law."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from screening.analysis.example import Example
from screening.analysis.fault import Fault, Kind
from screening.analysis.implied import editions
from screening.analysis.study import Study
from screening.rulebook.reader import Rulebook


def gaps_between_editions(study: Study) -> Iterator[Fault]:
    """Rules of one id that leave days between two versions on which neither holds. Overlaps are refused at load."""
    for edition in editions(study.rulebook.rules):
        for one, other in pairwise(edition.rules):
            last, first = one.effective.until, other.effective.start
            if last is None or first is None or last >= first:
                continue
            witness = study.witnesses.get(id(one))
            yield Fault(
                Kind.GAP_IN_TIME,
                other.where,
                (one.id,),
                f"no version holds for {(first - last).days} days, from {last} until {first} (the one before: {one.where})",
                (Example(last, witness.values),) if witness is not None else (),
            )


def citations_out_of_force(rulebook: Rulebook) -> Iterator[Fault]:
    """Rules that cite an unknown instrument, or one that was not law on some day of the rule, kept or not."""
    for rule in rulebook.rules:
        for citation in rule.basis:
            instrument = rulebook.instruments.get(citation.instrument)
            if instrument is None:
                what = f"cites {citation.instrument}, which no register knows"
            elif not rule.effective.within(instrument.life):
                what = f"cites {citation.instrument} on days it is not law (law from {instrument.life.start} until {instrument.life.until})"
            else:
                continue
            yield Fault(Kind.CITATION, rule.where, (rule.id, citation.instrument), what)


def gaps_in_succession(rulebook: Rulebook) -> Iterator[Fault]:
    """Instruments repealed by one that is not yet law that day, or repealed with no day."""
    for instrument in rulebook.instruments.values():
        successor = rulebook.instruments.get(instrument.repealed_by)
        if successor is None:
            continue
        if instrument.life.until is None:
            yield Fault(
                Kind.SUCCESSION,
                "instruments.yaml",
                (instrument.id,),
                f"is repealed by {successor.id}, and no day is given",
            )
        elif successor.life.start is not None and successor.life.start > instrument.life.until:
            yield Fault(
                Kind.SUCCESSION,
                "instruments.yaml",
                (instrument.id,),
                f"ends on {instrument.life.until}, and {successor.id} which repeals it is law only from {successor.life.start}",
            )


def instruments_not_cited(rulebook: Rulebook) -> Iterator[Fault]:
    """Instruments of the register that no rule rests on."""
    cited = {citation.instrument for rule in rulebook.rules for citation in rule.basis}
    cited |= {one.card.instrument for one in rulebook.lists}
    cited |= {one.repealed_by for one in rulebook.instruments.values()}
    for name in sorted(set(rulebook.instruments) - cited):
        yield Fault(Kind.UNCITED, "instruments.yaml", (name,), "no rule rests on it")
