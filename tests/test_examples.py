"""The ten task files of examples/: each does what it says, from its sentences and from its lock without a model."""

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


def downloads(work: Path) -> None:
    put(work / "Downloads" / "film.mp4.part")
    put(work / "Downloads" / "paper.pdf")
    (work / "Downloads" / "empty").mkdir()


def downloads_are_clean(work: Path) -> None:
    assert names(work / "Downloads") == ["paper.pdf"]
    assert not (work / "Downloads" / "empty").exists()


def documents(work: Path) -> None:
    put(work / "Documents" / "a.txt", "a")
    put(work / "Documents" / "deep" / "b.txt", "b")
    put(work / "backup" / "a.txt", "older", old=True)


def documents_are_backed_up(work: Path) -> None:
    assert names(work / "backup") == ["a.txt", "deep/b.txt"]
    assert (work / "backup" / "a.txt").read_text() == "a"


def photos(work: Path) -> None:
    put(work / "Camera" / "img1.jpg", old=True)
    (work / "Pictures").mkdir(exist_ok=True)


def photos_are_dated(work: Path) -> None:
    day = time.strftime("%Y-%m-%d", time.localtime(OLD))
    assert [name.startswith(day) for name in names(work / "Pictures")] == [True]
    assert names(work / "Camera") == []


def report_is_there(work: Path) -> None:
    assert "memory" in (work / f"report-{TODAY}.csv").read_text().splitlines()[0]


def projects(work: Path) -> None:
    put(work / "projects" / "fresh" / "a.py")
    put(work / "projects" / "stale" / "b.py", old=True)


def projects_are_packed(work: Path) -> None:
    assert names(work / "projects") == ["fresh/a.py"]
    assert (work / f"stale-{TODAY}.zip").exists()


def sites(work: Path) -> None:
    put(work / "site" / "index.html", "new")
    put(work / "deployed" / "index.html", "old")
    put(work / "deployed" / "same.html", "same")
    put(work / "site" / "same.html", "same")


def differences_are_kept(work: Path) -> None:
    assert "index.html" in (work / "differences.csv").read_text()


def chinese(work: Path) -> None:
    put(work / "下载" / "a.jpg")
    put(work / "下载" / "b.tmp")
    put(work / "下载" / "c.txt")
    (work / "相册").mkdir(exist_ok=True)


def chinese_is_tidy(work: Path) -> None:
    assert names(work / "下载") == ["c.txt"]
    assert names(work / "相册") == ["a.jpg"]


def nothing(_: Path) -> None:
    """Needs nothing, or leaves nothing."""


CASES: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "rotate-logs": (logs, logs_are_rotated), "weekly-clean-up": (downloads, downloads_are_clean),
    "backup-and-verify": (documents, documents_are_backed_up), "photos-by-date": (photos, photos_are_dated),
    "watch-disk-and-memory": (nothing, report_is_there), "stale-projects": (projects, projects_are_packed),
    "do-services-answer": (nothing, nothing), "compare-two-folders": (sites, differences_are_kept),
    "system-facts": (nothing, nothing), "整理下载": (chinese, chinese_is_tidy),
}  # fmt: skip


def test_every_example_is_tried() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.md")} == set(CASES)
    assert {path.name for path in EXAMPLES.glob("*.lock")} == {f"{name}.md.lock" for name in CASES}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("way", ["sentences", "frozen"])
def test_an_example_does_what_it_says(name: str, way: str, home: Path, nlsh: Callable[..., Said]) -> None:
    work = home / "work"
    prepare, check = CASES[name]
    prepare(work)
    file = work / f"{name}.md"
    shutil.copy(EXAMPLES / file.name, file)
    if way == "frozen":
        shutil.copy(EXAMPLES / f"{file.name}.lock", f"{file}.lock")
        options = ["--frozen", "--model", "/no/such/model.gguf"]
    else:
        options = []
    said = nlsh("run", str(file), "--yes", "--json", *options)
    document = json.loads(said.out)
    assert said.code == 0, [step for step in document.get("steps", [document]) if step.get("exit_code", 1)]
    check(work)
