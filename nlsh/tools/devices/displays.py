"""Screens and the sockets for them."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import entries, text
from nlsh.turn import Effects, Result


class Displays(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /sys."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per connector: whether a screen hangs on it, and its best resolution."""
    base = "/sys/class/drm"
    rows = []
    for name in entries(base):
        if state := text(base, name, "status"):
            modes = text(base, name, "modes").splitlines()
            rows.append(
                {
                    "connector": name.partition("-")[2],
                    "state": state,
                    "resolution": modes[0] if modes else "",
                    "on": text(base, name, "enabled") == "enabled",
                }
            )
    return Result(
        "records", rows, notes=[] if rows else ["this machine has no screen that the kernel knows of"]
    )


TOOL = Tool(
    summary="screens",
    args=Displays,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "which monitors are connected",
        "screen resolution",
        "xrandr",
        "is a second display plugged in",
        "连接了几个显示器",
    ),
)
