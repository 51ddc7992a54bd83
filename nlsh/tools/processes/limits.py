"""The limits that a process runs under."""

from nlsh.arguments import Args, Number, Text
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._records import one_target
from nlsh.turn import Effects, Result


class Limits(Args):
    """A name or a pid; without either, the row of the call before."""

    name: Text | None = None
    pid: Number | None = None


def effects(asked: Asked) -> Effects:
    """Reads the process's entry in /proc."""
    return Effects(sees_processes=True, brokered=(("number", str(one_target(asked, "look at").pid)),))


def run(work: Work) -> Result:
    """One row per limit: what it is now and how far it may be raised (proc_pid_limits(5))."""
    rows = []
    with open(f"/proc/{work.facts['number']}/limits", encoding="ascii", errors="replace") as reader:
        for line in list(reader)[1:]:
            name, rest = line[:26].strip(), line[26:].split()
            rows.append(
                {
                    "limit": name.removeprefix("Max ").lower(),
                    "now": rest[0],
                    "at most": rest[1],
                    "unit": " ".join(rest[2:]),
                }
            )
    return Result("records", rows)


TOOL = Tool(
    summary="the limits of a process",
    args=Limits,
    effects=effects,
    run=run,
    gives="records",
    takes=PROCESSES,
    targets=("name", "pid"),
    examples=(
        "limits of process 4242",
        "how many files may nginx open",
        "ulimits of postgres",
        "prlimit of 812",
        "进程 4242 的限制",
    ),
)
