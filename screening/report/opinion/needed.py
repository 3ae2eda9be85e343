"""The libraries that an opinion is printed with, loaded when first needed and named where they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from screening.errors import Problem, ScreeningError


class PrintingError(ScreeningError):
    """An opinion that cannot be printed here: a library or a typeface is missing."""

    kind = "cannot-print"
    heading = "the opinion cannot be printed"


def needed(name: str) -> Any:
    """A module of the extra `service`. Raises PrintingError with the command that installs it."""
    try:
        return import_module(name)
    except ImportError:
        raise PrintingError(
            Problem(
                name,
                "is not installed",
                "pip install 'screening[service]'",
                "未安装，请运行 pip install 'screening[service]'",
            )
        ) from None
