"""What was shown before means the same files after the current folder has changed.

Rows and plans name files as a person would type them, relative to the folder of their time. In another folder
the same words could name another file, and "delete them" must not mean that one.
"""

import os
from collections.abc import Sequence
from dataclasses import replace

from nlsh.catalogue import catalogue
from nlsh.tools.files._records import absolute, shown
from nlsh.turn import Call, Result, Row

_PATHS = ("path", "target", "new_path")


def seen_from(result: Result, before: str, now: str | None) -> Result:
    """A result of the folder `before`, its files named as from the folder `now`; by whole paths where that is None."""
    if result.kind not in ("files", "matches") or not result.rows:
        return result
    return replace(result, rows=[_seen(row, before, now) for row in result.rows])


def _seen(row: Row, before: str, now: str | None) -> Row:
    path = row.get("path")
    if not isinstance(path, str) or (before == now and not path.startswith("/")):
        return row
    place = absolute(path, before)
    return {**row, "path": place if now is None else shown(place, now)}


def said_from(calls: Sequence[Call], before: str, now: str) -> tuple[Call, ...]:
    """Calls of the folder `before`, their paths as from the folder `now`, where they lead to something."""
    return tuple(calls) if before == now else tuple(_moved(call, before, now) for call in calls)


def _moved(call: Call, before: str, now: str) -> Call:
    if call.tool not in catalogue():
        return call
    args = dict(call.args)
    for slot in catalogue()[call.tool].slots:
        value = args.get(slot.name)
        if slot.role in _PATHS and isinstance(value, str):
            place = absolute(os.path.expanduser(value), before)
            args[slot.name] = shown(place, now) if os.path.lexists(place) else value
    return Call(call.tool, args)
