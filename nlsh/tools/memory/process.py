"""What the memory of one process consists of."""

from nlsh.arguments import Args, Number, Text
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._records import one_target
from nlsh.turn import Effects, Result


class Process(Args):
    """A name or a pid; without either, the row of the call before."""

    name: Text | None = None
    pid: Number | None = None


def effects(asked: Asked) -> Effects:
    """Fetched outside: no child may read another process's map."""
    return Effects(brokered=(("process", str(one_target(asked, "look at").pid)),))


def run(work: Work) -> Result:
    """`value` is the resident bytes; one row per kind, largest first. Where the kernel hides them, that is said."""
    kinds = {
        "rss": "resident", "pss": "proportional share", "unique": "its alone", "shared": "shared", "swap": "swapped out",
    }  # fmt: skip
    facts = work.facts["process"]
    rows = [{"kind": name, "size": facts[key]} for key, name in kinds.items() if facts.get(key) is not None]
    notes = [] if rows else ["its memory map may not be read: it belongs to another user"]
    return Result("records", rows, value=facts.get("rss"), unit="bytes", notes=notes)


TOOL = Tool(
    summary="the memory of one process in detail",
    args=Process,
    effects=effects,
    run=run,
    gives="records",
    takes=PROCESSES,
    targets=("name", "pid"),
    examples=(
        "how much memory does firefox use",
        "memory of process 4242",
        "pss and swap of postgres",
        "ram usage of java in detail",
        "firefox 占了多少内存",
    ),
)
