"""Processes by name or number."""

from nlsh.arguments import Args, Number, Text
from nlsh.errors import NotUnderstood
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.processes._records import processes
from nlsh.turn import Effects, Result, Row


class Find(Args):
    """A name, or part of a command line, those of up to two more, or a pid."""

    name: Text | None = None
    other: Text | None = None
    third: Text | None = None
    pid: Number | None = None


def effects(asked: Asked) -> Effects:
    """Sees the process table."""
    if asked.args.name is None and asked.args.pid is None:
        raise NotUnderstood("which process?", "say its name or number")
    return Effects(sees_processes=True)


def run(work: Work) -> Result:
    """Rows whose name is it, else whose command contains it; nlsh itself is left out."""
    rows = processes()
    if work.args.pid is not None:
        return Result("processes", [row for row in rows if row["pid"] == work.args.pid])
    rows = [row for row in rows if row["pid"] not in work.facts.get("own_pids", [])]
    names = [name for name in (work.args.name, work.args.other, work.args.third) if name]
    meant = [pid for name in names for pid in _called(name.strip().lower(), rows)]
    return Result("processes", [row for row in rows if row["pid"] in meant])


def _called(wanted: str, rows: list[Row]) -> list[int]:
    exact = [row["pid"] for row in rows if row["name"].lower() == wanted]
    return exact or [row["pid"] for row in rows if wanted in row["command"].lower()]


TOOL = Tool(
    summary="find a process by name or number",
    args=Find,
    effects=effects,
    run=run,
    gives="processes",
    examples=(
        "is firefox running",
        "find the nginx process",
        "what is process 4242",
        "pgrep python",
        "are firefox and chrome running",
        "看看 chrome 在不在运行",
    ),
)
