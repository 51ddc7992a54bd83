"""What the walls cost: one call in each tier beside a plain process, and beside bubblewrap where it is installed.

    python benchmarks/sandbox.py [--calls 200]

A call is the least that there is to do behind the walls: listing an empty folder in tiers 1 and 2, `true` in
tier 3. All take turns in one run, so that a busy moment meets each of them. p10 is what a quiet machine gives.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nlsh.sandbox.client import Sandbox
from nlsh.turn import Effects, Scene


def ways(sandbox: Sandbox, folder: str) -> dict[str, Callable[[], object]]:
    """Everything that is compared, by its name."""
    scene = Scene(folder, "/nonexistent", time.time())

    def call(tool: str, args: dict[str, object], effects: Effects) -> Callable[[], object]:
        return lambda: sandbox.run(tool, args, scene, effects, rows=[], kind="none", facts={})

    listing = {"path": folder}
    found: dict[str, Callable[[], object]] = {
        "plain process (true)": lambda: subprocess.run(["/bin/true"], check=True),
        "tier 1": call("system.time", {}, Effects()),
        "tier 2": call("files.list", listing, Effects(reads=(folder,), metadata=True)),
        "tier 3 (true)": call(
            "shell.run", {"command": "true"}, Effects(reads=(folder,), writes=(folder,), command="true")
        ),
    }
    if (bwrap := shutil.which("bwrap")) is not None:
        inner = [bwrap, "--ro-bind", "/", "/", "--unshare-all", "/bin/true"]
        found["bubblewrap (true)"] = lambda: subprocess.run(inner, check=True)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=200)
    count = parser.parse_args().calls
    spent: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox()
        arms = ways(sandbox, os.path.realpath(folder))
        for n in range(count + 5):
            for name, act in arms.items():
                begun = time.perf_counter()
                act()
                if n >= 5:
                    spent.setdefault(name, []).append(1000 * (time.perf_counter() - begun))
        sandbox.close()
    for name, times in spent.items():
        tenth = sorted(times)[len(times) // 10]
        print(f"{name:22} p10 {tenth:6.1f} ms   median {statistics.median(times):6.1f} ms")


if __name__ == "__main__":
    main()
