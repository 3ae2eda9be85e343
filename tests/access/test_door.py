"""The door as a whole: who is let in, what is refused first, and what the trail keeps of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from screening.access import (
    LOCAL,
    Access,
    AccessSettings,
    AccessSettingsError,
    Act,
    Arrival,
    Budget,
    CrossSiteError,
    ForbiddenError,
    Limits,
    MisdirectedError,
    NotAuthenticatedError,
    OidcSettings,
    TooManyError,
    new_key,
    open_access,
)
from screening.access.access import ADDRESS_SHARE, RECORDED
from tests.access.keeping import Keys
from tests.access.provider import AUDIENCE, Clock, Provider

HERE = Arrival("GET", "/v1/rules", ("zoning.example.gov.cn",), "203.0.113.9")
LOOPBACK = Arrival("GET", "/v1/rules", ("127.0.0.1:8000",), "127.0.0.1")


class Trail:
    """What was recorded."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str, str, str]] = []

    def __call__(self, act: str, principal: str, subject: str, reason: str) -> None:
        self.entries.append((act, principal, subject, reason))


@pytest.fixture
def trail() -> Trail:
    return Trail()


@pytest.fixture
def keys() -> Keys:
    return Keys()


Make = Callable[..., Access]


@pytest.fixture
def door(trail: Trail, keys: Keys, clock: Clock, provider: Provider) -> Make:
    """A door that takes keys, and tokens of the provider; limits as given."""

    def make(limits: Limits | None = None, tokens: bool = True) -> Access:
        oidc = OidcSettings(provider.issuer, frozenset({AUDIENCE}), jwks_url=provider.jwks_url) if tokens else None
        settings = AccessSettings(oidc=oidc, api_keys=True, limits=limits or Limits())
        return open_access(settings, trail, keys=keys, clock=clock, seconds=clock.seconds)

    return make


def with_key(text: str) -> Arrival:
    return replace(HERE, api_keys=(text,))


def test_without_accounts_whoever_uses_this_machine_is_the_local_principal(trail: Trail, clock: Clock) -> None:
    access = open_access(AccessSettings(), trail, keys=None, clock=clock)
    access.check(LOOPBACK)
    assert access.local and all(access.enter(LOOPBACK, act) is LOCAL for act in Act) and trail.entries == []


def test_without_accounts_others_are_turned_away_and_that_is_recorded(trail: Trail, clock: Clock) -> None:
    access = open_access(AccessSettings(), trail, keys=None, clock=clock)
    cases = [
        (replace(LOOPBACK, hosts=("attacker.example",)), MisdirectedError, "host"),
        (replace(LOOPBACK, peer="10.0.0.7"), MisdirectedError, "peer"),
        (replace(LOOPBACK, proxied=True), MisdirectedError, "proxy"),
        (replace(LOOPBACK, method="POST", origins=("https://attacker.example",)), CrossSiteError, "origin"),
    ]
    for arrival, kind, reason in cases:
        with pytest.raises(kind) as caught:
            access.check(arrival)
        access.turned_away(arrival, caught.value)
        assert trail.entries[-1] == (
            "request",
            f"address:{arrival.peer}",
            f"{arrival.method} /v1/rules",
            reason,
        )


def test_tokens_and_keys_are_both_taken(door: Make, keys: Keys, provider: Provider) -> None:
    access, key = door(), keys.issue("applicant")
    assert access.enter(with_key(key.text), Act.READ_RULES).id == "system:workflow"
    assert access.enter(replace(HERE, authorization=(f"Bearer {key.text}",)), Act.READ_RULES).id == "system:workflow"
    assert access.enter(replace(HERE, authorization=(f"bearer {provider.token()}",)), Act.READ_RULES).id == "oidc:zhang"


@pytest.mark.parametrize(
    ("arrival", "reason"),
    [
        (HERE, "none"),
        (replace(HERE, authorization=("Basic emhhbmc6cGFzcw==",)), "scheme"),
        (replace(HERE, authorization=("Bearer",)), "scheme"),
        (replace(HERE, authorization=("",)), "scheme"),
        (replace(HERE, authorization=("Bearer a.b.c", "Bearer d.e.f")), "several"),
        (replace(HERE, authorization=("Bearer a.b.c",), api_keys=("scr_x",)), "several"),
        (replace(HERE, authorization=("Bearer a.b.c",)), "token: form"),
        (replace(HERE, api_keys=("scr_x",)), "key: form"),
        (replace(HERE, api_keys=("",)), "token: form"),
    ],
)
def test_a_credential_that_is_none_or_not_one_is_refused_and_recorded(
    door: Make, trail: Trail, arrival: Arrival, reason: str
) -> None:
    with pytest.raises(NotAuthenticatedError):
        door().enter(arrival, Act.READ_RULES)
    assert trail.entries == [("rule.read", "address:203.0.113.9", "GET /v1/rules", reason)]


def test_a_kind_of_credential_that_is_not_configured_is_refused(door: Make, keys: Keys, provider: Provider) -> None:
    access = door(tokens=False)
    with pytest.raises(NotAuthenticatedError, match="not taken"):
        access.enter(replace(HERE, authorization=(f"Bearer {provider.token()}",)), Act.READ_RULES)
    assert provider.asked == 0


def test_what_no_role_allows_is_refused_and_recorded_with_who_asked(door: Make, keys: Keys, trail: Trail) -> None:
    key = keys.issue("officer", principal="oidc:li")
    with pytest.raises(ForbiddenError):
        door().enter(with_key(key.text), Act.CREATE_KEY)
    assert trail.entries == [("key.create", "oidc:li", "GET /v1/rules", "forbidden")]


def test_a_foreign_record_is_not_shown_and_the_try_is_recorded(door: Make, keys: Keys, trail: Trail) -> None:
    access, applicant, officer = door(), keys.issue("applicant", principal="oidc:li"), keys.issue("officer")
    who = access.enter(with_key(applicant.text), Act.READ_DECISION)
    assert access.shows(HERE, who, Act.READ_DECISION, "oidc:li", "decision/1") and trail.entries == []
    assert not access.shows(HERE, who, Act.READ_DECISION, "oidc:wang", "decision/2")
    assert trail.entries == [("decision.read", "oidc:li", "decision/2", "foreign")]
    boss = access.enter(with_key(officer.text), Act.READ_DECISION)
    assert access.shows(HERE, boss, Act.READ_DECISION, "oidc:wang", "decision/2") and len(trail.entries) == 1


def test_each_principal_has_its_own_budget(door: Make, keys: Keys, clock: Clock) -> None:
    access = door(Limits(requests=Budget(2, 60)))
    one, two = keys.issue("applicant", principal="one"), keys.issue("applicant", principal="two")
    for key in (one, two, one, two):
        access.enter(with_key(key.text), Act.READ_RULES)
    with pytest.raises(TooManyError) as caught:
        access.enter(with_key(one.text), Act.READ_RULES)
    assert caught.value.wait == 30
    clock.forward(seconds=30)
    access.enter(with_key(one.text), Act.READ_RULES)


def test_two_keys_of_one_principal_share_its_budget(door: Make, keys: Keys) -> None:
    access = door(Limits(requests=Budget(1, 60)))
    access.enter(with_key(keys.issue("applicant").text), Act.READ_RULES)
    with pytest.raises(TooManyError):
        access.enter(with_key(keys.issue("applicant").text), Act.READ_RULES)


def test_screenings_and_uploads_have_budgets_of_their_own(door: Make, keys: Keys) -> None:
    access = door(Limits(screenings=Budget(1, 60), uploads=Budget(1, 60)))
    key = with_key(keys.issue("applicant").text)
    access.enter(key, Act.SCREEN)
    access.enter(key, Act.READ_SITE)
    for act in (Act.SCREEN, Act.ASK_QUESTIONS, Act.EXECUTE_PROCESS, Act.READ_SITE, Act.CREATE_JOB):
        with pytest.raises(TooManyError):
            access.enter(key, act)
    access.enter(key, Act.READ_DECISION)


def test_a_request_for_many_spends_many(door: Make, keys: Keys, trail: Trail) -> None:
    access = door(Limits(screenings=Budget(100, 60)))
    arrival = with_key(keys.issue("applicant").text)
    who = access.enter(arrival, Act.READ_RULES)
    access.spend(arrival, who, Act.SCREEN, 100)
    with pytest.raises(TooManyError):
        access.spend(arrival, who, Act.SCREEN, 1)
    assert trail.entries[-1][3] == "too many: screenings"


def test_an_address_has_a_budget_too_however_many_principals_it_sends(door: Make, keys: Keys) -> None:
    access = door(Limits(requests=Budget(1, 60)))
    for _ in range(ADDRESS_SHARE):
        access.enter(with_key(keys.issue("applicant", principal=new_key().mark).text), Act.READ_RULES)
    with pytest.raises(TooManyError):
        access.enter(with_key(keys.issue("applicant", principal="new").text), Act.READ_RULES)
    access = door(Limits(screenings=Budget(1, 60)))
    for _ in range(ADDRESS_SHARE):
        access.enter(with_key(keys.issue("applicant", principal=new_key().mark).text), Act.SCREEN)
    with pytest.raises(TooManyError, match="screenings"):
        access.enter(with_key(keys.issue("applicant", principal="new").text), Act.SCREEN)
    elsewhere = replace(with_key(keys.issue("applicant", principal="other").text), peer="203.0.113.10")
    access.enter(elsewhere, Act.READ_RULES)


def test_an_address_that_failed_too_often_is_not_heard_with_new_credentials(
    door: Make, keys: Keys, clock: Clock
) -> None:
    access = door(Limits(failures=Budget(3, 60)))
    known, new = keys.issue("applicant"), keys.issue("applicant")
    access.enter(with_key(known.text), Act.READ_RULES)
    for _ in range(3):
        with pytest.raises(NotAuthenticatedError):
            access.enter(with_key(new_key().text), Act.READ_RULES)
    asked = keys.asked
    for text in (new_key().text, new.text):
        with pytest.raises(TooManyError) as caught:
            access.enter(with_key(text), Act.READ_RULES)
        assert caught.value.wait == 20
    assert keys.asked == asked, "nothing is looked up for it"
    access.enter(with_key(known.text), Act.READ_RULES)
    access.enter(replace(with_key(new.text), peer="203.0.113.10"), Act.READ_RULES)
    clock.forward(seconds=20)
    access.enter(with_key(new.text), Act.READ_RULES)


def test_a_credential_once_believed_is_verified_again_each_time(door: Make, keys: Keys, clock: Clock) -> None:
    access, key = door(Limits(failures=Budget(3, 60))), keys.issue("applicant")
    access.enter(with_key(key.text), Act.READ_RULES)
    keys.revoke(key, clock())
    with pytest.raises(NotAuthenticatedError):
        access.enter(with_key(key.text), Act.READ_RULES)


def test_refusals_of_one_address_do_not_fill_the_trail(door: Make, trail: Trail) -> None:
    access = door()
    for _ in range(RECORDED.count + 50):
        with pytest.raises(NotAuthenticatedError):
            access.enter(HERE, Act.READ_RULES)
    assert len(trail.entries) == RECORDED.count


def test_a_refusal_stands_though_it_cannot_be_recorded(
    keys: Keys, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(act: str, principal: str, subject: str, reason: str) -> None:
        raise OSError("the disk is full")

    access = open_access(AccessSettings(api_keys=True), broken, keys=keys, clock=clock)
    with pytest.raises(NotAuthenticatedError):
        access.enter(HERE, Act.READ_RULES)
    assert "could not be entered" in caplog.text


def test_no_refusal_writes_the_credential_to_trail_or_log(
    door: Make, trail: Trail, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    access, key, token = door(), new_key(), provider.token(aud="other")
    for arrival in (with_key(key.text), replace(HERE, authorization=(f"Bearer {token}",))):
        with pytest.raises(NotAuthenticatedError):
            access.enter(arrival, Act.READ_RULES)
    told = f"{trail.entries} {caplog.text}"
    assert key.text.split("_", 2)[2] not in told and token.split(".")[2] not in told
    assert "key: unknown" in told and "token: audience" in told


def test_metrics_are_open_only_where_that_is_configured(door: Make, trail: Trail, keys: Keys, clock: Clock) -> None:
    with pytest.raises(NotAuthenticatedError):
        door().enter(HERE, Act.READ_METRICS)
    opened = open_access(AccessSettings(api_keys=True, open_metrics=True), trail, keys=keys, clock=clock)
    assert opened.enter(HERE, Act.READ_METRICS).roles == frozenset()
    with pytest.raises(NotAuthenticatedError):
        opened.enter(HERE, Act.READ_RULES)


def test_keys_without_a_store_are_no_door(trail: Trail, clock: Clock) -> None:
    with pytest.raises(AccessSettingsError):
        open_access(AccessSettings(api_keys=True), trail, keys=None, clock=clock)
    with pytest.raises(AccessSettingsError):
        Access(AccessSettings(api_keys=True), trail)
