"""What a caller may meet beside an application that cannot be read: nothing of these is a decision."""

from __future__ import annotations

from screening.errors import Problem, ScreeningError
from screening.text import Text


class WorkersError(ScreeningError):
    """The workers did not answer."""

    kind = "workers"
    heading = "the workers did not answer"


class BusyError(WorkersError):
    """More cases wait than are taken on, or one has waited too long. Nothing was decided; try again later (503)."""

    kind = "busy"
    heading = "too many cases are waiting"


class UnavailableError(WorkersError):
    """No worker can be had, or the service is closing. Nothing was decided; try again later (503)."""

    kind = "unavailable"
    heading = "no worker is there to decide"


class TaskFailedError(WorkersError):
    """A worker died over a task that is not a decision, which would have become a review (500)."""

    kind = "task-failed"
    heading = "the worker failed"


def busy(waiting: int) -> BusyError:
    """So many cases wait already."""
    return BusyError(
        Problem(
            "", f"{waiting:,} cases are waiting", "send it again in a while", f"已有 {waiting:,} 件在等待，请稍后重试"
        )
    )


def too_long(seconds: float) -> BusyError:
    """A case that no worker took up in time."""
    return BusyError(
        Problem(
            "", f"waited {seconds:g} s for a worker", "send it again in a while", f"等待超过 {seconds:g} 秒，请稍后重试"
        )
    )


def closing() -> UnavailableError:
    """The service ends."""
    return UnavailableError(
        Problem("", "the service is closing", "send it again when it is back", "服务正在停止，请稍后重试")
    )


def no_worker(trouble: str) -> UnavailableError:
    """Why there is no worker."""
    return UnavailableError(
        Problem(
            "", f"no worker is there: {trouble}", "see the log of the service", "没有可用的处理进程，请查看服务日志"
        )
    )


def task_failed(task: str, ending: Text) -> TaskFailedError:
    """A task other than a decision, and how its worker ended."""
    return TaskFailedError(
        Problem(task, ending.en, "send it again; if it fails again, report it", f"{ending.zh}，请重试，仍然失败请报告")
    )
