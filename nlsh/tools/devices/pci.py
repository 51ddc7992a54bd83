"""The cards and chips on the PCI bus."""

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import entries, id_tables, link, names, text
from nlsh.turn import Effects, Result

_BASE = "/sys/bus/pci/devices"
_CLASSES = {
    "01": "storage",
    "02": "network",
    "03": "display",
    "04": "multimedia",
    "05": "memory",
    "06": "bridge",
    "07": "communication",
    "08": "system",
    "0c": "serial bus",
    "0d": "wireless",
    "12": "accelerator",
}


class Pci(Args):
    """Only those with a word in the name or class."""

    name: Text | None = None


def effects(_: Asked) -> Effects:
    """Reads /sys and the table of names, if there is one."""
    return Effects(sees_devices=True, reads=id_tables("pci"))


def run(work: Work) -> Result:
    """One row per device."""
    known = names(work.effects.reads[0]) if work.effects.reads else {}
    rows = []
    for name in entries(_BASE):
        vendor, device = (text(_BASE, name, key).removeprefix("0x") for key in ("vendor", "device"))
        said = (
            " ".join(filter(None, (known.get(vendor), known.get(f"{vendor}:{device}"))))
            or f"{vendor}:{device}"
        )
        kind = _CLASSES.get(text(_BASE, name, "class")[2:4], "other")
        rows.append({"name": said, "class": kind, "address": name, "driver": link(_BASE, name, "driver")})
    if work.args.name:
        rows = [row for row in rows if work.args.name.lower() in f"{row['name']} {row['class']}".lower()]
    return Result("records", rows, notes=[] if rows else ["there is no such PCI device"])


TOOL = Tool(
    summary="PCI devices",
    args=Pci,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "list the pci devices",
        "lspci",
        "which cards are in this machine",
        "what network card is built in",
        "有哪些 PCI 设备",
    ),
)
