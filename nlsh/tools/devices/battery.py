"""Battery charge and whether it is charging."""

import os

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Battery(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /sys/class/power_supply."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """`value` is percent charged; no battery is said plainly."""
    base = "/sys/class/power_supply"
    rows = []
    for name in sorted(os.listdir(base)) if os.path.isdir(base) else []:
        capacity = _read(os.path.join(base, name, "capacity"))
        if capacity.isdigit():
            rows.append(
                {"name": name, "percent": int(capacity), "status": _read(os.path.join(base, name, "status"))}
            )
    if not rows:
        return Result("records", [], notes=["this machine has no battery"])
    return Result("records", rows, value=rows[0]["percent"], unit="percent")  # type: ignore[arg-type]


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as reader:
            return reader.read().strip()
    except OSError:
        return ""


TOOL = Tool(
    summary="battery charge",
    args=Battery,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "how much battery is left",
        "am I plugged in",
        "battery level",
        "is it charging",
        "电池还有多少电",
    ),
)
