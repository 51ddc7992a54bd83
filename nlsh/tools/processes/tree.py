"""Which process started which."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.processes._records import processes
from nlsh.turn import Effects, Result, Row


class Tree(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Sees the process table."""
    return Effects(sees_processes=True)


def run(work: Work) -> Result:
    """Rows in tree order, each with its `depth` (0 for a root)."""
    rows = processes()
    children: dict[int, list[Row]] = {}
    pids = {row["pid"] for row in rows}
    roots = []
    for row in rows:
        if row["parent"] in pids and row["parent"] != row["pid"]:
            children.setdefault(row["parent"], []).append(row)
        else:
            roots.append(row)
    ordered: list[Row] = []
    pending = [(row, 0) for row in reversed(roots)]
    while pending:
        row, depth = pending.pop()
        ordered.append({**row, "depth": depth})
        pending.extend((child, depth + 1) for child in reversed(children.get(row["pid"], [])))
    return Result("processes", ordered)


TOOL = Tool(
    summary="the tree of processes",
    args=Tree,
    effects=effects,
    run=run,
    gives="processes",
    examples=(
        "show the process tree",
        "which process started which",
        "pstree",
        "processes as a tree",
        "进程树",
    ),
)
