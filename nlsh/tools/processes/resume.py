"""Paused processes let go on."""

import signal

from nlsh.arguments import Args, Number, Text
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._signals import send, signalling
from nlsh.turn import Effects, Result


class Resume(Args):
    """A name or a pid; without either, the rows of the call before."""

    name: Text | None = None
    pid: Number | None = None


def effects(asked: Asked) -> Effects:
    """Signals exactly the processes named now."""
    return signalling(asked, "resume", "say 'pause' and its name to hold it again")


def run(work: Work) -> Result:
    """SIGCONT."""
    return send(work, signal.SIGCONT, "running")


TOOL = Tool(
    summary="let paused processes go on",
    args=Resume,
    effects=effects,
    run=run,
    gives="processes",
    changes=True,
    undo=False,
    takes=PROCESSES,
    targets=("name", "pid"),
    examples=(
        "resume firefox",
        "continue process 4242",
        "unfreeze the backup",
        "kill -CONT 812",
        "恢复 chrome 进程",
    ),
)
