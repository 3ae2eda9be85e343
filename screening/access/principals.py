"""Who asks, with what roles, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from screening.access.roles import PERMISSIONS, SEES_ALL, Act, Role


class Method(StrEnum):
    """How a principal is known."""

    LOOPBACK = "loopback"
    TOKEN = "token"
    KEY = "key"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Principal:
    """One who asks. `id` is what records and the audit trail name; it is never taken from what a request merely claims.

    Of a token it is `oidc:` and the token's subject, so that no identity provider can issue the id of the local principal
    or of a key. `credential` is the id of the key it came with, empty for others.
    """

    id: str
    name: str
    roles: frozenset[Role]
    method: Method
    credential: str = ""

    def may(self, act: Act) -> bool:
        return not self.roles.isdisjoint(PERMISSIONS[act])

    @property
    def sees_all(self) -> bool:
        """Whether records of other owners are shown to it."""
        return not self.roles.isdisjoint(SEES_ALL)

    @property
    def only_owner(self) -> str | None:
        """The owner whose records a list is narrowed to; None for one who sees all."""
        return None if self.sees_all else self.id

    def sees(self, owner: str) -> bool:
        return self.sees_all or owner == self.id


LOCAL: Final = Principal("local", "本机用户", frozenset(Role), Method.LOOPBACK)
"""Whoever uses this machine, where no accounts are configured."""

NOBODY: Final = Principal("nobody", "", frozenset(), Method.NONE)
"""Whoever reads what the settings open to all."""
