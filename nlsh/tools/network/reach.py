"""Whether another host answers, and how fast."""

import json

from nlsh.arguments import Args, Number, Text
from nlsh.errors import NotUnderstood
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.network._hosts import host
from nlsh.turn import Effects, Result


class Reach(Args):
    """Which host, at which port (that of the web when left out)."""

    host: Text
    port: Number | None = None


def effects(asked: Asked) -> Effects:
    """Brokered TCP connections, which policy judges by the host."""
    name, port = host(asked.args.host), asked.args.port or 443
    if not 0 < port < 65536:
        raise NotUnderstood(f"{port} is not a port", "ports go from 1 to 65535")
    wanted = json.dumps({"what": "reach", "host": name, "port": port})
    return Effects(brokered=(("web", wanted),), contacts=(name,), title=f"knock at {name}, port {port}")


def run(work: Work) -> Result:
    """One row per try; milliseconds until the connection stood."""
    rows = list(work.facts["web"])
    reached = [row for row in rows if row["reached"]]
    name = host(work.args.host)
    notes = [f"{name} answers" if reached else f"{name} does not answer: {rows[-1]['reason']}"]
    return Result("records", rows, notes=notes)


TOOL = Tool(
    summary="whether a host answers",
    args=Reach,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "ping example.org",
        "is example.com up",
        "can I reach 192.0.2.7 on port 22",
        "does localhost answer on port 8080",
        "example.org 能连上吗",
    ),
)
