"""The busiest processes over a while."""

from typing import Literal

from nlsh.arguments import Args, Count, Duration
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.processes._records import processes
from nlsh.turn import Effects, Result


class Top(Args):
    """How many, over how long, by what."""

    count: Count = 10
    time: Duration = 2.0
    by: Literal["cpu", "memory"] = "cpu"


def effects(_: Asked) -> Effects:
    """Sees the process table."""
    return Effects(sees_processes=True)


def run(work: Work) -> Result:
    """Rows with the most first; `cpu` is percent of one core over the time."""
    rows = sorted(processes(sample_seconds=work.args.time), key=lambda row: -row[work.args.by])
    return Result("processes", rows[: work.args.count])


TOOL = Tool(
    summary="the busiest processes over some seconds",
    args=Top,
    effects=effects,
    run=run,
    gives="processes",
    examples=(
        "top",
        "the busiest processes over the next 10 seconds",
        "watch the cpu for 5 seconds and show the top 3",
        "htop",
        "看看 5 秒内最忙的进程",
    ),
)
