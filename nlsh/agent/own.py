"""The session's own tools: what they are given from the conversation, and what they leave in it.

Their results come through the sandbox like all others; only the state that they speak of
lives here, where no tool could read or write it.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nlsh.arguments import Args
from nlsh.catalogue import catalogue
from nlsh.errors import NotUnderstood
from nlsh.memory.places import said_from, seen_from
from nlsh.turn import Call, Result, Row, RowKind, Turn

if TYPE_CHECKING:
    from nlsh.agent.turns import Shell

QUIET = frozenset(
    f"session.{name}"
    for name in (
        "undo",
        "redo",
        "cd",
        "help",
        "history",
        "keep",
        "remember",
        "facts",
        "forget",
        "explain",
        "settings",
        "where",
    )
)  # what is said about the conversation does not become "them"

# What the folder is called that was the current one before.
BEFORE = {
    "-", "back", "previous folder", "the previous folder", "last folder", "the last folder", "previous directory", "the previous directory",
    "the folder before", "where i was", "where i was before", "where we were", "where i came from",
    "上一个文件夹", "上个文件夹", "之前的文件夹", "刚才的文件夹", "原来的文件夹",
}  # fmt: skip


def facts_for(
    shell: "Shell", call: Call, args: Args, rows: list[Row], kind: RowKind
) -> tuple[dict[str, Any], list[Row], RowKind]:
    """What a tool about the session itself is given: it is not in any file that it could read."""
    name = call.tool.removeprefix("session.")
    if name in ("last", "keep"):
        return _last(shell, name)
    if name == "undo":
        turn = shell.journal.latest(shell.session)
        return ({} if turn is None else {"inverses": shell.journal.inverses(turn), "turn": turn}), rows, kind
    if name == "redo":
        found = shell.journal.redo(shell.session)
        return ({} if found is None else {"redo": found[1], "record": found[0]}), rows, kind
    facts: dict[str, Any] = {}
    if name == "history":
        said = shell.store.history(shell.session, 1000)[:-1]
        facts = {"history": [{name: row[name] for name in row if name != "folder"} for row in said]}
    elif name == "recall":
        kept = shell.notes.kept(wanted) if (wanted := getattr(args, "name", None)) else None
        kept = seen_from(kept, shell.cwd, shell.cwd) if kept else None
        facts = {"kept": asdict(kept) if kept else None, "names": shell.notes.names()}
    elif name == "facts":
        facts = {"facts": shell.notes.facts()}
    elif name == "forget":
        facts = {"fitting": shell.notes.fitting(str(getattr(args, "text", "")))}
    elif name == "explain":
        facts = {"explanation": shell.explanation}
    elif name == "help":
        facts = {
            "tools": [
                {
                    "tool": tool,
                    "what": entry.summary,
                    "say": entry.examples[0],
                    "more": list(entry.examples),
                }
                for tool, entry in catalogue().items()
            ]
        }
    elif name == "settings":
        facts = shell.settings()
    return facts, rows, kind


def nothing_yet() -> NotUnderstood:
    """What is said to "delete them" before anything was found."""
    return NotUnderstood(
        "there is nothing yet that this could mean", "find or list something first", code="no_previous"
    )


def _last(shell: "Shell", name: str) -> tuple[dict[str, Any], list[Row], RowKind]:
    if shell.result is None and name == "keep":
        raise NotUnderstood(
            "there is no result yet to keep", "find or list something first", code="no_previous"
        )
    if shell.result is None:
        raise nothing_yet()
    last = shell.result
    return {"value": last.value, "text": last.text, "unit": last.unit}, handed_on(last), last.kind


def handed_on(result: Result) -> list[Row]:
    """What the next call is given: the rows, or the lines of a text."""
    if result.rows is None and result.kind == "text" and result.text is not None:
        return [{"text": line} for line in result.text.splitlines()]
    return result.rows or []


def remember(shell: "Shell", turn: Turn, result: Result, held: Result) -> None:
    """What "them" means from here on: the rows of the turn; of a count or a sum, the rows that were counted (`held`)."""
    plan = turn.plan
    if result.kind == "value" and plan[-1].tool.startswith("rows.") and held.rows is not None:
        result, plan = held, plan[:-1]
    if plan != (Call("session.last", {}),):  # else nothing new is meant
        shell.previous = _where_it_is(_about_one(plan, result, held), result)
    shell.result = turn.left = result
    turn.meant = shell.previous


def _about_one(plan: tuple[Call, ...], result: Result, held: Result) -> tuple[Call, ...]:
    """The plan as if the one file that it led to had been named: "it" is that file then, after "open the newest one", too."""
    last = plan[-1]
    one = held.rows[0].get("path") if held.kind == "files" and held.rows and len(held.rows) == 1 else None
    if len(plan) < 2 or one is None or result.rows is not None or "path" in last.args:
        return plan
    takes_path = any(slot.name == "path" for slot in catalogue()[last.tool].slots)
    return (Call(last.tool, {"path": str(one), **last.args}),) if takes_path else plan


def _where_it_is(plan: tuple[Call, ...], result: Result) -> tuple[Call, ...]:
    """The plan with the place where the one file that it moved is now: "it" has no other."""
    last = plan[-1]
    moved = (
        last.tool in ("files.rename", "files.move") and "path" in last.args and len(result.rows or ()) == 1
    )
    if not moved or not result.rows or "path" not in result.rows[0]:
        return plan
    return (*plan[:-1], Call(last.tool, {**last.args, "path": str(result.rows[0]["path"])}))


def go(shell: "Shell", folder: str) -> None:
    """Make `folder` the current one; "them" and "it" stay what they were."""
    before, shell.cwd = shell.cwd, folder
    shell.before = before if before != folder else shell.before
    shell.previous = said_from(shell.previous, before, folder)
    if shell.result is not None:
        shell.result = seen_from(shell.result, before, folder)


def left_by(shell: "Shell", call: Call, args: Args, result: Result) -> None:
    """What a session tool changes in the conversation, once it has run."""
    name = call.tool.removeprefix("session.")
    if name == "cd":
        shell.go(str(result.text))
    elif name == "keep" and shell.result is not None:
        shell.notes.keep(str(getattr(args, "name", "")), seen_from(shell.result, shell.cwd, None))
    elif name == "remember":
        shell.notes.remember(
            getattr(args, "name", None), getattr(args, "value", None), getattr(args, "fact", None)
        )
    elif name == "forget":
        shell.notes.forget(str(getattr(args, "text", "")))


def explained(said: str, calls: tuple[Call, ...], confidence: float, others: tuple[str, ...]) -> list[Row]:
    """Why a plan is what it is: for each argument the words that gave it, then how sure the model was, and what else it saw."""
    rows: list[Row] = []
    for number, call in enumerate(calls, 1):
        rows.append({"step": number, "what": call.tool, "value": "", "because of": ""})
        for name, value in call.args.items():
            words = str(value)
            where = (
                f"“{words}” in the sentence"
                if words in said
                else "the sentence as a whole"
                if value is True or words not in said
                else ""
            )
            rows.append(
                {
                    "step": number,
                    "what": name.replace("_", " "),
                    "value": "yes" if value is True else words,
                    "because of": where,
                }
            )
    rows.append(
        {"step": None, "what": "how sure", "value": f"{confidence:.0%}", "because of": "what the model saw"}
    )
    rows += [
        {"step": None, "what": "or else", "value": other, "because of": "less likely"} for other in others[:2]
    ]
    return rows
