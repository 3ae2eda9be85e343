"""No secret in a log, however it comes there."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import jwt
import pytest

from screening.access import Redaction, install_redaction, new_key, redact
from screening.access.redaction import BLOT

SECRET = "s3cr3t-Zq8_tk/x+9=="
TOKEN = jwt.encode({"sub": "zhang", "name": "张三"}, "k" * 32, algorithm="HS256")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """A logger "secrets" whose records are redacted as they are made, and what its handler wrote."""
    factory = logging.getLogRecordFactory()
    install_redaction()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("secrets")
    logger.addHandler(handler)
    logger.propagate = False
    yield stream
    logger.removeHandler(handler)
    logger.propagate = True
    logging.setLogRecordFactory(factory)


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: bearer   {SECRET}",
        f"Authorization: Basic {SECRET}",
        f"X-API-Key: {SECRET}",
        f"[(b'host', b'x'), (b'authorization', b'Bearer {SECRET}'), (b'x-api-key', b'{SECRET}')]",
        f"{{'cookie': 'session={SECRET}; other={SECRET}'}}",
        f"Cookie: a={SECRET}; b={SECRET}",
        f"Set-Cookie: a={SECRET}; HttpOnly",
        f"GET /v1/rules?access_token={SECRET}&q=steel HTTP/1.1",
        f"GET /wmts?service=WMTS&tk={SECRET} HTTP/1.1",
        f'{{"client_secret": "{SECRET} with a space", "q": 1}}',
        f"password={SECRET}",
        f"PASSWORD = '{SECRET}'",
        f"postgresql+psycopg://screening:{SECRET}@db.internal/screening",
        f"postgresql://screening:p@{SECRET}@db.internal/screening",
        f"whsec_{SECRET}",
        f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----",
        f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}",
        f"refresh_token: {SECRET}",
    ],
)
def test_what_looks_like_a_secret_is_blotted_out(line: str) -> None:
    assert "s3cr3t" not in redact(line) and BLOT in redact(line)


def test_tokens_and_keys_are_blotted_out_wherever_they_stand_and_a_key_keeps_its_mark() -> None:
    key = new_key()
    text = redact(f"x{key.text}, ({TOKEN})")
    assert text == f"xscr_{key.mark}_{BLOT}, ({BLOT})"


@pytest.mark.parametrize(
    "line",
    [
        '127.0.0.1:52344 - "GET /v1/rules?q=steel&as_of=2026-11-22 HTTP/1.1" 200',
        "decision/0198c0de-0000-7000-8000-000000000000 recorded for oidc:zhang",
        "http://127.0.0.1:8000 is served; a bearer of news",
        "Idempotency-Key: 7f3a, keys: 12, tokenised text, the token has expired",
        "rules/national/capacity: 单位产品能耗 0.35 tce",
        "wait 3 s, task=7, keep it secret",
    ],
)
def test_what_is_no_secret_stays_readable(line: str) -> None:
    assert redact(line) == line


def test_secrets_in_arguments_mappings_and_objects_are_blotted_out(written: io.StringIO) -> None:
    class Holder:
        def __repr__(self) -> str:
            return f"Holder(password={SECRET!r})"

    log = logging.getLogger("secrets")
    log.warning("sent %s with %d", f"Bearer {SECRET}", 7)
    log.warning("sent Bearer %s", SECRET)
    log.warning("%(who)s %(what)s", {"who": "zhang", "what": f"api_key={SECRET}"})
    log.warning("%s", Holder())
    log.warning("%r", {"token": SECRET})
    log.warning(Holder())
    log.warning(f"100% of {TOKEN}")
    text = written.getvalue()
    assert "s3cr3t" not in text and TOKEN not in text
    assert text.count("\n") == 7 and "with 7" in text


def test_secrets_in_tracebacks_are_blotted_out(written: io.StringIO) -> None:
    try:
        try:
            raise ValueError(f"token={SECRET}")
        except ValueError as error:
            raise RuntimeError(f"at postgresql://u:{SECRET}@h/d") from error
    except RuntimeError:
        logging.getLogger("secrets").exception("failed", stack_info=True)
    assert "s3cr3t" not in written.getvalue()
    assert "RuntimeError" in written.getvalue() and "ValueError" in written.getvalue()


def test_a_handlers_that_reads_arguments_one_by_one_still_finds_them() -> None:
    args = ("127.0.0.1:1", "GET", f"/v1/rules?token={SECRET}", "1.1", 200)
    record = logging.LogRecord("uvicorn.access", 20, "", 0, '%s - "%s %s HTTP/%s" %d', args, None)
    Redaction().filter(record)
    assert isinstance(record.args, tuple) and len(record.args) == 5 and record.args[4] == 200
    assert "s3cr3t" not in record.getMessage()


def test_a_record_that_cannot_be_formatted_is_left_to_its_handler() -> None:
    record = logging.LogRecord("x", 20, "", 0, "%d of %d", ("one",), None)
    assert Redaction().filter(record) is True


def test_installing_twice_is_installing_once(written: io.StringIO) -> None:
    once = logging.getLogRecordFactory()
    install_redaction()
    assert logging.getLogRecordFactory() is once
