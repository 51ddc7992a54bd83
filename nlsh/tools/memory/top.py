"""The processes that hold the most memory."""

from nlsh.arguments import Args, Count
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.processes._records import processes
from nlsh.turn import Effects, Result


class Top(Args):
    """How many; ten when left out."""

    count: Count = 10


def effects(_: Asked) -> Effects:
    """Sees the process table."""
    return Effects(sees_processes=True)


def run(work: Work) -> Result:
    """Rows by resident memory, most first."""
    rows = sorted(processes(), key=lambda row: -row["memory"])
    return Result("processes", rows[: work.args.count])


TOOL = Tool(
    summary="which processes use the most memory",
    args=Top,
    effects=effects,
    run=run,
    gives="processes",
    examples=(
        "what is eating my memory",
        "top 5 processes by memory",
        "which programs use the most RAM",
        "memory hogs",
        "哪个程序最占内存",
    ),
)
