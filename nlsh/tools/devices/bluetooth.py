"""Bluetooth adapters and whether they are switched on."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import entries, text
from nlsh.turn import Effects, Result


class Bluetooth(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /sys."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per adapter, and one per connection."""
    base = "/sys/class/bluetooth"
    blocked = {
        text("/sys/class/rfkill", name, "name"): text("/sys/class/rfkill", name, "soft")
        for name in entries("/sys/class/rfkill")
    }
    rows = []
    for name in entries(base):
        kind = "connection" if ":" in name else "adapter"
        rows.append(
            {
                "name": name,
                "kind": kind,
                "address": text(base, name, "address"),
                "on": blocked.get(name) != "1",
            }
        )
    return Result("records", rows, notes=[] if rows else ["this machine has no bluetooth"])


TOOL = Tool(
    summary="bluetooth",
    args=Bluetooth,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "is bluetooth on",
        "bluetooth devices",
        "does this machine have bluetooth",
        "bluetooth status",
        "蓝牙开了吗",
    ),
)
