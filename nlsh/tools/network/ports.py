"""Ports that something listens on, and what."""

from nlsh.arguments import Args, Number, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Ports(Args):
    """A port, or a process; all when left out."""

    port: Number | None = None
    process: Text | None = None


def effects(_: Asked) -> Effects:
    """The table comes from outside the sandbox: it needs other processes' descriptors."""
    return Effects(brokered=(("sockets", ""),))


def run(work: Work) -> Result:
    """Rows by port."""
    rows = list(work.facts["sockets"])
    if work.args.port is not None:
        rows = [row for row in rows if row["port"] == work.args.port]
    if work.args.process:
        rows = [row for row in rows if work.args.process.lower() in str(row["process"]).lower()]
    return Result("processes", sorted(rows, key=lambda row: (row["port"], str(row["address"]))))


TOOL = Tool(
    summary="listening ports and their processes",
    args=Ports,
    effects=effects,
    run=run,
    gives="processes",
    examples=(
        "what is listening on port 8080",
        "which ports are open",
        "who uses port 3000",
        "ss -tlnp",
        "哪个进程占用了 8080 端口",
    ),
)
