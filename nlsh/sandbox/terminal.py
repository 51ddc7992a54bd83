"""A terminal for a confined program that fills the screen: a pseudo-terminal, joined to the user's own.

The program gets one end as its controlling terminal; this process holds the other and hands
keys and output to and fro. Ctrl-C is a key like any other then: it goes to the program.
"""

import fcntl
import os
import re
import signal
import sys
import termios
import tty
from types import TracebackType

_NAME = re.compile(r"[A-Za-z0-9._+-]{1,40}")


def kind() -> str:
    """The TERM of the terminal that standard input and output are; "" when they are none, or a dumb one."""
    name = os.environ.get("TERM", "")
    usable = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    return name if usable and name != "dumb" and _NAME.fullmatch(name) else ""


class Terminal:
    """The pseudo-terminal of one call, while it lasts."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        self._resize()

    def __enter__(self) -> "Terminal":
        self._before = termios.tcgetattr(0)
        self._handler = signal.signal(signal.SIGWINCH, lambda *_: self._resize())
        tty.setraw(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The user's terminal as it was, with what the program wrote last on it."""
        os.set_blocking(self.master, False)
        while self.output():
            pass
        termios.tcsetattr(0, termios.TCSAFLUSH, self._before)
        signal.signal(signal.SIGWINCH, self._handler)
        self.handed_over()
        os.close(self.master)

    def handed_over(self) -> None:
        """Forget this process's copy of the program's end."""
        if self.slave >= 0:
            os.close(self.slave)
            self.slave = -1

    def keys(self) -> bool:
        """Hand on what the user typed; False when their terminal has gone."""
        try:
            typed = os.read(0, 4096)
        except OSError:
            return False
        if typed:
            os.write(self.master, typed)
        return bool(typed)

    def output(self) -> bool:
        """Hand on what the program wrote; False at the end."""
        try:
            block = os.read(self.master, 65536)
        except (BlockingIOError, OSError):  # EIO: nobody holds the program's end any more
            return False
        while block:
            block = block[os.write(1, block) :]
        return True

    def _resize(self) -> None:
        size = fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)
