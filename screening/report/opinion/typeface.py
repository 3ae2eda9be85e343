"""The Chinese typeface of the PDF: Noto Sans SC (SIL Open Font License), which comes as a Python package."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from screening.errors import Problem
from screening.report.opinion.needed import PrintingError, needed

FAMILY: Final = "Noto Sans SC"
_PACKAGE: Final = "justmytype_intl_cjk"


def folder() -> Path:
    """Where the typeface lies. Raises PrintingError where it is not installed."""
    needed(_PACKAGE)
    place = Path(str(files(_PACKAGE))) / "fonts" / "ofl" / "notosanssc"
    if not any(place.glob("*.ttf")):
        raise PrintingError(
            Problem(
                str(place),
                f"holds no {FAMILY}",
                "pip install --force-reinstall justmytype-intl-cjk",
                "缺少中文字体，请重新安装 justmytype-intl-cjk",
            )
        )
    return place


@lru_cache(maxsize=1)
def signs() -> frozenset[int]:
    """The characters the typeface has a sign for, by number."""
    font = needed("fontTools.ttLib").TTFont(next(folder().glob("*.ttf")), lazy=True)
    try:
        return frozenset(font.getBestCmap())
    finally:
        font.close()
