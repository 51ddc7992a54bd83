"""Shared fixtures: a home of its own for every test, one sandbox helper for all, the real command line."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import settings

from nlsh.agent.grounding import ground
from nlsh.agent.manners import Manners, Preview
from nlsh.agent.turns import Shell
from nlsh.config import folders
from nlsh.memory.journal import Journal
from nlsh.memory.store import Store
from nlsh.policy import Rules
from nlsh.sandbox import acts, programs
from nlsh.sandbox.client import Sandbox
from nlsh.tool import Asked, find_tool
from nlsh.turn import Act, Call, Effects, Nothing, Plan, Result, Scene, Utterance

ROOT = Path(__file__).resolve().parents[1]
# The same examples in every run, so that a change is judged by what it changed; NLSH_RANDOM=1 draws new ones.
settings.register_profile("same", derandomize=True)
if not os.environ.get("NLSH_RANDOM"):
    settings.load_profile("same")
# Started by a shell in the background, pytest ignores Ctrl-C, and so would all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The real thing, with the real kernel."""
    box = Sandbox(log=print)
    yield box
    box.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with the usual folders, which the test's own process has too."""
    folder = Path(os.path.realpath(tmp_path)) / "home"
    for name in ("Downloads", "Documents", "work"):
        (folder / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(folder / "work")
    return folder


class Runner:
    """Runs one tool as a turn would, without the model: ground, effects, sandbox."""

    def __init__(self, sandbox: Sandbox, home: Path) -> None:
        self.sandbox, self.home = sandbox, home
        self.cwd = str(home / "work")

    @property
    def scene(self) -> Scene:
        return Scene(self.cwd, str(self.home), time.time())

    def effects(
        self,
        tool: str,
        rows: list[Any] | None = None,
        _kind: str = "none",
        facts: dict[str, Any] | None = None,
        **args: Any,
    ) -> Effects:
        found = find_tool(tool)
        asked = Asked(ground(Call(tool, args), self.scene), self.scene, rows or [], _kind, facts or {})  # type: ignore[arg-type]
        effects = found.effects(asked)
        self._looked: dict[str, Any] = {}
        if found.inspect and not facts:
            self._looked = self._run(tool, asked, effects, inspect=True)
            effects = found.effects(Asked(asked.args, self.scene, asked.rows, asked.kind, self._looked))
        return effects

    def _run(self, tool: str, asked: Asked, effects: Effects, inspect: bool = False) -> Any:
        from nlsh.trash import make_ready

        make_ready(change.to for change in effects.changes if change.op == "trash" and change.to)
        values = asked.args.model_dump(mode="json")
        facts = {name: fact for name, fact in asked.facts.items() if name not in ("inverses", "redo")}
        if not inspect:
            for change in effects.changes:
                facts |= acts.perform(change) if change.op == "broker" else {}
        return self.sandbox.run(
            tool, values, self.scene, effects, rows=asked.rows, kind=asked.kind, facts=facts, inspect=inspect
        )

    def __call__(
        self,
        tool: str,
        rows: list[Any] | None = None,
        _kind: str = "none",
        facts: dict[str, Any] | None = None,
        **args: Any,
    ) -> Result:
        effects = self.effects(tool, rows, _kind, facts, **args)
        asked = Asked(
            ground(Call(tool, args), self.scene), self.scene, rows or [], _kind, facts or self._looked
        )  # type: ignore[arg-type]
        result = self._run(tool, asked, effects)
        assert isinstance(result, Result)
        return result


@pytest.fixture
def run(sandbox: Sandbox, home: Path) -> Runner:
    """Run a tool inside the sandbox, in `work` below a fresh home."""
    return Runner(sandbox, home)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Put a made-up program of the system where brokered acts look for one: for what no test machine has."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setattr(programs, "PROGRAM_FOLDERS", (str(folder), "/usr/bin", "/bin"))

    def make(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return make


def sleepers(pid: int) -> list[psutil.Process]:
    """The processes below `pid` that are called sleep; others may end while they are looked at."""
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found += [process] if process.name() == "sleep" else []
    return found


class Said:
    """What came of a run of the command."""

    def __init__(self, done: "subprocess.CompletedProcess[bytes]") -> None:
        self.code = done.returncode
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")
        assert "Traceback" not in self.out + self.err, self.out + self.err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def nlsh(home: Path) -> Callable[..., Said]:
    """Run the real command line as a process of its own, in `work`."""

    def call(
        *args: str,
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        stdin: bytes = b"",
        timeout: float = 120,
        patience: float | None = None,
    ) -> Said:
        """After `patience` seconds a person would press Ctrl-C."""
        environment = {**os.environ, "HOME": str(home), **(env or {})}
        command = [sys.executable, "-m", "nlsh", *args]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, cwd=cwd or home / "work", env=environment, **pipes) as process:
            try:
                out, err = process.communicate(stdin, patience or timeout)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT if patience else signal.SIGKILL)
                out, err = process.communicate(timeout=30)
                assert patience, f"{args} came to no end in {timeout} s: {err.decode('utf-8', 'replace')}"
        return Said(subprocess.CompletedProcess(command, process.returncode, out, err))

    return call


class Scripted:
    """Proposes what the test says, whatever is asked."""

    def __init__(self, *calls: Call, confidence: float = 1.0) -> None:
        self.calls, self.confidence = calls, confidence

    def threshold(self, calls: Sequence[Call]) -> float:
        return 0.5

    def plan(self, utterance: Utterance, previous: Sequence[Call], kind: str) -> Plan:
        return Plan(Act(self.calls) if self.calls else Nothing(), self.confidence)


@pytest.fixture
def make(sandbox: Sandbox, home: Path) -> Iterator[Callable[..., Shell]]:
    where = folders()
    store = Store(where)

    def shell(
        *calls: Call,
        yes: bool = False,
        confirm: Callable[[Preview], bool] | None = None,
        dry_run: bool = False,
        confidence: float = 1.0,
    ) -> Shell:
        journal = Journal(store, where, str(home))
        journal.helper = sandbox.helper
        rules = Rules(home=str(home), own=where.own, uid=os.getuid(), user=psutil.Process().username())
        planner = Scripted(*calls, confidence=confidence)
        manners = Manners(confirm, yes, dry_run)
        return Shell(
            lambda: planner,
            sandbox,
            store,
            journal,
            lambda cwd: rules,
            store.session(None, os.getcwd()),
            str(home),
            os.getcwd(),
            manners,
        )

    yield shell
    store.close()
