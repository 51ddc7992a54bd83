"""The background process: what it does is what `nlsh -c` does by itself, and nothing of one request reaches another."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from nlsh.config import folders
from nlsh.warm import client, place
from tests.conftest import Said, sleepers

Nlsh = Callable[..., Said]
OFFER = "import sys; from nlsh.warm.client import offer; code = offer(sys.argv[1:]); sys.exit(99 if code is None else code)"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the socket, short enough for its name."""
    folder = Path(os.path.realpath(tmp_path)) / "x"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def daemon(nlsh: Nlsh, session: Path) -> Iterator[int]:
    """A background process of the test's own; its pid."""
    assert nlsh("daemon", "start").code == 0
    yield nlsh("daemon", "--json").json["pid"]
    nlsh("daemon", "stop")
    _gone(session / "nlsh" / "warm.sock")


def _gone(path: Path) -> None:
    deadline = time.monotonic() + 30
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not path.exists()


@pytest.fixture
def offered(home: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Ask the background process and nobody else: 99 where it did not take the work."""

    def call(*args: str, cwd: Path | None = None, **env: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", OFFER, *args],
            cwd=cwd or home / "work", env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **env},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    return call


Offered = Callable[..., "subprocess.Popen[bytes]"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("-c", "what is here"), 0),
        (("-c", "how many files are here", "--json"), 0),
        (("-c", "write a poem about rain"), 3),
        (("-c", "delete a.txt", "--no-input"), 4),
        (("-c", "what is here", "--cwd", "nowhere"), 2),
        (("-c",), 2),
    ],
)
def test_it_says_what_would_be_said_without_it(
    args: tuple[str, ...], code: int, daemon: int, nlsh: Nlsh, offered: Offered, home: Path
) -> None:
    (home / "work" / "a.txt").write_text("a")
    asked = offered(*args)
    out, err = asked.communicate(timeout=60)
    alone = nlsh(*args, env={"XDG_RUNTIME_DIR": str(home)})
    assert asked.returncode == alone.code == code
    if "--json" in args:
        assert b'"value": 1' in out
    else:
        assert (out.decode(), err.decode()) == (alone.out, alone.err)


def test_it_works_where_and_as_whom_it_was_asked(daemon: int, offered: Offered, home: Path) -> None:
    """Folder, environment, input and home are the asking process's; what was done can be undone without it."""
    other = home / "other"
    (other / "deep").mkdir(parents=True)
    made = offered("-c", "make a folder named box", cwd=other / "deep")
    assert made.communicate(timeout=60) and made.returncode == 0 and (other / "deep" / "box").is_dir()
    shown = offered("-c", "what is FRUIT set to", FRUIT="pear")
    assert b"pear" in shown.communicate(timeout=60)[0]
    counted = offered("-c", "how many lines are there", "--stdin")
    assert b"3" in counted.communicate(b"a\nb\nc\n", timeout=60)[0]
    elsewhere = offered("-c", "what is in my home", HOME=str(other))
    assert b"deep" in elsewhere.communicate(timeout=60)[0]
    assert (other / ".local/state/nlsh/nlsh.db").exists()


def test_several_at_once(daemon: int, offered: Offered, home: Path) -> None:
    asked = [offered("-c", f"make a folder named box{n}") for n in range(6)]
    for one in asked:
        assert one.communicate(timeout=120) and one.returncode == 0
    assert sorted(p.name for p in (home / "work").iterdir()) == [f"box{n}" for n in range(6)]


def _worker(daemon: int) -> psutil.Process:
    """The process at work on a request: the one that has a child of the sandbox's helper under way."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if sleepers(daemon):
            return next(p for p in psutil.Process(daemon).children() if "zygote" not in " ".join(p.cmdline()))
        time.sleep(0.05)
    raise AssertionError("nothing is at work")


def test_ctrl_c_ends_the_work(daemon: int, offered: Offered) -> None:
    asked = offered("-c", "run sleep 300", "--yes")
    _worker(daemon)
    asked.send_signal(signal.SIGINT)
    asked.communicate(timeout=60)
    assert asked.returncode == 130
    assert not sleepers(daemon)


def test_a_worker_that_is_killed_takes_its_call_with_it(daemon: int, offered: Offered) -> None:
    asked = offered("-c", "run sleep 300", "--yes")
    _worker(daemon).kill()
    _, err = asked.communicate(timeout=60)
    assert asked.returncode == 1 and b"ended before the work was done" in err
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not sleepers(daemon):
            break
        time.sleep(0.05)
    else:
        raise AssertionError("the call goes on")
    again = offered("-c", "what is here")
    assert again.communicate(timeout=60) and again.returncode == 0


def test_whoever_goes_away_is_not_worked_for(daemon: int, offered: Offered) -> None:
    asked = offered("-c", "run sleep 300", "--yes")
    worker = _worker(daemon)
    asked.kill()
    asked.communicate(timeout=60)
    worker.wait(timeout=30)


def test_whoever_lost_patience_is_not_served_too(daemon: int, session: Path, home: Path) -> None:
    """The work begins when whoever asked says so: they may have begun it themselves meanwhile."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(place.address())
        here = os.open(home / "work", os.O_RDONLY)
        socket.send_fds(connection, [client._request(["-c", "make a folder named box"])], [0, 1, 2, here])
        os.close(here)
        worker = psutil.Process(int(connection.recv(64)))
    worker.wait(timeout=30)
    assert not (home / "work" / "box").exists()


def test_another_program_is_not_served(
    daemon: int, offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = OFFER.replace(
        "from nlsh", "import nlsh.warm.place as p; p.fingerprint = lambda: 'other\\nx'; from nlsh"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "-c", "what is here"], capture_output=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    assert done.returncode == 99 and not done.stdout
    assert psutil.pid_exists(daemon)


def test_only_its_user_may_ask(daemon: int, session: Path) -> None:
    assert (session / "nlsh" / "warm.sock").stat().st_mode & 0o777 == 0o600
    assert (session / "nlsh").stat().st_mode & 0o777 == 0o700
    assert place.address() == str(session / "nlsh" / "warm.sock")


def test_nothing_confined_gets_to_it(daemon: int, session: Path, nlsh: Nlsh) -> None:
    """Whoever reaches the socket is served with the user's rights, so no plan may, wherever its folder lies."""
    assert str(session / "nlsh") in folders().own
    said = nlsh("-c", "run ls nlsh", "--yes", cwd=session, env={"XDG_RUNTIME_DIR": str(session)})
    assert said.code == 5, said.err
    said = nlsh("-c", "what's in nlsh", cwd=session)
    assert said.code == 5 and "warm.sock" not in said.out


def test_it_ends_when_nobody_comes(nlsh: Nlsh, session: Path) -> None:
    assert nlsh("daemon", "start", env={"NLSH_IDLE_MINUTES": "0.01"}).code == 0
    pid = nlsh("daemon", "--json").json.get("pid")
    _gone(session / "nlsh" / "warm.sock")
    if pid is not None and psutil.pid_exists(pid):
        psutil.Process(pid).wait(timeout=30)


def test_without_one_everything_works(nlsh: Nlsh, session: Path) -> None:
    (session / "nlsh").mkdir()
    (session / "nlsh" / "warm.sock").write_text("no socket")
    assert nlsh("-c", "what is here").code == 0
    assert nlsh("daemon").out.startswith("none is running")
    assert nlsh("daemon", "stop").out.startswith("none is running")
    assert nlsh("daemon", "dance").code == 2
