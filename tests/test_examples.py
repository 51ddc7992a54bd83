"""The task files of examples/: each does what it says, from its lock, without a model."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Said

EXAMPLES = Path(__file__).parents[1] / "examples"
OLD = time.time() - 500 * 86400
TODAY = time.strftime("%Y-%m-%d")


def put(path: Path, text: str = "some text\n", old: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if old:
        os.utime(path, (OLD, OLD))


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def logs(work: Path) -> None:
    put(work / "logs" / "new.log")
    put(work / "logs" / "old.log", old=True)


def logs_are_rotated(work: Path) -> None:
    assert names(work / "logs") == ["new.log"]
    assert (work / f"logs-{TODAY}.zip").exists()


def projects(work: Path) -> None:
    put(work / "projects" / "fresh" / "a.py")
    put(work / "projects" / "stale" / "b.py", old=True)


def projects_are_packed(work: Path) -> None:
    assert names(work / "projects") == ["fresh/a.py"]
    assert (work / f"stale-{TODAY}.zip").exists()


def nothing(_: Path) -> None:
    """Needs nothing, or leaves nothing."""


CASES: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "rotate-logs": (logs, logs_are_rotated),
    "stale-projects": (projects, projects_are_packed),
    "system-facts": (nothing, nothing),
}


def test_every_example_is_tried() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.md")} == set(CASES)
    assert {path.name for path in EXAMPLES.glob("*.lock")} == {f"{name}.md.lock" for name in CASES}


@pytest.mark.parametrize("name", CASES)
def test_an_example_does_what_it_says(name: str, home: Path, nlsh: Callable[..., Said]) -> None:
    work = home / "work"
    prepare, check = CASES[name]
    prepare(work)
    file = work / f"{name}.md"
    shutil.copy(EXAMPLES / file.name, file)
    shutil.copy(EXAMPLES / f"{file.name}.lock", f"{file}.lock")
    options = ["--frozen", "--model", "/no/such/model.gguf"]
    said = nlsh("run", str(file), "--yes", "--json", *options)
    document = json.loads(said.out)
    assert said.code == 0, [step for step in document.get("steps", [document]) if step.get("exit_code", 1)]
    check(work)
