"""What an applicant declares: who, what and where. Reading it checks its form; what the figures mean is the vocabulary's."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from screening.documents import decode, parse_json, parse_yaml
from screening.errors import InputError, Problem, nearest

MAX_BYTES: Final = 60_000_000
"""The largest application file read: room for the largest footprint that is accepted, written long."""
MAX_DEPTH: Final = 40
_FORMAT_KEYS: Final = ("id", "title", "project", "site")


class Site(BaseModel):
    """Where: a GeoJSON geometry, or a file beside the application, with what it leaves open.

    Without `crs`, the degrees of a geometry are CGCS2000; a file is read by what it declares, and for metres of which
    nothing is said every place they may be at is shown. `extent` is the distance in metres around the drawn geometry
    within which all of the project lies: nothing for a polygon that is the red line itself, half the corridor for a
    line. A point or line without one leaves the site open.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    geometry: dict[str, Any] | None = Field(
        default=None, description="GeoJSON geometry: Point, LineString, Polygon or their Multi forms"
    )
    file: str | None = Field(
        default=None,
        min_length=1,
        max_length=400,
        description="a file of places (shapefile, KML, DXF, 界址点 text, table ...) beside the application file",
    )
    layer: str | None = Field(default=None, max_length=200, description="the layer of `file` that holds the site")
    crs: str = Field(
        default="EPSG:4490",
        max_length=20_000,
        description="EPSG:4490 (CGCS2000), EPSG:4547, 西安80 3度带 38带, GCJ02 ..., WKT, or unknown",
    )
    extent: str | None = Field(default=None, max_length=60, description='for example "30 m"')

    @model_validator(mode="after")
    def _one_place(self) -> Site:
        if self.geometry is None and self.file is None:
            raise PydanticCustomError("no_place", "Field required")
        if self.geometry is not None and self.file is not None:
            raise PydanticCustomError("two_places", "is given beside a geometry")
        if self.layer is not None and self.file is None:
            raise PydanticCustomError("no_file", "names a layer of no file")
        return self

    @property
    def stated_crs(self) -> str | None:
        """The coordinate system if the applicant wrote one."""
        return self.crs if "crs" in self.model_fields_set else None


class Project(BaseModel):
    """One application. `claims` are the facts `project.*` as the applicant writes them; see `screening vocabulary`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str = Field(default="application", min_length=1, max_length=120, description="the applicant's own reference")
    title: str = Field(default="", max_length=300)
    claims: dict[str, Any] = Field(
        default_factory=dict, alias="project", max_length=500, description="facts project.*, nested or dotted"
    )
    site: Site

    @field_validator("id", "title", mode="after")
    @classmethod
    def _encodable(cls, text: str) -> str:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise ValueError("holds half a character (a lone surrogate)") from None
        return text

    @classmethod
    def of(cls, data: Any, source: str = "") -> Project:
        """An application from plain data. Raises InputError with every problem, each with its JSON pointer."""
        if not isinstance(data, Mapping):
            raise InputError(
                Problem(
                    source,
                    "is not an application",
                    f"write the keys {', '.join(_FORMAT_KEYS)}",
                    "不是项目申请，应含 project 和 site",
                )
            )
        _check_depth(data, source)
        if data.get("type") in ("Feature", "FeatureCollection"):
            data = _from_feature(data, source)
        try:
            return cls.model_validate({str(key): value for key, value in data.items()})
        except ValidationError as error:
            raise InputError([_problem(entry, source) for entry in error.errors(include_url=False)]) from None

    @classmethod
    def parse(cls, text: str, source: str = "") -> Project:
        """An application from YAML, JSON or GeoJSON text."""
        data = parse_json(text, source) if text.lstrip()[:1] == "{" else parse_yaml(text, source).plain()
        return cls.of(data, source)

    @classmethod
    def read(cls, path: str | Path) -> Project:
        """An application from a YAML, JSON or GeoJSON file. Raises InputError or DocumentError with the place."""
        from screening.documents import read_text

        return cls.parse(read_text(Path(path), MAX_BYTES), str(path))

    @classmethod
    def from_bytes(cls, body: bytes, source: str = "") -> Project:
        """An application from bytes, as an HTTP request carries them (JSON or GeoJSON)."""
        return cls.of(parse_json(decode(body, source), source), source)


def _check_depth(data: Any, source: str) -> None:
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ())
            if isinstance(child, Mapping | list)
        ]
        if not level:
            return
    raise InputError(Problem(source, f"is nested deeper than {MAX_DEPTH}", "flatten it", f"嵌套超过 {MAX_DEPTH} 层"))


def _from_feature(data: Mapping[str, Any], source: str) -> dict[str, Any]:
    """A GeoJSON Feature as an application: its properties hold id, title and either `project` or the facts themselves.

    What belongs to the application but stands where it would not be read is refused, and so is a fact stated twice;
    a `crs` member goes with the geometry.
    """
    wrappers = [data]
    if data.get("type") == "FeatureCollection":
        features = data.get("features")
        if not isinstance(features, list) or len(features) != 1 or not isinstance(features[0], Mapping):
            raise InputError(
                Problem(
                    f"{source}/features",
                    "holds not exactly one feature",
                    "send one project at a time",
                    "应只含一个要素",
                )
            )
        data = features[0]
        wrappers.append(data)
    properties = data.get("properties") or {}
    if not isinstance(properties, Mapping):
        raise InputError(Problem(f"{source}/properties", "is not an object", "write {...}", "应为对象"))
    stray = [key for wrapper in wrappers for key in ("project", "site", "extent") if key in wrapper]
    inner = properties.get("project")
    if isinstance(inner, Mapping):
        stray += [str(key)[:80] for key in properties if key in inner or key == "site"]
    if stray:
        remedy = "put the facts under properties/project, extent and crs under properties"
        raise InputError(
            [Problem(f"{source}/{key}", "stands where it is not read", remedy, f"“{key}”放错了位置") for key in stray]
        )
    site = {
        "geometry": _with_crs(data.get("geometry"), wrappers, source),
        **{key: properties[key] for key in ("crs", "extent") if key in properties},
    }
    head = {key: str(properties[key]) for key in ("id", "title") if properties.get(key) is not None}
    if "id" not in head and isinstance(data.get("id"), str | int | Decimal):
        head["id"] = str(data["id"])
    facts = properties.get("project")
    if facts is None:
        facts = {key: value for key, value in properties.items() if key not in ("id", "title", "crs", "extent")}
    return {**head, "project": facts, "site": site}


def _with_crs(geometry: Any, wrappers: list[Mapping[str, Any]], source: str) -> Any:
    """The geometry with the `crs` member that stood on its Feature or FeatureCollection, as older exports write it."""
    if not isinstance(geometry, Mapping):
        return geometry
    declared = [one["crs"] for one in (*wrappers, geometry) if one.get("crs") is not None]
    if any(one != declared[0] for one in declared):
        raise InputError(
            Problem(f"{source}/crs", "two coordinate systems are named", "keep one", "写了两个不同的坐标系，请只留一个")
        )
    return {**geometry, "crs": declared[0]} if declared else geometry


_PLACES: Final = {
    "no_place": ("/geometry", "add it", "缺少此项"),
    "two_places": ("/file", "keep one of them", "与 geometry 重复，请只留一个"),
    "no_file": ("/layer", "name the file, or leave the layer out", "未写 file，无从选择图层"),
}
_ZH: Final = {
    "missing": "缺少此项",
    "string_too_long": "过长",
    "dict_type": "应为对象",
}


def _problem(entry: Any, source: str) -> Problem:
    pointer = "".join(f"/{str(part)[:80].replace('~', '~0').replace('/', '~1')}" for part in entry["loc"])
    if entry["type"] == "extra_forbidden":
        known = tuple(Site.model_fields) if entry["loc"][0] == "site" else _FORMAT_KEYS
        near = nearest(str(entry["loc"][-1]), known)
        remedy = f'did you mean "{near}"?' if near else f"known here: {', '.join(known)}"
        zh = f"没有此项，是否指“{near}”？" if near else f"没有此项，此处可填：{'、'.join(known)}"
        return Problem(f"{source}{pointer}", "is not a known key", remedy, zh)
    if entry["type"] in _PLACES:
        key, remedy, zh = _PLACES[entry["type"]]
        return Problem(f"{source}{pointer}{key}", entry["msg"], remedy, zh)
    remedy = "add it" if entry["type"] == "missing" else ""
    return Problem(f"{source}{pointer}", entry["msg"][:200], remedy, _ZH.get(entry["type"], "格式不对"))
