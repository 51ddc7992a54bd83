"""The rows as a picture of characters: bars, a line, or how often which values occur."""

from typing import Literal

from nlsh.arguments import Args, Text
from nlsh.tool import ANY_ROWS, Tool, Work, nothing_needed
from nlsh.tools.rows._columns import measure, numbers
from nlsh.turn import Result, Row
from nlsh.values.sizes import show_size

WIDTH, BINS, LIMIT_BARS = 40, 10, 40
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LEVELS = "▁▂▃▄▅▆▇█"


class Chart(Args):
    """Which picture, of which column."""

    style: Literal["bars", "line", "histogram"] = "bars"
    column: Text | None = None


def run(work: Work) -> Result:
    """`text` is the picture."""
    args: Chart = work.args
    if not work.rows:
        return Result("text", text="", notes=["there are no rows"])
    name = measure(work.rows, args.column)
    if args.style == "line":
        return Result("text", text=sparkline(numbers(work.rows, name)))
    show = show_size if name in ("size", "memory", "used", "free", "total") else lambda x: f"{x:g}"
    if args.style == "histogram":
        return Result("text", text=_histogram(numbers(work.rows, name), show))
    have = [(row, values[0]) for row in work.rows if (values := numbers([row], name))][:LIMIT_BARS]
    notes = [f"only the first {LIMIT_BARS} are shown"] if len(work.rows) > LIMIT_BARS else []
    return Result("text", text=_bars([(_label(row), value) for row, value in have], show), notes=notes)


def sparkline(values: list[float]) -> str:
    """One character per value, its height between the least and the most."""
    if not values:
        return ""
    low, high = min(values), max(values)
    step = (high - low) / (len(_LEVELS) - 1) or 1
    return "".join(_LEVELS[round((value - low) / step)] for value in values)


def _bars(pairs: list[tuple[str, float]], show: object) -> str:
    assert callable(show)
    longest = min(max((len(label) for label, _ in pairs), default=0), 30)
    most = max((abs(value) for _, value in pairs), default=0) or 1
    lines = []
    for label, value in pairs:
        eighths = round(abs(value) / most * WIDTH * 8)
        bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
        lines.append(f"{label[:longest]:<{longest}} {bar} {show(value)}")
    return "\n".join(lines)


def _histogram(values: list[float], show: object) -> str:
    assert callable(show)
    low, high = min(values, default=0), max(values, default=0)
    step = (high - low) / BINS or 1
    counts = [0] * BINS
    for value in values:
        counts[min(int((value - low) / step), BINS - 1)] += 1
    return _bars(
        [(f"{show(low + n * step)} – {show(low + (n + 1) * step)}", count) for n, count in enumerate(counts)],
        lambda x: f"{x:g}",
    )


def _label(row: Row) -> str:
    for name in ("path", "name", "mount", "word", "type", "folder"):
        if row.get(name):
            return str(row[name])
    return next((str(value) for value in row.values() if isinstance(value, str)), "")


TOOL = Tool(
    summary="a chart of the rows",
    args=Chart,
    effects=nothing_needed,
    run=run,
    gives="text",
    takes=ANY_ROWS,
    examples=(
        "draw a bar chart of that",
        "histogram of the sizes",
        "plot price from products.csv",
        "show them as a sparkline",
        "画个柱状图",
    ),
)
