"""What the machine's sensors measure: temperatures and fans."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import entries, text
from nlsh.turn import Effects, Result

_BASE = "/sys/class/hwmon"


class Temperatures(Args):
    """Only the fans, or everything."""

    fans: bool = False


def effects(_: Asked) -> Effects:
    """Reads /sys."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per sensor: degrees Celsius or turns a minute (Linux hwmon/sysfs-interface.rst)."""
    rows = []
    for chip in entries(_BASE):
        for name in entries(f"{_BASE}/{chip}"):
            kind = "fan" if name.startswith("fan") else "temperature" if name.startswith("temp") else ""
            value = text(_BASE, chip, name) if kind and name.endswith("_input") else ""
            if not value or (work.args.fans and kind != "fan"):
                continue
            label = text(_BASE, chip, name.replace("_input", "_label")) or name.removesuffix("_input")
            limit = text(_BASE, chip, name.replace("_input", "_crit"))
            amount = int(value) if kind == "fan" else int(value) / 1000
            rows.append(
                {
                    "sensor": label,
                    "chip": text(_BASE, chip, "name"),
                    "value": amount,
                    "unit": "rpm" if kind == "fan" else "°C",
                    "critical": int(limit) / 1000 if limit else None,
                }
            )
    if not work.args.fans and not rows:
        for zone in entries("/sys/class/thermal"):
            if value := text("/sys/class/thermal", zone, "temp"):
                rows.append(
                    {
                        "sensor": text("/sys/class/thermal", zone, "type"),
                        "chip": zone,
                        "value": int(value) / 1000,
                        "unit": "°C",
                        "critical": None,
                    }
                )
    return Result(
        "records",
        rows,
        notes=[]
        if rows
        else [f"this machine has no {'fans' if work.args.fans else 'sensors'} that the kernel knows of"],
    )


TOOL = Tool(
    summary="temperatures and fans",
    args=Temperatures,
    effects=effects,
    run=run,
    gives="records",
    examples=("how hot is the cpu", "temperatures", "how fast do the fans turn", "sensors", "CPU 温度多少"),
)
