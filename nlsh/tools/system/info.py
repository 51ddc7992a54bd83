"""The machine in a few lines: system, kernel, host, processor, memory."""

import os
import platform

import psutil

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Info(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /proc and /etc/os-release."""
    return Effects(sees_devices=True, reads=(os.path.realpath("/etc/os-release"),))


def run(work: Work) -> Result:
    """One row per fact."""
    facts = {
        "system": _distribution(),
        "kernel": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "host": platform.node(),
        "processors": psutil.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "python": platform.python_version(),
    }
    return Result("records", [{"fact": name, "value": value} for name, value in facts.items()])


def _distribution() -> str:
    try:
        with open(os.path.realpath("/etc/os-release"), encoding="utf-8", errors="replace") as reader:
            for line in reader:
                if line.startswith("PRETTY_NAME="):
                    return line.split("=", 1)[1].strip().strip('"')
    except OSError:
        pass  # not every system has one
    return platform.system()


TOOL = Tool(
    summary="operating system, kernel, host name and machine",
    args=Info,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "what system is this",
        "which kernel version",
        "uname -a",
        "what is my hostname",
        "这是什么系统",
    ),
)
