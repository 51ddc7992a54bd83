"""The files that a process has open."""

from nlsh.arguments import Args, Number, Text
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._records import one_target
from nlsh.turn import Effects, Result


class Files(Args):
    """A name or a pid; without either, the row of the call before."""

    name: Text | None = None
    pid: Number | None = None


def effects(asked: Asked) -> Effects:
    """Fetched outside: no child may look into another process's descriptors."""
    return Effects(brokered=(("open_files", str(one_target(asked, "look at").pid)),))


def run(work: Work) -> Result:
    """One row per file, pipe or socket."""
    kinds = {"/": "file", "s": "socket", "p": "pipe", "a": "kernel"}
    rows = [{"file": name, "kind": kinds.get(name[:1], "other")} for name in work.facts["open_files"]]
    return Result("records", sorted(rows, key=lambda row: row["kind"] != "file"))


TOOL = Tool(
    summary="the files that a process has open",
    args=Files,
    effects=effects,
    run=run,
    gives="records",
    takes=PROCESSES,
    targets=("name", "pid"),
    examples=(
        "which files does firefox have open",
        "open files of process 4242",
        "lsof -p 812",
        "what is postgres reading and writing",
        "进程 4242 打开了哪些文件",
    ),
)
