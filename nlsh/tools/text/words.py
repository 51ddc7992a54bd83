"""Which words a text uses most."""

import re
from collections import Counter

from nlsh.arguments import Args, Count, Target
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.text._lines import TEXTS, lines, reading
from nlsh.turn import Effects, Result

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


class Words(Args):
    """Of which file, and how many."""

    path: Target | None = None
    count: Count = 10


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    return reading(asked)


def run(work: Work) -> Result:
    """One row per word without case, the most frequent first."""
    found = Counter(word.lower() for line in lines(work) for word in _WORD.findall(line))
    return Result("records", [{"word": word, "count": n} for word, n in found.most_common(work.args.count)])


TOOL = Tool(
    summary="the most frequent words of a text",
    args=Words,
    effects=effects,
    run=run,
    gives="records",
    takes=TEXTS,
    targets=("path",),
    examples=(
        "the most common words in novel.txt",
        "word frequency of speech.txt",
        "which words does essay.md use most",
        "top 20 words in notes.txt",
        "文章.txt 里最常用的词",
    ),
)
