"""The public keys of an identity provider: read from a file or fetched, kept a while, and read again when they change.

A token that names an unknown key makes us ask the provider again, for it may have a new one; but at most once in
`AGAIN` seconds, so that made-up names do not make us flood it. When it does not answer, the keys at hand hold for
`STALE` seconds more: a key that it has withdrawn is not believed for ever.
"""

from __future__ import annotations

import json
import logging
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.message import Message
from pathlib import Path
from threading import Lock
from typing import IO, Any, Final

from jwt import PyJWK
from jwt.exceptions import InvalidKeyError, PyJWTError

from screening.access.refusals import IssuerUnavailableError
from screening.access.settings import OidcSettings, secure_url
from screening.errors import Problem

FRESH: Final = 600.0
"""Seconds for which keys are believed without asking again."""
AGAIN: Final = 30.0
"""Seconds between two askings at the least."""
STALE: Final = 3600.0
"""Seconds for which keys are believed while the provider does not answer."""
PATIENCE: Final = 5.0
"""Seconds that one asking may wait."""
MOST_BYTES: Final = 1_000_000
MOST_KEYS: Final = 100
_LEAST_RSA_BITS: Final = 2048
_FAMILIES: Final[Mapping[str, str]] = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_CURVES: Final[Mapping[str, str]] = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "EdDSA": "Ed25519"}
_LOG: Final = logging.getLogger("screening.access")


class IssuerKeys:
    """The keys of one issuer. Safe to use from many threads; one asks, the others go on with what is known."""

    def __init__(self, read: Callable[[], bytes], clock: Callable[[], float]) -> None:
        """`read` gives the JWKS document or raises OSError or ValueError; `clock` gives seconds that never go back."""
        self._read, self._clock = read, clock
        self._lock = Lock()
        self._known: tuple[tuple[Mapping[str, Any], ...], dict[tuple[int, str], PyJWK]] = (), {}
        self._read_at: float | None = None
        self._asked_at: float | None = None

    def find(self, kid: str | None, algorithm: str) -> PyJWK | None:
        """The key of that name for that algorithm; without a name the only one there is for it. None: there is none.

        Raises IssuerUnavailableError where no keys are at hand that may still be believed.
        """
        if self._read_at is None or self._clock() - self._read_at > FRESH:
            self._ask()
        found = self._pick(kid, algorithm)
        if found is None and self._ask():
            found = self._pick(kid, algorithm)
        return found

    def _pick(self, kid: str | None, algorithm: str) -> PyJWK | None:
        if self._read_at is None or self._clock() - self._read_at > STALE:
            raise IssuerUnavailableError(
                Problem("", "the identity provider's keys cannot be read", "try again later", "暂时无法核验身份令牌")
            )
        keys, made = self._known
        fits = [
            number
            for number, key in enumerate(keys)
            if _fits(key, algorithm) and (kid is None or key.get("kid") == kid)
        ]
        # Two keys of one name, or none named and several to choose from: which is meant is not for us to try out.
        if len(fits) != 1:
            return None
        chosen = fits[0], algorithm
        if chosen not in made:
            # Making a key of its numbers takes longer than verifying with it.
            made[chosen] = PyJWK(dict(keys[fits[0]]), algorithm)
        return made[chosen]

    def _ask(self) -> bool:
        """Read the keys again unless that was just tried. Whether it was read."""
        # Who has keys to go on with does not wait for the one that is asking.
        if not self._lock.acquire(blocking=self._read_at is None):
            return False
        try:
            now = self._clock()
            if self._asked_at is not None and now - self._asked_at < AGAIN:
                return False
            self._asked_at = now
            try:
                self._known = keys_of(self._read()), {}
            except (OSError, ValueError) as error:
                _LOG.warning("the identity provider's keys cannot be read: %s", error)
                return False
            self._read_at = self._clock()
            return True
        finally:
            self._lock.release()


def keys_of(document: bytes) -> tuple[Mapping[str, Any], ...]:
    """The public keys for signatures in a JWKS document; others are left out. Raises ValueError where it is none."""
    try:
        found = json.loads(document)
    except RecursionError as error:
        raise ValueError("not a JWKS document") from error
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list) or len(keys) > MOST_KEYS:
        raise ValueError("not a JWKS document")
    return tuple(key for key in keys if isinstance(key, dict) and _usable(key))


def _usable(key: Mapping[str, Any]) -> bool:
    # One that comes with its private part ("d") is nobody's secret any more.
    if key.get("kty") not in _FAMILIES.values() or key.get("use", "sig") != "sig" or "d" in key:
        return False
    operations = key.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return False
    try:
        made = PyJWK(dict(key)).key
    except (PyJWTError, InvalidKeyError, ValueError, TypeError, KeyError):
        return False
    return key["kty"] != "RSA" or bool(getattr(made, "key_size", 0) >= _LEAST_RSA_BITS)


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    """Whether a key is of the kind an algorithm uses, and not meant for another one."""
    if key["kty"] != _FAMILIES[algorithm[:2]] or key.get("alg", algorithm) != algorithm:
        return False
    return algorithm not in _CURVES or key.get("crv") == _CURVES[algorithm]


def issuer_keys(settings: OidcSettings, clock: Callable[[], float]) -> IssuerKeys:
    """The keys that the settings name: of a file, of a URL, or of the one that the issuer's own description names."""
    return IssuerKeys(_reader(settings), clock)


def _reader(settings: OidcSettings) -> Callable[[], bytes]:
    if settings.jwks_file is not None:
        return _of_file(settings.jwks_file)
    if settings.jwks_url is not None:
        return _of_url(settings.jwks_url)
    return _discovered(settings.issuer)


def _of_file(path: Path) -> Callable[[], bytes]:
    return path.read_bytes


def _of_url(url: str) -> Callable[[], bytes]:
    return lambda: fetch(url)


def _discovered(issuer: str) -> Callable[[], bytes]:
    def read() -> bytes:
        described = json.loads(fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
        if not isinstance(described, dict) or described.get("issuer") != issuer:
            raise ValueError("the issuer's description names another issuer")
        return fetch(secure_url(str(described.get("jwks_uri"))))

    return read


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        raise urllib.error.HTTPError(req.full_url, code, "redirects are not followed", headers, fp)


def fetch(url: str) -> bytes:
    """A small document over https. Raises OSError (HTTP errors and redirects too), ValueError where it is too large."""
    opener = urllib.request.build_opener(_NoRedirects())
    request = urllib.request.Request(url, headers={"Accept": "application/json", "User-Agent": "screening"})
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            body: bytes = answer.read(MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with suppress(OSError):
            error.close()
        raise OSError(f"{url} answers {error.code}") from None
    if len(body) > MOST_BYTES:
        raise ValueError(f"{url} is over {MOST_BYTES:,} bytes")
    return body
