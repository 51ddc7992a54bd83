"""Carrying out one call: its effects, then journal, sandbox, and a look at what happened."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nlsh.agent.grounding import ground
from nlsh.changes import Change
from nlsh.errors import NlshError, Refused, ToolFailed
from nlsh.policy import Rules, decide, granted
from nlsh.tool import Asked, Tool, find_tool
from nlsh.trash import make_ready
from nlsh.turn import Call, Effects, Result, Scene, Step, Turn, Utterance

if TYPE_CHECKING:
    from nlsh.agent.turns import Shell


def effects_of(
    shell: "Shell", call: Call, tool: Tool, asked: Asked, rules: Rules
) -> tuple[Effects, dict[str, Any]]:
    """The call's effects; for tools that must look first, after a confined look."""
    effects = tool.effects(asked)
    if tool.inspect is None or effects.changes:
        return effects, asked.facts
    decision = decide(effects, asked.scene, rules, call.tool)
    if decision.verdict == "deny":
        raise Refused(decision.reason, "", decision.rule)
    found = shell.sandbox.run(
        call.tool,
        asked.args.model_dump(mode="json"),
        asked.scene,
        granted(effects, decision, rules),
        rows=asked.rows,
        kind=asked.kind,
        facts={},
        inspect=True,
    )
    assert isinstance(found, dict)
    facts = asked.facts | found
    return tool.effects(replace(asked, facts=facts)), facts


def perform(
    shell: "Shell",
    turn: Turn,
    identity: int,
    position: int,
    call: Call,
    asked: Asked,
    effects: Effects,
) -> tuple[Result, tuple[Change, ...]]:
    """Carry out what was judged and agreed to: journal, sandbox, a look at what happened."""
    facts = asked.facts
    back = facts.get("turn") if call.tool == "session.undo" else None
    entry = None
    if back is not None:
        shell.journal.mark(back, "undoing")
    elif effects.changes:
        entry, kept = shell.journal.begin(identity, position, effects.changes)
        effects = replace(effects, changes=kept)
    make_ready(change.to for change in effects.changes if change.op == "trash" and change.to)
    sent = {k: v for k, v in facts.items() if k not in ("inverses", "turn", "redo")}
    failed = True
    live = shell.manners.live if effects.command is not None and asked.scene.terminal else None
    split = find_tool(call.tool).split
    shares = split(asked) if split is not None else ()
    try:
        for change in effects.changes:
            if change.op == "broker":
                from nlsh.sandbox import acts  # psutil, which most turns do not need

                sent |= acts.perform(change)
    except NlshError:
        if entry is not None:
            shell.journal.void(entry)
        if back is not None:
            shell.journal.mark(back, "done")
        raise
    try:
        result = shell.sandbox.run(
            call.tool, asked.args.model_dump(mode="json"), asked.scene, effects, rows=asked.rows, kind=asked.kind,
            facts=sent, shares=shares, progress=shell.manners.progress, live=live, seconds=shell.seconds,
        )  # fmt: skip
        turn.shown = live is not None
        assert isinstance(result, Result)
        failed = False
    finally:
        if back is not None:
            shell.journal.mark(back, "done" if failed else "undone")
            if not failed:
                shell.journal.note_undone(back, effects.changes)
        elif entry is not None:
            happened = shell.journal.finish(entry, effects.changes, failed)
            turn.undo = str(identity) if happened else turn.undo
            if not failed and "record" in facts:
                shell.journal.consume(facts["record"])
            if not failed and happened < len(effects.changes):
                shell.journal.finish(entry, effects.changes, True)
                raise ToolFailed(
                    f"only {happened} of {len(effects.changes)} changes are there when looked at",
                    "nlsh undo takes them back",
                    "postcondition",
                )
    return result, effects.changes


def look(shell: "Shell", call: Call) -> Result:
    """One call that changes nothing, as no turn of its own: for conditions. Raises the NlshError it ends with."""
    turn = Turn(Utterance("a condition looks", shell.cwd, time.time()), shell.session, 0, plan=(call,))
    scene, rules = Scene(shell.cwd, shell.home, turn.utterance.now), shell.rules(shell.cwd)
    args = ground(call, scene, "", shell.meant)
    step = Step(call, args.model_dump(mode="json", exclude_defaults=True))
    with shell.witnessed(turn, step) as seen:
        asked = Asked(args, scene, [], "none", {})
        effects, facts = effects_of(shell, call, find_tool(call.tool), asked, rules)
        seen.append(effects)
        step.decision = decide(effects, scene, rules, call.tool)
        if step.decision.verdict != "allow" or effects.changing:
            raise Refused(step.decision.reason or "a condition may only look", "", step.decision.rule)
        effects = granted(effects, step.decision, rules)
        found = shell.sandbox.run(
            call.tool, args.model_dump(mode="json"), scene, effects, rows=[], kind="none", facts=facts, seconds=shell.seconds
        )  # fmt: skip
        assert isinstance(found, Result)
        step.result = found
    return found
