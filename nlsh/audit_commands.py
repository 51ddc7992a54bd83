"""The sub-command of the audit log: show, verify, export."""

from pathlib import Path
from typing import Annotated

import typer

from nlsh.assembly import Options, Parts
from nlsh.commands import Json, app, emit
from nlsh.document import dumps_line
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
                {"number": n, "at": iso(r["at"]), **r, "hash": value} for n, r, value in log.records(count)
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
