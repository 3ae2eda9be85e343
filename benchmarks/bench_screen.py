"""How long a decision takes: `make bench`. Not a test; timings depend on the machine."""

from __future__ import annotations

import gc
from datetime import date

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from screening import Atlas, Project, Rulebook, screen
from screening.atlas import locate, read_atlas, read_footprint
from screening.settings import read_settings

SETTINGS = read_settings({})
DAY = date(2026, 11, 22)
FILES = sorted(SETTINGS.applications.glob("*.yaml"))


@pytest.fixture(scope="module")
def world() -> tuple[Rulebook, Atlas]:
    rulebook, atlas = Rulebook.load(SETTINGS.rules), read_atlas(SETTINGS.zones)
    for file in FILES:
        screen(Project.read(file), rulebook, atlas, as_of=DAY)
    # As the service does: what was loaded is not searched for garbage at every turn.
    gc.collect()
    gc.freeze()
    return rulebook, atlas


def test_screen_the_twenty_in_turn(benchmark: BenchmarkFixture, world: tuple[Rulebook, Atlas]) -> None:
    """One round is one screen(); the twenty applications in turn."""
    rulebook, atlas = world
    projects = [Project.read(file) for file in FILES]
    turn = iter(range(10**9))

    def one() -> None:
        screen(projects[next(turn) % len(projects)], rulebook, atlas, as_of=DAY)

    benchmark.pedantic(one, rounds=2000, warmup_rounds=len(projects))
    times = sorted(benchmark.stats.stats.data)
    benchmark.extra_info["p99_ms"] = round(times[int(len(times) * 0.99)] * 1e3, 3)
    print(f"\nscreen(): median {times[len(times) // 2] * 1e3:.2f} ms, p99 {benchmark.extra_info['p99_ms']:.2f} ms")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_screen_each(benchmark: BenchmarkFixture, world: tuple[Rulebook, Atlas], file: object) -> None:
    rulebook, atlas = world
    project = Project.read(str(file))
    benchmark.pedantic(lambda: screen(project, rulebook, atlas, as_of=DAY), rounds=100, warmup_rounds=3)


def test_locate_the_twenty_in_turn(benchmark: BenchmarkFixture, world: tuple[Rulebook, Atlas]) -> None:
    _, atlas = world
    sites = [Project.read(file).site for file in FILES]
    footprints = [read_footprint(site.geometry, "", extent=site.extent, crs=site.stated_crs) for site in sites]
    turn = iter(range(10**9))
    benchmark.pedantic(lambda: locate(footprints[next(turn) % len(footprints)], atlas, DAY), rounds=2000)


def test_canonical_json_of_a_decision(benchmark: BenchmarkFixture, world: tuple[Rulebook, Atlas]) -> None:
    rulebook, atlas = world
    decision = screen(Project.read(FILES[0]), rulebook, atlas, as_of=DAY)
    benchmark(decision.canonical)


def test_load_the_rulebook(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(lambda: Rulebook.load(SETTINGS.rules), rounds=5)


def test_load_the_atlas(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(lambda: read_atlas(SETTINGS.zones), rounds=5)
