"""How much goes over the network."""

import time

import psutil

from nlsh.arguments import Args, Duration
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Traffic(Args):
    """Over how long."""

    time: Duration = 1.0


def effects(_: Asked) -> Effects:
    """Reads /proc/net."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per interface: bytes a second now, and bytes since the boot."""
    before = psutil.net_io_counters(pernic=True)
    begun = time.monotonic()
    time.sleep(work.args.time)
    took = time.monotonic() - begun
    rows = []
    for name, now in psutil.net_io_counters(pernic=True).items():
        was = before.get(name, now)
        rows.append(
            {
                "interface": name, "in": int((now.bytes_recv - was.bytes_recv) / took), "out": int((now.bytes_sent - was.bytes_sent) / took),
                "received": now.bytes_recv, "sent": now.bytes_sent, "errors": now.errin + now.errout,
            }
        )  # fmt: skip
    rows.sort(key=lambda row: -(int(row["received"]) + int(row["sent"])))
    return Result("records", rows, notes=[] if rows else ["this machine has no network"])


TOOL = Tool(
    summary="network traffic",
    args=Traffic,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "how much network traffic is there",
        "download speed right now",
        "how much data was received",
        "network usage over 5 seconds",
        "现在网速多少",
    ),
)
