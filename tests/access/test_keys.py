"""API keys: what is kept of them, which hold, and which no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from screening.access import KeyVerifier, Method, NotAuthenticatedError, Role, hash_of, new_key
from tests.access.keeping import Keys
from tests.access.provider import Clock


def refused(verifier: KeyVerifier, text: str) -> str:
    with pytest.raises(NotAuthenticatedError) as caught:
        verifier.verify(text)
    assert text not in caught.value.report() or not text
    return caught.value.reason


def test_a_key_speaks_for_its_principal_with_its_roles(clock: Clock) -> None:
    keys = Keys()
    key = keys.issue("officer", "no-such-role")
    found = KeyVerifier(keys, clock).verify(key.text)
    assert (found.id, found.name, found.method, found.credential) == ("system:workflow", "Workflow", Method.KEY, "id-0")
    assert found.roles == {Role.OFFICER}


def test_a_key_holds_256_bits_and_no_two_are_alike() -> None:
    made = [new_key() for _ in range(200)]
    assert len({key.hashed for key in made}) == 200
    assert all(len(key.text.split("_", 2)[2]) == 43 for key in made), "43 digits of base64 are 32 bytes"


def test_what_is_kept_and_shown_does_not_hold_the_secret() -> None:
    key = new_key()
    secret = key.text.split("_", 2)[2]
    assert secret not in repr(key) and secret not in key.hashed
    assert key.hashed.startswith(key.mark) and hash_of(key.text) == key.hashed


def test_the_hash_of_a_key_is_no_key(clock: Clock) -> None:
    keys = Keys()
    key = keys.issue("officer")
    verifier = KeyVerifier(keys, clock)
    assert refused(verifier, key.hashed) == "key: form"
    assert refused(verifier, f"scr_{key.mark}_{key.hashed[:43]}") == "key: form"


def test_a_mistyped_key_is_refused_without_asking_the_store(clock: Clock) -> None:
    keys = Keys()
    key = keys.issue("officer")
    verifier = KeyVerifier(keys, clock)
    other = "A" if key.text[30] != "A" else "B"
    for text in (
        key.text[:-1],
        f"{key.text}A",
        f"{key.text}\n",
        f" {key.text}",
        key.text[:30] + other + key.text[31:],
        key.text.replace(key.mark, "0" * 12),
        key.text.upper(),
        "scr_",
        f"scr_{key.mark}_{'é' * 43}",
        f"scr_{key.mark}_" + "A" * 100_000,
    ):
        assert refused(verifier, text) == "key: form"
    assert keys.asked == 0


def test_a_well_formed_key_that_nobody_issued_is_refused(clock: Clock) -> None:
    assert refused(KeyVerifier(Keys(), clock), new_key().text) == "key: unknown"


def test_a_key_holds_until_its_end_and_not_at_it(clock: Clock) -> None:
    keys = Keys()
    key = keys.issue("officer", expires_at=clock() + timedelta(hours=1))
    verifier = KeyVerifier(keys, clock)
    clock.forward(minutes=59, seconds=59)
    verifier.verify(key.text)
    clock.forward(seconds=1)
    assert refused(verifier, key.text) == "key: expired"


def test_a_revoked_key_is_refused_from_the_next_request_on(clock: Clock) -> None:
    keys = Keys()
    key = keys.issue("officer")
    verifier = KeyVerifier(keys, clock)
    verifier.verify(key.text)
    keys.revoke(key, clock())
    assert refused(verifier, key.text) == "key: revoked"


def test_the_last_use_is_noted_at_most_once_a_minute_and_never_of_a_refused_key(clock: Clock) -> None:
    keys = Keys()
    key, ended = keys.issue("officer"), keys.issue("officer")
    keys.revoke(ended, clock())
    verifier = KeyVerifier(keys, clock)
    start = clock()
    for _ in range(130):
        verifier.verify(key.text)
        refused(verifier, ended.text)
        clock.forward(seconds=1)
    assert keys.uses == [("id-0", start + timedelta(minutes=minute)) for minute in range(3)]
