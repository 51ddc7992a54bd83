"""What task files cost, and whether a run that is killed does everything once.

    python benchmarks/tasks.py start [ROUNDS]          from `nlsh run --frozen` to its first call, beside a bare interpreter
    python benchmarks/tasks.py cluster [FILES]         one-step files on three local workers, beside Dask's own time for as
                                                       many empty tasks plus the same plans run here
    python benchmarks/tasks.py kills [KILLS] [STEPS]   kill -9 at random instants; every step's effect is counted

Medians; the ratios are what to quote, the machine is never quiet.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from nlsh.cluster.certificates import certificates  # noqa: E402
from nlsh.cluster.handing import connected, to_any_node  # noqa: E402
from nlsh.cluster.node import Work, carry_out  # noqa: E402
from nlsh.config import folders  # noqa: E402
from nlsh.tasks import lock  # noqa: E402
from nlsh.tasks.lock import Compiled  # noqa: E402
from nlsh.tasks.parse import parse  # noqa: E402
from nlsh.turn import Act, Call, Plan, Utterance  # noqa: E402

NLSH = [sys.executable, "-m", "nlsh"]


class Known:
    """A planner that has one answer for each sentence: these files need no understanding."""

    def __init__(self, plans: dict[str, Call]) -> None:
        self.plans = plans

    def threshold(self, calls: object) -> float:
        """No plan is unsure."""
        return 0.0

    def plan(self, utterance: Utterance, previous: object, kind: str) -> Plan:
        """The plan of a sentence."""
        return Plan(Act((self.plans[utterance.text],)), 1.0)


def compiled(file: Path, steps: list[tuple[str, Call]]) -> None:
    """A task file and its lock."""
    text = "".join(f"## {said}\n{said}\n" for said, _ in steps)
    file.write_text(text)
    task = parse(text, file.name)
    plans: list[Compiled] = lock.compiled(
        task, lambda: Known(dict(steps)), {}, str(file.parent), time.time(), None
    )
    lock.lock_path(file).write_text(lock.dumped(task, plans, ""))


def start(rounds: int) -> None:
    """How long after the start of the process the first call begins, as the database has it."""
    home = Path(tempfile.mkdtemp())
    work = home / "work"
    work.mkdir()
    compiled(work / "one.md", [("what time is it", Call("system.time", {}))])
    environment = {**os.environ, "HOME": str(home)}
    first, whole, bare = [], [], []
    for _ in range(rounds):
        begun = time.time()
        subprocess.run([sys.executable, "-c", "pass"], env=environment, check=True)
        bare.append(time.time() - begun)
        begun = time.time()
        subprocess.run(
            [*NLSH, "run", "one.md", "--frozen"], cwd=work, env=environment, check=True, capture_output=True
        )
        whole.append(time.time() - begun)
        database = sqlite3.connect(home / ".local/state/nlsh/nlsh.db")
        first.append(database.execute("select max(started) from turns").fetchone()[0] - begun)
        database.close()
    shutil.rmtree(home)
    for name, times in (("bare interpreter", bare), ("first call", first), ("whole run", whole)):
        print(f"{name:20} {statistics.median(times) * 1000:7.0f} ms")


def cluster(files: int) -> None:
    """A cluster's time beside what it cannot be under."""
    home = Path(tempfile.mkdtemp())
    os.environ["HOME"] = str(home)
    work = home / "work"
    work.mkdir()
    compiled(work / "one.md", [("what time is it", Call("system.time", {}))])
    text, plans = (work / "one.md").read_text(), (work / "one.md.lock").read_text()

    def works(kind: str) -> list[Work]:
        return [Work(f"{kind}{n}.md", text, plans, f"{kind}{n}", str(work)) for n in range(files)]

    command = [*NLSH, "cluster", "start", "--workers", "3", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ})
    assert process.stdout is not None
    address = process.stdout.readline().decode().strip()
    with connected(address, certificates(folders())) as client:
        to_any_node(client, works("warm")[:30], {}, lambda records: None)
        begun = time.monotonic()
        client.gather([client.submit(len, "", pure=False) for _ in range(files)])
        empty = time.monotonic() - begun
        begun = time.monotonic()
        records = to_any_node(client, works("there"), {}, lambda records: None)
        there = time.monotonic() - begun
    process.send_signal(signal.SIGINT)
    process.wait()
    assert all(record["state"] == "done" for record in records)
    carry_out(works("warm")[:1])
    begun = time.monotonic()
    carry_out(works("here"))
    here = time.monotonic() - begun
    shutil.rmtree(home)
    print(
        f"{files} files: {there:.1f} s on three workers; empty tasks {empty:.1f} s, the same plans here {here:.1f} s"
    )
    print(f"ratio {there / (empty + here):.2f}")


def kills(count: int, steps: int) -> None:
    """A run of `steps` steps, killed at random instants until it has been `count` times in all; runs are begun as often as needed."""
    dice, killed, runs, wrong = random.Random(4), 0, 0, 0
    while killed < count:
        home = Path(tempfile.mkdtemp())
        work = home / "work"
        work.mkdir()
        environment = {**os.environ, "HOME": str(home)}
        (work / "log.txt").write_text("")
        names = [f"line{n}" for n in range(steps)]
        compiled(
            work / "many.md",
            [(name, Call("files.append", {"path": "log.txt", "text": name})) for name in names],
        )
        command = [*NLSH, "run", "many.md", "--frozen", "--yes", "--no-input"]
        begun, code = False, 1
        while code != 0:
            again = ["--resume"] if begun else []
            child = subprocess.Popen(
                [*command, *again],
                cwd=work,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                code = child.wait(timeout=dice.uniform(0.15, 1.2) if killed < count else None)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                killed += 1
            listed = subprocess.run(
                [*NLSH, "tasks", "--json"], cwd=work, env=environment, capture_output=True, check=False
            )
            begun = bool(json.loads(listed.stdout)["rows"])
        runs += 1
        wrong += (work / "log.txt").read_text().split() != names
        shutil.rmtree(home)
        print(
            f"{killed} kills, {runs} runs of {steps} steps, {wrong} with a step missing or twice", flush=True
        )


def main() -> None:
    """Pick one."""
    what, *numbers = sys.argv[1:] or [""]
    known = {"start": (start, [15]), "cluster": (cluster, [1000]), "kills": (kills, [200, 50])}
    if what not in known:
        print(__doc__)
        return
    function, defaults = known[what]
    function(*[int(number) for number in numbers], *defaults[len(numbers) :])


if __name__ == "__main__":
    main()
