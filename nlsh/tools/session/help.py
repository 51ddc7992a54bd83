"""What can be asked for: all of it, or what has to do with something."""

import math
import re
from collections import Counter

from nlsh.arguments import Args, Text
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result, Row

MOST, EXAMPLES = 6, 3


class Help(Args):
    """What the help is to be about; all there is without it."""

    text: Text | None = None


def run(work: Work) -> Result:
    """A row for each tool, with a sentence that it understands; about something, those that speak of it, with more sentences."""
    tools = [{name: value for name, value in row.items() if name != "more"} for row in work.facts["tools"]]
    if work.args.text is None:
        return Result("records", tools)
    found = _about(work.args.text, work.facts["tools"])
    rows = [
        {"tool": row["tool"], "what": row["what"], "say": said}
        for row in found[:MOST]
        for said in _nearest(row["more"], work.args.text)
    ]
    notes = [] if rows else [f"nothing that I can do speaks of '{work.args.text}'"]
    return Result("records", rows, notes=notes)


def _about(text: str, tools: list[Row]) -> list[Row]:
    """The tools whose name, summary or examples share words with `text`, the rarest words counting most (inverse document frequency)."""
    words = [_words(f"{row['tool']} {row['what']} {' '.join(row['more'])}") for row in tools]
    holding = Counter(word for each in words for word in each)
    weights = {word: math.log(len(tools) / holding[word]) for word in _words(text) if word in holding}
    scores = [sum(weights.get(word, 0.0) for word in each) for each in words]
    best = max(scores, default=0.0)
    ranked = sorted(zip(scores, range(len(tools)), strict=True), key=lambda pair: (-pair[0], pair[1]))
    return [tools[number] for score, number in ranked if score > 0 and score >= best / 2]


def _nearest(examples: list[str], text: str) -> list[str]:
    """Some examples, those that share words with `text` first."""
    wanted = _words(text)
    return sorted(examples, key=lambda said: -len(_words(said) & wanted))[:EXAMPLES]


def _words(text: str) -> set[str]:
    """Words without their endings, and pairs of Chinese characters."""
    found = {re.sub(r"(?:ing|es|s|e)$", "", word) for word in re.findall(r"[a-z]{2,}", text.lower())}
    han = re.findall(r"[\u3400-\u9fff]+", text)
    return found | {run[i : i + 2] for run in han for i in range(max(len(run) - 1, 1))}


TOOL = Tool(
    summary="what I can do",
    args=Help,
    effects=nothing_needed,
    run=run,
    gives="records",
    local=True,
    examples=(
        "help",
        "what can you do",
        "how do I use this",
        "what can I ask",
        "help with archives",
        "show examples for renaming files",
        "你能做什么",
    ),
)
