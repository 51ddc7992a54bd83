"""What is plugged into USB."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import entries, id_tables, names, text
from nlsh.turn import Effects, Result

_BASE = "/sys/bus/usb/devices"


class Usb(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /sys and the table of names, if there is one."""
    return Effects(sees_devices=True, reads=id_tables("usb"))


def run(work: Work) -> Result:
    """One row per device."""
    known = names(work.effects.reads[0]) if work.effects.reads else {}
    rows = []
    for name in entries(_BASE):
        vendor, product = text(_BASE, name, "idVendor"), text(_BASE, name, "idProduct")
        if not vendor:
            continue
        said = " ".join(filter(None, (text(_BASE, name, "manufacturer"), text(_BASE, name, "product"))))
        rows.append(
            {
                "name": said or known.get(f"{vendor}:{product}") or known.get(vendor, "?"),
                "id": f"{vendor}:{product}",
                "port": name,
                "speed": text(_BASE, name, "speed") + " Mbit/s",
            }
        )
    return Result("records", rows, notes=[] if rows else ["this machine has no USB devices"])


TOOL = Tool(
    summary="USB devices",
    args=Usb,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "what is plugged into usb",
        "list usb devices",
        "lsusb",
        "is my stick connected",
        "有哪些 USB 设备",
    ),
)
