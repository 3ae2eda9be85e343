"""A decision on the map: the footprint as a GeoJSON Feature that carries the decision in its properties."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from screening.decision import Decision
from screening.project import Project


def to_feature(decision: Decision, project: Project) -> dict[str, Any]:
    """RFC 7946 shape; coordinates stay in the reference system of the application (named in `crs_name`)."""
    return {
        "type": "Feature",
        "id": decision.project,
        "geometry": _plain(project.site.geometry),
        "properties": {"crs_name": project.site.crs, "outcome": decision.outcome.value, "decision": decision.plain()},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value
