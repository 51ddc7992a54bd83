"""kill -9 at random instants of every tool that changes files; then the tree must be what it was before, or what it is after.

    python benchmarks/crashes.py [KILLS] [SEED]

Each round makes a home, begins one call as `nlsh run --frozen` does, kills nlsh (its helper and children die with it),
starts nlsh again, which takes back what was half done, and compares every path, content, mode and link with both
states that are allowed. What is in the trash is compared by content: nothing may be lost.
"""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "benchmarks"))

from tasks import Known  # noqa: E402

from nlsh.tasks import lock  # noqa: E402
from nlsh.tasks.parse import parse  # noqa: E402
from nlsh.turn import Act, Call, Plan  # noqa: E402

PLANS: dict[str, tuple[Call, ...]] = {
    "copy": (Call("files.copy", {"path": "many", "to": "copied"}),),
    "move": (Call("files.find", {"under": "many", "kind": "file"}), Call("files.move", {"to": "moved"})),
    "delete": (Call("files.find", {"under": "many", "kind": "file"}), Call("files.delete", {})),
    "delete folder": (Call("files.delete", {"path": "many"}),),
    "rename many": (Call("files.rename_many", {"under": "many", "prefix": "new"}),),
    "archive": (Call("files.archive", {"path": "many", "to": "many.zip"}),),
    "extract": (Call("files.extract", {"path": "packed.tar.gz", "to": "unpacked"}),),
    "replace": (Call("text.replace", {"old": "alpha", "new": "omega", "path": "many"}),),
    "write": (Call("files.write", {"path": "deep/er/new.txt", "text": "some text"}),),
    "append": (Call("files.append", {"path": "log.txt", "text": "a new line"}),),
    "permissions": (
        Call("files.find", {"under": "many", "kind": "file"}),
        Call("files.permissions", {"mode": "600"}),
    ),
    "sync": (Call("files.sync", {"path": "many", "to": "mirror"}),),
    "sync exact": (Call("files.sync", {"path": "many", "to": "mirror", "delete": True}),),
    "split": (Call("files.split", {"path": "big.bin", "size": "100 kB"}),),
    "join": (Call("files.join", {"path": "log.txt", "other": "many/f1.txt", "to": "joined.txt"}),),
    "link": (Call("files.link", {"path": "log.txt", "to": "link.txt"}),),
}


class Whole(Known):
    """A planner with one plan."""

    def __init__(self, calls: tuple[Call, ...]) -> None:
        self.calls = calls

    def plan(self, utterance: object, previous: object, kind: str) -> Plan:
        """That plan."""
        return Plan(Act(self.calls), 1.0)


def prepared(home: Path, calls: tuple[Call, ...]) -> Path:
    """A home with something for every tool, and the task file with its lock."""
    work = home / "work"
    (work / "many").mkdir(parents=True)
    for number in range(300):
        (work / "many" / f"f{number}.txt").write_text(f"alpha {number}\n" * 20)
    (work / "mirror").mkdir()
    (work / "mirror" / "f1.txt").write_text("older")
    (work / "mirror" / "extra.txt").write_text("only here")
    (work / "log.txt").write_text("first\n")
    (work / "big.bin").write_bytes(b"z" * 1_500_000)
    subprocess.run(["tar", "czf", "packed.tar.gz", "many"], cwd=work, check=True)
    text = "## Do it\ndo it\n"
    (home / "task.md").write_text(text)
    task = parse(text, "task.md")
    plans = lock.compiled(task, lambda: Whole(calls), {}, str(work), time.time(), None)
    (home / "task.md.lock").write_text(lock.dumped(task, plans, ""))
    return work


def seen(work: Path) -> dict[str, tuple[object, ...]]:
    """Every path below with its kind, mode and content."""
    found: dict[str, tuple[object, ...]] = {}
    for folder, folders, files in os.walk(work):
        for name in (*folders, *files):
            path = Path(folder, name)
            key = str(path.relative_to(work))
            if path.is_symlink():
                found[key] = ("link", os.readlink(path))
            elif path.is_dir():
                found[key] = ("folder",)
            else:
                data = path.read_bytes()
                packed = name.endswith((".zip",))  # holds times of its making
                found[key] = (oct(path.stat().st_mode), "" if packed else hashlib.sha256(data).hexdigest())
    return found


def contents(*places: Path) -> Counter[str]:
    """How often each content is there, wherever it lies."""
    return Counter(
        hashlib.sha256(path.read_bytes()).hexdigest()
        for place in places
        for path in place.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def round_of(name: str, seconds: float) -> str:
    """One kill after so many seconds; how it ended, beginning with "bad" when something is not as it must be."""
    home = Path(tempfile.mkdtemp())
    environment = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")} | {"HOME": str(home)}
    try:
        work = prepared(home, PLANS[name])
        before, held = seen(work), contents(work)
        command = [
            sys.executable,
            "-m",
            "nlsh",
            "run",
            str(home / "task.md"),
            "--frozen",
            "--yes",
            "--cwd",
            str(work),
        ]
        child = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
        again = subprocess.run(
            [sys.executable, "-m", "nlsh", "-c", "what time is it", "--json"],
            env=environment,
            cwd=work,
            capture_output=True,
            check=False,
        )
        after, kept = seen(work), contents(work, home / ".local/share/Trash/files")
        if again.returncode:
            return f"bad: nlsh did not start again: {again.stderr[-300:]!r}"
        if held - kept and name not in ("replace", "append", "sync", "sync exact"):  # these write other bytes
            return f"bad: {len(held - kept)} contents are lost"
        if after == before:
            return "as before"
        subprocess.run(
            [sys.executable, "-m", "nlsh", "undo"],
            env=environment,
            cwd=work,
            capture_output=True,
            check=False,
        )
        return (
            "done"
            if seen(work) == before
            else f"bad: neither before nor undoable: {sorted(set(seen(work).items()) ^ set(before.items()))[:4]}"
        )
    finally:
        shutil.rmtree(home, ignore_errors=True)


def main() -> None:
    """So many rounds over all tools."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    dice = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    counts: Counter[str] = Counter()
    for number in range(kills):
        name = list(PLANS)[number % len(PLANS)]
        said = round_of(name, dice.uniform(0.25, 1.1))
        counts[said.partition(":")[0]] += 1
        if said.startswith("bad"):
            print(f"{name}: {said}", flush=True)
    print(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
