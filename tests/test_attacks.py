"""The attacks against each tier, as root and as an ordinary user.

Every attack is also run unconfined by the same user: only what succeeds there counts.
In every arm a legitimate act must succeed, and the files outside are looked at afterwards.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlsh.sandbox import child, landlock
from nlsh.sandbox.client import Sandbox
from nlsh.sandbox.confinement import Confinement
from nlsh.turn import Effects, Scene
from tests import attacks

ROOT = Path(__file__).resolve().parents[1]
USERS = [0, 1999] if os.getuid() == 0 else [os.getuid()]
child.main_guard()  # as the zygote does: nothing can be imported once the walls stand
STOPPED, SUCCEEDED, WALL_FAILED = 7, 0, 9


@pytest.fixture
def target(tmp_path: Path) -> Iterator[attacks.Target]:
    base = Path(tempfile.mkdtemp(prefix="nlsh-attack-", dir="/var/tmp"))  # reachable for every user
    outside, inside = base / "outside", base / "inside"
    for folder in (outside / "sub", inside):
        folder.mkdir(parents=True)
    (outside / "secret.txt").write_bytes(b"secret")
    (outside / "victim.txt").write_bytes(b"victim")
    (inside / "mine.txt").write_bytes(b"mine")
    (inside / "out").symlink_to(outside)
    _give_away(base, os.getuid())
    fd = os.open(outside / "secret.txt", os.O_RDONLY)
    listeners = [socket.create_server(("127.0.0.1", 0))]
    for name in (str(outside / "socket"), f"\0nlsh-test-{os.getpid()}-{base.name}"):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(name)
        listener.listen(8)
        listeners.append(listener)
    os.chmod(outside / "socket", 0o777)
    yield attacks.Target(
        str(outside),
        str(inside),
        0,
        listeners[0].getsockname()[1],
        str(outside / "socket"),
        f"\0nlsh-test-{os.getpid()}-{base.name}",
        fd,
    )
    for listener in listeners:
        listener.close()
    os.close(fd)
    subprocess.run(["rm", "-rf", str(base)], check=False)


def _give_away(base: Path, uid: int) -> None:
    """Let `uid` own everything: what is stopped must be stopped by the walls, not by permissions."""
    for path in (base, *base.rglob("*")):
        if os.getuid() == 0:
            os.chown(path, uid, uid, follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(0o777 if path.is_dir() else 0o666)


def _become(uid: int) -> None:
    if os.getuid() != uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def _attempt(uid: int, target: attacks.Target, name: str, confinement: Confinement | None) -> int:
    """Fork, become the user, build the walls if any, attack; how it ended."""
    reader, writer = os.pipe()
    bystander = os.fork()
    if bystander == 0:  # a process of the same user to aim at
        _become(uid)
        from nlsh.sandbox.kernel import PR_SET_DUMPABLE, prctl

        prctl(PR_SET_DUMPABLE, 1)
        os.write(writer, b"r")
        while True:
            import time

            time.sleep(60)
    os.read(reader, 1)
    pid = os.fork()
    if pid == 0:
        code = WALL_FAILED
        try:
            _become(uid)
            from nlsh.sandbox.kernel import PR_SET_DUMPABLE, prctl

            prctl(PR_SET_DUMPABLE, 1)
            os.environ["TEST_SECRET"] = "x"
            aimed = attacks.Target(**{**vars(target), "pid": bystander})
            if confinement is not None:
                os.environ.clear()
                grants = [os.open(p, os.O_PATH) for p in (*confinement.reads, *confinement.writes)]
                from nlsh.sandbox.limits import close_all_but

                close_all_but(set(grants))
                child._wall_in(confinement, grants, ())
                with open(target.inside + "/mine.txt", "rb") as mine:  # the legitimate act
                    assert mine.read() == b"mine"
            try:
                attacks.ATTACKS[name](aimed)
                code = SUCCEEDED
            except BaseException:
                code = STOPPED
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    os.kill(bystander, 9)
    os.waitpid(bystander, 0)
    os.close(reader)
    os.close(writer)
    code = os.waitstatus_to_exitcode(status)
    return STOPPED if code < 0 else code  # killed by the filter


def _restore(target: attacks.Target) -> None:
    Path(target.folder, "victim.txt").write_bytes(b"victim")
    Path(target.inside, "mine.txt").write_bytes(b"mine")
    for stray in (Path(target.folder, "moved.txt"), Path(target.inside, "stolen.txt")):
        stray.unlink(missing_ok=True)
    for path in (Path(target.folder, "victim.txt"), Path(target.inside, "mine.txt")):
        path.chmod(0o666)


def _untouched(target: attacks.Target) -> None:
    victim = Path(target.folder, "victim.txt")
    assert victim.read_bytes() == b"victim" and victim.stat().st_mode & 0o777 == 0o666
    assert sorted(os.listdir(target.folder)) == ["secret.txt", "socket", "sub", "victim.txt"]


def _confinement(tier: int, target: attacks.Target) -> Confinement:
    return Confinement(
        tier, reads=(), writes=(target.inside,), processes=tier == 1, metadata=tier == 2, cwd=target.inside
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("uid", USERS)
@pytest.mark.parametrize("tier", [1, 2])
@pytest.mark.parametrize("name", sorted(attacks.ATTACKS))
def test_tools(name: str, tier: int, uid: int, target: attacks.Target) -> None:
    _give_away(Path(target.folder).parent, uid)
    control = _attempt(uid, target, name, None)
    _restore(target)
    outcome = _attempt(uid, target, name, _confinement(tier, target))
    assert outcome == STOPPED, f"{name} was not stopped in tier {tier} (outcome {outcome})"
    _untouched(target)
    if control != SUCCEEDED:
        pytest.skip(f"{name} fails for uid {uid} even unconfined: it proves nothing here")


# What must hold whatever the kernel's Landlock covers, and where there is none of it.
FILES = sorted(
    name
    for name in attacks.ATTACKS
    if "outside" in name or name.startswith(("read_", "write_", "rename_", "hardlink"))
)
OTHERS = [
    "connect_tcp",
    "abstract_socket",
    "signal_another",
    "signal_by_pidfd",
    "environment_of_another",
    "memory_of_another",
    "udp_socket",
]


@pytest.mark.parametrize("abi", [1, 2, 4, 6])
@pytest.mark.parametrize("name", [*FILES, *OTHERS])
def test_older_landlocks(
    name: str, abi: int, target: attacks.Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    if abi > landlock.abi():
        pytest.skip("this kernel's Landlock is older")
    monkeypatch.setattr(landlock, "abi", lambda: abi)
    _give_away(Path(target.folder).parent, USERS[-1])
    # /proc is granted only where Landlock keeps other processes' memory apart, as it does from its first version on
    outcome = _attempt(USERS[-1], target, name, _confinement(1, target))
    assert outcome == STOPPED, f"{name} was not stopped with ABI {abi} (outcome {outcome})"
    _untouched(target)


@pytest.mark.parametrize("uid", USERS)
@pytest.mark.parametrize("name", [*FILES, *OTHERS])
def test_no_landlock_at_all(name: str, uid: int, target: attacks.Target) -> None:
    _give_away(Path(target.folder).parent, uid)
    walls = Confinement(2, writes=(target.inside,), cwd=target.inside, landlock=False)
    outcome = _attempt(uid, target, name, walls)
    assert outcome == STOPPED, f"{name} was not stopped by namespaces and seccomp (outcome {outcome})"
    _untouched(target)


def test_the_first_tier_is_nothing_without_landlock(target: attacks.Target) -> None:
    walls = Confinement(1, writes=(target.inside,), cwd=target.inside, landlock=False)
    assert _attempt(USERS[-1], target, "read_outside", walls) == WALL_FAILED


PROGRAM = """
import json, sys
source, names, fields = json.load(open("attack.json"))
namespace = {"__name__": "attacks_inside"}
exec(compile(source, "attacks", "exec"), namespace)
target = namespace["Target"](**fields)
outcomes = {}
for name in names:
    import os
    pid = os.fork()
    if pid == 0:
        code = 7
        try:
            namespace[name](target)
            code = 0
        except BaseException:
            pass
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    outcomes[name] = os.waitstatus_to_exitcode(status)
print("OUTCOMES", json.dumps(outcomes))
"""


def test_external_commands(sandbox: Sandbox, target: attacks.Target) -> None:
    """Tier 3: the same attacks as a program of its own, in one run."""
    names = sorted(set(attacks.ATTACKS) - attacks.FREE_IN_TIER_3 - {"read_by_inherited_descriptor"})
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    try:
        fields = {**vars(target), "pid": bystander.pid}
        source = Path(attacks.__file__).read_text()
        Path(target.inside, "attack.json").write_text(json.dumps([source, names, fields]))
        Path(target.inside, "attack.py").write_text(PROGRAM)
        scene = Scene(target.inside, "/nonexistent", 0.0)
        effects = Effects(
            reads=(target.inside,),
            writes=(target.inside,),
            command="/usr/bin/python3 attack.py",
            undoable=False,
        )
        result = sandbox.run(
            "shell.run", {"command": effects.command}, scene, effects, rows=[], kind="none", facts={}
        )
    finally:
        bystander.kill()
        bystander.wait()
    assert "OUTCOMES" in (result.text or ""), result.text  # type: ignore[union-attr]
    outcomes = json.loads((result.text or "").split("OUTCOMES", 1)[1])  # type: ignore[union-attr]
    assert {name for name, code in outcomes.items() if code == 0} == set()
    _untouched(target)


def test_a_command_cannot_outlive_its_call(sandbox: Sandbox, target: attacks.Target) -> None:
    scene = Scene(target.inside, "/nonexistent", 0.0)
    command = "(setsid sh -c 'sleep 1; echo late > late.txt' >/dev/null 2>&1 &) ; echo started"
    effects = Effects(reads=(target.inside,), writes=(target.inside,), command=command)
    result = sandbox.run("shell.run", {"command": command}, scene, effects, rows=[], kind="none", facts={})
    assert result.text == "started\n"  # type: ignore[union-attr]
    import time

    time.sleep(1.5)
    assert not Path(target.inside, "late.txt").exists()


def test_a_fork_bomb_is_contained(sandbox: Sandbox, target: attacks.Target) -> None:
    scene = Scene(target.inside, "/nonexistent", 0.0)
    command = '/usr/bin/python3 -c \'import os\nn=0\ntry:\n  while n < 5000:\n    if os.fork() == 0: os.pause() if hasattr(os, "pause") else __import__("signal").pause()\n    n += 1\nexcept OSError: pass\nprint("forks", n)\''
    effects = Effects(reads=(target.inside,), writes=(target.inside,), command=command)
    result = sandbox.run("shell.run", {"command": command}, scene, effects, rows=[], kind="none", facts={})
    assert int((result.text or "").split()[-1]) < 1000  # type: ignore[union-attr]


def test_endless_output_is_cut(sandbox: Sandbox, target: attacks.Target) -> None:
    scene = Scene(target.inside, "/nonexistent", 0.0)
    effects = Effects(reads=(target.inside,), writes=(target.inside,), command="yes")
    result = sandbox.run("shell.run", {"command": "yes"}, scene, effects, rows=[], kind="none", facts={})
    assert (result.text or "").endswith("was cut off]\n") and len(result.text or "") < 5_000_000  # type: ignore[union-attr]


def test_a_folder_exchanged_for_a_link_after_the_check_is_denied(target: attacks.Target) -> None:
    granted = os.path.join(target.inside, "real")
    os.mkdir(granted, 0o777)
    Path(granted, "mine.txt").write_bytes(b"mine")
    fd = os.open(granted, os.O_PATH)
    os.rename(granted, granted + ".away")
    os.symlink(target.folder, granted)
    for tier in (1, 2):
        pid = os.fork()
        if pid == 0:
            code = WALL_FAILED
            try:
                child._wall_in(Confinement(tier, reads=(granted,)), [os.dup(fd)], ())  # type: ignore[arg-type]
                with open(granted + "/secret.txt", "rb") as reader:
                    code = SUCCEEDED if reader.read() else STOPPED
            except BaseException:
                code = STOPPED
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == STOPPED
    os.close(fd)
