"""What was shown before means the same files after the current folder has changed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nlsh.agent.turns import Shell
from nlsh.memory.places import said_from, seen_from
from nlsh.turn import Call, Result
from tests.conftest import Said
from tests.test_session import say

FOUND = Call("files.find", {"name": "a.txt", "top": True})
THEM = (Call("session.last", {}), Call("files.delete", {}))


@pytest.fixture
def two(home: Path) -> tuple[Path, Path]:
    """A file, and one of the same name in a folder below."""
    outer, inner = home / "work" / "a.txt", home / "work" / "src" / "a.txt"
    inner.parent.mkdir()
    outer.write_text("outer")
    inner.write_text("inner")
    return outer, inner


def test_they_are_not_those_of_the_same_name(make: Callable[..., Shell], two: tuple[Path, Path]) -> None:
    outer, inner = two
    shell = make(yes=True)
    assert say(shell, "find a.txt", FOUND).status == "done"
    assert say(shell, "go to src", Call("session.cd", {"path": "src"})).status == "done"
    assert say(shell, "delete them", *THEM).status == "done"
    assert inner.exists() and not outer.exists()


def test_it_is_not_the_one_of_the_same_name(make: Callable[..., Shell], two: tuple[Path, Path]) -> None:
    outer, _ = two
    shell = make()
    assert say(shell, "read a.txt", Call("files.read", {"path": "a.txt"})).status == "done"
    say(shell, "go to src", Call("session.cd", {"path": "src"}))
    assert shell.previous == (Call("files.read", {"path": str(outer)}),)
    say(shell, "go back", Call("session.cd", {"path": "up"}))
    assert shell.previous == (Call("files.read", {"path": "a.txt"}),)


def test_a_list_that_was_kept_is_of_where_it_was_kept(
    make: Callable[..., Shell], two: tuple[Path, Path]
) -> None:
    outer, inner = two
    shell = make(yes=True)
    say(shell, "find a.txt", FOUND)
    say(shell, "keep them as x", Call("session.keep", {"name": "x"}))
    say(shell, "go to src", Call("session.cd", {"path": "src"}))
    assert (
        say(shell, "delete x", Call("session.recall", {"name": "x"}), Call("files.delete", {})).status
        == "done"
    )
    assert inner.exists() and not outer.exists()


def test_a_session_that_is_gone_on_with_elsewhere(
    nlsh: Callable[..., Said], home: Path, two: tuple[Path, Path]
) -> None:
    outer, inner = two
    assert nlsh("-c", "find txt files", "--session", "s", cwd=inner.parent).code == 0
    said = nlsh("-c", "delete them", "--session", "s", "--yes", "--json")
    assert said.code == 0, json.dumps(said.json)
    assert outer.exists() and not inner.exists()


def test_rows_and_plans_seen_from_elsewhere() -> None:
    rows = [{"path": "a/b.txt", "size": 1}, {"path": "/etc/hosts"}, {"size": 2}]
    seen = seen_from(Result("files", rows), "/home/x", "/home")
    assert seen.rows == [{"path": "x/a/b.txt", "size": 1}, {"path": "/etc/hosts"}, {"size": 2}]
    assert seen_from(Result("records", rows), "/home/x", "/home").rows == rows
    assert said_from([Call("files.find", {"name": "hosts", "under": "etc"})], "/", "/usr") == (
        Call("files.find", {"name": "hosts", "under": "/etc"}),
    )
    assert said_from([Call("no.tool", {"path": "x"})], "/", "/usr") == (Call("no.tool", {"path": "x"}),)


def test_the_folder_before(make: Callable[..., Shell], two: tuple[Path, Path]) -> None:
    outer, inner = two
    shell = make()
    say(shell, "go to src", Call("session.cd", {"path": "src"}))
    back = Call("session.cd", {"path": "previous folder"})
    assert say(shell, "back to the previous folder", back).status == "done" and shell.cwd == str(outer.parent)
    assert say(shell, "and to the previous folder again", back).status == "done" and shell.cwd == str(
        inner.parent
    )
