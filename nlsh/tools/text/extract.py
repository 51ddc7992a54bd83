"""Pieces of one shape taken out of a text: addresses, links, numbers, or whatever fits a pattern."""

import re
from typing import Literal

from nlsh.arguments import Args, Target, Text
from nlsh.errors import NotUnderstood
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._filters import compiled
from nlsh.tools.text._lines import TEXTS, lines, reading
from nlsh.turn import Effects, Result

_SHAPES = {
    "emails": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "links": r"https?://[^\s<>\"')\]]+",
    "addresses": r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
    "numbers": r"[-+]?\b\d+(?:[.,]\d+)*\b",
    "dates": r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b",
    "phones": r"\+?\d[\d ()/-]{6,}\d",
}


class Extract(Args):
    """From which file, what."""

    path: Target | None = None
    what: Literal["emails", "links", "addresses", "numbers", "dates", "phones"] | None = None
    pattern: Text | None = None


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    if asked.args.what is None and asked.args.pattern is None:
        raise NotUnderstood("extract what?", "say emails, links, numbers, dates, or a regular expression")
    if asked.args.pattern is not None:
        compiled(asked.args.pattern)
    return reading(asked)


def run(work: Work) -> Result:
    """One line per piece, each once, in order."""
    args: Extract = work.args
    pattern = compiled(args.pattern) if args.pattern else re.compile(_SHAPES[args.what or "numbers"])
    found = (
        match.group(1 if pattern.groups else 0)
        for line in lines(work)
        for match in pattern.finditer(line[:20_000])
    )
    return Result("text", text="\n".join(dict.fromkeys(piece for piece in found if piece)))


TOOL = Tool(
    summary="take addresses, links, numbers or dates out of a text",
    args=Extract,
    effects=effects,
    run=run,
    gives="text",
    takes=TEXTS,
    targets=("path",),
    examples=(
        "extract all email addresses from contacts.txt",
        "which links are in page.html",
        "pull the ip addresses out of access.log",
        "get the numbers from report.txt",
        "提取 通讯录.txt 里的邮箱",
    ),
)
