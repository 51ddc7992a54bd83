"""What a start wants to know of the database before the store is opened, which takes longer than the prompt may."""

import sqlite3
from pathlib import Path


def said_before(database: Path, limit: int) -> list[str]:
    """Distinct sentences, newest first, for the prompt's history."""
    query = "select said from turns group by said order by max(id) desc limit ?"
    return [row[0] for row in _rows(database, query, limit)]


def left_half_done(database: Path) -> bool:
    """Whether a change was begun and is not over: by an nlsh that is at work, or one that has died over it."""
    return bool(_rows(database, "select 1 from journal where state in ('begun', 'undoing') limit 1"))


def _rows(database: Path, query: str, *values: object) -> list[tuple[str]]:
    """None where the database cannot be read; the store will say what is wrong with it."""
    if not database.exists():
        return []
    try:
        connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=0.2)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()
    except sqlite3.Error:
        return []
