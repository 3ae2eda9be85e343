"""What became of every row of a list: the sum of the parts is the whole, and it is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from screening.rulebook.lists.access_list import AccessList
from screening.rulebook.lists.clause import ClauseType, Dimension, Standing
from screening.rulebook.lists.clause_reading import UnitClauses
from screening.rulebook.lists.clause_rules import GATHERED


@dataclass(frozen=True, slots=True)
class Account:
    """Rows of a list by what they become. `types` and `dimensions` count the clauses as the list labels them.

    `stricter`: clauses whose words, or whose text's own tag, count for more than the label in their column.
    """

    rows: int
    units: int
    standings: Counter[Standing]
    types: Counter[ClauseType]
    dimensions: Counter[Dimension]
    rules: int
    stricter: int

    @property
    def balanced(self) -> bool:
        """True when every row is accounted for once."""
        return sum(self.standings.values()) == self.rows

    @property
    def clauses(self) -> int:
        """Rows that hold words."""
        return self.rows - self.standings[Standing.BLANK] - self.standings[Standing.WORDLESS]


def account(access_list: AccessList) -> Account:
    """Count every row of a list. `rules` is how many rules carry the clauses that are rules."""
    reads = (read for _, read in access_list.read_all())
    return account_of(reads, access_list.card.table.rows, len(access_list.units))


def account_of(reads: Iterable[UnitClauses], rows: int, units: int) -> Account:
    """The account of clauses already read."""
    standings: Counter[Standing] = Counter()
    types: Counter[ClauseType] = Counter()
    dimensions: Counter[Dimension] = Counter()
    rules = stricter = 0
    for read in reads:
        own = Counter(clause.standing for clause in read.clauses)
        standings.update(own)
        worded = [clause for clause in read.clauses if clause.standing not in (Standing.BLANK, Standing.WORDLESS)]
        types.update(clause.written for clause in worded)
        dimensions.update(clause.dimension for clause in worded)
        stricter += sum(
            clause.standing is Standing.JUDGEMENT and clause.written in (ClauseType.GENERAL, ClauseType.ENCOURAGEMENT)
            for clause in worded
        )
        rules += sum(number for standing, number in own.items() if standing.encoded)
        rules += sum(standing in own for standing in GATHERED)
    return Account(rows, units, standings, types, dimensions, rules, stricter)
