"""The sub-command that carries task files out."""

import json as jsonlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

import typer

from nlsh.agent.manners import Manners
from nlsh.agent.turns import Shell
from nlsh.asking import ask, confirmer, may_ask
from nlsh.assembly import Parts
from nlsh.cluster_commands import run_there
from nlsh.commands import Cwd, DryRun, Json, Model, NoInput, Policy, Session, Verbose, Yes, app, emit
from nlsh.document import document
from nlsh.errors import Exit, UsageError
from nlsh.memory.runs import Run, Runs
from nlsh.options import Options
from nlsh.render import Screen
from nlsh.tasks import lock
from nlsh.tasks.limits import alone, narrowed
from nlsh.tasks.lock import Compiled
from nlsh.tasks.parse import Step, TaskFile
from nlsh.tasks.reading import needs_plans, read, text_of
from nlsh.tasks.running import Outcome, Runner
from nlsh.tasks.variables import secrets_for, values_for


def _plans(task: TaskFile, file: Path, parts: Parts, frozen: bool) -> list[Compiled | None]:
    known, _ = lock.load(file)
    if frozen:
        return list(lock.frozen(task, known))
    if not known and not needs_plans(task):
        return [None] * len(task.steps)
    found = lock.compiled(task, parts.planner, known, parts.cwd, time.time(), parts.config.threshold)
    lock.check_places(task, found)
    return list(found)


@app.command(name="run")
def run_file(
    file: Annotated[Path, typer.Argument(help="The task file.")],
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
    policy: Policy = None,
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
        if resume or step or begin or only or jsonl or session or model or policy:
            hint = "there are --var, --cwd, --dry-run, --yes, --json and --need; only locks are carried out there"
            raise UsageError("that option is not for clusters", hint)
        files = [file, *(more or [])]
        raise typer.Exit(
            run_there(
                files, [text_of(path) for path in files], cluster, every=every, need=need or [], given=given, cwd=cwd, dry_run=dry_run,
                yes=yes, json=json,
            )
        )  # fmt: skip
    task, content = read(file)
    screen = Screen()
    options = Options(json, yes, dry_run, no_input, session, model, cwd, verbose, policy=policy)
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
    shell.rules = lambda cwd: narrowed(parts.rules(cwd), task.allow)
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
    shell.previous, shell.result = shell.store.previous(last.session, shell.cwd)
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
