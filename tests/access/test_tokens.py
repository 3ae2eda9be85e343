"""Tokens: which hold, and each way in which one does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from screening.access import Method, NotAuthenticatedError, Role, TokenVerifier
from tests.access.provider import (
    NOW,
    Clock,
    Provider,
    ec_key,
    ed_key,
    encoded,
    hmac_token,
    jwk,
    parts,
    public_pem,
    rsa_key,
)

Make = Callable[..., TokenVerifier]


def refused(verifier: TokenVerifier, token: str) -> str:
    """The reason why a token is refused."""
    with pytest.raises(NotAuthenticatedError) as caught:
        verifier.verify(token)
    said = caught.value.report()
    assert caught.value.problems[0].zh
    assert not any(part in said for part in token.split(".") if len(part) > 8), "a refusal repeats no part of the token"
    return caught.value.reason


def test_a_token_of_the_issuer_gives_subject_name_and_roles(provider: Provider, verifier: Make) -> None:
    found = verifier().verify(provider.token())
    assert (found.id, found.name, found.method) == ("oidc:zhang", "张三", Method.TOKEN)
    assert found.roles == {Role.OFFICER}


@pytest.mark.parametrize(
    ("key", "algorithm"), [(rsa_key, "RS256"), (rsa_key, "PS256"), (ec_key, "ES256"), (ed_key, "EdDSA")]
)
def test_every_allowed_algorithm_is_verified_with_a_key_of_its_kind(
    provider: Provider, verifier: Make, key: Any, algorithm: str
) -> None:
    provider.keys = [jwk(key(), "it")]
    allowed = verifier(algorithms=("RS256", "PS256", "ES256", "EdDSA"))
    assert allowed.verify(provider.token(key(), algorithm, "it")).id == "oidc:zhang"


def test_an_algorithm_not_on_the_list_is_refused_though_the_key_is_right(provider: Provider, verifier: Make) -> None:
    assert refused(verifier(algorithms=("ES256",)), provider.token()) == "token: algorithm"


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
def test_an_unsigned_token_is_refused(provider: Provider, verifier: Make, name: str) -> None:
    token = parts({"alg": name, "kid": "one"}, provider.claims()) + "."
    assert refused(verifier(), token) == "token: algorithm"


def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused(provider: Provider, verifier: Make) -> None:
    token = hmac_token(public_pem(rsa_key()), provider.claims(), kid="one")
    assert refused(verifier(), token) == "token: algorithm"


def test_a_shared_secret_among_the_published_keys_verifies_nothing(provider: Provider, verifier: Make) -> None:
    provider.keys = [{"kty": "oct", "k": encoded(b"s" * 32), "kid": "one", "alg": "HS256"}]
    assert refused(verifier(), hmac_token(b"s" * 32, provider.claims(), kid="one")) == "token: algorithm"
    assert refused(verifier(), provider.token()) == "token: key"


def test_a_key_of_another_kind_than_the_algorithm_is_not_used(provider: Provider, verifier: Make) -> None:
    provider.keys = [jwk(ec_key(), "one")]
    assert refused(verifier(), provider.token()) == "token: key"


def test_a_key_meant_for_another_algorithm_is_not_used(provider: Provider, verifier: Make) -> None:
    provider.keys = [jwk(rsa_key(), "one", alg="PS256")]
    assert refused(verifier(), provider.token()) == "token: key"


def test_a_token_signed_with_another_key_of_the_same_name_is_refused(provider: Provider, verifier: Make) -> None:
    assert refused(verifier(), provider.token(rsa_key(1))) == "token: signature"


def test_a_key_that_the_token_brings_along_is_not_looked_at(provider: Provider, verifier: Make) -> None:
    own = jwk(rsa_key(1), "one")
    token = provider.token(rsa_key(1), headers={"jwk": own, "jku": "http://127.0.0.1:9/keys", "x5u": "http://x"})
    assert refused(verifier(), token) == "token: signature"


def test_changed_claims_are_refused(provider: Provider, verifier: Make) -> None:
    header, _, signature = provider.token().split(".")
    changed = encoded(json.dumps(provider.claims(roles=["administrator"])).encode())
    assert refused(verifier(), f"{header}.{changed}.{signature}") == "token: signature"


def test_a_token_of_another_issuer_is_refused_though_its_signature_is_right(provider: Provider, verifier: Make) -> None:
    assert refused(verifier(), provider.token(iss=f"{provider.issuer}/")) == "token: issuer"


@pytest.mark.parametrize("audience", ["portal", ["portal", "account"], None, 7, [7], {"screening": 1}, "screenin"])
def test_a_token_for_another_service_is_refused(provider: Provider, verifier: Make, audience: Any) -> None:
    assert refused(verifier(), provider.token(aud=audience)) == "token: audience"


def test_one_of_several_audiences_suffices(provider: Provider, verifier: Make) -> None:
    assert verifier().verify(provider.token(aud=["portal", "screening"])).name == "张三"


def test_a_token_holds_until_it_expires_and_one_skew_longer(provider: Provider, verifier: Make, clock: Clock) -> None:
    token, checking = provider.token(), verifier(skew=60.0)
    clock.forward(minutes=10, seconds=59)
    assert checking.verify(token).id == "oidc:zhang"
    clock.forward(seconds=1)
    assert refused(checking, token) == "token: expired"


def test_a_token_without_an_end_is_refused(provider: Provider, verifier: Make) -> None:
    assert refused(verifier(), provider.token(exp=None)) == "token: times"


@pytest.mark.parametrize("value", ["1e999", "NaN", '"2030-01-01"', "true", "[1]", "1e300"])
def test_an_end_that_is_no_moment_is_refused(provider: Provider, verifier: Make, value: str) -> None:
    claims = json.dumps(provider.claims(exp=-5)).replace('"exp": -5', f'"exp": {value}').encode()
    header = encoded(json.dumps({"alg": "EdDSA", "kid": "ed"}).encode())
    provider.keys = [jwk(ed_key(), "ed")]
    signature = encoded(ed_key().sign(f"{header}.{encoded(claims)}".encode()))
    token = f"{header}.{encoded(claims)}.{signature}"
    assert refused(verifier(algorithms=("EdDSA",)), token) == "token: times"


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_token_of_the_future_is_refused_until_its_time(
    provider: Provider, verifier: Make, clock: Clock, claim: str
) -> None:
    begins = int((NOW + timedelta(minutes=2)).timestamp())
    token, checking = provider.token(**{claim: begins}), verifier(skew=60.0)
    assert refused(checking, token) == "token: not yet"
    clock.forward(minutes=1)
    assert checking.verify(token).id == "oidc:zhang"


@pytest.mark.parametrize("subject", [None, 7, "", "  ", "a\nb", "x" * 256])
def test_a_token_without_a_usable_subject_is_refused(provider: Provider, verifier: Make, subject: Any) -> None:
    token = parts({"alg": "EdDSA", "kid": "ed"}, provider.claims(sub=subject))
    provider.keys = [jwk(ed_key(), "ed")]
    token = f"{token}.{encoded(ed_key().sign(token.encode()))}"
    assert refused(verifier(algorithms=("EdDSA",)), token) == "token: subject"


@pytest.mark.parametrize("headers", [{"crit": ["exp"]}, {"crit": [], "b64": False}])
def test_an_extension_that_we_do_not_know_is_refused(provider: Provider, verifier: Make, headers: Any) -> None:
    token = parts({"alg": "EdDSA", "kid": "ed", **headers}, provider.claims())
    provider.keys = [jwk(ed_key(), "ed")]
    token = f"{token}.{encoded(ed_key().sign(token.encode()))}"
    assert refused(verifier(algorithms=("EdDSA",)), token) in ("token: critical", "token: form")


def test_a_token_of_another_type_is_refused_where_a_type_is_asked_for(provider: Provider, verifier: Make) -> None:
    checking = verifier(token_type="at+jwt")
    assert refused(checking, provider.token()) == "token: type"
    assert checking.verify(provider.token(headers={"typ": "application/at+JWT"})).id == "oidc:zhang"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "a.b",
        "a.b.c",
        "....",
        "é.é.é",
        f"{encoded(b'[]')}.{encoded(b'{}')}.x",
        f"{encoded(b'{')}.{encoded(b'{}')}.",
        f"{encoded(b'[' * 20_000)}.e30.x",
        f"{encoded(b'[' * 9_000)}.e30.x",
        "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d",
        f"{'A' * 20_000}.e30.x",
    ],
)
def test_what_is_no_token_is_refused(verifier: Make, text: str) -> None:
    assert refused(verifier(), text) == "token: form"


@pytest.mark.parametrize("kid", [7, "", "k" * 201, ["one"]])
def test_a_key_name_that_is_none_is_refused(provider: Provider, verifier: Make, kid: Any) -> None:
    token = parts({"alg": "RS256", "kid": kid}, provider.claims())
    assert refused(verifier(), f"{token}.AAAA") in ("token: key", "token: form")


def test_without_a_key_name_the_only_key_is_used_and_of_two_none(provider: Provider, verifier: Make) -> None:
    assert verifier().verify(provider.token(kid=None)).id == "oidc:zhang"
    provider.keys = [jwk(rsa_key(), "one"), jwk(rsa_key(1), "two")]
    assert refused(verifier(), provider.token(kid=None)) == "token: key"


@pytest.mark.parametrize(
    ("claim", "claims", "roles"),
    [
        ("roles", {"roles": ["officer", "applicant", "unknown"]}, {Role.OFFICER, Role.APPLICANT}),
        ("roles", {"roles": "officer applicant"}, {Role.OFFICER, Role.APPLICANT}),
        ("roles", {"roles": ["Officer", "ADMINISTRATOR", "admin"]}, set()),
        ("roles", {"roles": {"officer": True}}, set()),
        ("roles", {"roles": [["officer"], 7, None]}, set()),
        ("roles", {"roles": None}, set()),
        ("realm_access.roles", {"realm_access": {"roles": ["officer"]}}, {Role.OFFICER}),
        ("realm_access.roles", {"realm_access": ["roles"]}, set()),
        ("https://gov.cn/roles", {"https://gov.cn/roles": ["officer"]}, {Role.OFFICER}),
    ],
)
def test_roles_are_read_from_the_claim_that_is_named(
    provider: Provider, verifier: Make, claim: str, claims: Any, roles: set[Role]
) -> None:
    found = verifier(role_claim=claim).verify(provider.token(**{"roles": None, **claims}))
    assert found.roles == roles


def test_words_of_the_provider_are_mapped_to_roles_and_others_give_none(provider: Provider, verifier: Make) -> None:
    checking = verifier(roles={"审批 一科": Role.OFFICER})
    assert checking.verify(provider.token(roles=["审批 一科"])).roles == {Role.OFFICER}
    assert checking.verify(provider.token(roles="审批 一科")).roles == {Role.OFFICER}
    assert checking.verify(provider.token(roles=["administrator"])).roles == frozenset()


def test_whoever_has_no_role_gets_the_default_one_where_there_is_one(provider: Provider, verifier: Make) -> None:
    checking = verifier(default_role=Role.APPLICANT)
    assert checking.verify(provider.token(roles=["other"])).roles == {Role.APPLICANT}
    assert checking.verify(provider.token()).roles == {Role.OFFICER}


def test_a_name_with_control_characters_is_not_shown(provider: Provider, verifier: Make) -> None:
    found = verifier().verify(provider.token(name="a\u2028b", preferred_username="zhang3"))
    assert found.name == "zhang3"
