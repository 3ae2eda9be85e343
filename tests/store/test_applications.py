"""Applications are kept version by version, and nobody overwrites what he has not seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from screening.store import Idempotency, InvalidRecordError, NotFoundError, State, Store, VersionConflictError


def test_an_application_is_kept_and_replaced_version_by_version(store: Store) -> None:
    first = store.applications.create(owner="a", actor="a", title="甲厂", body=b'{"v":1}')
    second = store.applications.replace(
        first.id, actor="a", version=1, title="甲厂扩建", body=b'{"v":2}', state=State.SUBMITTED
    )
    found, body = store.applications.read(first.id)
    assert (found, body) == (second, b'{"v":2}')
    assert (first.version, second.version, second.state, second.title) == (1, 2, State.SUBMITTED, "甲厂扩建")
    acts = [one.entry.act for one in store.audit.of_subject(f"application/{first.id}")]
    assert acts == ["application.created", "application.changed"]


def test_of_many_who_replace_one_version_at_once_one_succeeds(store: Store) -> None:
    made = store.applications.create(owner="a", actor="a", title="t", body=b"{}")

    def replace(number: int) -> bool:
        try:
            store.applications.replace(made.id, actor="a", version=1, title=f"t{number}", body=b"{}")
        except VersionConflictError as error:
            assert error.problems[0].zh
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(replace, range(16))) == 1
    assert store.applications.get(made.id).version == 2
    assert len(store.audit.of_subject(f"application/{made.id}")) == 2


def test_one_key_makes_one_application(store: Store) -> None:
    key = Idempotency("a", "k", "0" * 64)
    made = {
        store.applications.create(owner="a", actor="a", title="t", body=b"{}", idempotency=key).id for _ in range(3)
    }
    assert len(made) == 1
    assert store.idempotency.recall(key) == f"application/{made.pop()}"


def test_applications_are_listed_by_owner_state_and_words(store: Store) -> None:
    one = store.applications.create(owner="a", actor="a", title="Cement 水泥", body=b"{}")
    two = store.applications.create(owner="b", actor="b", title="玻璃", body=b"{}", state=State.SUBMITTED)
    assert store.applications.page().items == (two, one)
    assert store.applications.page(owner="a").items == (one,)
    assert store.applications.page(state=State.SUBMITTED).items == (two,)
    assert store.applications.page(text="CEMENT").items == (one,)
    assert store.applications.page(text="水泥").items == (one,)
    first = store.applications.page(limit=1)
    assert store.applications.page(limit=1, after=first.next).items == (one,)


def test_what_is_not_there_or_has_no_owner_is_refused(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.applications.get("none")
    with pytest.raises(NotFoundError):
        store.applications.read("none")
    with pytest.raises(NotFoundError):
        store.applications.replace("none", actor="a", version=1, title="t", body=b"{}")
    with pytest.raises(InvalidRecordError):
        store.applications.create(owner=" ", actor="a", title="t", body=b"{}")
