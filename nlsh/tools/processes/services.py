"""The system's services."""

from typing import Literal

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.processes._services import present
from nlsh.turn import Effects, Result


class Services(Args):
    """In which state, with what in the name."""

    state: Literal["running", "failed", "stopped"] | None = None
    name: Text | None = None


def effects(_: Asked) -> Effects:
    """Fetched outside: it needs the service manager."""
    return Effects(brokered=(("units", ""),))


def run(work: Work) -> Result:
    """One row per service of systemd."""
    present(work.facts["units"])
    rows = work.facts["units"]
    if work.args.state:
        wanted = {"running": "active", "failed": "failed", "stopped": "inactive"}[work.args.state]
        rows = [row for row in rows if row["state"] == wanted]
    if work.args.name:
        rows = [
            row for row in rows if work.args.name.lower() in (row["service"] + row["description"]).lower()
        ]
    return Result("records", rows)


TOOL = Tool(
    summary="the system's services",
    args=Services,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "which services are running",
        "list failed services",
        "systemctl --failed",
        "show all daemons",
        "有哪些服务在运行",
    ),
)
