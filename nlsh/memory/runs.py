"""Runs of task files: which steps are done, so that a run can be gone on with and none is done twice."""

import json
import time
from dataclasses import dataclass
from typing import Any

from nlsh.memory.store import Store, kept_record, writing
from nlsh.turn import Result, Row


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a task file."""

    id: int
    file: str
    content: str  # a digest of the file as it was
    variables: dict[str, str]
    session: str
    state: str


class Runs:
    """The runs in the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @writing()
    def begin(self, file: str, content: str, variables: dict[str, str], session: str) -> Run:
        """A new run."""
        cursor = self._store.connection.execute(
            "insert into runs (file, content, variables, session, state, started) values (?, ?, ?, ?, 'running', ?)",
            (file, content, json.dumps(variables), session, time.time()),
        )
        return Run(int(cursor.lastrowid or 0), file, content, variables, session, "running")

    def latest(self, file: str) -> Run | None:
        """The last run of a file."""
        row = self._store.connection.execute(
            "select id, file, content, variables, session, state from runs where file = ? order by id desc limit 1",
            (file,),
        ).fetchone()
        return Run(row[0], row[1], row[2], json.loads(row[3]), row[4], row[5]) if row else None

    @writing()
    def end(self, run: Run, state: str) -> None:
        """How a run ended: done, failed, interrupted."""
        self._store.connection.execute(
            "update runs set state = ?, ended = ? where id = ?", (state, time.time(), run.id)
        )

    @writing()
    def step_begins(self, run: Run, position: int, item: int) -> None:
        """Written before a step acts."""
        self._store.connection.execute(
            "delete from run_steps where run = ? and position = ? and item = ?", (run.id, position, item)
        )
        self._store.connection.execute(
            "insert into run_steps (run, position, item, state) values (?, ?, ?, 'begun')",
            (run.id, position, item),
        )

    @writing()
    def step_acts(self, run: Run, position: int, item: int, turn: int) -> None:
        """Written when the turn of a step has a number: after a crash that turn tells what was done."""
        self._store.connection.execute(
            "update run_steps set turn = ? where run = ? and position = ? and item = ?",
            (turn, run.id, position, item),
        )

    @writing()
    def step_ends(
        self,
        run: Run,
        position: int,
        item: int,
        state: str,
        *,
        duration_ms: float,
        message: str,
        result: Result | None,
    ) -> None:
        """Written when a step has been carried out and its expectations were looked at."""
        self._store.connection.execute(
            "update run_steps set state = ?, duration_ms = ?, message = ?, result = ? "
            "where run = ? and position = ? and item = ?",
            (
                state,
                duration_ms,
                message,
                kept_record(result) if result else None,
                run.id,
                position,
                item,
            ),
        )

    def steps(self, run: Run) -> dict[tuple[int, int], dict[str, Any]]:
        """What is known of each step of a run, by its position and the number of its row."""
        rows = self._store.connection.execute(
            "select position, item, state, turn, result, message from run_steps where run = ?",
            (run.id,),
        ).fetchall()
        names = ("state", "turn", "result", "message")
        return {(row[0], row[1]): dict(zip(names, row[2:], strict=True)) for row in rows}

    def acted(self, turn: int) -> tuple[list[str], set[int]]:
        """The tools of a turn's plan, and the positions of those calls that are done: written down so, or by the journal."""
        connection = self._store.connection
        row = connection.execute("select plan from turns where id = ?", (turn,)).fetchone()
        plan = [call["tool"] for call in json.loads(row[0] or "[]")] if row else []
        steps = connection.execute("select position from steps where turn = ? and status = 'done'", (turn,))
        done = {position for (position,) in steps.fetchall()}
        entries = connection.execute("select position, state from journal where turn = ?", (turn,)).fetchall()
        return plan, done | {position for position, state in entries if state in ("done", "final")}

    def listed(self, count: int) -> list[Row]:
        """The last runs, newest first."""
        from nlsh.tools.files._records import iso

        rows = self._store.connection.execute(
            "select r.id, r.file, r.state, r.started, r.ended, (select count(*) from run_steps s where s.run = r.id and s.state = 'done'),"
            " (select s.message from run_steps s where s.run = r.id and s.state = 'failed' order by s.id desc limit 1)"
            " from runs r order by r.id desc limit ?",
            (count,),
        ).fetchall()
        return [
            {
                "run": r[0], "file": r[1], "state": r[2], "started": iso(r[3]),
                "seconds": round(r[4] - r[3], 1) if r[4] else None, "steps_done": r[5], "message": r[6],
            }
            for r in rows
        ]  # fmt: skip


def result_from(record: str | None) -> Result | None:
    """The result that a step left."""
    return Result(**json.loads(record)) if record else None
