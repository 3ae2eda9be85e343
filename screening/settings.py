"""The environment, read once at the door: which rulebook and which zones."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent


def _carried(name: str) -> Path:
    """A data folder of ours: inside the installed package, or beside it in a source tree."""
    inside = _HERE / "data" / name
    return inside if inside.is_dir() else _HERE.parent / name


def _data_folder(environment: Mapping[str, str]) -> Path:
    """Where a user's programs keep their data (XDG)."""
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "screening"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the rulebook and the zone set lie, and where the service keeps its records (a SQLite file or an address)."""

    rules: Path
    zones: Path
    database: str
    tianditu: str = ""
    """An office's key for the tiles of 天地图; without one the page asks nothing of any other host."""

    @property
    def applications(self) -> Path:
        """The sample applications of a zone set."""
        return self.zones / "applications"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment: SCREENING_RULES and SCREENING_ZONES name folders; by default ours are used.

    SCREENING_DATABASE is a SQLite file or a postgresql:// address; by default a file under the user's data folder.
    """
    found = os.environ if environment is None else environment
    return Settings(
        rules=Path(found.get("SCREENING_RULES") or _carried("rules")),
        zones=Path(found.get("SCREENING_ZONES") or _carried("zones") / "demo"),
        database=found.get("SCREENING_DATABASE") or str(_data_folder(found) / "screening.db"),
        tianditu=found.get("SCREENING_TIANDITU_KEY", ""),
    )
