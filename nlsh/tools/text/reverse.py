"""A text with its last line first."""

from nlsh.arguments import Args, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.text._lines import TEXTS, lines, reading
from nlsh.turn import Effects, Result


class Reverse(Args):
    """Of which file."""

    path: Target | None = None


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    return reading(asked)


def run(work: Work) -> Result:
    """The lines backwards."""
    return Result("text", text="\n".join(reversed(list(lines(work)))))


TOOL = Tool(
    summary="a text with its last line first",
    args=Reverse,
    effects=effects,
    run=run,
    gives="text",
    takes=TEXTS,
    targets=("path",),
    examples=(
        "reverse the lines of log.txt",
        "show history.txt backwards, last line first",
        "tac notes.txt",
        "flip the order of the lines in list.txt",
        "把 日志.txt 倒过来显示",
    ),
)
