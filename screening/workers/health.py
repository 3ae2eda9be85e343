"""How the workers are, for the readiness page and the metrics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """`workers` wanted and `live` (those that have decided a probe), cases at work (`busy`) and `waiting`, and since the
    start: cases `answered`, reviews that a dead or failing worker cost (`failed`), and workers that `died`.

    `pids` of the live ones. `rulebook` and `atlas` are the digests of what they loaded; empty before. `trouble` says why
    there is no worker, in English.
    """

    workers: int
    live: int
    busy: int
    waiting: int
    answered: int
    failed: int
    died: int
    pids: tuple[int, ...] = ()
    rulebook: str = ""
    atlas: str = ""
    trouble: str = ""

    @property
    def ready(self) -> bool:
        """Whether a case sent now would be taken up."""
        return self.live > 0
