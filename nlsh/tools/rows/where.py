"""The rows that meet conditions."""

import os
from datetime import datetime
from typing import Literal

from nlsh.arguments import Args, FileType, Size, Text, When
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.tools.files._filters import Conditions, best_ranked, searched_rank
from nlsh.tools.rows._columns import column
from nlsh.tools.rows.sort import field
from nlsh.turn import Result, Row
from nlsh.values.numbers import number
from nlsh.values.sizes import parse_size


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
    column: Text | None = None
    equals: Text | None = None
    contains: Text | None = None
    above: Text | None = None
    below: Text | None = None


def run(work: Work) -> Result:
    """Keeps the order; for processes size means memory and time means start."""
    args: Where = work.args
    conditions = Conditions(args, work.scene.now)
    ranked: list[tuple[int, Row]] = []
    if args.column or args.equals or args.contains or args.above or args.below:
        return Result(work.kind, _by_column(work.rows, args))
    for row in work.rows:
        name = str(row.get("name") or os.path.basename(str(row.get("path", ""))))
        rank = searched_rank(name, args.name) if args.name else 0
        if rank is None or (args.user and str(row.get("user", "")).lower() != args.user.lower()):
            continue
        stamp = field(row, "modified")
        moment = datetime.fromisoformat(str(stamp)).timestamp() if stamp else work.scene.now
        size = field(row, "size")
        kind = str(row.get("kind") or "")
        if conditions.accept(str(row.get("path") or name), kind, int(size or 0), moment):
            ranked.append((rank, row))
    return Result(work.kind, best_ranked(ranked))


def _by_column(rows: list[Row], args: Where) -> list[Row]:
    """The rows whose named column, or any one when none is named, meets the condition."""
    if not rows:
        return []
    name = column(rows, args.column) if args.column else None
    if name and not (args.equals or args.contains or args.above or args.below):
        return [row for row in rows if row.get(name) not in (None, "", False)]
    return [
        row
        for row in rows
        if any(_fits(value, args) for value in ([row.get(name)] if name else row.values()))
    ]


def _fits(value: object, args: Where) -> bool:
    said = str(value).strip().lower()
    if args.equals is not None and not _same(value, args.equals):
        return False
    if args.contains is not None and args.contains.strip().lower() not in said:
        return False
    for bound, sign in ((args.above, 1), (args.below, -1)):
        if bound is None:
            continue
        limit, mine = _amount(bound), _amount(value)
        if limit is None or mine is None:
            if (
                value is None
                or not (said > bound.lower() if sign > 0 else said < bound.lower())
                or limit is not None
            ):
                return False
        elif (mine - limit) * sign <= 0:
            return False
    return True


def _same(value: object, said: str) -> bool:
    if str(value).strip().lower() == said.strip().lower():
        return True
    wanted = _amount(said)
    return wanted is not None and _amount(value) == wanted


def _amount(value: object) -> float | None:
    """The number that a cell or a word says; of a size its bytes."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    said = str(value).strip().replace(",", "")
    try:
        return float(said) if len(said) < 40 else None
    except ValueError:
        pass  # a word, a number in words or a size
    if isinstance(value, str) and value.strip().isalpha() and value.isascii() and len(value.strip()) < 3:
        return None  # "a" and "b" are letters here, not one and bytes
    found = number(said)
    try:
        return float(parse_size(said)) if found is None and any(c.isdigit() for c in said) else found
    except ValueError:
        return None


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
