"""The processor: model, cores, speed, and how busy it is."""

import os
import time

import psutil

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Cpu(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /proc and /sys."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """`value` is percent busy over a quarter of a second."""
    before = psutil.cpu_times()
    time.sleep(0.25)
    after = psutil.cpu_times()
    total = sum(after) - sum(before)
    idle = (after.idle + getattr(after, "iowait", 0)) - (before.idle + getattr(before, "iowait", 0))
    busy = round(100 * (1 - idle / total), 1) if total > 0 else 0.0
    load = os.getloadavg()
    row = {
        "model": _model(),
        "cores": psutil.cpu_count(logical=False) or psutil.cpu_count(),
        "threads": psutil.cpu_count(),
        "busy": busy,
        "load": f"{load[0]:.2f} {load[1]:.2f} {load[2]:.2f}",
    }
    return Result("records", [row], value=busy, unit="percent")


def _model() -> str:
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as reader:
        for line in reader:
            if line.startswith(("model name", "Model", "Hardware")):
                return line.split(":", 1)[1].strip()
    return "unknown"


TOOL = Tool(
    summary="processor model, cores and load",
    args=Cpu,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "how many cores do I have",
        "what processor is this",
        "how busy is the cpu",
        "load average",
        "处理器是什么型号",
    ),
)
