"""How the memory of a process, or of the machine, changes over a while."""

import time

import psutil

from nlsh.arguments import Args, Duration, Number, Text
from nlsh.errors import ToolFailed
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._records import one_target
from nlsh.tools.rows.chart import sparkline
from nlsh.turn import Effects, Result
from nlsh.values.sizes import show_size

SAMPLES = 20


class Growth(Args):
    """Of a process, or of the whole machine when none is named; for how long."""

    name: Text | None = None
    pid: Number | None = None
    time: Duration = 5.0


def effects(asked: Asked) -> Effects:
    """Sees the process table."""
    named = asked.args.name is not None or asked.args.pid is not None or asked.kind == "processes"
    pid = str(one_target(asked, "watch").pid) if named else ""
    return Effects(sees_processes=True, sees_devices=True, brokered=(("number", pid),))


def run(work: Work) -> Result:
    """`value` is the change in bytes over the time, `text` the course of it."""
    pid = str(work.facts["number"])
    seen: list[float] = []
    for n in range(SAMPLES):
        try:
            seen.append(psutil.Process(int(pid)).memory_info().rss if pid else psutil.virtual_memory().used)
        except psutil.NoSuchProcess as error:
            raise ToolFailed(f"process {pid} has ended by itself", "", "no_process") from error
        if n < SAMPLES - 1:
            time.sleep(work.args.time / (SAMPLES - 1))
            work.progress("measure", n + 1, SAMPLES)
    change = seen[-1] - seen[0]
    sign = "+" if change >= 0 else "-"
    text = f"{show_size(seen[0])} → {show_size(seen[-1])} ({sign}{show_size(abs(change))} in {work.args.time:g} s)  {sparkline(seen)}"
    return Result("text", value=int(change), unit="bytes", text=text)


TOOL = Tool(
    summary="how memory use changes over a while",
    args=Growth,
    effects=effects,
    run=run,
    gives="text",
    takes=PROCESSES,
    examples=(
        "is the memory of firefox growing",
        "watch the memory of process 4242 for 10 seconds",
        "does java leak memory",
        "how does memory use develop over 30 seconds",
        "看 firefox 的内存有没有增长",
    ),
)
