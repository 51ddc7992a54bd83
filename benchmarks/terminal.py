"""How quick the prompt feels: a scripted person at a pseudo-terminal, and what long sessions and long histories cost.

    python benchmarks/terminal.py [--starts 10] [--lines 1000000] [--turns 10000]

Beside each figure stands the aim; beside the prompt also bash's, in the same run.
"""

import argparse
import io
import os
import pty
import random
import resource
import select
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nlsh.assembly import Parts
from nlsh.memory.store import Store
from nlsh.options import Options
from nlsh.render import Screen
from nlsh.tool import Work, find_tool
from nlsh.turn import Act, Call, Effects, Scene

SENTENCE = "find the pdfs in Documents that are bigger than 5 MB and newer than last week"
NLSH = [sys.executable, "-m", "nlsh"]


class Person:
    """Somebody at a terminal of 100 columns, whose keys and screen are a script's."""

    def __init__(self, command: list[str], home: str) -> None:
        self.seen = b""
        self.begun = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execvpe(command[0], command, {**os.environ, "HOME": home, "TERM": "xterm", "PS1": "$ "})

    def until(self, wanted: bytes, seconds: float = 30.0) -> float:
        """Seconds since `begun` when `wanted` came to the screen."""
        while wanted not in self.seen:
            if not select.select([self.fd], [], [], seconds)[0]:
                raise SystemExit(f"waited for {wanted!r}, saw {self.seen[-400:]!r}")
            data = os.read(self.fd, 65536)
            if b"\x1b[6n" in data:  # where is the cursor?
                os.write(self.fd, b"\x1b[1;1R")
            self.seen += data
        return time.perf_counter() - self.begun

    def key(self, letters: str) -> None:
        """Press keys; time is counted from here."""
        self.seen, self.begun = b"", time.perf_counter()
        os.write(self.fd, letters.encode())

    def leave(self) -> None:
        """Close the terminal."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def told(what: str, seconds: float, aim_ms: float) -> None:
    """One line of the result."""
    print(f"{what:52} {seconds * 1000:8.1f} ms   aim {aim_ms:g} ms")


def prompts(starts: int, home: str) -> None:
    """From the start of the process to a prompt on the screen."""
    for name, command, mark in (("bash", ["bash", "--norc", "-i"], b"$ "), ("nlsh", NLSH, "›".encode())):
        times = []
        for _ in range(starts):
            person = Person(command, home)
            times.append(person.until(mark))
            person.leave()
        told(f"prompt of {name}, median", statistics.median(times), 250)


def typing(home: str) -> None:
    """From a key to its letter on the screen while the model makes hints; and from the last key to the hint."""
    person = Person(NLSH, home)
    person.until("›".encode())
    person.key(SENTENCE)
    person.until(b"larger 5 MB")  # the model is loaded now
    times, hints = [], []
    drawn = random.Random(1)
    for _ in range(6):
        person.key("\x15")
        time.sleep(0.5)
        for letter in SENTENCE:
            person.key(letter)
            if letter != " ":  # a space may come as a movement of the cursor
                times.append(person.until(letter.encode()))
            time.sleep(drawn.uniform(0.03, 0.15))
        person.key("\x15how much memory is free")
        hints.append(person.until(b"memory.usage"))
    person.leave()
    told("key to screen, p99", sorted(times)[int(len(times) * 0.99)], 16)
    told("last key to hint, median", statistics.median(hints), 80)


def rows() -> None:
    """100,000 rows sorted, and the first screen of them drawn."""
    found = [
        {"path": f"src/part{n}.py", "size": n * 7919 % 100_003, "modified": "2026-01-01T00:00:00+00:00", "kind": "file"} for n in range(100_000)
    ]  # fmt: skip
    sort = find_tool("rows.sort")
    work = Work(sort.args(by="size"), Scene("/", "/", 0.0), found, "files", Effects(), {}, _none, _none)
    begun = time.perf_counter()
    result = sort.run(work)
    Screen(io.StringIO(), io.StringIO()).table("files", result.rows or [], True)
    told("100,000 rows sorted and shown", time.perf_counter() - begun, 500)


def _none(*_: Any) -> None:
    """Nobody listens."""


def history(lines: int, home: str) -> None:
    """Searching what was said among very many lines."""
    parts = _parts(home)
    drawn, words = (
        random.Random(2),
        "find delete move photos invoices report budget src docs music list copy".split(),
    )
    said = ((n, "old", " ".join(drawn.choices(words, k=6)) + f" {n}") for n in range(1, lines + 1))
    with parts.store.connection as connection:
        connection.executemany(
            "insert into turns (id, session, number, started, cwd, said, status, answer) values (?1, ?2, ?1, 1.0, '/', ?3, 'done', '')", said
        )  # fmt: skip
    _best("history: rare words among them", lambda: _searched(parts.store, str(lines - 7)), lines)
    _best("history: common words among them", lambda: _searched(parts.store, "invoices"), lines)
    parts.close()


def _searched(store: Store, words: str) -> None:
    assert store.history(None, 100, words)


def _best(what: str, act: Callable[[], None], lines: int) -> None:
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    told(f"{what} ({lines:,})", statistics.median(times), 30)


def growth(turns: int, home: str) -> None:
    """What a long session leaves in memory."""
    parts = _parts(home)
    shell = parts.shell(parts_manners())
    at = 0
    for number in range(turns):
        shell.say(f"what time is it {number}", Act((Call("system.time", {}),)), learn=False)
        if number == 500:
            at = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - at) / 1024
    print(f"{f'growth over {turns:,} turns after the first 500':52} {grown:8.1f} MiB  aim 5 MiB")
    parts.close()


def parts_manners() -> Any:
    """Manners of somebody who is never asked."""
    from nlsh.agent.manners import Manners

    return Manners()


def _parts(home: str) -> Parts:
    os.environ["HOME"] = home
    os.chdir(home)
    return Parts(Options(), print)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=10_000)
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as other:
        prompts(options.starts, home)
        typing(home)
        rows()
        growth(options.turns, home)
        history(options.lines, other)


if __name__ == "__main__":
    main()
