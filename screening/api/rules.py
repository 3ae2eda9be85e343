"""The rules over HTTP: those in force on a day, searched and paged, and one by its id."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from screening.access import Act
from screening.api.access import may
from screening.api.models import RuleOut, RulesOut
from screening.api.parameters import ONLY_KNOWN, After, AsOf, Limit, Words, conditional, page
from screening.api.problems import PROBLEMS
from screening.api.services import Services
from screening.errors import suggest
from screening.findings import grounds_of
from screening.rulebook.model import Rule
from screening.rulebook.reader import Rulebook
from screening.rulebook.sentences import rule_in_words


def router(services: Services) -> APIRouter:
    """The routes of the rulebook."""
    rulebook = services.rulebook
    routes = APIRouter(prefix="/v1/rules", tags=["rules"], dependencies=[ONLY_KNOWN, may(Act.READ_RULES)])

    @routes.get("", response_model=RulesOut, responses=PROBLEMS)
    def rules(
        request: Request, as_of: AsOf = None, q: Words = None, limit: Limit = 200, after: After = None
    ) -> Response:
        """The rules in force on a day, in the order of their ids; `q` looks in their words and grounds."""
        day = as_of or services.today
        found = [one for one in _listed(_Kept(rulebook), day) if _holds(one, q)]
        shown, following = page(found, lambda one: str(one["id"]), after, limit)
        body = {
            "as_of": day.isoformat(),
            "rulebook": rulebook.digest,
            "total": len(found),
            "rules": shown,
            "next": following,
        }
        return conditional(request, json.dumps(body, ensure_ascii=False).encode())

    @routes.get("/{rule_id}", response_model=RuleOut, responses=PROBLEMS)
    def rule(request: Request, rule_id: str, as_of: AsOf = None) -> Response:
        """One rule: the version in force on a day, by default the latest."""
        found = rulebook.find(rule_id, as_of)
        if found is None:
            near = suggest(rule_id, (one.id for one in rulebook.rules))
            raise HTTPException(404, f'there is no rule "{rule_id[:120]}" in force then; {near}'.rstrip("; "))
        return conditional(request, json.dumps(plain_rule(found, rulebook), ensure_ascii=False).encode())

    return routes


def plain_rule(rule: Rule, rulebook: Rulebook) -> dict[str, Any]:
    """A rule as plain JSON data, with its sentence in both languages."""
    return {
        "id": rule.id,
        "title": rule.title.plain(),
        "sentence": {lang: rule_in_words(rule, rulebook.vocabulary, lang) for lang in ("zh", "en")},
        "message": rule.message.plain(),
        "remedy": rule.remedy.plain(),
        "question": rule.question.plain(),
        "jurisdiction": rule.jurisdiction,
        "effect": rule.effect.value,
        "measure": rule.measure,
        "checked": rule.level.value,
        "effective_from": rule.effective.start.isoformat() if rule.effective.start else None,
        "effective_until": rule.effective.until.isoformat() if rule.effective.until else None,
        "readings": list(rule.readings),
        "not_encoded": list(rule.not_encoded),
        "grounds": [ground.plain() for ground in grounds_of(rule, rulebook)],
        "digest": rule.digest,
    }


class _Kept:
    """A rulebook as a cache key, by its digest."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook

    def __hash__(self) -> int:
        return hash(self.rulebook.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.rulebook.digest == self.rulebook.digest


@lru_cache(maxsize=8)
def _listed(kept: _Kept, day: date) -> tuple[dict[str, Any], ...]:
    return tuple(plain_rule(rule, kept.rulebook) for rule in kept.rulebook.in_force(day))


def _holds(rule: dict[str, Any], words: str | None) -> bool:
    if not words:
        return True
    grounds = " ".join(
        f"{one['name']['zh']} {one['name']['en']} {one['number']} {one['clause']}" for one in rule["grounds"]
    )
    told = (rule["id"], *rule["title"].values(), *rule["sentence"].values(), grounds)
    text = " ".join(told).casefold()
    return all(word in text for word in words.casefold().split())
