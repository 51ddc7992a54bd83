"""The sub-commands of task files: run, check, compile, tasks, schedule."""

import json as jsonlib
import os
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

import typer

from nlsh.agent.manners import Manners
from nlsh.agent.turns import Shell
from nlsh.agent.witness import model_digest
from nlsh.answers import in_words
from nlsh.asking import ask, confirmer, may_ask
from nlsh.assembly import Options, Parts
from nlsh.cluster_commands import run_there
from nlsh.commands import Cwd, DryRun, Json, Model, NoInput, Session, Verbose, Yes, app, emit, show_rows
from nlsh.document import document
from nlsh.errors import Exit, NlshError, UsageError
from nlsh.memory.runs import Run, Runs
from nlsh.render import Screen
from nlsh.tasks import lock
from nlsh.tasks.limits import alone, digest, narrowed
from nlsh.tasks.lock import Compiled, lock_path
from nlsh.tasks.parse import Step, TaskFile, parse
from nlsh.tasks.running import Outcome, Runner
from nlsh.tasks.variables import built_in, names_in, secrets_for, values_for
from nlsh.tool import find_tool
from nlsh.turn import Act, Call

LIMIT_BYTES = 1 << 20
File = Annotated[Path, typer.Argument(help="The task file.")]


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"{file} cannot be read: {reason}", "name a text file") from error
    if len(data) > LIMIT_BYTES:
        raise UsageError(f"{file} is larger than {LIMIT_BYTES >> 20} MiB", "a task file is a page or two")
    return text


def _read(file: Path) -> tuple[TaskFile, str]:
    """The parsed file, and a digest of its text."""
    text = _text(file)
    return parse(text, str(file)), digest(text.encode())


def _needs_plans(task: TaskFile) -> bool:
    """Whether every step must be planned before the first one acts: all but bare sentences, one a line.

    What a file allows itself is checked on plans, and values go into plans, never into a sentence that is read again.
    """
    bare = all(step.title == step.sentence and not names_in(step.sentence) for step in task.steps)
    return not bare or bool(task.allow) or bool(task.variables.keys() - built_in().keys())


def _plans(task: TaskFile, file: Path, parts: Parts, frozen: bool) -> list[Compiled | None]:
    known, _ = lock.load(file)
    if frozen:
        return list(lock.frozen(task, known))
    if not known and not _needs_plans(task):
        return [None] * len(task.steps)
    found = lock.compiled(task, parts.planner, known, parts.cwd, time.time(), parts.config.threshold)
    lock.check_places(task, found)
    return list(found)


@app.command()
def check(file: File, json: Json = False, model: Model = None, cwd: Cwd = None) -> None:
    """Read a task file and plan its sentences; do nothing else. Says what each step needs."""
    task, _ = _read(file)
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
    task, _ = _read(file)
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


@app.command(name="run")
def run_file(
    file: File,
    more: Annotated[list[Path] | None, typer.Argument(help="More files, for --spread.")] = None,
    var: Annotated[list[str] | None, typer.Option("--var", help="NAME=VALUE; may be repeated.")] = None,
    frozen: Annotated[bool, typer.Option("--frozen", help="Only plans of FILE.lock; no model.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last run of this file.")] = False,
    step: Annotated[bool, typer.Option("--step", help="Ask before each step.")] = False,
    begin: Annotated[str | None, typer.Option("--from", help="Begin at this step (number or title).")] = None,
    only: Annotated[str | None, typer.Option("--only", help="Only this step (number or title).")] = None,
    json: Json = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON document a step, as it ends.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    no_input: NoInput = False,
    session: Session = None,
    model: Model = None,
    cwd: Cwd = None,
    verbose: Verbose = False,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="Carry it out on this cluster, tls://HOST:PORT.")
    ] = None,
    every: Annotated[bool, typer.Option("--every-node", help="Once on each node of the cluster.")] = False,
    spread: Annotated[bool, typer.Option("--spread", help="Each file once, on any node.")] = False,
    need: Annotated[
        list[str] | None, typer.Option("--need", help="Only nodes that have NAME=N, such as gpu=1.")
    ] = None,
) -> None:
    """Carry out a task file: sentences, one a line, or Markdown with a step under each ## heading.

    A step's first line is its sentence; `if`, `for each`, `expect`, `save`, `retry`, `timeout` and
    `on error` may follow as `key: value`. The manual has a chapter on it.
    """
    given = _given(var or [])
    if cluster is None and (more or every or spread or need):
        raise UsageError(
            "several files and nodes are for clusters", "say which one: --cluster tls://HOST:PORT"
        )
    if cluster is not None:
        if every == spread:
            raise UsageError("on which nodes?", "say --every-node, or --spread")
        files = [file, *(more or [])]
        raise typer.Exit(
            run_there(
                files, [_text(path) for path in files], cluster, every=every, need=need or [], given=given, cwd=cwd, dry_run=dry_run,
                yes=yes, json=json,
            )
        )  # fmt: skip
    task, content = _read(file)
    screen = Screen()
    options = Options(json, yes, dry_run, no_input, session, model, cwd, verbose)
    parts = Parts(options, screen.notice)
    try:
        with alone(file, parts.folders.state):
            secrets = secrets_for(task.variables)
            plans = _plans(task, file, parts, frozen)
            asks = confirmer(screen) if may_ask(screen, quiet=json or jsonl or no_input) else None
            shell = _shell(parts, Manners(asks, yes, dry_run, progress=screen.progress), task, secrets)
            runs = Runs(shell.store)
            run = _run(runs, shell, file, content, task, given, resume)
            if resume and run.state in ("done", "rehearsal"):
                screen.notice("the last run is done; nothing is left to do")
            runner = Runner(task, plans, shell, runs, run, secrets, rehearsal=dry_run)
            one_at_a_time = Lock()
            beside = Manners(asks and _locked(asks, one_at_a_time), yes, dry_run)
            runner.lane = lambda: _lane(options, beside, task, secrets, shell.session, screen)
            runner.tell = _locked(lambda outcome: _tell(outcome, screen, json, jsonl), one_at_a_time)
            runner.chosen = _chooser(task, begin, only)
            if step:
                runner.agree = lambda wanted: _agrees(wanted, screen, no_input)
            code = runner.all()
    finally:
        parts.close()
    if json:
        turns = [document(outcome.turn) for outcome in runner.outcomes if outcome.turn is not None]
        steps = [_record(outcome) for outcome in runner.outcomes]
        status = "done" if code == 0 else "interrupted" if code == Exit.INTERRUPTED else "failed"
        emit({"file": str(file), "run": run.id, "status": status, "steps": steps, "turns": turns})
    raise typer.Exit(code)


def _shell(parts: Parts, manners: Manners, task: TaskFile, secrets: dict[str, str]) -> Shell:
    """A shell that keeps to what the file allows itself and writes no secret down."""
    shell = parts.shell(manners)
    shell.rules = lambda: narrowed(parts.rules(), task.allow)
    shell.store.hidden = tuple(secrets.values())
    return shell


@contextmanager
def _lane(
    options: Options, manners: Manners, task: TaskFile, secrets: dict[str, str], session: str, screen: Screen
) -> Iterator[Shell]:
    """Another shell for the same run, with a sandbox and a connection of its own: for one thread."""
    parts = Parts(options, screen.notice)
    try:
        shell = _shell(parts, manners, task, secrets)
        shell.session = session
        yield shell
    finally:
        parts.close()


def _locked(function: Callable[[Any], Any], lock: Lock) -> Callable[[Any], Any]:
    """The function, for one thread at a time: what is shown or asked must not mix."""

    def alone_at_it(argument: Any) -> Any:
        with lock:
            return function(argument)

    return alone_at_it


def _given(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"--var {pair} is not of the form NAME=VALUE", "for example --var days=30")
        found[name.strip()] = value
    return found


def _run(
    runs: Runs, shell: Shell, file: Path, content: str, task: TaskFile, given: dict[str, str], resume: bool
) -> Run:
    """A new run, or, to resume, the last one of the file."""
    place = str(file.resolve())
    if not resume:
        return runs.begin(place, content, values_for(task.variables, given), shell.session)
    last = runs.latest(place)
    if last is None:
        raise UsageError(f"{file} has not been run yet", "run it without --resume")
    if last.content != content:
        raise UsageError(f"{file} has changed since its last run", "run it without --resume")
    shell.session = last.session
    shell.previous, shell.result = shell.store.previous(last.session)
    return last


def _chooser(task: TaskFile, begin: str | None, only: str | None) -> Any:
    first = _position(task, begin) if begin else 0
    single = _position(task, only) if only else None
    return lambda position, _: position == single if single is not None else position >= first


def _position(task: TaskFile, said: str) -> int:
    if said.isdigit() and 1 <= int(said) <= len(task.steps):
        return int(said) - 1
    for position, step in enumerate(task.steps):
        if step.title.lower() == said.strip().lower():
            return position
    titles = ", ".join(step.title for step in task.steps[:9])
    raise UsageError(f"there is no step '{said}'", f"there are {titles}")


def _agrees(step: Step, screen: Screen, no_input: bool) -> bool:
    if no_input:
        raise UsageError("--step asks, and --no-input forbids it", "leave one of them out")
    screen.notice(f"› {step.title}: {step.sentence}")
    return ask(screen, "carry it out?")


def _tell(outcome: Outcome, screen: Screen, json: bool, jsonl: bool) -> None:
    if jsonl:
        record = _record(outcome) | ({"turn": document(outcome.turn)} if outcome.turn else {})
        typer.echo(jsonlib.dumps(record, ensure_ascii=True))
    elif not json:
        title = outcome.step.title
        named = f"{title}: " if title != outcome.step.sentence else ""
        said = outcome.turn.utterance.text if outcome.turn else outcome.step.sentence
        screen.notice(f"› {named}{said}")
        if outcome.turn is not None:
            screen.turn(outcome.turn)
        if outcome.message and (outcome.turn is None or outcome.state in ("expectation", "skipped")):
            screen.notice(f"{outcome.state}: {outcome.message}")


def _record(outcome: Outcome) -> dict[str, Any]:
    return {
        "step": outcome.step.title, "line": outcome.step.line, "item": outcome.item, "state": outcome.state,
        "message": outcome.message or None, "exit_code": outcome.exit_code,
    }  # fmt: skip


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
    task, _ = _read(file)
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
