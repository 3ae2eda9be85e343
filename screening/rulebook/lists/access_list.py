"""A list in the rulebook: its card, its table as bytes, and the rules of a unit made when they are first asked for.

What is not asked for is never parsed: a list of a hundred thousand clauses is a hash and an index until a decision
concerns one of its units.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from screening.decision import canonical_json
from screening.documents import DocumentError, read_text
from screening.errors import Problem, RulebookError
from screening.rulebook.lists.card import ListCard, read_card
from screening.rulebook.lists.clause import Clause, unit_key
from screening.rulebook.lists.clause_reading import ClauseReader, UnitClauses
from screening.rulebook.lists.clause_rules import rules_of_unit
from screening.rulebook.lists.problems import AccessListError
from screening.rulebook.lists.sheet import Cells
from screening.rulebook.lists.structure import StructureReader, meaning_of
from screening.rulebook.lists.table import CODE, UnitEntry, read_index, read_rows, sha256
from screening.rulebook.model import Instrument, Rule
from screening.rulebook.reading import Reading
from screening.rulebook.vocabulary import Vocabulary

CARD: Final = "list.yaml"
TABLE: Final = "clauses.csv"
UNITS: Final = "units.csv"
FOLDER: Final = "lists"
MAX_CARD: Final = 5_000_000
MOST_KEPT: Final = 5_000
"""How many units keep their rules made. A project touches few; a run over a province comes back to the same ones."""


@dataclass(frozen=True, slots=True, eq=False)
class AccessList:
    """One published list. `units` holds every unit that has at least one clause.

    Frozen: what is kept beside the data are rules already made from it.
    """

    card: ListCard
    units: Mapping[str, UnitEntry]
    others: tuple[UnitEntry, ...]
    """Entries of the index that are no unit with a list: blank rows, and units of which no clause says anything."""
    digest: str
    """SHA-256 over the card, the table and the vocabulary it is read with: all that its rules depend on."""
    shown: str
    """The folder of the list as it is shown in messages."""
    home: str
    """The folder itself; empty where the list is not yet written."""
    _table: bytes = field(repr=False)
    _reader: ClauseReader = field(repr=False)
    _made: dict[str, tuple[Rule, ...]] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        return self.card.id

    def in_force(self, day: date) -> bool:
        return self.card.effective.covers(day)

    def has(self, unit: str) -> bool:
        """True when the list says something of a unit, its code written as in `units`.

        Nothing is made alike here: a rule asks for the code as it is, so a map that writes it otherwise has no list.
        """
        return unit in self.units

    def rules(self, unit: str) -> tuple[Rule, ...]:
        """The rules of a unit, whatever the day; none for a unit it does not list. Raises AccessListError."""
        made = self._made.get(unit)
        if made is not None:
            return made
        entry = self.units.get(unit)
        if entry is None:
            return ()
        read = self._read(entry)
        if read.problems:
            raise AccessListError(read.problems)
        while len(self._made) >= MOST_KEPT:
            self._made.pop(next(iter(self._made)), None)
        # Two threads may both make them; all keep the first, so that programs find them by identity.
        return self._made.setdefault(
            unit, rules_of_unit(read.clauses, read.structures, self.card, f"{self.shown}/{TABLE}")
        )

    def find(self, rule_id: str) -> Rule | None:
        """A rule of the list by its id, or None."""
        head, _, rest = rule_id.partition(".")
        if head != self.card.id:
            return None
        unit = rest.partition(".")[0]
        candidates = (
            [unit] if unit in self.units else [key for key in self.units if not (key.isascii() and key.isalnum())]
        )
        return next((rule for key in candidates for rule in self.rules(key) if rule.id == rule_id), None)

    def clauses(self, unit: str) -> tuple[Clause, ...]:
        """The clauses of a unit in the order published."""
        entry = self.units.get(unit)
        return tuple(self._read(entry).clauses) if entry is not None else ()

    def read_all(self) -> Iterator[tuple[UnitEntry, UnitClauses]]:
        """Every entry of the index with its clauses, problems and remarks: each row of the table once."""
        for entry in (*self.units.values(), *self.others):
            yield entry, self._read(entry)

    def rows(self) -> list[Cells]:
        """Every row of the table, header aside, as kept."""
        return read_rows(self._table, f"{self.shown}/{TABLE}")[1:]

    def encoded_problems(self) -> list[Problem]:
        """What is wrong with the structured columns, read against the vocabulary as it is now."""
        found = [self._read(entry) for entry in self.units.values() if entry.encoded]
        return [problem for read in found for problem in read.problems]

    def _read(self, entry: UnitEntry) -> UnitClauses:
        where = f"{self.shown}/{TABLE}"
        rows = read_rows(self._table[entry.at : entry.at + entry.length], where)
        if len(rows) != entry.rows or any(unit_key(row[CODE]) != entry.unit for row in rows):
            raise AccessListError(
                Problem(
                    where,
                    f"the rows of {entry.unit or 'no unit'} are not where the index says",
                    "import the list again",
                    f"单元 {entry.unit} 的条款与索引不符，请重新导入清单",
                )
            )
        return self._reader.read(entry.unit, rows)


def list_cards(folder: Path) -> Iterator[Path]:
    """The card of every list under a rulebook folder: `…/lists/<id>/list.yaml`. Half-written ones (`.…`) are left out."""
    for path in sorted(folder.rglob(CARD)):
        inside = path.relative_to(folder).parts
        if len(inside) >= 3 and inside[-3] == FOLDER and not any(part.startswith(".") for part in inside):
            yield path


def read_lists(
    folder: Path, vocabulary: Vocabulary, instruments: Mapping[str, Instrument], reading: Reading
) -> tuple[tuple[AccessList, ...], dict[str, Instrument]]:
    """Every list under a rulebook folder in the order of their ids, and the instruments with those the lists declare.

    Problems go to `reading`. Structured clauses are read at once only where the vocabulary has changed since they were.
    """
    known = dict(instruments)
    found: dict[str, AccessList] = {}
    meaning, structures = "", StructureReader(vocabulary)
    for path in list_cards(folder):
        shown = f"{folder.name}/{path.parent.relative_to(folder).as_posix()}"
        meaning = meaning or meaning_of(vocabulary)
        before = len(reading.problems)
        try:
            card = read_card(read_text(path, MAX_CARD), f"{shown}/{CARD}", reading)
            if card is None:
                continue
            if card.id != path.parent.name or card.id in found:
                reading.problem(f"{shown}/{CARD}", f'the list "{card.id}" stands in a folder of another name, or twice',
                                "name the folder after the list")  # fmt: skip
                continue
            _check_instrument(card, known, f"{shown}/{CARD}", reading)
            made = load_list(card, path.parent, shown, structures, meaning)
            if card.table.read_with != meaning:
                reading.problems.extend(made.encoded_problems())
        except (DocumentError, RulebookError) as error:
            reading.problems.extend(error.problems)
            continue
        if card.declared is not None:
            known[card.declared.id] = card.declared
        if len(reading.problems) == before:
            found[card.id] = made
    return tuple(found[key] for key in sorted(found)), known


def _check_instrument(card: ListCard, known: Mapping[str, Instrument], where: str, reading: Reading) -> None:
    if card.declared is not None and card.declared.id in known and known[card.declared.id] != card.declared:
        reading.problem(
            where, f'"{card.declared.id}" is declared here and elsewhere', "name it by its id alone: instrument: ID"
        )
    instrument = card.declared or known.get(card.instrument)
    if instrument is None:
        reading.problem(where, f'unknown instrument "{card.instrument}"', "add it to rules/instruments.yaml")
    elif not card.effective.within(instrument.life):
        reading.problem(
            where,
            f'"{instrument.id}" is in force only from {instrument.life.start} to {instrument.life.until or "now"}',
            "bound the list with from / until",
        )


def load_list(card: ListCard, folder: Path, shown: str, structures: StructureReader, meaning: str) -> AccessList:
    """A list from its folder, its files being the ones its card pins. Raises AccessListError otherwise."""
    table, index = (
        _pinned(folder / TABLE, card.table.sha256, shown),
        _pinned(folder / UNITS, card.table.units_sha256, shown),
    )
    entries = read_index(index, f"{shown}/{UNITS}")
    return make_list(card, table, entries.values(), shown, structures, meaning, str(folder))


def make_list(
    card: ListCard,
    table: bytes,
    entries: Iterable[UnitEntry],
    shown: str,
    structures: StructureReader,
    meaning: str,
    home: str = "",
) -> AccessList:
    """A list of parts already read."""
    found = tuple(entries)
    digest = hashlib.sha256(canonical_json([card.meaning(), meaning])).hexdigest()
    return AccessList(
        card,
        {one.unit: one for one in found if one.unit and one.clauses},
        tuple(one for one in found if not (one.unit and one.clauses)),
        digest,
        shown,
        home,
        table,
        ClauseReader(card, structures),
    )


def _pinned(path: Path, wanted: str, shown: str) -> bytes:
    where = f"{shown}/{path.name}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AccessListError(
            Problem(
                where, f"cannot be opened ({error.strerror})", "import the list again", f"无法打开（{error.strerror}）"
            )
        ) from None
    if sha256(data) != wanted:
        raise AccessListError(
            Problem(
                where,
                "is not the file its card was written for (its SHA-256 differs)",
                "change the spreadsheet and import it again with --replace",
                "与卡片记录的文件不一致（SHA-256 不同）；请修改表格后用 --replace 重新导入",
            )
        )
    return data
