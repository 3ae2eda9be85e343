"""Workers that die, hang or run out of memory: each costs one review, for its own case."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
from concurrent.futures import wait
from pathlib import Path

import psutil
import pytest

from screening import Outcome
from screening.errors import InputError
from screening.text import Text
from screening.workers import TaskFailedError, UnavailableError, WorkerPool
from screening.workers.failure import failed_decision
from tests.workers.conftest import APPLICATIONS, DAY, at_work, heavy, make_pool, until


def only_finding(decision: bytes) -> dict[str, object]:
    (finding,) = json.loads(decision)["findings"]
    assert (finding["rule"], finding["reason"], finding["outcome"]) == ("engine", "engine_failed", "review")
    return dict(finding)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_worker_that_dies_over_a_case_costs_it_a_review_and_is_replaced(
    pool: WorkerPool, expected: list[bytes], number: signal.Signals
) -> None:
    before = pool.health()
    future = pool.submit("screen", heavy(), DAY, None)
    victim = at_work(pool)
    os.kill(victim, number)
    decided = future.result(60)
    assert decided.failed and decided.outcome is Outcome.REVIEW
    assert (decided.project, decided.title) == ("heavy", "案卷 heavy")
    assert number.name in json.dumps(only_finding(decided.decision))
    plain = json.loads(decided.decision)
    assert (plain["receipt"]["as_of"], plain["receipt"]["rulebook"]) == ("2026-11-22", before.rulebook)
    assert plain["id"] == decided.content
    assert pool.decide(APPLICATIONS[0], DAY).decision == expected[0]
    until(lambda: pool.health().live == 2)
    after = pool.health()
    assert victim not in after.pids
    assert (after.died - before.died, after.failed - before.failed) == (1, 1)


def test_a_worker_that_hangs_is_ended_at_the_time_limit() -> None:
    with make_pool(workers=1, limit=1.0) as pool:
        victim = pool.health().pids[0]
        os.kill(victim, signal.SIGSTOP)
        decided = pool.decide(APPLICATIONS[0], DAY)
        assert decided.failed
        assert "1 s" in json.dumps(only_finding(decided.decision), ensure_ascii=False)
        assert not psutil.pid_exists(victim)
        until(lambda: pool.health().live == 1)


def test_a_case_that_takes_too_long_is_ended_while_it_computes() -> None:
    with make_pool(workers=1) as pool:
        decided = pool.submit("screen", heavy(), DAY, None, limit=0.2).result(60)
        assert decided.failed and decided.outcome is Outcome.REVIEW
        assert "0.2 秒" in json.dumps(only_finding(decided.decision), ensure_ascii=False)


def test_a_case_that_needs_too_much_memory_is_a_review(expected: list[bytes]) -> None:
    with make_pool(workers=1, memory=48 << 20) as pool:
        assert pool.decide(APPLICATIONS[0], DAY).decision == expected[0]
        site = b'"site": {"geometry": {"type": "Point", "coordinates": [112.2, 30.1]}}'
        greedy = b'{"id": "greedy", ' + site + b', "project": {"x": "' + b"a" * (40 << 20) + b'"}}'
        decided = pool.decide(greedy, DAY)
        assert decided.failed and decided.project == "greedy"
        assert "memory" in json.dumps(only_finding(decided.decision))
        assert pool.decide(APPLICATIONS[1], DAY).decision == expected[1]


def test_a_worker_that_dies_idle_costs_nothing(expected: list[bytes]) -> None:
    with make_pool(workers=1) as pool:
        for turn in range(3):
            os.kill(pool.health().pids[0], signal.SIGKILL)
            decided = pool.decide(APPLICATIONS[turn], DAY)
            assert decided.decision == expected[turn]
            until(lambda: pool.health().live == 1)
        assert (pool.health().died, pool.health().failed) == (3, 0)


def test_a_case_that_its_worker_never_read_goes_to_another(expected: list[bytes]) -> None:
    with make_pool(workers=1) as pool:
        victim = pool.health().pids[0]
        os.kill(victim, signal.SIGSTOP)
        future = pool.submit("screen", APPLICATIONS[2], DAY, None)
        until(lambda: pool.health().busy == 1)
        # What is sent to a stopped process stays unread: the message is there before the signal is.
        threading.Event().wait(0.1)
        os.kill(victim, signal.SIGKILL)
        assert future.result(60).decision == expected[2]
        assert pool.health().failed == 0


def test_the_loss_of_the_process_that_forks_is_made_good(expected: list[bytes]) -> None:
    with make_pool(workers=2) as pool:
        until(lambda: pool.health().live == 2)
        workers = set(pool.health().pids)
        parent = psutil.Process(min(workers)).parent()
        assert parent is not None and parent.pid != os.getpid()
        parent.kill()
        for one in range(4):
            assert pool.decide(APPLICATIONS[one], DAY).decision == expected[one]
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        until(lambda: pool.health().live == 2 and not workers & set(pool.health().pids))
        assert pool.decide(APPLICATIONS[4], DAY).decision == expected[4]
        assert pool.health().failed == 0


def test_two_hundred_cases_are_each_answered_once_while_workers_are_killed_at_random(expected: list[bytes]) -> None:
    dice, stop, answers, counted = random.Random(7), threading.Event(), dict[int, int](), threading.Lock()
    with make_pool(workers=2) as pool:

        def kill_now_and_then() -> None:
            while not stop.wait(dice.uniform(0.02, 0.3)):
                pids = pool.health().pids
                if pids:
                    try:
                        os.kill(dice.choice(pids), dice.choice([signal.SIGKILL, signal.SIGSEGV]))
                    except ProcessLookupError:
                        continue

        killer = threading.Thread(target=kill_now_and_then)
        killer.start()
        futures = []
        for number in range(200):
            future = pool.submit("screen", APPLICATIONS[number % 20], DAY, None)

            def count(_: object, number: int = number) -> None:
                with counted:
                    answers[number] = answers.get(number, 0) + 1

            future.add_done_callback(count)
            futures.append(future)
        done, left = wait(futures, 240)
        stop.set()
        killer.join()
        assert not left and len(done) == 200
        decided = [future.result() for future in futures]
        failed = [number for number, one in enumerate(decided) if one.failed]
        for number, one in enumerate(decided):
            if one.failed:
                only_finding(one.decision)
                assert one.project == json.loads(expected[number % 20])["project"]
            else:
                assert one.decision == expected[number % 20]
        assert answers == dict.fromkeys(range(200), 1)
        assert pool.health().failed == len(failed)
        assert pool.health().died >= len(failed) > 0
        until(lambda: pool.health().live == 2)
        assert pool.decide(APPLICATIONS[0], DAY).decision == expected[0]


def test_nothing_is_left_of_a_service_that_is_killed() -> None:
    program = (
        "from tests.workers.conftest import make_pool; pool = make_pool(workers=1).start(); "
        "print(pool.health().pids[0], pool._nursery._scratch, flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as service:
        assert service.stdout is not None
        pid, scratch = service.stdout.readline().decode().split()
        worker = psutil.Process(int(pid))
        parent = worker.parent()
        assert parent is not None and parent.pid != service.pid and Path(scratch).is_dir()
        service.kill()
        assert psutil.wait_procs([worker, parent], timeout=30)[1] == []
        assert not Path(scratch).exists()


def test_workers_that_die_at_once_are_not_made_in_a_storm() -> None:
    pool = make_pool(workers=1, memory=1)
    with pytest.raises(UnavailableError):
        pool.start(within=4.0)
    health = pool.health()
    assert not health.ready
    assert health.died <= 12


def test_a_task_that_is_no_decision_says_that_it_failed(pool: WorkerPool) -> None:
    future = pool.submit("questions", heavy(), DAY, None, None)
    os.kill(at_work(pool), signal.SIGKILL)
    with pytest.raises(TaskFailedError, match="SIGKILL"):
        future.result(60)


def test_an_awaited_case_whose_worker_dies_is_a_review(pool: WorkerPool) -> None:
    async def ask() -> bool:
        task = asyncio.create_task(pool.screen(heavy(), DAY))
        await asyncio.sleep(0)
        os.kill(await asyncio.to_thread(at_work, pool), signal.SIGKILL)
        return (await task).failed

    assert asyncio.run(ask())


def test_the_review_for_a_failure_is_one_decision_for_one_cause() -> None:
    one, other = (failed_decision(APPLICATIONS[0], DAY, Text("中断", "gone"), "digest").canonical() for _ in range(2))
    assert one == other
    assert failed_decision(APPLICATIONS[1], DAY, Text("中断", "gone"), "digest").canonical() != one


def test_a_case_that_cannot_be_read_stays_an_error_when_its_worker_dies() -> None:
    with pytest.raises(InputError):
        failed_decision(b'{"project": {}}', DAY, Text("中断", "gone"), "digest")
