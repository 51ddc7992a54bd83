"""The card before a change: golden screens of every kind, at three widths, as a person sees them before the yes."""

import io
from pathlib import Path

import pytest

from nlsh.agent.manners import Preview
from nlsh.asking import settled
from nlsh.changes import Change, act
from nlsh.previews import preview
from nlsh.render import Screen
from nlsh.terminal_text import cell_width, harmless
from nlsh.turn import Call, Effects, Target

GOLDEN = Path(__file__).parent / "golden"
HOME = "/home/anna"
TRASH = f"{HOME}/.local/share/Trash/files"


def trashed(*names: str) -> tuple[Change, ...]:
    return tuple(Change("trash", f"{HOME}/{name}", to=f"{TRASH}/{name}", size=1500 * 1024) for name in names)


CARDS = {
    "delete": (Call("files.delete", {}), Effects(changes=trashed("a.txt", "b.txt"))),
    "delete_many": (Call("files.delete", {}), Effects(changes=trashed(*(f"log{n}.txt" for n in range(40))))),
    "delete_strange": (Call("files.delete", {}), Effects(changes=trashed("a\x1b[31mred.txt", "中文名\u202e.txt"))),
    "move": (Call("files.move", {"to": "old"}), Effects(changes=(
        Change("mkdir", f"{HOME}/old", folder=True), Change("move", f"{HOME}/a-name-that-is-rather-long-for-a-file.txt", to=f"{HOME}/old/a-name-that-is-rather-long-for-a-file.txt", size=9),
    ))),
    "write": (Call("files.write", {}), Effects(changes=(Change("create", f"{HOME}/notes.txt", text="milk\n", size=5),))),
    "overwrite": (Call("files.write", {}), Effects(
        changes=(Change("replace", f"{HOME}/notes.txt", text="milk\n", size=5, old=9),), title="overwrite notes.txt, 5 bytes instead of 9", samples=("- bread", "+ milk"),
    )),
    "permissions": (Call("files.permissions", {}), Effects(changes=(Change("chmod", f"{HOME}/run.sh", mode=0o755, old=0o644),))),
    "emptied": (Call("files.empty_trash", {}), Effects(changes=tuple(Change("erase", f"{TRASH}/{n}", size=10) for n in range(3)), undoable=False)),
    "stop": (Call("processes.stop", {}), Effects(
        signals=(Target(4242, 1.0, "firefox", "anna"), Target(77, 1.0, "python", "root")), undoable=False, note="a stopped process cannot be brought back",
    )),
    "command": (Call("shell.run", {}), Effects(command="make clean && rm -rf build", undoable=False, note="what a command does cannot be undone")),
    "service": (Call("processes.control_service", {}), Effects(
        changes=(act("service", "nginx", {"name": "nginx", "action": "restart"}, None),), title="restart the service nginx", undoable=False,
    )),
    "download": (Call("network.fetch", {"url": "http://example.org/a.zip"}), Effects(
        changes=(Change("produce", f"{HOME}/a.zip", size=0),), contacts=("example.org",), title="fetch a.zip from example.org",
    )),
}  # fmt: skip


def on_screen(text: str, width: int) -> str:
    """The lines as a terminal of `width` cells breaks them."""
    lines = []
    for line in text.splitlines():
        row = ""
        for letter in line:
            if cell_width(row + letter) > width:
                lines.append(row)
                row = ""
            row += letter
        lines.append(row)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("name", CARDS)
def test_golden(name: str, width: int) -> None:
    call, effects = CARDS[name]
    out = io.StringIO()
    screen = Screen(out, io.StringIO())
    headline, items, undo = preview(call, effects)
    number = len(effects.changes) if not effects.undoable and name == "emptied" else 0
    rows = tuple(items) if len(items) > 1 else ()
    card = Preview(headline, tuple(items), undo, "", "", "this below ~", rows, number, ("because",), (call,))

    def read(question: str) -> str:
        screen.write(question)
        return "n"

    answer = settled(
        card,
        lambda text: screen.write(harmless(text)),
        lambda: screen.preview([headline, *items, undo], danger=number > 0),
        read,
        lambda: False,
    )
    assert answer is False
    text = on_screen(out.getvalue(), width)
    assert "\x1b" not in text and "\u202e" not in text
    golden = GOLDEN / f"card_{name}_{width}.txt"
    if not golden.exists():
        golden.write_text(text, "utf-8")
        pytest.fail(f"{golden.name} was missing and has been written: look at it")
    assert text == golden.read_text("utf-8")
