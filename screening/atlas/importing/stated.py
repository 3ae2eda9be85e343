"""What a keeper says of a layer on import, as options or in a card of their own, made into one card to be read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from screening.atlas.cards import CARD_KEYS, NEEDED, read_card
from screening.atlas.crs import CGCS2000
from screening.atlas.layer import Card, Use
from screening.atlas.snapshot import DATA
from screening.documents import Node, parse_yaml, read_text
from screening.errors import AtlasError, Problem, suggest

_LIMIT: Final = 1 << 20
MEASURED: Final = ("data", "crs", "transformed", "features", "attributes", "counts", "original", "stored")
"""Keys that the import finds out, and nobody states."""

NEEDED_KEYS: Final = ("id", "kind", "tolerance", "source", "as_of", "stale_after", "licence")


def stated(options: Mapping[str, str], card: Path | None = None) -> dict[str, Node]:
    """By key of a card what was said: options (`{"kind": "control_unit"}`) before the file `card`.

    The keys `in_force_from`, `in_force_until` and `never_stale` are those within `in_force` and `stale_after`.
    Raises AtlasError, DocumentError.
    """
    found: dict[str, Node] = {}
    if card is not None:
        node = parse_yaml(read_text(card, _LIMIT), str(card))
        known = [key for key in CARD_KEYS if key not in MEASURED]
        if node.mapping is None:
            raise AtlasError(Problem(node.where, f"a card is a mapping, not {node.kind()}", "write kind: ..."))
        wrong = [
            Problem(one.where, f'"{key[:60]}" is not stated on import', suggest(key, known) or ", ".join(known))
            for key, one in node.mapping.items()
            if key not in known
        ]
        if wrong:
            raise AtlasError(wrong)
        found |= node.mapping
    days = {}
    for key, value in options.items():
        node = Node(value, 0, option(key))
        if key in ("in_force_from", "in_force_until"):
            days[key.removeprefix("in_force_")] = node
        elif key == "never_stale":
            found["stale_after"] = Node({"never": node}, 0, option(key))
        else:
            found[key] = node
    if days:
        found["in_force"] = Node(days, 0, option("in_force_from"))
    return found


def option(key: str) -> str:
    """The option that states a key of the card."""
    return {"kind": "--as"}.get(key, "--" + key.replace("_", "-"))


def draft(said: Mapping[str, Node]) -> Card:
    """The card as far as it is stated; what the import measures is not filled in. Raises AtlasError with all problems."""
    missing = [
        Problem(option(key), f'"{key}" is not stated', f"add {option(key)}", f"未注明 {key}，请用 {option(key)} 指明")
        for key in NEEDED_KEYS
        if key not in said or said[key].value is None
    ]
    geometry = said.get("geometry")
    use = geometry.text if geometry is not None else None
    needed = NEEDED.get(Use(use), ()) if use in [str(one) for one in Use] else ()
    # Stands in for what is measured later, so that all that people wrote is looked at before a large file is.
    measured = {
        "data": Node(DATA, 0, ""),
        "crs": Node(CGCS2000, 0, ""),
        "features": Node("0", 0, ""),
        "geometry": geometry or Node(str(Use.AREA), 0, ""),
        "attributes": Node({meaning: Node("-", 0, "") for meaning in needed}, 0, ""),
    }
    whole = {**said, **measured}
    whole.setdefault("title", said.get("id", Node("-", 0, "")))
    card, problems = read_card(Node(whole, 0, "import"))
    known = {one.where for one in missing}
    unread = [one for one in problems if one.where not in known and "is missing" not in one.what]
    if missing or unread or card is None:
        raise AtlasError([*missing, *unread])
    return card
