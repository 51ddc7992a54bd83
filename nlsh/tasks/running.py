"""Carries out a task file step by step, and writes down what is done, so that nothing is done twice.

Values go into the holes of compiled plans as data. A step acts as one turn of a session of
its own; then its expectations are looked at. After a crash, the journal first finishes or
takes back what was half done, and a run that goes on asks it which steps have acted.
"""

import fcntl
import fnmatch
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nlsh.agent.turns import CALL_SECONDS, Shell
from nlsh.errors import Exit, Interrupted, NlshError, Refused
from nlsh.memory.runs import Run, Runs, result_from
from nlsh.policy import Rules
from nlsh.tasks.conditions import holds
from nlsh.tasks.lock import Compiled
from nlsh.tasks.parse import Step, TaskFile
from nlsh.tasks.variables import filled
from nlsh.tool import find_tool
from nlsh.turn import Act, Call, Result, Row, Turn

_WORTH_ANOTHER_TRY = (Exit.TOOL_FAILED, Exit.EXPECTATION_FAILED, Exit.TEMPORARY)


@dataclass(slots=True)
class Outcome:
    """What became of one step, or of one row of it."""

    step: Step
    item: int
    state: str  # done, skipped, failed, expectation
    message: str = ""
    turn: Turn | None = None
    exit_code: int = 0


@dataclass
class Runner:
    """One run of a file."""

    file: TaskFile
    plans: list[Compiled | None]  # None where the sentence is planned when its time comes
    shell: Shell
    runs: Runs
    run: Run
    secrets: dict[str, str] = field(default_factory=dict)
    tell: Callable[[Outcome], None] = lambda outcome: None
    agree: Callable[[Step], bool] = lambda step: True
    chosen: Callable[[int, Step], bool] = lambda position, step: True
    rehearsal: bool = False  # nothing is changed, so nothing can be expected
    saved: dict[str, Result] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    _last: Result | None = None

    def all(self) -> int:
        """Carry out every step; the exit code."""
        code = 0
        known = self.runs.steps(self.run)
        try:
            for position, (step, entry) in enumerate(zip(self.file.steps, self.plans, strict=True)):
                own = 0
                if self.chosen(position, step) and self.agree(step):
                    own = self._step(position, step, entry, known)
                code = own or code
                if own and step.on_error != "continue":
                    if step.on_error == "undo":
                        self._undo()
                    break
        except (KeyboardInterrupt, Interrupted):
            self.runs.end(self.run, "interrupted")
            return int(Exit.INTERRUPTED)
        except NlshError:  # a condition that could not be looked at
            self.runs.end(self.run, "failed")
            raise
        self.runs.end(self.run, "rehearsal" if self.rehearsal else "failed" if code else "done")
        return code

    def _step(
        self, position: int, step: Step, entry: Compiled | None, known: dict[tuple[int, int], dict[str, Any]]
    ) -> int:
        """One step, for each of its rows; its exit code."""
        code = 0
        results: list[Result] = []
        for item, row in enumerate(self._rows(step)):
            before = known.get((position, item))
            values = self.run.variables | row
            if before is not None and self._is_done(step, before, values):
                result = result_from(before["result"]) or self.shell.result
                self._last = result
                self._note(Outcome(step, item, "done", "was done before"))
            else:
                outcome = self._attempts(position, item, step, entry, values)
                code = outcome.exit_code or code
                result = self._last
                if outcome.exit_code and step.on_error != "continue":
                    break
            if result is not None:
                results.append(result)
        if step.save and results:
            kept = (
                results[0]
                if len(results) == 1
                else replace(results[0], rows=[r for found in results for r in found.rows or []])
            )
            self.saved[step.save] = kept
        return code

    def _rows(self, step: Step) -> list[dict[str, str]]:
        """The values of each row of `for each`; one empty set of values for other steps."""
        if step.each is None:
            return [{}]
        name, source = step.each
        if step.over is not None and step.over.call is not None:
            look = step.over.call
            args = {key: filled(str(value), self.run.variables) for key, value in look.args.items()}
            rows: list[Row] = self.shell.look(Call(look.tool, args)).rows or []
        else:
            rows = self.saved[source].rows or [] if source in self.saved else []
        found = []
        for row in rows:
            main = row.get("path", row.get("name", row.get("text", next(iter(row.values()), ""))))
            found.append({name: str(main)} | {f"{name}.{key}": str(value) for key, value in row.items()})
        return found

    def _is_done(self, step: Step, before: dict[str, Any], values: dict[str, str]) -> bool:
        """Whether a step of a run that goes on was done: it is written down, or the journal or its expectations say so."""
        if before["state"] in ("done", "skipped"):
            return True
        if before["state"] != "begun":
            return False
        for turn in self.runs.turns_since(self.run, before["before"]):
            plan, done = self.runs.acted(turn)
            changing = {position for position, tool in enumerate(plan) if find_tool(tool).changes}
            if changing and changing <= done:
                return True
            if changing & done:  # a part of it only: take that back, and do the whole
                self.shell.undo(turn)
        changes = bool(step.expects) and all(c.call is not None for c in step.expects)
        return changes and self._failed_expectation(step, values, None) is None

    def _attempts(
        self, position: int, item: int, step: Step, entry: Compiled | None, values: dict[str, str]
    ) -> Outcome:
        begun = time.monotonic()
        if step.condition is not None:
            fits, said = holds(step.condition, values, self.shell.look, self._last, self.shell.cwd)
            if not fits:
                return self._end(position, item, Outcome(step, item, "skipped", said), begun)
        for attempt in range(step.retries + 1):
            if attempt:
                time.sleep(step.pause_seconds)
            self.runs.step_begins(self.run, position, item)
            outcome = self._once(item, step, entry, values)
            if outcome.exit_code not in _WORTH_ANOTHER_TRY:
                break
        self._end(position, item, outcome, begun)
        if outcome.exit_code == Exit.INTERRUPTED:
            raise Interrupted()
        return outcome

    def _once(self, item: int, step: Step, entry: Compiled | None, values: dict[str, str]) -> Outcome:
        """One attempt: act, then look whether what is expected is there."""
        said = filled(step.sentence, values)
        calls = tuple(_filled_call(call, values | self.secrets) for call in entry.calls) if entry else ()
        self.shell.seconds = step.timeout_seconds or CALL_SECONDS
        try:
            self._allowed(calls)
            turn = self.shell.say(said, Act(calls) if entry else None, learn=False)
        except NlshError as error:
            self._last = None
            return Outcome(step, item, "failed", error.message, None, int(error.exit_code))
        finally:
            self.shell.seconds = CALL_SECONDS
        self._hide(turn)
        self._last = turn.steps[-1].result if turn.steps else None
        if turn.exit_code or turn.status == "dry_run":
            message = turn.error["message"] if turn.error else turn.status
            return Outcome(
                step, item, "failed" if turn.exit_code else "skipped", message, turn, turn.exit_code
            )
        try:
            missed = self._failed_expectation(step, values, self._last)
        except NlshError as error:
            missed = error.message
        if missed is not None:
            return Outcome(step, item, "expectation", missed, turn, int(Exit.EXPECTATION_FAILED))
        return Outcome(step, item, "done", "", turn)

    def _failed_expectation(self, step: Step, values: dict[str, str], last: Result | None) -> str | None:
        for expected in () if self.rehearsal else step.expects:
            fits, said = holds(expected, values, self.shell.look, last, self.shell.cwd)
            if not fits:
                return f"expected: {filled(expected.text, values)}; {said}"
        return None

    def _allowed(self, calls: tuple[Call, ...]) -> None:
        """What `allow:` of the file says of the tools."""
        globs = self.file.allow.get("tools")
        for call in calls:
            if globs is not None and not any(fnmatch.fnmatchcase(call.tool, str(glob)) for glob in globs):
                raise Refused(
                    f"the file does not allow itself {call.tool}", "add it under allow: tools", "allow"
                )

    def _end(self, position: int, item: int, outcome: Outcome, begun: float) -> Outcome:
        if outcome.state != "skipped" or outcome.turn is None:  # a rehearsal is not written down as done
            state = {"expectation": "failed"}.get(outcome.state, outcome.state)
            if outcome.state == "skipped":
                self.runs.step_begins(self.run, position, item)
            self.runs.step_ends(
                self.run, position, item, state, duration_ms=round((time.monotonic() - begun) * 1000, 1),
                message=outcome.message, result=self._last,
            )  # fmt: skip
        self._note(outcome)
        return outcome

    def _note(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.tell(outcome)

    def _hide(self, turn: Turn) -> None:
        """Strike secret values out of what a turn shows."""
        struck = self.shell.store.struck
        turn.plan = tuple(Call(call.tool, struck(call.args)) for call in turn.plan)
        turn.answer, turn.error, turn.preview = struck((turn.answer, turn.error, turn.preview))
        for step in turn.steps:
            step.args = struck(step.args)

    def _undo(self) -> None:
        """Take back, last first, what the steps of this run changed."""
        for outcome in reversed(self.outcomes):
            if outcome.turn is not None and outcome.turn.undo:
                undone = self.shell.undo(int(outcome.turn.undo))
                self._note(
                    Outcome(
                        outcome.step, outcome.item, "undone" if not undone.exit_code else "failed", "", undone
                    )
                )


def narrowed(rules: Rules, allow: dict[str, Any]) -> Rules:
    """Policy as narrow as `allow:` of a task file makes it; it can never be wider."""
    if "write" in allow:
        only = tuple(os.path.realpath(os.path.expanduser(str(path))) for path in allow["write"])
        rules = replace(rules, only_write=only)
    if "hosts" in allow:
        hosts = {str(host).lower() for host in allow["hosts"]}
        rules = replace(rules, hosts=tuple(host for host in rules.hosts if host in hosts))
    if allow.get("commands") is False:
        rules = replace(rules, external_commands="deny")
    return rules


def _filled_call(call: Call, values: dict[str, str]) -> Call:
    return Call(call.tool, {k: filled(v, values) if isinstance(v, str) else v for k, v in call.args.items()})


@contextmanager
def alone(file: Path, state: Path) -> Iterator[None]:
    """Hold the file's lock while it runs; NlshError (try again) when another run holds it."""
    folder = state / "tasks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / (digest(os.fsencode(file.resolve())) + ".running")
    with place.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise NlshError(
                "busy", f"{file} is running already", "wait until it has ended", Exit.TEMPORARY
            ) from error
        yield


def digest(data: bytes) -> str:
    """A short name for some bytes."""
    return hashlib.sha256(data).hexdigest()[:16]
