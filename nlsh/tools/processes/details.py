"""All about one process."""

from nlsh.arguments import Args, Number, Text
from nlsh.errors import ToolFailed
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._records import one_target, processes
from nlsh.turn import Effects, Result


class Details(Args):
    """A name or a pid; without either, the row of the call before."""

    name: Text | None = None
    pid: Number | None = None


def effects(asked: Asked) -> Effects:
    """Sees the process table; what only the kernel's per-process files tell is fetched outside."""
    pid = one_target(asked, "look at").pid
    return Effects(sees_processes=True, brokered=(("process", str(pid)), ("number", str(pid))))


def run(work: Work) -> Result:
    """One row per fact; what may not be read is left out."""
    pid = int(work.facts["number"])
    row = next((row for row in processes() if row["pid"] == pid), None)
    if row is None:
        raise ToolFailed(f"process {pid} has ended", "", "no_process")
    facts = row | {"threads": None} | work.facts["process"]
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as reader:
        status = dict(line.split(":", 1) for line in reader if ":" in line)
    facts |= {"threads": int(status.get("Threads", "0")), "state": status.get("State", "").strip()}
    return Result(
        "records", [{"fact": name, "value": value} for name, value in facts.items() if value is not None]
    )


TOOL = Tool(
    summary="all about one process",
    args=Details,
    effects=effects,
    run=run,
    gives="records",
    takes=PROCESSES,
    targets=("name", "pid"),
    examples=(
        "details of process 4242",
        "tell me everything about nginx",
        "how many threads does java have",
        "which folder does process 812 run in",
        "进程 4242 的详细信息",
    ),
)
