"""The wireless connection."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import entries, text
from nlsh.turn import Effects, Result


class Wifi(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /proc/net/wireless and /sys."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per wireless interface: quality of 70, signal in dBm (as the driver tells them)."""
    quality = {
        line.split(":")[0].strip(): line.split(":")[1].split()
        for line in text("/proc/net/wireless").splitlines()[2:]
        if ":" in line
    }
    rows = []
    for name in entries("/sys/class/net"):
        if "wireless" in entries(f"/sys/class/net/{name}") or name in quality:
            found = quality.get(name, [])
            rows.append(
                {
                    "interface": name,
                    "state": text("/sys/class/net", name, "operstate"),
                    "quality": float(found[1].rstrip(".")) if found else None,
                    "signal": float(found[2].rstrip(".")) if found else None,
                }
            )
    return Result("records", rows, notes=[] if rows else ["this machine has no wifi"])


TOOL = Tool(
    summary="the wifi connection",
    args=Wifi,
    effects=effects,
    run=run,
    gives="records",
    examples=("how good is the wifi", "wifi signal", "am I on wifi", "iwconfig", "无线信号强吗"),
)
