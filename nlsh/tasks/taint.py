"""Text that somebody else may have written: what files say, what processes are called, what the network answers.

A row of a result is a typed reference where it stands for a file or a process. Its other
texts are words of whoever wrote them; a call that changes something and takes such words
for an argument asks a person, whatever was said yes to beforehand.
"""

from collections.abc import Sequence

from nlsh.tasks.variables import names_in
from nlsh.turn import Call, Result, Row

_OUR_OWN = ("devices", "memory", "system", "session", "rows")  # managers whose texts nobody else writes


def foreign(name: str, row: Row, result: Result, plan: Sequence[Call]) -> dict[str, str]:
    """Where the texts of a row come from, by the names that `for each: NAME` gives them; only those of others."""
    source = next((call.tool for call in reversed(plan) if call.tool.partition(".")[0] not in _OUR_OWN), "")
    if result.kind == "files" or not source:
        return {}
    trusted = {"path"} if result.kind == "matches" else {"user"} if result.kind == "processes" else set()
    words = {key for key, value in row.items() if isinstance(value, str) and key not in trusted}
    found = {f"{name}.{key}": source for key in words}
    main = main_column(row)
    return found | ({name: source} if main in words else {})


def main_column(row: Row) -> str:
    """The column that a row is named after."""
    return next((key for key in ("path", "name", "text") if key in row), next(iter(row), ""))


def warnings(calls: Sequence[Call], sources: dict[str, str]) -> tuple[str, ...]:
    """A line for each argument of these calls with holes that text of others would fill."""
    return tuple(
        f"{key} of {call.tool} is text from {sources[name]}"
        for call in calls
        for key, value in call.args.items()
        if isinstance(value, str)
        for name in names_in(value)
        if name in sources
    )
