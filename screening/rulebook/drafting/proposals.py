"""What is proposed for a published list: its binding clauses, those that say the same together, with whom each asks."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from screening.rulebook.drafting.lexicon import Lexicon
from screening.rulebook.drafting.provisions import Reading, plain_text, read_clause
from screening.rulebook.lists.access_list import AccessList
from screening.rulebook.lists.clause import Clause, ClauseType, Standing
from screening.rulebook.lists.importing import Request, import_list
from screening.rulebook.model import Instrument, Period
from screening.rulebook.vocabulary import Vocabulary
from screening.text import Text


@dataclass(frozen=True, slots=True)
class Proposal:
    """Clauses that say the same, and whom they would ask. `reading.when` None: every project, as without a proposal.

    `id` is of the words and their type, so that it stays when the list is read again or by another city.
    """

    id: str
    type: ClauseType
    text: str
    clauses: tuple[Clause, ...]
    reading: Reading

    @property
    def narrowed(self) -> bool:
        return self.reading.when is not None

    @property
    def outcome(self) -> Standing:
        """What a person might make of it: a prohibition read whole, without exceptions and "in principle", may reject."""
        firm = self.narrowed and self.reading.complete and not self.reading.exceptions and "原则上" not in self.text
        return Standing.REJECT if firm and self.type is ClauseType.PROHIBITION else Standing.REVIEW


@dataclass(frozen=True, slots=True)
class Draft:
    """The proposals of a list, those that speak for most clauses first, and how many of its rows are what."""

    source: AccessList
    proposals: tuple[Proposal, ...]
    standings: Mapping[Standing, int]

    @property
    def binding(self) -> int:
        """Clauses that only an officer can judge today."""
        return sum(len(one.clauses) for one in self.proposals)

    @property
    def narrowed(self) -> int:
        return sum(len(one.clauses) for one in self.proposals if one.narrowed)

    @property
    def wants(self) -> Mapping[str, int]:
        """Facts the clauses speak of and the vocabulary lacks, with how many clauses do."""
        found: Counter[str] = Counter()
        for one in self.proposals:
            for fact in one.reading.wants:
                found[fact] += len(one.clauses)
        return dict(found.most_common())

    @property
    def unread(self) -> Mapping[str, int]:
        """Stretches of words that are in no entry, with how many clauses hold them."""
        found: Counter[str] = Counter()
        for one in self.proposals:
            for words in one.reading.unread:
                found[words] += len(one.clauses)
        return dict(found.most_common())


def draft(access_list: AccessList, lexicon: Lexicon) -> Draft:
    """Propose for every clause of a list that is for an officer to judge. Clauses already encoded are left alone."""
    groups: dict[tuple[str, ClauseType], list[Clause]] = {}
    standings: Counter[Standing] = Counter()
    for _, read in access_list.read_all():
        for clause in read.clauses:
            standings[clause.standing] += 1
            if clause.standing is Standing.JUDGEMENT:
                groups.setdefault((plain_text(clause.text, lexicon), clause.type), []).append(clause)
    readings: dict[str, Reading] = {}
    found: list[Proposal] = []
    for (plain, kind), clauses in groups.items():
        reading = readings.get(plain)
        if reading is None:
            reading = readings[plain] = read_clause(plain, lexicon)
        name = hashlib.sha256(f"{kind.value}\n{plain}".encode()).hexdigest()[:12]
        found.append(Proposal(name, kind, plain, tuple(clauses), reading))
    found.sort(key=lambda one: (-len(one.clauses), one.clauses[0].row))
    return Draft(access_list, tuple(found), dict(standings))


def list_of_file(path: Path, vocabulary: Vocabulary) -> AccessList:
    """A spreadsheet read as a list without keeping it. Raises AccessListError when it cannot be imported."""
    # The words of a clause do not depend on whose list it is; any jurisdiction and day will do to read it.
    name, since = Text(path.stem, path.stem), Period(date(2000, 1, 1))
    request = Request("draft", name, "00", since, Instrument("draft", name, "", "", "", since))
    return import_list(path, request, vocabulary, {}).access_list
