"""The atlas card with one more layer on its list: a line added to what people wrote, nothing else of it touched."""

from __future__ import annotations

from typing import Any, Final

import yaml

from screening.documents import DocumentError, Node, parse_yaml

_SOURCE: Final = "atlas.yaml"


def with_layer(text: str, node: Node, entry: str) -> str:
    """The text of an atlas card that lists `entry` last.

    The line is put in by hand and the result read again; a card that is written in another way (JSON, a list on one
    line) is written anew from what it says.
    """
    expected: dict[str, Any] = {**node.plain()}
    expected["layers"] = [*(expected.get("layers") or []), entry]
    for tried in _by_hand(text, node, entry):
        try:
            if parse_yaml(tried, _SOURCE).plain() == expected:
                return tried
        except DocumentError:
            continue
    written: str = yaml.safe_dump(expected, allow_unicode=True, sort_keys=False, width=110)
    return written


def _by_hand(text: str, node: Node, entry: str) -> list[str]:
    lines = text.split("\n")
    listed = (node.mapping or {}).get("layers")
    items = (listed.items or []) if listed is not None else []
    if items:
        after = items[-1].line
        before = lines[after - 1]
        indent = before[: len(before) - len(before.lstrip())]
        return ["\n".join([*lines[:after], f"{indent}- {entry}", *lines[after:]])]
    if listed is not None:
        return ["\n".join([*lines[: listed.line - 1], "layers:", f"  - {entry}", *lines[listed.line :]])]
    return [text.rstrip("\n") + f"\nlayers:\n  - {entry}\n"]


def new_atlas(atlas_id: str) -> str:
    """The card of a zone set that has no layer yet."""
    plain = {"id": atlas_id, "title": atlas_id}
    written: str = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False) + "layers: []\n"
    return written
