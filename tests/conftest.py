"""What every test may use: the carried rulebook, the demo atlas, and how hard hypothesis tries."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from screening import Atlas, Rulebook
from screening.atlas import read_atlas
from screening.settings import read_settings

settings.register_profile("usual", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
# `make thorough`: the number of draws the closing notes state.
settings.register_profile(
    "thorough", settings.get_profile("usual"), max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "20000"))
)
# The further Pythons of `make test`: what they are asked is whether they run it all alike.
settings.register_profile("brief", settings.get_profile("usual"), max_examples=20)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))


@pytest.fixture(scope="session")
def rules_folder() -> Path:
    return read_settings({}).rules


@pytest.fixture(scope="session")
def rulebook(rules_folder: Path) -> Rulebook:
    return Rulebook.load(rules_folder)


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    return read_atlas(read_settings({}).zones)
