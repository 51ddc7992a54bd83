"""The journal: every change is written down before it is made, and can be taken back.

States of an entry: begun → done (or partial, when it was cut off) → undone. An entry
that is still `begun` and whose owner is dead was cut off by a crash; `recover` takes back
what of it had happened, judged by looking at the disk.
"""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from nlsh.changes import Change, from_dict, inverse
from nlsh.config import Folders
from nlsh.errors import Refused, ToolFailed
from nlsh.memory.evidence import (
    again,
    alone_there,
    check_unmoved,
    final,
    fingerprint,
    happened,
    place_of,
    settled,
    sweep,
)
from nlsh.memory.store import Store, writing
from nlsh.trash import Trash

HELPER_SECONDS = 3.0
_FICLONE = 0x40049409


@dataclass(frozen=True, slots=True)
class Entry:
    """The changes of one step of one turn."""

    identity: int
    turn: int
    changes: tuple[Change, ...]
    after: dict[str, list[int]]


def owner(helper: int | None) -> str:
    """This process and its sandbox helper, told apart from later ones by their start times."""
    pids = [os.getpid()] if helper is None else [os.getpid(), helper]
    return " ".join(f"{pid}:{_started(pid)}" for pid in pids)


def _started(pid: int) -> str:
    """When a process began, in the kernel's ticks; "" for one that has ended, fetched by its parent or not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as reader:
            fields = reader.read().rpartition(")")[2].split()
        return (
            "" if fields[0] in ("Z", "X") else fields[19]
        )  # a first process that fetches nobody leaves zombies
    except (OSError, IndexError):
        return ""


def _alive(who: str) -> bool:
    pid, _, started = who.partition(":")
    return pid.isdigit() and _started(int(pid)) == started != ""


def _dead(owners: str) -> bool:
    """Whether the process that began an entry is dead; waits for its helper, which dies a moment later.

    While the helper lives, a child of it may still be at work on the entry's changes.
    """
    first, _, helper = owners.partition(" ")
    if _alive(first):
        return False
    deadline = time.monotonic() + HELPER_SECONDS
    while helper and _alive(helper) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not (helper and _alive(helper))


def _copied(source: str, target: Path) -> None:
    """Copy a file; where the file system can, the two share their blocks until one changes (FICLONE, ioctl_ficlone(2))."""
    with open(source, "rb") as reader, open(target, "wb") as writer:
        try:
            fcntl.ioctl(writer, _FICLONE, reader.fileno())
            return
        except OSError:
            pass  # another file system, or one that cannot
    shutil.copyfile(source, target)


class Journal:
    """Write-ahead records on the store's database, and the bytes that changes overwrite."""

    def __init__(self, store: Store, folders: Folders, home: str, keep_mb: int = 1024) -> None:
        self._store = store
        self._saved = folders.saved
        self._home = home
        self._keep_bytes = keep_mb * 1024 * 1024
        self.helper: int | None = None  # the sandbox helper's pid

    @writing()
    def begin(self, turn: int, position: int, changes: tuple[Change, ...]) -> tuple[int, tuple[Change, ...]]:
        """Save what will be overwritten and write the changes down; the entry, and the changes to make.

        Raises Refused when nothing can be written down, ToolFailed when bytes cannot be saved.
        """
        if not self._store.lasting:
            raise Refused(
                "nothing is changed: it could not be written down first", self._store.notice, "no_journal"
            )
        kept = tuple(self._save(change) for change in changes)
        records = json.dumps([change.as_dict() for change in kept])
        cursor = self._store.connection.execute(
            "insert into journal (turn, position, owner, state, changes, created) values (?, ?, ?, 'begun', ?, ?)",
            (turn, position, owner(self.helper), records, time.time()),
        )
        return int(cursor.lastrowid or 0), kept

    def _save(self, change: Change) -> Change:
        if change.op != "replace":
            return change
        try:
            self._saved.mkdir(mode=0o700, parents=True, exist_ok=True)
            digest = hashlib.sha256()
            with open(change.path, "rb") as reader:
                while block := reader.read(1 << 20):
                    digest.update(block)
            place = self._saved / digest.hexdigest()
            if not place.exists():
                _copied(change.path, place.with_suffix(".part"))
                os.replace(place.with_suffix(".part"), place)
        except OSError as error:
            raise ToolFailed(
                f"what {change.path} says now cannot be put aside: {(error.strerror or 'error').lower()}",
                "nothing was changed",
            ) from error
        return replace(change, saved=os.path.realpath(place))

    @writing()
    def void(self, entry: int) -> None:
        """Write down that nothing of an entry happened."""
        self._store.connection.execute("update journal set state = 'void' where id = ?", (entry,))

    @writing()
    def finish(self, entry: int, changes: tuple[Change, ...], failed: bool) -> int:
        """Look at the disk and write down what happened; how many changes did."""
        made = happened(changes)
        after = {place_of(change): fingerprint(place_of(change)) for change in made}
        state = "done" if not failed else "partial" if made else "void"
        if made and all(final(change) for change in made):
            state = "final"
        kept = json.dumps([change.as_dict() for change in (made if failed else changes)])
        self._store.connection.execute(
            "update journal set state = ?, changes = ?, after = ? where id = ?",
            (state, kept, json.dumps(after), entry),
        )
        return len(made)

    def latest(self, session: str | None) -> int | None:
        """The newest turn with something to take back, of this session first."""
        query = "select j.turn from journal j join turns t on t.id = j.turn where j.state in ('done', 'partial'){} order by j.id desc limit 1"
        for extra, values in ((" and t.session = ?", (session,)), ("", ())):
            if extra and session is None:
                continue
            row = self._store.connection.execute(query.format(extra), values).fetchone()
            if row:
                return int(row[0])
        return None

    def entries(self, turn: int) -> list[Entry]:
        """What a turn changed and has not been taken back, newest first."""
        rows = self._store.connection.execute(
            "select id, turn, changes, after from journal where turn = ? and state in ('done', 'partial', 'undoing') order by id desc",
            (turn,),
        ).fetchall()
        return [
            Entry(r[0], r[1], tuple(from_dict(c) for c in json.loads(r[2])), json.loads(r[3] or "{}"))
            for r in rows
        ]

    def latest_of(self, verb: str) -> int | None:
        """The newest turn with something to take back in which a tool of this name ("delete") changed something."""
        row = self._store.connection.execute(
            "select j.turn from journal j join steps s on s.turn = j.turn and s.position = j.position "
            "where j.state in ('done', 'partial') "
            "and s.tool like '%.' || ? order by j.id desc limit 1",
            (verb,),
        ).fetchone()
        return int(row[0]) if row else None

    def inverses(self, turn: int, *, partly: bool = False) -> tuple[Change, ...]:
        """The changes that take a turn back, in order. ToolFailed, with the reason, when the world has moved on.

        With `partly` what has moved on is left as it is, and the rest is taken back.
        """
        entries = self.entries(turn)
        if not entries:
            raise ToolFailed(
                f"there is nothing to undo in {turn}", "nlsh history shows what was done", "nothing_to_undo"
            )
        trash = Trash(self._home)
        found: list[Change] = []
        moved_on: list[ToolFailed] = []
        for entry in entries:
            filled = {place_of(change) for change in entry.changes}
            for change in reversed(entry.changes):
                if final(change):
                    continue
                try:
                    check_unmoved(change, entry.after, filled)
                except ToolFailed as error:
                    moved_on.append(error)
                    continue
                back = inverse(change, trash.place)
                if back is not None:
                    found.append(back)
        if moved_on and (not partly or not found):
            rest = f"; nlsh undo {turn} --partly takes the other {len(found)} back" if found else ""
            raise ToolFailed(moved_on[0].message, moved_on[0].hint + rest, moved_on[0].code)
        return settled(found)

    @writing()
    def mark(self, turn: int, state: str) -> None:
        """Set the state of a turn's entries that are not undone yet; they are this process's from now on.

        Else another nlsh would take an undo under way here for one that a dead process left open.
        """
        self._store.connection.execute(
            "update journal set state = ?, owner = ? where turn = ? and state in ('done', 'partial', 'undoing')",
            (state, owner(self.helper), turn),
        )

    @writing()
    def note_undone(self, turn: int, changes: tuple[Change, ...]) -> None:
        """Keep what an undo did, so that it can be done again."""
        records = json.dumps([change.as_dict() for change in changes])
        self._store.connection.execute(
            "insert into journal (turn, position, owner, state, changes, created) values (?, -1, '', 'redo', ?, ?)",
            (turn, records, time.time()),
        )

    def redo(self, session: str) -> tuple[int, tuple[Change, ...]] | None:
        """The changes that make the last undone turn of a session again, and the record to consume; None without one."""
        row = self._store.connection.execute(
            "select j.id, j.turn, j.changes from journal j join turns t on t.id = j.turn "
            "where j.state = 'redo' and t.session = ? order by j.id desc limit 1",
            (session,),
        ).fetchone()
        if row is None:
            return None
        undone = {
            change.path: change.to for change in map(from_dict, json.loads(row[2])) if change.op == "trash"
        }
        entries = self._store.connection.execute(
            "select changes from journal where turn = ? and state = 'undone' and position >= 0 order by id",
            (row[1],),
        ).fetchall()
        trash = Trash(self._home)
        changes = [from_dict(record) for entry in entries for record in json.loads(entry[0])]
        return int(row[0]), tuple(again(change, undone, trash) for change in changes if not final(change))

    @writing()
    def consume(self, record: int) -> None:
        """A redo has been done."""
        self._store.connection.execute("update journal set state = 'redone' where id = ?", (record,))

    def cut_off(self) -> list[tuple[int, str, tuple[Change, ...]]]:
        """Entries that a dead process left open: turn, state and changes."""
        rows = self._store.connection.execute(
            "select turn, state, changes, owner, id from journal where state in ('begun', 'undoing') order by id desc"
        ).fetchall()
        return [(r[0], r[1], tuple(from_dict(c) for c in json.loads(r[2]))) for r in rows if _dead(r[3])]

    def recovery(self, perform: Callable[[tuple[Change, ...]], None]) -> list[str]:
        """Take back what a crash left half done, through `perform`; one line for the user per turn."""
        said = []
        for turn, state, changes in self.cut_off():
            made = happened(change for change in changes if change.op != "broker")
            sweep(changes)
            trash = Trash(self._home)
            left = [change for change in made if not alone_there(change)]
            backs = [
                back
                for change in reversed(made)
                if change not in left and (back := inverse(change, trash.place)) is not None
            ]
            if backs:
                perform(settled(backs))
            stands = len(left) == len(
                changes
            )  # all of it was done, and taking it back would take more than that
            self._store.connection.execute(
                "update journal set state = ? where turn = ? and state in ('begun', 'undoing')",
                ("final" if stands else "undone", turn),
            )
            row = self._store.connection.execute("select said from turns where id = ?", (turn,)).fetchone()
            what = "was cut off and has been taken back"
            if state == "undoing":
                what = "an undo that was cut off was finished"
            elif left:
                what = f"was cut off; {left[0].path} has been written to since and was left alone"
            line = f'"{row[0] if row else turn}" {what} ({len(backs)} of {len(changes)} changes)'
            acts = [change.path for change in changes if change.op == "broker"]
            said.append(f"{line}; look whether {acts[0]} is as it should be" if acts else line)
        return said

    def age_out(self) -> str:
        """Drop the oldest saved bytes beyond the limit; a line that says so, or nothing."""
        try:
            files = sorted((p.stat().st_mtime, p.stat().st_size, p) for p in self._saved.iterdir())
        except OSError:
            return ""
        total = sum(size for _, size, _ in files)
        dropped = 0
        for _, size, path in files:
            if total <= self._keep_bytes:
                break
            path.unlink(missing_ok=True)
            total, dropped = total - size, dropped + 1
        return (
            f"{dropped} old saved files were dropped; what they undo cannot be undone any more"
            if dropped
            else ""
        )
