"""Processes, memory, devices, network and system beyond the first tools: for real where the machine has it."""

import http.server
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from nlsh.changes import inverse
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.sandbox import acts, programs
from nlsh.tools.network._hosts import host, url
from nlsh.tools.processes._cron import entries, schedule
from nlsh.tools.processes._records import still
from nlsh.turn import Target
from tests.conftest import Runner

Program = Callable[[str, str], Path]


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of our own that holds a file open and a folder as its current one."""
    held = tmp_path / "held.txt"
    held.write_text("held")
    script = f"import time; f = open({str(held)!r}); time.sleep(600)"
    process = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and str(held) not in [
        f.path for f in psutil.Process(process.pid).open_files()
    ]:
        time.sleep(0.05)
    yield process
    process.kill()
    process.wait()


def facts(result: object) -> dict[str, object]:
    return {row["fact"]: row["value"] for row in result.rows}  # type: ignore[attr-defined]


def test_one_process(run: Runner, sleeper: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    pid = str(sleeper.pid)
    found = facts(run("processes.details", pid=pid))
    assert (
        found["pid"] == sleeper.pid
        and found["threads"] == 1
        and found["folder"] == os.path.realpath(tmp_path)
    )
    files = [row["file"] for row in run("processes.files", pid=pid).rows or []]
    assert os.path.realpath(tmp_path / "held.txt") in files
    limits = {row["limit"]: row for row in run("processes.limits", pid=pid).rows or []}
    assert limits["open files"]["now"].isdigit()
    users = run("processes.using", path=str(tmp_path / "held.txt")).rows or []
    assert [row["pid"] for row in users] == [sleeper.pid]
    with pytest.raises(ToolFailed, match="there is no process"):
        run("processes.details", name="no-such-program-anywhere")


def test_busiest(run: Runner) -> None:
    rows = run("processes.top", count="3", time="0.3 seconds").rows or []
    assert len(rows) == 3 and rows[0]["cpu"] >= rows[-1]["cpu"]


def test_pause_and_resume(run: Runner, sleeper: "subprocess.Popen[bytes]") -> None:
    run("processes.pause", pid=str(sleeper.pid))
    assert psutil.Process(sleeper.pid).status() == psutil.STATUS_STOPPED
    assert run.effects("processes.pause", pid=str(sleeper.pid)).title == "pause 1 process"
    run("processes.resume", pid=str(sleeper.pid))
    assert psutil.Process(sleeper.pid).status() != psutil.STATUS_STOPPED


def test_priority_and_affinity_and_their_way_back(run: Runner, sleeper: "subprocess.Popen[bytes]") -> None:
    effects = run.effects("processes.priority", pid=str(sleeper.pid), level="low")
    run("processes.priority", pid=str(sleeper.pid), level="low")
    assert psutil.Process(sleeper.pid).nice() == 10
    back = inverse(effects.changes[0], lambda path: path)
    if os.getuid() == 0:
        assert back is not None
        acts.perform(back)
        assert psutil.Process(sleeper.pid).nice() == 0
    run("processes.affinity", pid=str(sleeper.pid), core="0")
    assert psutil.Process(sleeper.pid).cpu_affinity() == [0]
    with pytest.raises(NotUnderstood, match="is no niceness"):
        run("processes.priority", pid=str(sleeper.pid), nice="99")
    with pytest.raises(NotUnderstood, match="cores"):
        run("processes.affinity", pid=str(sleeper.pid), core="9999")


def test_an_act_is_not_done_to_a_process_that_took_the_number_over(
    sleeper: "subprocess.Popen[bytes]",
) -> None:
    from nlsh.changes import act

    stale = act("priority", "x", {"pid": sleeper.pid, "started": 1.0, "nice": 5}, None)
    with pytest.raises(ToolFailed, match="has ended"):
        acts.perform(stale)
    assert psutil.Process(sleeper.pid).nice() == 0


def test_background_jobs_outlive_their_call(run: Runner, home: Path) -> None:
    started = run("processes.start", command="echo begun; sleep 1; echo $((6*7)); cat /etc/shadow; (exit 3)")
    job = str((started.rows or [])[0]["job"])
    listed = run("processes.jobs").rows or []
    assert listed[-1]["state"] == "running" and listed[-1]["command"].startswith("echo begun")
    waited = run("processes.wait", listed, "processes", time="20 seconds").rows or []
    assert waited[0]["ended"] is True
    output = run("processes.log", job=job).text or ""
    assert "begun\n42\n" in output and "root:" not in output
    assert run("processes.log", job=job, last="1").text == output.splitlines()[-1]
    assert (run("processes.jobs", state="failed").rows or [])[-1]["status"] == 3
    assert run("processes.jobs", state="running").rows == []
    with pytest.raises(ToolFailed, match="there is no job 99"):
        run("processes.log", job="99")


def test_a_process_that_ends_while_it_is_looked_at_is_left_out(sleeper: "subprocess.Popen[bytes]") -> None:
    ended, there = Target(2**22 - 1, 1.0, "ended", "anna"), Target(sleeper.pid, 1.0, "sleep", "anna")
    assert still([ended, there], psutil.Process.nice) == [(there, 0)]


def test_a_job_is_ended_with_all_that_it_started(run: Runner, home: Path) -> None:
    started = run("processes.start", command="sleep 300 & sleep 301")
    pid = (started.rows or [])[0]["pid"]
    family = []
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and len(family) < 4:
        family = psutil.Process(pid).children(recursive=True)
        time.sleep(0.05)
    job = str((started.rows or [])[0]["job"])
    run("processes.stop", job=job)
    _, alive = psutil.wait_procs(
        [*family, psutil.Process(pid)] if psutil.pid_exists(pid) else family, timeout=10
    )
    assert alive == []
    assert (run("processes.jobs").rows or [])[-1]["state"] == "stopped"
    with pytest.raises(ToolFailed, match=f"job {job} has ended already"):
        run("processes.stop", job=job)


def test_wait_gives_up(run: Runner, sleeper: "subprocess.Popen[bytes]") -> None:
    result = run("processes.wait", pid=str(sleeper.pid), time="0.5 seconds")
    assert (result.rows or [])[0]["ended"] is False and "still running" in result.notes[0]


UNITS = """nginx.service loaded active running A web server
cups.service loaded inactive dead Printing
bad.service loaded failed failed Broken"""


def test_services(run: Runner, program: Program, tmp_path: Path) -> None:
    log = tmp_path / "asked"
    program(
        "systemctl",
        f'echo "$@" >> {log}; case "$1" in list-units) echo "{UNITS}";; show) echo "Id=nginx.service"; echo "LoadState=loaded"; echo "ActiveState=active"; echo "SubState=running"; echo "MainPID=7";; esac',
    )
    entry = json.dumps({"__REALTIME_TIMESTAMP": "1700000000000000", "MESSAGE": "started"})
    program("journalctl", f"echo '{entry}'")
    assert [row["service"] for row in run("processes.services", state="failed").rows or []] == ["bad"]
    assert len(run("processes.services").rows or []) == 3
    assert facts(run("processes.service", name="nginx"))["state"] == "active (running)"
    assert (run("processes.service_log", name="nginx").rows or [])[0]["text"] == "started"
    effects = run.effects("processes.control_service", action="stop", name="nginx")
    assert effects.title == "stop the service nginx.service" and effects.undoable
    run("processes.control_service", action="stop", name="nginx")
    assert "--no-ask-password stop -- nginx.service" in log.read_text()
    with pytest.raises(NotUnderstood, match="is not the name of a service"):
        run("processes.control_service", action="stop", name="--force")


def test_without_a_service_manager_that_is_said(
    run: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(programs, "PROGRAM_FOLDERS", (str(tmp_path),))
    with pytest.raises(ToolFailed, match="no service manager"):
        run("processes.services")
    assert run("processes.schedule").notes == ["this system has neither cron nor timers"]
    assert run("devices.printers").notes == ["this system has no print service (CUPS)"]


def test_schedule(run: Runner, program: Program, tmp_path: Path) -> None:
    table = tmp_path / "table"
    program(
        "crontab",
        f'if [ "$1" = "-l" ]; then cat {table} 2>/dev/null || {{ echo "no crontab for me" >&2; exit 1; }}; else cat > {table}; fi',
    )
    program("systemctl", "echo 'Mon 2026-11-23 00:00:00 UTC 5h left - - logrotate.timer logrotate.service'")
    effects = run.effects("processes.schedule_add", command="./backup.sh", when="every day at 7:30")
    assert effects.title == "schedule: 30 7 * * * ./backup.sh"
    run("processes.schedule_add", command="./backup.sh", when="every day at 7:30")
    assert table.read_text() == "30 7 * * * ./backup.sh\n"
    rows = run("processes.schedule").rows or []
    assert [(row["what"], row["by"]) for row in rows] == [
        ("./backup.sh", "cron"),
        ("logrotate.timer", "systemd"),
    ]
    run("processes.schedule_remove", command="backup")
    assert table.read_text() == ""
    with pytest.raises(ToolFailed, match="no scheduled jobs fit"):
        run("processes.schedule_remove", n="4")


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ("every day at 7:30", "30 7 * * *"), ("every 10 minutes", "*/10 * * * *"), ("daily", "0 0 * * *"), ("every monday", "0 0 * * 1"),
        ("every friday at 17:00", "0 17 * * 5"), ("every day at 6pm", "0 18 * * *"), ("0 3 * * *", "0 3 * * *"), ("on weekdays", "0 9 * * 1-5"),
        ("每天早上8点", "0 8 * * *"), ("每周五下午5点", "0 17 * * 5"), ("every 2 hours", "0 */2 * * *"), ("at boot", "@reboot"), ("every evening", "0 20 * * *"),
    ],
)  # fmt: skip
def test_schedules_in_words(said: str, fields: str) -> None:
    assert schedule(said) == fields


@pytest.mark.parametrize("said", ["every blue moon", "at 25:00", "every 0 minutes", "every 99 minutes", ""])
def test_what_is_no_schedule(said: str) -> None:
    if said:
        with pytest.raises(NotUnderstood, match="is not a schedule"):
            schedule(said)
    assert entries("# a comment\nFOO=bar\n") == []


def test_memory(run: Runner, sleeper: "subprocess.Popen[bytes]") -> None:
    assert (run("memory.swap").rows or [])[-1]["total"] == psutil.swap_memory().total
    pressure = run("memory.pressure")
    assert pressure.rows or pressure.notes
    process = run("memory.process", pid=str(sleeper.pid))
    assert abs(int(process.value or 0) - psutil.Process(sleeper.pid).memory_info().rss) < 1 << 22
    growth = run("memory.growth", pid=str(sleeper.pid), time="0.4 seconds")
    assert "→" in (growth.text or "") and isinstance(growth.value, int)
    assert run("memory.growth", time="0.3 seconds").text
    assert "stack" in [row["limit"] for row in run("memory.limits").rows or []]


def test_processes_ended_for_want_of_memory(run: Runner, program: Program) -> None:
    program("dmesg", "echo '[  12.5] Out of memory: Killed process 77 (hungry) total-vm:1kB'")
    assert run("memory.oom").rows == [{"seconds after boot": 12.5, "name": "hungry", "pid": 77}]


@pytest.mark.parametrize(
    "tool",
    [
        "devices.partitions", "devices.health", "devices.usb", "devices.pci", "devices.temperatures", "devices.audio", "devices.cameras",
        "devices.displays", "devices.inputs", "devices.bluetooth", "network.wifi", "network.routes", "network.dns",
    ],
)  # fmt: skip
def test_hardware_is_listed_or_said_to_be_missing(run: Runner, tool: str) -> None:
    result = run(tool)
    assert result.kind == "records" and (result.rows or result.notes)


def test_devices(run: Runner, program: Program) -> None:
    assert "/" in [row["mount"] for row in run("devices.filesystems").rows or []]
    assert (run("devices.filesystems", name="proc").rows or [])[0]["type"] == "proc"
    assert run("devices.activity", time="0.2 seconds").kind == "records"
    assert run("devices.temperatures", fans=True).kind == "records"
    program("lpstat", "echo 'printer office is idle.  enabled since today'")
    assert (run("devices.printers").rows or [])[0] == {
        "printer": "office",
        "state": "is idle.  enabled since today",
    }


def test_mounting_asks_the_disk_service(run: Runner, program: Program) -> None:
    program("udisksctl", 'echo "did: $@"')
    assert run("devices.mount", device="sdz1").text == "did: mount -b /dev/sdz1 --no-user-interaction"
    assert "power-off" in (run("devices.unmount", device="/dev/sdz", eject=True).text or "")
    assert run.effects("devices.mount", device="sdz1").undoable
    with pytest.raises(NotUnderstood, match="neither a device"):
        run("devices.unmount", device="the moon")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A web server on the loopback address that says one thing, and leads astray on /away."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            away = self.path == "/away"
            self.send_response(302 if away else 200)
            if away:
                self.send_header("Location", "http://elsewhere.invalid/")
            self.send_header("X-Said", "yes")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(b"127.0.0.9\n")

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_network_to_this_machine(run: Runner, web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = web.rpartition(":")[2]
    assert "127.0.0.1" in [row["address"] for row in run("network.lookup", host="localhost").rows or []]
    reached = run("network.reach", host="127.0.0.1", port=port)
    assert (reached.rows or [])[0]["reached"] is True and reached.notes == ["127.0.0.1 answers"]
    assert (run("network.reach", host="127.0.0.1", port="1").rows or [])[0]["reached"] is False
    assert {"header": "x-said", "value": "yes"} in (run("network.headers", url=web).rows or [])
    run("network.fetch", url=f"{web}/a.txt", to="got.txt")
    assert Path(run.cwd, "got.txt").read_bytes() == b"127.0.0.9\n"
    with pytest.raises(ToolFailed, match="was not asked for"):
        run("network.fetch", url=f"{web}/away")
    monkeypatch.setattr("nlsh.tools.network.public_address.SERVICE", web)
    assert run("network.public_address").text == "127.0.0.9"


def test_network_tables(run: Runner, program: Program) -> None:
    assert run("network.connections").kind == "processes"
    assert "lo" in [row["interface"] for row in run("network.traffic", time="0.2 seconds").rows or []]
    assert any("localhost" in row["names"] for row in run("network.hosts").rows or [])
    program("nft", "echo 'table inet filter {}'")
    said = run("network.firewall")
    assert said.text == ("table inet filter {}" if os.getuid() == 0 else "") and (said.text or said.notes)


@pytest.mark.parametrize("said", ["", "-rf", "a b", "ex ample.org", "http://", "x" * 300, "a;b"])
def test_what_is_no_host(said: str) -> None:
    with pytest.raises(NotUnderstood):
        host(said)


def test_hosts_and_addresses() -> None:
    assert host("HTTPS://Example.org:8443/x") == "example.org" and host("2001:db8::1") == "2001:db8::1"
    assert (
        url("example.org/a") == "https://example.org/a" and url("localhost:8000") == "http://localhost:8000"
    )
    for bad in (
        "file:///etc/passwd",
        "http://user:pw@example.org/",
        "http://example.org:99999/",
        "gopher://x",
    ):
        with pytest.raises(NotUnderstood):
            url(bad)


def test_system(run: Runner, program: Program) -> None:
    assert "root" in [row["user"] for row in run("system.users").rows or []]
    assert len(run("system.users", all=True).rows or []) > len(run("system.users").rows or [])
    assert "root" in [row["group"] for row in run("system.groups", user="root").rows or []]
    assert run("system.sessions").kind == "records"
    assert run("system.locale").kind == "records"
    assert "open files" not in run("system.limits").notes and run("system.limits").rows
    assert "Mo Tu We" in (run("system.calendar", when="march 2027").text or "")
    assert "2025" in (run("system.calendar", when="2025").text or "")
    assert (run("system.boots").rows or [])[0]["boot"] == 0
    assert "JST" in (run("system.time", place="Tokyo").text or "")
    with pytest.raises(NotUnderstood, match="time zone"):
        run("system.time", place="Atlantis")
    program("apt-get", "echo 'Inst vim [1.0] (2.0 Debian:12 [amd64])'")
    assert run("system.updates").rows == [{"name": "vim", "installed": "1.0", "available": "2.0"}]


def test_packages(run: Runner) -> None:
    found = run("system.packages")
    if Path("/var/lib/dpkg/status").exists():
        assert "libc6" in [row["name"] for row in found.rows or []]
        assert [
            row["name"] for row in run("system.packages", name="base-files", source="system").rows or []
        ] == ["base-files"]
    assert run("system.packages", name="no-such-package-xyz").notes == ["no such package is installed"]


def test_logs(run: Runner, program: Program) -> None:
    lines = [
        json.dumps(
            {
                "__REALTIME_TIMESTAMP": "1700000000000000",
                "MESSAGE": f"m{n}",
                "PRIORITY": "3",
                "SYSLOG_IDENTIFIER": "x",
            }
        )
        for n in range(3)
    ]
    program("journalctl", "\n".join(f"echo '{line}'" for line in lines))
    program("dmesg", "echo '[    1.0] usb thing'; echo '[    2.0] eth0 up'")
    rows = run("system.logs", count="2").rows or []
    assert [row["text"] for row in rows] == ["m1", "m2"] and rows[0]["level"] == "error"
    assert [row["text"] for row in run("system.logs", kernel=True, text="eth0").rows or []] == ["eth0 up"]


def test_shell_history(run: Runner, home: Path) -> None:
    (home / ".bash_history").write_text("ls\n#1700000000\ndocker ps\nls\n")
    (home / ".zsh_history").write_text(": 1700000000:0;git push\n")
    rows = run("system.shell_history").rows or []
    assert [row["command"] for row in rows] == ["docker ps", "ls", "git push"]
    assert [row["shell"] for row in run("system.shell_history", text="git").rows or []] == ["zsh"]


def test_what_nvidia_says_of_its_cards_comes_along(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is asked outside the sandbox; here one that was made up, for no test machine has the card."""
    import sys
    from types import ModuleType, SimpleNamespace

    library = ModuleType("pynvml")

    class NVMLError(Exception):
        pass

    def no_sensor(*_: object) -> int:
        raise NVMLError

    for name, value in {
        "NVMLError": NVMLError, "NVML_TEMPERATURE_GPU": 0, "nvmlInit": lambda: None, "nvmlShutdown": lambda: None,
        "nvmlDeviceGetCount": lambda: 1, "nvmlDeviceGetHandleByIndex": lambda number: number,
        "nvmlDeviceGetName": lambda card: "Made Up 9000", "nvmlDeviceGetTemperature": no_sensor,
        "nvmlDeviceGetMemoryInfo": lambda card: SimpleNamespace(total=1 << 34, used=1 << 30),
        "nvmlDeviceGetPciInfo": lambda card: SimpleNamespace(busIdLegacy=b"0000:FF:1F.7"),
        "nvmlDeviceGetUtilizationRates": lambda card: SimpleNamespace(gpu=41),
    }.items():  # fmt: skip
        setattr(library, name, value)
    monkeypatch.setitem(sys.modules, "pynvml", library)
    rows = run("devices.gpu").rows or []
    card = {"name": "Made Up 9000", "address": "0000:ff:1f.7", "memory": 1 << 34, "used": 1 << 30, "busy": 41}
    assert card in rows
    monkeypatch.setattr(library, "nvmlInit", no_sensor)
    assert card not in (run("devices.gpu").rows or [])


def test_processes_in_a_state(run: Runner) -> None:
    """One that has ended and was not waited for, and one that is stopped."""
    import signal
    import subprocess

    ended = subprocess.Popen(["sleep", "0"])
    stopped = subprocess.Popen(["sleep", "60"])
    try:
        stopped.send_signal(signal.SIGSTOP)
        time.sleep(0.3)
        assert ended.pid in [row["pid"] for row in run("processes.list", state="zombie").rows or []]
        rows = run("processes.list", state="stopped").rows or []
        assert stopped.pid in [row["pid"] for row in rows]
        assert {row["state"] for row in rows} == {"stopped"}
        assert os.getpid() not in [row["pid"] for row in run("processes.list", state="zombie").rows or []]
    finally:
        ended.wait()
        stopped.kill()
        stopped.wait()
