"""What both engines say of a rule: fires, doubtful or silent."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """fires: `when` is true and `unless` false. doubtful: it may fire but need not. silent: it cannot."""

    FIRES = "fires"
    DOUBTFUL = "doubtful"
    SILENT = "silent"
