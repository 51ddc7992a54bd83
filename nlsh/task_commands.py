"""The sub-commands about task files: check, compile, tasks, schedule; run_command.py carries them out."""

import os
import shlex
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from nlsh.agent.manners import Manners
from nlsh.agent.witness import model_digest
from nlsh.asking import confirmer, may_ask
from nlsh.assembly import Parts
from nlsh.commands import Cwd, Json, Model, NoInput, Yes, app, emit, show_rows
from nlsh.document import document
from nlsh.errors import Exit, NlshError, UsageError
from nlsh.memory.runs import Runs
from nlsh.options import Options
from nlsh.readings import in_words
from nlsh.render import Screen
from nlsh.tasks import lock
from nlsh.tasks.lock import Compiled, lock_path
from nlsh.tasks.parse import Step
from nlsh.tasks.reading import read
from nlsh.tool import find_tool
from nlsh.turn import Act, Call

File = Annotated[Path, typer.Argument(help="The task file.")]


@app.command()
def check(file: File, json: Json = False, model: Model = None, cwd: Cwd = None) -> None:
    """Read a task file and plan its sentences; do nothing else. Says what each step needs."""
    task, _ = read(file)
    screen = Screen()
    parts = Parts(Options(json, model=model, cwd=cwd), screen.notice)
    try:
        known, _ = lock.load(file)
        plans = lock.compiled(task, parts.planner, known, parts.cwd, time.time(), 0.0)
        lock.check_places(task, plans)
        rows = [_checked(step, entry, parts) for step, entry in zip(task.steps, plans, strict=True)]
    finally:
        parts.close()
    unsure = [row for row in rows if not row["sure"]]
    if json:
        emit({"file": str(file), "status": "not_understood" if unsure else "done", "steps": rows})
    else:
        screen.table(
            "records", [{k: v for k, v in row.items() if k != "alternatives"} for row in rows], fold=False
        )
        for row in unsure:
            screen.notice(
                f"{file}:{row['line']}:1: not sure of '{row['step']}'; {' or '.join(row['alternatives'])}"
            )
    raise typer.Exit(int(Exit.NOT_UNDERSTOOD) if unsure else 0)


def _checked(step: Step, entry: Compiled, parts: Parts) -> dict[str, Any]:
    """One step as `check` shows it: an entry of the lock was reviewed, and is sure."""
    least = parts.config.threshold
    if entry.confidence < 1.0 and least is None:
        least = parts.planner().threshold(entry.calls)
    return {
        "line": step.line, "step": step.title, "plan": in_words(entry.calls), "changes": any(find_tool(c.tool).changes for c in entry.calls),
        "sure": entry.confidence >= (least or 0.0), "alternatives": [in_words(act.calls) for act in entry.alternatives],
    }  # fmt: skip


@app.command(name="compile")
def compile_file(file: File, json: Json = False, model: Model = None, cwd: Cwd = None) -> None:
    """Write FILE.lock: the plan of each sentence, to be reviewed, and run with --frozen without a model."""
    task, _ = read(file)
    screen = Screen()
    parts = Parts(Options(json, model=model, cwd=cwd), screen.notice)
    try:
        known, made_by = lock.load(file)
        plans = lock.compiled(task, parts.planner, known, parts.cwd, time.time(), parts.config.threshold)
        lock.check_places(task, plans)
        fresh = [entry for entry in plans if entry.depends not in known]
        text = lock.dumped(task, plans, model_digest(parts.model_path()) if fresh or not made_by else made_by)
    finally:
        parts.close()
    place = lock_path(file)
    partial = place.with_name(place.name + ".part")
    try:
        partial.write_text(text, "utf-8")
        os.replace(partial, place)
    except OSError as error:
        raise NlshError(
            "failed",
            f"{place}: {(error.strerror or 'error').lower()}",
            "choose a folder that you may write to",
        ) from error
    said = f"{place}: {len(plans)} steps, {len(fresh)} compiled anew"
    emit(
        {"file": str(file), "lock": str(place), "status": "done", "compiled": len(fresh)}
    ) if json else screen.write(said)


@app.command()
def tasks(
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many.")] = 20, json: Json = False
) -> None:
    """The last runs of task files: their state, how long they took, what went wrong."""
    screen = Screen()
    parts = Parts(Options(), screen.notice)
    try:
        rows = Runs(parts.store).listed(count)
    finally:
        parts.close()
    show_rows(screen, rows, {"rows": rows} if json else None, "no task file has been run yet")


@app.command()
def schedule(
    file: File,
    when: Annotated[
        str | None, typer.Argument(help="For example 'every day at 7:30'; else what the file suggests.")
    ] = None,
    yes: Yes = False,
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Run a compiled task file regularly: an entry of the crontab, taken back with nlsh undo."""
    task, _ = read(file)
    wanted = when or task.schedule
    if not wanted:
        raise UsageError("when is it to run?", f"nlsh schedule {file} 'every day at 7:30'")
    known, _ = lock.load(file)
    lock.frozen(task, known)  # what runs at night has been reviewed by day
    screen = Screen()
    parts = Parts(Options(json, yes, no_input=no_input), screen.notice)
    try:
        command = f"nlsh run --frozen --no-input --yes {shlex.quote(str(file.resolve()))}"
        asks = confirmer(screen) if may_ask(screen, quiet=json or no_input) else None
        manners = Manners(asks, yes)
        call = Call("processes.schedule_add", {"command": command, "when": wanted})
        turn = parts.shell(manners).say(f"schedule {command} {wanted}", Act((call,)), learn=False)
    finally:
        parts.close()
    emit(document(turn)) if json else screen.turn(turn)
    raise typer.Exit(turn.exit_code)
