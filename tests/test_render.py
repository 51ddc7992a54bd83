"""What the screen shows: golden texts for every kind of answer, harmless whatever a file is called."""

import errno
import io
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlsh.answers import answer, language_of
from nlsh.changes import Change
from nlsh.document import document, dumps
from nlsh.messages import in_language
from nlsh.previews import preview
from nlsh.readings import in_words
from nlsh.render import Screen
from nlsh.terminal_text import cell_width, harmless
from nlsh.turn import Act, Call, Effects, Result, Step, Target, Turn, Utterance

GOLDEN = Path(__file__).parent / "golden"


def shown(call: Call, result: Result, width: int = 0, text: str = "say") -> str:
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(out, err)
    if width:
        screen.terminal = True
        screen.width = lambda: width  # type: ignore[method-assign]
    turn = Turn(
        Utterance(text, "/home/anna", 0.0, language_of(text)),
        "s",
        1,
        plan=(call,),
        steps=[Step(call, {}, result)],
    )
    turn.answer = answer(call, result, (), turn.utterance.language)
    screen.turn(turn, fold=True)
    return out.getvalue() + ("--- stderr\n" + err.getvalue() if err.getvalue() else "")


FILES = [
    {"path": f"src/file{n}.py", "size": 1000 * n**3, "modified": f"2026-11-{n:02d}T10:00:00", "kind": "file"}
    for n in range(1, 9)
]
STRANGE = [
    {"path": "a\x1b[31mred\x1b[0m.txt", "size": 5, "modified": "2026-11-01T10:00:00", "kind": "file"},
    {"path": "中文\u202e名.txt", "size": 0, "modified": "2026-11-01T10:00:00", "kind": "file"},
]
PROCESSES = [
    {
        "pid": 100 + n,
        "name": f"prog{n}",
        "command": f"/usr/bin/prog{n} --with arguments",
        "user": "anna",
        "memory": n * 10**7,
        "cpu": 1.5 * n,
        "started": "2026-11-01T10:00:00",
    }
    for n in range(4)
]
MATCHES = [{"path": "a.py", "line": 3, "text": "x = 1  # TODO"}, {"path": "b.py", "line": 14, "text": "TODO"}]
CASES = {
    "one_file": (Call("files.find", {}), Result("files", FILES[:1])),
    "two_files": (Call("files.find", {}), Result("files", FILES[:2])),
    "files": (Call("files.find", {}), Result("files", FILES)),
    "many_files": (Call("files.find", {}), Result("files", FILES * 12)),
    "strange_names": (Call("files.find", {}), Result("files", STRANGE)),
    "nothing": (Call("files.find", {}), Result("files", [])),
    "unreadable": (
        Call("files.find", {}),
        Result("files", FILES[:1], notes=["could not read /root and 2 more"]),
    ),
    "processes": (Call("processes.list", {}), Result("processes", PROCESSES)),
    "matches": (Call("files.search", {}), Result("matches", MATCHES)),
    "count": (Call("rows.count", {}), Result("value", value=7, unit="count")),
    "sum": (Call("rows.sum", {}), Result("value", value=5 * 1024**2, unit="bytes")),
    "usage": (Call("files.usage", {}), Result("files", FILES[:3], value=36000, unit="bytes")),
    "text": (Call("files.read", {}), Result("text", text="first\nsecond\twith tab\x1b[2J\n")),
    "uptime": (
        Call("system.uptime", {}),
        Result("records", [{"booted": "2026-11-01T10:00:00"}], value=93784, unit="seconds"),
    ),
    "no_battery": (Call("devices.battery", {}), Result("records", [], notes=["this machine has no battery"])),
    "port": (
        Call("network.ports", {}),
        Result("processes", [{"port": 80, "pid": 7, "process": "nginx", "address": "0.0.0.0"}]),
    ),
}


@pytest.mark.parametrize("width", [0, 40, 80, 120])
@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, width: int, request: pytest.FixtureRequest) -> None:
    """To look at a change and accept it: delete the file, run the test twice."""
    text = shown(*CASES[name], width=width)
    assert "\x1b" not in text.replace("\x1b[1m", "").replace("\x1b[0m", "")
    table = [line for line in text.splitlines() if line.startswith(" ")]
    assert not width or all(cell_width(line) <= width for line in table)
    golden = GOLDEN / f"{name}_{width or 'plain'}.txt"
    if not golden.exists():
        GOLDEN.mkdir(exist_ok=True)
        golden.write_text(text, "utf-8")
        pytest.fail(f"{golden.name} was missing and has been written: look at it")
    assert text == golden.read_text("utf-8")


def test_chinese_answers() -> None:
    assert shown(Call("files.find", {}), Result("files", []), text="找图片") == "没有找到\n"
    assert "8 个文件" in shown(Call("files.find", {}), Result("files", FILES), text="找图片")


@given(st.text())
def test_harmless_lets_nothing_act(text: str) -> None:
    safe = harmless(text)
    assert all(ord(c) >= 32 and not 0x7F <= ord(c) < 0xA0 and not 0x202A <= ord(c) <= 0x202E for c in safe)


@given(st.text(st.characters(exclude_categories=[]), max_size=50))
def test_documents_survive_any_name(name: str) -> None:
    turn = Turn(
        Utterance("x", "/", 0.0),
        "s",
        1,
        steps=[Step(Call("files.find", {}), {}, Result("files", [{"path": name}]))],
    )
    assert json.loads(dumps(document(turn)))["results"][0]["rows"][0]["path"] == name


def test_previews() -> None:
    trash = Effects(
        changes=(Change("trash", "/a", to="/t/a", size=2048), Change("trash", "/b", to="/t/b", folder=True))
    )
    assert preview(Call("files.delete", {}), trash) == (
        "delete 2 items, 2.0 KiB",
        ["/a (2.0 KiB)", "/b/"],
        "nlsh undo takes it back",
    )
    stop = Effects(
        signals=(Target(7, 0.0, "nap", "anna"),),
        undoable=False,
        note="a stopped process cannot be brought back",
    )
    assert preview(Call("processes.stop", {}), stop) == (
        "stop 1 process",
        ["nap (7), anna"],
        "a stopped process cannot be brought back",
    )
    command = Effects(command="make", undoable=False, note="what a command changes cannot be undone")
    assert preview(Call("shell.run", {}), command)[0] == "run: make"


def test_plans_in_words() -> None:
    act = Act((Call("files.find", {"type": "pdfs", "hidden": True}), Call("files.delete", {})))
    assert in_words(act.calls) == "find pdfs, hidden, then delete"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    clock = iter([100.0, 100.2, 100.7, 100.75, 101.0])
    monkeypatch.setattr("nlsh.render.time.monotonic", lambda: next(clock))
    screen = Screen(io.StringIO(), Terminal())
    for done in (0, 1000, 2000, 2500, 3000):
        screen.progress("co\x1bpy", done, 10_000)
    said = screen.err.getvalue()  # type: ignore[attr-defined]
    assert said.split("\r\x1b[K")[1:] == [
        "co\\x1bpy 2,000 of 10,000, 3 s left",
        "co\\x1bpy 3,000 of 10,000, 2 s left",
    ]
    screen.write("done")
    assert screen.err.getvalue().endswith("\r\x1b[K")  # type: ignore[attr-defined]


def test_progress_is_not_shown_where_there_is_no_terminal() -> None:
    screen = Screen(io.StringIO(), io.StringIO())
    screen.progress("copy", 1, 2)
    assert screen.err.getvalue() == ""  # type: ignore[attr-defined]


CATALOGUE = [
    line.partition(" => ")
    for line in (Path(__file__).parents[1] / "nlsh" / "messages_zh.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_every_translated_message_is_one_that_the_code_says() -> None:
    """A message that was reworded must not silently lose its translation."""
    code = "\n".join(path.read_text("utf-8") for path in (Path(__file__).parents[1] / "nlsh").rglob("*.py"))
    words = re.sub(r"\s+", " ", code) + " ".join(os.strerror(number).lower() for number in errno.errorcode)
    for english, _, _ in CATALOGUE:
        for piece in re.split(r"\{\w+\}|\(s\)", english):
            for part in re.split(r"[,;:?]", piece):
                assert part.strip() in words, (english, part)


def test_translations_say_what_the_message_says() -> None:
    for english, arrow, chinese in CATALOGUE:
        assert arrow and set(re.findall(r"\{\w+\}", chinese)) <= set(re.findall(r"\{\w+\}", english)), english
    assert in_language("delete 2 files, 3 bytes", "zh") == "删除 2 个文件，3 字节"
    assert in_language("delete 2 files, 3 bytes", "en") == "delete 2 files, 3 bytes"
    assert in_language("/etc/passwd belongs to the system", "zh") == "/etc/passwd 属于系统"
    assert in_language("nobody translated this", "zh") == "nobody translated this"


def test_nothing_found_is_not_so_many_bytes() -> None:
    for tool, kind in (("files.duplicates", "files"), ("files.list", "records"), ("files.trash", "files")):
        result = Result(kind, [], value=0, unit="bytes")  # type: ignore[arg-type]
        assert answer(Call(tool, {}), result, (), "en") == "nothing found"
    assert answer(Call("files.usage", {}), Result("files", [], value=0, unit="bytes"), (), "en").startswith(
        "0 bytes"
    )
    mean = Result("value", notes=["there are no rows"])
    assert answer(Call("rows.mean", {}), mean, (), "en") == "there are no rows"
    wired = [
        {
            "interface": "eth0",
            "up": True,
            "ipv4": "192.0.2.2",
            "ipv6": "fd00::2 fe80::1",
            "mac": "02:00:00:00:00:01",
        }
    ]
    assert (
        answer(Call("network.interfaces", {}), Result("records", wired), (), "en") == "eth0 192.0.2.2 fd00::2"
    )
