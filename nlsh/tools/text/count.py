"""How many lines, words, characters or bytes a text has."""

from typing import Literal

from nlsh.arguments import Args, Target, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._records import shown
from nlsh.tools.text._lines import TEXTS, file_lines, lines, reading
from nlsh.turn import Effects, Result, Row


class Count(Args):
    """Of which file, in what unit; or how often a text occurs."""

    path: Target | None = None
    unit: Literal["lines", "words", "characters"] = "lines"
    text: Text | None = None


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    return reading(asked)


def run(work: Work) -> Result:
    """`value` is the number; of several files one row each."""
    args: Count = work.args
    if len(work.effects.reads) > 1:
        rows: list[Row] = [
            {
                "path": shown(path, work.scene.cwd),
                args.unit: sum(_measure(line, args) for line in file_lines(path)),
            }
            for path in work.effects.reads
        ]
        return Result("records", rows, value=sum(int(row[args.unit]) for row in rows), unit="count")
    return Result("value", value=sum(_measure(line, args) for line in lines(work)), unit="count")


def _measure(line: str, args: Count) -> int:
    if args.text:
        return (
            line.lower().count(args.text.lower()) if args.text == args.text.lower() else line.count(args.text)
        )
    return 1 if args.unit == "lines" else len(line.split()) if args.unit == "words" else len(line) + 1


TOOL = Tool(
    summary="count the lines, words or characters of a text",
    args=Count,
    effects=effects,
    run=run,
    gives="value",
    takes=TEXTS,
    targets=("path",),
    examples=(
        "how many lines does main.py have",
        "count the words in essay.txt",
        "wc -l data.csv",
        "how often does error occur in app.log",
        "论文.txt 有多少字",
    ),
)
