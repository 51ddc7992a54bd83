"""What nlsh does on kernels that cannot confine everything: it finds out by itself, and refuses what it cannot keep."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from nlsh.sandbox.confinement import Level, confine
from nlsh.turn import Effects, Scene

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86-64")
LANDLOCK, NAMESPACES, SECCOMP = "444,445,446", "272", "317"
OUTER = Path(__file__).with_name("outer.py")


def under(without: str, home: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(OUTER), without, sys.executable, "-m", "nlsh", *args]
    root = str(Path(__file__).resolve().parents[1])
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": root}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def told(done: "subprocess.CompletedProcess[str]") -> tuple[int, str, str]:
    assert "Traceback" not in done.stdout + done.stderr
    said = json.loads(done.stdout)
    return done.returncode, said["status"], (said["error"] or {}).get("code", "")


LIST, COMMAND, PROCESSES = (
    ("-c", "list the files", "--json"),
    ("-c", "please run ls", "--json", "--yes"),
    ("-c", "list all processes", "--json"),
)
DONE, REFUSED = (0, "done", ""), (5, "refused", "no_sandbox")


@pytest.mark.parametrize(
    ("without", "level", "outcomes"),
    [
        (LANDLOCK, "namespaces", (DONE, DONE, REFUSED)),
        (NAMESPACES, "python", (DONE, REFUSED, DONE)),
        (f"{LANDLOCK},{NAMESPACES}", "none", (REFUSED, REFUSED, REFUSED)),
        (SECCOMP, "none", (REFUSED, REFUSED, REFUSED)),
    ],
    ids=["no Landlock", "no namespaces", "neither", "no seccomp"],
)  # fmt: skip
def test_levels(without: str, level: str, outcomes: Sequence[tuple[int, str, str]], home: Path) -> None:
    (home / "work" / "a.txt").write_text("a")
    doctor = under(without, home, "doctor", "--json")
    assert level in doctor.stdout
    for sentence, outcome in zip((LIST, COMMAND, PROCESSES), outcomes, strict=True):
        assert told(under(without, home, *sentence)) == outcome, sentence


def test_secrets_are_hidden_without_landlock_too(home: Path) -> None:
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id").write_text("needle")
    (home / "work" / "a.txt").write_text("needle")
    done = under(LANDLOCK, home, "-c", "search for needle", "--json", "--cwd", str(home))
    rows = json.loads(done.stdout)["results"][0]["rows"]
    assert [os.path.basename(row["path"]) for row in rows] == ["a.txt"]


@pytest.mark.parametrize("level", ["full", "python", "namespaces"])
def test_no_level_gives_more_than_was_asked_for(level: Level) -> None:
    walls = confine(
        Effects(reads=("/srv/a",), writes=("/srv/b",)), Scene("/srv", "/home/anna", 0.0), level, ()
    )
    assert (walls.reads, walls.writes, walls.network, walls.processes) == (
        ("/srv/a",),
        ("/srv/b",),
        False,
        False,
    )
    assert walls.landlock == (level != "namespaces")
    assert walls.tier == (2 if level == "namespaces" else 1)
