"""A provider of tokens, and a clock that stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from screening.access import OidcSettings, TokenVerifier
from screening.access.jwks import issuer_keys
from tests.access.provider import AUDIENCE, Clock, Provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def verifier(provider: Provider, clock: Clock) -> Callable[..., TokenVerifier]:
    """Makes a verifier of the provider's tokens, with settings changed as given."""

    def make(**changed: Any) -> TokenVerifier:
        usual = {"issuer": provider.issuer, "audiences": frozenset({AUDIENCE}), "jwks_url": provider.jwks_url}
        settings = OidcSettings(**{**usual, **changed})
        return TokenVerifier(settings, issuer_keys(settings, clock.seconds), clock)

    return make
