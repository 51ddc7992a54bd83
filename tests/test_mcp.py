"""Other programs use nlsh's tools over the Model Context Protocol, as the SDK's own client sees it."""

import os
import pty
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

import anyio
from mcp import Client, StdioServerParameters

from nlsh.mcp_server import calls_of, tools
from nlsh.turn import Call
from tests.conftest import Said

Conversation = Callable[[Client], Awaitable[None]]


@pytest.fixture
def talk(home: Path) -> Callable[..., None]:
    """Hold a conversation with a server in `work`."""

    def hold(conversation: Conversation, *args: str) -> None:
        async def run() -> None:
            server = StdioServerParameters(
                command=sys.executable, args=["-m", "nlsh", "mcp", *args], env={**os.environ, "HOME": str(home)}, cwd=home / "work"
            )  # fmt: skip
            async with Client(server) as client:
                await conversation(client)

        anyio.run(run)

    return hold


def test_what_is_offered(talk: Callable[..., None], home: Path) -> None:
    async def ask(client: Client) -> None:
        offered = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {
            "files_find",
            "files_make_folder",
            "text_replace",
            "plan",
        } <= offered.keys() and "say" not in offered
        assert not [name for name in offered if name.startswith("processes_")]
        assert offered["files_find"].input_schema["properties"]["kind"] == {
            "type": "string",
            "enum": ["file", "folder", "link"],
        }
        assert offered["files_write"].input_schema["required"] == ["path"]
        hints = offered["files_delete"].annotations
        assert hints is not None and hints.destructive_hint and not hints.read_only_hint

        for name, arguments in (
            ("plan", {"calls": [{"tool": "processes.list"}]}),
            ("processes_list", {}),
            ("say", {"sentence": "what is running"}),
        ):
            said = await client.call_tool(name, arguments)
            assert said.is_error and "there is no tool" in said.content[0].text  # type: ignore[union-attr]

    talk(ask, "--only", "files,text")


def test_calls_are_done_as_plans_are(
    talk: Callable[..., None], home: Path, nlsh: Callable[..., Said]
) -> None:
    """Reading is free, something new is made and can be undone, what deletes is refused, what is outside cannot be reached."""
    work = home / "work"
    for n in range(3):
        (work / f"{n}.txt").write_text("x" * (n + 1))
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id").write_text("bait")

    async def ask(client: Client) -> None:
        async def call(name: str, **arguments: Any) -> tuple[bool, Any]:
            said = await client.call_tool(name, arguments)
            return bool(said.is_error), said.structured_content or said.content[0].text

        failed, found = await call("files_find", type="txt", larger="2 bytes")
        assert not failed and [row["path"] for row in found["rows"]] == ["2.txt"]
        top = [{"tool": "files.find", "args": {"kind": "file"}}, {"tool": "rows.sort", "args": {"by": "size", "order": "largest"}},
               {"tool": "rows.first", "args": {"count": 1}}]  # fmt: skip
        failed, found = await call("plan", calls=top)
        assert not failed and [row["path"] for row in found["rows"]] == ["2.txt"]
        failed, found = await call("files_make_folder", path="box")
        assert not failed and (work / "box").is_dir() and found["undo"]
        failed, found = await call("say", sentence="how many files are here")
        assert not failed and found["value"] == 3
        failed, found = await call("files_delete", path="0.txt")
        assert failed and found["status"] == "needs_confirmation" and (work / "0.txt").exists()
        failed, found = await call("files_read", path=str(home / ".ssh" / "id"))
        assert failed and found["status"] == "refused" and "bait" not in str(found)
        for name, arguments in (
            ("files_find", {"colour": "red"}),
            ("files_nothing", {}),
            ("plan", {"calls": []}),
            ("plan", {"calls": [{"tool": "x"}]}),
        ):
            failed, said = await call(name, **arguments)
            assert failed and "Traceback" not in str(said)

    talk(ask)
    assert nlsh("undo").code == 0 and not (work / "box").exists()
    assert [row["tool"] for row in nlsh("audit", "--json").json][-1] == "session.undo"


def test_a_terminal_is_asked_where_that_was_wanted(talk: Callable[..., None], home: Path) -> None:
    """The question goes to the terminal of the process and not to the agent; a yes there carries the call out."""
    (home / "work" / "a.txt").write_text("a")
    ours, theirs = pty.openpty()
    seen = bytearray()

    def person() -> None:
        while b"go ahead?" not in seen:
            seen.extend(os.read(ours, 4096))
        os.write(ours, b"y\n")

    answering = threading.Thread(target=person, daemon=True)
    answering.start()

    async def ask(client: Client) -> None:
        said = await client.call_tool("files_delete", {"path": "a.txt"})
        assert not said.is_error and not (home / "work" / "a.txt").exists()

    talk(ask, "--ask", os.ttyname(theirs))
    answering.join(timeout=60)
    os.close(theirs)
    os.close(ours)
    assert b"an agent wants this" in seen and b"a.txt" in seen


def test_bad_ways_in(nlsh: Callable[..., Said]) -> None:
    said = nlsh("mcp", "--only", "files,fruit")
    assert said.code == 2 and "there is no manager fruit" in said.err
    said = nlsh("mcp", "--ask", "/etc/hostname")
    assert said.code == 2 and "no terminal" in said.err


def test_names_and_plans() -> None:
    offered = frozenset(tool.name for tool in tools(frozenset()))
    assert len(offered) == len(tools(frozenset()))
    assert calls_of("files_make_folder", {"path": "x"}, offered) == (
        Call("files.make_folder", {"path": "x"}),
    )
    assert calls_of("rows_first", {"count": 3}, offered) == (Call("rows.first", {"count": "3"}),)
    assert calls_of("files_find", {"hidden": False, "empty": True}, offered) == (
        Call("files.find", {"empty": True}),
    )
    with pytest.raises(ValueError, match="no tool session_undo"):
        calls_of("session_undo", {}, offered)
