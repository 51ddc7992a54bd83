"""The lines of a text in order; the file itself is left as it is."""

import re
from typing import Literal

from nlsh.arguments import Args, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.text._lines import TEXTS, lines, reading
from nlsh.turn import Effects, Result

_NUMBER = re.compile(r"\s*[-+]?\d+(?:\.\d+)?")


class Sort(Args):
    """Of which file, in which order."""

    path: Target | None = None
    order: Literal["ascending", "descending"] = "ascending"
    numeric: bool = False


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    return reading(asked)


def run(work: Work) -> Result:
    """Without case; `numeric` sorts by the number a line begins with."""
    key = _number if work.args.numeric else _folded
    found = sorted(lines(work), key=key, reverse=work.args.order == "descending")
    return Result("text", text="\n".join(found))


def _number(line: str) -> tuple[float, str]:
    match = _NUMBER.match(line)
    return (float(match[0]) if match else float("inf"), line)


def _folded(line: str) -> tuple[float, str]:
    return (0.0, line.casefold())


TOOL = Tool(
    summary="the lines of a text in order",
    args=Sort,
    effects=effects,
    run=run,
    gives="text",
    takes=TEXTS,
    targets=("path",),
    examples=(
        "sort the lines of names.txt",
        "names.txt in alphabetical order",
        "sort numbers.txt numerically, largest first",
        "sort -n scores.txt",
        "把 名单.txt 按行排序",
    ),
)
