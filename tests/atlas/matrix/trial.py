"""One file tried: read as a site and as a layer, and measured against where it truly is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shapely

from screening.atlas import Reading, Source, drawing_of_source, read_atlas
from screening.atlas.formats import FOOTPRINT_LIMITS
from screening.atlas.formats.opened import Request
from screening.atlas.formats.reading import read_here
from screening.atlas.importing import Import, import_source
from screening.atlas.importing.fields import FieldNames
from screening.atlas.importing.stated import stated
from screening.errors import ScreeningError
from tests.atlas.matrix.grounds import GEOD, GROUNDS, Drawn, Ground
from tests.atlas.matrix.systems import AMAP, COLUMNS, DEGREES, PLANE, PLANE_WITH_ZONE, System
from tests.atlas.matrix.writers import NAME, Row, Sheet

SAID: Final = {
    "id": "redline",
    "kind": "ecological_redline",
    "geometry": "area",
    "tolerance": "0 m",
    "source": "某市自然资源局",
    "as_of": "2025-01-01",
    "stale_after": "2036-01-01",
    "licence": "internal",
    "recorded": "2025-06-01",
}
DEGREES_UNSAID, METRES_UNSAID, WEB_MAP_NAMED = "degrees, unsaid", "metres, unsaid", "web map named"
MOST_NEAR: Final = 4
"""Readings measured: those whose middle lies nearest."""
UNSAID: Final[dict[str, tuple[System, ...]]] = {
    DEGREES_UNSAID: (DEGREES,),
    METRES_UNSAID: (PLANE, PLANE_WITH_ZONE),
    WEB_MAP_NAMED: (AMAP,),
}
"""Columns in which neither the file nor its owner says the system; in the last, words in it name a shifted web map."""


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """A file to be made: its row, its system, its place, and what is said of the system beside it (None: nothing)."""

    row: Row
    column: str
    system: System
    ground: Ground
    encoding: str
    declared: str | None
    beside: str | None

    @property
    def drawn(self) -> Drawn:
        return self.system.drawn(self.ground)

    def write(self, folder: Path) -> Path:
        ground, system = self.ground, self.system
        zone = ground.three // 3 if system.width == 3 else (ground.six + 3) // 6
        name = f"高德{NAME}" if self.column == WEB_MAP_NAMED else NAME
        sheet = Sheet(folder, self.drawn.polygon, system, self.declared, zone, self.encoding, name)
        return self.row.write(sheet)

    @property
    def error(self) -> Fraction:
        """Metres that a reading must state: as for WGS 84 where nothing says which of the two the numbers are in."""
        either = self.system.name.startswith("CGCS2000") and self.row.as_wgs84 and self.declared is not None
        return Fraction(1, 2) if self.column == DEGREES_UNSAID or either else self.system.error

    @property
    def must_ask(self) -> bool:
        return self.column in (METRES_UNSAID, WEB_MAP_NAMED)


def attempts(row: Row, column: str) -> Iterator[Attempt]:
    """Every file of a cell: all systems of the column at all grounds, the encodings in turn; none where it cannot be."""
    if column == WEB_MAP_NAMED and not row.names_programs:
        return
    for system in (COLUMNS | UNSAID)[column]:
        if not row.draws(system):
            continue
        for turn, ground in enumerate(GROUNDS):
            declared, beside = _said(row, column, system, ground, turn)
            yield Attempt(row, column, system, ground, row.encodings[turn % len(row.encodings)], declared, beside)


def _said(row: Row, column: str, system: System, ground: Ground, turn: int) -> tuple[str | None, str | None]:
    if column in UNSAID:
        return (system.code(ground) if column == WEB_MAP_NAMED and row.declares(system) else None), None
    if row.declares(system):
        return system.code(ground), None
    # What a drawing program believes of shifted degrees is not so: the owner's word goes before the file's.
    mistaken = system.only_stated and row.declares(DEGREES) and row.form != "界址点"
    declared = system.code(ground) if mistaken or row.form == "MapInfo" else None
    return declared, system.stated[turn % len(system.stated)](ground)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Metres off the truth and metres stated; `asked`: not taken for certain, the truth among what it may be."""

    metres: float
    error: Fraction
    asked: bool = False


def read(path: Path) -> Source:
    """What the child process runs, in this one."""
    with TemporaryDirectory() as scratch:
        return read_here(Request(path, path.name, Path(scratch), None, None, FOOTPRINT_LIMITS))


def as_site(attempt: Attempt, source: Source) -> Outcome:
    """The file as the footprint of a project. Where several readings are left, the one nearest to the truth."""
    drawing = drawing_of_source(source, "/site/file", crs=attempt.beside)
    certain = drawing.readings.certain is not None
    ground = attempt.ground

    def far(reading: Reading) -> float:
        longitude, latitude = drawing.middle(reading)
        return float(GEOD.inv(ground.longitude, ground.latitude, longitude, latitude)[2])

    nearest = sorted(drawing.readings.all, key=far)[:MOST_NEAR]
    footprints = [drawing.footprint(reading) for reading in nearest]
    found = [(attempt.drawn.metres_off(one.geometry), one.error) for one in footprints]
    return Outcome(*min(found), asked=not certain)


@lru_cache(maxsize=1)
def _field_names() -> FieldNames:
    return FieldNames.load()


def as_layer(attempt: Attempt, source: Source, folder: Path) -> Outcome | None:
    """The file as the only layer of a zone set, read back from disk; None where the import asks for the system."""
    to = folder / "zones"
    try:
        wanted = Import(folder / source.path, to, stated(SAID), crs=attempt.beside, names=_field_names())
        import_source(wanted, source)
    except ScreeningError as error:
        said = str(error)
        assert not to.exists(), "something of a refused file was kept"
        if "is not certain" not in said:
            raise
        return None
    (layer,) = read_atlas(to).layers
    return Outcome(attempt.drawn.metres_off(shapely.union_all(layer.features.shapes.geometries())), layer.tolerance)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What became of one file. `layer` is None where it was refused as a layer because its system is not certain."""

    attempt: Attempt
    source: Source
    site: Outcome
    layer: Outcome | None


def tried(row: Row, column: str, folder: Path, layers_at: Collection[Ground] = GROUNDS) -> Iterator[Trial]:
    """Every file of a cell, made in `folder` and read; as a layer only where it lies on one of `layers_at`."""
    for number, attempt in enumerate(attempts(row, column)):
        own = folder / str(number)
        own.mkdir()
        source = read(attempt.write(own))
        site = as_site(attempt, source)
        yield Trial(attempt, source, site, as_layer(attempt, source, own) if attempt.ground in layers_at else site)
