"""The turn: from what was said to what was done, one step at a time.

plan → for each call: ground, effects, policy, preview and yes, journal, sandbox,
a look at the disk. Each step is written to memory as it happens.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nlsh import answers
from nlsh.agent import own, undoing, witness
from nlsh.agent.consent import consent, refuse_at_once
from nlsh.agent.grounding import check, ground
from nlsh.agent.manners import DryRun, Manners
from nlsh.agent.outcomes import check_length, check_text, not_for_me, not_sure, status_of
from nlsh.agent.performing import effects_of, perform
from nlsh.agent.planner import Planner, Talker
from nlsh.allowances import Allowance
from nlsh.changes import Change
from nlsh.errors import Exit, Interrupted, NlshError, NotUnderstood, ToolFailed
from nlsh.memory.audit import Audit
from nlsh.memory.journal import Journal
from nlsh.memory.notes import Notes, meant
from nlsh.memory.store import Store
from nlsh.messages import in_language
from nlsh.policy import Rules, decide, granted
from nlsh.readings import in_words
from nlsh.sandbox.client import Sandbox
from nlsh.tool import Asked, Tool, find_tool
from nlsh.turn import Act, Call, Effects, Result, Row, RowKind, Scene, Status, Step, Turn, Utterance

CALL_SECONDS = 900.0


@dataclass
class Shell:
    """One conversation: what was before, and the parts that turns are made with."""

    planner: Callable[[], Planner]
    sandbox: Sandbox
    store: Store
    journal: Journal
    rules: Callable[[str], Rules]  # what is in force in a folder
    session: str
    home: str
    cwd: str
    manners: Manners = field(default_factory=Manners)
    previous: tuple[Call, ...] = ()
    result: Result | None = None
    before: str = ""  # the folder that was the current one before
    threshold: float | None = None
    log: Callable[[str], None] = lambda text: None
    settings: Callable[[], dict[str, Any]] = dict
    allow: Callable[[Allowance], None] = lambda allowance: None  # writes down what was allowed for good
    explanation: list[Row] = field(default_factory=list)
    model_path: Callable[[], Path | None] = lambda: None  # the model that plans, for the audit log
    seconds: float = CALL_SECONDS  # how long one call may take
    # A larger model: the one that plans everything, if there is one (False), or the one that is asked at a loss (True).
    larger: Callable[[bool], Talker | None] = lambda at_a_loss: None

    @cached_property
    def audit(self) -> Audit:
        """The chained log of every call."""
        return Audit(self.store)

    @cached_property
    def notes(self) -> Notes:
        """What the user asked to keep."""
        return Notes(self.store)

    def meant(self, words: str) -> str:
        """A remembered name for a place as that place, and the folder before this one; other words as they are."""
        return self.before if self.before and words.lower() in own.BEFORE else meant(words, self.notes)

    def say(
        self,
        text: str,
        chosen: Act | None = None,
        learn: bool = True,
        begun: Callable[[int], None] = lambda identity: None,
        foreign: tuple[str, ...] = (),
    ) -> Turn:
        """One turn. Never raises for what a person did or said: the turn tells.

        `chosen` is the reading that a person picked for this very sentence; it is remembered for it
        unless `learn` is False. `begun` is told the turn's id before anything is done. `foreign` names
        arguments that are text of somebody else's, read from files, processes or the network.
        """
        started = time.monotonic()
        utterance = Utterance(text, self.cwd, time.time(), answers.language_of(text))
        identity, number = self.store.begin(utterance, self.session)
        begun(identity)
        turn = Turn(utterance, self.session, number, foreign=foreign)
        try:
            check_text(text)
            talker = self.larger(False) if chosen is None else None
            if talker is not None:
                talker.discuss(self, turn, identity)
            else:
                self._understand(turn, identity, chosen)
            if chosen is not None and learn:
                self.notes.learn(text, chosen.calls)
        except DryRun:
            turn.status, turn.exit_code = "dry_run", Exit.DONE
        except KeyboardInterrupt:
            self.fail(turn, Interrupted())
        except NlshError as error:
            self.fail(turn, error)
        except OSError as error:  # what was there a moment ago is not, or no longer what it was
            self.fail(
                turn,
                ToolFailed(
                    f"{error.filename or self.cwd}: {(error.strerror or str(error)).lower()}", "look again"
                ),
            )
        except Exception as error:  # a mistake of nlsh's own ends the turn, not the conversation
            import traceback

            self.log(traceback.format_exc())
            hint = "nlsh doctor shows where the log is"
            self.fail(turn, ToolFailed(f"a mistake in nlsh itself: {error}", hint, "bug"))
        turn.timing["total_ms"] = round((time.monotonic() - started) * 1000, 1)
        self.store.finish(identity, turn)
        return turn

    def _understand(self, turn: Turn, identity: int, chosen: Act | None) -> None:
        """One plan, from the embedded model or as chosen; what it makes nothing of goes to a larger model, where one is set."""
        if chosen is None:
            try:
                self._plan(turn)
            except NotUnderstood:
                talker = self.larger(True)
                if talker is None:
                    raise
                turn.plan = ()
                talker.discuss(self, turn, identity)
                return
        else:
            turn.plan, turn.confidence = chosen.calls, 1.0
        self.carry_out(turn, identity)

    def carry_out(self, turn: Turn, identity: int, first: int = 0) -> Result:
        """Make the calls of the turn's plan from number `first` on; the last one's result. Raises the NlshError that one ended with."""
        if any(find_tool(call.tool).changes for call in turn.plan):
            self.store.planned(identity, turn.plan)
        return self._act(turn, identity, first)

    def _plan(self, turn: Turn) -> None:
        text = turn.utterance.text
        check_length(text)
        known = self.notes.learnt(text)
        if known is not None:
            turn.plan, turn.confidence = known, 1.0
            return
        loading = time.monotonic()
        planner = self.planner()
        planning = time.monotonic()
        kind = self.result.kind if self.result else "none"
        plan = planner.plan(replace(turn.utterance, text=" ".join(text.split())), self.previous, kind)
        turn.timing["load_ms"] = round((planning - loading) * 1000, 1)
        turn.timing["plan_ms"] = round((time.monotonic() - planning) * 1000, 1)
        turn.confidence = round(plan.confidence, 3)
        turn.readings = plan.alternatives
        threshold = self.threshold if self.threshold is not None else planner.threshold(plan.calls)
        if not plan.calls:
            raise not_for_me(plan.alternatives, turn)
        if plan.calls[0].tool == "session.last" and self.result is None:
            raise own.nothing_yet()  # however unsure the rest is: what it goes on about is not there
        turn.plan = plan.calls
        if plan.confidence < threshold:
            refuse_at_once(self, turn)
            raise not_sure(plan.alternatives, turn)

    def _act(self, turn: Turn, identity: int, first: int) -> Result:
        running = time.monotonic()
        rows: list[Row] = []
        kind: RowKind = "none"
        result = held = Result()
        changes: tuple[Change, ...] = ()
        for call in turn.plan[first:]:
            check(call)
        try:
            for position, call in enumerate(turn.plan[first:], first):
                held = result if result.rows is not None else held
                result, changes = self._step(turn, identity, position, call, rows, kind)
                rows, kind = own.handed_on(result), result.kind
        finally:
            turn.timing["run_ms"] = round((time.monotonic() - running) * 1000, 1)
        if result.failure:
            raise ToolFailed(result.failure, "", "command_failed")
        turn.answer = answers.answer(turn.plan[-1], result, changes, turn.utterance.language)
        if turn.plan[-1].tool not in own.QUIET:
            own.remember(self, turn, result, held)
        if turn.plan[-1].tool != "session.explain":
            others = tuple(in_words(act.calls) for act in turn.readings if act.calls != turn.plan)
            self.explanation = own.explained(turn.utterance.text, turn.plan, turn.confidence, others)
        return result

    def _step(
        self, turn: Turn, identity: int, position: int, call: Call, rows: list[Row], kind: RowKind
    ) -> tuple[Result, tuple[Change, ...]]:
        begun = time.monotonic()
        terminal = self.manners.terminal if position == len(turn.plan) - 1 else ""
        scene, rules = Scene(self.cwd, self.home, turn.utterance.now, terminal), self.rules(self.cwd)
        tool = find_tool(call.tool)
        step = Step(call, dict(call.args))
        status: Status = "failed"
        changes: tuple[Change, ...] = ()
        seen: list[Effects] = []
        try:
            args = ground(call, scene, turn.utterance.text, self.meant)
            step.args = args.model_dump(mode="json", exclude_defaults=True)
            facts: dict[str, Any] = {}
            if tool.local:
                facts, rows, kind = own.facts_for(self, call, args, rows, kind)
            turn.steps.append(step)
            asked, nothing = self._agree(turn, step, tool, Asked(args, scene, rows, kind, facts), rules, seen)
            if nothing:
                result = Result("files", [], notes=[answers.nothing_to_do(turn.utterance.language)])
            else:
                result, changes = perform(self, turn, identity, position, call, asked, seen[-1])
            if tool.local:
                own.left_by(self, call, args, result)
            step.result = result
            status = "failed" if result.failure else "done"
            return result, changes
        except DryRun:
            status = "dry_run"
            raise
        except NlshError as error:
            status = status_of(error)
            if step not in turn.steps:
                turn.steps.append(step)
            raise
        finally:
            step.duration_ms = round((time.monotonic() - begun) * 1000, 1)
            self.store.step(identity, position, step, status)
            self._witness(turn, position, step, status, seen[-1] if seen else None, rules)

    def _agree(
        self, turn: Turn, step: Step, tool: Tool, asked: Asked, rules: Rules, seen: list[Effects]
    ) -> tuple[Asked, bool]:
        """Judge a call and get the consent that it needs; it is judged again when a person chose some of its rows.

        Returns what is then asked for, and whether there is nothing to do; its effects are the last of `seen`.
        """
        while True:
            effects, facts = effects_of(self, step.call, tool, asked, rules)
            step.decision = decide(effects, asked.scene, rules, step.call.tool)
            seen.append(granted(effects, step.decision, rules))
            if _matched_nothing(tool, effects, asked.rows, asked.kind):
                return asked, True
            offered = asked.rows if tool.takes and tool.targets else []
            chosen = consent(self, turn, step.call, seen[-1], step.decision, asked.scene, rules, offered)
            if chosen is None:
                return replace(asked, facts=facts), False
            asked = replace(asked, rows=[asked.rows[number - 1] for number in chosen])

    def _witness(
        self, turn: Turn, position: int, step: Step, status: Status, effects: Effects | None, rules: Rules
    ) -> None:
        """Add the call to the audit log."""
        model = witness.model_digest(self.model_path())
        level = self.sandbox.level_if_known
        said = witness.record(turn, position, step, status, effects, rules, level=level, model=model)
        self.audit.note(said)

    @contextmanager
    def witnessed(self, turn: Turn, step: Step) -> Iterator[list[Effects]]:
        """Adds what is done inside to the audit log, however it ends; takes the effects when they are known."""
        seen: list[Effects] = []
        status: Status = "failed"
        try:
            yield seen
            status = "done"
        except DryRun:
            status = "dry_run"
            raise
        except NlshError as error:
            status = status_of(error)
            raise
        finally:
            self._witness(turn, 0, step, status, seen[0] if seen else None, self.rules(self.cwd))

    def go(self, folder: str) -> None:
        """Make `folder` the current one; "them" and "it" stay what they were."""
        own.go(self, folder)

    def note(self, line: str, code: int) -> None:
        """Write down a command that the user ran themselves."""
        utterance = Utterance(line, self.cwd, time.time())
        identity, number = self.store.begin(utterance, self.session)
        self.store.finish(identity, Turn(utterance, self.session, number, "done" if code == 0 else "failed"))

    def undo(self, turn_id: int | None, *, partly: bool = False) -> Turn:
        """Take a turn back by its id, or the latest that can be; `partly`, what has not changed since. For `nlsh undo`."""
        return undoing.undo(self, turn_id, partly=partly)

    def recover(self) -> list[str]:
        """Take back what a crash left half done; a line for each."""
        return self.journal.recovery(lambda changes: undoing.perform_back(self, changes))

    def fail(self, turn: Turn, error: NlshError) -> None:
        turn.status, turn.exit_code = status_of(error), int(error.exit_code)
        language = turn.utterance.language
        message, hint = in_language(error.message, language), in_language(error.hint, language)
        turn.error = {"code": error.code, "message": message, "hint": hint}
        if isinstance(error, NotUnderstood) and error.alternatives:
            turn.alternatives = error.alternatives
        if isinstance(error, Interrupted) and turn.undo:
            turn.error["hint"] = in_language(
                f"part of it was done; nlsh undo {turn.undo} takes it back", language
            )


def _matched_nothing(tool: Tool, effects: Effects, rows: list[Row], kind: RowKind) -> bool:
    """Whether a call that was to work on the rows before it got none: nothing is there to do."""
    fed = bool(tool.takes) and bool(tool.targets) and kind != "none" and not rows
    return fed and not effects.changing and not effects.reads
