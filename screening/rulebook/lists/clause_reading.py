"""Kept rows read as clauses: what each becomes, what is wrong with it, and what a keeper of the list should look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from screening.errors import Problem
from screening.rulebook.lists.card import ListCard
from screening.rulebook.lists.clause import (
    TYPE_LABELS,
    Clause,
    Dimension,
    Standing,
    read_type,
    standing_of,
)
from screening.rulebook.lists.clause_rules import clause_ids
from screening.rulebook.lists.layout import STRUCTURE, dimension_of
from screening.rulebook.lists.problems import at_row
from screening.rulebook.lists.sheet import Cells, unpacked
from screening.rulebook.lists.structure import Structure, StructureReader
from screening.rulebook.lists.table import CELLS, header_of


@dataclass(slots=True)
class UnitClauses:
    """The clauses of one unit with their structures by row; `problems` refuse the list, `remarks` do not."""

    clauses: list[Clause] = field(default_factory=list)
    structures: dict[int, Structure] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)


class ClauseReader:
    """Reads the rows of a list, unit by unit."""

    def __init__(self, card: ListCard, structures: StructureReader) -> None:
        self.card = card
        self._structures = structures
        self._dimensions = card.dimension_words
        self._types = card.type_words
        header = header_of(card.published.layout)
        self._at = {name: number for number, name in enumerate(header)}
        self._shared = {column.kept: number for number, column in enumerate(card.published.layout.columns)}
        self._structured = tuple(name for name in STRUCTURE if card.published.layout.has(name))

    def read(self, unit: str, rows: Sequence[Cells]) -> UnitClauses:
        """The rows of one unit as clauses, in their order."""
        found = UnitClauses()
        number, place = self._at["number"], self._at["row"]
        numbers = [(" ".join(row[number].split()), int(row[place])) for row in rows]
        ids = clause_ids(self.card.id, unit, numbers)
        for row, (label, at), one in zip(rows, numbers, ids, strict=True):
            found.clauses.append(self._clause(unit, row, label, at, one, found))
        return found

    def _clause(self, unit: str, row: Cells, label: str, number: int, name_of: str, found: UnitClauses) -> Clause:
        at, name = self._at, self.card.published.name
        text, written_type, written_dimension = row[at["text"]], row[at["clause_type"]], row[at["dimension"]]
        dimension = dimension_of(written_dimension, self._dimensions)
        if dimension is None:
            found.remarks.append(
                Problem(
                    at_row(name, number),
                    f'"{written_dimension.strip()[:40]}" is no known dimension; the clause is kept under its own word',
                    f'say --dimension "{written_dimension.strip()[:40]}=spatial_layout" (or another)',
                    f"“{written_dimension.strip()[:40]}”不是已知的维度，条款照样保留",
                )
            )
        written, kind, known = read_type(written_type, text, self._types)
        if not known:
            found.remarks.append(
                Problem(
                    at_row(name, number),
                    f'"{written_type.strip()[:40]}" is no known clause type; it is put to an officer',
                    f'say --type "{written_type.strip()[:40]}=general" (or another)',
                    f"“{written_type.strip()[:40]}”不是已知的条款类型，按须人工判断处理",
                )
            )
        elif kind is not written:
            found.remarks.append(
                Problem(
                    at_row(name, number),
                    f"its column says {written.value} and its text {kind.value}; {kind.value} counts",
                    "check the row",
                    f"列中为{TYPE_LABELS[written].zh}，条文标为{TYPE_LABELS[kind].zh}，按后者处理",
                )
            )
        cells = {column: row[at[column]] for column in self._structured if row[at[column]]}
        structure, problems = self._structures.read(cells)
        if row[at["cells"]]:
            self._kinds(row, number, found)
        found.problems.extend(
            Problem(at_row(name, number, self.card.published.layout.name(one.where)), one.what, one.remedy, one.zh)
            for one in problems
        )
        if not any(cell for place, cell in enumerate(row) if place not in (at["row"], CELLS)):
            standing = Standing.BLANK
        else:
            standing = standing_of(kind, text, structure.outcome, structure.when is not None)
        if standing is Standing.WORDLESS and not text.strip() and (label or written_type.strip()):
            found.remarks.append(
                Problem(
                    at_row(name, number, self.card.published.layout.name("text")),
                    "numbers or types a clause and has no words",
                    "nothing is made of it; where cells were merged say --fill-down text",
                    "写有条款号或类型而没有条文，不产生规则；若为合并单元格，请用 --fill-down text",
                )
            )
        if standing is Standing.WORDLESS and cells:
            found.problems.append(
                Problem(
                    at_row(name, number),
                    "has structured columns and no words",
                    "write the clause",
                    "有编码列而没有条文",
                )
            )
        if standing.encoded:
            found.structures[number] = structure
        elif structure.unless is not None or structure.when is not None:
            self._unused(standing, number, found)
        return Clause(
            row=number,
            unit=unit,
            unit_name=row[at["unit_name"]].strip(),
            dimension=Dimension.OTHER if dimension is None else dimension,
            dimension_written=" ".join(written_dimension.split()),
            number=label,
            element=row[at["element"]].strip(),
            written=written,
            type=kind,
            text=text,
            cells=cells,
            standing=standing,
            id=name_of if standing.rule else "",
        )

    def _unused(self, standing: Standing, number: int, found: UnitClauses) -> None:
        """A condition that nothing asks: an exception without a condition, or a condition of an encouragement."""
        if standing in (Standing.JUDGEMENT, Standing.DUTY):
            found.problems.append(
                Problem(
                    at_row(self.card.published.name, number),
                    "has an exception (`unless`) and nothing it is an exception to",
                    "fill in sector, works, threshold, when or outcome",
                    "只写了除外而没有适用条件或结论",
                )
            )

    def _kinds(self, row: Cells, number: int, found: UnitClauses) -> None:
        """What a spreadsheet program did to cells it took for numbers or dates."""
        kinds, name = unpacked(row[CELLS]), self.card.published.name
        sector = self._shared.get("sector")
        if sector is not None and kinds.get(sector) in ("i", "f") and len(row[self._at["sector"]]) < 4:
            found.problems.append(
                Problem(
                    at_row(name, number, self.card.published.layout.name("sector")),
                    f"{row[self._at['sector']]} is a number, which loses a leading zero",
                    "make the cell text: 0311 or 311",
                    "行业代码是数字单元格，会丢失前导零，请改为文本",
                )
            )
        if kinds.get(self._shared.get("number", -1)) in ("a", "d"):
            found.remarks.append(
                Problem(
                    at_row(name, number),
                    f"its number {row[self._at['number']]} is a date: a spreadsheet program made one of 1-1",
                    "make the column text and write the numbers again",
                    "条款号被电子表格程序改成了日期，请把该列设为文本后重填",
                )
            )


def count_encoded(found: UnitClauses) -> int:
    return sum(1 for clause in found.clauses if clause.standing.encoded)


def count_clauses(found: UnitClauses) -> int:
    """How many rows hold words."""
    return sum(1 for clause in found.clauses if clause.standing not in (Standing.WORDLESS, Standing.BLANK))
