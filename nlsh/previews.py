"""What is about to happen, in numbers and names, before anybody says yes to it; and the ways out where the answer is no."""

from typing import get_args

from nlsh.allowances import Allowance
from nlsh.answers import counted_in_english
from nlsh.changes import Change
from nlsh.commandline import programs
from nlsh.readings import in_words
from nlsh.rulebook import TierName
from nlsh.turn import Call, Effects
from nlsh.values.sizes import show_size


def preview(call: Call, effects: Effects) -> tuple[str, list[str], str]:
    """What a call is about to do: a headline with numbers, every item, and what about undo."""
    undo = "nlsh undo takes it back" if effects.undoable else effects.note or "this cannot be undone"
    if not effects.changing:
        undo = "it changes nothing on this machine"
        if not effects.title:
            return in_words((call,)), [], undo
    if effects.title:
        items = list(effects.samples) or [
            _item(change) for change in effects.changes if change.op != "broker"
        ]
        items += [
            change.path for change in effects.changes if change.op == "broker" and len(effects.changes) > 1
        ]
        return effects.title, [*items, *_of_command(effects)], undo
    if effects.command is not None:
        return f"run: {effects.command}", _of_command(effects), undo
    if effects.signals:
        items = [target.label for target in effects.signals]
        return f"stop {counted_in_english('process', len(items))}", items, undo
    changes = [change for change in effects.changes if change.op != "mkdir"] or list(effects.changes)
    size = sum(change.size for change in changes if change.op not in ("chmod",))
    verb = {"trash": "delete", "create": "write", "replace": "overwrite", "append": "add to", "produce": "make", "chmod": "change permissions of",
            "mkdir": "make", "restore": "restore", "truncate": "restore", "symlink": "link", "erase": "delete for good"}  # fmt: skip
    ops = {change.op for change in changes}
    main = "move" if call.tool == "session.undo" else changes[-1].op
    name = "take back" if call.tool == "session.undo" else verb.get(main, main)
    noun = (
        "folder" if all(c.folder for c in changes) else "item" if any(c.folder for c in changes) else "file"
    )
    headline = f"{name} {counted_in_english(noun, len([c for c in changes if c.op == main or call.tool == 'session.undo']))}"
    if size:
        headline += f", {show_size(size)}"
    if "trash" in ops and main != "trash" and call.tool != "session.undo":
        headline += f"; {sum(c.op == 'trash' for c in changes)} in the way go to the trash"
    return headline, [_item(change) for change in changes], undo


def _of_command(effects: Effects) -> list[str]:
    """What a command line runs and may use beyond what it says at first sight."""
    if effects.command is None:
        return []
    line, found = programs(effects.command), []
    if len(line.each) > 1:
        found.append(f"runs {', '.join(line.names)}")
    if line.opaque:
        found.append("what it runs cannot be told before it runs")
    if effects.network:
        found.append("with the network")
    return found


def way_out(rule: str) -> str:
    """What somebody can do where policy says no."""
    if rule == "privilege":
        return "type the command yourself at the prompt, with ! before it"
    if rule.split(" ")[0] in get_args(TierName):
        return "nlsh policy show lists the rules"
    return "this is never done from a sentence"


def _item(change: Change) -> str:
    folder = "/" if change.folder else ""
    if change.op in ("move", "copy") and change.to:
        return f"{change.path}{folder} → {change.to}"
    if change.op == "symlink":
        return f"{change.path} → {change.text}"
    if change.op == "chmod":
        return f"{change.path}: {change.old or 0:04o} → {change.mode or 0:04o}"
    return f"{change.path}{folder}" + (f" ({show_size(change.size)})" if change.size else "")


def for_good(allowance: Allowance | None) -> str:
    """What "always" would allow, in words."""
    if allowance is None:
        return ""
    if allowance.command:
        return f"run '{allowance.command}' in {allowance.under}"
    return f"{allowance.tool} below {allowance.under}"
