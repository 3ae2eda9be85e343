"""The provider's keys: fetched, kept, changed, withdrawn, and not to be had."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from screening.access import IssuerUnavailableError, NotAuthenticatedError, TokenVerifier
from screening.access.jwks import AGAIN, FRESH, MOST_BYTES, STALE, fetch, keys_of
from tests.access.provider import Clock, Provider, ec_key, jwk, rsa_key

Make = Callable[..., TokenVerifier]


def test_keys_are_fetched_once_and_used_again(provider: Provider, verifier: Make) -> None:
    checking = verifier()
    for _ in range(5):
        checking.verify(provider.token())
    assert provider.asked == 1


def test_a_new_key_is_found_when_a_token_names_it(provider: Provider, verifier: Make, clock: Clock) -> None:
    checking = verifier()
    checking.verify(provider.token())
    provider.keys = [jwk(rsa_key(1), "two"), jwk(rsa_key(), "one")]
    clock.forward(seconds=AGAIN)
    assert checking.verify(provider.token(rsa_key(1), kid="two")).id == "oidc:zhang"
    assert provider.asked == 2


def test_made_up_key_names_do_not_flood_the_provider(provider: Provider, verifier: Make, clock: Clock) -> None:
    checking = verifier()
    for number in range(50):
        with pytest.raises(NotAuthenticatedError):
            checking.verify(provider.token(rsa_key(1), kid=f"made-up-{number}"))
    assert provider.asked == 1
    clock.forward(seconds=AGAIN)
    for number in range(50):
        with pytest.raises(NotAuthenticatedError):
            checking.verify(provider.token(rsa_key(1), kid=f"made-up-{number}"))
    assert provider.asked == 2


def test_a_withdrawn_key_is_not_believed_past_its_freshness(provider: Provider, verifier: Make, clock: Clock) -> None:
    checking = verifier(skew=300.0)
    token = provider.token(exp=int(clock().timestamp() + 2 * FRESH))
    checking.verify(token)
    provider.keys = [jwk(rsa_key(1), "two")]
    clock.forward(seconds=FRESH + 1)
    with pytest.raises(NotAuthenticatedError, match="no such key"):
        checking.verify(token)


def test_while_the_provider_is_away_known_keys_hold_and_not_for_ever(
    provider: Provider, verifier: Make, clock: Clock
) -> None:
    checking = verifier()
    token = provider.token(exp=int(clock().timestamp() + 3 * STALE))
    checking.verify(token)
    provider.status = 503
    clock.forward(seconds=STALE)
    assert checking.verify(token).id == "oidc:zhang"
    clock.forward(seconds=1)
    with pytest.raises(IssuerUnavailableError):
        checking.verify(token)
    provider.status = 200
    clock.forward(seconds=AGAIN)
    assert checking.verify(token).id == "oidc:zhang"


def test_a_provider_that_never_answered_is_an_outage_and_not_a_refusal(provider: Provider, verifier: Make) -> None:
    provider.status = 500
    checking = verifier()
    for _ in range(3):
        with pytest.raises(IssuerUnavailableError):
            checking.verify(provider.token())
    assert provider.asked == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"keys": {}}', b"[" * 100_000, b'{"keys": [' + b"{}," * 200])
def test_an_answer_that_is_no_jwks_is_an_outage(provider: Provider, verifier: Make, body: bytes) -> None:
    provider.body = body or b" "
    with pytest.raises(IssuerUnavailableError):
        verifier().verify(provider.token())


def test_a_redirect_is_not_followed(provider: Provider) -> None:
    provider.status, provider.location = 302, f"{provider.address}/elsewhere"
    with pytest.raises(OSError, match="302"):
        fetch(provider.jwks_url)
    assert provider.asked == 1


def test_a_document_that_is_too_large_is_not_read_to_its_end(provider: Provider) -> None:
    provider.body = b"x" * (MOST_BYTES + 1)
    with pytest.raises(ValueError, match="over"):
        fetch(provider.jwks_url)


def test_keys_come_from_a_file_and_a_changed_file_is_read_again(
    provider: Provider, verifier: Make, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [jwk(rsa_key(), "one")]}), encoding="utf-8")
    checking = verifier(jwks_url=None, jwks_file=path)
    assert checking.verify(provider.token()).id == "oidc:zhang"
    path.write_text(json.dumps({"keys": [jwk(ec_key(), "two")]}), encoding="utf-8")
    clock.forward(seconds=AGAIN)
    assert checking.verify(provider.token(ec_key(), "ES256", "two")).id == "oidc:zhang"
    assert provider.asked == 0


def test_the_issuer_says_itself_where_its_keys_are(provider: Provider, verifier: Make) -> None:
    assert verifier(jwks_url=None).verify(provider.token()).id == "oidc:zhang"
    assert provider.asked == 1


@pytest.mark.parametrize(
    "described",
    [{"issuer": "https://other.example"}, {"jwks_uri": "file:///etc/passwd"}, {"jwks_uri": "http://10.0.0.1/k"}],
)
def test_a_description_of_another_issuer_or_with_unsafe_addresses_is_not_followed(
    provider: Provider, verifier: Make, described: dict[str, Any]
) -> None:
    provider.described = {"issuer": provider.issuer, "jwks_uri": provider.jwks_url, **described}
    with pytest.raises(IssuerUnavailableError):
        verifier(jwks_url=None).verify(provider.token())


def test_keys_that_are_no_public_keys_for_signatures_are_left_out() -> None:
    good = jwk(rsa_key(), "good")
    bad = [
        {**good, "kid": "encryption", "use": "enc"},
        {**good, "kid": "operations", "key_ops": ["encrypt"]},
        {**good, "kid": "private", "d": good["n"]},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"kty": "RSA", "kid": "half", "e": "AQAB"},
        {"kty": "EC", "kid": "curve", "crv": "P-999", "x": "AA", "y": "AA"},
        {"kty": ["RSA"], "kid": "list"},
        {"kty": "RSA", "n": 7, "e": [], "kid": "types"},
        jwk(rsa_key(0, 1024), "short"),
        7,
        None,
    ]
    assert [key["kid"] for key in keys_of(json.dumps({"keys": [*bad, good]}).encode())] == ["good"]
