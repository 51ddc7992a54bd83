"""What a person asked nlsh to keep: facts, names for places, and results under a name."""

import json
import os
import time

from nlsh.memory.store import Store, kept_record, writing
from nlsh.turn import Result, Row


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
        like = f"%{text.strip()}%"
        found = self._store.connection.execute(
            "select (select count(*) from facts where name like ?1 or fact like ?1) + (select count(*) from kept where name like ?1)",
            (like,),
        ).fetchone()
        return int(found[0])

    @writing()
    def forget(self, text: str) -> None:
        """Strike out what speaks of `text`."""
        like = f"%{text.strip()}%"
        self._store.connection.execute("delete from facts where name like ?1 or fact like ?1", (like,))
        self._store.connection.execute("delete from kept where name like ?1", (like,))

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

    def names(self) -> list[Row]:
        """The names of kept results."""
        rows = self._store.connection.execute("select name, result from kept order by created").fetchall()
        return [
            {"name": row[0], "kind": (found := json.loads(row[1]))["kind"], "rows": len(found["rows"] or [])}
            for row in rows
        ]


def meant(words: str, notes: Notes) -> str:
    """`words` with a remembered name for a place in its beginning replaced by what it means."""
    head, slash, rest = words.partition("/")
    means = notes.meaning(head)
    return os.path.expanduser(means) + slash + rest if means else words
