"""The prompt, end to end: a real process in a real pseudo-terminal, with the real model and sandbox."""

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_PLACE = re.compile(
    r"\x1b\[[0-9;]*R"
)  # this terminal may be late to say where the cursor is, and a command reads it
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[=>()][0-9A-B]?|\r")


# Runs a command as a full-screen program on the terminal that it is started on.
_FULL_SCREEN = """
import sys, termios
from nlsh.sandbox.client import Sandbox
from nlsh.turn import Effects, Scene
command, here = sys.argv[1:]
before = termios.tcgetattr(0)
sandbox = Sandbox()
effects = Effects(reads=(here,), writes=(here,), command=command, terminal="xterm")
scene = Scene(here, "/nonexistent", 0.0, "xterm")
result = sandbox.run("shell.run", {"command": command}, scene, effects, rows=[], kind="none", facts={})
sandbox.close()
print("left with", result.value, "same" if termios.tcgetattr(0) == before else "other")
"""


class Terminal:
    """A person at a terminal: types, and reads what is on the screen."""

    def __init__(self, home: Path, *args: str, columns: int = 100, shell: str = "/bin/sh") -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            environment = {
                **os.environ,
                "HOME": str(home),
                "TERM": "xterm",
                "SHELL": shell,
            }
            os.chdir(home / "work")
            command = args if args[:1] == ("-c",) and args[1:2] == (_FULL_SCREEN,) else ("-m", "nlsh", *args)
            os.execve(sys.executable, [sys.executable, *command], environment)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.seen = ""

    def read(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self.fd], [], [], 0.05)
            if ready:
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    return
                if (
                    b"\x1b[6n" in data
                ):  # where is the cursor? As a terminal would, at the top of an empty screen
                    os.write(self.fd, b"\x1b[1;1R")
                self.seen += _ESCAPES.sub("", data.decode("utf-8", "replace"))

    def wait_for(self, text: str, seconds: float = 30) -> str:
        """Until `text` is on the screen after what was waited for before; what came with it."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < deadline, f"waited for {text!r}, saw {self.seen[-2000:]!r}"
            self.read(0.1)
        before, _, self.seen = self.seen.partition(text)
        return before + text

    def type(self, text: str) -> None:
        self.keys(text + "\r")

    def keys(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def exit_code(self) -> int:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            self.read(0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"it did not end: {self.seen[-1000:]!r}")

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


@pytest.fixture
def terminal(home: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(*args: str, columns: int = 100, shell: str = "/bin/sh") -> Terminal:
        opened.append(Terminal(home, *args, columns=columns, shell=shell))
        opened[-1].wait_for("›")
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def test_the_prompt_waits_for_nothing_heavy() -> None:
    heavy = {
        "pydantic",
        "rich",
        "typer",
        "psutil",
        "llama_cpp",
        "sqlite_utils",
        "nlsh.agent.turns",
        "nlsh.assembly",
    }
    code = f"import sys, nlsh.cli, nlsh.prompt; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("word", ["exit", "\x04"])
def test_whoever_leaves_at_once_leaves(terminal: Callable[..., Terminal], word: str) -> None:
    t = terminal()
    t.keys(word + "\r" if word == "exit" else word)
    assert t.exit_code() == 0 and "Traceback" not in t.seen


def test_a_conversation(terminal: Callable[..., Terminal], home: Path) -> None:
    for n in range(3):
        (home / "work" / f"x{n}.tmp").write_text("x")
    t = terminal()
    t.type("find the .tmp files")
    t.wait_for("x2.tmp")
    t.type("delete them")
    t.wait_for("delete 3 files")
    t.wait_for("[y/N")
    t.type("n")
    t.wait_for("nothing was changed")
    assert len(list((home / "work").glob("*.tmp"))) == 3
    t.type("delete them")
    t.wait_for("[y/N")
    t.type("y")
    t.wait_for("3 files to the trash")
    assert not list((home / "work").glob("*.tmp"))
    t.type("undo that")
    t.wait_for("took back")
    assert len(list((home / "work").glob("*.tmp"))) == 3
    t.type("exit")
    assert t.exit_code() == 0


def test_a_card_says_why_and_lets_rows_be_chosen(terminal: Callable[..., Terminal], home: Path) -> None:
    names = [home / "work" / f"n{n}.tmp" for n in range(1, 6)]
    for name in names:
        name.write_text("x")
    t = terminal()
    t.type("find the .tmp files")
    t.wait_for("5   n5.tmp")
    t.type("delete them")
    t.wait_for("[y/N/a/e/p/?]")
    t.type("?")
    t.wait_for("% sure")
    t.wait_for("[y/N/a/e/p/?]")
    t.type("e")
    t.wait_for("which of them?")
    t.type("9")
    t.wait_for("nothing was chosen")
    t.wait_for("[y/N/a/e/p/?]")
    t.type("e")
    t.wait_for("which of them?")
    t.type("-2, 4")
    t.wait_for("delete 3 files")
    t.wait_for("[y/N/a/e/p/?]")
    t.type("y")
    t.wait_for("3 files to the trash")
    assert [name.exists() for name in names] == [False, True, False, True, False]


def test_a_plan_is_amended_at_its_card(terminal: Callable[..., Terminal], home: Path) -> None:
    (home / "work" / "a.txt").write_text("x")
    t = terminal()
    t.type("move a.txt to Papers")
    t.wait_for("p/?]")
    t.type("p")
    t.wait_for("files.move, path")
    t.type("")
    t.wait_for("files.move, to")
    t.type("\x15Letters")  # Ctrl-U, and another name
    t.wait_for("Letters")
    t.wait_for("p/?]")
    t.type("y")
    t.wait_for("moved")
    t.wait_for("›")
    assert (home / "work" / "Letters" / "a.txt").exists() and not (home / "work" / "Papers").exists()


def test_what_is_gone_for_good_wants_its_number_typed(terminal: Callable[..., Terminal], home: Path) -> None:
    for n in range(3):
        (home / "work" / f"n{n}.tmp").write_text("x")
    t = terminal()
    t.type("find the .tmp files")
    t.wait_for("n2.tmp")
    t.type("delete them")
    t.wait_for("[y/N/a/e/p/?]")
    t.type("y")
    t.wait_for("3 files to the trash")
    t.type("empty the trash")
    t.wait_for("type 3 to go ahead")
    t.type("y")
    t.wait_for("nothing was changed")
    t.type("undo")
    t.wait_for("took back")
    assert (home / "work" / "n1.tmp").exists()


def test_commands_cd_and_their_exit_codes(terminal: Callable[..., Terminal], home: Path) -> None:
    t = terminal()
    t.type("!echo one-$((1+1)); exit 3")
    t.wait_for("one-2")
    t.wait_for("status 3")
    t.type("cd ..")
    t.wait_for("~ ›")
    t.type("!pwd")
    t.wait_for(str(home))
    t.type("cd -")
    t.wait_for("~/work ›")
    t.type("cd /no/such/folder")
    t.wait_for("›")
    t.type("!test -t 0 && echo is-a-terminal")
    t.wait_for("is-a-terminal")
    t.type("exit")
    t.exit_code()


def test_a_command_is_stopped_and_goes_on(terminal: Callable[..., Terminal], home: Path) -> None:
    def typed(text: str) -> None:
        """Ctrl-Z throws away what nobody has read, so wait for that."""
        deadline = time.monotonic() + 60
        while not file.exists() or _PLACE.sub("", file.read_text()) != text:
            assert time.monotonic() < deadline, file.exists() and file.read_text()
            t.read(0.05)

    file = home / "work" / "typed.txt"
    t = terminal()
    t.type("!cat > typed.txt")
    typed("")
    t.type("one")
    typed("one\n")
    t.keys("\x1a")
    t.wait_for("[1] stopped  cat > typed.txt")
    t.type("sleep 60 &")
    t.wait_for("[2] ")
    t.type("jobs")
    t.wait_for("[1] stopped")
    t.wait_for("[2] running  sleep 60")
    t.type("fg 1")
    t.wait_for("cat > typed.txt")
    t.type("two")
    typed("one\ntwo\n")
    t.keys("\x04")
    t.wait_for("›")
    t.type("fg")
    t.wait_for("sleep 60")
    t.keys("\x1a")
    t.wait_for("stopped  sleep 60")
    t.type("bg")
    t.wait_for("sleep 60 &")
    t.type("fg 7")
    t.wait_for("there is no job 7")
    t.type("fg")
    t.wait_for("sleep 60")
    t.keys("\x03")
    t.wait_for("status 130")
    t.type("fg")
    t.wait_for("there is no job")
    t.type("exit")
    assert t.exit_code() in (0, 1)


def test_leaving_with_a_stopped_command_is_asked_about_and_ends_it(terminal: Callable[..., Terminal]) -> None:
    t = terminal()
    t.type("!sh -c 'echo pid-$$-; sleep 60'")
    pid = int(t.wait_for("-\n").rpartition("pid-")[2].strip("-\n"))
    t.keys("\x1a")
    t.wait_for("[1] stopped")
    t.type("exit")
    t.wait_for("there are stopped jobs")
    t.type("exit")
    t.exit_code()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_password_is_asked_for_without_being_shown(terminal: Callable[..., Terminal]) -> None:
    t = terminal()
    t.type("!stty -echo; printf 'Pass''word: '; read p; stty echo; echo got-${#p}")
    t.wait_for("Password: ")
    t.read(0.3)
    t.type("geheim")
    seen = t.wait_for("got-6")
    assert "geheim" not in seen


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_aliases_and_functions_of_the_users_shell(terminal: Callable[..., Terminal], home: Path) -> None:
    (home / ".bashrc").write_text(
        "case $- in *i*) ;; *) return;; esac\nalias gs='echo from-alias'\ngreet() { echo hello-$1; }\n"
    )
    t = terminal(shell=str(shutil.which("bash")))
    deadline = time.monotonic() + 20
    while (
        "from-alias" not in t.seen and time.monotonic() < deadline
    ):  # they are asked for while the prompt stands
        t.type("gs")
        t.read(1.5)
    t.wait_for("from-alias", 1)
    t.type("greet bob")
    t.wait_for("hello-bob")


def test_interrupts(terminal: Callable[..., Terminal], home: Path) -> None:
    t = terminal()
    os.write(t.fd, b"half a sentence\x03")
    t.wait_for("›")
    t.type("!sleep 30")
    t.read(1.0)
    os.write(t.fd, b"\x03")
    t.wait_for("›", 10)
    t.type("run sleep 30")
    t.wait_for("[y/N")
    t.type("y")
    t.read(1.0)
    for _ in range(5):  # a person presses it again when nothing happens
        os.write(t.fd, b"\x03")
        t.read(1.5)
        if "interrupted" in t.seen:
            break
    t.wait_for("interrupted", 1)
    t.type("!echo still here")
    t.wait_for("still here")
    os.write(t.fd, b"\x04")
    t.exit_code()


def test_what_is_typed_is_remembered(terminal: Callable[..., Terminal], home: Path) -> None:
    t = terminal()
    t.type("what time is it")
    t.wait_for("20")
    t.type("exit")
    t.exit_code()
    again = terminal()
    os.write(again.fd, b"\x1b[A")
    again.wait_for("what time is it")


def test_without_a_usable_model_the_prompt_still_works(terminal: Callable[..., Terminal], home: Path) -> None:
    t = terminal("--model", "/no/such.gguf")
    t.type("what is here")
    t.wait_for("there is no model")
    t.type("!echo fine")
    t.wait_for("fine")
    t.type("exit")
    t.exit_code()


def test_a_narrow_terminal(terminal: Callable[..., Terminal], home: Path) -> None:
    for n in range(5):
        (home / "work" / f"a rather long file name number {n}.txt").write_text("x")
    t = terminal(columns=30)
    t.type("what is here")
    t.wait_for("size")
    t.type("exit")
    t.exit_code()


@pytest.fixture
def full_screen(home: Path) -> Iterator[Callable[[str], Terminal]]:
    opened: list[Terminal] = []

    def start(command: str) -> Terminal:
        opened.append(Terminal(home, "-c", _FULL_SCREEN, command, str(home / "work")))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def test_a_program_that_fills_the_screen_has_a_terminal(full_screen: Callable[[str], Terminal]) -> None:
    """Its size, its keys, Ctrl-C as a key, a resize while it runs; the user's terminal afterwards as before."""
    shown = full_screen(
        """test -t 0 && test -t 1 && stty size; read x; echo got-$x; sleep 1; stty size; trap 'echo caught; exit 3' INT; echo ready; sleep 30"""
    )
    shown.wait_for("40 100")
    shown.type("hello")
    shown.wait_for("got-hello")
    fcntl.ioctl(shown.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
    shown.wait_for("20 60")
    shown.wait_for("ready")
    os.write(shown.fd, b"\x03")
    shown.wait_for("caught")
    shown.wait_for("left with 3 same")


def test_a_program_cannot_type_into_the_terminal(full_screen: Callable[[str], Terminal]) -> None:
    """TIOCSTI would put words into the mouth of the user's own shell."""
    shown = full_screen(
        """python3 -c "import fcntl; fcntl.ioctl(0, 0x5412, b'x')" 2>&1 | tail -1; echo over"""
    )
    assert "PermissionError" in shown.wait_for("over")
    shown.wait_for("left with 0 same")


def test_a_program_on_a_terminal_is_as_confined_as_any(
    full_screen: Callable[[str], Terminal], home: Path
) -> None:
    (home / "outside.txt").write_text("secret")
    shown = full_screen(f"cat {home}/outside.txt; echo x > {home}/new.txt; echo y > inside.txt; echo over")
    assert "secret" not in shown.wait_for("over")
    shown.wait_for("left with 0 same")
    assert not (home / "new.txt").exists()
    assert (home / "work" / "inside.txt").read_text() == "y\n"


def test_commands_need_no_mark_and_sentences_stay_sentences(
    terminal: Callable[..., Terminal], home: Path
) -> None:
    (home / "work" / "notes.txt").write_text("hello from here\n")
    t = terminal()
    t.type("printf '%s-%s\\n' one two")
    t.wait_for("one-two")
    t.type("export GREETING=salut")
    t.type("printf '%s!\\n' $GREETING")
    t.wait_for("salut!")
    t.type("sh -c 'exit 7'")
    t.wait_for("ended with status 7")
    t.type("what is in notes.txt")
    t.wait_for("hello from here")


def test_lines_of_a_paste_that_are_commands_are_asked_for(
    terminal: Callable[..., Terminal], home: Path
) -> None:
    t = terminal()
    t.type("\x1b[200~touch pasted-one\ntouch pasted-two\x1b[201~")
    t.wait_for("run the pasted command 'touch pasted-one'?")
    t.type("n")
    t.wait_for("not run")
    assert not list((home / "work").glob("pasted-*"))


def test_a_paste_does_not_set_variables_unasked(terminal: Callable[..., Terminal]) -> None:
    t = terminal()
    t.type("\x1b[200~export GREETING=evil\nprintf hello\x1b[201~")
    t.wait_for("run the pasted command 'export GREETING=evil'?")
    t.type("n")
    t.wait_for("not run")
    t.type("printf '<%s>\\n' $GREETING")
    t.wait_for("<>")


def test_the_hint_says_what_a_line_would_do(terminal: Callable[..., Terminal]) -> None:
    t = terminal()
    t.keys("how much memory is free")
    t.wait_for("memory in use")
    t.keys("\x15sh -c true")
    t.wait_for("it (Alt-!")  # what stays the same on the screen is not drawn again


def test_words_that_are_understood_are_coloured(home: Path) -> None:
    from prompt_toolkit.document import Document

    from nlsh.hints import hint
    from nlsh.lineedit import _Looks
    from nlsh.turn import Call

    (home / "work" / "Papers").mkdir()
    calls = (Call("files.find", {"type": "pdfs", "larger": "5 MB"}), Call("files.move", {"to": "Papers"}))
    line = "move the pdfs over 5 MB to Papers"
    looks: dict[str, str] = {}
    for style, letter, *_ in _Looks(lambda: hint(calls, sure=True).parts).lex_document(Document(line))(0):
        looks[style] = looks.get(style, "") + letter
    assert looks.pop("") == "move the  over  to "
    assert looks == {"class:what": "pdfs", "class:filter": "5 MB", "class:path class:where": "Papers"}
    assert hint((), sure=True).text == "" and hint(calls, sure=False).text.endswith(" ?")
