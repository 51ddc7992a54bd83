"""Planners that know nothing or mean ill, driving the real loop: what they propose is carried out inside the walls alone."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from nlsh.agent import notation
from nlsh.agent.decoding import Grammar, read_calls
from nlsh.agent.embedded import EmbeddedPlanner
from nlsh.agent.planner import Planner
from nlsh.agent.spans import source
from nlsh.agent.turns import Shell
from nlsh.errors import ToolFailed
from nlsh.sandbox import acts, broker, client, programs
from nlsh.turn import Act, Call, Effects, Nothing, Plan, Utterance
from tests.random_models import scrambled

# How many plans each of the two campaigns carries out, a long run 50000, and from where on they are drawn.
PLANS = int(os.environ.get("NLSH_RANDOM_PLANS", "200"))
SEED = int(os.environ.get("NLSH_RANDOM_SEED", "1"))
SLOW = {"processes.wait", "files.follow", "files.watch", "memory.growth"}
WANTED = {"done", "refused", "failed"}
WORDS = "delete kill {bait} /etc/passwd ~ .. {bait}/1.txt a.txt work 755 5 MB yesterday 1 true Documents nlsh .bashrc new.txt"


class AnyPlan:
    """Any plan that the grammar allows, each as likely, with certainty."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def threshold(self, calls: Sequence[Call]) -> float:
        return 0.0

    def plan(self, utterance: Utterance, previous: Sequence[Call], kind: str) -> Plan:
        words = utterance.text.split()
        pieces = [piece for word in words for piece in (word, " ")][:-1]
        ids = {token: 10_000 + n for n, token in enumerate(notation.functional_tokens())}
        grammar = Grammar(ids, kind, [source(range(len(pieces)), [p.encode() for p in pieces])])
        taken = []
        while not grammar.state.done and len(taken) < 60:
            allowed = sorted(grammar.allowed())
            if not allowed:
                break
            token = self.random.choice(allowed)
            grammar.take(token)
            taken.append(token)
        calls = read_calls(taken, ids, lambda token: pieces[token].encode()) if grammar.state.done else ()
        return _quick(calls)


class RandomWeights:
    """Networks of the embedded model's shape with random weights, a new one for every fifty sentences."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.said = folder, 0
        self.seed = 100_000 * (SEED - 1)

    def threshold(self, calls: Sequence[Call]) -> float:
        return 0.0

    def plan(self, utterance: Utterance, previous: Sequence[Call], kind: str) -> Plan:
        if self.said % 50 == 0:
            if self.said:
                self.planner.model.close()
            self.planner = EmbeddedPlanner(scrambled(self.folder / "random.gguf", self.seed + self.said))
        self.said += 1
        return _quick(self.planner.read(utterance, previous, kind)[0])


def _quick(calls: Sequence[Call]) -> Plan:
    calls = () if any(call.tool in SLOW for call in calls) else tuple(calls)
    return Plan(Act(calls) if calls else Nothing(), 1.0)


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


def spared(effects: Effects) -> list[int]:
    """Stands where processes to signal are opened: a random plan would stop whatever else this user is running."""
    if effects.signals:
        raise ToolFailed("no process is signalled in this test", "", "no_process")
    return []


@pytest.fixture
def bait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Files outside the home that must stay as they are. What would go to services, other hosts or processes is only written down."""
    outside: list[object] = []
    monkeypatch.setattr(programs, "PROGRAM_FOLDERS", ())
    monkeypatch.setitem(broker._FACTS, "web", lambda argument: outside.append(argument) or [])
    for name in acts.ACTS:
        monkeypatch.setitem(acts.ACTS, name, lambda **given: outside.append(given))
    monkeypatch.setattr(client, "open_targets", spared)
    folder = tmp_path / "bait"
    folder.mkdir()
    for n in range(5):
        (folder / f"{n}.txt").write_text("bait")
    system = {p: p.read_bytes() for p in (Path("/etc/passwd"), Path("/etc/hostname")) if p.exists()}
    before = state(folder)
    yield folder
    assert state(folder) == before
    assert all(path.read_bytes() == content for path, content in system.items())


@pytest.mark.parametrize("kind", ["any plan", "random weights"])
def test_nothing_outside_is_harmed(
    kind: str, make: Callable[..., Shell], home: Path, bait: Path, tmp_path: Path
) -> None:
    """Every plan is confirmed. Nothing outside changes, nothing crashes, and some of it is really done."""
    planner: Planner = AnyPlan(SEED) if kind == "any plan" else RandomWeights(tmp_path)
    shell, drawn, statuses = make(yes=True), random.Random(SEED + 1), set()
    shell.planner = lambda: planner
    traces: list[str] = []
    shell.log = traces.append
    for n in range(5 * PLANS):
        if n >= PLANS and statuses >= WANTED:
            break  # what networks of random weights propose differs by processor: some take longer to be refused
        os.makedirs(home / "work", exist_ok=True)
        usual = home / "work" / "a.txt"
        if usual.is_dir():  # some plan made a folder of that name
            shutil.rmtree(usual)
        usual.write_text("a")
        shell.cwd = str(home / "work")
        words = drawn.sample(WORDS.format(bait=bait).split(), 9)
        turn = shell.say(" ".join([*words, str(n)]))
        statuses.add(turn.status)
        assert not traces, f"{turn.plan} {traces[0]}"
    assert statuses >= WANTED


SWAPS = int(os.environ.get("NLSH_RACES", "150"))
SWAPPER = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
os.write(1, b"r")
while True:  # RENAME_EXCHANGE: at every instant one of the two stands under the name
    libc.syscall(316, -100, sys.argv[1].encode(), -100, sys.argv[2].encode(), 2)
"""
INTO = {
    "write": Call("files.write", {"path": "here/new.txt", "text": "x"}),
    "copy": Call("files.copy", {"path": "a.txt", "to": "here"}),
    "folder": Call("files.make_folder", {"path": "here/new"}),
    "append": Call("files.append", {"path": "here/log.txt", "text": "x"}),
    "delete": Call("files.delete", {"path": "here/log.txt"}),
    "permissions": Call("files.permissions", {"path": "here/log.txt", "mode": "777"}),
    "read": Call("files.read", {"path": "here/log.txt"}),
}


@pytest.mark.parametrize("kind", INTO)
def test_a_folder_that_keeps_turning_into_a_link(kind: str, make: Callable[..., Shell], home: Path) -> None:
    """While calls go on another process exchanges a folder for a link to secrets, as fast as it can. NLSH_RACES sets how often."""
    work, bait = home / "work", home / ".ssh"
    for folder, text in ((work / "here", "mine"), (bait, "bait")):
        folder.mkdir()
        (folder / "log.txt").write_text(text)
    (work / "link").symlink_to(bait)
    before = state(bait)
    shell = make(INTO[kind], yes=True)
    command = [sys.executable, "-c", SWAPPER, str(work / "here"), str(work / "link")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as swapper:
        assert swapper.stdout is not None
        swapper.stdout.read(1)
        statuses, told = set(), []
        try:
            for _ in range(SWAPS):
                (work / "a.txt").write_text("a")
                turn = shell.say("do it")
                statuses.add(turn.status)
                told += [step.result.text for step in turn.steps if step.result is not None]
                assert (turn.error or {}).get("code") != "bug", turn.error
        finally:
            swapper.kill()
    assert state(bait) == before
    assert "bait" not in told
    assert statuses & {"refused", "failed"}  # it was met in the act at least once
