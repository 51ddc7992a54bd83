"""Every running process, with its memory and processor use."""

from typing import Literal

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.processes._records import processes
from nlsh.turn import Effects, Result


class List(Args):
    """Whose processes, and in which state; everybody's and all when left out."""

    user: Text | None = None
    state: Literal["running", "sleeping", "stopped", "zombie"] | None = None


def effects(_: Asked) -> Effects:
    """Sees the process table."""
    return Effects(sees_processes=True)


def run(work: Work) -> Result:
    """Rows by pid; `cpu` is measured over a tenth of a second."""
    rows = processes(sample_seconds=0.1)
    if work.args.user:
        rows = [row for row in rows if row["user"].lower() == work.args.user.lower()]
    if work.args.state:
        rows = [row for row in rows if row["state"] == work.args.state]
    return Result("processes", rows)


TOOL = Tool(
    summary="what is running",
    args=List,
    effects=effects,
    run=run,
    gives="processes",
    examples=(
        "what is running",
        "list all processes",
        "show me what is eating the cpu",
        "ps aux",
        "有哪些进程在运行",
    ),
)
