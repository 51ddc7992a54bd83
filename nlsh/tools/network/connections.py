"""Open connections to other hosts."""

from nlsh.arguments import Args, Number, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Connections(Args):
    """Of a process, or with a port; all when left out."""

    process: Text | None = None
    port: Number | None = None


def effects(_: Asked) -> Effects:
    """The table comes from outside the sandbox: it needs other processes' descriptors."""
    return Effects(brokered=(("connections", ""),))


def run(work: Work) -> Result:
    """One row per connection."""
    rows = list(work.facts["connections"])
    if work.args.process:
        rows = [row for row in rows if work.args.process.lower() in str(row["process"]).lower()]
    if work.args.port is not None:
        rows = [row for row in rows if f":{work.args.port}" in (row["local"][-6:] + " " + row["remote"][-6:])]
    return Result("processes", rows, notes=[] if rows else ["there are no connections"])


TOOL = Tool(
    summary="open network connections",
    args=Connections,
    effects=effects,
    run=run,
    gives="processes",
    examples=(
        "show open connections",
        "who is firefox talking to",
        "netstat -an",
        "connections on port 443",
        "有哪些网络连接",
    ),
)
