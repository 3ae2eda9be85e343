"""The coordinate guard: the one place that decides what numbers mean as places."""

from screening.atlas.guard.declared import Declared, is_unstated, read_declared
from screening.atlas.guard.edges import drawn_in_degrees
from screening.atlas.guard.reading import Reading, Readings, looks_like_degrees, read_coordinates
from screening.atlas.guard.refusal import CoordinateError
from screening.atlas.guard.systems import Datum, DatumShift, System

__all__ = [
    "CoordinateError",
    "Datum",
    "DatumShift",
    "Declared",
    "Reading",
    "Readings",
    "System",
    "drawn_in_degrees",
    "is_unstated",
    "looks_like_degrees",
    "read_coordinates",
    "read_declared",
]
