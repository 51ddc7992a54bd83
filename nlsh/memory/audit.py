"""What every call was, in a chain: each record's hash covers the one before it.

A record that was changed, removed or put in between breaks the chain from there on. It is no
protection from somebody who may write to the database and computes the chain anew; keep an
exported copy, or its last hash, elsewhere for that.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nlsh.memory.store import Store, writing

FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found: how many records there are, the last hash, and the first record that does not fit."""

    count: int
    head: str
    broken: int | None


class Audit:
    """The chain in the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @writing()
    def note(self, record: dict[str, Any]) -> None:
        """Add a record at the end; two processes cannot both be the next."""
        body = self._store.struck(json.dumps(record, sort_keys=True))
        connection = self._store.connection
        connection.execute("begin immediate")
        try:
            row = connection.execute("select hash from audit order by id desc limit 1").fetchone()
            value = _hash(row[0] if row else FIRST, body)
            connection.execute("insert into audit (record, hash) values (?, ?)", (body, value))
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise

    def records(self, count: int | None = None) -> Iterator[tuple[int, dict[str, Any], str]]:
        """Number, record and hash, oldest first; the last `count` of them."""
        query = "select id, record, hash from audit order by id"
        values: tuple[int, ...] = ()
        if count is not None:
            query = "select * from (select id, record, hash from audit order by id desc limit ?) order by id"
            values = (count,)
        for identity, body, value in self._store.connection.execute(query, values):
            yield identity, json.loads(body), value

    def verify(self) -> Verdict:
        """Compute the whole chain again."""
        before, count, expected = FIRST, 0, 1
        for identity, body, value in self._store.connection.execute(
            "select id, record, hash from audit order by id"
        ):
            if identity != expected or value != _hash(before, body):
                return Verdict(count, before, identity)
            before, count, expected = value, count + 1, identity + 1
        return Verdict(count, before, None)


def _hash(before: str, body: str) -> str:
    return hashlib.sha256(f"{before}\n{body}".encode("utf-8", "surrogateescape")).hexdigest()
