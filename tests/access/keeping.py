"""Keys kept in memory, for tests of what only asks for a KeyStore."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from screening.access import NewKey, new_key


@dataclass(frozen=True)
class Kept:
    id: str
    name: str
    principal: str
    roles: tuple[str, ...]
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class Keys:
    """A KeyStore."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.uses: list[tuple[str, datetime]] = []
        self.asked = 0

    def issue(self, *roles: str, principal: str = "system:workflow", expires_at: datetime | None = None) -> NewKey:
        key = new_key()
        self.kept[key.hashed] = Kept(f"id-{len(self.kept)}", "Workflow", principal, roles, expires_at)
        return key

    def revoke(self, key: NewKey, at: datetime) -> None:
        self.kept[key.hashed] = replace(self.kept[key.hashed], revoked_at=at)

    def find(self, hashed: str) -> Kept | None:
        self.asked += 1
        return self.kept.get(hashed)

    def used(self, key: str, at: datetime) -> None:
        self.uses.append((key, at))
