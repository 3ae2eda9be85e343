"""A process that records decisions from several threads and says each one's number after it is acknowledged.

python -m tests.store.writing ADDRESS
"""

from __future__ import annotations

import itertools
import sys
from threading import Lock, Thread

from screening.store import Idempotency, Store
from tests.store.records import recording


def main(address: str) -> None:
    store = Store.open(address)
    numbers, lock = itertools.count(), Lock()

    def record() -> None:
        while True:
            with lock:
                number = next(numbers)
            key = Idempotency("a", f"key-{number}", "0" * 64)
            made = store.decisions.record(recording(number, idempotency=key)).record
            with lock:
                sys.stdout.write(f"{number} {made.id}\n")
                sys.stdout.flush()

    threads = [Thread(target=record) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1])
