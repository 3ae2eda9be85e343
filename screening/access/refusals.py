"""Why a request is not served: it came the wrong way, it does not say who asks, or who asks may not, or asks too often."""

from __future__ import annotations

from screening.errors import Problem, ScreeningError


class AccessSettingsError(ScreeningError):
    """Settings under which the service must not start."""

    kind = "access-settings"
    heading = "the access settings are not safe or not complete"


class AccessError(ScreeningError):
    """A refusal. `reason` is the word that the audit trail keeps."""

    kind = "refused"
    heading = "the request is refused"

    def __init__(self, problems: Problem | tuple[Problem, ...], reason: str = "") -> None:
        super().__init__(problems)
        self.reason = reason or self.kind

    def __reduce__(self) -> tuple[type[AccessError], tuple[tuple[Problem, ...], str]]:  # type: ignore[override]
        return type(self), (self.problems, self.reason)


class MisdirectedError(AccessError):
    """A request addressed to a host that this service is not, or passed on by a proxy that it does not expect."""

    kind = "misdirected"
    heading = "the request is addressed to another host"


class CrossSiteError(AccessError):
    """A change asked for by the page of another site."""

    kind = "cross-site"
    heading = "another site's page may not change anything here"


class NotAuthenticatedError(AccessError):
    """No credential, or one that does not hold."""

    kind = "not-authenticated"
    heading = "say who you are"


class ForbiddenError(AccessError):
    """The principal is known, and none of its roles may do this."""

    kind = "forbidden"
    heading = "your role may not do this"


class TooManyError(AccessError):
    """More requests than the budget allows. `wait` is in how many seconds one will be served."""

    kind = "too-many"
    heading = "too many requests"
    wait: int = 1


class IssuerUnavailableError(AccessError):
    """Tokens cannot be checked: the identity provider's keys are not to be had."""

    kind = "issuer-unavailable"
    heading = "tokens cannot be checked now"


def not_authenticated(reason: str, what: str, zh: str, remedy: str = "sign in again") -> NotAuthenticatedError:
    """That a credential does not hold; never with a part of it."""
    return NotAuthenticatedError(Problem("authorization", what, remedy, zh), reason)


def too_many(budget: str, wait: float) -> TooManyError:
    """That a budget is spent; `wait` in seconds."""
    seconds = max(1, int(-(-wait // 1)))
    error = TooManyError(
        Problem(
            "",
            f"the budget for {budget} is spent",
            f"try again in {seconds} s",
            f"请求过于频繁，请在 {seconds} 秒后重试",
        ),
        f"too many: {budget}",
    )
    error.wait = seconds
    return error
