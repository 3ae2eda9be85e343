"""Fields of a table whose text is still bytes, as text in the one encoding that reads all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from screening.atlas.formats.encoding import Encoding, choose, decode_cut, kind_of_text
from screening.atlas.formats.source import refuse
from screening.text import Text


def decode_fields(
    fields: Mapping[str, NDArray[Any]],
    declared: Sequence[str | None],
    widths: Sequence[int],
    demanded: str | None,
    where: str,
) -> tuple[dict[str, NDArray[Any]], str, tuple[Text, ...]]:
    """Fields whose names and text are bytes, as text in the one encoding that reads them all."""
    texts: list[tuple[str, int, bytes, int]] = []
    for place, (name, column) in enumerate(fields.items()):
        texts.append((name, -1, name.encode("latin-1"), 10))
        if column.dtype == object:
            width = widths[place] if place < len(widths) else 254
            seen = {value: number for number, value in reversed(list(enumerate(column))) if isinstance(value, str)}
            texts.extend(
                (name, number, value.encode("latin-1"), width) for value, number in seen.items() if not value.isascii()
            )

    def reads(codec: str) -> str | None:
        kinds = set()
        for _, _, value, width in texts:
            found = decode_cut(value, codec, width)
            if found is None:
                return None
            kinds.add(kind_of_text(found[0]))
        return "cjk" if "cjk" in kinds else "other" if "other" in kinds else "ascii"

    chosen = choose(reads, declared, demanded)
    if chosen is None:
        tried = demanded or "gb18030"
        name, number = next(
            (name, number) for name, number, value, width in texts if decode_cut(value, tried, width) is None
        )
        shown = name.encode("latin-1").decode(tried, "replace")
        refuse(
            where,
            f'the field "{shown}", row {number} (from 0), is not {Encoding(tried).name} text'
            if number >= 0
            else f'the field name "{shown}" is not {Encoding(tried).name} text',
            "name the encoding, or save the attribute table as UTF-8",
            f"字段“{shown}”第 {number} 行（从 0 计）不是 {Encoding(tried).name} 文字，请指明编码",
        )
    cut = 0
    found: dict[str, NDArray[Any]] = {}
    for place, (name, column) in enumerate(fields.items()):
        width = widths[place] if place < len(widths) else 254
        title = decode_cut(name.encode("latin-1"), chosen.codec, 10)
        assert title is not None
        made = column
        if column.dtype == object:
            made = column.copy()
            known: dict[str, tuple[str, bool]] = {}
            for number, value in enumerate(column):
                if isinstance(value, str) and not value.isascii():
                    if value not in known:
                        known[value] = decode_cut(value.encode("latin-1"), chosen.codec, width) or ("", True)
                    made[number] = known[value][0]
                    cut += known[value][1]
        key = title[0]
        while key in found:
            key += "_"
        found[key] = made
    remarks = chosen.remarks
    if cut:
        remarks = (
            *remarks,
            Text(
                f"{cut} 处文字超出字段宽度，末尾半个汉字已去掉",
                f"{cut} values are longer than their field; the half character at their end was left out",
            ),
        )
    return found, chosen.name, remarks
