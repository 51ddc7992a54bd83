"""How much memory the machine has, uses and has left."""

import psutil

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Usage(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /proc/meminfo."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """`value` is what is available in bytes; rows for memory and swap."""
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    rows = [
        {
            "what": "memory",
            "total": memory.total,
            "used": memory.total - memory.available,
            "available": memory.available,
        },
        {"what": "swap", "total": swap.total, "used": swap.used, "available": swap.free},
    ]
    return Result("records", rows, value=memory.available, unit="bytes")


TOOL = Tool(
    summary="how much memory is used and free",
    args=Usage,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "how much memory is free",
        "am I running out of RAM",
        "free -h",
        "memory usage",
        "内存还剩多少",
    ),
)
