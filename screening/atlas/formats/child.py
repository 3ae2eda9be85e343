"""The process that `confined` starts: `python -m screening.atlas.formats.child FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from screening.atlas.formats.confined import obey

if __name__ == "__main__":
    obey(Path(sys.argv[1]))
