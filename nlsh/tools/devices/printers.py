"""Printers."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Printers(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Fetched outside: it needs the print service."""
    return Effects(brokered=(("printers", ""),))


def run(work: Work) -> Result:
    """One row per printer of CUPS; where it is not installed, that is said."""
    said = work.facts["printers"]
    if said is None:
        return Result("records", [], notes=["this system has no print service (CUPS)"])
    rows = []
    for line in said.splitlines():
        parts = line.split(None, 2)
        if len(parts) == 3 and parts[0] == "printer":
            rows.append({"printer": parts[1], "state": parts[2]})
    return Result("records", rows, notes=[] if rows else ["no printer is set up"])


TOOL = Tool(
    summary="printers",
    args=Printers,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "which printers are there",
        "list the printers",
        "is the printer ready",
        "lpstat -p",
        "有哪些打印机",
    ),
)
