"""`expect:` and `if:` of task files: closed forms, read into a look at the world and a test of it.

Never a model's opinion: each form is one read-only call (or the step's own result) and a
comparison. A form that is not known is said to be none when the file is read.
"""

import operator
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from nlsh.errors import ToolFailed
from nlsh.protected import is_within
from nlsh.tasks.variables import filled
from nlsh.turn import Call, Result, Row
from nlsh.values.numbers import number
from nlsh.values.sizes import parse_size
from nlsh.values.times import duration

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq, "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "≤": operator.le, "≥": operator.ge, "is": operator.eq, "under": operator.lt, "below": operator.lt, "over": operator.gt, "above": operator.gt,
}  # fmt: skip
_MORE = {"at least": operator.ge, "at most": operator.le, "exactly": operator.eq, "more than": operator.gt, "fewer than": operator.lt,
         "less than": operator.lt, "": operator.eq}  # fmt: skip
_OP = "(" + "|".join(sorted(map(re.escape, _COMPARE), key=len, reverse=True)) + ")"
_QUOTED = r"[\"'“](?P<text>[^\"'”]*)[\"'”]"
_AMOUNT = r"(?P<least>no|at least \d+|at most \d+|exactly \d+|\d+)?"
_THINGS = r"(?:rows?|results?|files?|folders?|items?|matches|lines?|processes)"
FORMS = """no files matching "GLOB" [in FOLDER]
[at least N|at most N|exactly N] files matching "GLOB" [in FOLDER]
PATH exists
PATH does not exist
PATH contains "TEXT"
PATH does not contain "TEXT"
rows | no rows
[at least|at most|exactly|more than|fewer than] N rows
count OP NUMBER
value OP NUMBER or SIZE or TIME
text contains "TEXT"
process NAME is running | process NAME is not running
port NUMBER is open | port NUMBER is closed
free space on FOLDER OP SIZE""".splitlines()


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: its words, what to look at, and how to judge it."""

    text: str
    kind: str
    call: Call | None = None
    words: dict[str, str] = field(default_factory=dict)


def read_condition(text: str) -> Condition:
    """The condition that `text` says; ValueError when it is of no known form."""
    said = " ".join(text.split())
    for kind, pattern in _PATTERNS:
        match = pattern.fullmatch(said)
        if match:
            words = {name: value for name, value in match.groupdict().items() if value is not None}
            condition = Condition(said, kind, _call(kind, words), words)
            if kind in ("count", "value", "free", "many"):
                _amount(words["amount"])
            return condition
    raise ValueError(f"'{said}' is no condition that I know; there are: {'; '.join(FORMS)}")


_PATTERNS = [
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "files",
            rf"{_AMOUNT}\s*files? (?:matching|named|like) {_QUOTED}(?: (?:in|under|below) (?P<under>.+))?",
        ),
        ("missing", r"(?:file |folder )?(?P<path>\S.*?) (?:does not exist|is gone|is missing)"),
        ("exists", r"(?:file |folder )?(?P<path>\S.*?) exists"),
        ("text", rf"(?:text|answer|output) contains {_QUOTED}"),
        ("lacks", rf"(?P<path>\S.*?) does not contain {_QUOTED}"),
        ("holds", rf"(?P<path>\S.*?) contains {_QUOTED}"),
        ("none", rf"no {_THINGS}|nothing|(?:the )?result is empty|empty"),
        ("some", rf"(?:some |any )?{_THINGS}|something|(?:the )?result is not empty|not empty"),
        (
            "many",
            rf"(?P<more>at least|at most|exactly|more than|fewer than|less than)? ?(?P<amount>\d+|\{{\{{\w+\}}\}}) {_THINGS}",
        ),
        ("count", rf"(?:the )?(?:count|number of rows|rows) (?P<op>{_OP}) (?P<amount>\S.*)"),
        ("value", rf"(?:the )?(?:value|result|total) (?P<op>{_OP}) (?P<amount>\S.*)"),
        ("running", r"process (?P<name>\S+) is running"),
        ("stopped", r"process (?P<name>\S+) is not running"),
        ("open", r"port (?P<port>\d+|\{\{\w+\}\}) is (?:open|in use)"),
        ("closed", r"port (?P<port>\d+|\{\{\w+\}\}) is (?:closed|free)"),
        ("free", rf"free space on (?P<path>\S.*?) (?P<op>{_OP}) (?P<amount>\S.*)"),
    )
]


def _call(kind: str, words: dict[str, str]) -> Call | None:
    """The read-only call that looks at the world for this kind of condition."""
    if kind == "files":
        glob = words["text"]
        folder, _, name = glob.rpartition("/")
        under = words.get("under") or folder
        args = {"kind": "file", "name": name if folder and not words.get("under") else glob}
        return Call("files.find", args | ({"under": under.strip("\"'")} if under else {}))
    if kind in ("exists", "missing"):
        return Call("files.info", {"path": words["path"].strip("\"'")})
    if kind in ("holds", "lacks"):
        return Call("files.search", {"text": words["text"], "under": words["path"].strip("\"'")})
    if kind in ("running", "stopped"):
        return Call("processes.find", {"name": words["name"]})
    if kind in ("open", "closed"):
        return Call("network.ports", {"port": words["port"]})
    return Call("devices.disks", {}) if kind == "free" else None


def _amount(text: str) -> float:
    """A number, a size in bytes or a time in seconds; ValueError for none of them."""
    if "{{" in text:
        return 0.0
    plain = number(text)
    if plain is not None:
        return plain
    for reader in (parse_size, duration):
        try:
            return float(reader(text))
        except ValueError:
            continue
    raise ValueError(f"'{text}' is no number, size or time")


def holds(
    condition: Condition,
    values: dict[str, str],
    look: Callable[[Call], Result],
    last: Result | None,
    cwd: str,
) -> tuple[bool, str]:
    """Whether a condition holds now, seen from `cwd`, and what was found, in words."""
    words = {name: filled(value, values) for name, value in condition.words.items()}
    kind = condition.kind
    if condition.call is None:
        return _of_result(kind, words, last)
    call = Call(condition.call.tool, {k: filled(str(v), values) for k, v in condition.call.args.items()})
    try:
        found = look(call)
    except ToolFailed as error:
        if error.code != "missing":
            raise
        found = None
    rows = (found.rows or []) if found else []
    if kind == "files":
        return _files(words, len(rows))
    if kind in ("exists", "missing"):
        return (found is not None) == (
            kind == "exists"
        ), f"{words['path']} {'is there' if found else 'is not there'}"
    if kind in ("holds", "lacks"):
        said = f'{words["path"]} {"contains" if rows else "does not contain"} "{words["text"]}"'
        return (
            bool(rows) if kind == "holds" else found is not None and not rows
        ), said if found else f"{words['path']} is not there"
    if kind == "free":
        free = _free_on(os.path.join(cwd, os.path.expanduser(words["path"].strip("\"'"))), rows)
        return _COMPARE[words["op"].lower()](free, _amount(words["amount"])), f"{free:.0f} bytes are free"
    there = bool(rows)
    return there == (kind in ("running", "open")), f"{len(rows)} found"


def _free_on(path: str, disks: list[Row]) -> float:
    """The free bytes of the file system that holds `path`: that of the longest mount point above it."""
    place = os.path.realpath(path)
    above = [row for row in disks if is_within(place, str(row["mount"]))]
    return float(max(above, key=lambda row: len(str(row["mount"])))["free"]) if above else 0.0


def _files(words: dict[str, str], count: int) -> tuple[bool, str]:
    wanted = (words.get("least") or "at least 1").lower()
    said = f'{count} file{"s" * (count != 1)} matching "{words["text"]}"'
    if wanted == "no":
        return count == 0, said
    amount = int(wanted.split()[-1])
    if wanted.startswith("at least"):
        return count >= amount, said
    return count <= amount if wanted.startswith("at most") else count == amount, said


def _of_result(kind: str, words: dict[str, str], last: Result | None) -> tuple[bool, str]:
    rows = len(last.rows or []) if last else 0
    if kind in ("none", "some"):
        return (rows == 0) == (kind == "none"), f"{rows} rows"
    if kind == "text":
        text = (last.text if last and last.text is not None else str(last.rows) if last else "") or ""
        return words[
            "text"
        ] in text, f'the text {"has" if words["text"] in text else "lacks"} "{words["text"]}"'
    amount = _amount(words["amount"])
    if kind == "many":
        return _MORE[(words.get("more") or "").lower()](rows, amount), f"the count is {rows}"
    if kind == "count":
        return _COMPARE[words["op"].lower()](rows, amount), f"the count is {rows}"
    value = last.value if last else None
    if not isinstance(value, int | float):
        return False, "the step gave no value"
    return _COMPARE[words["op"].lower()](value, amount), f"the value is {value:g}"
