"""The different lines of a text, and how often each occurs."""

from collections import Counter

from nlsh.arguments import Args, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.text._lines import TEXTS, lines, reading
from nlsh.turn import Effects, Result


class Unique(Args):
    """Of which file; with counts, or only what occurs more than once."""

    path: Target | None = None
    counts: bool = False
    repeated: bool = False


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    return reading(asked)


def run(work: Work) -> Result:
    """In the order of first occurrence; with counts the most frequent first."""
    found = Counter(lines(work))
    if work.args.repeated:
        found = Counter({line: count for line, count in found.items() if count > 1})
    if work.args.counts:
        return Result("records", [{"count": count, "text": line} for line, count in found.most_common()])
    return Result("text", text="\n".join(found))


TOOL = Tool(
    summary="the different lines of a text",
    args=Unique,
    effects=effects,
    run=run,
    gives="text",
    takes=TEXTS,
    targets=("path",),
    examples=(
        "unique lines of names.txt",
        "list.txt without the duplicate lines",
        "how often does each line occur in log.txt",
        "sort ips.txt | uniq -c",
        "去掉 名单.txt 里重复的行",
    ),
)
