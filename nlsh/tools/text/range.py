"""Some lines of a text by their numbers."""

from nlsh.arguments import Args, Number, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.text._lines import TEXTS, lines, reading
from nlsh.turn import Effects, Result


class Range(Args):
    """Of which file, from which line to which; one line when no end is said."""

    path: Target | None = None
    start: Number
    end: Number | None = None


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    return reading(asked)


def run(work: Work) -> Result:
    """The lines, counted from one; what lies beyond the end is not there."""
    args: Range = work.args
    end = args.end or args.start
    found = [line for number, line in enumerate(lines(work), 1) if args.start <= number <= end]
    notes = [] if found else [f"there is no line {args.start}"]
    return Result("text", text="\n".join(found), notes=notes)


TOOL = Tool(
    summary="lines of a text by their numbers",
    args=Range,
    effects=effects,
    run=run,
    gives="text",
    takes=TEXTS,
    targets=("path",),
    examples=(
        "lines 10 to 20 of main.py",
        "show line 42 of config.yml",
        "sed -n 5,9p notes.txt",
        "what is on line 100 in server.log",
        "看 main.py 的第 10 到 20 行",
    ),
)
