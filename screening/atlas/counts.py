"""What became of the features of a file on its way to the map: nothing is dropped, mended or doubtful uncounted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final

from screening.text import Text


@dataclass(frozen=True, slots=True)
class Counts:
    """Features, pairs and places, and square metres (`*_area`, rounded up) of one layer.

    `unread` features are not on the map; among them are `empty` ones, which enclose no area or have no length, those of
    the `wrong_type`, and `ambiguous` ones, which can be repaired in two ways. `repaired` ones had
    invalid geometry and were made valid, which changed `repaired_area`. `cut_edges` and `repeated` are vertices added
    along long edges of a plane and vertices removed because they stood twice; neither moves a line. Overlaps are pairs of
    neighbours, gaps are holes enclosed by the layer; those `_beyond` are wider somewhere than the tolerance allows.
    `None`: not looked for.
    """

    read: int = 0
    unread: int = 0
    empty: int = 0
    wrong_type: int = 0
    ambiguous: int = 0
    repaired: int = 0
    repaired_area: int = 0
    cut_edges: int = 0
    repeated: int = 0
    overlaps: int | None = None
    overlaps_beyond: int | None = None
    overlap_area: int | None = None
    gaps: int | None = None
    gaps_beyond: int | None = None
    gap_area: int | None = None
    odd_codes: int = 0
    doubtful_classes: int = 0

    def plain(self) -> dict[str, int]:
        """By name, without what was not looked for."""
        found = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def of(cls, given: Mapping[str, int]) -> Counts:
        """From names; a name that is not given is 0, or not looked for. Raises TypeError for an unknown name."""
        return cls(**given)

    def words(self) -> Iterator[Text]:
        """One phrase for each count that is not nought, features read first."""
        for name, value in self.plain().items():
            if value or name == "read":
                zh, en = WORDS[name]
                yield Text(zh.format(value), en.format(value))


COUNTED: Final = tuple(item.name for item in fields(Counts))

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "read": ("要素 {:,} 个", "{:,} features"),
    "unread": ("未能上图 {:,} 个", "{:,} not on the map"),
    "empty": ("其中图形无面积或无长度 {:,} 个", "{:,} of them without area or length"),
    "wrong_type": ("其中图形类型不符 {:,} 个", "{:,} of them of the wrong geometry type"),
    "ambiguous": ("其中修复结果不唯一 {:,} 个", "{:,} of them repairable in two ways"),
    "repaired": ("修复无效图形 {:,} 个", "{:,} repaired"),
    "repaired_area": ("修复引起的面积变化 {:,} 平方米", "repairs changed {:,} m2"),
    "cut_edges": ("长边加密节点 {:,} 个", "{:,} vertices added along long edges"),
    "repeated": ("剔除重复节点 {:,} 个", "{:,} repeated vertices removed"),
    "overlaps": ("相互重叠 {:,} 对", "{:,} pairs overlap"),
    "overlaps_beyond": ("其中超出容差 {:,} 对", "{:,} of them beyond tolerance"),
    "overlap_area": ("重叠面积 {:,} 平方米", "{:,} m2 overlap"),
    "gaps": ("空隙 {:,} 处", "{:,} gaps"),
    "gaps_beyond": ("其中超出容差 {:,} 处", "{:,} of them beyond tolerance"),
    "gap_area": ("空隙面积 {:,} 平方米", "{:,} m2 of gaps"),
    "odd_codes": ("编码不合规范 {:,} 个", "{:,} odd codes"),
    "doubtful_classes": ("类别不明或与编码矛盾 {:,} 个", "{:,} classes unreadable or at odds with the code"),
}
