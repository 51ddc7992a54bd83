"""A service started, stopped, restarted, or switched on or off for the next boot."""

from typing import Literal

from nlsh.arguments import Args, Text
from nlsh.changes import act
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.processes._services import unit
from nlsh.turn import Effects, Result

_BACK = {"start": "stop", "stop": "start", "enable": "disable", "disable": "enable"}


class ControlService(Args):
    """Which one, and what to do with it."""

    action: Literal["start", "stop", "restart", "enable", "disable"]
    name: Text


def effects(asked: Asked) -> Effects:
    """One brokered act; a restart has nothing to take back."""
    args: ControlService = asked.args
    name = unit(args.name)
    back = {"action": _BACK[args.action], "unit": name} if args.action in _BACK else None
    change = act("service", f"the service {name}", {"action": args.action, "unit": name}, back)
    note = "" if back else "a restart has nothing to take back"
    return Effects(
        changes=(change,), undoable=back is not None, note=note, title=f"{args.action} the service {name}"
    )


def run(work: Work) -> Result:
    """What was done."""
    return Result("text", text=f"{work.args.action}: {unit(work.args.name)}", changed=1)


TOOL = Tool(
    summary="start, stop or restart a service",
    args=ControlService,
    effects=effects,
    run=run,
    gives="text",
    changes=True,
    examples=(
        "restart the nginx service",
        "start the docker service",
        "stop the cups service",
        "systemctl enable ssh",
        "重启 nginx 服务",
    ),
)
