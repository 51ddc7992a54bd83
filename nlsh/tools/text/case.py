"""A text in capitals, small letters or with capital initials; the file itself is left as it is."""

from typing import Literal

from nlsh.arguments import Args, Target, Text
from nlsh.errors import NotUnderstood
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.text._lines import TEXTS, lines, reading
from nlsh.turn import Effects, Result


class Case(Args):
    """Of which file or words, and which case."""

    path: Target | None = None
    text: Text | None = None
    to: Literal["upper", "lower", "title"] | None = None


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    if asked.args.to is None:
        raise NotUnderstood("in which case?", "say upper, lower or title case")
    return Effects() if asked.args.text is not None else reading(asked)


def run(work: Work) -> Result:
    """The changed text."""
    change = {"upper": str.upper, "lower": str.lower, "title": str.title}[work.args.to]
    said = [work.args.text] if work.args.text is not None else lines(work)
    return Result("text", text="\n".join(change(line) for line in said))


TOOL = Tool(
    summary="a text in upper, lower or title case",
    args=Case,
    effects=effects,
    run=run,
    gives="text",
    takes=TEXTS,
    targets=("path", "text"),
    examples=(
        "show names.txt in upper case",
        'make "hello world" uppercase',
        "titles.txt in title case",
        "lowercase the text of README.md",
        "把 标题.txt 转成大写",
    ),
)
