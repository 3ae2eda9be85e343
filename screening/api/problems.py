"""Errors over HTTP: one table from error class to status, in the form of RFC 9457 (application/problem+json)."""

from __future__ import annotations

import json
import logging
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from screening.documents import DocumentError
from screening.errors import FootprintError, InputError, QuantityError, ScreeningError

_STATUS: Final[tuple[tuple[type[ScreeningError], int], ...]] = (
    (DocumentError, 400),
    (FootprintError, 422),
    (InputError, 422),
    (QuantityError, 422),
)
_LOG: Final = logging.getLogger("screening.api")


class TooLargeError(InputError):
    """A request body over the limit."""

    kind = "too-large"
    heading = "the request is too large"


def problem_response(status: int, kind: str, title: str, detail: str, problems: list[dict[str, str]]) -> Response:
    """An RFC 9457 body; `problems` holds one entry for every single thing wrong."""
    body: dict[str, Any] = {"type": f"urn:screening:problem:{kind}", "title": title, "status": status, "detail": detail}
    if problems:
        body["problems"] = problems
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status, media_type="application/problem+json")


def _of_screening_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, ScreeningError):
        raise error
    status = (
        413 if isinstance(error, TooLargeError) else next((s for kind, s in _STATUS if isinstance(error, kind)), 500)
    )
    problems = [
        {"pointer": problem.where, "what": problem.what, "remedy": problem.remedy, "zh": problem.zh}
        for problem in error.problems[:100]
    ]
    return problem_response(
        status, error.kind, error.heading, error.problems[0].text() if error.problems else "", problems
    )


def _of_http_exception(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return problem_response(error.status_code, "http", str(error.detail), str(error.detail), [])


def _of_validation(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    problems = [
        {
            "pointer": "/".join(str(part) for part in entry["loc"]),
            "what": str(entry["msg"]),
            "remedy": "",
            "zh": "参数格式不对",
        }
        for entry in error.errors()[:100]
    ]
    return problem_response(422, "invalid-parameter", "a parameter is wrong", problems[0]["what"], problems)


def _of_anything(_: Request, error: Exception) -> Response:
    _LOG.error("unexpected error", exc_info=error)
    return problem_response(
        500, "internal", "something went wrong here", "The error was logged; try again or report it.", []
    )


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error of the app a problem document."""
    app.add_exception_handler(ScreeningError, _of_screening_error)
    app.add_exception_handler(HTTPException, _of_http_exception)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(Exception, _of_anything)
