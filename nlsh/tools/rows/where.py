"""The rows that meet conditions."""

import os
from datetime import datetime
from typing import Literal

from nlsh.arguments import Args, FileType, Size, Text, When
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.tools.files._filters import Conditions, best_ranked, name_rank
from nlsh.tools.rows.sort import field
from nlsh.turn import Result, Row


class Where(Args):
    """The same conditions that files can be found by."""

    kind: Literal["file", "folder", "link"] | None = None
    type: FileType | None = None
    name: Text | None = None
    name_has: Text | None = None
    user: Text | None = None
    larger: Size | None = None
    smaller: Size | None = None
    newer: When | None = None
    older: When | None = None
    modified: When | None = None


def run(work: Work) -> Result:
    """Keeps the order; for processes size means memory and time means start."""
    args: Where = work.args
    conditions = Conditions(args, work.scene.now)
    ranked: list[tuple[int, Row]] = []
    for row in work.rows:
        name = str(row.get("name") or os.path.basename(str(row.get("path", ""))))
        rank = name_rank(name, args.name) if args.name else 0
        if rank is None or (args.user and str(row.get("user", "")).lower() != args.user.lower()):
            continue
        stamp = field(row, "modified")
        moment = datetime.fromisoformat(str(stamp)).timestamp() if stamp else work.scene.now
        size = field(row, "size")
        kind = str(row.get("kind") or "")
        if conditions.accept(str(row.get("path") or name), kind, int(size or 0), moment):
            ranked.append((rank, row))
    return Result(work.kind, best_ranked(ranked))


TOOL = Tool(
    summary="keep the rows that meet a condition",
    args=Where,
    effects=nothing_needed,
    run=run,
    gives="same",
    takes=ANY_ROWS,
    examples=(
        "only the pdfs",
        "just those over 5 MB",
        "which of them are from last week",
        "only the ones with draft in the name",
        "只要大于一兆的",
    ),
)
