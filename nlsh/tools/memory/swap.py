"""Swap space."""

import os

import psutil

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Swap(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /proc."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """`value` is the used bytes; one row per swap area, with how much came in and went out since the boot."""
    swap = psutil.swap_memory()
    rows = []
    if os.path.exists("/proc/swaps"):
        with open("/proc/swaps", encoding="utf-8", errors="replace") as reader:
            for line in list(reader)[1:]:
                parts = line.split()
                rows.append(
                    {
                        "area": parts[0],
                        "type": parts[1],
                        "total": int(parts[2]) * 1024,
                        "used": int(parts[3]) * 1024,
                    }
                )
    rows.append({"area": "all", "type": "", "total": swap.total, "used": swap.used})
    notes = [] if swap.total else ["this machine has no swap"]
    return Result("records", rows, value=swap.used, unit="bytes", notes=notes)


TOOL = Tool(
    summary="swap space",
    args=Swap,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "how much swap is used",
        "is the machine swapping",
        "swapon --show",
        "swap space",
        "交换空间用了多少",
    ),
)
