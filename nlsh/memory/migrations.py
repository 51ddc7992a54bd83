"""The database's schema, step by step; sqlite-utils carries the steps out.

Imported only when a database is new or old: a turn does not pay for it.
"""

from pathlib import Path

import sqlite_utils

from nlsh.memory.store import VERSION


def migrate(path: Path, version: int) -> None:
    """Bring the database at `path` from `version` to VERSION."""
    database = sqlite_utils.Database(str(path))
    database.conn.execute("pragma journal_mode = wal")
    for number in range(version, VERSION):
        with database.conn:
            _STEPS[number](database)
            database.conn.execute(f"pragma user_version = {number + 1}")
    database.conn.close()


def _first(database: sqlite_utils.Database) -> None:
    database.table("sessions").create(
        {"id": str, "name": str, "created": float, "cwd": str}, pk="id", if_not_exists=True
    )
    database.table("sessions").create_index(["name"], unique=True, if_not_exists=True)
    turns = {
        "id": int, "session": str, "number": int, "said": str, "cwd": str, "started": float, "status": str,
        "confidence": float, "answer": str, "error": str, "plan": str, "result": str,
    }  # fmt: skip
    database.table("turns").create(
        turns, pk="id", foreign_keys=[("session", "sessions", "id")], if_not_exists=True
    )
    database.table("turns").create_index(["session", "number"], if_not_exists=True)
    steps = {
        "id": int, "turn": int, "position": int, "tool": str, "args": str, "verdict": str, "rule": str,
        "status": str, "duration_ms": float, "changed": int,
    }  # fmt: skip
    database.table("steps").create(steps, pk="id", foreign_keys=[("turn", "turns", "id")], if_not_exists=True)
    journal = {
        "id": int, "turn": int, "position": int, "owner": str, "state": str, "changes": str, "after": str, "created": float,
    }  # fmt: skip
    database.table("journal").create(
        journal, pk="id", foreign_keys=[("turn", "turns", "id")], if_not_exists=True
    )
    database.table("journal").create_index(["state"], if_not_exists=True)
    database.table("turns").enable_fts(
        ["said", "answer"], tokenize="trigram", create_triggers=True, replace=True
    )  # replace: a start that was killed may have left half of it


def _second(database: sqlite_utils.Database) -> None:
    facts = {"id": int, "name": str, "means": str, "fact": str, "created": float}
    database.table("facts").create(facts, pk="id", if_not_exists=True)
    phrases = {"said": str, "plan": str, "created": float}
    database.table("phrases").create(phrases, pk="said", if_not_exists=True)
    kept = {"name": str, "result": str, "created": float}
    database.table("kept").create(kept, pk="name", if_not_exists=True)


def _third(database: sqlite_utils.Database) -> None:
    runs = {
        "id": int, "file": str, "content": str, "variables": str, "session": str, "state": str, "started": float, "ended": float,
    }  # fmt: skip
    database.table("runs").create(runs, pk="id", if_not_exists=True)
    database.table("runs").create_index(["file"], if_not_exists=True)
    steps = {
        "id": int, "run": int, "position": int, "item": int, "state": str, "turn": int, "duration_ms": float,
        "message": str, "result": str,
    }  # fmt: skip
    database.table("run_steps").create(
        steps, pk="id", foreign_keys=[("run", "runs", "id")], if_not_exists=True
    )
    database.table("run_steps").create_index(["run", "position", "item"], if_not_exists=True)
    database.table("audit").create({"id": int, "record": str, "hash": str}, pk="id", if_not_exists=True)


_STEPS = [_first, _second, _third]
