"""An execute request of OGC API - Processes read: the application in it, and how its answer is to be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self

from screening.documents import decode, parse_json
from screening.errors import InputError, Problem, suggest
from screening.rulebook.values import parse_day

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
_GEOMETRIES: Final = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
_KEYS: Final = ("inputs", "outputs", "response", "subscriber")
INPUTS: Final = ("feature", "project", "as_of")
_TITLE: Final = "OGC API - Processes"


@dataclass(frozen=True, slots=True)
class Answer:
    """How the one output, the decision, is sent: alone (`raw`) or in a document; in it or as a link; in which format."""

    raw: bool = True
    by_value: bool = True
    media_type: str = JSON

    @property
    def title(self) -> str:
        """The title of a job, by which the answer is sent as it was asked for."""
        return f"{_TITLE}: {'raw' if self.raw else 'document'}, {'value' if self.by_value else 'reference'}, {self.media_type}"

    @classmethod
    def of_title(cls, title: str) -> Self:
        """As asked for when the job was made; of other jobs a document of links, for they may be of thousands."""
        start, _, rest = title.partition(": ")
        words = rest.split(", ")
        if start != _TITLE or len(words) != 3:
            return cls(raw=False, by_value=False)
        return cls(words[0] == "raw", words[1] == "value", GEOJSON if words[2] == GEOJSON else JSON)


@dataclass(frozen=True, slots=True)
class Execution:
    """One application, as the bytes of a request, the day it names, and how to answer."""

    application: bytes
    as_of: date | None
    answer: Answer


def read_execution(body: bytes) -> Execution:
    """The execute request of `screen`. Raises DocumentError for what is not JSON, InputError with all that is wrong."""
    said = parse_json(decode(body, ""), "")
    if not isinstance(said, Mapping):
        raise _wrong("", "is no execute request", 'write {"inputs": {"feature": ...}}', "应为执行请求")
    _known(said, _KEYS, "")
    if "subscriber" in said:
        raise _wrong("/subscriber", "is not served", "subscribe to job.ended (/v1/webhooks)", "不支持回调，请用订阅")
    inputs = said.get("inputs")
    if not isinstance(inputs, Mapping):
        raise _wrong("/inputs", "is no object", 'write {"feature": ...}', "应为对象")
    _known(inputs, INPUTS, "/inputs")
    if "feature" not in inputs:
        raise _wrong("/inputs/feature", "is missing", "give the site as a GeoJSON Feature", "缺少用地要素")
    values = {key: _value(value, f"/inputs/{key}") for key, value in inputs.items()}
    return Execution(_application(values), _day(values.get("as_of")), _answer(said))


def _known(said: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    problems = [
        Problem(
            f"{where}/{key[:80]}",
            "is not a known key",
            suggest(key, known) or f"known here: {', '.join(known)}",
            f"没有此项，此处可填：{'、'.join(known)}",
        )
        for key in said
        if key not in known
    ]
    if problems:
        raise InputError(problems[:100])


def _value(given: Any, where: str) -> Any:
    """An input as it stands, or the `value` of a qualified one. A link is refused: this service fetches nothing."""
    if not isinstance(given, Mapping):
        return given
    if "href" in given and given.keys() <= {"href", "type", "rel", "hreflang", "title", "length"}:
        raise _wrong(
            where, "is a link, and no links are followed", "send the value itself", "不读取链接，请直接提交内容"
        )
    if "value" in given and given.keys() <= {"value", "mediaType", "encoding", "schema", "format"}:
        return given["value"]
    return given


def _application(values: Mapping[str, Any]) -> bytes:
    """A GeoJSON Feature as `Project` reads it. Beside `project` the feature's own properties state no facts."""
    feature = values["feature"]
    if not isinstance(feature, Mapping):
        raise _wrong("/inputs/feature", "is no GeoJSON object", "send a Feature or a geometry", "应为 GeoJSON 对象")
    if feature.get("type") in _GEOMETRIES:
        feature = {"type": "Feature", "geometry": feature, "properties": {}}
    facts = values.get("project")
    if facts is not None:
        if not isinstance(facts, Mapping):
            raise _wrong("/inputs/project", "is no object", "write the facts as {...}", "应为对象")
        feature = _with_facts(feature, facts)
    try:
        return _text(feature).encode("utf-8", "surrogatepass")
    except RecursionError:
        raise _wrong("/inputs", "is nested too deeply", "flatten it", "嵌套过深") from None


def _with_facts(given: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    if given.get("type") == "FeatureCollection":
        listed = given.get("features")
        if not isinstance(listed, list) or len(listed) != 1 or not isinstance(listed[0], Mapping):
            raise _wrong("/inputs/feature/features", "holds not exactly one feature", "send one", "应只含一个要素")
        return {**given, "features": [_with_facts(listed[0], facts)]}
    properties = given.get("properties") or {}
    if not isinstance(properties, Mapping):
        raise _wrong("/inputs/feature/properties", "is no object", "write {...}", "应为对象")
    if "project" in properties:
        raise _wrong(
            "/inputs/project", "stands in the feature's properties too", "keep one of them", "重复，请只留一处"
        )
    kept = {key: properties[key] for key in ("id", "title", "crs", "extent") if key in properties}
    return {**given, "properties": {**kept, "project": facts}}


def _text(value: Any) -> str:
    """JSON in which every number stands as it was written."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(key)}:{_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    return json.dumps(value)


def _day(given: Any) -> date | None:
    if given is None:
        return None
    if not isinstance(given, str):
        raise _wrong("/inputs/as_of", "is no day", "write it as 2026-08-15", "日期应写作 2026-08-15")
    try:
        return parse_day(given)
    except InputError as error:
        first = error.problems[0]
        raise InputError(Problem("/inputs/as_of", first.what, first.remedy, first.zh)) from None


def _answer(said: Mapping[str, Any]) -> Answer:
    response = said.get("response", "raw")
    if response not in ("raw", "document"):
        raise _wrong("/response", "is neither raw nor document", "write one of them", "应为 raw 或 document")
    outputs = said.get("outputs") or {"decision": {}}
    if not isinstance(outputs, Mapping):
        raise _wrong("/outputs", "is no object", 'write {"decision": {}}', "应为对象")
    _known(outputs, ("decision",), "/outputs")
    wanted = outputs.get("decision")
    wanted = {} if wanted is None else wanted
    form = wanted.get("format") if isinstance(wanted, Mapping) else None
    media_type = form.get("mediaType", JSON) if isinstance(form, Mapping) else JSON
    mode = wanted.get("transmissionMode", "value") if isinstance(wanted, Mapping) else None
    if mode not in ("value", "reference"):
        raise _wrong("/outputs/decision", "is sent by value or reference", "name one of them", "传输方式有误")
    if media_type not in (JSON, GEOJSON):
        remedy = f"one of {JSON}, {GEOJSON}"
        raise _wrong("/outputs/decision/format", "is no format of it", remedy, f"可用格式：{JSON}、{GEOJSON}")
    return Answer(response == "raw", mode == "value", media_type)


def _wrong(where: str, what: str, remedy: str, zh: str) -> InputError:
    return InputError(Problem(where, what, remedy, zh))
