"""The table of permissions, against every act and every role."""

from __future__ import annotations

import pytest

from screening.access import LOCAL, OWNED, PERMISSIONS, Act, Method, Principal, Role
from screening.access.principals import NOBODY

EVERYONE = {
    "screening.create",
    "question.ask",
    "site.read",
    "receipt.verify",
    "application.create",
    "application.read",
    "application.change",
    "application.decide",
    "decision.read",
    "decision.report",
    "decision.receipt",
    "override.read",
    "job.create",
    "job.read",
    "job.end",
    "process.read",
    "process.execute",
    "rule.read",
    "vocabulary.read",
    "zone.read",
    "self.read",
}
OFFICERS_TOO = {"override.create"}
ADMINISTRATORS_ONLY = {
    "audit.read",
    "audit.verify",
    "webhook.read",
    "webhook.create",
    "webhook.end",
    "key.read",
    "key.create",
    "key.revoke",
    "metrics.read",
}


def one_with(*roles: Role, name: str = "oidc:zhang") -> Principal:
    return Principal(name, "张三", frozenset(roles), Method.TOKEN)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_was_agreed_and_nothing_else(act: Act, role: Role) -> None:
    allowed = {
        Role.APPLICANT: EVERYONE,
        Role.OFFICER: EVERYONE | OFFICERS_TOO,
        Role.ADMINISTRATOR: EVERYONE | OFFICERS_TOO | ADMINISTRATORS_ONLY,
    }[role]
    assert one_with(role).may(act) is (act.value in allowed)


def test_every_act_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Act)
    assert {act.value for act in Act} == EVERYONE | OFFICERS_TOO | ADMINISTRATORS_ONLY


def test_whoever_has_no_role_may_do_nothing() -> None:
    assert not any(one_with().may(act) or NOBODY.may(act) for act in Act)


def test_the_user_of_this_machine_may_do_everything() -> None:
    assert all(LOCAL.may(act) for act in Act) and LOCAL.sees_all


def test_an_applicant_sees_only_its_own_records() -> None:
    applicant = one_with(Role.APPLICANT)
    assert applicant.sees("oidc:zhang") and applicant.only_owner == "oidc:zhang"
    assert not any(
        applicant.sees(owner)
        for owner in ("oidc:li", "OIDC:zhang", "oidc:zhang ", "zhang", "x:oidc:zhang", "local", "")
    )


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_the_office_sees_every_record(role: Role) -> None:
    both = one_with(role, Role.APPLICANT)
    assert both.sees("oidc:li") and both.only_owner is None


def test_no_token_can_carry_the_id_of_the_local_principal() -> None:
    assert not LOCAL.id.startswith("oidc:")


def test_every_act_on_one_record_of_somebody_is_an_owned_one() -> None:
    nouns = ("application", "decision", "override", "job")
    assert {act for act in Act if act.value.split(".")[0] in nouns and "create" not in act} | {Act.OVERRIDE} == OWNED


def test_the_table_cannot_be_changed_at_run_time() -> None:
    with pytest.raises(TypeError):
        PERMISSIONS[Act.READ_KEY] = frozenset(Role)  # type: ignore[index]
