"""The documents of OGC API - Processes: what the service is, its one process, and how far a job is."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

from screening.api.ogc_execution import GEOJSON, JSON
from screening.facts import Supplier
from screening.project import Project
from screening.rulebook.vocabulary import Vocabulary
from screening.store import Job, JobState, time_text
from screening.version import VERSION

PROCESS: Final = "screen"
_PART: Final = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
CONFORMANCE: Final = tuple(f"{_PART}/{name}" for name in ("core", "ogc-process-description", "json", "dismiss"))
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.1"
_RELATION: Final = "http://www.opengis.net/def/rel/ogc/1.0"
_WORDS: Final = {
    "title": ("建设项目生态环境准入筛查", "Screen a project against environmental-access rules"),
    "description": (
        "将项目用地红线与管控单元、保护区等图层比对，按指定日期施行的规则给出未见障碍、人工复核或不符合准入。结论为研判意见，不是许可。",
        "Places a project's red line on the zones and applies the rules in force on a day: pass, review or reject, with "
        "every ground. An opinion, never a permit.",
    ),
    "feature": ("用地红线（GeoJSON 要素或几何）", "The footprint: a GeoJSON Feature or geometry"),
    "feature_more": (
        "CGCS2000 经纬度；其他坐标系写在属性 crs 中。属性即项目情况，另填 project 时除外。",
        "Longitude and latitude in CGCS2000; another system is named by the property `crs`. Its properties are the facts "
        "of the project, unless `project` is given.",
    ),
    "project": ("项目情况", "Facts of the project"),
    "as_of": ("按哪一日的规定", "The day whose law counts; today by default"),
    "decision": ("结论", "The decision"),
    "successful": ("已完成", "done"),
    "failed": ("未能判定，见结果", "not all could be decided; the results say why"),
    "accepted": ("排队中", "waiting"),
    "running": ("进行中", "at work"),
    "dismissed": ("已取消", "dismissed"),
}


def words(key: str, lang: str) -> str:
    return _WORDS[key][lang != "zh"]


def link(base: str, path: str, relation: str, media_type: str = JSON, title: str = "") -> dict[str, str]:
    """A link to a path of this service."""
    found = {"href": f"{base}{path}", "rel": relation, "type": media_type}
    return {**found, "title": title} if title else found


def landing(base: str, lang: str) -> dict[str, Any]:
    """The landing page."""
    return {
        "title": f"screening · {words('title', lang)}",
        "description": words("description", lang),
        "links": [
            link(base, "/ogc", "self"),
            link(base, "/ogc/api", "service-desc", OPENAPI),
            link(base, "/docs", "service-doc", "text/html"),
            link(base, "/ogc/conformance", f"{_RELATION}/conformance"),
            link(base, "/ogc/processes", f"{_RELATION}/processes"),
            link(base, "/ogc/jobs", f"{_RELATION}/job-list"),
        ],
    }


def summary(base: str, lang: str) -> dict[str, Any]:
    """The process as it is listed."""
    return {
        "id": PROCESS,
        "version": VERSION,
        "title": words("title", lang),
        "description": words("description", lang),
        "keywords": ["三线一单", "生态环境分区管控", "environmental zoning"],
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["value", "reference"],
        "links": [
            link(base, f"/ogc/processes/{PROCESS}", "self"),
            link(base, f"/ogc/processes/{PROCESS}/execution", f"{_RELATION}/execute"),
        ],
    }


def description(base: str, lang: str, vocabulary: Vocabulary) -> dict[str, Any]:
    """The process with its inputs and output."""
    return {
        **summary(base, lang),
        "inputs": {
            "feature": {
                "title": words("feature", lang),
                "description": words("feature_more", lang),
                "valuePassing": ["byValue"],
                "minOccurs": 1,
                "maxOccurs": 1,
                "schema": {
                    "oneOf": [
                        _geojson("geojson-feature", "Feature"),
                        _geojson("geojson-feature-collection", "FeatureCollection"),
                        _geojson("geojson-geometry", "Geometry"),
                    ]
                },
            },
            "project": {
                "title": words("project", lang),
                "valuePassing": ["byValue"],
                "minOccurs": 0,
                "maxOccurs": 1,
                "schema": {"type": "object", "properties": _facts(vocabulary, lang)},
            },
            "as_of": {
                "title": words("as_of", lang),
                "valuePassing": ["byValue"],
                "minOccurs": 0,
                "maxOccurs": 1,
                "schema": {"type": "string", "format": "date"},
            },
        },
        "outputs": {
            "decision": {
                "title": words("decision", lang),
                "schema": {
                    "oneOf": [
                        {"type": "object", "contentMediaType": JSON},
                        {"contentMediaType": GEOJSON, **_geojson("geojson-feature", "Feature")},
                    ]
                },
            }
        },
    }


def _geojson(form: str, schema: str) -> dict[str, Any]:
    return {"allOf": [{"format": form}, {"$ref": f"https://geojson.org/schema/{schema}.json"}]}


def _facts(vocabulary: Vocabulary, lang: str) -> dict[str, Any]:
    """What an applicant may state, by keys without `project.`; values are written as in any application."""
    return {
        key.removeprefix("project."): {
            "title": term.label.get(lang),
            "description": " ".join(part for part in (term.question.get(lang), term.unit) if part),
        }
        for key, term in sorted(vocabulary.items())
        if term.supplier is Supplier.APPLICANT and key.startswith("project.")
    }


def status_of(job: Job) -> str:
    """A job's state in the standard's words."""
    if job.state is JobState.DONE:
        return "failed" if job.failed else "successful"
    return {JobState.QUEUED: "accepted", JobState.RUNNING: "running", JobState.CANCELLED: "dismissed"}[job.state]


def status(base: str, lang: str, job: Job) -> dict[str, Any]:
    """How far a job is."""
    state = status_of(job)
    found: dict[str, Any] = {
        "processID": PROCESS,
        "type": "process",
        "jobID": job.id,
        "status": state,
        "message": words(state, lang),
        "created": time_text(job.created_at),
        "progress": 100 * (job.done + job.failed) // job.total,
        "links": [link(base, f"/ogc/jobs/{job.id}", "self")],
    }
    if job.ended_at is not None:
        found["finished"] = time_text(job.ended_at)
    if state in ("successful", "failed"):
        found["links"].append(link(base, f"/ogc/jobs/{job.id}/results", f"{_RELATION}/results"))
    return found


def as_feature(application: bytes, decision: bytes) -> bytes:
    """A decision as a GeoJSON Feature: the geometry as it was applied with, `crs` what its numbers are in."""
    project = Project.from_bytes(application)
    geometry = json.dumps(_numbers(project.site.geometry), ensure_ascii=False)
    head = {"crs": project.site.crs, "outcome": json.loads(decision)["outcome"]}
    properties = f'{json.dumps(head, ensure_ascii=False)[:-1]}, "decision": '.encode() + decision + b"}"
    kept = f'{{"type": "Feature", "id": {json.dumps(project.id, ensure_ascii=False)}, "geometry": {geometry}, '.encode()
    return kept + b'"properties": ' + properties + b"}"


def _numbers(value: Any) -> Any:
    """A geometry whose coordinates are numbers, as GeoJSON has them, however they were written."""
    if isinstance(value, dict):
        return {
            key: _numbers(item) if key in ("coordinates", "geometry") else _plain(item) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return float(value) if isinstance(value, str | Decimal) else value


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
