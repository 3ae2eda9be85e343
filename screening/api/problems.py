"""Errors over HTTP: one table from error class to status, in the form of RFC 9457 (application/problem+json).

Title and detail come in the language the client prefers (Accept-Language: zh or en); every single problem in both.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from screening.api.models import ProblemOut
from screening.atlas.formats import SourceError
from screening.audit.receipt import ReceiptError
from screening.documents import DocumentError
from screening.errors import FootprintError, InputError, Problem, QuantityError, ScreeningError
from screening.report.opinion import PrintingError
from screening.store import (
    ConflictError,
    IdempotencyConflictError,
    InvalidRecordError,
    NotFoundError,
    StoreError,
    StoreUnavailableError,
    VersionConflictError,
)
from screening.text import Text
from screening.workers import BusyError, UnavailableError
from screening.workers.errors import WorkersError

PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ProblemOut, "content": {"application/problem+json": {}}}
    for status in (400, 404, 406, 409, 412, 413, 415, 422, 428, 500, 503)
}
_HEADINGS: Final[Mapping[str, str]] = {
    "unreadable-document": "无法读取所提交的内容",
    "unreadable-source": "无法读取该文件",
    "invalid-footprint": "用地边界无法使用",
    "invalid-application": "项目申请有误",
    "invalid-quantity": "数值或者单位有误",
    "too-large": "请求过大",
    "internal": "服务内部出错",
    "invalid-parameter": "参数有误",
}
_STATUSES: Final[Mapping[int, str]] = {
    400: "请求有误",
    401: "需要登录",
    403: "无权进行此操作",
    404: "没有找到",
    405: "不支持此方法",
    406: "不支持所要的格式",
    409: "与已有内容冲突",
    412: "内容已被他人修改",
    413: "请求过大",
    415: "不支持此内容类型",
    428: "须注明所依据的版本",
    429: "请求过于频繁",
    503: "服务暂不可用",
}
_LOG: Final = logging.getLogger("screening.api")


class TooLargeError(InputError):
    """A request body over the limit."""

    kind = "too-large"
    heading = "the request is too large"


_STATUS: Final[tuple[tuple[type[ScreeningError], int], ...]] = (
    (TooLargeError, 413),
    (VersionConflictError, 412),
    (IdempotencyConflictError, 422),
    (ConflictError, 409),
    (NotFoundError, 404),
    (InvalidRecordError, 422),
    (StoreUnavailableError, 503),
    (BusyError, 503),
    (UnavailableError, 503),
    (PrintingError, 503),
    (WorkersError, 500),
    (StoreError, 500),
    (ReceiptError, 422),
    (DocumentError, 400),
    (FootprintError, 422),
    (SourceError, 422),
    (InputError, 422),
    (QuantityError, 422),
)


def language(request: Request) -> str:
    """zh or en, as Accept-Language prefers; English where it says neither."""
    best, weight = "en", 0.0
    for part in request.headers.get("accept-language", "")[:400].split(","):
        tag, _, quality = part.partition(";")
        try:
            q = float(quality.partition("=")[2] or 1)
        except ValueError:
            q = 0.0
        short = tag.strip().lower()[:2]
        if short in ("zh", "en") and q > weight:
            best, weight = short, q
    return best


def problem_response(
    request: Request,
    status: int,
    kind: str,
    title: Text,
    detail: Text,
    problems: list[dict[str, str]],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An RFC 9457 body; `problems` holds one entry for every single thing wrong."""
    lang = language(request)
    body: dict[str, Any] = {
        "type": f"urn:screening:problem:{kind}",
        "title": title.get(lang),
        "status": status,
        "detail": detail.get(lang),
    }
    if problems:
        body["problems"] = problems
    return _response(body, headers)


def _response(body: Mapping[str, Any], headers: Mapping[str, str] | None) -> Response:
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, body["status"], media_type="application/problem+json", headers=dict(headers or {}))


def plain_problem(error: ScreeningError, lang: str) -> dict[str, Any]:
    """The body of RFC 9457 for an error of ours; `problems` holds one entry for every single thing wrong."""
    status = next((number for kind, number in _STATUS if isinstance(error, kind)), 500)
    first = error.problems[0] if error.problems else Problem("", "", "")
    return {
        "type": f"urn:screening:problem:{error.kind}",
        "title": Text(_HEADINGS.get(error.kind, _STATUSES.get(status, "请求有误")), error.heading).get(lang),
        "status": status,
        "detail": Text(first.zh, first.text()).get(lang),
        "problems": [
            {"pointer": problem.where, "what": problem.what, "remedy": problem.remedy, "zh": problem.zh}
            for problem in error.problems[:100]
        ],
    }


def _of_screening_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, ScreeningError):
        raise error
    body = plain_problem(error, language(request))
    headers = {"Retry-After": "5"} if body["status"] == 503 else None
    return _response(body, headers)


def _of_http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    said = Text(_STATUSES.get(error.status_code, "请求有误"), str(error.detail))
    kind = "too-large" if error.status_code == 413 else "http"
    return problem_response(request, error.status_code, kind, said, said, [], error.headers)


def _of_validation(request: Request, error: Exception) -> Response:
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
    detail = Text(f"{problems[0]['pointer']}：参数格式不对", problems[0]["what"])
    return problem_response(
        request, 422, "invalid-parameter", Text("参数有误", "a parameter is wrong"), detail, problems
    )


def _of_anything(request: Request, error: Exception) -> Response:
    _LOG.error("unexpected error", exc_info=error)
    return problem_response(
        request,
        500,
        "internal",
        Text(_HEADINGS["internal"], "something went wrong here"),
        Text("错误已记录，请重试或者报告。", "The error was logged; try again or report it."),
        [],
    )


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error of the app a problem document."""
    app.add_exception_handler(ScreeningError, _of_screening_error)
    app.add_exception_handler(HTTPException, _of_http_exception)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(Exception, _of_anything)
