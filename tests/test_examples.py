"""The task files of examples/: each does what it says, from its sentences, and again from its lock without a model."""

import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
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
    assert (work / f"archive-{TODAY}.zip").exists()


def projects(work: Path) -> None:
    put(work / "projects" / "fresh" / "a.py")
    put(work / "projects" / "stale" / "b.py", old=True)


def projects_are_packed(work: Path) -> None:
    assert names(work / "projects") == ["fresh/a.py"]
    assert (work / f"stale-{TODAY}.zip").exists()


def downloads(work: Path) -> None:
    put(work / "Downloads" / "new.zip")
    put(work / "Downloads" / "old.zip", old=True)
    put(work / "Downloads" / "old.pdf", old=True)
    (work / "Downloads" / "nothing").mkdir()


def downloads_are_cleaned(work: Path) -> None:
    assert names(work / "Downloads") == ["new.zip", "old.pdf"]
    assert not (work / "Downloads" / "nothing").exists()


def documents(work: Path) -> None:
    put(work / "documents" / "a.txt", "first\n")
    put(work / "documents" / "in" / "b.txt", "second\n")
    put(work / "backup" / "a.txt", "an older one\n", old=True)


def documents_are_backed_up(work: Path) -> None:
    assert names(work / "backup") == names(work / "documents")
    assert (work / "backup" / "a.txt").read_text() == "first\n"


def photos(work: Path) -> None:
    for name in ("IMG_1.jpg", "IMG_2.jpg"):
        put(work / "camera" / name, name, old=True)
    (work / "photos").mkdir()


def photos_are_imported(work: Path) -> None:
    assert names(work / "camera") == []
    found = names(work / "photos")
    assert len(found) == 2 and all(name[:2] == "20" and "IMG_" in name for name in found)


def report_is_there(work: Path) -> None:
    assert "pid" in (work / "report.csv").read_text().splitlines()[0]


def two_folders(work: Path) -> None:
    put(work / "photos" / "same.txt")
    put(work / "backup" / "same.txt")
    put(work / "photos" / "only here.txt")


def differences_are_written(work: Path) -> None:
    text = (work / "differences.csv").read_text()
    assert "only here.txt" in text and "same.txt" not in text


def chinese(work: Path) -> None:
    for name in ("猫.jpg", "狗.jpg", "资料.zip", "说明.txt"):
        put(work / "下载" / name)
    (work / "旅行").mkdir()


def chinese_is_tidy(work: Path) -> None:
    assert names(work / "下载") == ["说明.txt"]
    assert names(work / "旅行") == ["狗.jpg", "猫.jpg"]


def nothing(_: Path) -> None:
    """Needs nothing, or leaves nothing."""


CASES: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "back-up": (documents, documents_are_backed_up),
    "clean-downloads": (downloads, downloads_are_cleaned),
    "compare-folders": (two_folders, differences_are_written),
    "photos-by-date": (photos, photos_are_imported),
    "rotate-logs": (logs, logs_are_rotated),
    "services-answer": (nothing, nothing),
    "stale-projects": (projects, projects_are_packed),
    "system-facts": (nothing, nothing),
    "watch-disk-and-memory": (nothing, report_is_there),
    "整理下载": (chinese, chinese_is_tidy),
}


@pytest.fixture
def listening() -> Iterator[int]:
    """A port that something listens on."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        yield int(server.getsockname()[1])


def test_every_example_is_tried() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.md")} == set(CASES) and len(CASES) == 10
    assert {path.name for path in EXAMPLES.glob("*.lock")} == {f"{name}.md.lock" for name in CASES}


@pytest.mark.parametrize("frozen", [False, True], ids=["sentences", "frozen"])
@pytest.mark.parametrize("name", CASES)
def test_an_example_does_what_it_says(
    name: str, frozen: bool, home: Path, nlsh: Callable[..., Said], listening: int
) -> None:
    work = home / "work"
    prepare, check = CASES[name]
    prepare(work)
    file = work / f"{name}.md"
    shutil.copy(EXAMPLES / file.name, file)
    options = ["--var", f"port={listening}"] if name == "services-answer" else []
    if frozen:
        shutil.copy(EXAMPLES / f"{file.name}.lock", f"{file}.lock")
        options += ["--frozen", "--model", "/no/such/model.gguf"]
    said = nlsh("run", str(file), "--yes", "--json", *options)
    document = json.loads(said.out)
    assert said.code == 0, [step for step in document.get("steps", [document]) if step.get("exit_code", 1)]
    check(work)
