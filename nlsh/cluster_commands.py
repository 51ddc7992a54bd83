"""The sub-commands of clusters: `nlsh cluster start`, and what `nlsh run --cluster` does."""

from pathlib import Path
from typing import Annotated, Any

import typer

from nlsh.commands import app, emit
from nlsh.config import folders
from nlsh.errors import Exit, UsageError
from nlsh.options import working_folder
from nlsh.render import Screen
from nlsh.tasks import lock
from nlsh.tasks.parse import parse
from nlsh.tasks.variables import values_for

MOST_SHOWN = 200


@app.command()
def cluster(
    what: Annotated[str, typer.Argument(help="start.")] = "start",
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="How many workers.")] = 3,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 for any that is free.")] = 8786,
    resource: Annotated[
        list[str] | None, typer.Option("--resource", help="NAME=N that each worker has; may be repeated.")
    ] = None,
) -> None:
    """A cluster on this machine, to try nlsh run --cluster with. Runs until Ctrl-C."""
    if what != "start":
        raise UsageError(f"there is no nlsh cluster {what}", "there is nlsh cluster start")
    from nlsh.cluster.certificates import certificates
    from nlsh.cluster.local import serve

    screen, place = Screen(), certificates(folders())

    def ready(address: str) -> None:
        screen.write(address)
        screen.notice(f"{workers} workers; certificates in {place.key.parent}; Ctrl-C ends it")

    serve(place, workers, port, needs(resource or []), ready)


def needs(said: list[str]) -> dict[str, int]:
    """`gpu=1` as {"gpu": 1}; UsageError for what is not of that form."""
    found = {}
    for pair in said:
        name, _, count = pair.partition("=")
        if not name.isidentifier() or not count.isdigit() or not int(count):
            raise UsageError(f"{pair} is not of the form NAME=N", "for example gpu=1")
        found[name] = int(count)
    return found


def run_there(
    files: list[Path], texts: list[str], address: str, *, every: bool, need: list[str], given: dict[str, str], cwd: str | None,
    dry_run: bool, yes: bool, json: bool,
) -> int:  # fmt: skip
    """Carry task files out on a cluster; the exit code. Only compiled ones, and what they change is agreed to beforehand."""
    from nlsh.cluster.certificates import certificates
    from nlsh.cluster.handing import connected, run_key, to_any_node, to_every_node
    from nlsh.cluster.node import Work

    wanted, place, screen = needs(need), certificates(folders()), Screen()
    works = []
    for file, text in zip(files, texts, strict=True):
        task = parse(text, str(file))
        known, _ = lock.load(file)
        plans = lock.frozen(task, known)
        values_for(task.variables, given)  # a wrong one is said here, not by every node
        if not (yes or dry_run) and lock.changing(plans):
            raise UsageError(f"{file} changes things on other machines", "read its lock, and say --yes")
        where = working_folder(cwd) if cwd else ""
        works.append(
            Work(
                str(file),
                text,
                lock.dumped(task, plans, ""),
                run_key(text, str(file), given),
                where,
                given,
                dry_run,
            )
        )
    if every and len(works) > 1:
        raise UsageError("--every-node takes one file", "use --spread for several")
    total = 0

    def tell(records: list[dict[str, Any]]) -> None:
        nonlocal total
        total += len(records)
        screen.progress("done:", total, 0 if every else len(works))
        for record in records:
            if every or record["state"] != "done":
                why = f": {record['message']}" if record["message"] else ""
                screen.notice(f"{record['node']}: {record['file']}: {record['state']}{why}")

    with connected(address, place) as client:
        records = (
            to_every_node(client, works[0], wanted, tell)
            if every
            else to_any_node(client, works, wanted, tell)
        )
    failed = [record for record in records if record["state"] != "done"]
    _show(records, failed, screen, json)
    return int(failed[0]["code"] or Exit.TOOL_FAILED) if failed else 0


def _show(records: list[dict[str, Any]], failed: list[dict[str, Any]], screen: Screen, json: bool) -> None:
    if json:
        status = "done" if not failed else "partial" if len(failed) < len(records) else "failed"
        emit({"status": status, "done": len(records) - len(failed), "failed": len(failed), "nodes": records})
        return
    names = ("node", "file", "state", "steps", "seconds", "answer", "message")
    rows = [{name: record.get(name) for name in names} for record in records]
    screen.table("records", rows[:MOST_SHOWN], fold=False)
    if failed:
        screen.notice(f"{len(failed)} of {len(records)} did not end well")
