"""Carries out a task file step by step, and writes down what is done, so that nothing is done twice.

Values go into the holes of compiled plans as data. A step acts as one turn of the run's
session; then its expectations are looked at. Steps that are marked `parallel` act at the same
time, each thread with a shell of its own. After a crash, the journal first finishes or takes
back what was half done, and a run that goes on asks it which steps have acted.
"""

import fnmatch
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event
from typing import Any

from nlsh.agent import performing
from nlsh.agent.turns import CALL_SECONDS, Shell
from nlsh.errors import Exit, Interrupted, NlshError, Refused, ToolFailed
from nlsh.memory.places import seen_from
from nlsh.memory.runs import Run, Runs, result_from
from nlsh.tasks.conditions import holds
from nlsh.tasks.lanes import in_lanes
from nlsh.tasks.lock import Compiled
from nlsh.tasks.parse import Step, TaskFile
from nlsh.tasks.taint import foreign, main_column, warnings
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


@dataclass(frozen=True, slots=True)
class Job:
    """A step for one of its rows, with its plan and what an earlier start of the run knows of it."""

    position: int
    item: int
    row: dict[str, str]
    sources: dict[str, str]  # where those of its values come from that somebody else wrote
    step: Step
    entry: Compiled | None
    before: dict[str, Any] | None


@dataclass
class Runner:
    """One run of a file."""

    file: TaskFile
    plans: Sequence[Compiled | None]  # None where the sentence is planned when its time comes
    shell: Shell
    runs: Runs
    run: Run
    secrets: dict[str, str] = field(default_factory=dict)
    tell: Callable[[Outcome], None] = lambda outcome: None
    agree: Callable[[Step], bool] = lambda step: True
    chosen: Callable[[int, Step], bool] = lambda position, step: True
    rehearsal: bool = False  # nothing is changed, so nothing can be expected
    lane: Callable[[], AbstractContextManager[Shell]] | None = None  # a shell for a step beside others
    stop: Event = field(default_factory=Event)  # set when the run is interrupted
    # with the folder that its files are named from
    saved: dict[str, tuple[Result, str]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    _last: Result | None = None

    def all(self) -> int:
        """Carry out every step; the exit code."""
        code = 0
        known = self.runs.steps(self.run)
        try:
            for positions in self._groups():
                jobs = [job for position in positions for job in self._jobs(position, known)]
                codes, wanted = self._carry_out(jobs)
                code = codes or code
                if wanted == "undo":
                    self._undo()
                if wanted != "continue":
                    break
        except (KeyboardInterrupt, Interrupted):
            self.runs.end(self.run, "interrupted")
            return int(Exit.INTERRUPTED)
        except NlshError:  # a condition that could not be looked at
            self.runs.end(self.run, "failed")
            raise
        self.runs.end(self.run, "rehearsal" if self.rehearsal else "failed" if code else "done")
        return code

    def _groups(self) -> Iterator[list[int]]:
        """Positions of steps: those that follow each other and are marked parallel together, others alone."""
        group: list[int] = []
        for position, step in enumerate(self.file.steps):
            if not step.parallel and group:
                yield group
                group = []
            group.append(position)
            if not step.parallel or self.lane is None:
                yield group
                group = []
        if group:
            yield group

    def _jobs(self, position: int, known: dict[tuple[int, int], dict[str, Any]]) -> list[Job]:
        """A step once for each of its rows; none when it is left out."""
        step = self.file.steps[position]
        if not (self.chosen(position, step) and self.agree(step)):
            return []
        rows = self._rows(step)
        return [
            Job(position, item, row, sources, step, self.plans[position], known.get((position, item)))
            for item, (row, sources) in enumerate(rows)
        ]

    def _carry_out(self, jobs: list[Job]) -> tuple[int, str]:
        """The exit code of some jobs, and what their steps say of going on: continue, stop or undo."""
        failed: list[tuple[int, str]] = []
        results: dict[int, list[Result]] = {}
        side_by_side = len(jobs) > 1 and jobs[0].step.parallel and self.lane is not None
        for job, code, result in (self._at_once if side_by_side else self._in_turn)(jobs):
            if code:
                failed.append((code, job.step.on_error))
            if result is not None:
                results.setdefault(job.position, []).append(result)
        for position, found in results.items():
            if name := self.file.steps[position].save:
                rows = [row for result in found for row in result.rows or []]
                whole = found[0] if len(found) == 1 else replace(found[0], rows=rows)
                self.saved[name] = (whole, self.shell.cwd)
        words = [said for _, said in failed]
        wanted = next((said for said in ("undo", "stop") if said in words), "continue")
        return (failed[-1][0] if failed else 0), wanted

    def _in_turn(self, jobs: list[Job]) -> Iterable[tuple[Job, int, Result | None]]:
        for job in jobs:
            code, result = self._one(job)
            yield job, code, result
            if code and job.step.on_error != "continue":
                break

    def _at_once(self, jobs: list[Job]) -> Iterable[tuple[Job, int, Result | None]]:
        """The jobs side by side, as many at a time as the file and the processors allow; in the jobs' order."""
        assert self.lane is not None
        lanes = min(len(jobs), self.file.parallel or os.cpu_count() or 1)

        def work(shell: Shell, job: Job) -> tuple[int, Result | None]:
            beside = replace(self, shell=shell, runs=Runs(shell.store), outcomes=[])
            shell.previous, shell.result = self.shell.previous, self.shell.result
            found = beside._one(job)
            self.outcomes += beside.outcomes
            return found

        stops = [job.step.on_error != "continue" for job in jobs]
        found = in_lanes(
            self.lane, lanes, jobs, work, self.stop, lambda at, answer: bool(answer[0]) and stops[at]
        )
        return [(job, *answer) for job, answer in zip(jobs, found, strict=True) if answer is not None]

    def _one(self, job: Job) -> tuple[int, Result | None]:
        """One job, unless it was done before; its exit code and what it left."""
        values = self.run.variables | job.row
        if job.before is not None and self._is_done(job.step, job.before, values):
            result = result_from(job.before["result"]) or self.shell.result
            self._last = result
            self._note(Outcome(job.step, job.item, "done", "was done before"))
            return 0, result
        outcome = self._attempts(job, values)
        failed = outcome.exit_code and job.step.on_error != "continue"
        return outcome.exit_code, None if failed else self._last

    def _rows(self, step: Step) -> list[tuple[dict[str, str], dict[str, str]]]:
        """The values of each row of `for each`, and where those of others come from; one without any for other steps."""
        if step.each is None:
            return [({}, {})]
        name, source = step.each
        plan: Sequence[Call] = ()
        if step.over is not None and step.over.call is not None:
            look = step.over.call
            args = {key: filled(str(value), self.run.variables) for key, value in look.args.items()}
            result = performing.look(self.shell, Call(look.tool, args))
        else:
            kept, folder = self.saved.get(source, (Result(), self.shell.cwd))
            result = seen_from(kept, folder, self.shell.cwd) if folder != self.shell.cwd else kept
            saver = [
                entry
                for other, entry in zip(self.file.steps, self.plans, strict=True)
                if other.save == source
            ]
            plan = [call for entry in saver if entry is not None for call in entry.calls]
        found = []
        lines: list[Row] = [{"text": line} for line in (result.text or "").splitlines()]
        for row in result.rows if result.rows is not None else lines:
            values = {f"{name}.{key}": str(value) for key, value in row.items()}
            found.append(
                (values | {name: str(row.get(main_column(row), ""))}, foreign(name, row, result, plan))
            )
        return found

    def _is_done(self, step: Step, before: dict[str, Any], values: dict[str, str]) -> bool:
        """Whether a step of a run that goes on was done: it is written down, or the journal or its expectations say so."""
        if before["state"] in ("done", "skipped"):
            return True
        if before["state"] != "begun":
            return False
        if before["turn"] is not None:
            plan, done = self.runs.acted(before["turn"])
            changing = {position for position, tool in enumerate(plan) if find_tool(tool).changes}
            if changing and changing <= done:
                return True
            if changing & done and self.shell.undo(before["turn"]).exit_code:  # a part of it only
                said = f"'{step.title}' was cut off in the middle, and what it had done cannot be taken back"
                raise ToolFailed(said, "look what is there, then go on with --from", "moved_on")
        changes = bool(step.expects) and all(c.call is not None for c in step.expects)
        return changes and self._failed_expectation(step, values, None) is None

    def _attempts(self, job: Job, values: dict[str, str]) -> Outcome:
        begun, step = time.monotonic(), job.step
        if step.condition is not None:
            fits, said = holds(
                step.condition, values, partial(performing.look, self.shell), self._last, self.shell.cwd
            )
            if not fits:
                return self._end(job, Outcome(step, job.item, "skipped", said), begun)
        for attempt in range(step.retries + 1):
            if attempt:
                self.stop.wait(step.pause_seconds)
            self.runs.step_begins(self.run, job.position, job.item)
            outcome = self._once(job, values)
            if outcome.exit_code not in _WORTH_ANOTHER_TRY:
                break
        self._end(job, outcome, begun)
        if outcome.exit_code == Exit.INTERRUPTED:
            raise Interrupted()
        return outcome

    def _once(self, job: Job, values: dict[str, str]) -> Outcome:
        """One attempt: act, then look whether what is expected is there."""
        step, item = job.step, job.item
        said = filled(step.sentence, values)
        holes = job.entry.calls if job.entry else ()
        calls = tuple(_filled_call(call, values | self.secrets) for call in holes)
        self.shell.seconds = step.timeout_seconds or CALL_SECONDS
        try:
            self._allowed(calls)
            turn = self.shell.say(
                said, Act(calls) if job.entry else None, learn=False, foreign=warnings(holes, job.sources),
                begun=lambda identity: self.runs.step_acts(self.run, job.position, item, identity),
            )  # fmt: skip
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
            fits, said = holds(expected, values, partial(performing.look, self.shell), last, self.shell.cwd)
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

    def _end(self, job: Job, outcome: Outcome, begun: float) -> Outcome:
        if outcome.state != "skipped" or outcome.turn is None:  # a rehearsal is not written down as done
            state = {"expectation": "failed"}.get(outcome.state, outcome.state)
            if outcome.state == "skipped":
                self.runs.step_begins(self.run, job.position, job.item)
            self.runs.step_ends(
                self.run, job.position, job.item, state, duration_ms=round((time.monotonic() - begun) * 1000, 1),
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


def _filled_call(call: Call, values: dict[str, str]) -> Call:
    return Call(call.tool, {k: filled(v, values) if isinstance(v, str) else v for k, v in call.args.items()})
