"""nlsh's tools for other programs: a server of the Model Context Protocol on standard input and output.

What an agent calls goes the way of every plan: policy, sandbox, journal, undo, audit log. What needs a yes
is asked at the terminal where that was wanted, and refused otherwise: no agent answers for a person.

https://modelcontextprotocol.io/specification/2025-06-18/server/tools says what is spoken.
"""

import asyncio
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from nlsh import __version__
from nlsh.agent.manners import Answer, Manners, Preview
from nlsh.agent.turns import Shell
from nlsh.asking import settled
from nlsh.assembly import Parts
from nlsh.catalogue import Entry, Slot, catalogue
from nlsh.document import document
from nlsh.readings import in_words
from nlsh.terminal_text import harmless
from nlsh.turn import Act, Call, Turn

MOST_ROWS, MOST_TEXT = 200, 20_000  # of a result; an agent that wants more asks for less at a time
PLAN, SAY = "plan", "say"
_MEANS = {
    "path": "a file or folder", "target": "a file or folder", "new_path": "where it is to be", "size": "a size, such as 5 MB",
    "count": "a number", "ordinal": "a position, from 1", "ordinals": "positions, from 1", "when": "a time or period, such as last week",
    "type": "a kind of file, such as pdf or images", "number": "a number", "duration": "a length of time, such as 10 s", "text": "words",
}  # fmt: skip
_CALLS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"tool": {"type": "string"}, "args": {"type": "object"}},
        "required": ["tool"],
        "additionalProperties": False,
    },
    "minItems": 1,
}


def tools(managers: frozenset[str]) -> list[types.Tool]:
    """What is offered: the tools of `managers`, and several of them in a row; where it is empty all, and a sentence."""
    offered = [
        types.Tool(
            name=_offered_name(name), description=entry.summary, input_schema=_schema(entry), annotations=_hints(name, entry)
        )
        for name, entry in catalogue().items()
        if not entry.local and (not managers or name.partition(".")[0] in managers)
    ]  # fmt: skip
    several = "several calls in a row; the rows that each gives are what the next one works on, as in find, sort, first, delete"
    schema = {
        "type": "object",
        "properties": {"calls": _CALLS},
        "required": ["calls"],
        "additionalProperties": False,
    }
    said = {"type": "object", "properties": {"sentence": {"type": "string"}}, "required": ["sentence"]}
    offered.append(types.Tool(name=PLAN, description=several, input_schema=schema))
    if managers:
        return offered  # a sentence could mean a tool of any manager
    return [
        *offered,
        types.Tool(name=SAY, description="what a person would say to nlsh, in English or Chinese", input_schema=said),
    ]  # fmt: skip


def _offered_name(name: str) -> str:
    return name.replace(".", "_", 1)


def _hints(name: str, entry: Entry) -> types.ToolAnnotations:
    return types.ToolAnnotations(
        read_only_hint=not entry.changes,
        destructive_hint=entry.changes,
        open_world_hint=name.startswith("network."),
    )


def _schema(entry: Entry) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {slot.name: _property(slot) for slot in entry.slots},
        "required": sorted(entry.required),
        "additionalProperties": False,
    }


def _property(slot: Slot) -> dict[str, Any]:
    if slot.mode == "flag":
        return {"type": "boolean"}
    if slot.mode == "enum":
        return {"type": "string", "enum": list(slot.values)}
    return {"type": "string", "description": _MEANS.get(slot.role, "words")}


def calls_of(name: str, arguments: dict[str, Any], offered: frozenset[str]) -> tuple[Call, ...]:
    """The plan that a call of one of the `offered` tools stands for; ValueError for what was not offered."""
    if name == PLAN:
        asked = arguments.get("calls")
        if not isinstance(asked, list) or not asked or not all(isinstance(one, dict) for one in asked):
            raise ValueError("plan wants a list of calls")
        return tuple(_call(str(one.get("tool", "")), one.get("args") or {}, offered) for one in asked)
    return (_call(name, arguments, offered),)


def _call(name: str, arguments: Any, offered: frozenset[str]) -> Call:
    known = {_offered_name(full): full for full in catalogue() if _offered_name(full) in offered}
    full = known.get(_offered_name(name))
    if full is None or not isinstance(arguments, dict):
        raise ValueError(f"there is no tool {name}")
    slots = {slot.name: slot for slot in catalogue()[full].slots}
    if unknown := [key for key in arguments if key not in slots]:
        raise ValueError(f"{name} has no argument {unknown[0]}")
    given = {key: value for key, value in arguments.items() if value not in (None, False)}
    return Call(full, {key: value if value is True else str(value) for key, value in given.items()})


def told(turn: Turn) -> types.CallToolResult:
    """A turn as an agent is told of it: the last result, cut to what it can read, and what went wrong."""
    whole = document(turn)
    found: dict[str, Any] = {key: whole[key] for key in ("status", "answer", "undo", "error") if whole[key]}
    last = whole["results"][-1] if whole["results"] else {}
    if last.get("rows") is not None:
        found["rows"] = last["rows"][:MOST_ROWS]
        found |= {"rows_left_out": len(last["rows"]) - MOST_ROWS} if len(last["rows"]) > MOST_ROWS else {}
    for key in ("value", "notes"):
        found |= {key: last[key]} if last.get(key) not in (None, []) else {}
    if last.get("text"):
        found["text"] = last["text"][:MOST_TEXT]
    content: list[Any] = [types.TextContent(type="text", text=json.dumps(found))]
    return types.CallToolResult(content=content, structured_content=found, is_error=turn.exit_code != 0)


def asker(terminal: str) -> Callable[[Preview], Answer]:
    """Asks whoever sits at `terminal`; no where nobody can be asked there any more."""

    def confirm(preview: Preview) -> Answer:
        try:
            # O_NOCTTY: it must not become this process's own terminal, whose Ctrl-C and hang-up would end the server
            both = os.open(terminal, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
            with open(both, encoding="utf-8", errors="replace") as keys:

                def show(line: str) -> None:
                    os.write(both, f"nlsh: {harmless(line)}\n".encode())

                def read(question: str) -> str:
                    os.write(both, f"nlsh: {question}".encode())
                    return keys.readline()

                def card() -> None:
                    for line in ("an agent wants this:", preview.headline, *preview.items, preview.undo):
                        show(line)

                return settled(preview, show, card, read)
        except OSError:
            return False

    return confirm


def serve(parts: Callable[[], Parts], managers: frozenset[str], terminal: str) -> None:
    """Serve until the other side closes its end. Calls are done one after the other, on a thread of their own."""
    with ThreadPoolExecutor(1) as worker:
        made = worker.submit(parts).result()
        try:
            shell = worker.submit(lambda: made.shell(Manners(asker(terminal) if terminal else None))).result()
            asyncio.run(_converse(shell, managers, worker))
        finally:
            worker.submit(made.close).result()


async def _converse(shell: Shell, managers: frozenset[str], worker: ThreadPoolExecutor) -> None:
    offered = tools(managers)
    names = frozenset(tool.name for tool in offered)

    async def listed(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=offered)

    async def called(_: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            if asked.name not in names:
                raise ValueError(f"there is no tool {asked.name}")
            done = _done(shell, asked.name, asked.arguments or {}, names)
        except ValueError as error:
            content: list[Any] = [types.TextContent(type="text", text=str(error))]
            return types.CallToolResult(content=content, is_error=True)
        return told(await asyncio.get_running_loop().run_in_executor(worker, done))

    server: Server[Any] = Server(
        "nlsh", version=__version__, on_list_tools=listed, on_call_tool=called,
        instructions="Files, processes and devices of this machine, in a sandbox; what deletes or overwrites asks a person. Paths are relative to "
        + shell.cwd,
    )  # fmt: skip
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def _done(shell: Shell, name: str, arguments: dict[str, Any], offered: frozenset[str]) -> Callable[[], Turn]:
    """The work of one call, for the worker. ValueError for what was not offered."""
    if name == SAY:
        sentence = str(arguments.get("sentence", ""))
        return lambda: shell.say(sentence)
    calls = calls_of(name, arguments, offered)
    return lambda: shell.say(in_words(calls), chosen=Act(calls), learn=False)
