"""Taking back: one turn by its id, a part of one, or what a crash left half done.

Undo is a step like any other: effects, policy, sandbox, a look at the disk, the audit log.
"""

import time
from typing import TYPE_CHECKING

from nlsh import answers, previews
from nlsh.agent.manners import DryRun
from nlsh.agent.performing import perform
from nlsh.changes import Change
from nlsh.errors import Interrupted, NlshError, Refused, ToolFailed
from nlsh.policy import decide
from nlsh.tool import Asked, find_tool
from nlsh.trash import make_ready
from nlsh.turn import Call, Scene, Step, Turn, Utterance

if TYPE_CHECKING:
    from nlsh.agent.turns import Shell


def undo(shell: "Shell", turn_id: int | None, *, partly: bool = False) -> Turn:
    """Take a turn back by its id, or the latest that can be; `partly`, what has not changed since. For `nlsh undo`."""
    utterance = Utterance("undo" if turn_id is None else f"undo {turn_id}", shell.cwd, time.time())
    identity, number = shell.store.begin(utterance, shell.session)
    turn = Turn(utterance, shell.session, number, confidence=1.0, plan=(Call("session.undo", {}),))
    try:
        wanted = turn_id if turn_id is not None else shell.journal.latest(None)
        if wanted is None:
            raise ToolFailed(
                "there is nothing to undo", "nlsh history shows what was done", "nothing_to_undo"
            )
        take_back(shell, turn, identity, wanted, partly)
    except DryRun:
        turn.status = "dry_run"
    except KeyboardInterrupt:
        shell.fail(turn, Interrupted())
    except NlshError as error:
        shell.fail(turn, error)
    shell.store.finish(identity, turn)
    return turn


def take_back(shell: "Shell", turn: Turn, identity: int, wanted: int, partly: bool = False) -> None:
    """Undo `wanted` as a step of `turn`. A person named it, so it is not asked about again."""
    scene = Scene(shell.cwd, shell.home, turn.utterance.now)
    call = turn.plan[0]
    tool = find_tool(call.tool)
    facts = {"inverses": shell.journal.inverses(wanted, partly=partly), "turn": wanted}
    asked = Asked(tool.args(), scene, [], "none", facts)
    effects = tool.effects(asked)
    step = Step(call, {"turn": wanted}, decision=decide(effects, scene, shell.rules(shell.cwd), call.tool))
    turn.steps.append(step)
    assert step.decision is not None
    with shell.witnessed(turn, step) as seen:
        seen.append(effects)
        if step.decision.verdict == "deny" and step.decision.rule not in ("outside",):
            raise Refused(step.decision.reason, "", step.decision.rule)
        if shell.manners.dry_run:
            turn.preview = [*previews.preview(call, effects)[1]]
            raise DryRun
        step.result, _ = perform(shell, turn, identity, 0, call, asked, effects)
    shell.store.step(identity, 0, step, "done")
    turn.answer = answers.answer(call, step.result, (), turn.utterance.language)


def perform_back(shell: "Shell", changes: tuple[Change, ...]) -> None:
    """Carry out the inverses of what was left half done."""
    call = Call("session.undo", {})
    turn = Turn(Utterance("after a crash", shell.cwd, time.time()), shell.session, 0, plan=(call,))
    tool, scene, step = (
        find_tool(call.tool),
        Scene(shell.cwd, shell.home, turn.utterance.now),
        Step(call, {}),
    )
    with shell.witnessed(turn, step) as seen:
        effects = tool.effects(Asked(tool.args(), scene, [], "none", {"inverses": changes}))
        seen.append(effects)
        make_ready(change.to for change in changes if change.op == "trash" and change.to)
        shell.sandbox.run(call.tool, {}, scene, effects, rows=[], kind="none", facts={})
