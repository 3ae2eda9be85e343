"""Bearer tokens of an identity provider (OpenID Connect): whose they are, if they hold, and which roles they give.

A token holds when its issuer signed it with a key of its own by an algorithm we allow, for us, and for now. Nothing the
token says about how to check it is believed: its `alg` must be on our list and fit the key, keys or addresses of keys in
its header (`jwk`, `jku`, `x5u`, `x5c`) are not looked at, and one with a `crit` header is refused.
"""

from __future__ import annotations

import base64
import json
import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import jwt
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from screening.access.jwks import IssuerKeys
from screening.access.principals import Method, Principal
from screening.access.refusals import NotAuthenticatedError, not_authenticated
from screening.access.roles import Role
from screening.access.settings import OidcSettings

LONGEST: Final = 16_384
"""Characters of a token at the most."""
LONGEST_SUBJECT: Final = 255
"""Of a subject, as OpenID Connect has it."""
_LONGEST_NAME: Final = 200
_SIGNATURE_ONLY: Final[Any] = {
    "verify_signature": True,
    **{f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")},
}
"""Of the library we take the signature; times are ours to check, for the clock is handed in."""


@dataclass(frozen=True, slots=True)
class TokenVerifier:
    """Turns a token into a principal, or says why not."""

    settings: OidcSettings
    keys: IssuerKeys
    clock: Callable[[], datetime]

    def verify(self, token: str) -> Principal:
        """The principal of a token. Raises NotAuthenticatedError, IssuerUnavailableError."""
        claims = self._signed(token)
        self._check_times(claims)
        if claims.get("iss") != self.settings.issuer:
            raise _refused("issuer", "the token was issued by somebody else", "令牌的签发者不符")
        meant = claims.get("aud")
        audiences = [meant] if isinstance(meant, str) else meant if isinstance(meant, list) else []
        if not any(isinstance(one, str) and one in self.settings.audiences for one in audiences):
            raise _refused("audience", "the token was issued for another service", "令牌不是为本服务签发的")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject.strip() or len(subject) > LONGEST_SUBJECT or not _plain(subject):
            raise _refused("subject", "the token names no subject", "令牌没有可用的用户标识")
        return Principal(f"oidc:{subject}", _name(claims, subject), self._roles(claims), Method.TOKEN)

    def _signed(self, token: str) -> Mapping[str, Any]:
        if len(token) > LONGEST or token.count(".") != 2:
            raise _refused(
                "form", "the credential is neither a signed token nor a key", "凭证既不是签名令牌，也不是密钥"
            )
        header = _header(token)
        algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
        if not isinstance(algorithm, str) or algorithm not in self.settings.algorithms:
            raise _refused(
                "algorithm", "the token is signed by an algorithm that is not allowed", "令牌的签名算法不被允许"
            )
        if "crit" in header or "b64" in header:
            raise _refused("critical", "the token asks for an extension that is not known", "令牌要求未知的扩展")
        if self.settings.token_type is not None and not _same_type(kind, self.settings.token_type):
            raise _refused("type", "the token is of another type", "令牌类型不符")
        if kid is not None and (not isinstance(kid, str) or not kid or len(kid) > 200):
            raise _refused("key", "the token does not name a key", "令牌的密钥标识有误")
        key = self.keys.find(kid, algorithm)
        if key is None:
            raise _refused("key", "the issuer has no such key", "签发者没有此签名密钥")
        return _verified(token, key, algorithm)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now, skew = self.clock().timestamp(), self.settings.skew
        expires = _moment(claims, "exp")
        if expires is None:
            raise _refused("times", "the token does not say until when it holds", "令牌没有有效期")
        if now >= expires + skew:
            raise _refused("expired", "the token has expired", "令牌已过期，请重新登录")
        for claim in ("nbf", "iat"):
            begins = _moment(claims, claim)
            if begins is not None and now < begins - skew:
                raise _refused("not yet", "the token does not hold yet", "令牌尚未生效")

    def _roles(self, claims: Mapping[str, Any]) -> frozenset[Role]:
        words = claim_words(claims, self.settings.role_claim)
        found = frozenset(self.settings.roles[word] for word in words if word in self.settings.roles)
        if not found and self.settings.default_role is not None:
            return frozenset({self.settings.default_role})
        return found


def claim_words(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The words of a claim: a list, or one text parted by spaces. `realm_access.roles` also reaches into a claim."""
    value: Any = claims.get(name)
    if value is None:
        value = claims
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        # A role may itself hold a space; then the claim is that one word.
        return (value, *value.split())
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()


def _header(token: str) -> Mapping[str, Any]:
    """What a token says of itself, to find the key by. The library reads it again, strictly, when it verifies."""
    segment = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise _refused("form", "the token cannot be read", "令牌无法读取")
    return header


def _verified(token: str, key: PyJWK, algorithm: str) -> Mapping[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=[algorithm], options=_SIGNATURE_ONLY)
    except (PyJWTError, ValueError, TypeError, RecursionError):
        raise _refused("signature", "the token's signature is not the issuer's", "令牌签名无效") from None
    return claims


def _moment(claims: Mapping[str, Any], claim: str) -> float | None:
    value = claims.get(claim)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or abs(value) > 1e11:
        raise _refused("times", f"the token's {claim} is not a time", "令牌的时间有误")
    return float(value)


def _same_type(found: object, wanted: str) -> bool:
    return isinstance(found, str) and found.lower().removeprefix("application/") == wanted.lower()


def _plain(text: str) -> bool:
    return not any(unicodedata.category(mark) in ("Cc", "Cs", "Zl", "Zp") for mark in text)


def _name(claims: Mapping[str, Any], subject: str) -> str:
    for claim in ("name", "preferred_username"):
        value = claims.get(claim)
        if isinstance(value, str) and value.strip() and _plain(value):
            return value.strip()[:_LONGEST_NAME]
    return subject


def _refused(reason: str, what: str, zh: str) -> NotAuthenticatedError:
    return not_authenticated(f"token: {reason}", what, zh)
