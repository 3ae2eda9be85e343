"""Who may do what: how a request came, who sends it, which roles it has, how often it may ask. Knows no web framework."""

from screening.access.access import Access, Recorder, open_access
from screening.access.arrival import Arrival
from screening.access.budgets import Budget, Budgets
from screening.access.headers import REPORT_POLICY, documentation_policy, page_policy, security_headers
from screening.access.keys import KeyStore, KeyVerifier, NewKey, hash_of, new_key
from screening.access.principals import LOCAL, Method, Principal
from screening.access.redaction import Redaction, install_redaction, redact
from screening.access.refusals import (
    AccessError,
    AccessSettingsError,
    CrossSiteError,
    ForbiddenError,
    IssuerUnavailableError,
    MisdirectedError,
    NotAuthenticatedError,
    TooManyError,
)
from screening.access.roles import OWNED, PERMISSIONS, Act, Role
from screening.access.settings import (
    AccessSettings,
    Limits,
    OidcSettings,
    check_bind,
    read_access_settings,
)
from screening.access.tokens import TokenVerifier

__all__ = [
    "LOCAL",
    "OWNED",
    "PERMISSIONS",
    "REPORT_POLICY",
    "Access",
    "AccessError",
    "AccessSettings",
    "AccessSettingsError",
    "Act",
    "Arrival",
    "Budget",
    "Budgets",
    "CrossSiteError",
    "ForbiddenError",
    "IssuerUnavailableError",
    "KeyStore",
    "KeyVerifier",
    "Limits",
    "Method",
    "MisdirectedError",
    "NewKey",
    "NotAuthenticatedError",
    "OidcSettings",
    "Principal",
    "Recorder",
    "Redaction",
    "Role",
    "TokenVerifier",
    "TooManyError",
    "check_bind",
    "documentation_policy",
    "hash_of",
    "install_redaction",
    "new_key",
    "open_access",
    "page_policy",
    "read_access_settings",
    "redact",
    "security_headers",
]
