"""What a person asked nlsh to keep: facts, names for places, and results under a name."""

import json
import os
import time
from collections.abc import Sequence

from nlsh.catalogue import catalogue
from nlsh.memory.store import Store, kept_record, writing
from nlsh.turn import Call, Result, Row


class Notes:
    """Facts and kept results on the store's database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @writing()
    def remember(self, name: str | None, means: str | None, fact: str | None) -> None:
        """Write a fact down; a name's meaning replaces the one that it had."""
        if name and means:
            self._store.connection.execute("delete from facts where lower(name) = lower(?)", (name,))
        self._store.connection.execute(
            "insert into facts (name, means, fact, created) values (?, ?, ?, ?)",
            (name or "", means or "", fact or "", time.time()),
        )

    def facts(self) -> list[Row]:
        """Every fact, the oldest first."""
        rows = self._store.connection.execute("select name, means, fact from facts order by id").fetchall()
        return [{"name": row[0], "means": row[1], "fact": row[2]} for row in rows]

    def meaning(self, name: str) -> str | None:
        """What a name was said to mean."""
        row = self._store.connection.execute(
            "select means from facts where lower(name) = lower(?) and means != ''", (name.strip(),)
        ).fetchone()
        return str(row[0]) if row else None

    def fitting(self, text: str) -> int:
        """How many facts and kept results speak of `text`."""
        return sum(len(self._of(table, text)) for table in ("facts", "kept"))

    def _of(self, table: str, text: str) -> list[int]:
        """The rows of a table that are meant: those of that very name, else the facts that hold the words."""
        said = text.strip().lower()
        query = f"select rowid from {table} where lower(name) = ?"  # noqa: S608 - one of two names of our own
        named = [row[0] for row in self._store.connection.execute(query, (said,))]
        if named or table == "kept" or not said:
            return named
        holding = "select rowid from facts where instr(lower(fact), ?)"
        return [row[0] for row in self._store.connection.execute(holding, (said,))]

    @writing()
    def forget(self, text: str) -> None:
        """Strike out what speaks of `text`."""
        for table in ("facts", "kept"):
            for row in self._of(table, text):
                self._store.connection.execute(f"delete from {table} where rowid = ?", (row,))  # noqa: S608

    @writing()
    def keep(self, name: str, result: Result) -> None:
        """Keep a result under a name; one that was there is replaced."""
        self._store.connection.execute(
            "insert or replace into kept values (?, ?, ?)",
            (name.strip().lower(), kept_record(result), time.time()),
        )

    def kept(self, name: str) -> Result | None:
        """The result that was kept under `name`."""
        row = self._store.connection.execute(
            "select result from kept where name = ?", (name.strip().lower(),)
        ).fetchone()
        return Result(**json.loads(row[0])) if row else None

    @writing()
    def learn(self, said: str, calls: Sequence[Call]) -> None:
        """Remember which reading of a sentence the user chose."""
        record = json.dumps([{"tool": call.tool, "args": call.args} for call in calls])
        self._store.connection.execute(
            "insert or replace into phrases values (?, ?, ?)", (_plain(said), record, time.time())
        )

    def learnt(self, said: str) -> tuple[Call, ...] | None:
        """The reading that the user chose for this very sentence before; None for one that no tool has any more."""
        row = self._store.connection.execute(
            "select plan from phrases where said = ?", (_plain(said),)
        ).fetchone()
        calls = tuple(Call(**record) for record in json.loads(row[0])) if row else ()
        return calls if calls and all(call.tool in catalogue() for call in calls) else None

    def phrases(self) -> list[Row]:
        """Every sentence with its chosen reading, numbered, the oldest first."""
        rows = self._store.connection.execute("select said, plan from phrases order by created").fetchall()
        return [{"n": n, "said": row[0], "plan": json.loads(row[1])} for n, row in enumerate(rows, 1)]

    @writing()
    def unlearn(self, said: str) -> None:
        """Forget the reading of a sentence."""
        self._store.connection.execute("delete from phrases where said = ?", (said,))

    def names(self) -> list[Row]:
        """The names of kept results."""
        rows = self._store.connection.execute("select name, result from kept order by created").fetchall()
        return [
            {"name": row[0], "kind": (found := json.loads(row[1]))["kind"], "rows": len(found["rows"] or [])}
            for row in rows
        ]


def _plain(said: str) -> str:
    """A sentence without what does not change its meaning: case, spaces, the mark at its end."""
    return " ".join(said.lower().split()).rstrip(" .!?。！？")


def meant(words: str, notes: Notes) -> str:
    """`words` with a remembered name for a place in its beginning replaced by what it means."""
    head, slash, rest = words.partition("/")
    means = notes.meaning(head)
    return os.path.expanduser(means) + slash + rest if means else words
