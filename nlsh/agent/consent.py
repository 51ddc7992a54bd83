"""Whether a call may go on: policy's verdict carried out, with a preview and a person's yes where one is needed."""

import os
from typing import TYPE_CHECKING

from nlsh import answers, previews
from nlsh.agent.grounding import ground
from nlsh.agent.guard import asks_back, spoken_of
from nlsh.agent.manners import ALWAYS, DryRun, Preview
from nlsh.agent.performing import effects_of
from nlsh.errors import Exit, NlshError, Refused
from nlsh.messages import in_language
from nlsh.policy import Rules, allowance_for, decide
from nlsh.readings import in_words
from nlsh.tool import Asked, find_tool
from nlsh.turn import Call, Decision, Effects, Row, Scene, Turn

if TYPE_CHECKING:
    from nlsh.agent.turns import Shell

VERY_MANY = 500
LIKELY = 0.4  # how sure a reading must be to be refused where it is too unsure to be carried out


def consent(
    shell: "Shell",
    turn: Turn,
    call: Call,
    effects: Effects,
    decision: Decision,
    scene: Scene,
    rules: Rules,
    rows: list[Row],
) -> tuple[int, ...] | None:
    """Policy's verdict carried out: refuse, rehearse, ask, or go on.

    `rows` are those that the call works on. Returns None to go on, or the positions, from one, of the rows that a
    person chose of them, with which the call must be judged again.
    """
    if decision.verdict == "deny":
        raise Refused(decision.reason, previews.way_out(decision.rule), decision.rule)
    if not effects.changing and not effects.contacts and decision.verdict != "ask":
        return None
    headline, items, undo = previews.preview(call, effects)
    language = turn.utterance.language
    headline, undo = in_language(headline, language), in_language(undo, language)
    turn.preview = [headline, *items, undo]
    if shell.manners.dry_run:
        raise DryRun
    backed = spoken_of(turn.utterance.text, turn.plan)
    answered = decision.rule != "free"  # by a person, beforehand: the sentence must still speak of it
    if decision.verdict == "allow" and not turn.foreign and (not answered or backed):
        return None
    if call.tool == "session.undo" and asks_back(turn.utterance.text):
        return None  # it restores what a yes was given for, and loses nothing itself
    if shell.manners.yes and backed and not turn.foreign:
        return None
    seen = _identities(effects)
    plan = in_words(turn.plan)
    if shell.manners.confirm is None:
        hint = "say it again with --yes"
        if turn.foreign:
            hint = f"a person must see this: {turn.foreign[0]}"
        elif not backed:
            hint = "say it in plainer words: nothing in the sentence speaks of this"
        raise NlshError("needs_confirmation", f"{headline}?", hint, Exit.NEEDS_CONFIRMATION)
    reason = "; ".join((*turn.foreign, in_language(decision.reason, language)))
    each = tuple(answers.row_in_words(row) for row in rows) if len(rows) > 1 else ()
    why = tuple(answers.because(turn.utterance.text, turn.plan, turn.confidence))
    headline, shown, undo, reason, plan, each, why = shell.store.struck(
        (headline, tuple(items), undo, reason, plan, each, why)
    )
    for_good = None if turn.foreign else allowance_for(effects, scene, rules, call.tool, decision)
    begun = any(find_tool(step.call.tool).changes for step in turn.steps[:-1])
    # A plan with a hidden value in it is not shown to be edited: the card would tell the value.
    preview = Preview(
        headline, shown, undo, reason, plan, previews.for_good(for_good), each, _to_type(effects), why,
        calls=() if begun or shell.store.hidden else turn.plan,
    )  # fmt: skip
    said = shell.manners.confirm(preview)
    if isinstance(said, tuple):
        return said
    if said == ALWAYS and for_good is not None:
        shell.allow(for_good)
    if not said:
        raise NlshError(
            "needs_confirmation", "not confirmed; nothing was changed", "", Exit.NEEDS_CONFIRMATION
        )
    if _identities(effects) != seen:
        raise Refused(
            "something changed while you were reading; nothing was done",
            "look again and repeat it",
            "changed_meanwhile",
        )
    return None


def _to_type(effects: Effects) -> int:
    """The number that is typed instead of a yes: of what is gone for good, and of very many things; 0 where a yes will do."""
    changes = [change for change in effects.changes if change.op != "mkdir"]
    erased = any(change.op == "erase" for change in changes)
    return len(changes) if len(changes) >= VERY_MANY or (erased and len(changes) > 1) else 0


def _identities(effects: Effects) -> list[tuple[int, int, int] | None]:
    found: list[tuple[int, int, int] | None] = []
    for change in effects.changes:
        try:
            status = os.lstat(change.path)
            found.append((status.st_dev, status.st_ino, status.st_ctime_ns))
        except OSError:
            found.append(None)
    return found


def refuse_at_once(shell: "Shell", turn: Turn) -> None:
    """Raise Refused where the likeliest reading is one call that policy refuses anyhow: to ask for a surer one would be of no use."""
    if len(turn.plan) != 1 or turn.confidence < LIKELY or find_tool(turn.plan[0].tool).local:
        return
    call, rules = turn.plan[0], shell.rules(shell.cwd)
    scene = Scene(shell.cwd, shell.home, turn.utterance.now)
    try:
        asked = Asked(ground(call, scene, turn.utterance.text, shell.meant), scene, [], "none", {})
        effects, _ = effects_of(
            shell, call, find_tool(call.tool), asked, rules
        )  # a confined look, as before any yes
    except Refused:
        raise
    except (NlshError, OSError):
        return
    decision = decide(effects, scene, rules, call.tool)
    if decision.verdict == "deny":
        raise Refused(decision.reason, previews.way_out(decision.rule), decision.rule)
