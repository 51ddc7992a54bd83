"""A month's calendar."""

import calendar
from datetime import datetime

from nlsh.arguments import Args, When
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result
from nlsh.values.times import span


class Calendar(Args):
    """Of which month or year; this month when left out."""

    when: When | None = None


def run(work: Work) -> Result:
    """Weeks begin on Monday (ISO 8601)."""
    now = datetime.fromtimestamp(work.scene.now)
    if work.args.when is None:
        return Result("text", text=calendar.TextCalendar().formatmonth(now.year, now.month).rstrip())
    found = span(work.args.when, now)
    start, end = found.start or now, found.end or now
    if (end - start).days > 300:
        return Result("text", text=calendar.TextCalendar().formatyear(start.year).rstrip())
    return Result("text", text=calendar.TextCalendar().formatmonth(start.year, start.month).rstrip())


TOOL = Tool(
    summary="a calendar",
    args=Calendar,
    effects=nothing_needed,
    run=run,
    gives="text",
    examples=(
        "show the calendar",
        "calendar of march 2027",
        "cal",
        "which weekday is the 24th this month",
        "这个月的日历",
    ),
)
