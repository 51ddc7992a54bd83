"""The sub-commands that say what was done and what may be done: audit, policy."""

from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from nlsh import allowances, routing, rulebook
from nlsh.agent.manners import Manners
from nlsh.assembly import Parts
from nlsh.commandline import PRIVILEGE, base, programs
from nlsh.commands import Cwd, Json, Model, Policy, app, emit
from nlsh.document import document, dumps_line
from nlsh.errors import Exit, UsageError
from nlsh.memory.audit import Audit
from nlsh.options import Options
from nlsh.policy import Rules
from nlsh.previews import for_good
from nlsh.projects import PROJECT_FILE, project_file
from nlsh.readings import in_words
from nlsh.render import Screen
from nlsh.tools.files._records import iso
from nlsh.turn import Act, Call


@app.command()
def audit(
    what: Annotated[str, typer.Argument(help="show, verify or export.")] = "show",
    file: Annotated[Path | None, typer.Argument(help="Where to export to, one JSON record a line.")] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many to show.")] = 20,
    json: Json = False,
) -> None:
    """The log of every call, in a chain of hashes: show it, verify it, or export it."""
    screen = Screen()
    parts = Parts(Options(), screen.notice)
    try:
        log = Audit(parts.store)
        if what == "show":
            rows = [
                {**r, "number": n, "at": iso(r["at"]), "hash": value} for n, r, value in log.records(count)
            ]
            shown = [
                {k: row[k] for k in ("number", "at", "said", "tool", "verdict", "status", "changed")}
                for row in rows
            ]
            emit(rows) if json else screen.table("records", shown, fold=False)
        elif what == "verify":
            verdict = log.verify()
            if json:
                emit({"count": verdict.count, "head": verdict.head, "broken": verdict.broken})
            elif verdict.broken is None:
                screen.write(f"{verdict.count} records, the chain holds; its head is {verdict.head}")
            else:
                screen.notice(f"the chain is broken at record {verdict.broken}")
            if verdict.broken is not None:
                raise typer.Exit(int(Exit.TOOL_FAILED))
        elif what == "export" and file is not None:
            with file.open("x", encoding="utf-8") as writer:
                for number, record, value in log.records():
                    writer.write(dumps_line({"number": number, **record, "hash": value}))
            screen.write(f"exported to {file}")
        else:
            raise UsageError(f"nlsh audit {what} is not known", "there are: show, verify, export FILE")
    finally:
        parts.close()


@app.command()
def policy(
    what: Annotated[str, typer.Argument(help="show, test, trust, forget or example.")] = "show",
    given: Annotated[
        str | None,
        typer.Argument(
            help="What is to be judged, a sentence or a command line; a project's policy file; the number of what is to be forgotten."
        ),
    ] = None,
    json: Json = False,
    model: Model = None,
    cwd: Cwd = None,
    more: Policy = None,
) -> None:
    """The rules in force; the verdict on a sentence or a command, without carrying it out; trust in a project's rules; forgetting what was allowed for good."""
    screen = Screen()
    if what == "example":
        screen.write(rulebook.DEFAULT_TEXT.rstrip())
        return
    parts = Parts(Options(json, model=model, cwd=cwd, policy=more), screen.notice)
    try:
        if what == "show":
            rows = _in_force(parts)
        elif what == "forget" and given and given.isdigit():
            rows = [{"rule": "forgotten", "value": _forgotten(parts, int(given))}]
        elif what == "trust":
            rows = _trusted(parts, given)
        elif what == "test" and given:
            rows = _judged(parts, given, screen, json)
        else:
            hint = 'there are: show, test "SENTENCE", trust [FILE], forget N, example'
            raise UsageError(f"nlsh policy {what} is not known", hint)
    finally:
        parts.close()
    emit(rows) if json else screen.table("records", rows, fold=False)


Rows = list[dict[str, Any]]


def _in_force(parts: Parts) -> Rows:
    rules = parts.rules(parts.cwd)
    rows: Rows = [
        {"rule": name, "value": ", ".join(value) if isinstance(value, tuple) else str(value)}
        for name, value in vars_of(rules).items()
        if name not in ("allowed", "tiers")
    ]
    rows += [{"rule": f"always {n}", "value": for_good(one)} for n, one in enumerate(rules.allowed, 1)]
    for tier in rules.tiers:
        rows.append({"rule": tier.name, "value": tier.file})
        rows += [
            {"rule": f"{tier.name} {n}", "value": rule.in_words()} for n, rule in enumerate(tier.rules, 1)
        ]
    return rows


def vars_of(rules: Rules) -> dict[str, Any]:
    """The fields of the rules by their names."""
    return {field.name: getattr(rules, field.name) for field in fields(rules)}


def _forgotten(parts: Parts, number: int) -> str:
    known = allowances.load(parts.folders.config)
    if not 1 <= number <= len(known):
        raise UsageError(f"nothing is allowed for good under {number}", "nlsh policy shows the numbers")
    gone = known[number - 1]
    allowances.save(parts.folders.config, tuple(one for one in known if one is not gone))
    return for_good(gone)


def _trusted(parts: Parts, named: str | None) -> Rows:
    """Trust a project's rules, as they are now: those of the current folder, or of a file that was named."""
    project = project_file(parts.cwd, parts.home) if named is None else Path(named).expanduser().absolute()
    if project is None:
        raise UsageError("no project has a policy file here", f"one is called {PROJECT_FILE}")
    if not str(project).endswith("/" + PROJECT_FILE):
        raise UsageError(f"{project} is no project's policy file", f"one is called {PROJECT_FILE}")
    rules = rulebook.trust(parts.folders.config, project, parts.home)
    return [{"rule": f"project {n}", "value": rule.in_words()} for n, rule in enumerate(rules, 1)]


def _judged(parts: Parts, given: str, screen: Screen, json: bool) -> Rows:
    """The verdict on each call of a sentence; a command line is judged as the call that would run it."""
    shell = parts.shell(Manners(dry_run=True))
    words = given.split()
    typed = routing.is_command(given, lambda text: None) or (
        len(words) > 1 and base((words[0],)) in PRIVILEGE
    )
    chosen = Act((Call("shell.run", {"command": given}),)) if typed else None
    turn = shell.say(given, chosen, learn=False)
    if turn.exit_code and turn.exit_code != Exit.REFUSED:
        emit(document(turn)) if json else screen.turn(turn)
        raise typer.Exit(turn.exit_code)
    rows: Rows = [
        {
            "call": in_words((step.call,)), "verdict": step.decision.verdict if step.decision else None,
            "rule": step.decision.rule if step.decision else None, "reason": step.decision.reason if step.decision else None,
        }
        for step in turn.steps
    ]  # fmt: skip
    for row, step in zip(rows, turn.steps, strict=True):
        if step.call.tool == "shell.run":
            found = programs(str(step.call.args["command"]))
            row["runs"] = ", ".join(found.names) + (" and what cannot be told" if found.opaque else "")
    return rows
