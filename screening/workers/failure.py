"""The decision for a case over which its worker died: a review that says what happened, and knows nothing else."""

from __future__ import annotations

import signal
from datetime import date

from screening.decision import Decision, Finding, Outcome, Reason, Receipt
from screening.project import Project
from screening.text import Text
from screening.version import VERSION


def failed_decision(application: bytes, as_of: date, ending: Text, rulebook: str) -> Decision:
    """A review with one finding. Its receipt names no rule, layer or fact, since none is known to have been considered.

    Raises InputError when the application cannot be read, which no worker could change.
    """
    project = Project.from_bytes(application)
    finding = Finding(
        "engine",
        Reason.ENGINE_FAILED,
        Outcome.REVIEW,
        Text("推理引擎故障", "the inference engine failed"),
        Text(
            f"筛查未能完成：{ending.zh}。结论须人工复核。",
            f"Screening did not end: {ending.en}. A person must look.",
        ),
        Text("由审批人员复核，或者重新筛查。", "Have an officer look, or screen it again."),
    )
    return Decision(
        project=project.id,
        title=project.title,
        outcome=Outcome.REVIEW,
        findings=(finding,),
        needs=(),
        classes={},
        place={"units": [], "areas": [], "distances": []},
        not_covered=(Text("各级规则（筛查未能完成）", "every tier (screening did not end)"),),
        warnings=(),
        considered=(),
        receipt=Receipt(as_of.isoformat(), VERSION, rulebook, {}, {}, ()),
    )


def too_slow(limit: float) -> Text:
    """It was ended at its time limit, in seconds."""
    return Text(f"超过时限 {limit:g} 秒", f"it took longer than {limit:g} s")


def too_big() -> Text:
    """It needed more memory than a worker may have."""
    return Text("所需内存超过限额", "it needs more memory than is allowed")


def broke(error: str) -> Text:
    """The program failed: the class of its error."""
    return Text(f"程序出错（{error}）", f"the program failed ({error})")


def died(status: int) -> Text:
    """How a process ended, by its wait status as `os.waitstatus_to_exitcode` gives it: a signal is negative."""
    if status >= 0:
        return Text(f"处理进程退出（{status}）", f"its process ended ({status})")
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return Text(f"处理进程被 {name} 终止", f"its process was ended by {name}")


UNKNOWN_END = Text("处理进程中断", "its process is gone")
