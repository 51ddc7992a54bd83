"""Finding the column that a person means in rows of any kind."""

from nlsh.errors import NotUnderstood
from nlsh.tools.rows.sort import field
from nlsh.turn import Row


def column(rows: list[Row], said: str) -> str:
    """The column called `said`: as written, else without case, spaces or plural; NotUnderstood names those there are."""
    names = list(dict.fromkeys(name for row in rows[:1000] for name in row))
    for form in (lambda text: text, lambda text: text.strip().lower(), _plain):
        for name in names:
            if form(name) == form(said):
                return name
    if any(field(row, said.strip().lower()) is not None for row in rows[:1000]):
        return said.strip().lower()
    raise NotUnderstood(f"there is no column '{said}'", f"there are {', '.join(names[:12])}" if names else "")


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum()).removesuffix("s")


def numbers(rows: list[Row], name: str) -> list[float]:
    """The numbers in a column; what is none is left out."""
    found = (field(row, name) if name not in row else row[name] for row in rows)
    return [value for value in found if isinstance(value, int | float) and not isinstance(value, bool)]


def measure(rows: list[Row], said: str | None) -> str:
    """The column to calculate with: the named one, else the only or the usual one with numbers."""
    if said:
        return column(rows, said)
    for usual in ("size", "memory", "count", "amount", "total", "value", "price"):
        if numbers(rows[:50], usual):
            return usual
    for name in rows[0] if rows else ():
        if numbers(rows[:50], name):
            return name
    raise NotUnderstood("there are no numbers in these rows", "say which column")
