"""What a node does: carries out a compiled task file with its own policy, sandbox, journal and memory.

A node gets text, plans and values, never a sentence to read again. Each piece of work has a
key; a node that has done it answers with what it did, and one that was cut off goes on with
it, so that work which is handed out twice acts once.
"""

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import local
from typing import Any

from nlsh.agent.manners import Manners
from nlsh.assembly import Parts
from nlsh.errors import Exit, NlshError, UsageError
from nlsh.memory.runs import Runs
from nlsh.options import Options
from nlsh.tasks import lock
from nlsh.tasks.limits import alone, digest, narrowed
from nlsh.tasks.parse import parse
from nlsh.tasks.running import Outcome, Runner
from nlsh.tasks.variables import secrets_for, values_for

BUSY_SECONDS = 30.0  # how long work that is under way here already is waited for
_own = local()  # each worker thread's parts: their sandbox helper starts once


@dataclass(frozen=True, slots=True)
class Work:
    """One task file for one node."""

    name: str
    text: str
    lock: str
    key: str  # the same work has the same key, however often it is handed out
    cwd: str = ""  # the folder to work in, "" for the node's home
    given: dict[str, str] = field(default_factory=dict)
    rehearsal: bool = False


def carry_out(work: Sequence[Work]) -> list[dict[str, Any]]:
    """A record for each piece of work: `node`, `file`, `state`, `code`, `steps`, `seconds`, `answer`, `message`."""
    return [_one(piece) for piece in work]


def _one(work: Work) -> dict[str, Any]:
    begun = time.monotonic()
    record: dict[str, Any] = {"node": _name(), "file": work.name, "key": work.key}
    try:
        outcomes, code, again = _run(work)
    except NlshError as error:
        record |= {
            "state": "failed",
            "code": int(error.exit_code),
            "steps": 0,
            "message": error.message,
            "results": [],
        }
    else:
        done = [outcome for outcome in outcomes if outcome.state == "done"]
        last = next((outcome.turn for outcome in reversed(done) if outcome.turn is not None), None)
        wrong = next((outcome.message for outcome in outcomes if outcome.exit_code), "")
        record |= {
            "state": "failed" if code else "done", "code": code, "steps": len(done), "answer": last.answer if last else None,
            "message": wrong or ("was done before" if again else ""), "results": [_result(outcome) for outcome in outcomes],
        }  # fmt: skip
    return record | {"seconds": round(time.monotonic() - begun, 3)}


def _result(outcome: Outcome) -> dict[str, Any]:
    turn = outcome.turn
    result = turn.steps[-1].result if turn and turn.steps else None
    return {
        "step": outcome.step.title, "item": outcome.item, "state": outcome.state, "message": outcome.message or None,
        "answer": turn.answer if turn else None, "rows": result.rows if result else None, "value": result.value if result else None,
    }  # fmt: skip


def _name() -> str:
    from distributed import get_worker

    try:
        return f"{socket.gethostname()}/{get_worker().name}"
    except ValueError:  # no worker: called directly
        return socket.gethostname()


def _parts() -> Parts:
    if hasattr(_own, "parts") and not _own.parts.sandbox.alive:
        _own.parts.close()
        del _own.parts
    if not hasattr(_own, "parts"):
        _own.parts = Parts(Options(json=True, yes=True, no_input=True), lambda text: None)
    return _own.parts  # type: ignore[no-any-return]


def _run(work: Work) -> tuple[list[Outcome], int, bool]:
    """The outcomes, the exit code, and whether all of it had been done before."""
    parts = _parts()
    task = parse(work.text, work.name)
    plans = lock.frozen(task, lock.loads(work.lock, work.name)[0])
    shell = parts.shell(Manners(None, True, work.rehearsal))
    shell.cwd = _folder(work, parts)
    shell.rules = lambda cwd: narrowed(parts.rules(cwd), task.allow)
    secrets = secrets_for(task.variables)
    shell.store.hidden = tuple(secrets.values())
    runs, place, content = Runs(shell.store), f"cluster:{work.key}", digest(work.text.encode())
    with alone(Path("/", place), parts.folders.state, BUSY_SECONDS):
        last = runs.latest(place)
        again = last is not None and last.state == "done"
        if last is not None and last.state in ("done", "running"):
            run, shell.session = last, last.session
        else:
            run = runs.begin(place, content, values_for(task.variables, work.given), shell.session)
        runner = Runner(task, plans, shell, runs, run, secrets, rehearsal=work.rehearsal)
        code = runner.all()
    if code == Exit.INTERRUPTED:
        raise NlshError("interrupted", "it was interrupted", "", Exit.INTERRUPTED)
    return runner.outcomes, code, again


def _folder(work: Work, parts: Parts) -> str:
    folder = os.path.realpath(work.cwd or parts.home)
    if not os.path.isdir(folder):
        raise UsageError(f"this node has no folder {work.cwd}", "name one that all nodes have: --cwd FOLDER")
    return folder
