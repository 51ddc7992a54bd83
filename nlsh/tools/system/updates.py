"""Which installed software has a newer version waiting, as the system's package lists know it."""

import re

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Updates(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Fetched outside: a rehearsal of the package manager's upgrade, which changes nothing."""
    return Effects(brokered=(("updates", ""),))


def run(work: Work) -> Result:
    """One row per package; the lists are as old as the last refresh."""
    said = work.facts["updates"]
    if said is None:
        return Result(
            "records", [], notes=["this system's package manager is not apt: ask it with a command"]
        )
    rows = []
    for line in said.splitlines():
        match = re.match(r"Inst (\S+) (?:\[(\S+)\] )?\((\S+)", line)
        if match:
            rows.append({"name": match[1], "installed": match[2] or "", "available": match[3]})
    return Result(
        "records", rows, notes=[] if rows else ["everything is up to date, as far as the package lists know"]
    )


TOOL = Tool(
    summary="available software updates",
    args=Updates,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "are there updates",
        "which packages can be upgraded",
        "apt list --upgradable",
        "is the system up to date",
        "有可用的更新吗",
    ),
)
