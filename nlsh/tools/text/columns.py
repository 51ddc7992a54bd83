"""Some columns of a text: fields parted by tabs, commas, semicolons, or white space."""

from nlsh.arguments import Args, Ordinal, Target, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.text._lines import TEXTS, lines, reading
from nlsh.turn import Effects, Result


class Columns(Args):
    """Of which file, which column and perhaps another, parted by what."""

    path: Target | None = None
    n: Ordinal = 1
    other: Ordinal | None = None
    separator: Text | None = None


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    return reading(asked)


def run(work: Work) -> Result:
    """The columns' text line by line; -1 is the last; lines without the column are left out."""
    args: Columns = work.args
    wanted = [args.n] if args.other is None else [args.n, args.other]
    found: list[str] = []
    mark = _mark(args.separator)
    for line in lines(work):
        mark = mark or next((m for m in ("\t", ",", ";", "|") if m in line), " ")
        fields = line.split() if mark == " " else line.split(mark)
        if all(-len(fields) <= (n - 1 if n > 0 else n) < len(fields) for n in wanted):
            found.append("\t".join(fields[n - 1 if n > 0 else n].strip() for n in wanted))
    return Result("text", text="\n".join(found))


def _mark(said: str | None) -> str:
    named = {"comma": ",", "commas": ",", "tab": "\t", "tabs": "\t", "semicolon": ";", "semicolons": ";", "colon": ":",
             "colons": ":", "space": " ", "spaces": " ", "pipe": "|", "pipes": "|", "\\t": "\t"}  # fmt: skip
    return named.get((said or "").strip().lower(), (said or "").strip())


TOOL = Tool(
    summary="one or two columns of a text",
    args=Columns,
    effects=effects,
    run=run,
    gives="text",
    takes=TEXTS,
    targets=("path",),
    examples=(
        "the second column of data.txt",
        "show column 1 and 3 of table.tsv",
        "cut -f2 names.tsv",
        "the last field of each line in log.txt",
        "数据.txt 的第二列",
    ),
)
