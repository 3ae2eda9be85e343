"""The settings: what is read, what is refused, and when the service must not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.access import (
    AccessSettings,
    AccessSettingsError,
    Budget,
    OidcSettings,
    Role,
    check_bind,
    read_access_settings,
)
from screening.access.settings import NAMES, UNLIMITED, USUAL, Limits

OIDC = {"SCREENING_AUTH_ISSUER": "https://login.example.gov.cn/realm", "SCREENING_AUTH_AUDIENCE": "screening"}


def problems(environment: dict[str, str]) -> set[str]:
    with pytest.raises(AccessSettingsError) as caught:
        read_access_settings(environment)
    assert all(one.what and one.zh for one in caught.value.problems)
    return {one.where for one in caught.value.problems}


def test_nothing_configured_means_loopback_without_accounts() -> None:
    settings = read_access_settings({"SCREENING_RULES": "rules", "PATH": "/bin"})
    assert settings == AccessSettings() and not settings.authenticates and settings.limits == UNLIMITED
    assert settings.host_names == {"localhost", "127.0.0.1", "[::1]"}


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert read_access_settings({"SCREENING_AUTH_ISSUER": " ", "SCREENING_AUTH_API_KEYS": ""}) == AccessSettings()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.5", "::1", "[::1]", "localhost"])
def test_without_accounts_the_service_binds_loopback(host: str) -> None:
    check_bind(host, AccessSettings())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "zoning.example.gov.cn", "", "127.0.0.1.example", "*"])
def test_without_accounts_no_other_bind_is_started_and_the_error_says_what_to_do(host: str) -> None:
    with pytest.raises(AccessSettingsError, match="SCREENING_AUTH_ISSUER") as caught:
        check_bind(host, AccessSettings())
    assert "身份认证" in caught.value.report("zh")


@pytest.mark.parametrize("environment", [OIDC, {"SCREENING_AUTH_API_KEYS": "yes"}])
def test_with_accounts_every_bind_is_started_and_requests_are_counted(environment: dict[str, str]) -> None:
    settings = read_access_settings(environment)
    check_bind("0.0.0.0", settings)
    assert settings.limits == USUAL and settings.host_names == frozenset()


def test_api_keys_said_no_to_are_no_accounts() -> None:
    assert not read_access_settings({"SCREENING_AUTH_API_KEYS": "no"}).authenticates


def test_every_setting_is_read() -> None:
    settings = read_access_settings(
        {
            **OIDC,
            "SCREENING_AUTH_AUDIENCE": "screening, portal",
            "SCREENING_AUTH_JWKS_FILE": "/etc/screening/jwks.json",
            "SCREENING_AUTH_ALGORITHMS": "ES256, EdDSA",
            "SCREENING_AUTH_CLOCK_SKEW": "30",
            "SCREENING_AUTH_TOKEN_TYPE": "at+jwt",
            "SCREENING_AUTH_ROLE_CLAIM": "realm_access.roles",
            "SCREENING_AUTH_ROLES": "审批一科=officer, sys=admin=administrator",
            "SCREENING_AUTH_DEFAULT_ROLE": "applicant",
            "SCREENING_AUTH_API_KEYS": "yes",
            "SCREENING_AUTH_HOSTS": "Zoning.example.gov.cn, 10.0.0.7",
            "SCREENING_AUTH_ORIGINS": "https://portal.example.gov.cn",
            "SCREENING_AUTH_TRUSTED_PROXIES": "10.0.0.2, 10.1.0.0/16, fd00::/8",
            "SCREENING_AUTH_METRICS": "open",
            "SCREENING_LIMIT_REQUESTS": "100/second",
            "SCREENING_LIMIT_SCREENINGS": "off",
            "SCREENING_LIMIT_UPLOADS": "5/minute",
            "SCREENING_LIMIT_FAILURES": "10/hour",
            "SCREENING_LIMIT_BODY": "2000000",
            "SCREENING_LIMIT_UPLOAD": "9000000",
            "SCREENING_LIMIT_BODY_SECONDS": "2.5",
        }
    )
    assert settings.oidc == OidcSettings(
        issuer="https://login.example.gov.cn/realm",
        audiences=frozenset({"screening", "portal"}),
        jwks_file=Path("/etc/screening/jwks.json"),
        algorithms=("ES256", "EdDSA"),
        skew=30.0,
        token_type="at+jwt",
        role_claim="realm_access.roles",
        roles={"审批一科": Role.OFFICER, "sys=admin": Role.ADMINISTRATOR},
        default_role=Role.APPLICANT,
    )
    assert settings.api_keys and settings.open_metrics
    assert settings.hosts == {"zoning.example.gov.cn", "10.0.0.7"} and len(settings.trusted_proxies) == 3
    assert settings.limits == Limits(Budget(100, 1), None, Budget(5, 60), Budget(10, 3600), 2_000_000, 9_000_000, 2.5)


def test_files_may_be_larger_than_other_bodies_and_only_where_files_are_sent() -> None:
    limits = Limits(body=10, upload=60)
    assert [limits.body_limit(path) for path in ("/v1/sites", "/v1/sites/", "/v1/jobs", "/v1/receipts/verify")] == [
        60
    ] * 4
    assert [limits.body_limit(path) for path in ("/v1/screenings", "/v1/sitesx", "/", "/v1/receipts")] == [10] * 4


def test_a_misspelt_setting_is_an_error_that_names_the_right_one() -> None:
    with pytest.raises(AccessSettingsError, match="SCREENING_AUTH_ISSUER"):
        read_access_settings({"SCREENING_AUTH_ISUER": "https://login.example.gov.cn"})


def test_all_problems_are_told_at_once() -> None:
    wrong = {
        "SCREENING_AUTH_ISSUER": "http://login.example.gov.cn",
        "SCREENING_AUTH_ALGORITHMS": "RS256,HS256",
        "SCREENING_AUTH_CLOCK_SKEW": "3600",
        "SCREENING_AUTH_ROLES": "admin",
        "SCREENING_AUTH_DEFAULT_ROLE": "root",
        "SCREENING_AUTH_API_KEYS": "maybe",
        "SCREENING_AUTH_HOSTS": "zoning.example.gov.cn:443",
        "SCREENING_AUTH_ORIGINS": "https://portal.example.gov.cn/",
        "SCREENING_AUTH_TRUSTED_PROXIES": "10.0.0.0/8, proxy",
        "SCREENING_AUTH_METRICS": "yes",
        "SCREENING_LIMIT_REQUESTS": "many",
        "SCREENING_LIMIT_BODY": "1e9",
        "SCREENING_LIMIT_BODY_SECONDS": "nan",
    }
    assert problems(wrong) == set(wrong)


@pytest.mark.parametrize("name", ["none", "HS256", "HS512", "rs256", "ES256K", "RS1"])
def test_an_algorithm_that_others_could_sign_with_cannot_be_configured(name: str) -> None:
    assert problems({**OIDC, "SCREENING_AUTH_ALGORITHMS": name}) == {"SCREENING_AUTH_ALGORITHMS"}


def test_an_issuer_without_an_audience_is_refused() -> None:
    assert problems({"SCREENING_AUTH_ISSUER": OIDC["SCREENING_AUTH_ISSUER"]}) == {"SCREENING_AUTH_AUDIENCE"}
    assert problems({**OIDC, "SCREENING_AUTH_AUDIENCE": " , "}) == {"SCREENING_AUTH_AUDIENCE"}


def test_settings_of_tokens_without_an_issuer_are_refused() -> None:
    assert problems({"SCREENING_AUTH_AUDIENCE": "screening", "SCREENING_AUTH_API_KEYS": "yes"}) == {
        "SCREENING_AUTH_AUDIENCE"
    }


def test_two_sources_of_keys_are_refused() -> None:
    both = {"SCREENING_AUTH_JWKS_URL": "https://login.example.gov.cn/keys", "SCREENING_AUTH_JWKS_FILE": "keys.json"}
    assert problems({**OIDC, **both}) == {"SCREENING_AUTH_JWKS_FILE"}


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example.gov.cn/keys",
        "file:///etc/passwd",
        "https://user:p@h/keys",
        "https://",
        "keys",
        "http://127.0.0.1.example/k",
    ],
)
def test_keys_are_only_fetched_over_https_or_from_this_machine(url: str) -> None:
    assert problems({**OIDC, "SCREENING_AUTH_JWKS_URL": url}) == {"SCREENING_AUTH_JWKS_URL"}


def test_every_setting_is_documented() -> None:
    page = Path("docs/access.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}`" not in page] == []
