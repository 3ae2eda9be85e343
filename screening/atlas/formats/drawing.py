"""DXF: closed polylines become polygons, and every entity that GDAL leaves out is counted.

A polyline is closed by its flag, or by ending where it starts; open ones stay lines. Nothing says which layer of a
drawing is the site: all of it is read, with the layer's name in `Layer`, unless one is asked for. What a block holds is
read wherever it is inserted, on its own layers. What lies in paper space is a title block, not a place. A drawing has no coordinate system; its unit is told where it is not the metre.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.formats.encoding import codec_of
from screening.atlas.formats.settle import Settled
from screening.atlas.formats.source import Unread, refuse
from screening.text import Text

_READ: Final = frozenset(
    [
        *("POINT", "LINE", "POLYLINE", "LWPOLYLINE", "MLINE", "CIRCLE", "ELLIPSE", "ARC", "SPLINE", "HELIX", "3DFACE"),
        *("SOLID", "TRACE", "INSERT", "HATCH", "TEXT", "MTEXT", "DIMENSION", "LEADER", "MULTILEADER", "MLEADER"),
        "ATTDEF",
    ]
)
_PARTS: Final = frozenset({"VERTEX", "SEQEND", "ATTRIB", "SECTION", "ENDSEC", "EOF"})
_UNIT: Final = {
    1: ("英寸", "inches"),
    2: ("英尺", "feet"),
    4: ("毫米", "millimetres"),
    5: ("厘米", "centimetres"),
    7: ("千米", "kilometres"),
}
_ESCAPE: Final = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_HEAD: Final = 1 << 20


def _pairs(path: Path) -> Any:
    """(group code, value) of every pair of lines."""
    with path.open("rb") as file:
        while code := file.readline(1 << 20):
            yield code.strip(), file.readline(1 << 20).strip()


def declared_encoding(path: Path) -> str | None:
    """UTF-8 from AutoCAD 2007 on; before it, the code page that the header names."""
    wanted: dict[bytes, str] = {}
    name = b""
    with path.open("rb") as file:
        lines = file.read(_HEAD).splitlines()
    for code, value in zip(lines[::2], lines[1::2], strict=False):
        if code.strip() == b"9":
            name = value.strip()
        elif name in (b"$ACADVER", b"$DWGCODEPAGE") and name not in wanted:
            wanted[name] = value.strip().decode("ascii", "ignore")
        elif value.strip() == b"ENTITIES":
            break
    if wanted.get(b"$ACADVER", "AC1009") >= "AC1021":
        return "utf-8"
    return codec_of(wanted.get(b"$DWGCODEPAGE"))


@dataclass(slots=True)
class _Entity:
    """One entity on its layer; `handle` is its number in the drawing, `block` what an INSERT inserts."""

    kind: str
    layer: str = ""
    handle: str = ""
    block: str = ""

    def take(self, code: bytes, value: bytes) -> None:
        """Keep what a pair says of it, the first time."""
        if code == b"8":
            self.layer = self.layer or intern(_words(value))
        elif code == b"5":
            self.handle = self.handle or _words(value)
        elif code == b"2" and self.kind == "INSERT":
            self.block = self.block or intern(_words(value))


@dataclass(frozen=True, slots=True)
class Entities:
    """The entities of a drawing, parts of others not counted, those of each block, and its unit (an $INSUNITS number)."""

    drawn: tuple[_Entity, ...]
    blocks: Mapping[str, tuple[_Entity, ...]]
    unit: int | None

    def layers(self) -> Counter[str]:
        """Entities by layer, those in blocks with them."""
        return Counter(one.layer or "0" for entities in (self.drawn, *self.blocks.values()) for one in entities)

    def left_out(self, handles: frozenset[str], shapes: int) -> list[tuple[str, str]]:
        """(type, layer) of what GDAL has given nothing for, of `shapes` features of entities with these handles."""
        missing = [(one.kind, one.layer or "0") for one in self.drawn if one.kind not in _READ]
        read = [one for one in self.drawn if one.kind in _READ]
        inserted = _Inserted(self.blocks)
        for one in read:
            if one.kind == "INSERT":
                # "0" in a block is the layer of what inserts it.
                missing.extend((kind, own or one.layer or "0") for kind, own in inserted.hidden(one.block))
        expected = [inserted.size(one.block) if one.kind == "INSERT" else 1 for one in read]
        if all(one.handle for one in read):
            silent = [one for one, size in zip(read, expected, strict=True) if size and one.handle not in handles]
            return [*missing, *(("", one.layer or "0") for one in silent)]
        return [*missing, *[("", "")] * max(0, sum(expected) - shapes)]


@dataclass(slots=True)
class _Inserted:
    """What comes of blocks where they are inserted, each looked at once."""

    blocks: Mapping[str, tuple[_Entity, ...]]
    _hidden: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    _sizes: dict[str, int] = field(default_factory=dict)

    def hidden(self, block: str) -> frozenset[tuple[str, str]]:
        """(type, layer) of what a block holds, or leads to, that is not read; layer "" is that of what inserts it."""
        if block not in self._hidden:
            self._hidden[block] = frozenset()  # a block within itself adds nothing
            found = set()
            for one in self.blocks.get(block, ()):
                own = "" if one.layer == "0" else one.layer
                if one.kind not in _READ:
                    found.add((one.kind, own))
                elif one.kind == "INSERT" and one.block not in self.blocks:
                    found.add(("", own))
                elif one.kind == "INSERT":
                    found |= {(kind, inner or own) for kind, inner in self.hidden(one.block)}
            self._hidden[block] = frozenset(found)
        return self._hidden[block]

    def size(self, block: str) -> int:
        """How many features a block is read as, at least; 1 for one that is missing."""
        if block not in self.blocks:
            return 1
        if block not in self._sizes:
            self._sizes[block] = 0
            read = [one for one in self.blocks[block] if one.kind in _READ and one.kind != "ATTDEF"]
            self._sizes[block] = sum(self.size(one.block) if one.kind == "INSERT" else 1 for one in read)
        return self._sizes[block]


def count_entities(path: Path, where: str) -> Entities:
    """What the drawing holds. Raises SourceError when it does not come to its end."""
    drawn: list[_Entity] = []
    blocks: dict[str, list[_Entity]] = {}
    section, last, name = b"", b"", b""
    entity: _Entity | None = None
    block: list[_Entity] | None = None
    expect, named, unit = False, True, None
    for code, value in _pairs(path):
        if code == b"0":
            last, entity = value, None
            kind = intern(_words(value))
            if section == b"ENTITIES" and kind not in _PARTS:
                entity = _Entity(kind)
                drawn.append(entity)
            elif section == b"BLOCKS" and kind in ("BLOCK", "ENDBLK"):
                block, named = None, kind != "BLOCK"
            elif section == b"BLOCKS" and kind not in _PARTS and block is not None:
                entity = _Entity(kind)
                block.append(entity)
            expect = value == b"SECTION"
            if value == b"ENDSEC":
                section = b""
        elif entity is not None:
            entity.take(code, value)
        elif not named and code == b"2":
            block, named = blocks.setdefault(_words(value), []), True
        elif expect and code == b"2":
            section, expect = value, False
        elif code == b"9":
            name = value
        elif name == b"$INSUNITS" and code == b"70" and section == b"HEADER":
            unit = int(value) if value.isdigit() else None
            name = b""
    if last != b"EOF":
        refuse(
            where,
            "the drawing is cut off: it has no end",
            "save it as DXF again",
            "DXF 文件不完整，缺少结尾，请重新另存",
        )
    return Entities(tuple(drawn), {key: tuple(held) for key, held in blocks.items()}, unit)


def _words(value: bytes) -> str:
    return _plain(value.decode("utf-8", "replace")[:255])


def finish(
    settled: Settled, fields: Mapping[str, NDArray[Any]], entities: Entities
) -> tuple[Settled, dict[str, NDArray[Any]]]:
    """Closed lines as polygons, paper space unread, and an unread place at the end for each entity GDAL left out."""
    shapes = settled.geometries.copy()
    unread = {one.number: one for one in settled.unread}
    remarks = list(settled.remarks)
    columns = {name: _unescaped(column) for name, column in fields.items()}
    paper = columns.get("PaperSpace")
    for number, flag in enumerate(paper if paper is not None else ()):
        if flag:
            shapes[number] = None
            unread[number] = Unread(
                number, Text("位于图纸空间，不是地理位置", "it is drawn in paper space, not on the map")
            )
    closed = 0
    for number, shape in enumerate(shapes):
        if shape is None or shape.geom_type not in ("LineString", "MultiLineString"):
            continue
        lines = shapely.get_parts(shape)
        if all(len(line.coords) >= 4 and line.coords[0] == line.coords[-1] for line in lines):
            rings = [shapely.Polygon(line.coords) for line in lines]
            shapes[number] = rings[0] if len(rings) == 1 else shapely.MultiPolygon(rings)
            closed += 1
    if closed:
        remarks.append(Text(f"{closed} 条闭合线作为面", f"{closed} closed lines were taken as polygons"))
    if entities.unit in _UNIT:
        zh, en = _UNIT[entities.unit]
        remarks.append(
            Text(
                f"图纸声明单位为{zh}而非米；坐标按原数读取",
                f"the drawing declares its unit as {en}, not metres; its numbers were read as they stand",
            )
        )
    given = columns.get("EntityHandle")
    handles = frozenset(value for value in (given if given is not None else ()) if isinstance(value, str))
    missing = sorted(entities.left_out(handles, len(shapes)))
    if missing:
        start = len(shapes)
        shapes = np.concatenate([shapes, np.full(len(missing), None, dtype=object)])
        columns = {
            name: np.concatenate([column.astype(object), np.full(len(missing), None, dtype=object)])
            for name, column in columns.items()
        }
        for place, (kind, layer) in enumerate(missing, start):
            columns["Layer"][place] = layer or None
            unread[place] = Unread(place, _left_out(kind))
    return Settled(shapes, tuple(unread[number] for number in sorted(unread)), tuple(remarks)), columns


def select(settled: Settled, fields: Mapping[str, NDArray[Any]], layer: str) -> tuple[Settled, dict[str, NDArray[Any]]]:
    """Only what is drawn on one layer, numbered anew; an entity whose layer is not known may be on it, and stays."""
    kept = np.flatnonzero([value is None or value == layer for value in fields["Layer"]])
    number_of = {int(place): number for number, place in enumerate(kept)}
    unread = tuple(Unread(number_of[one.number], one.why) for one in settled.unread if one.number in number_of)
    chosen = Settled(settled.geometries[kept], unread, settled.remarks)
    return chosen, {name: column[kept] for name, column in fields.items()}


def _left_out(kind: str) -> Text:
    if not kind:
        return Text("GDAL 未给出该实体", "GDAL gives nothing for this entity")
    return Text(f"{kind} 类实体不支持", f"entities of type {kind} are not read")


def _plain(text: str) -> str:
    """Text with AutoCAD's \\U+XXXX as the characters they stand for."""
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text) if "\\U+" in text else text


def _unescaped(column: NDArray[Any]) -> NDArray[Any]:
    if column.dtype != object:
        return column
    found = column.copy()
    for number, value in enumerate(column):
        if isinstance(value, str):
            found[number] = _plain(value)
    return found
