"""The door: a request arrives, says who sends it, and is let to one act or refused. Every refusal is recorded.

In this order: is it meant for us, and not smuggled through somebody's browser; how often has its address failed or asked;
who is it; may that one do this; how often did that one ask. What is refused earlier costs less.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import Final

from screening.access.arrival import Arrival, check_host, check_loopback, check_origin, counted_address
from screening.access.budgets import Budget, Budgets
from screening.access.jwks import issuer_keys
from screening.access.keys import KeyStore, KeyVerifier, is_key
from screening.access.principals import LOCAL, NOBODY, Principal
from screening.access.refusals import (
    AccessError,
    AccessSettingsError,
    ForbiddenError,
    NotAuthenticatedError,
    not_authenticated,
    too_many,
)
from screening.access.roles import PERMISSIONS, Act
from screening.access.settings import AccessSettings
from screening.access.tokens import TokenVerifier
from screening.errors import Problem

Recorder = Callable[[str, str, str, str], None]
"""Enters a refusal in the audit trail: act, principal, subject, reason. Blocks until it is entered."""
ADDRESS_SHARE: Final = 10
"""How many principals' budgets one address has: an office sends its requests from one."""
RECORDED: Final = Budget(60, 3600)
"""Refusals of one address that are entered in the trail; those past it are counted in the log only."""
_REMEMBERED: Final = 4096
SCREENINGS: Final = frozenset({Act.SCREEN, Act.ASK_QUESTIONS, Act.DECIDE_APPLICATION, Act.EXECUTE_PROCESS})
UPLOADS: Final = frozenset({Act.READ_SITE, Act.CREATE_JOB, Act.VERIFY_RECEIPT})
_LOG: Final = logging.getLogger("screening.access")


class Access:
    """The door of one service. Safe to use from many threads."""

    def __init__(
        self,
        settings: AccessSettings,
        record: Recorder,
        *,
        keys: KeyVerifier | None = None,
        tokens: TokenVerifier | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        if settings.authenticates and keys is None and tokens is None:
            raise AccessSettingsError(Problem("", "authentication is configured, and nothing verifies", "", "缺少核验"))
        self.settings = settings
        self._record, self._keys, self._tokens = record, keys, tokens
        self._budgets = Budgets(seconds)
        self._believed: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    @property
    def local(self) -> bool:
        """Whether there are no accounts: whoever uses this machine may do everything."""
        return not self.settings.authenticates

    def check(self, arrival: Arrival) -> None:
        """Look how a request came, before anyone asks who sends it. Raises MisdirectedError, CrossSiteError.

        Waits for nothing, and records nothing: who catches the error calls `turned_away`.
        """
        check_host(arrival, self.settings.host_names)
        if self.local:
            check_loopback(arrival)
        check_origin(arrival, self.settings.origins)

    def turned_away(self, arrival: Arrival, error: AccessError) -> None:
        """Record what `check` refused."""
        self._refuse(arrival, "request", "", _subject(arrival), error)

    def enter(self, arrival: Arrival, act: Act) -> Principal:
        """Who sends a request, if it may do the act. Raises an AccessError, which is recorded.

        May wait for the identity provider or the store, except where there are no accounts.
        """
        if act is Act.READ_METRICS and self.settings.open_metrics:
            return NOBODY
        principal: Principal | None = None
        try:
            address, limits = counted_address(arrival, self.settings.trusted_proxies), self.settings.limits
            self._spend(limits.requests, "requests", "address", address, ADDRESS_SHARE)
            principal = self._authenticate(arrival, address)
            self._spend(limits.requests, "requests", "principal", principal.id)
            self.permit(principal, act)
            self._spend_for(act, principal, address)
        except AccessError as error:
            self._refuse(arrival, act.value, principal.id if principal else "", _subject(arrival), error)
            raise
        return principal

    def permit(self, principal: Principal, act: Act) -> None:
        """Raises ForbiddenError where no role of the principal allows the act."""
        if principal.may(act):
            return
        needed = "、".join(sorted(role.label.zh for role in PERMISSIONS[act]))
        roles = ", ".join(sorted(PERMISSIONS[act]))
        raise ForbiddenError(
            Problem("", f"{act} is for {roles}", "ask an administrator for the role", f"此操作需要的角色：{needed}")
        )

    def shows(self, arrival: Arrival, principal: Principal, act: Act, owner: str, subject: str) -> bool:
        """Whether a record of an owner is shown to a principal. Where not, it is recorded, and the answer is to be the
        same as where there is no such record."""
        if principal.sees(owner):
            return True
        error = ForbiddenError(Problem(subject, "belongs to somebody else"), "foreign")
        self._refuse(arrival, act.value, principal.id, subject, error)
        return False

    def spend(self, arrival: Arrival, principal: Principal, act: Act, cost: int) -> None:
        """Spend more than one of the budget of an act: for a request that asks for many. Raises TooManyError."""
        try:
            address = counted_address(arrival, self.settings.trusted_proxies)
            self._spend_for(act, principal, address, cost)
        except AccessError as error:
            self._refuse(arrival, act.value, principal.id, _subject(arrival), error)
            raise

    def _spend_for(self, act: Act, principal: Principal, address: str, cost: int = 1) -> None:
        limits = self.settings.limits
        kinds: Mapping[str, tuple[frozenset[Act], Budget | None]] = {
            "screenings": (SCREENINGS, limits.screenings),
            "uploads": (UPLOADS, limits.uploads),
        }
        for kind, (acts, budget) in kinds.items():
            if act in acts:
                self._spend(budget, kind, "principal", principal.id, cost=cost)
                self._spend(budget, kind, "address", address, ADDRESS_SHARE, cost=cost)

    def _spend(self, budget: Budget | None, kind: str, whose: str, name: str, factor: int = 1, cost: int = 1) -> None:
        wait = self._budgets.spend(budget.times(factor) if budget else None, f"{kind} {whose}", name, cost)
        if wait > 0:
            raise too_many(kind, wait)

    def _authenticate(self, arrival: Arrival, address: str) -> Principal:
        if self.local:
            return LOCAL
        credential = _credential(arrival)
        known = hashlib.sha256(credential.encode("utf-8", "replace")).hexdigest()
        failures = self.settings.limits.failures
        # An address that failed too often is only heard with credentials that held before: who shares it is not shut out.
        if known not in self._believed and not self._budgets.left(failures, "failures address", address):
            raise too_many("failed sign-ins", self._budgets.spend(failures, "failures address", address))
        try:
            principal = self._verify(credential)
        except NotAuthenticatedError:
            self._budgets.spend(failures, "failures address", address)
            with self._lock:
                self._believed.pop(known, None)
            raise
        with self._lock:
            self._believed[known] = None
            self._believed.move_to_end(known)
            if len(self._believed) > _REMEMBERED:
                self._believed.popitem(last=False)
        return principal

    def _verify(self, credential: str) -> Principal:
        if is_key(credential):
            if self._keys is None:
                raise not_authenticated("key: not taken", "keys are not taken here", "本服务未启用密钥", "send a token")
            return self._keys.verify(credential)
        if self._tokens is None:
            raise not_authenticated("token: not taken", "tokens are not taken here", "本服务未启用令牌", "send a key")
        return self._tokens.verify(credential)

    def _refuse(self, arrival: Arrival, act: str, principal: str, subject: str, error: AccessError) -> None:
        """Enter a refusal in the trail; it stands whether or not that succeeds."""
        address = counted_address(arrival, self.settings.trusted_proxies)
        _LOG.warning("refused %s to %s at %s: %s", act, principal or "nobody known", address, error.reason)
        wait = self._budgets.spend(RECORDED, "recorded", address)
        if wait > 0:
            return
        try:
            self._record(act, principal or f"address:{address}", subject, error.reason)
        except Exception:
            _LOG.exception("a refusal could not be entered in the audit trail")


def _credential(arrival: Arrival) -> str:
    """The one credential of a request. Raises NotAuthenticatedError."""
    if not arrival.authorization and not arrival.api_keys:
        raise not_authenticated(
            "none", "the request has no credential", "请登录或提供密钥", "send a bearer token or a key"
        )
    found = [*arrival.api_keys]
    for value in arrival.authorization:
        scheme, _, rest = value.strip().partition(" ")
        if scheme.lower() != "bearer" or not rest.strip():
            raise not_authenticated(
                "scheme", "the credential is no bearer token", "身份凭证的形式有误", "send Bearer …"
            )
        found.append(rest.strip())
    if len(found) > 1:
        # Which of two counts must not depend on who reads them: a proxy may have checked the other one.
        raise not_authenticated("several", "the request has several credentials", "请求带有多个身份凭证", "send one")
    return found[0]


def _subject(arrival: Arrival) -> str:
    return f"{arrival.method} {arrival.path}"[:300]


def open_access(
    settings: AccessSettings,
    record: Recorder,
    *,
    keys: KeyStore | None,
    clock: Callable[[], datetime],
    seconds: Callable[[], float] = time.monotonic,
) -> Access:
    """The door that the settings describe. Nothing is fetched yet. Raises AccessSettingsError where keys have no store."""
    if settings.api_keys and keys is None:
        raise AccessSettingsError(
            Problem("SCREENING_AUTH_API_KEYS", "is yes, and no store keeps keys", "configure a store", "缺少密钥存储")
        )
    tokens = None
    if settings.oidc is not None:
        tokens = TokenVerifier(settings.oidc, issuer_keys(settings.oidc, seconds), clock)
    return Access(
        settings,
        record,
        keys=KeyVerifier(keys, clock) if settings.api_keys and keys is not None else None,
        tokens=tokens,
        seconds=seconds,
    )
