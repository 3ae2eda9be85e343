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
from screening.documents import DocumentError
from screening.errors import FootprintError, InputError, Problem, QuantityError, ScreeningError
from screening.text import Text

PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ProblemOut, "content": {"application/problem+json": {}}} for status in (400, 404, 413, 422)
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


class ConflictError(InputError):
    """A request that does not fit what is there already."""

    kind = "conflict"
    heading = "the request does not fit what is there"


class PreconditionError(InputError):
    """A change of something that has changed since it was read."""

    kind = "precondition"
    heading = "it has changed since it was read"


_STATUS: Final[list[tuple[type[ScreeningError], int]]] = [
    (TooLargeError, 413),
    (ConflictError, 409),
    (PreconditionError, 412),
    (DocumentError, 400),
    (FootprintError, 422),
    (SourceError, 422),
    (InputError, 422),
    (QuantityError, 422),
]


def also(kind: type[ScreeningError], status: int) -> None:
    """One more class of errors of a part that the api knows of, before its base classes."""
    if (kind, status) not in _STATUS:
        _STATUS.insert(0, (kind, status))


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
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status, media_type="application/problem+json", headers=dict(headers or {}))


def _of_screening_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, ScreeningError):
        raise error
    status = next((number for kind, number in _STATUS if isinstance(error, kind)), 500)
    problems = [
        {"pointer": problem.where, "what": problem.what, "remedy": problem.remedy, "zh": problem.zh}
        for problem in error.problems[:100]
    ]
    first = error.problems[0] if error.problems else Problem("", "", "")
    return problem_response(
        request,
        status,
        error.kind,
        Text(_HEADINGS.get(error.kind, _STATUSES.get(status, "请求有误")), error.heading),
        Text(first.zh, first.text()),
        problems,
    )


def _of_http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    said = Text(_STATUSES.get(error.status_code, "请求有误"), str(error.detail))
    return problem_response(request, error.status_code, "http", said, said, [], error.headers)


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
