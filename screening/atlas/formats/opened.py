"""A file as it is opened: admitted by its size, known by its content, taken out of its archive, its bytes digested."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from screening.atlas.formats import kml, shapefile
from screening.atlas.formats.archive import members_of, unpack
from screening.atlas.formats.encoding import demanded_codec
from screening.atlas.formats.form import Packed, form_of, packed_in
from screening.atlas.formats.limits import Limits
from screening.atlas.formats.mapinfo import mapinfo_pieces
from screening.atlas.formats.source import refuse
from screening.text import Text

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Request:
    """What to read: the file, how errors call it, a place to stage in, the layer and encoding asked for, the limits."""

    path: Path
    where: str
    scratch: Path
    layer: str | None
    encoding: str | None
    limits: Limits

    @property
    def codec(self) -> str | None:
        return demanded_codec(self.encoding, self.where) if self.encoding else None

    @property
    def stem(self) -> str:
        return self.path.stem or "layer"


@dataclass(frozen=True, slots=True)
class Opened:
    """The file as it is to be read: its form, where its data stand, the archive it came out of, and remarks."""

    form: str
    path: Path
    name: str
    packed: Packed | None = None
    remarks: tuple[Text, ...] = ()


def regular(path: Path, where: str, limits: Limits) -> None:
    """Raises SourceError for a path that is no file or folder, or over the limit of bytes, before anything opens it."""
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        refuse(
            where,
            f"it cannot be opened: {getattr(error, 'strerror', None) or error}",
            "name a file that is there",
            "文件不存在或无法打开",
        )
    if stat.S_ISDIR(facts.st_mode):
        size = sum(one.stat().st_size for one in path.iterdir() if one.is_file())
    elif stat.S_ISREG(facts.st_mode):
        size = facts.st_size
        if path.suffix.lower() in shapefile.PIECES:
            size = sum(piece.stat().st_size for piece in shapefile.pieces_beside(path).values())
    else:
        refuse(where, "it is neither a file nor a folder", "name a file", "不是普通文件")
    if size > limits.file_bytes:
        refuse(
            where,
            f"{size:,} bytes, over the limit of {limits.file_bytes:,}",
            "hand in only the boundary, or a layer in parts",
            f"文件 {size:,} 字节，超过上限 {limits.file_bytes:,}，请只提交边界，或拆分图层",
        )


def open_request(request: Request) -> Opened:
    """What the file is; of an archive, the data set asked for, not unpacked yet. Raises SourceError."""
    path = _main_piece(request.path)
    form = form_of(path, request.where)
    if form != "zip":
        return Opened(form, path, request.stem)
    packed = packed_in(members_of(path, request.where, request.limits), request.where)
    if packed.form == "KML" and len(packed.sets) > 1:
        packed = _with_placemarks(request, Opened("KML", path, request.stem, packed))
    others = packed.others
    remarks = []
    if others:
        listed = ", ".join(others[:10])
        remarks.append(
            Text(
                f"压缩包内其他 {len(others)} 个文件未读取：{listed}",
                f"{len(others)} other files in the archive were not read: {listed}",
            )
        )
    name = next(iter(packed.sets)) if len(packed.sets) == 1 else ""
    return Opened(packed.form, path, name or request.stem, packed, tuple(remarks))


def _with_placemarks(request: Request, opened: Opened) -> Packed:
    """The documents of a KMZ that hold placemarks: the first is often only a list of links to the others."""
    packed = opened.packed
    assert packed is not None
    kept = [name for name in packed.sets if kml.count_placemarks(unpacked_set(request, opened, name))]
    kept = kept or list(packed.sets)[:1]
    return replace(packed, sets={name: packed.sets[name] for name in kept})


def _main_piece(path: Path) -> Path:
    """The .shp where another of its pieces is named."""
    if path.suffix.lower() in shapefile.PIECES[1:] and path.is_file():
        return shapefile.pieces_beside(path).get(".shp", path)
    return path


def unpacked_set(request: Request, opened: Opened, name: str) -> Path:
    packed = opened.packed
    assert packed is not None
    into = request.scratch / "unpacked"
    if not (into / packed.start[name]).exists():
        unpack(opened.path, request.where, packed.sets[name], into)
    return into / packed.start[name]


def single(request: Request, opened: Opened) -> Opened:
    """The one data set of an archive, unpacked; the file itself where it is none. Raises SourceError for several."""
    packed = opened.packed
    if packed is None:
        return opened
    name = request.layer if request.layer in packed.sets and len(packed.sets) > 1 else None
    if name is None:
        if len(packed.sets) > 1:
            listed = ", ".join(f'"{one}"' for one in packed.sets)
            refuse(
                request.where,
                f"it holds several layers: {listed}",
                "name the layer to read",
                f"压缩包内有多个图层，请指明其一：{listed}",
            )
        name = next(iter(packed.sets))
    path = unpacked_set(request, opened, name)
    form = opened.form
    if packed.form not in ("Shapefile", "File Geodatabase"):
        form = form_of(path, request.where)
        if form == "zip":
            refuse(
                request.where,
                "the archive holds another archive",
                "hand it in unpacked",
                "压缩包内还有压缩包，请解压后提交",
            )
    return Opened(form, path, name, packed, opened.remarks)


def stamp(path: Path) -> tuple[int, int]:
    """What shows that a file was changed: its size and the time of its last change."""
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns


def digest(opened: Opened) -> str:
    """SHA-256 of a file; of one in pieces, over the name and size of each and its bytes."""
    if opened.packed is None and opened.form == "Shapefile":
        return _digest_of_pieces(sorted(shapefile.pieces_beside(opened.path).items()))
    if opened.packed is None and opened.form == "MapInfo":
        return _digest_of_pieces(sorted(mapinfo_pieces(opened.path).items()))
    if opened.path.is_dir():
        inside = sorted(path for path in opened.path.rglob("*") if path.is_file() and path.suffix != ".lock")
        return _digest_of_pieces((str(path.relative_to(opened.path).as_posix()), path) for path in inside)
    with opened.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_of_pieces(pieces: Iterable[tuple[str, Path]]) -> str:
    whole = hashlib.sha256()
    for name, path in pieces:
        whole.update(f"{name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                whole.update(chunk)
    return whole.hexdigest()
