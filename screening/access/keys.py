"""API keys for programs: `scr_<mark>_<secret>`, of which only a hash is kept.

The secret is 256 random bits, so a plain SHA-256 of it cannot be searched backwards, and costs a microsecond on every
request; a slow hash (argon2, scrypt) protects what people can remember, which this is not. The mark is the beginning of
the hash of the secret: a mistyped or made-up key is told apart without asking the store, and a key found in a log
is known by its mark without being usable.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Protocol

from screening.access.principals import Method, Principal
from screening.access.refusals import NotAuthenticatedError, not_authenticated
from screening.access.roles import Role

MARK_LENGTH: Final = 12
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use of a key is kept: not every request is worth a write."""
_FORM: Final = re.compile(rf"scr_([0-9a-f]{{{MARK_LENGTH}}})_([A-Za-z0-9_-]{{43}})")
_DOMAIN: Final = b"screening api key\x00"
"""The same secret hashed for another purpose has another hash."""


class StoredKey(Protocol):
    """What verifying needs of a key that is kept."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def principal(self) -> str: ...
    @property
    def roles(self) -> Iterable[str]: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...


class KeyStore(Protocol):
    """Where keys are kept."""

    def find(self, hashed: str) -> StoredKey | None:
        """The key of a hash, revoked and expired ones too; None where there is none."""
        ...

    def used(self, key: str, at: datetime) -> None:
        """Note when a key (by its id) was last used."""
        ...


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `text` is shown once and kept nowhere; `hashed` is what the store keeps."""

    text: str = field(repr=False)
    hashed: str
    mark: str


def new_key() -> NewKey:
    """A key of 256 bits from the system's source of randomness."""
    secret = secrets.token_urlsafe(32)
    hashed = _hash(secret)
    mark = hashed[:MARK_LENGTH]
    return NewKey(f"scr_{mark}_{secret}", hashed, mark)


def is_key(text: str) -> bool:
    """Whether a credential claims to be a key of ours (and not a token)."""
    return text.startswith("scr_")


def hash_of(text: str) -> str | None:
    """The hash under which a key is kept; None where the text cannot be a key of ours, or one mistyped."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    hashed = _hash(match[2])
    return hashed if hmac.compare_digest(hashed[:MARK_LENGTH], match[1]) else None


class KeyVerifier:
    """Turns a key into a principal, or says why not. A key that is revoked is refused from the next request on."""

    def __init__(self, store: KeyStore, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        self._seen: dict[str, datetime] = {}
        self._lock = Lock()

    def verify(self, text: str) -> Principal:
        """The principal a key speaks for. Raises NotAuthenticatedError, and what the store raises when it is away.

        The store looks the hash up as it is: whoever could measure how far a look-up came learns of the hash of a guess,
        and cannot choose guesses by their hash.
        """
        hashed = hash_of(text)
        if hashed is None:
            raise _refused("form", "the key is mistyped or cut short", "密钥不完整或有误")
        key = self._store.find(hashed)
        if key is None:
            raise _refused("unknown", "the key is not known", "密钥不存在")
        now = self._clock()
        if key.revoked_at is not None:
            raise _refused("revoked", "the key was revoked", "密钥已吊销")
        if key.expires_at is not None and now >= key.expires_at:
            raise _refused("expired", "the key has expired", "密钥已过期")
        self._note(key.id, now)
        roles = frozenset(role for role in Role if role.value in set(key.roles))
        return Principal(key.principal, key.name, roles, Method.KEY, key.id)

    def _note(self, key: str, now: datetime) -> None:
        with self._lock:
            last = self._seen.get(key)
            if last is not None and now - last < SEEN_EVERY:
                return
            self._seen[key] = now
        self._store.used(key, now)


def _hash(secret: str) -> str:
    return hashlib.sha256(_DOMAIN + secret.encode("ascii")).hexdigest()


def _refused(reason: str, what: str, zh: str) -> NotAuthenticatedError:
    return not_authenticated(f"key: {reason}", what, zh, "ask an administrator for a new key")
