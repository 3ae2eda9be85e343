"""Decisions worked out in processes of their own: one that dies costs one review, and another takes its place."""

from screening.workers.errors import BusyError, TaskFailedError, UnavailableError
from screening.workers.health import Health
from screening.workers.in_process import InProcess
from screening.workers.pool import WorkerPool
from screening.workers.service import Decided, DecisionService, SiteFile

__all__ = [
    "BusyError",
    "Decided",
    "DecisionService",
    "Health",
    "InProcess",
    "SiteFile",
    "TaskFailedError",
    "UnavailableError",
    "WorkerPool",
]
