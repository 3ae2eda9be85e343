"""KML: what it says of its origin, and how many placemarks it has, so that none is lost between folders.

KML is longitude and latitude on WGS 84 by its standard; whether a Chinese web map kept to that is for the coordinate
guard, which is given every name of such a program found in the text. A document type (entities) is refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from screening.atlas.formats.source import Unread, refuse
from screening.text import Text

CRS: Final = "EPSG:4326"
_HEAD: Final = 8 << 20
_PLACEMARK: Final = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?Placemark[\s>/]")
_OVERLAY: Final = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?(?:Ground|Photo|Screen)Overlay[\s>/]")
_LINK: Final = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?NetworkLink[\s>/]")
_COMMENT: Final = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_DECLARED: Final = re.compile(r"(<\?xml[^>]*?encoding\s*=\s*[\"'])([\w.:-]+)([\"'])")
_ADDRESS: Final = re.compile(
    r"https?://(?:www\.google\.com/kml|earth\.google\.com/kml|maps\.google\.com/mapfiles|www\.opengis\.net)[^\s\"'<>]*",
    re.IGNORECASE,
)
_PROGRAMS: Final = re.compile(
    "高德|百度|腾讯(?:地图|坐标|位置)|谷歌地图|谷歌|天地图|奥维|图新|水经注|火星|国测局|两步路|六只脚|amap|gaode|autonavi|baidu|bmap|"
    "qqmap|tencent|google ?maps|google|tianditu|ovital|omap|bigemap|locaspace|rivermap|2bulu|gcj-?02|gcj|bd[-_ ]?09|wgs-?84|cgcs2000|"
    "mars coordinates",
    re.IGNORECASE,
)

_LINKED: Final = Text("网络链接指向的内容未读取", "what a network link points at was not read")


def hints_of(text: str) -> tuple[str, ...]:
    """Names of map programs and of their coordinates in some text, in lower case, in order of first mention."""
    bare = _ADDRESS.sub("", text)
    return tuple(dict.fromkeys(match.group().lower() for match in _PROGRAMS.finditer(bare)))[:20]


def hints_of_file(path: Path) -> tuple[str, ...]:
    """The same of the first 8 MiB of a file in UTF-8."""
    with path.open("rb") as file:
        return hints_of(file.read(_HEAD).decode("utf-8", "ignore"))


def declared_encoding(path: Path) -> str | None:
    """The encoding in the XML declaration."""
    with path.open("rb") as file:
        match = _DECLARED.search(file.read(256).decode("ascii", "ignore"))
    return match.group(2) if match else None


def as_declared_utf8(text: str) -> str:
    """The start of an XML text with its declaration saying UTF-8."""
    return _DECLARED.sub(r"\g<1>UTF-8\g<3>", text, count=1)


def count_placemarks(path: Path) -> int:
    """The placemarks in a document, in whatever encoding that keeps ASCII."""
    return len(_PLACEMARK.findall(_COMMENT.sub(b"", path.read_bytes())))


def check_document(path: Path, where: str) -> tuple[int, tuple[Text, ...]]:
    """How many features LIBKML must find, and what of the document is elsewhere. Raises SourceError for entities."""
    data = path.read_bytes()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        refuse(
            where,
            "it declares a document type or entities",
            "export plain KML",
            "文件含有 DOCTYPE 或 ENTITY 声明，请导出普通 KML",
        )
    bare = _COMMENT.sub(b"", data)
    remarks: list[Text] = []
    links, overlays = len(_LINK.findall(bare)), len(_OVERLAY.findall(bare))
    if links:
        remarks.append(Text(f"{links} 个网络链接指向的内容未读取", f"what {links} network links point at was not read"))
    if overlays:
        remarks.append(Text(f"{overlays} 个图片叠加层不是图形", f"{overlays} image overlays are not places"))
    return len(_PLACEMARK.findall(bare)), tuple(remarks)


def links(path: Path) -> tuple[Unread, ...]:
    """An unread feature, numbered from 0, for each network link: what it points at may be part of the site."""
    count = len(_LINK.findall(_COMMENT.sub(b"", path.read_bytes())))
    return tuple(Unread(number, _LINKED) for number in range(count))


def check_placemarks(stated: int, read: int, where: str) -> None:
    """Raises SourceError when fewer features were found in all folders than placemarks stand in the document."""
    if read < stated:
        refuse(
            where,
            f"it holds {stated:,} placemarks but only {read:,} could be read",
            "export the file again",
            f"文件有 {stated:,} 个地标，只读出 {read:,} 个，请重新导出",
        )
