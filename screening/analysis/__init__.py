"""Static analysis of the rulebook: what is wrong with the rules themselves, each with a project that shows it."""

from screening.analysis.analysis import Analysis, analyse, find_faults
from screening.analysis.example import AnalysisError, Example
from screening.analysis.fault import Fault, Kind
from screening.analysis.solver import SolverMissing

__all__ = ["Analysis", "AnalysisError", "Example", "Fault", "Kind", "SolverMissing", "analyse", "find_faults"]
