"""No secret reaches a log: what looks like one is blotted out of every record before any handler sees it.

Done where records are made, so it holds for every logger and handler, our own and those of libraries, whenever they are
added; in messages, in their arguments and in tracebacks.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Mapping
from typing import Any, Final

BLOT: Final = "***"
_SECRET_NAMES: Final = (
    r"pass(?:word|wd|phrase)?|pwd|(?:client[_-]?)?secret|(?:access|id|refresh|auth)?[_-]?token|api[_-]?key|tk|"
    r"assertion|code_verifier"
)
_NAMED: Final = rf"\b(?:x[_-])?(?:{_SECRET_NAMES})\b['\"]?"
_PATTERNS: Final = (
    # Keys of ours keep their mark, by which an administrator finds the one to revoke.
    (re.compile(r"scr_([0-9a-f]{12})_[A-Za-z0-9_-]+"), rf"scr_\1_{BLOT}"),
    (re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_=-]*){1,4}"), BLOT),
    (re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]+"), BLOT),
    (re.compile(r"(?i)\b(bearer|basic|digest|negotiate)(\s+)[A-Za-z0-9+/=._~:-]{6,}"), rf"\1\2{BLOT}"),
    (re.compile(r"(?i)((?:set-)?cookie['\"]?\s*[:=,]\s*(?:b?['\"])?)[^'\"\r\n]+"), rf"\1{BLOT}"),
    # A password may hold any mark but white space; then too much is blotted out rather than too little.
    (re.compile(r"(://[^\s/@:]*:)[^\s'\"]+@"), rf"\1{BLOT}@"),
    (re.compile(rf"(?i)({_NAMED}\s*[:=,]\s*b?(['\"]))(?:\\.|(?!\2).)*"), rf"\1{BLOT}"),
    (re.compile(rf"(?i)({_NAMED}\s*[:=]\s*)(?!b?['\"]|\*\*\*)[^\s&'\",;)}}\]]+"), rf"\1{BLOT}"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), BLOT),
)


def redact(text: str) -> str:
    """The text without what looks like a secret."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


class Redaction(logging.Filter):
    """Blots secrets out of a record, and lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(str(record.msg))
        if isinstance(record.args, tuple):
            # One by one, for handlers such as uvicorn's read them so.
            record.args = tuple(_redacted(value) for value in record.args)
        elif isinstance(record.args, Mapping):
            record.args = {key: _redacted(value) for key, value in record.args.items()}
        try:
            whole = record.getMessage()
        except (TypeError, ValueError, KeyError):
            return True
        if redact(whole) != whole:
            record.msg, record.args = redact(whole), ()
        if record.exc_info and record.exc_info[0] is not None:
            # Formatters take the text of the traceback from here where there is one.
            record.exc_text = redact("".join(traceback.format_exception(*record.exc_info)).rstrip("\n"))
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


def _redacted(value: Any) -> Any:
    if isinstance(value, (int, float, type(None))):
        return value
    text = value if isinstance(value, str) else str(value)
    blotted = redact(text)
    # An object is only replaced by its text where that holds a secret.
    return value if blotted == text else blotted


class _RedactingFactory:
    def __init__(self, before: Any) -> None:
        self.before, self.redaction = before, Redaction()

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = self.before(*args, **kwargs)
        self.redaction.filter(record)
        return record


def install_redaction() -> None:
    """Redact every record of this process from now on. Calling it again changes nothing."""
    before = logging.getLogRecordFactory()
    if not isinstance(before, _RedactingFactory):
        logging.setLogRecordFactory(_RedactingFactory(before))
