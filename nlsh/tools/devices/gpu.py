"""Graphics processors that the kernel knows of."""

import os

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result

_VENDORS = {"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel", "0x1af4": "virtio", "0x1234": "QEMU"}


class Gpu(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /sys; NVIDIA's own library is asked outside, where the extra `gpu` is installed."""
    return Effects(sees_devices=True, brokered=(("nvidia", ""),))


def run(work: Work) -> Result:
    """One row per display controller of the PCI bus, memory in bytes, use in percent; none is said plainly."""
    rows = []
    told = {row["address"]: row for row in work.facts.get("nvidia", ())}
    base = "/sys/bus/pci/devices"
    try:
        devices = sorted(os.listdir(base))
    except OSError:
        devices = []
    for name in devices:
        folder = os.path.join(base, name)
        if not _read(folder, "class").startswith("0x03"):
            continue
        vendor = _read(folder, "vendor")
        row = {
            "name": f"{_VENDORS.get(vendor, vendor)} {_read(folder, 'device')}",
            "address": name,
            "driver": _driver(folder),
        }
        total, used = _read(folder, "mem_info_vram_total"), _read(folder, "mem_info_vram_used")
        if total:
            row["memory"], row["used"] = int(total), int(used or 0)  # type: ignore[assignment]
        rows.append(row | told.pop(name, {}))
    rows.extend(told.values())  # a container may show the card and not the bus
    return Result("records", rows, notes=[] if rows else ["this machine has no graphics processor"])


def _read(folder: str, name: str) -> str:
    try:
        with open(os.path.join(folder, name), encoding="ascii", errors="replace") as reader:
            return reader.read().strip()
    except OSError:
        return ""


def _driver(folder: str) -> str:
    try:
        return os.path.basename(os.readlink(os.path.join(folder, "driver")))
    except OSError:
        return "none"


TOOL = Tool(
    summary="graphics processors",
    args=Gpu,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "do I have a GPU",
        "what graphics card is in here",
        "gpu info",
        "is there an nvidia card",
        "显卡是什么",
    ),
)
