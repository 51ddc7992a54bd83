"""A file handed to the desktop's program for it."""

from nlsh.arguments import Args, Target
from nlsh.changes import act
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result


class Open(Args):
    """Which file or folder."""

    path: Target


def effects(asked: Asked) -> Effects:
    """A brokered act: the program runs outside the sandbox, as if it had been clicked."""
    path = asked.args.path
    note = "the program that opens it runs with your rights, outside the sandbox"
    return Effects(
        reads=(path,),
        changes=(act("open", f"the desktop, with {path}", {"path": path}, None),),
        undoable=False,
        note=note,
        title=f"open {path} on the desktop",
    )


def run(work: Work) -> Result:
    """Nothing to wait for."""
    return Result("text", text=f"opened {work.args.path}", changed=1)


TOOL = Tool(
    summary="open a file with the desktop's program",
    args=Open,
    effects=effects,
    run=run,
    gives="text",
    changes=True,
    undo=False,
    examples=(
        "open report.pdf in its program",
        "launch photo.jpg with the default app",
        "xdg-open slides.odp",
        "open this folder in the file manager",
        "用默认程序打开 报告.pdf",
    ),
)
