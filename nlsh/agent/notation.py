"""The notation in which the embedded model writes plans, made from the tool registry.

Every tool, argument name, enumerated value and flag is one token of the model's
vocabulary; only words copied from the sentence (or from the plan before) are spelt out.
A plan of two calls is about ten tokens. Training and decoding both use this module, so
that they cannot drift apart.

    <files.find> <type:> pdfs <under:> Downloads <files.delete> <end>
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from nlsh.catalogue import Slot, catalogue
from nlsh.turn import Call

CONTEXT, PREVIOUS, SAY, PLAN, END, NONE, PAD = (
    "<ctx>",
    "<prev>",
    "<say>",
    "<plan>",
    "<end>",
    "<none>",
    "<pad>",
)
ROW_KINDS = ("none", "files", "processes", "matches", "records", "value", "text")
PREVIOUS_CALLS = 4
FOLDER = "work"


def slots(tool: str) -> tuple[Slot, ...]:
    """The arguments of `tool` in declared order."""
    return catalogue()[tool].slots


@cache
def functional_tokens() -> tuple[str, ...]:
    """Every functional token, in a stable order."""
    found = [PAD, CONTEXT, PREVIOUS, SAY, PLAN, END, NONE]
    found += [f"<rows:{kind}>" for kind in ROW_KINDS]
    found += [f"<{tool}>" for tool in catalogue()]
    found += sorted({token for tool in catalogue() for slot in slots(tool) for token in slot.tokens})
    return tuple(dict.fromkeys(found))


def spell(calls: Sequence[Call]) -> list[tuple[str, bool]]:
    """A plan as (text, whether it is a functional token); arguments in declared order."""
    parts: list[tuple[str, bool]] = []
    for call in calls:
        parts.append((f"<{call.tool}>", True))
        for slot in slots(call.tool):
            value = call.args.get(slot.name)
            if value is None or value is False:
                continue
            if slot.mode == "enum":
                parts.append((f"<{slot.name}={value}>", True))
            elif slot.mode == "flag":
                parts.append((f"<{slot.name}>", True))
            else:
                parts.append((f"<{slot.name}:>", True))
                parts.append((str(value), False))
    return parts


def prompt(text: str, previous: Sequence[Call], kind: str) -> list[tuple[str, bool]]:
    """What the model reads: the context line, then the sentence, up to where the plan begins.

    The context names a folder, always the same one: what the current folder is called must not change what a sentence means.
    """
    parts: list[tuple[str, bool]] = [(CONTEXT, True), (FOLDER, False)]
    if previous:
        parts.append((PREVIOUS, True))
        parts.extend(spell(previous[:PREVIOUS_CALLS]))
    parts.append((f"<rows:{kind}>", True))
    parts += [(SAY, True), (text, False), (PLAN, True)]
    return parts


def read(parts: Iterable[tuple[str, bool]]) -> tuple[Call, ...]:
    """The calls that a spelt plan says; the inverse of `spell`."""
    calls: list[tuple[str, dict[str, Any]]] = []
    key = ""
    for text, functional in parts:
        if not functional:
            calls[-1][1][key] = calls[-1][1].get(key, "") + text
            continue
        body = text[1:-1]
        if body in catalogue():
            calls.append((body, {}))
        elif body.endswith(":"):
            key = body[:-1]
        elif "=" in body:
            name, _, value = body.partition("=")
            calls[-1][1][name] = value
        else:
            calls[-1][1][body] = True
    return tuple(Call(tool, args) for tool, args in calls)
