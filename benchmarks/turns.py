"""What a turn costs, each figure beside a peer or a limit measured in the same run.

    python benchmarks/turns.py [ROUNDS]

Medians in milliseconds; the ratios are what to quote, the machine is never quiet.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from nlsh.agent.embedded import EmbeddedPlanner  # noqa: E402
from nlsh.agent.grounding import ground  # noqa: E402
from nlsh.sandbox.client import Sandbox  # noqa: E402
from nlsh.tool import Asked, Work, find_tool  # noqa: E402
from nlsh.turn import Call, Effects, Scene, Utterance  # noqa: E402

SENTENCES = (
    "the five largest files in /usr/share",
    "delete the .pyc files below here",
    "what is listening on port 8080",
    "move all pdfs from Downloads to Documents",
    "找出下载里大于100兆的视频",
    "tell me a joke",
)


def median_ms(rounds: int, work: Callable[[], object]) -> float:
    """The median time of one call of `work`."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def cold(rounds: int) -> None:
    """A one-shot from nothing, beside a bare interpreter."""
    home = tempfile.mkdtemp()
    environment = {**os.environ, "HOME": home, "XDG_RUNTIME_DIR": home}

    def run(*args: str) -> None:
        subprocess.run(
            [sys.executable, *args],
            env=environment,
            cwd=home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )

    run("-m", "nlsh", "-c", "what is here")
    bare = median_ms(rounds, lambda: run("-c", "pass"))
    ours = median_ms(rounds, lambda: run("-m", "nlsh", "-c", "what is here"))
    print(
        f"cold nlsh -c            {ours:8.1f} ms, {ours / bare:.1f} times a bare interpreter ({bare:.1f} ms); limit 800 ms"
    )
    run("-m", "nlsh", "daemon", "start")
    try:
        warm = median_ms(rounds, lambda: run("-m", "nlsh", "-c", "what is here"))
    finally:
        run("-m", "nlsh", "daemon", "stop")
    print(
        f"warm nlsh -c            {warm:8.1f} ms, {warm / bare:.1f} times a bare interpreter, {ours / warm:.1f} times quicker; aim 60 ms"
    )
    time.sleep(1)  # until it has gone from its folder
    shutil.rmtree(home)


def planning(rounds: int) -> None:
    """Sentence to plan on one thread, and what the model costs to load and to hold."""
    begun = time.perf_counter()
    planner = EmbeddedPlanner()
    loaded = (time.perf_counter() - begun) * 1000
    times = [
        median_ms(rounds, lambda s=s: planner.plan(Utterance(s, "/home/user", time.time()), (), "none"))
        for s in SENTENCES
    ]
    print(
        f"sentence to plan        {statistics.median(times):8.1f} ms, worst of {len(SENTENCES)} {max(times):.1f} ms; limit 60 ms"
    )
    print(f"model load              {loaded:8.1f} ms")
    print(
        f"resident memory         {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.1f} MB; limit 200 MB"
    )


def confinement(rounds: int) -> None:
    """One call per tier, beside the same work without walls and a plain subprocess."""
    box = Sandbox()
    folder = os.path.realpath(tempfile.mkdtemp())
    Path(folder, "a.txt").write_text("hello\n")
    scene = Scene(folder, "/nonexistent", time.time())

    def call(tool: str, effects: Effects, **words: str) -> None:
        args = ground(Call(tool, dict(words)), scene)
        box.run(tool, args.model_dump(mode="json"), scene, effects, rows=[], kind="none", facts={})

    def unconfined() -> None:
        tool = find_tool("files.read")
        args = ground(Call("files.read", {"path": "a.txt"}), scene)
        effects = tool.effects(Asked(args, scene, [], "none", {}))
        tool.run(Work(args, scene, [], "none", effects, {}, lambda a, b: None, lambda a, b, c: None))

    assert box.level == "full", box.level_reason
    reading = Effects(reads=(f"{folder}/a.txt",))
    plain = median_ms(rounds, unconfined)
    process = median_ms(rounds, lambda: subprocess.run(["/bin/true"], check=True))
    tiers = {
        "tier 1 (read)": lambda: call("files.read", reading, path="a.txt"),
        "tier 2 (read)": lambda: call(
            "files.read", Effects(reads=(f"{folder}/a.txt",), metadata=True), path="a.txt"
        ),
        "tier 3 (true)": lambda: call(
            "shell.run", Effects(reads=(folder,), writes=(folder,), command="true"), command="true"
        ),
    }
    print(f"unconfined read         {plain:8.2f} ms; subprocess of true {process:.1f} ms")
    for name, work in tiers.items():
        ours = median_ms(rounds, work)
        print(
            f"{name:<23} {ours:8.1f} ms, {ours - plain:.1f} ms above unconfined, {ours / process:.1f} times a plain subprocess"
        )
    box.close()
    shutil.rmtree(folder)


def main() -> None:
    """Every figure."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    cold(rounds)
    planning(rounds)
    confinement(rounds)


if __name__ == "__main__":
    main()
