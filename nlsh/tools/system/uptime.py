"""How long the machine has been running."""

import time

import psutil

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._records import iso
from nlsh.turn import Effects, Result


class Uptime(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /proc."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """`value` is in seconds since boot."""
    boot = psutil.boot_time()
    return Result("records", [{"booted": iso(boot)}], value=int(time.time() - boot), unit="seconds")


TOOL = Tool(
    summary="how long the machine has been up",
    args=Uptime,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "how long has this machine been up",
        "when was the last reboot",
        "uptime",
        "since when is it running",
        "开机多久了",
    ),
)
