"""A plan in words: what a reading would do, for hints while typing, for offering readings, and for the history."""

from collections.abc import Sequence

from nlsh.turn import Call

# How an argument is said, by its name; what is not here is said as "name value".
_SAID = {
    "path": "{}", "other": "and {}", "third": "and {}", "fourth": "and {}", "fifth": "and {}", "to": "to {}", "under": "in {}", "kind": "{}s", "type": "{}",
    "name": "called {}", "name_has": "with {} in the name", "name_starts": "beginning with {}", "name_ends": "ending in {}", "text": "“{}”",
    "larger": "over {}", "smaller": "under {}", "newer": "newer than {}", "older": "older than {}", "modified": "changed {}", "created": "created {}",
    "accessed": "opened {}", "excluding": "but not {}", "owner": "of {}", "user": "of {}", "pid": "{}", "host": "{}", "url": "{}", "command": "“{}”", "when": "{}",
    "count": "{}", "n": "number {}", "by": "by {}", "column": "by {}", "equals": "is {}", "above": "over {}", "below": "under {}", "contains": "with {}",
    "old": "“{}”", "new": "by “{}”", "prefix": "with {} in front", "suffix": "with {} at the end", "extension": "ending in {}", "rule": "{}", "change": "{}",
    "mode": "to {}", "format": "as {}", "action": "{}", "level": "{}", "method": "{}", "state": "{}", "time": "for {}", "place": "in {}", "fact": "{}",
    "first": "first {}", "last": "last {}", "parts": "into {} parts", "value": "as {}",
}  # fmt: skip
# Where a tool's own name would not tell a person enough.
_NAMED = {
    "processes.list": "list processes", "processes.find": "find processes", "processes.stop": "stop", "processes.start": "start", "processes.details": "details of process",
    "processes.top": "the busiest processes", "text.table": "table", "text.count": "count", "text.replace": "replace", "text.range": "show a part of", "text.sort": "sort",
    "text.unique": "different lines of", "files.named": "take", "session.last": "take what was shown", "session.cd": "go to", "rows.nth": "take", "rows.where": "keep where",
    "rows.first": "the first", "rows.last": "the last", "rows.skip": "all but the first", "rows.select": "only", "rows.sum": "sum of", "rows.mean": "mean of",
    "rows.max": "highest", "rows.min": "lowest", "shell.run": "run", "network.reach": "reach", "network.lookup": "look up", "network.fetch": "fetch", "files.info": "details of",
    "files.usage": "size of", "memory.usage": "memory in use", "network.ports": "listening ports",
}  # fmt: skip
_ORDER = {"ascending": "upwards", "descending": "downwards"}
_COLUMN_SAID = {
    "rows.where": "{}",
    "rows.sum": "{}",
    "rows.mean": "{}",
    "rows.max": "{}",
    "rows.min": "{}",
    "rows.select": "{}",
}


def in_words(calls: Sequence[Call]) -> str:
    """A plan as a short phrase: "find pdfs in docs over 5 MB, then sort by size, largest first"."""
    return ", then ".join(_call(call) for call in calls)


def _call(call: Call) -> str:
    manager, _, verb = call.tool.partition(".")
    plain = verb.replace("_", " ") if manager in ("files", "rows", "session") else call.tool
    return _NAMED.get(call.tool, plain) + "".join(
        _argument(call, key, value) for key, value in call.args.items()
    )


def _argument(call: Call, key: str, value: object) -> str:
    if value is True:
        return f", {key.replace('_', ' ')}"
    if key == "order":
        return f", {_ORDER.get(str(value), f'{value} first')}"
    if key == "name" and call.tool.startswith("processes."):
        return f" {value}"
    if key == "text" and call.tool == "files.find":
        return f" with “{value}” in them"
    if key == "column" and call.tool in _COLUMN_SAID:
        return " " + _COLUMN_SAID[call.tool].format(value)
    said = _SAID.get(key, f"{key.replace('_', ' ')} {{}}")
    return " " + said.format(value)
