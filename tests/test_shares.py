"""A large tree is walked by several confined children; what they find together is what one finds alone."""

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nlsh.agent.grounding import ground
from nlsh.agent.turns import Shell
from nlsh.sandbox.client import Sandbox
from nlsh.tool import Asked, find_tool
from nlsh.tools.files import _shares
from nlsh.tools.files._shares import cut
from nlsh.turn import Call, Result, Scene


@pytest.fixture
def wide(home: Path) -> Path:
    """Some hundred folders with like names, copies, links and a file of two names."""
    r = random.Random(5)
    top = home / "wide"
    for number in range(90):
        folder = top / f"{number % 9}" / f"part{number}" / "deep"
        folder.mkdir(parents=True)
        for file in range(4):
            text = f"{r.randint(0, 40)}\n" * r.randint(1, 30) + ("needle\n" if file == 2 else "")
            (folder / f"file{file}.txt").write_text(text)
        (folder / ".hidden").write_text("needle")
    os.link(top / "0" / "part0" / "deep" / "file0.txt", top / "0" / "part9" / "deep" / "second")
    os.link(top / "0" / "part0" / "deep" / "file1.txt", top / "1" / "other")
    (top / "loose.txt").write_text("needle here\n")
    (top / "link").symlink_to(top / "0")
    return top


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("files.find", {"type": "txt", "larger": "40 bytes"}),
    ("files.find", {"name": "file3"}),
    ("files.find", {"name": "second"}),
    ("files.find", {"kind": "folder", "name_starts": "part1"}),
    ("files.find", {"excluding": "part7 and *.txt"}),
    ("files.find", {"text": "needle", "hidden": True}),
    ("files.find", {"kind": "link"}),
    ("files.search", {"text": "needle"}),
    ("files.search", {"text": "needle", "excluding": "part3", "without": True}),
    ("files.usage", {}),
    ("files.duplicates", {}),
    ("files.duplicates", {"type": "txt", "hidden": True}),
]


@pytest.mark.parametrize(("tool", "args"), CALLS, ids=lambda value: str(value))
def test_shares_find_together_what_one_child_finds(
    tool: str, args: dict[str, Any], wide: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_shares.os, "sched_getaffinity", lambda _: {0, 1, 2})
    scene = Scene(str(wide), str(wide.parent), 1_800_000_000.0)
    declared, grounded = find_tool(tool), ground(Call(tool, args), scene)
    asked = Asked(grounded, scene, [], "none", {})
    effects = declared.effects(asked)
    assert declared.split is not None
    shares = declared.split(asked)
    assert len(shares) == 3

    def run(shares: Any) -> Result:
        values = grounded.model_dump(mode="json")
        found = sandbox.run(tool, values, scene, effects, rows=[], kind="none", facts={}, shares=shares)
        assert isinstance(found, Result)
        return found

    alone, together = run(()), run(shares)
    key = (lambda row: row["path"]) if tool == "files.usage" else None
    assert (sorted(together.rows or [], key=key) if key else together.rows) == (
        sorted(alone.rows or [], key=key) if key else alone.rows
    )
    assert together.value == alone.value
    assert together.rows


def test_a_small_tree_and_a_single_core_are_not_shared(
    wide: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_shares.os, "sched_getaffinity", lambda _: {0, 1})
    assert cut(str(home / "nowhere"), hidden=True) == []
    assert cut(str(wide / "0" / "part0"), hidden=True) == []
    assert len(cut(str(wide), hidden=True)) == 2
    monkeypatch.setattr(_shares.os, "sched_getaffinity", lambda _: {0})
    assert cut(str(wide), hidden=True) == []


def test_every_folder_is_in_one_share(wide: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_shares.os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    shares = cut(str(wide), hidden=True)
    walked = [
        str(folder)
        for share in shares
        for top, _, deep in share
        for folder, _, _ in (os.walk(top) if deep else [(top, [], [])])
    ]
    assert sorted(walked) == sorted(str(folder) for folder, _, _ in os.walk(wide))


def test_the_walls_of_a_share_are_those_of_the_call(wide: Path, home: Path, sandbox: Sandbox) -> None:
    """A share that names a folder outside the grant finds nothing there."""
    (home / "secret").mkdir()
    (home / "secret" / "needle.txt").write_text("needle")
    scene = Scene(str(wide), str(home), 1_800_000_000.0)
    asked = Asked(ground(Call("files.search", {"text": "needle"}), scene), scene, [], "none", {})
    tool = find_tool("files.search")
    outside = [(str(home / "secret"), 1, True)]
    found = sandbox.run(
        "files.search", asked.args.model_dump(mode="json"), scene, tool.effects(asked), rows=[], kind="none", facts={},
        shares=[outside, outside],
    )  # fmt: skip
    assert isinstance(found, Result)
    assert found.rows == []
    assert any("could not read" in note for note in found.notes)


def test_the_files_of_others_are_theirs(make: Callable[..., Shell], home: Path) -> None:
    """In a user namespace everybody else is "nobody"; what is shown and compared is who it really is."""
    theirs = Path("/etc/passwd")
    if os.getuid() == 0:
        theirs = home / "work" / "theirs.txt"
        theirs.write_text("x")
        os.chown(theirs, 4321, 4322)
    (home / "work" / "mine.txt").write_text("x")
    (row,) = make(Call("files.info", {"path": str(theirs)})).say("who owns it").steps[-1].result.rows or []
    status = theirs.stat()
    assert row["owner"] == ("4321" if os.getuid() == 0 else "root") and row["owner"] != "nobody"

    def named(**args: str) -> set[str]:
        found = Call("files.find", {"under": str(theirs.parent), "top": True, **args})
        return {
            os.path.basename(r["path"])
            for r in make(found).say("files of theirs").steps[-1].result.rows or []
        }

    assert theirs.name in named(owner=str(status.st_uid))
    assert theirs.name in named(owner=str(status.st_uid), group=str(status.st_gid))
    assert theirs.name not in named(owner="65534") and theirs.name not in named(group="65534")
    assert theirs.name not in named(owner=str(status.st_uid), group="65534")
