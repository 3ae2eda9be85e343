"""The access settings, read once from the environment. Every problem is told at once, a misspelt name among them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from screening.access.arrival import LOOPBACK_NAMES, Network, host_name, is_loopback
from screening.access.budgets import Budget
from screening.access.refusals import AccessSettingsError
from screening.access.roles import Role
from screening.errors import Problem, suggest

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a private key that only the provider has. HMAC is not among them: its key signs as well as it verifies."""
UPLOADS: Final = ("/v1/sites", "/v1/jobs", "/v1/receipts/verify")
"""Where files are sent to: larger bodies are read there."""
PREFIXES: Final = ("SCREENING_AUTH_", "SCREENING_LIMIT_")


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Whose tokens are believed, and what their claims mean. `skew` is in seconds."""

    issuer: str
    audiences: frozenset[str]
    jwks_url: str | None = None
    jwks_file: Path | None = None
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256")
    skew: float = 60.0
    token_type: str | None = None
    role_claim: str = "roles"
    roles: Mapping[str, Role] = field(default_factory=lambda: {role.value: role for role in Role})
    default_role: Role | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how often. Budgets are each principal's; an address has ten times as much, for many share one."""

    requests: Budget | None = None
    screenings: Budget | None = None
    uploads: Budget | None = None
    failures: Budget | None = None
    body: int = 10_000_000
    upload: int = 60_000_000
    body_seconds: float = 60.0

    def body_limit(self, path: str) -> int:
        """Bytes that the body of a request to a path may have."""
        here = path.rstrip("/")
        return self.upload if any(here == one or here.startswith(f"{one}/") for one in UPLOADS) else self.body


UNLIMITED: Final = Limits()
"""Without accounts the one user of this machine is not counted."""
USUAL: Final = Limits(Budget(3000, 60), Budget(600, 60), Budget(60, 60), Budget(30, 60))
"""With accounts."""


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """Who is let in. Neither `oidc` nor `api_keys`: nobody but the user of this machine, who may do everything."""

    oidc: OidcSettings | None = None
    api_keys: bool = False
    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    trusted_proxies: tuple[Network, ...] = ()
    open_metrics: bool = False
    limits: Limits = UNLIMITED

    @property
    def authenticates(self) -> bool:
        return self.oidc is not None or self.api_keys

    @property
    def host_names(self) -> frozenset[str]:
        """The hosts a request may name; empty means any."""
        return self.hosts if self.authenticates else LOOPBACK_NAMES | self.hosts


def check_bind(host: str, settings: AccessSettings) -> None:
    """Raises AccessSettingsError where other machines could reach a service that has no accounts."""
    if settings.authenticates or host == "localhost" or is_loopback(host.strip("[]")):
        return
    raise AccessSettingsError(
        Problem(
            f"--host {host}",
            "other machines could reach the service, and it has no accounts",
            "bind 127.0.0.1, or configure SCREENING_AUTH_ISSUER or SCREENING_AUTH_API_KEYS (docs/access.md)",
            "其他机器将可访问本服务，而尚未配置身份认证：请绑定 127.0.0.1，或配置身份认证",
        )
    )


def read_access_settings(environment: Mapping[str, str] | None = None) -> AccessSettings:
    """Settings from SCREENING_AUTH_* and SCREENING_LIMIT_* (docs/access.md). Raises AccessSettingsError."""
    return _Reading(os.environ if environment is None else environment).settings()


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"is not one of {', '.join(words)}")
        return text

    return read


def _yes(text: str) -> bool:
    return _one_of(("yes", "no"))(text) == "yes"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _algorithms(text: str) -> tuple[str, ...]:
    for name in _listed(text):
        _one_of(ALGORITHMS)(name)
    return _listed(text)


def _roles(text: str) -> dict[str, Role]:
    found: dict[str, Role] = {}
    for pair in _listed(text):
        claimed, equals, role = (part.strip() for part in pair.rpartition("="))
        if not equals or not claimed:
            raise ValueError('is not written "word of the claim=role, ..."')
        found[claimed] = _role(role)
    return found


def _role(text: str) -> Role:
    return Role(_one_of(tuple(Role))(text))


def _hosts(text: str) -> frozenset[str]:
    names = [host_name(part) for part in _listed(text)]
    if any(one is None or one[1] is not None for one in names):
        raise ValueError("is not a list of host names without ports")
    return frozenset(one[0] for one in names if one is not None)


def _origins(text: str) -> frozenset[str]:
    for one in _listed(text):
        parts = urlsplit(one)
        if parts.scheme not in ("http", "https") or one != f"{parts.scheme}://{parts.netloc}" or not parts.netloc:
            raise ValueError('is not a list of origins such as "https://zoning.example.gov.cn"')
    return frozenset(_listed(text))


def _proxies(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part) for part in _listed(text))


def _number(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        if not (text.isascii() and text.replace(".", "", 1).isdigit()) or not least <= float(text) <= most:
            raise ValueError(f"is not a number from {least:g} to {most:g}")
        return float(text)

    return read


def _bytes(text: str) -> int:
    return int(_number(1_000, 2_000_000_000)(text))


def secure_url(text: str) -> str:
    """The URL itself. Raises ValueError unless it is https, or http on this machine."""
    parts = urlsplit(text)
    near = parts.hostname == "localhost" or is_loopback(parts.hostname)
    if not parts.hostname or parts.username or not (parts.scheme == "https" or (parts.scheme == "http" and near)):
        raise ValueError("is not an https URL (http is for this machine only)")
    return text


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "SCREENING_AUTH_ISSUER": secure_url,
    "SCREENING_AUTH_AUDIENCE": lambda text: frozenset(_listed(text)),
    "SCREENING_AUTH_JWKS_URL": secure_url,
    "SCREENING_AUTH_JWKS_FILE": Path,
    "SCREENING_AUTH_ALGORITHMS": _algorithms,
    "SCREENING_AUTH_CLOCK_SKEW": _number(0, 300),
    "SCREENING_AUTH_TOKEN_TYPE": str,
    "SCREENING_AUTH_ROLE_CLAIM": str,
    "SCREENING_AUTH_ROLES": _roles,
    "SCREENING_AUTH_DEFAULT_ROLE": _role,
    "SCREENING_AUTH_API_KEYS": _yes,
    "SCREENING_AUTH_HOSTS": _hosts,
    "SCREENING_AUTH_ORIGINS": _origins,
    "SCREENING_AUTH_TRUSTED_PROXIES": _proxies,
    "SCREENING_AUTH_METRICS": _one_of(("administrator", "open")),
    "SCREENING_LIMIT_REQUESTS": Budget.parse,
    "SCREENING_LIMIT_SCREENINGS": Budget.parse,
    "SCREENING_LIMIT_UPLOADS": Budget.parse,
    "SCREENING_LIMIT_FAILURES": Budget.parse,
    "SCREENING_LIMIT_BODY": _bytes,
    "SCREENING_LIMIT_UPLOAD": _bytes,
    "SCREENING_LIMIT_BODY_SECONDS": _number(0.01, 3600),
}
NAMES: Final = tuple(_READERS)
_OIDC: Final = {
    "jwks_url": "SCREENING_AUTH_JWKS_URL",
    "jwks_file": "SCREENING_AUTH_JWKS_FILE",
    "algorithms": "SCREENING_AUTH_ALGORITHMS",
    "skew": "SCREENING_AUTH_CLOCK_SKEW",
    "token_type": "SCREENING_AUTH_TOKEN_TYPE",
    "role_claim": "SCREENING_AUTH_ROLE_CLAIM",
    "roles": "SCREENING_AUTH_ROLES",
    "default_role": "SCREENING_AUTH_DEFAULT_ROLE",
}


class _Reading:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self.found: dict[str, Any] = {}
        for name, text in sorted(environment.items()):
            if not name.startswith(PREFIXES) or (name in _READERS and not text.strip()):
                continue
            if name not in _READERS:
                # A misspelt name must not leave a door open that its writer took to be shut.
                self._wrong(name, "is no setting", suggest(name, NAMES) or "docs/access.md lists them", "没有此设置")
                continue
            try:
                self.found[name] = _READERS[name](text.strip())
            except ValueError as error:
                self._wrong(name, str(error), "see docs/access.md", "设置的值有误")

    def _wrong(self, name: str, what: str, remedy: str, zh: str) -> None:
        self.problems.append(Problem(name, what, remedy, zh))

    def settings(self) -> AccessSettings:
        found = self.found
        oidc = self._oidc()
        if self.problems:
            raise AccessSettingsError(self.problems)
        api_keys = bool(found.get("SCREENING_AUTH_API_KEYS", False))
        usual = USUAL if oidc is not None or api_keys else UNLIMITED
        return AccessSettings(
            oidc=oidc,
            api_keys=api_keys,
            hosts=found.get("SCREENING_AUTH_HOSTS", frozenset()),
            origins=found.get("SCREENING_AUTH_ORIGINS", frozenset()),
            trusted_proxies=found.get("SCREENING_AUTH_TRUSTED_PROXIES", ()),
            open_metrics=found.get("SCREENING_AUTH_METRICS") == "open",
            limits=Limits(
                requests=found.get("SCREENING_LIMIT_REQUESTS", usual.requests),
                screenings=found.get("SCREENING_LIMIT_SCREENINGS", usual.screenings),
                uploads=found.get("SCREENING_LIMIT_UPLOADS", usual.uploads),
                failures=found.get("SCREENING_LIMIT_FAILURES", usual.failures),
                body=found.get("SCREENING_LIMIT_BODY", usual.body),
                upload=found.get("SCREENING_LIMIT_UPLOAD", usual.upload),
                body_seconds=found.get("SCREENING_LIMIT_BODY_SECONDS", usual.body_seconds),
            ),
        )

    def _oidc(self) -> OidcSettings | None:
        found = self.found
        issuer, audiences = found.get("SCREENING_AUTH_ISSUER"), found.get("SCREENING_AUTH_AUDIENCE")
        given = [name for name in ("SCREENING_AUTH_AUDIENCE", *_OIDC.values()) if name in found]
        wrong = {problem.where for problem in self.problems}
        if issuer is None:
            for name in given if "SCREENING_AUTH_ISSUER" not in wrong else ():
                self._wrong(name, "stands without SCREENING_AUTH_ISSUER", "name the issuer too", "缺少签发者")
            return None
        if not audiences and "SCREENING_AUTH_AUDIENCE" not in wrong:
            # Without it a token issued for any other application of the office would be good here.
            self._wrong("SCREENING_AUTH_AUDIENCE", "is missing", "name whom tokens are issued for", "缺少受众")
        if "SCREENING_AUTH_JWKS_URL" in found and "SCREENING_AUTH_JWKS_FILE" in found:
            self._wrong("SCREENING_AUTH_JWKS_FILE", "stands beside SCREENING_AUTH_JWKS_URL", "keep one", "二者只能选一")
        given_values = {key: found[name] for key, name in _OIDC.items() if name in found}
        return OidcSettings(issuer, audiences or frozenset(), **given_values)
