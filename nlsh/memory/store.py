"""Sessions, turns and steps in SQLite, written as they happen.

The hot path is the standard library's sqlite3 on the schema that migrations.py keeps.
A database that cannot be used does not stop a person from looking at their files: the
store then lives in memory, says why, and nothing that changes anything is done.
"""

import fcntl
import json
import os
import sqlite3
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from nlsh.config import Folders
from nlsh.errors import Exit, NlshError, UsageError
from nlsh.turn import Call, Result, Row, Step, Turn, Utterance

VERSION = 3
BUSY_SECONDS = 5.0
KEEP_ROWS = 20_000
HIDDEN = "•••"
_HISTORY = (
    "select turns.id, started, turns.said, status, turns.answer, cwd from {source} where (?1 is null or session = ?1)"
    " and (?4 is null or cwd = ?4 or substr(cwd, 1, length(?4) + 1) = ?4 || '/') and (?5 is null or status = ?5)"
    " and {found} order by {newest} desc limit ?2"
)
# A trigram table answers "match" from its index, for three characters and more, the newest first; "like" looks at every line.
_ALL = _HISTORY.format(source="turns", found="true", newest="id")
_FOUND = _HISTORY.format(
    source="turns_fts join turns on turns.id = turns_fts.rowid",
    found="turns_fts match ?3",
    newest="turns_fts.rowid",
)
_FOUND_PLAIN = _HISTORY.format(
    source="turns", found="(said like ?3 escape '\\' or answer like ?3 escape '\\')", newest="id"
)
_TRIGRAM = 3


@contextmanager
def writing() -> Iterator[None]:
    """Turns what SQLite says when it cannot write into one line for the user."""
    try:
        yield
    except sqlite3.Error as error:
        busy = "locked" in str(error)
        hint = "try again in a moment" if busy else "free some space, or see what is wrong with the disk"
        exit_code = Exit.TEMPORARY if busy else Exit.TOOL_FAILED
        raise NlshError("state", f"nothing can be written down: {error}", hint, exit_code) from error


class Store:
    """The database of one user. `notice` says why it is only in memory, if it is."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self.notice = ""
        self.hidden: tuple[str, ...] = ()  # values that are never written down
        try:
            self.connection = self._open()
        except NlshError as error:
            if error.code == "busy":
                raise
            self.notice = f"{error.message}; nothing is remembered and nothing will be changed"
            self.connection = self._in_memory()

    @property
    def lasting(self) -> bool:
        """Whether what is written survives this process; without it nothing may be changed."""
        return not self.notice

    def _open(self) -> sqlite3.Connection:
        path = self._folders.database
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.parent.stat().st_uid != os.getuid():
                raise NlshError("state", f"{path.parent} belongs to another user")
            if _version(path) < VERSION:
                with _alone_at_it(path):
                    version = _version(path)  # another nlsh may have been at it
                    if version < VERSION:
                        from nlsh.memory.migrations import migrate

                        migrate(path, version)
                        os.chmod(path, 0o600)
            connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            connection.execute("pragma synchronous = normal")
            connection.execute("create temp table probe (x)")
            connection.execute("begin immediate")
            connection.execute("rollback")
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise NlshError(
                    "busy",
                    "another nlsh holds the database",
                    "try again in a moment",
                    exit_code=Exit.TEMPORARY,
                ) from error
            raise NlshError("state", f"{path} cannot be used: {error}") from error
        except sqlite3.DatabaseError as error:
            raise NlshError("state", f"{path} is damaged ({error}); move it away to start afresh") from error
        except OSError as error:
            raise NlshError(
                "state", f"{path.parent} cannot be used: {(error.strerror or 'error').lower()}"
            ) from error
        return connection

    def _in_memory(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(
            """create table sessions (id text primary key, name text, created real, cwd text);
            create table turns (id integer primary key, session text, number integer, said text, cwd text, started real,
              status text, confidence real, answer text, error text, plan text, result text);
            create table steps (id integer primary key, turn integer, position integer, tool text, args text, verdict text,
              rule text, status text, duration_ms real, changed integer);
            create table journal (id integer primary key, turn integer, position integer, owner text, state text,
              changes text, after text, created real);
            create table facts (id integer primary key, name text, means text, fact text, created real);
            create table phrases (said text primary key, plan text, created real);
            create table kept (name text primary key, result text, created real);
            create table runs (id integer primary key, file text, content text, variables text, session text, state text,
              started real, ended real);
            create table run_steps (id integer primary key, run integer, position integer, item integer, state text,
              turn integer, duration_ms real, message text, result text);
            create table audit (id integer primary key, record text, hash text);"""
        )
        return connection

    def close(self) -> None:
        """Close the database."""
        self.connection.close()

    @writing()
    def session(self, name: str | None, cwd: str) -> str:
        """The id of the session called `name`, made when it is new; without a name, a new session."""
        if name is not None:
            if not name.strip() or len(name) > 100 or not name.isprintable():
                raise UsageError(
                    f"'{name[:40]}' cannot be the name of a session", "use up to 100 printable characters"
                )
            found = self.connection.execute("select id from sessions where name = ?", (name,)).fetchone()
            if found:
                return str(found[0])
        identity = uuid.uuid4().hex[:12]
        self.connection.execute(
            "insert into sessions values (?, ?, ?, ?)", (identity, name, time.time(), cwd)
        )
        return identity

    @writing()
    def begin(self, utterance: Utterance, session: str) -> tuple[int, int]:
        """Write down that something was said; the turn's id and its number in the session."""
        row = self.connection.execute(
            "insert into turns (session, number, said, cwd, started, status)"
            " select ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, 'begun' from turns where session = ?1 returning id, number",
            (session, _text(utterance.text), _text(utterance.cwd), utterance.now),
        ).fetchone()
        return int(row[0]), int(row[1])

    @writing()
    def planned(self, identity: int, plan: Sequence[Call]) -> None:
        """Write down what a turn is about to do: after a crash it tells how much of that was done."""
        record = self.struck(_json([asdict(call) for call in plan]))
        self.connection.execute("update turns set plan = ? where id = ?", (record, identity))

    @writing()
    def step(self, turn: int, position: int, step: Step, status: str) -> None:
        """Write one call down."""
        decision = step.decision
        self.connection.execute(
            "insert into steps (turn, position, tool, args, verdict, rule, status, duration_ms, changed) values (?,?,?,?,?,?,?,?,?)",
            (
                turn, position, step.call.tool, self.struck(_json(step.args)), decision.verdict if decision else None,
                decision.rule if decision else None, status, step.duration_ms, step.result.changed if step.result else 0,
            ),
        )  # fmt: skip

    @writing()
    def finish(self, identity: int, turn: Turn) -> None:
        """Write the end of a turn down, with what it left for the next one."""
        kept = None if turn.left is None else kept_record(turn.left, [asdict(call) for call in turn.meant])
        self.connection.execute(
            "update turns set status = ?, confidence = ?, answer = ?, error = ?, plan = ?, result = ? where id = ?",
            (
                turn.status, turn.confidence, self.struck(_text(turn.answer or "")), self.struck(_json(turn.error)),
                self.struck(_json([asdict(c) for c in turn.plan])), kept and self.struck(kept), identity,
            ),
        )  # fmt: skip

    def struck(self, value: Any) -> Any:
        """A text, or what holds texts, without hidden values, as they are and as JSON spells them."""
        if isinstance(value, str):
            for hidden in self.hidden:
                value = value.replace(hidden, HIDDEN).replace(_json(hidden)[1:-1], HIDDEN)
        elif isinstance(value, dict):
            return {key: self.struck(inner) for key, inner in value.items()}
        elif isinstance(value, list | tuple):
            return type(value)(self.struck(inner) for inner in value)
        return value

    def previous(self, session: str, cwd: str) -> tuple[tuple[Call, ...], Result | None]:
        """The plan and the result of the session's last turn that did something, as they are said in `cwd`."""
        row = self.connection.execute(
            "select plan, result, cwd from turns where session = ? and status = 'done' and result is not null order by number desc limit 1",
            (session,),
        ).fetchone()
        if not row:
            return (), None
        kept = json.loads(row[1])
        calls = kept.pop(_MEANT, None) or json.loads(row[0])
        from nlsh.memory.places import said_from, seen_from

        return said_from([Call(**record) for record in calls], row[2], cwd), seen_from(
            Result(**kept), row[2], cwd
        )

    def history(
        self,
        session: str | None,
        count: int,
        find: str = "",
        under: str | None = None,
        status: str | None = None,
    ) -> list[Row]:
        """The last turns, oldest first; of every session when none is named.

        Only those that hold `find`, were said in the folder `under` or below it, and ended with `status`, where given.
        """
        query, words = _ALL, find
        if find and self.lasting and len(find) >= _TRIGRAM:
            query, words = _FOUND, '"' + find.replace('"', '""') + '"'
        elif find:
            literal = find.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            query, words = _FOUND_PLAIN, f"%{literal}%"
        values = (session, count, words, None if under == "/" else under, status)
        rows = self.connection.execute(query, values).fetchall()
        from nlsh.tools.files._records import iso

        return [
            {"turn": r[0], "when": iso(r[1]), "said": r[2], "status": r[3], "answer": r[4], "folder": r[5]}
            for r in reversed(rows)
        ]


def _version(path: Path) -> int:
    """The schema's version; 0 for a database that is new, or is being made at this moment."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        version = int(connection.execute("pragma user_version").fetchone()[0])
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        return 0
    finally:
        connection.close()
    if version > VERSION:
        raise NlshError("state", f"{path} was made by a newer nlsh")
    return version


@contextmanager
def _alone_at_it(path: Path) -> Iterator[None]:
    """One nlsh at a time makes or changes the schema: several may be started at once for the first time."""
    with path.with_suffix(".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


_MEANT = "meant"  # beside a turn's result: the plan that the next sentence may take words from


def kept_record(result: Result, meant: Sequence[dict[str, Any]] = ()) -> str:
    """A result as it is kept: long ones are cut, so that the database stays small."""
    record = {**asdict(replace(result, rows=None)), "rows": result.rows and result.rows[:KEEP_ROWS]}
    record |= {_MEANT: meant} if meant else {}
    record["text"] = record["text"][:100_000] if record["text"] else record["text"]
    return _json(record)


def _json(value: Any) -> str:
    return json.dumps(value)


def _text(value: str) -> str:
    return value.encode("utf-8", "backslashreplace").decode("utf-8")
