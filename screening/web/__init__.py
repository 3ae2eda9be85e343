"""The page: its sources (TypeScript), its builder, and the built files in `dist`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

DIST: Final = Path(__file__).resolve().parent / "dist"
"""Where the built page lies; empty until `python -m screening.web.build` was run."""
