"""The date and time."""

from datetime import datetime

from nlsh.arguments import Args
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Time(Args):
    """Nothing to say."""


def run(work: Work) -> Result:
    """Local time with its zone."""
    now = datetime.fromtimestamp(work.scene.now).astimezone()
    row = {
        "date": now.strftime("%Y-%m-%d"),
        "time": now.strftime("%H:%M:%S"),
        "weekday": now.strftime("%A"),
        "zone": now.strftime("%Z %z"),
    }
    return Result("records", [row], text=now.strftime("%A, %d %B %Y, %H:%M:%S %Z"))


TOOL = Tool(
    summary="date and time",
    args=Time,
    effects=nothing_needed,
    run=run,
    gives="records",
    examples=("what time is it", "what day is today", "date", "today's date", "现在几点"),
)
