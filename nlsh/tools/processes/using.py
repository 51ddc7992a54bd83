"""Which processes hold a file or folder: what keeps it from being unmounted or deleted."""

from nlsh.arguments import Args, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Using(Args):
    """Which file or folder."""

    path: Target


def effects(asked: Asked) -> Effects:
    """Fetched outside: no child may look into other processes' descriptors."""
    return Effects(brokered=(("openers", asked.args.path),))


def run(work: Work) -> Result:
    """One row per process and path; those of other users are only seen by root."""
    rows = list(work.facts["openers"])
    return Result("processes", rows, notes=[] if rows else ["no process that you may look at uses it"])


TOOL = Tool(
    summary="which process uses a file or folder",
    args=Using,
    effects=effects,
    run=run,
    gives="processes",
    examples=(
        "who is using /mnt/usb",
        "which process has database.db open",
        "why can't I unmount /media/stick, what blocks it",
        "lsof notes.txt",
        "谁在使用 数据.db",
    ),
)
