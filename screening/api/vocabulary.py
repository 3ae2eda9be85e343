"""What an application may state, and the sectors of GB/T 4754 looked up by code or words."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from screening.access import Act
from screening.api.access import may
from screening.api.models import SectorsOut, VocabularyOut
from screening.api.parameters import ONLY_KNOWN, Limit, conditional
from screening.api.problems import PROBLEMS
from screening.api.services import Services
from screening.facts import Supplier
from screening.rulebook.terms import Term, Type


def router(services: Services) -> APIRouter:
    """The routes of the vocabulary."""
    vocabulary = services.rulebook.vocabulary
    routes = APIRouter(prefix="/v1", tags=["vocabulary"], dependencies=[ONLY_KNOWN, may(Act.READ_VOCABULARY)])
    sector = vocabulary.terms.get("project.sector")

    @routes.get("/vocabulary", response_model=VocabularyOut, responses=PROBLEMS)
    def facts(request: Request, supplied_by: Supplier = Supplier.APPLICANT) -> Response:
        """Every fact of one supplier: its words, unit, choices, where an applicant finds it and why it is asked."""
        found = [plain_term(term) for _, term in sorted(vocabulary.items()) if term.supplier is supplied_by]
        return conditional(request, json.dumps({"facts": found}, ensure_ascii=False).encode())

    @routes.get("/sectors", response_model=SectorsOut, responses=PROBLEMS)
    def sectors(
        request: Request,
        q: Annotated[str, Query(max_length=100, description="digits of the code, or words of the name")] = "",
        limit: Limit = 20,
    ) -> Response:
        """The four-digit classes of GB/T 4754-2017 that answer to a code or to words, the nearest first."""
        found = search_sectors(sector, q)[:limit] if sector is not None else []
        return conditional(request, json.dumps({"sectors": found}, ensure_ascii=False).encode())

    return routes


def plain_term(term: Term) -> dict[str, Any]:
    """A term as plain JSON data. The choices of a sector are left to the search."""
    return {
        "fact": term.key,
        "type": term.type.value,
        "unit": term.unit,
        "label": term.label.plain(),
        "question": term.question.plain(),
        "found": term.found.plain(),
        "why": term.why.plain(),
        "choices": (
            []
            if term.type is Type.SECTOR
            else [{"word": word, "label": label.plain()} for word, label in term.choices.items()]
        ),
    }


def search_sectors(term: Term, words: str) -> list[dict[str, Any]]:
    """Classes whose code starts with the digits, or whose name (or other name) holds every word."""
    asked = words.strip().casefold()
    others: dict[str, list[str]] = {}
    for alias, code in term.aliases.items():
        others.setdefault(code, []).append(alias.casefold())
    ranked: list[tuple[int, str]] = []
    for code, label in term.choices.items():
        names = [label.zh.casefold(), label.en.casefold(), *others.get(code, ())]
        if not asked or (asked.isdigit() and code.startswith(asked)):
            rank = 0
        elif asked in names:
            rank = 1
        elif any(name.startswith(asked) for name in names):
            rank = 2
        elif any(asked in name for name in names):
            rank = 3
        elif all(any(word in name for name in names) for word in asked.split()):
            rank = 4
        elif len(asked) > 1 and not asked.isascii() and all(mark in label.zh for mark in asked if not mark.isspace()):
            rank = 5
        else:
            continue
        ranked.append((rank, code))
    return [{"code": code, "label": term.choices[code].plain()} for _, code in sorted(ranked)]
