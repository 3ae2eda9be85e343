"""A service that is killed amid submissions keeps every decision it acknowledged, once, and its chain whole."""

from __future__ import annotations

from pathlib import Path

from tests.stories.killing import kill_and_count


def test_every_acknowledged_decision_is_there_once_after_sigkill(tmp_path: Path) -> None:
    counted = kill_and_count(str(tmp_path / "screening.db"), 120, 16)
    assert counted["records"] == 120
