"""The sub-commands, declared with typer; those of task files are in task_commands.py and run_command.py."""

import os
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Annotated, Any, get_args

import typer

from nlsh import __version__
from nlsh.agent.manners import Manners
from nlsh.assembly import Parts
from nlsh.catalogue import catalogue, described
from nlsh.document import document, dumps
from nlsh.errors import Exit, NlshError, UsageError
from nlsh.memory.notes import Notes
from nlsh.options import Options
from nlsh.readings import in_words
from nlsh.render import Screen
from nlsh.terminal_text import harmless
from nlsh.turn import Call, Row, Status

app = typer.Typer(
    name="nlsh",
    help="A shell that understands sentences. Without a command: the interactive prompt.",
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Answer confirmations with yes.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Plan and preview; change nothing.")]
NoInput = Annotated[bool, typer.Option("--no-input", help="Never prompt.")]
Session = Annotated[str | None, typer.Option("--session", help="Go on with the conversation of this name.")]
Model = Annotated[
    str | None,
    typer.Option("--model", help="Another model: a name of nlsh models list, a GGUF, or a server's address."),
]
Cwd = Annotated[str | None, typer.Option("--cwd", help="Work in this folder.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show the plan and the times.")]
Policy = Annotated[str | None, typer.Option("--policy", help="More rules, which can only narrow the others.")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask no server elsewhere.")]
Stdin = Annotated[bool, typer.Option("--stdin", help="Read standard input as data.")]


@app.callback(invoke_without_command=True)
def top(
    command: Annotated[
        list[str] | None, typer.Option("--command", "-c", help="Say this, then exit. May be repeated.")
    ] = None,
    json: Json = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    no_input: NoInput = False,
    session: Session = None,
    model: Model = None,
    cwd: Cwd = None,
    verbose: Verbose = False,
    stdin: Stdin = False,
    policy: Policy = None,
    offline: Offline = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """A shell that understands sentences."""
    if version:
        typer.echo(f"nlsh {__version__}")
        raise typer.Exit()


def emit(value: Any) -> None:
    """A JSON document on standard output."""
    sys.stdout.buffer.write(dumps(value))
    sys.stdout.flush()


def _parts(screen: Screen, options: Options) -> Parts:
    return Parts(options, screen.notice)


@app.command()
def undo(
    turn: Annotated[
        str | None,
        typer.Argument(
            help="The id that a turn named, or what was done last of a kind, such as delete; the latest change when left out."
        ),
    ] = None,
    json: Json = False,
    dry_run: DryRun = False,
    partly: Annotated[
        bool, typer.Option("--partly", help="Take back what has not been changed since, and leave the rest.")
    ] = False,
) -> None:
    """Take a change back."""
    screen = Screen()
    parts = _parts(screen, Options(json=json, dry_run=dry_run))
    try:
        shell = parts.shell(Manners(dry_run=dry_run, progress=screen.progress))
        done = shell.undo(_change_named(turn, parts), partly=partly)
    finally:
        parts.close()
    if json:
        emit(document(done))
    else:
        screen.turn(done)
    raise typer.Exit(done.exit_code)


def _change_named(said: str | None, parts: Parts) -> int | None:
    """The turn that `nlsh undo` is to take back: by its id, or the last one that deleted, moved, copied…"""
    if said is None or said.isdigit():
        return None if said is None else int(said)
    verb = said.lower().replace(" ", "_").removeprefix("the_last_")
    if not any(name.endswith(f".{verb}") for name in catalogue()):
        hint = "an id, or a verb: nlsh undo delete; nlsh history shows the ids"
        raise UsageError(f"'{said}' is not something that can be undone", hint)
    found = parts.journal.latest_of(verb)
    if found is None:
        raise NlshError("nothing_to_undo", f"there is no {verb} to undo", "nlsh history shows what was done")
    return found


def show_rows(screen: Screen, rows: list[Row], json: Any, nothing: str) -> None:
    """Rows as a table, or `json` where that was asked for, or a line that says that there are none."""
    if json is not None:
        emit(json)
    elif rows:
        screen.table("records", rows, fold=False)
    else:
        screen.write(nothing)


@app.command()
def history(
    count: Annotated[int, typer.Argument(help="How many turns.", min=1, max=100_000)] = 20,
    find: Annotated[
        str, typer.Option("--find", help="Only turns that hold these words, in what was said or answered.")
    ] = "",
    here: Annotated[
        bool, typer.Option("--here", help="Only what was said in this folder or below it.")
    ] = False,
    status: Annotated[
        str | None, typer.Option("--status", help=f"Only turns that ended so: {', '.join(get_args(Status))}.")
    ] = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """What was said and done, newest last; --find searches it."""
    if status is not None and status not in get_args(Status):
        raise UsageError(f"no turn ends with '{status}'", f"there are: {', '.join(get_args(Status))}")
    screen = Screen()
    parts = _parts(screen, Options())
    try:
        only = parts.store.session(session, parts.cwd) if session else None
        rows = parts.store.history(only, count, find, parts.cwd if here else None, status)
    finally:
        parts.close()
    show_rows(
        screen,
        [{name: value for name, value in row.items() if name != "folder"} for row in rows],
        rows if json else None,
        "nothing was said like that" if find or here or status else "nothing has been said yet",
    )


@app.command()
def phrases(
    forget: Annotated[int | None, typer.Option("--forget", help="Forget the one with this number.")] = None,
    json: Json = False,
) -> None:
    """Sentences whose reading you chose, which are now taken like that."""
    screen = Screen()
    parts = _parts(screen, Options())
    try:
        notes = Notes(parts.store)
        rows = notes.phrases()
        if forget is not None:
            row = next((row for row in rows if row["n"] == forget), None)
            if row is None:
                raise UsageError(f"there is no phrase {forget}", "nlsh phrases lists them")
            notes.unlearn(row["said"])
            rows = notes.phrases()
    finally:
        parts.close()
    shown = [{**row, "plan": in_words([Call(**call) for call in row["plan"]])} for row in rows]
    show_rows(screen, shown, rows if json else None, "no reading has been chosen yet")


@app.command()
def tools(
    name: Annotated[str | None, typer.Argument(help="One tool, to learn all about it.")] = None,
    json: Json = False,
) -> None:
    """What can be asked for."""
    screen = Screen()
    if name is None:
        if json:
            emit([{"tool": tool, "summary": entry.summary} for tool, entry in catalogue().items()])
            return
        for tool, entry in catalogue().items():
            screen.write(f"{tool:<26} {entry.summary}")
        return
    if name not in catalogue():
        short = {tool.partition(".")[2]: tool for tool in catalogue()}
        close = [short.get(found, found) for found in get_close_matches(name, [*catalogue(), *short], 3)]
        raise UsageError(
            f"there is no tool '{name}'", f"is it {' or '.join(close)}?" if close else "nlsh tools lists them"
        )
    entry = catalogue()[name]
    if json:
        args = {
            slot.name: {"is": described(slot), "needed": slot.name in entry.required} for slot in entry.slots
        }
        emit({"tool": name, "summary": entry.summary, "args": args, "gives": entry.gives, "changes": entry.changes,
               "undo": entry.undo and entry.changes, "examples": entry.examples})  # fmt: skip
        return
    screen.write(
        f"{name}: {entry.summary}\n\n{(import_module(f'nlsh.tools.{name}').__doc__ or '').strip()}\n"
    )
    for slot in entry.slots:
        screen.write(
            f"  {slot.name:<12} {described(slot)}" + (" (needed)" if slot.name in entry.required else "")
        )
    takes = ", ".join(sorted(entry.takes)) or "nothing"
    screen.write(f"\ntakes {takes}; gives {entry.gives}")
    if entry.changes:
        screen.write("undo takes it back" if entry.undo else "nothing takes it back")
    screen.write("\nfor example:")
    for example in entry.examples:
        screen.write(f"  {example}")


@app.command()
def config() -> None:
    """Where the settings are, and every one with its default."""
    from nlsh.config import DEFAULT_TEXT, folders

    screen = Screen()
    screen.write(f"# {folders().config / 'config.toml'}\n")
    screen.write(DEFAULT_TEXT.rstrip())


@app.command()
def doctor(json: Json = False) -> None:
    """Whether everything that nlsh needs is there."""
    from nlsh.agent.embedded import EmbeddedPlanner

    screen = Screen()
    parts = _parts(screen, Options())
    rows = []
    try:
        rows.append({"what": "sandbox", "state": parts.sandbox.level, "detail": parts.sandbox.level_reason})
        try:
            planner = EmbeddedPlanner()
            rows.append({"what": "model", "state": "ok", "detail": str(planner.model.path)})
        except NlshError as error:
            rows.append({"what": "model", "state": "missing", "detail": error.message})
        rows.append(
            {
                "what": "memory",
                "state": "ok" if parts.store.lasting else "off",
                "detail": parts.store.notice or str(parts.folders.database),
            }
        )
        rows.append(_graphics())
        rows.append({"what": "settings", "state": "ok", "detail": str(parts.folders.config / "config.toml")})
        rows.append({"what": "log", "state": "ok", "detail": str(parts.folders.log)})
    finally:
        parts.close()
    if json:
        emit(rows)
    else:
        screen.table("records", rows, fold=False)
    if any(row["state"] in ("none", "missing", "off") for row in rows):
        raise typer.Exit(int(Exit.TOOL_FAILED))


# The device that a card's driver makes, what the card is called, and the part of llama.cpp that uses it.
_CARDS = (
    ("/dev/nvidiactl", "NVIDIA", "GGML_CUDA"),
    ("/dev/kfd", "AMD", "GGML_HIP"),
    ("/dev/dri/renderD128", "a card with Vulkan", "GGML_VULKAN"),
)


def _graphics() -> Row:
    """Whether a card is there that larger models could use and this build of llama.cpp cannot."""
    from nlsh.agent.llama import bindings

    cards = [(name, part) for place, name, part in _CARDS if os.path.exists(place)]
    names = ", ".join(name for name, _ in cards)
    state, detail = "ok", "no card for larger models; they run on the processor"
    if cards and bindings().llama_supports_gpu_offload():
        detail = f"{names}: larger models use it"
    elif cards:
        state = "unused"
        mend = f"CMAKE_ARGS=-D{cards[0][1]}=on pip install --force-reinstall --no-cache-dir --no-binary :all: llama-cpp-python"
        detail = f"{names} is there, and llama.cpp was built without it; {mend}"
    return {"what": "graphics", "state": state, "detail": detail}


@app.command(name="help")
def show_help(context: typer.Context) -> None:
    """This list."""
    parent = context.parent
    typer.echo(parent.get_help() if parent else "")


def run(args: list[str]) -> int:
    """Run a sub-command; the exit code. Typer's own usage errors become ours."""
    try:
        result = app(args, standalone_mode=False, prog_name="nlsh")
        return int(result or 0)
    except typer.Exit as ended:
        return int(ended.exit_code)
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except Exception as error:
        # Typer's usage errors have no public base class that old and new versions share.
        if not hasattr(error, "format_message"):
            raise
        raise UsageError(harmless(error.format_message().rstrip("."))) from error
