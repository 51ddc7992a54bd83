"""A text with its line numbers."""

from nlsh.arguments import Args, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.text._lines import TEXTS, lines, reading
from nlsh.turn import Effects, Result


class Number(Args):
    """Of which file."""

    path: Target | None = None


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    return reading(asked)


def run(work: Work) -> Result:
    """Every line with its number, counted from one."""
    found = list(lines(work))
    width = len(str(len(found)))
    return Result(
        "text", text="\n".join(f"{number:>{width}}  {line}" for number, line in enumerate(found, 1))
    )


TOOL = Tool(
    summary="a text with line numbers",
    args=Number,
    effects=effects,
    run=run,
    gives="text",
    takes=TEXTS,
    targets=("path",),
    examples=(
        "show main.py with line numbers",
        "number the lines of poem.txt",
        "cat -n script.sh",
        "nl notes.txt",
        "显示 main.py 并带行号",
    ),
)
