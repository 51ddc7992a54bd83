"""The files and process managers inside the sandbox, each beside the usual program, in one run.

    python benchmarks/tree.py /some/folder            a million files, once
    python benchmarks/files.py /some/folder [RUNS]    medians, ratios, peak memory of the confined child

Peers that are not installed are left out. Caches are warm: each pair is run once before it counts.
"""

import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil

from nlsh.agent.grounding import ground
from nlsh.sandbox.client import Sandbox
from nlsh.tool import Asked, find_tool
from nlsh.turn import Call, Result, Scene

PAIRS = [
    (
        "find by size",
        "files.find",
        {"kind": "file", "larger": "100 kB"},
        "find {top} -type f -size +100k",
        1.0,
    ),
    ("find by name", "files.find", {"name": "*_123*.log"}, "find {top} -iname '*_123*.log'", 1.0),
    ("folder usage", "files.usage", {}, "du -sb {top}", 1.0),
    ("duplicates", "files.duplicates", {}, "fdupes -rq {top}", 1.0),
    ("duplicates", "files.duplicates", {}, "jdupes -rq {top}", 1.0),
    ("content search", "files.search", {"text": "needle"}, "rg -n needle {top}", 2.0),
]


class Bench:
    """Runs tools in the sandbox as a turn does, without the model."""

    def __init__(self, top: str) -> None:
        self.top, self.box = top, Sandbox()
        _ = self.box.level
        self.peak = 0

    def tool(self, name: str, args: dict[str, str]) -> int:
        """One call; the number of rows."""
        scene = Scene(self.top, str(Path.home()), time.time())
        grounded = ground(Call(name, args), scene)
        tool, asked = find_tool(name), Asked(grounded, scene, [], "none", {})
        effects, shares = tool.effects(asked), tool.split(asked) if tool.split else ()
        stop = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(stop,))
        watcher.start()
        try:
            result = self.box.run(
                name,
                grounded.model_dump(mode="json"),
                scene,
                effects,
                rows=[],
                kind="none",
                facts={},
                shares=shares,
            )
        finally:
            stop.set()
            watcher.join()
        assert isinstance(result, Result)
        return len(result.rows or [])

    def _watch(self, stop: threading.Event) -> None:
        helper = psutil.Process(self.box.helper)
        while not stop.wait(0.05):
            for child in helper.children():
                try:
                    self.peak = max(self.peak, child.memory_info().rss)
                except psutil.Error:
                    continue


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def pair(
    bench: Bench, name: str, tool: str, args: dict[str, str], command: str, limit: float, runs: int
) -> None:
    """One line: both medians and their ratio."""
    program = command.split()[0]
    if shutil.which(program) is None:
        print(f"{name:<16} {program} is not installed")
        return
    bench.peak = 0
    ours, theirs = [], []
    for run in range(runs + 1):
        mine = timed(lambda: bench.tool(tool, args))
        other = timed(
            lambda: subprocess.run(
                command.format(top=bench.top), shell=True, stdout=subprocess.DEVNULL, check=False
            )
        )
        if run:
            ours.append(mine)
            theirs.append(other)
    a, b = statistics.median(ours), statistics.median(theirs)
    print(
        f"{name:<16} {a:7.2f} s   {program:<7} {b:7.2f} s   ratio {a / b:5.2f} (wanted {limit:g})   {bench.peak / 2**20:5.0f} MiB",
        flush=True,
    )


def processes(bench: Bench, count: int, runs: int) -> None:
    """The process list with `count` more processes than before, beside ps aux."""
    parent = subprocess.Popen([sys.executable, "-c", f"import os,time\nfor _ in range({count}):\n if os.fork()==0: time.sleep(900); os._exit(0)\nprint('ready',flush=True); time.sleep(900)"],
                              stdout=subprocess.PIPE, start_new_session=True)  # fmt: skip
    assert parent.stdout is not None
    parent.stdout.readline()
    try:
        pair(bench, f"{count} processes", "processes.list", {}, "ps aux", 2.0, runs)
    finally:
        os.killpg(parent.pid, 9)
        parent.wait()


def main() -> None:
    """Read the options and measure."""
    bench = Bench(os.path.realpath(sys.argv[1]))
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    for name, tool, args, command, limit in PAIRS:
        pair(bench, name, tool, args, command, limit, runs)
    processes(bench, 5000, runs)
    bench.box.close()


if __name__ == "__main__":
    main()
