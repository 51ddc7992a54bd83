"""Makes the pictures of docs/img from the real program: types into it in a pseudo-terminal, draws what stands there.

    pip install pyte
    python docs/screens.py [NAME ...]

A fresh home is made for each picture, so that nothing of yours is on it.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

import pyte
from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.text import Text

COLUMNS, LINES = 92, 30
OUT = Path(__file__).parent / "img"
SETTLED_SECONDS = 1.2  # nothing new for so long: the program waits for the next line
SCENES = {
    "card": ["find pdfs in Downloads bigger than 1 MB", "delete them", "e", "-2", "y", "undo"],
    "table": ["show sales.csv as a table", "sort by amount", "histogram of amount"],
    "jobs": [
        "!sleep 100",
        "\x1a",
        "jobs",
        "fg",
        "\x03",
        "how many lines does sales.csv have",
        "help with archives",
    ],
}


def home() -> Path:
    """A home with something in it."""
    place = Path(tempfile.mkdtemp(prefix="anna-", dir="/var/tmp"))
    work = place / "work"
    (work / "Downloads").mkdir(parents=True)
    for name, size in (
        ("invoice-2026-10.pdf", 1_400_000),
        ("manual.pdf", 5_200_000),
        ("ticket.pdf", 90_000),
        ("slides.pdf", 2_300_000),
    ):
        (work / "Downloads" / name).write_bytes(bytes(size))
    rows = "date,city,amount\n2026-11-02,Oslo,120\n2026-11-03,Lyon,80\n2026-11-05,Oslo,45\n2026-11-09,Graz,300\n2026-11-12,Lyon,60\n"
    (work / "sales.csv").write_text(rows)
    return place


def play(lines: list[str]) -> pyte.Screen:
    """The screen after `lines` have been typed."""
    place = home()
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(place / "work")
        environment = {
            "HOME": str(place), "PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", "SHELL": "/bin/sh",
        }  # fmt: skip
        os.execve(sys.executable, [sys.executable, "-m", "nlsh"], environment)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    try:
        _settle(fd, screen, stream, first="›")
        for line in lines:
            os.write(fd, line.encode() if len(line) == 1 and line < " " else line.encode() + b"\r")
            _settle(fd, screen, stream)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(fd)
    return screen


def _settle(fd: int, screen: pyte.Screen, stream: pyte.ByteStream, first: str = "") -> None:
    last = time.monotonic()
    deadline = last + 60
    while time.monotonic() < deadline:
        ready, _, _ = select.select([fd], [], [], 0.05)
        if ready:
            data = os.read(fd, 65536)
            stream.feed(data)
            if b"\x1b[6n" in data:  # where is the cursor?
                os.write(fd, b"\x1b[%d;%dR" % (screen.cursor.y + 1, screen.cursor.x + 1))
            last = time.monotonic()
        shown = not first or any(first in line for line in screen.display)
        if shown and time.monotonic() - last > SETTLED_SECONDS:
            return


def draw(screen: pyte.Screen, title: str) -> str:
    """The screen as SVG."""
    lines = [_line(screen, y) for y in range(LINES)]
    while lines and not lines[-1].plain.strip():
        lines.pop()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(
            record=True, width=COLUMNS, file=nowhere, color_system="truecolor", force_terminal=True
        )
        for line in lines:
            console.print(line, no_wrap=True)
        drawn = console.export_svg(title=title)
    return re.sub(
        r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL
    )  # nothing is fetched to look at a picture


def _line(screen: pyte.Screen, y: int) -> Text:
    text = Text()
    for x in range(COLUMNS):
        cell = screen.buffer[y][x]
        colours = [None if name == "default" else _colour(name) for name in (cell.fg, cell.bg)]
        text.append(
            cell.data,
            Style(
                color=colours[0],
                bgcolor=colours[1],
                bold=cell.bold,
                italic=cell.italics,
                underline=cell.underscore,
                reverse=cell.reverse,
            ),
        )
    text.rstrip()
    return text


def _colour(name: str) -> Color:
    if len(name) == 6 and all(c in "0123456789abcdef" for c in name):
        return Color.parse(f"#{name}")
    return Color.parse(
        {"brown": "yellow", "brightblack": "bright_black"}.get(name, name.replace("bright", "bright_"))
    )


def main() -> None:
    """Draw the scenes that were named, or all."""
    OUT.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SCENES:
        screen = play(SCENES[name])
        (OUT / f"{name}.svg").write_text(draw(screen, "nlsh"), "utf-8")
        print(f"docs/img/{name}.svg")
        print("\n".join(line.rstrip() for line in screen.display if line.strip()))


if __name__ == "__main__":
    main()
