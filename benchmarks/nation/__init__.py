"""A synthetic nation for measuring at national scale: invented units, redline, shoreline, counties; never real data.

`python -m benchmarks.nation --to DIR` writes it; the same numbers and seed give the same arrays, whose sha256 are in
DIR/nation.json. Borders are shared exactly: both sides of a border have the very same vertices.
"""

from benchmarks.nation.storage import LAYERS, Stored, load_layer

__all__ = ["LAYERS", "Stored", "load_layer"]
