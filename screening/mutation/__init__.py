"""What a slip of the pen in a rule would do, and whether the cases beside it would notice: docs/rules.md, "Mutation check"."""

from screening.mutation.check import Fate, Kill, Score, check_mutants, score
from screening.mutation.mutants import Kind, Mutant, mutants_of
from screening.mutation.thin import ThinRule, thin_rules
from screening.mutation.witness import tell_apart

__all__ = [
    "Fate",
    "Kill",
    "Kind",
    "Mutant",
    "Score",
    "ThinRule",
    "check_mutants",
    "mutants_of",
    "score",
    "tell_apart",
    "thin_rules",
]
