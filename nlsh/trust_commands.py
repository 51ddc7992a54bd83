"""The sub-commands that say what was done and what may be done: audit, policy."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from nlsh import allowances
from nlsh.agent.manners import Manners
from nlsh.answers import for_good, in_words
from nlsh.assembly import Options, Parts
from nlsh.commands import Cwd, Json, Model, app, emit
from nlsh.document import document, dumps_line
from nlsh.errors import Exit, UsageError
from nlsh.memory.audit import Audit
from nlsh.render import Screen
from nlsh.tools.files._records import iso


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
    what: Annotated[str, typer.Argument(help="show, test or forget.")] = "show",
    sentence: Annotated[
        str | None, typer.Argument(help="What policy is to judge; or the number of what is to be forgotten.")
    ] = None,
    json: Json = False,
    model: Model = None,
    cwd: Cwd = None,
) -> None:
    """The rules in force, or the verdict on a sentence, call by call, without carrying it out; or forget what was allowed for good."""
    screen = Screen()
    parts = Parts(Options(json, model=model, cwd=cwd), screen.notice)
    try:
        if what == "show":
            rules = asdict(parts.rules())
            rows: list[dict[str, Any]] = [
                {"rule": name, "value": ", ".join(value) if isinstance(value, tuple) else str(value)}
                for name, value in rules.items()
                if name != "allowed"
            ]
            rows += [
                {"rule": f"always {n}", "value": for_good(one)}
                for n, one in enumerate(parts.rules().allowed, 1)
            ]
        elif what == "forget" and sentence and sentence.isdigit():
            known = allowances.load(parts.folders.config)
            if not 1 <= int(sentence) <= len(known):
                raise UsageError(
                    f"nothing is allowed for good under {sentence}", "nlsh policy shows the numbers"
                )
            gone = known[int(sentence) - 1]
            allowances.save(parts.folders.config, tuple(one for one in known if one is not gone))
            rows = [{"rule": "forgotten", "value": for_good(gone)}]
        elif what == "test" and sentence:
            turn = parts.shell(Manners(dry_run=True)).say(sentence)
            rows = [
                {
                    "call": in_words((step.call,)), "verdict": step.decision.verdict if step.decision else None,
                    "rule": step.decision.rule if step.decision else None, "reason": step.decision.reason if step.decision else None,
                }
                for step in turn.steps
            ]  # fmt: skip
            if turn.exit_code and turn.exit_code != Exit.REFUSED:
                emit(document(turn)) if json else screen.turn(turn)
                raise typer.Exit(turn.exit_code)
        else:
            raise UsageError(f"nlsh policy {what} is not known", 'there are: show, test "SENTENCE", forget N')
    finally:
        parts.close()
    emit(rows) if json else screen.table("records", rows, fold=False)
