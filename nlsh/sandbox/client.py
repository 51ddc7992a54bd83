"""The shell's side of the sandbox: starts the zygote, hands it orders, listens to the children.

grants.py opens what a child is given; this module orders children, and listens until they have answered.
"""

import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from threading import Lock
from typing import Any

from nlsh.errors import Interrupted, NlshError, NotUnderstood, Refused, ToolFailed
from nlsh.sandbox.child import receive, send
from nlsh.sandbox.confinement import Confinement, Level, confine
from nlsh.sandbox.grants import effects_record, free_bytes, kill, open_grants, open_targets
from nlsh.sandbox.start import take
from nlsh.tool import find_tool
from nlsh.turn import Effects, Result, Row, RowKind, Scene

START_SECONDS = 60.0
SPACE_SECONDS = 0.2  # how often the disk is looked at while a call writes
LEAST_FREE_BYTES = 64 << 20  # no call may take the last of a disk
_ERRORS: dict[str, type[NlshError]] = {
    "Refused": Refused,
    "NotUnderstood": NotUnderstood,
    "ToolFailed": ToolFailed,
}
Progress = Callable[[str, int, int], None]


class _Space:
    """Watches that a call does not fill the disks that it writes to."""

    def __init__(self, writes: tuple[str, ...]) -> None:
        self._begun = {path: free_bytes(path) for path in writes}

    def check(self) -> None:
        """ToolFailed when one of them is nearly full, and was not before."""
        for path, before in self._begun.items():
            if (free := free_bytes(path)) < min(before, LEAST_FREE_BYTES):
                raise ToolFailed(
                    f"the disk of {path} is nearly full ({free >> 20} MiB left); the call was stopped",
                    "free some space first",
                    "disk_full",
                )


@dataclass(slots=True)
class _Child:
    """A confined child at work: the socket to it, its pidfd, how far it is, what it answered."""

    ours: socket.socket
    pidfd: int
    progress: tuple[str, int, int] | None = None
    answer: Result | dict[str, Any] | None = None
    live: Callable[[str], None] | None = None  # is handed what a command prints, as it comes


class Sandbox:
    """Runs calls in confined children. Make it early: the zygote starts while the rest loads."""

    def __init__(self, own_state: tuple[str, ...] = (), log: Callable[[str], None] = lambda _: None) -> None:
        self._own_state = own_state
        self._log = log
        self._level: tuple[Level, str] | None = None
        started = take()
        self._process, self._channel, self._lent = started.process, started.channel, started.lent
        self._said = started.hello or b""
        self._at_work: list[_Child] = []
        self._changing = Lock()
        self._ordering = Lock()
        self._listening = Lock()
        self._stopped = False

    @property
    def helper(self) -> int:
        """The zygote's pid."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the zygote is still there."""
        return self._lent or self._process.poll() is None

    @property
    def level(self) -> Level:
        """What this kernel can keep; waits for the zygote's probe."""
        return self._hello()[0]

    @property
    def level_if_known(self) -> str:
        """The level, without waiting for it; "" while nothing has needed it."""
        return self._level[0] if self._level else ""

    @property
    def level_reason(self) -> str:
        """Why the level is what it is."""
        return self._hello()[1]

    def _hello(self) -> tuple[Level, str]:
        with self._listening:  # it is said once, whichever thread asks first
            return self._heard()

    def _heard(self) -> tuple[Level, str]:
        if self._level is None:
            ready = self._said or select.select([self._channel], [], [], START_SECONDS)[0]
            data = self._said or (self._channel.recv(65536) if ready else b"")
            if not data:
                raise Refused(
                    "the sandbox helper did not start",
                    "nothing is run without it; nlsh doctor says more",
                    "no_sandbox",
                )
            said = json.loads(data)
            self._level = (said["level"], said["why"])
        return self._level

    def stop(self) -> None:
        """Stop the call that another thread has under way, and let none begin any more: both end with Interrupted."""
        with self._changing:
            self._stopped = True
            for child in self._at_work:
                with suppress(ProcessLookupError):  # it has ended already
                    signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)

    def close(self) -> None:
        """End the zygote; its children end with it. One that was lent is left to whoever lent it."""
        self._channel.close()
        if self._lent:
            return
        with suppress(ProcessLookupError):  # it has been waited for already
            pidfd = os.pidfd_open(self._process.pid)  # Popen.wait with a time limit looks only now and then
            if not select.select([pidfd], [], [], 2.0)[0]:
                self._process.kill()
            os.close(pidfd)
        self._process.wait()

    def run(
        self,
        tool: str,
        args: dict[str, Any],
        scene: Scene,
        effects: Effects,
        *,
        rows: list[Row],
        kind: RowKind,
        facts: dict[str, Any],
        inspect: bool = False,
        shares: Sequence[Any] = (),
        progress: Progress = lambda what, done, total: None,
        live: Callable[[str], None] | None = None,
        seconds: float = 900.0,
    ) -> Result | dict[str, Any]:
        """Run one call, or only its inspection, behind the walls that `effects` give.

        With `shares`, a child for each runs at the same time behind the same walls, and the tool
        merges what they found. `live` is handed what an external command prints while it runs. Raises the NlshError that the tool ended with; Refused when the walls
        cannot be built; Interrupted on Ctrl-C, after the children have been killed.
        """
        if effects.jobs and not inspect:
            facts = facts | {"job": self._start_job(effects, scene)}
            effects = Effects()
        brokered = {}
        if effects.brokered:
            from nlsh.sandbox import broker  # psutil, which most calls do not need

            brokered = broker.facts(effects.brokered)
        confinement = confine(effects, scene, self.level, self._own_state)
        orders = {
            "tool": tool, "args": args, "scene": asdict(scene), "rows": rows, "kind": kind, "inspect": inspect, "live": live is not None,
            "facts": facts | brokered, "effects": effects_record(effects),
        }  # fmt: skip
        grants = open_grants(confinement)
        pidfds: list[int] = []
        children: list[_Child] = []
        if effects.terminal and not inspect:
            return self._on_terminal(confinement, grants, orders)
        try:
            pidfds = open_targets(effects)
            for share in shares or (None,):
                children.append(self._spawn(confinement, [*grants, *pidfds], orders, share))
                children[-1].live = live
            answers = self._listen(children, progress, time.monotonic() + seconds, confinement.writes)
        finally:
            for child in children:
                self._end(child)
            for fd in (*grants, *pidfds):
                os.close(fd)
        if not shares:
            return answers[0]
        merge = find_tool(tool).merge
        assert merge is not None
        return merge([answer for answer in answers if isinstance(answer, Result)])

    def _on_terminal(
        self, confinement: Confinement, grants: list[int], orders: dict[str, Any]
    ) -> Result | dict[str, Any]:
        """Run a full-screen program: the user's keys are the program's, its output theirs, until it ends."""
        from nlsh.sandbox.terminal import Terminal

        terminal, space = Terminal(), _Space(confinement.writes)
        child = None
        try:
            with terminal:
                child = self._spawn(confinement, [*grants, terminal.slave], orders, None)
                terminal.handed_over()
                waiting: list[socket.socket | int] = [child.ours, 0, terminal.master]
                while True:
                    ready, _, _ = select.select(
                        waiting, [], [], SPACE_SECONDS if confinement.writes else None
                    )
                    space.check()
                    if terminal.master in ready and not terminal.output():
                        waiting.remove(terminal.master)
                    if 0 in ready and not terminal.keys():
                        raise Interrupted()
                    if child.ours in ready and self._hear(child):
                        break
        finally:
            if child is not None:
                self._end(child)
            for fd in grants:
                os.close(fd)
        assert child.answer is not None
        return child.answer

    def _spawn(self, confinement: Confinement, fds: list[int], orders: dict[str, Any], share: Any) -> _Child:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if self._stopped:
                raise Interrupted()
            child = _Child(ours, self._order(confinement, [theirs.fileno(), *fds]))
            self._at_work.append(child)
        except NlshError:
            ours.close()
            raise
        finally:
            theirs.close()
        try:
            send(ours, orders if share is None else orders | {"facts": orders["facts"] | {"share": share}})
        except OSError:
            pass  # it has ended: listening to it says so
        return child

    def _end(self, child: _Child) -> None:
        with self._changing:
            self._at_work.remove(child)
            kill(child.pidfd)
        child.ours.close()

    def _start_job(self, effects: Effects, scene: Scene) -> dict[str, Any]:
        """A command that goes on without this shell, behind the same walls."""
        from nlsh.sandbox import job

        confinement = replace(confine(effects, scene, self.level, self._own_state), seconds=job.JOB_SECONDS)
        grants = open_grants(confinement)
        try:
            return job.start(confinement, grants)
        finally:
            for fd in grants:
                os.close(fd)

    def _order(self, confinement: Confinement, fds: list[int]) -> int:
        order = json.dumps({"confinement": confinement.as_dict()}).encode("ascii")
        try:
            with self._ordering:  # an order and its answer belong together, whichever thread gave it
                socket.send_fds(self._channel, [order], fds)
                data, received, _, _ = socket.recv_fds(self._channel, 4096, 1)
        except OSError as error:
            raise Refused("the sandbox helper has ended", "start nlsh again", "no_sandbox") from error
        if not data or len(received) != 1:
            raise Refused("the sandbox helper has ended", "start nlsh again", "no_sandbox")
        return received[0]

    def _listen(
        self, children: list[_Child], progress: Progress, deadline: float, writes: tuple[str, ...]
    ) -> list[Result | dict[str, Any]]:
        """What each child answered, in their order."""
        waiting = list(children)
        space = _Space(writes)
        try:
            while waiting:
                sockets = [child.ours for child in waiting]
                left = max(0.0, deadline - time.monotonic())
                ready, _, _ = select.select(sockets, [], [], min(left, SPACE_SECONDS) if writes else left)
                space.check()
                if not ready and left > SPACE_SECONDS and writes:
                    continue
                if not ready:
                    raise ToolFailed("the call took too long and was stopped", "try it on less", "timeout")
                for child in [child for child in waiting if child.ours in ready]:
                    if self._hear(child):
                        waiting.remove(child)
                    elif child.progress is not None:
                        what, _, total = child.progress
                        done = sum(c.progress[1] for c in children if c.progress)
                        progress(what, done, total if len(children) == 1 else 0)
        except KeyboardInterrupt as error:
            raise Interrupted() from error
        except (ConnectionError, ValueError, TypeError) as error:
            if self._stopped:
                raise Interrupted() from error
            raise ToolFailed(
                "the call ended in the middle",
                "a limit of the sandbox was reached, or it was killed",
                "limit",
            ) from error
        return [child.answer for child in children if child.answer is not None]

    def _hear(self, child: _Child) -> bool:
        """One message of a child; whether it was its answer."""
        message = receive(child.ours)
        if message is None and self._stopped:
            raise Interrupted()
        if message is None:
            raise ToolFailed("the call was ended by a limit of the sandbox", "try it on less", "limit")
        if "error" in message:
            raise self._error(message["error"])
        if "output" in message:
            if child.live is not None:
                child.live(message["output"])
            return False
        if "progress" in message:
            child.progress = tuple(message["progress"])
            return False
        child.answer = dict(message["facts"]) if "facts" in message else Result(**message["result"])
        return True

    def _error(self, record: dict[str, str]) -> NlshError:
        if record["kind"] == "Bug":
            self._log(record["message"])
            last = record["message"].strip().splitlines()[-1]
            return ToolFailed(
                f"a mistake in nlsh itself: {last}", "nlsh doctor shows where the log is", "bug"
            )
        kind = _ERRORS.get(record["kind"], ToolFailed)
        if kind is NotUnderstood:
            return NotUnderstood(record["message"], record["hint"])
        return kind(record["message"], record["hint"], record["code"])
