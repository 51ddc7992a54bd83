"""The lines of a text put into one line."""

from nlsh.arguments import Args, Target, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.text._lines import TEXTS, lines, reading
from nlsh.turn import Effects, Result


class Join(Args):
    """Of which file, with what between."""

    path: Target | None = None
    separator: Text | None = None


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    return reading(asked)


def run(work: Work) -> Result:
    """One line; empty lines are left out; without a separator, a comma and a space."""
    named = {
        "comma": ", ",
        "commas": ", ",
        "space": " ",
        "spaces": " ",
        "semicolon": "; ",
        "semicolons": "; ",
        "tab": "\t",
        "tabs": "\t",
        "nothing": "",
    }
    said = work.args.separator
    mark = ", " if said is None else named.get(said.strip().lower(), said)
    return Result("text", text=mark.join(line for line in lines(work) if line.strip()))


TOOL = Tool(
    summary="the lines of a text as one line",
    args=Join,
    effects=effects,
    run=run,
    gives="text",
    takes=TEXTS,
    targets=("path",),
    examples=(
        "join the lines of names.txt with commas",
        "put all lines of list.txt on one line",
        "names.txt as one comma separated line",
        "paste -sd, ids.txt",
        "把 名单.txt 的各行连成一行",
    ),
)
