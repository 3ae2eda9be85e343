"""Files of places in: formats that offices have, each read whole or refused with the reason, in a process of its own."""

from screening.atlas.formats.confined import list_layers, read_source
from screening.atlas.formats.limits import FOOTPRINT_LIMITS, LIMITS, Limits
from screening.atlas.formats.source import LayerInfo, Source, SourceError, Unread

__all__ = [
    "FOOTPRINT_LIMITS",
    "LIMITS",
    "LayerInfo",
    "Limits",
    "Source",
    "SourceError",
    "Unread",
    "list_layers",
    "read_source",
]
