"""The closed list of acts and facts that are had outside the sandbox, and attacks on each."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from nlsh.agent.turns import Shell
from nlsh.changes import Change, act
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.sandbox import acts, broker, programs, web
from nlsh.turn import Call
from tests.conftest import Runner
from tests.test_session import say

Program = Callable[[str, str], Path]


@pytest.fixture
def other() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def test_what_is_not_on_the_lists_is_not_there() -> None:
    with pytest.raises(KeyError):
        broker.facts((("shell", "id"),))
    with pytest.raises(KeyError):
        acts.perform(Change("broker", "x", text=json.dumps({"act": "exec", "command": "id"})))
    for what in ("no_such_thing", "_request", "base64"):
        with pytest.raises(KeyError):
            broker.facts((("web", json.dumps({"what": what})),))


def test_programs_get_no_shell_no_secrets_and_fixed_folders(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MY_TOKEN", "secret")
    monkeypatch.setenv("LD_PRELOAD", "/nonexistent.so")
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / "lpstat").write_text("#!/bin/sh\necho evil\n")
    (evil / "lpstat").chmod(0o755)
    monkeypatch.setenv("PATH", f"{evil}:/usr/bin:/bin")
    program("printing", 'env; echo "[$1]"')
    said = programs.program("printing", "$(id); `id` | cat") or ""
    assert "secret" not in said and "LD_PRELOAD" not in said and "[$(id); `id` | cat]" in said
    monkeypatch.setattr(programs, "PROGRAM_FOLDERS", ("/usr/bin-not-there",))
    assert programs.program("lpstat") is None


def test_a_program_that_hangs_is_ended(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program("slow", "exec sleep 60")
    monkeypatch.setattr(programs, "PROGRAM_SECONDS", 0.3)
    with pytest.raises(ToolFailed, match="did not answer"):
        programs.program("slow")


@pytest.mark.parametrize(
    "name", ["--now nginx", "-H evil nginx", "nginx; id", "../../etc", "a b", "$(id)", "\n", "n" * 200]
)
def test_unit_names_cannot_be_options_or_commands(run: Runner, name: str) -> None:
    for tool in ("processes.service", "processes.service_log"):
        with pytest.raises(NotUnderstood):
            run.effects(tool, name=name)
    with pytest.raises(NotUnderstood):
        run.effects("processes.control_service", action="stop", name=name)


@pytest.mark.parametrize("command", ["true\n* * * * * evil", "echo 100%", "a\rb"])
def test_one_scheduled_command_cannot_smuggle_another(run: Runner, program: Program, command: str) -> None:
    program("crontab", "exit 0")
    with pytest.raises(NotUnderstood, match="one line"):
        run.effects("processes.schedule_add", command=command, when="daily")


def test_a_new_owner_is_judged_like_a_write(make: Callable[..., Shell]) -> None:
    turn = say(
        make(yes=True), "give it away", Call("files.owner", {"path": "/etc/hostname", "user": "nobody"})
    )
    assert turn.status in ("refused", "failed")
    assert Path("/etc/hostname").owner() == "root"


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    bait, swapped = tmp_path / "bait", tmp_path / "file"
    bait.write_text("")
    swapped.symlink_to(bait)
    for looked_at in (bait, swapped):
        status = looked_at.lstat()
        given = {"path": str(swapped), "inode": [status.st_dev, status.st_ino], "uid": 65534, "gid": 65534}
        if looked_at is bait:
            with pytest.raises(ToolFailed, match="not what it was"):
                acts.perform(act("owner", str(swapped), given, None))
        else:
            acts.perform(act("owner", str(swapped), given, None))
    assert bait.stat().st_uid == 0 and swapped.lstat().st_uid == 65534


def test_a_file_with_another_name_elsewhere_is_not_given_away(run: Runner, tmp_path: Path) -> None:
    bait = tmp_path / "bait"
    bait.write_text("")
    os.link(bait, Path(run.cwd) / "inside.txt")
    with pytest.raises(ToolFailed, match="hard link"):
        run.effects("files.owner", path="inside.txt", user="nobody")


def test_a_crontab_that_changed_meanwhile_is_left_alone(program: Program, tmp_path: Path) -> None:
    table = tmp_path / "table"
    table.write_text("0 0 * * * somebody\n")
    program("crontab", f'if [ "$1" = "-l" ]; then cat {table}; else cat > {table}; fi')
    with pytest.raises(ToolFailed, match="changed meanwhile"):
        acts.perform(act("crontab", "the crontab", {"text": "mine\n", "was": ""}, None))
    assert table.read_text() == "0 0 * * * somebody\n"


def test_a_note_in_the_trash_cannot_lead_out_through_a_link(
    make: Callable[..., Shell], home: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside" / "sub"
    outside.mkdir(parents=True)
    (home / "way").symlink_to(tmp_path / "outside")
    trash = home / ".local/share/Trash"
    for name in ("files", "info"):
        (trash / name).mkdir(parents=True)
    (trash / "files" / "evil.txt").write_text("evil")
    (trash / "info" / "evil.txt.trashinfo").write_text(
        f"[Trash Info]\nPath={home}/way/sub/evil.txt\nDeletionDate=2026-01-01T00:00:00\n"
    )
    turn = say(make(yes=True), "restore evil.txt", Call("files.restore", {"name": "evil.txt"}))
    assert turn.status == "refused" and not list(outside.iterdir())


def test_secrets_are_not_handed_to_the_desktop(make: Callable[..., Shell], home: Path) -> None:
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_ed25519").write_text("key")
    turn = say(make(yes=True), "open it", Call("files.open", {"path": str(home / ".ssh" / "id_ed25519")}))
    assert turn.status == "refused" and turn.error and turn.error["code"] == "secrets"


@pytest.mark.skipif(os.getuid() != 0, reason="only root sees other users' processes to change")
def test_other_users_and_the_first_process_are_left_alone(make: Callable[..., Shell]) -> None:
    for pid in ("1",):
        turn = say(
            make(yes=True), "lower the priority", Call("processes.priority", {"pid": pid, "level": "low"})
        )
        assert turn.status == "refused"
    turn = say(make(yes=True), "pause it", Call("processes.pause", {"pid": str(os.getpid())}))
    assert turn.status == "refused"


def test_a_process_that_took_over_the_number_is_left_alone(other: "subprocess.Popen[bytes]") -> None:
    before = psutil.Process(other.pid).nice()
    for name, more in (("priority", {"nice": before + 5}), ("affinity", {"cores": [0]})):
        with pytest.raises(ToolFailed, match="has ended"):
            acts.perform(act(name, "x", {"pid": other.pid, "started": 1.5, **more}, None))
    assert psutil.Process(other.pid).nice() == before


@pytest.mark.parametrize(
    "device", ["/etc/passwd", "sdb1; id", "--force", "../sdb", "/dev/../etc", "/dev/mem x"]
)
def test_only_devices_are_mounted(run: Runner, device: str) -> None:
    with pytest.raises(NotUnderstood):
        run.effects("devices.mount", device=device)


def test_the_disk_of_the_running_system_stays(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlsh.tools.devices._mounting._in_use", lambda: {"/dev/sdq1"})
    with pytest.raises(ToolFailed, match="running system"):
        run.effects("devices.unmount", device="sdq1")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://user:pw@127.0.0.1/", "http:///x", "//127.0.0.1"]
)
def test_only_pages_of_the_web_are_fetched(url: str) -> None:
    with pytest.raises(ToolFailed, match="not an address of the web"):
        web.body(url)


def test_what_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    import http.server
    import threading

    class Endless(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 100_000)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Endless)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    monkeypatch.setattr(web, "LIMIT_BYTES", 1000)
    with pytest.raises(ToolFailed, match="larger than"):
        web.body(f"http://127.0.0.1:{server.server_port}/")
    thread.join()
    server.server_close()


def test_a_job_sees_what_a_command_would_see_and_no_more(run: Runner, home: Path, tmp_path: Path) -> None:
    (home / ".ssh").mkdir()
    (home / ".ssh" / "key").write_text("key material")
    (tmp_path / "outside.txt").write_text("outside")
    script = f"cat {home}/.ssh/key; cat {tmp_path}/outside.txt; echo x > {tmp_path}/made; env; kill -9 {os.getpid()}"
    started = run("processes.start", command=script)
    run("processes.wait", started.rows, "processes", time="20 seconds")
    said = run("processes.log").text or ""
    assert "key material" not in said and "outside\n" not in said and not (tmp_path / "made").exists()
    assert str(home / ".local") not in said
