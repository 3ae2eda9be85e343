"""A JSON Schema of rule files, for editors: completion and red lines while a rule is written."""

from __future__ import annotations

from typing import Any

from screening.rulebook.model import Effect, Level
from screening.rulebook.reader import Rulebook
from screening.rulebook.terms import Term, Type

_TEXT: dict[str, Any] = {
    "type": "object",
    "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
    "required": ["zh", "en"],
    "additionalProperties": False,
}
_DAY: dict[str, Any] = {"type": "string", "format": "date"}


def rule_schema(rulebook: Rulebook) -> dict[str, Any]:
    """JSON Schema (2020-12) for a rule file against this vocabulary and these instruments. The loader checks more."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "screening rule",
        "type": "object",
        "required": ["id", "title", "jurisdiction", "effective", "basis", "when", "outcome", "checked"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "description": "with for_each: holds a {column}"},
            "title": _TEXT,
            "jurisdiction": {"type": "string", "description": "CN, a 2, 4 or 6 digit code, basin_x or a unit code"},
            "effective": {
                "type": "object",
                "properties": {"from": {"type": "string"}, "until": {"type": ["string", "null"]}},
                "required": ["from"],
                "additionalProperties": False,
            },
            "for_each": {
                "anyOf": [
                    {"type": "string"},
                    {
                        "type": "object",
                        "properties": {
                            "table": {"type": "string"},
                            "where": {"type": "object", "additionalProperties": {"type": "string"}},
                            "given": {"type": "array", "items": {"type": "string"}},
                        },
                        "required": ["table"],
                        "additionalProperties": False,
                    },
                ]
            },
            "basis": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {
                        "instrument": {"anyOf": [{"enum": sorted(rulebook.instruments)}, {"pattern": r"\{"}]},
                        "clause": {"type": "string"},
                    },
                    "required": ["instrument", "clause"],
                    "additionalProperties": False,
                },
            },
            "when": {"$ref": "#/$defs/condition"},
            "unless": {"$ref": "#/$defs/condition"},
            "outcome": {"enum": [effect.value for effect in Effect]},
            "classifies": {"enum": sorted(key for key in rulebook.vocabulary if key.startswith("class."))},
            "list": {
                "type": "object",
                "properties": {
                    "id": {"anyOf": [{"enum": sorted(rulebook.instruments)}, {"pattern": r"\{"}]},
                    "row": {"type": "string"},
                    "rest": {"anyOf": [{"enum": ["yes", "no"]}, {"type": "boolean"}, {"pattern": r"\{"}]},
                },
                "required": ["id", "row"],
                "additionalProperties": False,
            },
            "measure": {"enum": sorted(rulebook.vocabulary.measures)},
            "message": _TEXT,
            "remedy": _TEXT,
            "question": _TEXT,
            "checked": {
                "type": "object",
                "properties": {
                    "level": {"anyOf": [{"enum": [level.value for level in Level]}, {"pattern": r"\{"}]},
                    "on": _DAY,
                    "note": {"type": "string"},
                },
                "required": ["level"],
                "additionalProperties": False,
            },
            "readings": {"type": "array", "items": {"type": "string"}},
            "not_encoded": {"type": "array", "items": {"type": "string"}},
        },
        "$defs": {
            "condition": {
                "anyOf": [
                    {"type": "array", "items": {"$ref": "#/$defs/condition"}, "minItems": 1},
                    {
                        "type": "object",
                        "minProperties": 1,
                        "properties": {
                            "all": {"$ref": "#/$defs/condition"},
                            **{word: {"$ref": "#/$defs/condition", "maxProperties": 1} for word in ("any", "none")},
                            **{key: _test(term) for key, term in sorted(rulebook.vocabulary.items())},
                        },
                        "patternProperties": {r"\{": {}},
                        "additionalProperties": False,
                    },
                ]
            },
        },
    }


def _test(term: Term) -> dict[str, Any]:
    scalar: dict[str, Any] = {"type": ["string", "number", "boolean"]}
    several: dict[str, Any] = {"anyOf": [scalar, {"type": "array", "items": scalar, "minItems": 1}]}
    given: dict[str, Any] = {"given": {"enum": ["yes", "no"]}}
    bounds = dict.fromkeys(("at_least", "at_most", "over", "under"), scalar)
    tests: dict[str, dict[str, Any]]
    match term.type:
        case Type.NUMBER | Type.DATE:
            tests = {**bounds, **given}
        case Type.SET:
            tests = {"has": several, **given}
        case Type.FLAG:
            tests = {"is": scalar, **given}
        case _:
            tests = {"is": scalar, "in": several, **given}
    mapping = {"type": "object", "properties": tests, "additionalProperties": False, "minProperties": 1}
    unit = f" [{term.unit}]" if term.unit else ""
    shapes = [mapping] if term.type in (Type.NUMBER, Type.DATE, Type.SET) else [mapping, several]
    return {"description": f"{term.label.zh} / {term.label.en}{unit}", "anyOf": shapes}
