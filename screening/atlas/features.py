"""The features of a layer: their shapes, and what the data says of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import overload

from shapely.geometry.base import BaseGeometry

from screening.atlas.points import PointGrid
from screening.atlas.prepared import Prepared
from screening.atlas.shapes import Shapes


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """One feature in degrees. `name`, `code` and `unit_class` are None where the file does not say, legibly."""

    geometry: BaseGeometry
    name: str | None = None
    code: str | None = None
    unit_class: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Features(Sequence[Feature]):
    """All features of a layer, in the order of its data. The attributes run beside the shapes."""

    shapes: Shapes
    names: Sequence[str | None]
    codes: Sequence[str | None]
    unit_classes: Sequence[str | None]
    _prepared: list[Prepared] = field(default_factory=list, repr=False)

    @property
    def prepared(self) -> Prepared:
        """The shapes made ready for searching, when first asked for."""
        if not self._prepared:
            self._prepared.append(Prepared.of(self.shapes))
        return self._prepared[0]

    @property
    def points(self) -> PointGrid:
        """The areas ready for a million points, made anew each time: keep it. Raises ValueError of lines."""
        return PointGrid.of(self.shapes)

    @classmethod
    def of(cls, features: Iterable[Feature], areal: bool) -> Features:
        """Flat arrays of single features: (multi)polygons if `areal`, otherwise (multi)lines."""
        found = list(features)
        return cls(
            Shapes.of([feature.geometry for feature in found], areal),
            tuple(feature.name for feature in found),
            tuple(feature.code for feature in found),
            tuple(feature.unit_class for feature in found),
        )

    def __len__(self) -> int:
        return len(self.shapes)

    @overload
    def __getitem__(self, number: int) -> Feature: ...

    @overload
    def __getitem__(self, number: slice) -> tuple[Feature, ...]: ...

    def __getitem__(self, number: int | slice) -> Feature | tuple[Feature, ...]:
        """One feature, its geometry made anew from the flat arrays."""
        if isinstance(number, slice):
            return tuple(self[place] for place in range(*number.indices(len(self))))
        place = number + len(self) if number < 0 else number
        if not 0 <= place < len(self):
            raise IndexError(number)
        return Feature(self.shapes.feature(place), self.names[place], self.codes[place], self.unit_classes[place])


def is_county(code: str | None) -> bool:
    """An administrative code of the third tier (420599), below which the access lists know no tier but the unit."""
    return code is not None and len(code) == 6 and not code.endswith("00")
