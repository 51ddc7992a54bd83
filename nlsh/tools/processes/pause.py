"""Processes held still, to go on later."""

import signal

from nlsh.arguments import Args, Number, Text
from nlsh.tool import PROCESSES, Asked, Tool, Work
from nlsh.tools.processes._signals import send, signalling
from nlsh.turn import Effects, Result


class Pause(Args):
    """A name or a pid; without either, the rows of the call before."""

    name: Text | None = None
    pid: Number | None = None


def effects(asked: Asked) -> Effects:
    """Signals exactly the processes named now."""
    return signalling(asked, "pause", "say 'resume' and its name to let it go on")


def run(work: Work) -> Result:
    """SIGSTOP."""
    return send(work, signal.SIGSTOP, "paused")


TOOL = Tool(
    summary="hold processes still",
    args=Pause,
    effects=effects,
    run=run,
    gives="processes",
    changes=True,
    undo=False,
    takes=PROCESSES,
    targets=("name", "pid"),
    examples=(
        "pause firefox",
        "suspend process 4242",
        "freeze the backup",
        "kill -STOP 812",
        "暂停 chrome 进程",
    ),
)
