"""How one service is."""

from nlsh.arguments import Args, Text
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.processes._services import present, unit
from nlsh.turn import Effects, Result


class Service(Args):
    """Which one."""

    name: Text


def effects(asked: Asked) -> Effects:
    """Fetched outside: it needs the service manager."""
    return Effects(brokered=(("unit", unit(asked.args.name)),))


def run(work: Work) -> Result:
    """One row per fact."""
    present(work.facts["unit"])
    said = work.facts["unit"]
    if said.get("LoadState") == "not-found":
        raise ToolFailed(
            f"there is no service {work.args.name}", "list the services to see them", "no_service"
        )
    facts = {
        "service": said.get("Id", "").removesuffix(".service"), "description": said.get("Description"),
        "state": f"{said.get('ActiveState')} ({said.get('SubState')})", "at boot": said.get("UnitFileState"),
        "pid": said.get("MainPID") if said.get("MainPID") not in ("0", None) else None, "since": said.get("ActiveEnterTimestamp"),
        "memory": int(said["MemoryCurrent"]) if said.get("MemoryCurrent", "").isdigit() else None,
    }  # fmt: skip
    return Result("records", [{"fact": name, "value": value} for name, value in facts.items() if value])


TOOL = Tool(
    summary="the state of one service",
    args=Service,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "status of nginx.service",
        "is the ssh service running",
        "systemctl status docker",
        "how is the cups service doing",
        "nginx 服务的状态",
    ),
)
