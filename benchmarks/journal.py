"""What writing changes down costs: a move of many small files, confined, with the journal and without it, and its undo.

    python benchmarks/journal.py [--files 10000] [--runs 5]

Both arms take turns in one run on the same files. Without the journal nothing is written down before, and
nothing is looked at afterwards; everything else is the same call behind the same walls.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nlsh.agent.manners import Manners
from nlsh.assembly import Parts
from nlsh.changes import Change
from nlsh.options import Options
from nlsh.turn import Act, Call

MOVE = Act((Call("files.find", {"under": "from", "kind": "file"}), Call("files.move", {"to": "to"})))


class Unwritten:
    """Stands where the journal stands and writes nothing down."""

    def __init__(self, journal: Any) -> None:
        self._journal = journal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def begin(self, turn: int, position: int, changes: tuple[Change, ...]) -> tuple[int, tuple[Change, ...]]:
        """No entry."""
        return 0, changes

    def finish(self, entry: int, changes: tuple[Change, ...], failed: bool) -> int:
        """All of it, unseen."""
        return len(changes)


def once(parts: Parts, count: int, journal: Any) -> tuple[float, float]:
    """Seconds of one move and of its undo (0 where there is none)."""
    for folder in ("from", "to"):
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
    for number in range(count):
        Path("from", f"{number}.txt").write_text("small\n")
    shell = parts.shell(Manners(yes=True))
    shell.journal = journal
    begun = time.perf_counter()
    turn = shell.say("move the files", MOVE, learn=False)
    moved = time.perf_counter() - begun
    assert turn.status == "done", turn.error
    if isinstance(journal, Unwritten) or turn.undo is None:
        return moved, 0.0
    begun = time.perf_counter()
    back = shell.undo(int(turn.undo))
    assert back.status == "done", back.error
    return moved, time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    home = os.path.realpath(tempfile.mkdtemp())
    os.environ["HOME"] = home
    os.makedirs(f"{home}/work")
    os.chdir(f"{home}/work")
    parts = Parts(Options(), print)
    without, with_journal, undone = [], [], []
    for _ in range(options.runs):
        without.append(once(parts, options.files, Unwritten(parts.journal))[0])
        moved, back = once(parts, options.files, parts.journal)
        with_journal.append(moved)
        undone.append(back)
    parts.close()
    os.chdir("/")
    shutil.rmtree(home)
    plain, kept, back = (statistics.median(times) for times in (without, with_journal, undone))
    print(
        f"{options.files} files: {plain:.2f} s without the journal, {kept:.2f} s with it ({kept / plain:.2f})"
    )
    print(f"undo {back:.2f} s ({back / kept:.2f} of the move)")


if __name__ == "__main__":
    main()
