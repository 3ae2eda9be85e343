"""Parameters of the routes: strictly the ones a route knows, each once; days, pages, and answers a client may already have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BeforeValidator

from screening.errors import InputError, Problem, suggest
from screening.rulebook.values import parse_day

T = TypeVar("T")
MOST_A_PAGE: Final = 1000


def _written_day(value: Any) -> Any:
    """A day as `parse_day` reads it: pydantic alone would take 0 for 1970-01-01, a day without law."""
    try:
        return parse_day(value) if isinstance(value, str) else value
    except InputError as error:
        raise ValueError(error.problems[0].text()) from None


AsOf = Annotated[
    date | None, BeforeValidator(_written_day), Query(description="the day whose law counts; today by default")
]
Limit = Annotated[int, Query(ge=1, le=MOST_A_PAGE, description="how many at most")]
PageSize = Annotated[int, Query(ge=1, le=500, description="how many at most")]
After = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]
Words = Annotated[str | None, Query(max_length=100, description="words to look for, all of them")]


def _only_known(request: Request) -> None:
    """A misspelt or doubled parameter must not be answered as if it had not been sent: `asof=` would mean today."""
    route = request.scope.get("route")
    known = _named(route) if isinstance(route, APIRoute) else []
    problems = []
    for name in request.query_params:
        if name not in known:
            hint = suggest(name, known) or (f"known: {', '.join(known)}" if known else "leave it out")
            zh = f"没有参数“{name[:80]}”，可用：{'、'.join(known) or '无'}"
            problems.append(Problem(name[:80], "is no parameter here", hint, zh))
        elif len(request.query_params.getlist(name)) > 1:
            problems.append(Problem(name, "stands twice", "keep one", f"参数“{name}”重复"))
    if problems:
        raise InputError(problems)


def _named(route: APIRoute) -> list[str]:
    found: list[str] = []
    waiting = [route.dependant]
    while waiting:
        one = waiting.pop()
        found.extend(field.alias for field in one.query_params)
        waiting.extend(one.dependencies)
    return sorted(found)


ONLY_KNOWN: Final = Depends(_only_known)


def page(items: Sequence[T], key: Callable[[T], str], after: str | None, limit: int) -> tuple[Sequence[T], str | None]:
    """The items after a key, in the order of their keys, and what to ask for next (None: that was all)."""
    rest = [item for item in items if after is None or key(item) > after]
    return rest[:limit], key(rest[limit - 1]) if len(rest) > limit else None


def conditional(request: Request, content: bytes, media_type: str = "application/json") -> Response:
    """The content with its tag, or 304 to a client that has it."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    asked = request.headers.get("if-none-match", "")
    if asked == "*" or tag in {part.strip().removeprefix("W/") for part in asked.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
