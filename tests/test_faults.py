"""Disks that fail or are full, databases that are busy or broken, two shells at once: one clear line, and nothing is lost."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nlsh.agent.turns import Shell
from nlsh.config import folders
from nlsh.memory.journal import Journal
from nlsh.sandbox import start
from nlsh.sandbox.client import Sandbox
from nlsh.turn import Call
from tests.conftest import Said
from tests.test_hostile import state

COMPILER = shutil.which("cc") or shutil.which("gcc")


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The library that makes writes fail."""
    if COMPILER is None:
        pytest.skip("there is no C compiler")
    library = tmp_path_factory.mktemp("shim") / "faults.so"
    source = Path(__file__).with_name("faults.c")
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
    return str(library)


@pytest.fixture
def work(home: Path) -> Path:
    """Files for every kind of call."""
    folder = home / "work"
    for number in range(4):
        (folder / f"f{number}.txt").write_text(f"alpha {number}\n" * 2000)
    with tarfile.open(folder / "packed.tar", "w") as archive:
        archive.add(folder / "f0.txt", "inner/f0.txt")
        archive.add(folder / "f1.txt", "inner/f1.txt")
    return folder


CALLS = {
    "write": (Call("files.write", {"path": "new.txt", "text": "hello"}),),
    "append": (Call("files.append", {"path": "f0.txt", "text": "more"}),),
    "copy": (Call("files.copy", {"path": "f0.txt", "to": "copy.txt"}),),
    "replace": (Call("text.replace", {"old": "alpha", "new": "omega", "path": "."}),),
    "archive": (Call("files.archive", {"path": "f0.txt", "to": "out.zip"}),),
    "extract": (Call("files.extract", {"path": "packed.tar"}),),
    "join": (Call("files.join", {"path": "f0.txt", "other": "f1.txt", "to": "both.txt"}),),
    "split": (Call("files.split", {"path": "f0.txt", "size": "1 kB"}),),
}


def on_failing_disk(
    shell: Shell, shim: str, monkeypatch: pytest.MonkeyPatch, number: int, after: int
) -> Sandbox:
    """Gives the shell a sandbox helper whose disk fails from its write number `after` on."""
    real = subprocess.Popen

    def failing(*args: object, **options: object) -> object:
        environment = {
            "LANG": "C.UTF-8",
            "LD_PRELOAD": shim,
            "FAULT_ERRNO": str(number),
            "FAULT_AFTER": str(after),
        }
        return real(*args, **{**options, "env": environment})  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(start.subprocess, "Popen", failing)
        box = Sandbox()
    shell.sandbox = box
    assert isinstance(shell.journal, Journal)
    shell.journal.helper = box.helper
    return box


@pytest.mark.parametrize(
    "number", [errno.EIO, errno.ENOSPC, errno.EROFS, errno.EDQUOT], ids=["EIO", "full", "read-only", "quota"]
)
@pytest.mark.parametrize("kind", CALLS)
def test_a_disk_that_fails_in_a_call(
    kind: str, number: int, make: Callable[..., Shell], work: Path, shim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was done before it failed is named and can be taken back; nothing that was there is damaged."""
    before = state(work)
    for after in (0, 1, 3):
        shell = make(*CALLS[kind], yes=True)
        box = on_failing_disk(shell, shim, monkeypatch, number, after)
        try:
            turn = shell.say("do it")
        finally:
            box.close()
        assert turn.status in ("done", "failed")
        if turn.status == "failed":
            assert turn.error is not None and turn.error["code"] != "bug" and turn.error["message"]
        assert turn.status == "failed" or after > 0
        shell = make(*CALLS[kind], yes=True)  # with a disk that works again
        if turn.undo is not None:
            assert shell.undo(int(turn.undo)).status == "done"
        assert state(work) == before


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC], ids=["EIO", "full"])
def test_a_disk_that_fails_under_the_database(
    number: int, nlsh: Callable[..., Said], work: Path, home: Path, shim: str
) -> None:
    """nlsh says it in one line, or does not need the disk; the file is where it was, or in the trash with a way back."""
    content = (work / "f0.txt").read_text()
    assert nlsh("-c", "list the files").code == 0  # the database is there
    for after in range(0, 40, 5):
        faults = {"LD_PRELOAD": shim, "FAULT_ERRNO": str(number), "FAULT_AFTER": str(after)}
        said = nlsh("-c", "delete f0.txt", "--yes", "--json", env=faults)
        if said.code == 0:
            assert nlsh("undo", str(said.json["undo"])).code == 0
        assert (work / "f0.txt").read_text() == content
        assert said.code in (0, 1, 5, 75), said.err
    assert nlsh("-c", "list the files").code == 0


def test_a_database_that_another_holds(nlsh: Callable[..., Said], home: Path) -> None:
    """A lock that is never given back: a clear line and exit 75, or an answer without memory."""
    assert nlsh("-c", "list the files").code == 0
    with sqlite3.connect(folders().database) as held:
        held.execute("begin exclusive")
        said = nlsh("-c", "list the files", "--json")
        held.rollback()
    assert said.code in (0, 75)
    assert said.code == 0 or said.json["error"]["message"]


@pytest.mark.parametrize(
    "content", [b"this is no database at all " * 200, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_broken_database_is_left_as_it_is(content: bytes, nlsh: Callable[..., Said], home: Path) -> None:
    """Looking goes on without memory; nothing is changed that could not be written down; moved away, all is well."""
    where = folders()
    where.state.mkdir(parents=True)
    where.database.write_bytes(content)
    (home / "work" / "a.txt").write_text("a")
    assert nlsh("-c", "list the files").code == 0
    said = nlsh("-c", "delete a.txt", "--yes")
    assert (said.code, "move it away" in said.err) == (5, True)
    assert where.database.read_bytes() == content and (home / "work" / "a.txt").exists()
    where.database.rename(where.database.with_suffix(".damaged"))
    assert nlsh("-c", "delete a.txt", "--yes").code == 0


def test_two_at_once_do_not_take_each_other_for_dead(home: Path) -> None:
    """Both change files at the same time; each keeps its own undo."""
    work = home / "work"
    for name in ("a", "b"):
        (work / f"{name}.txt").write_text(name)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "nlsh", "-c", f"delete {name}.txt", "--yes", "--json"], cwd=work, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for name in ("a", "b")
    ]  # fmt: skip
    outputs = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert not any(b"taken back" in err for _, err in outputs)
    for _ in both:
        undone = subprocess.run(
            [sys.executable, "-m", "nlsh", "undo"],
            cwd=work,
            env=environment,
            check=False,
            capture_output=True,
        )
        assert undone.returncode == 0, undone.stderr
    assert sorted(p.name for p in work.iterdir()) == ["a.txt", "b.txt"]
