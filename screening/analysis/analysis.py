"""All analyses over one rulebook, and what its keepers let stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from screening.analysis.acceptance import left_standing, read_acceptances
from screening.analysis.bands import holes_between_bands
from screening.analysis.fault import Fault
from screening.analysis.figures import figures_set_looser_below, figures_without_a_way_out
from screening.analysis.firing import parts_that_change_nothing, rules_that_never_fire
from screening.analysis.implied import implied_rules, provisos_that_promise_too_much
from screening.analysis.periods import (
    citations_out_of_force,
    gaps_between_editions,
    gaps_in_succession,
    instruments_not_cited,
)
from screening.analysis.study import Study
from screening.analysis.supply import facts_nobody_asks, facts_without_a_source
from screening.errors import Problem
from screening.rulebook.reader import Rulebook


@dataclass(frozen=True, slots=True)
class Analysis:
    """What stands: errors, notes, and acceptances of what is not there any more. `accepted` counts what was let stand."""

    errors: tuple[Fault, ...]
    notes: tuple[Fault, ...]
    stale: tuple[Problem, ...]
    accepted: int

    @property
    def clean(self) -> bool:
        return not self.errors and not self.stale


def find_faults(rulebook: Rulebook) -> tuple[Fault, ...]:
    """Every fault and note, each example confirmed by the engine. Raises AnalysisError where the engine denies one."""
    study = Study.of(rulebook)
    found = [
        *rules_that_never_fire(study),
        *parts_that_change_nothing(study),
        *implied_rules(study),
        *provisos_that_promise_too_much(study),
        *figures_without_a_way_out(study),
        *figures_set_looser_below(study),
        *gaps_between_editions(study),
        *holes_between_bands(study),
        *citations_out_of_force(rulebook),
        *gaps_in_succession(rulebook),
        *instruments_not_cited(rulebook),
        *facts_without_a_source(rulebook),
        *facts_nobody_asks(rulebook),
    ]
    return tuple(sorted(found, key=lambda fault: fault.order))


def analyse(rulebook: Rulebook, folder: Path) -> Analysis:
    """The faults of a rulebook less those that `lint.yaml` in its folder accepts."""
    faults = find_faults(rulebook)
    standing, stale = left_standing(faults, read_acceptances(folder))
    return Analysis(
        tuple(fault for fault in standing if fault.kind.fails),
        tuple(fault for fault in standing if not fault.kind.fails),
        stale,
        len(faults) - len(standing),
    )
