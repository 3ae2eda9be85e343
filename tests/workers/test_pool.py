"""What a pool of worker processes answers, and in which order."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from screening import Atlas, Outcome, Project, Rulebook, screen
from screening.asking.questions import questions
from screening.atlas.formats import FOOTPRINT_LIMITS, read_source
from screening.decision import canonical_json
from screening.errors import FootprintError, InputError, RulebookError, ScreeningError
from screening.workers import BusyError, InProcess, SiteFile, UnavailableError, WorkerPool
from tests.workers.conftest import APPLICATIONS, DAY, SETTINGS, make_pool, until

POLYGON = b'{"type": "Polygon", "coordinates": [[[112.2, 30.1], [112.21, 30.1], [112.21, 30.11], [112.2, 30.1]]]}'


def test_a_worker_decides_what_screen_decides_byte_for_byte(pool: WorkerPool, expected: list[bytes]) -> None:
    decided = [pool.decide(one, DAY) for one in APPLICATIONS]
    assert [one.decision for one in decided] == expected
    first = json.loads(decided[0].decision)
    assert (decided[0].content, decided[0].outcome.value) == (first["id"], first["outcome"])
    assert (decided[0].project, decided[0].title) == (first["project"], first["title"])
    assert decided[0].rulebook == first["receipt"]["rulebook"]
    assert not any(one.failed for one in decided)


def test_each_of_many_threads_gets_its_own_answer(pool: WorkerPool, expected: list[bytes]) -> None:
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda one: pool.decide(one, DAY).decision, APPLICATIONS * 3))
    assert found == expected * 3


def test_each_awaited_call_gets_its_own_answer(pool: WorkerPool, expected: list[bytes]) -> None:
    async def ask() -> list[bytes]:
        found = await asyncio.gather(*(pool.screen(one, DAY) for one in APPLICATIONS))
        return [one.decision for one in found]

    assert asyncio.run(ask()) == expected


@pytest.mark.parametrize(
    "application",
    [
        b"{",
        b"[]",
        b'{"project": {}}',
        b'{"site": {"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}}',
        b'{"project": {"sector": "9999", "works": "none"}, "site": {"geometry": ' + POLYGON + b"}}",
    ],
)
def test_an_application_that_cannot_be_read_comes_back_as_the_error_it_is(
    pool: WorkerPool, rulebook: Rulebook, atlas: Atlas, application: bytes
) -> None:
    here = InProcess(rulebook, atlas)
    with pytest.raises(ScreeningError) as there:
        pool.decide(application, DAY)
    with pytest.raises(ScreeningError) as same:
        here.decide(application, DAY)
    here.close()
    assert type(there.value) is type(same.value)
    assert there.value.problems == same.value.problems


def test_questions_are_asked_in_a_worker(pool: WorkerPool, rulebook: Rulebook, atlas: Atlas) -> None:
    found = asyncio.run(pool.questions(APPLICATIONS[0], DAY, 3))
    here = questions(Project.from_bytes(APPLICATIONS[0]), rulebook, atlas, DAY, 3)
    assert found == canonical_json(here.plain())


def test_a_site_file_sent_along_is_the_site(pool: WorkerPool, rulebook: Rulebook, atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "红线.geojson"
    path.write_bytes(b'{"type": "Feature", "properties": {}, "geometry": ' + POLYGON + b"}")
    application = '{"site": {"file": "红线.geojson"}}'.encode()
    source = read_source(path, limits=FOOTPRINT_LIMITS)
    here = screen(Project.from_bytes(application), rulebook, atlas, as_of=DAY, source=source)
    file = SiteFile(path.name, path.read_bytes())
    assert pool.decide(application, DAY, file).decision == here.canonical()
    assert asyncio.run(pool.read_site(file))["sha256"] == source.sha256


def test_a_site_file_of_another_name_is_refused(pool: WorkerPool) -> None:
    with pytest.raises(InputError, match="names"):
        pool.decide(b'{"site": {"file": "a.geojson"}}', DAY, SiteFile("b.geojson", b"{}"))


def test_a_site_file_that_is_damaged_is_refused_without_our_folders(pool: WorkerPool) -> None:
    with pytest.raises(FootprintError) as caught:
        pool.decide(b'{"site": {"file": "a.zip"}}', DAY, SiteFile("a.zip", b"PK\x03\x04 nothing"))
    assert "screening-site" not in caught.value.report()


@pytest.mark.parametrize("name", ["", ".", "..", "../a.kml", "/etc/passwd", "a\0b", "x" * 201, "名" * 150])
def test_a_site_file_keeps_to_its_folder(pool: WorkerPool, name: str) -> None:
    with pytest.raises(InputError):
        asyncio.run(pool.read_site(SiteFile(name, b"{}")))


def test_nothing_but_a_task_can_be_asked(pool: WorkerPool) -> None:
    with pytest.raises(ValueError, match="no task"):
        pool.submit("os.system", "true")


def test_more_than_may_wait_is_refused_and_a_waiting_case_can_be_given_up(expected: list[bytes]) -> None:
    with make_pool(workers=1, most_waiting=2) as pool:
        worker = pool.health().pids[0]
        os.kill(worker, signal.SIGSTOP)
        out = pool.submit("screen", APPLICATIONS[0], DAY, None)
        given_up, waiting = (pool.submit("screen", one, DAY, None) for one in APPLICATIONS[1:3])
        with pytest.raises(BusyError) as caught:
            pool.submit("screen", APPLICATIONS[3], DAY, None)
        assert caught.value.problems[0].zh
        assert given_up.cancel()
        assert (pool.health().busy, pool.health().waiting) == (1, 2)
        os.kill(worker, signal.SIGCONT)
        assert [out.result().decision, waiting.result().decision] == [expected[0], expected[2]]


def test_a_pool_that_closes_answers_what_it_has_taken_on_and_leaves_no_process(expected: list[bytes]) -> None:
    pool = make_pool(workers=2).start()
    parent = psutil.Process(pool.health().pids[0]).parent()
    assert parent is not None and parent.pid != os.getpid()
    processes = [parent, *parent.children()]
    futures = [pool.submit("screen", one, DAY, None) for one in APPLICATIONS]
    pool.close()
    assert [future.result().decision for future in futures] == expected
    assert not pool.ready
    assert psutil.wait_procs(processes, timeout=10)[1] == []
    with pytest.raises(UnavailableError):
        pool.decide(APPLICATIONS[0], DAY)


def test_a_worker_gives_way_to_a_fresh_one_after_its_share(expected: list[bytes]) -> None:
    with make_pool(workers=1, cases=3) as pool:
        first = pool.health().pids
        found = [pool.decide(one, DAY).decision for one in APPLICATIONS[:7]]
        assert found == expected[:7]
        assert pool.health().died == 0
        until(lambda: pool.health().live == 1)
        assert pool.health().pids != first


def test_a_rulebook_that_cannot_be_loaded_is_said_at_the_start(tmp_path: Path) -> None:
    pool = WorkerPool(tmp_path / "none", SETTINGS.zones, workers=1)
    with pytest.raises(RulebookError) as caught:
        pool.start()
    assert "is not a folder of rules" in caught.value.report()
    assert not pool.ready


def test_in_this_process_the_same_is_decided(rulebook: Rulebook, atlas: Atlas, expected: list[bytes]) -> None:
    here = InProcess(rulebook, atlas)
    assert here.decide(APPLICATIONS[0], DAY).decision == expected[0]
    assert asyncio.run(here.screen(APPLICATIONS[1], DAY)).decision == expected[1]
    assert here.ready and here.health().rulebook == rulebook.digest
    here.close()
    with pytest.raises(UnavailableError):
        here.submit("screen", APPLICATIONS[0], DAY, None)
    assert not here.ready


def test_what_the_pool_loaded_is_named(pool: WorkerPool, rulebook: Rulebook, atlas: Atlas) -> None:
    health = pool.health()
    assert (health.rulebook, health.atlas) == (rulebook.digest, atlas.hash)
    assert health.ready and health.workers == 2
    assert pool.decide(APPLICATIONS[0], DAY).outcome is Outcome.REJECT
