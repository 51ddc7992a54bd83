"""Every tool, run for real inside the sandbox on real files, processes and /proc."""

import hashlib
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from nlsh.errors import NlshError, NotUnderstood, Refused, ToolFailed
from nlsh.tool import all_tools, find_tool, tool_names
from nlsh.turn import Effects, Result
from tests.conftest import Runner

TESTED: set[str] = set()


@pytest.fixture
def work(home: Path) -> Path:
    folder = home / "work"
    (folder / "src" / "deep").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "notes.txt").write_text("first line\nsecond TODO line\nthird\n")
    (folder / "src" / "a.py").write_text("print('hello')  # todo\n")
    (folder / "src" / "deep" / "Big File.bin").write_bytes(b"x" * 5000)
    (folder / ".hidden").write_text("h")
    old = time.time() - 200 * 86400
    (folder / "old.log").write_text("old")
    os.utime(folder / "old.log", (old, old))
    return folder


def paths(result: object) -> set[str]:
    return {row["path"] for row in result.rows}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"kind": "file"}, {"notes.txt", "src/a.py", "src/deep/Big File.bin", "old.log"}),
        ({"kind": "folder"}, {"src", "src/deep", "empty"}),
        ({"type": "python files"}, {"src/a.py"}),
        ({"type": ".log"}, {"old.log"}),
        ({"larger": "1 kb"}, {"src/deep/Big File.bin"}),
        ({"kind": "file", "smaller": "10 bytes"}, {"old.log"}),
        ({"kind": "file", "older": "six months"}, {"old.log"}),
        ({"kind": "file", "modified": "today"}, {"notes.txt", "src/a.py", "src/deep/Big File.bin"}),
        ({"name": "NOTES"}, {"notes.txt"}),
        ({"name": "big_file"}, {"src/deep/Big File.bin"}),
        ({"name": "big files"}, {"src/deep/Big File.bin"}),
        ({"name": "os"}, set()),  # the singular of so short a word would be part of anything
        ({"name": "*.py"}, {"src/a.py"}),
        ({"name": "src/a.py"}, {"src/a.py"}),
        ({"name_has": "fil"}, {"src/deep/Big File.bin"}),
        ({"name_starts": "not"}, {"notes.txt"}),
        ({"name_ends": "les"}, set()),
        ({"kind": "file", "text": "todo"}, {"notes.txt", "src/a.py"}),
        ({"kind": "file", "text": "TODO"}, {"notes.txt"}),
        ({"empty": True, "kind": "folder"}, {"empty"}),
        ({"hidden": True, "name": ".hidden"}, {".hidden"}),
        ({"name": ".hidden"}, {".hidden"}),
        ({"top": True, "kind": "file"}, {"notes.txt", "old.log"}),
        ({"depth": "2", "kind": "file"}, {"notes.txt", "old.log", "src/a.py"}),
        ({"under": "SRC", "kind": "file"}, {"src/a.py", "src/deep/Big File.bin"}),
        ({"under": "deep"}, {"src/deep/Big File.bin"}),
    ],
)
def test_find(run: Runner, work: Path, args: dict[str, str], expected: set[str]) -> None:
    assert paths(run("files.find", **args)) == expected


def test_find_does_not_follow_links(run: Runner, work: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.py").write_text("x")
    (work / "link").symlink_to(tmp_path / "outside")
    assert "link/secret.py" not in paths(run("files.find"))
    (work / "loop").symlink_to(work)
    assert paths(run("files.find", kind="link")) == {"link", "loop"}


def test_links_are_followed_when_they_are_named(run: Runner, work: Path) -> None:
    (work / "shortcut.txt").symlink_to(work / "notes.txt")
    (work / "folder").symlink_to(work / "src")
    assert (run("files.read", path="shortcut.txt").text or "").startswith("first line")
    assert paths(run("files.list", path="folder")) == {"src/a.py", "src/deep"}
    found = run("files.find", kind="link", name="shortcut.txt")
    assert (run("files.read", found.rows, "files").text or "").startswith("first line")


def test_find_survives_strange_names(run: Runner, work: Path) -> None:
    for name in (b"new\nline.txt", b"bad\xff\xfe.txt", b"-rf.txt", b"'quote\".txt"):
        with open(os.fsencode(work) + b"/" + name, "w"):
            pass
    assert len(run("files.find", type="txt").rows or []) == 5


def test_list_info_usage_read_search(run: Runner, work: Path) -> None:
    assert paths(run("files.list")) == {"src", "empty", "notes.txt", "old.log"}
    assert ".hidden" in paths(run("files.list", hidden=True))
    assert run("files.list", path="notes.txt").text == "first line\nsecond TODO line\nthird\n"
    info = run("files.info", path="notes.txt").rows[0]  # type: ignore[index]
    assert info["size"] == 34 and info["permissions"].startswith("-rw")
    usage = run("files.usage")
    assert usage.value == 34 + 23 + 5000 + 3 + 1 and usage.rows[0]["path"] == "src"  # type: ignore[index]
    assert run("files.read", path="notes", first="1").text == "first line\n"
    assert run("files.read", path="notes.txt", last="one").text == "third\n"
    assert [(r["path"], r["line"]) for r in run("files.search", text="todo").rows or []] == [
        ("notes.txt", 2),
        ("src/a.py", 1),
    ]
    assert [r["path"] for r in run("files.search", text="TODO").rows or []] == ["notes.txt"]
    with pytest.raises(ToolFailed, match="is not text"):
        (work / "b.bin").write_bytes(b"\0\1\2")
        run("files.read", path="b.bin")


def test_making_and_writing(run: Runner, work: Path) -> None:
    run("files.make_folder", path="new/sub folder")
    assert (work / "new" / "sub folder").is_dir()
    run("files.write", path="hello.txt", text="hello world")
    assert (work / "hello.txt").read_text() == "hello world\n"
    run("files.append", path="hello.txt", text="bye")
    assert (work / "hello.txt").read_text() == "hello world\nbye\n"
    run("files.write", path="empty.md")
    assert (work / "empty.md").read_bytes() == b""
    with pytest.raises(ToolFailed, match="already there"):
        run("files.write", path="empty.md")
    os.link(work / "hello.txt", work / "other.txt")
    with pytest.raises(ToolFailed, match="hard link"):
        run("files.append", path="hello.txt", text="no")


def test_copy_move_rename(run: Runner, work: Path, home: Path) -> None:
    run("files.copy", path="notes.txt", to="Documents")
    copied = home / "Documents" / "notes.txt"
    assert copied.read_text() == (work / "notes.txt").read_text()
    assert copied.stat().st_mtime == (work / "notes.txt").stat().st_mtime
    run("files.copy", path="src", to="src2")
    assert (work / "src2" / "deep" / "Big File.bin").stat().st_size == 5000
    run("files.move", path="old.log", to="archive")
    assert (work / "archive" / "old.log").read_text() == "old"
    run("files.rename", path="notes.txt", to="ideas")
    assert (work / "ideas.txt").exists()
    with pytest.raises(ToolFailed, match="inside itself"):
        run("files.move", path="src", to="src/deep")


def test_move_many_keeps_both_of_a_name(run: Runner, work: Path) -> None:
    (work / "src" / "deep" / "a.py").write_text("other")
    found = run("files.find", type="py")
    run("files.move", found.rows, "files", to="all")
    assert {p.name for p in (work / "all").iterdir()} == {"a.py", "a (2).py"}


def test_moving_onto_a_file_puts_the_old_one_into_the_trash(run: Runner, work: Path, home: Path) -> None:
    (work / "src" / "notes.txt").write_text("old one")
    run("files.move", path="notes.txt", to="src")
    assert "TODO" in (work / "src" / "notes.txt").read_text()
    assert (home / ".local/share/Trash/files/notes.txt").read_text() == "old one"


def test_delete_goes_to_the_trash(run: Runner, work: Path, home: Path) -> None:
    found = run("files.find", type=".py")
    run("files.delete", found.rows, "files")
    assert not (work / "src" / "a.py").exists()
    assert (home / ".local/share/Trash/files/a.py").read_text().startswith("print")
    info = (home / ".local/share/Trash/info/a.py.trashinfo").read_text()
    assert f"Path={work}/src/a.py" in info
    run("files.delete", path="src")
    assert not (work / "src").exists()


def test_permissions(run: Runner, work: Path) -> None:
    for args, mode in (
        ({"change": "executable"}, 0o755), ({"change": "not_executable"}, 0o644), ({"change": "read_only"}, 0o444),
        ({"change": "writable"}, 0o644), ({"change": "private"}, 0o600), ({"change": "public"}, 0o644), ({"mode": "640"}, 0o640),
    ):  # fmt: skip
        run("files.permissions", path="notes.txt", **args)
        assert (work / "notes.txt").stat().st_mode & 0o777 == mode
    with pytest.raises(NotUnderstood):
        run("files.permissions", path="notes.txt", mode="4755")


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz", "x.tar.xz", "x.tar.bz2", "x.tar.zst"])
def test_archive_and_extract(run: Runner, work: Path, name: str) -> None:
    run("files.archive", path="src", to=name)
    run("files.extract", path=name, to="out")
    assert (work / "out" / "src" / "deep" / "Big File.bin").read_bytes() == b"x" * 5000
    assert (work / "out" / "src" / "a.py").read_text() == (work / "src" / "a.py").read_text()
    assert not list(work.glob("**/*nlsh*"))


def test_several_archives_at_once(run: Runner, work: Path) -> None:
    for name in ("one", "two"):
        (work / name).mkdir()
        (work / name / "f.txt").write_text(name)
        run("files.archive", path=name, to=f"{name}.zip")
    rows = run("files.find", type="zip").rows
    assert run("files.extract", rows, "files", to="out").changed == 2
    assert [(work / "out" / name / "f.txt").read_text() for name in ("one", "two")] == ["one", "two"]
    with pytest.raises(ToolFailed, match="one is already there"):
        run.effects("files.extract", rows, "files", to="out")
    (work / "again.zip").write_bytes((work / "one.zip").read_bytes())
    rows = run("files.find", type="zip").rows
    with pytest.raises(ToolFailed, match="one is already there"):  # two of them hold the same
        run("files.extract", rows, "files", to="elsewhere")
    assert not (work / "elsewhere").exists()


def _tar_with(path: Path, name: str, link: str | None = None) -> None:
    with tarfile.open(path, "w") as pack:
        entry = tarfile.TarInfo(name)
        if link is not None:
            entry.type, entry.linkname = tarfile.SYMTYPE, link
            pack.addfile(entry)
        else:
            pack.addfile(entry)


@pytest.mark.parametrize(
    ("name", "link"),
    [("../evil", None), ("/etc/evil", None), ("a/../../evil", None), ("link", "/etc"), ("d/link", "../../x")],
)
def test_archives_that_escape_are_refused(run: Runner, work: Path, name: str, link: str | None) -> None:
    _tar_with(work / "bad.tar", name, link)
    before = set(work.parent.rglob("*"))
    with pytest.raises(Refused):
        run("files.extract", path="bad.tar")
    assert set(work.parent.rglob("*")) == before


def test_archive_bombs_are_refused(run: Runner, work: Path) -> None:
    with zipfile.ZipFile(work / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("zeros", b"\0" * 30_000_000)
    with pytest.raises(Refused, match="far more"):
        run("files.extract", path="bomb.zip")


def test_broken_archives_are_named(run: Runner, work: Path) -> None:
    (work / "broken.zip").write_bytes(b"PK\3\4rubbish")
    with pytest.raises(ToolFailed, match="no archive"):
        run("files.extract", path="broken.zip")


@pytest.fixture
def sleeper(tmp_path: Path):
    script = tmp_path / "nap_for_test.py"
    script.write_text("import time, sys\nprint('up', flush=True)\ntime.sleep(300)\n")
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()


def test_processes(run: Runner, sleeper: "subprocess.Popen[bytes]") -> None:
    rows = run("processes.list").rows or []
    mine = next(row for row in rows if row["pid"] == sleeper.pid)
    assert mine["memory"] > 0 and {"name", "command", "user", "cpu", "started"} <= set(mine)
    assert [row["pid"] for row in run("processes.find", name="nap_for_test.py").rows or []] == [sleeper.pid]
    assert [row["pid"] for row in run("processes.find", pid=str(sleeper.pid)).rows or []] == [sleeper.pid]
    tree = run("processes.tree").rows or []
    assert next(row for row in tree if row["pid"] == sleeper.pid)["depth"] >= 1
    stopped = run("processes.stop", pid=str(sleeper.pid)).rows or []
    assert stopped == [{"pid": sleeper.pid, "name": mine["name"], "user": mine["user"], "stopped": True}]
    assert sleeper.wait(5) == -signal.SIGTERM


def test_stop_by_name_and_by_rows(run: Runner, sleeper: "subprocess.Popen[bytes]") -> None:
    effects = run.effects("processes.stop", name="nap_for_test.py")
    assert [target.pid for target in effects.signals] == [sleeper.pid]
    found = run("processes.find", name="nap_for_test.py")
    run("processes.stop", found.rows, "processes", force=True)
    assert sleeper.wait(5) == -signal.SIGKILL
    nothing = run("processes.stop", name="no-such-program-here")
    assert nothing.rows == [] and nothing.notes == ["there is no process called no-such-program-here"]


def test_machine_facts(run: Runner) -> None:
    memory = run("memory.usage")
    assert isinstance(memory.value, int) and memory.value > 0
    assert len(run("memory.top", count="two").rows or []) == 2
    disks = run("devices.disks")
    assert any(row["total"] >= row["used"] > 0 for row in disks.rows or [])
    cpu = run("devices.cpu")
    assert 0 <= float(cpu.value or 0) <= 100 and (cpu.rows or [{}])[0]["threads"] == os.cpu_count()
    gpu = run("devices.gpu")
    assert gpu.rows or gpu.notes == ["this machine has no graphics processor"]
    battery = run("devices.battery")
    assert battery.rows or battery.notes == ["this machine has no battery"]
    assert {row["fact"] for row in run("system.info").rows or []} >= {"system", "kernel", "host", "memory"}
    assert run("system.time").text
    assert int(run("system.uptime").value or 0) > 0


def test_user_and_environment(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlsh.sandbox import broker

    user = (run("system.user", facts=broker.facts(())).rows or [{}])[0]
    assert user["uid"] == os.getuid()
    monkeypatch.setenv("FRUIT", "pear")
    monkeypatch.setenv("FRUIT_TOKEN", "s3cret")
    assert run("system.environment", name="FRUIT").rows == [{"name": "FRUIT", "value": "pear"}]
    assert run("system.environment", name="FRUIT_TOKEN").rows == [
        {"name": "FRUIT_TOKEN", "value": "(hidden)"}
    ]


def test_network(run: Runner) -> None:
    import socket

    assert any(row["interface"] == "lo" for row in run("network.interfaces").rows or [])
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        rows = run("network.ports", port=str(port)).rows or []
        assert [(row["port"], row["pid"], row["address"]) for row in rows] == [
            (port, os.getpid(), "127.0.0.1")
        ]


ROWS = [
    {"path": "b.txt", "size": 30, "modified": "2026-01-02T00:00:00+00:00", "kind": "file"},
    {"path": "a.pdf", "size": 10, "modified": "2026-01-03T00:00:00+00:00", "kind": "file"},
    {"path": "c", "size": 20, "modified": "2026-01-01T00:00:00+00:00", "kind": "folder"},
]


def test_rows(run: Runner) -> None:
    def names(tool: str, **args: str) -> list[str]:
        return [row["path"] for row in run(tool, ROWS, "files", **args).rows or []]

    assert names("rows.sort", by="size", order="largest") == ["b.txt", "c", "a.pdf"]
    assert names("rows.sort", by="name", order="ascending") == ["a.pdf", "b.txt", "c"]
    assert names("rows.sort", by="modified", order="oldest") == ["c", "b.txt", "a.pdf"]
    assert names("rows.first", count="two") == ["b.txt", "a.pdf"]
    assert names("rows.last") == ["c"]
    assert names("rows.skip", count="two") == ["c"]
    assert names("rows.skip") == ["a.pdf", "c"]
    assert names("rows.reverse") == ["c", "a.pdf", "b.txt"]
    assert names("rows.sort", by="type") == ["c", "a.pdf", "b.txt"]
    assert names("rows.nth", n="second") == ["a.pdf"]
    assert names("rows.nth", n="1 and 3") == ["b.txt", "c"]
    assert names("rows.nth", n="the last and the first") == ["c", "b.txt"]
    assert names("rows.nth", n="2-3") == ["a.pdf", "c"]
    assert names("rows.where", type="pdfs") == ["a.pdf"]
    assert names("rows.where", kind="folder") == ["c"]
    assert names("rows.where", larger="15 bytes") == ["b.txt", "c"]
    assert run("rows.count", ROWS, "files").value == 3
    assert run("rows.sum", ROWS, "files", by="size").value == 60
    with pytest.raises(ToolFailed, match="no number 9"):
        run("rows.nth", ROWS, "files", n="9")


def test_shell_run(run: Runner, work: Path) -> None:
    assert run("shell.run", command="cat notes.txt | head -1").text == "first line\n"
    run("shell.run", command="echo made > made.txt")
    assert (work / "made.txt").read_text() == "made\n"
    failed = run("shell.run", command="echo partial; exit 3")
    assert failed.text == "partial\n" and failed.failure == "the command ended with status 3"
    with pytest.raises(ToolFailed, match="no command"):
        run("shell.run", command="no-such-program-here")
    with pytest.raises(NotUnderstood, match="open quote"):
        run.effects("shell.run", command="echo 'oops")


def test_several_by_their_names(run: Runner, work: Path) -> None:
    (work / "a.txt").write_text("a")
    (work / "link").symlink_to("a.txt")
    found = run("files.named", path="link", other="src", third="a.txt", fourth="a.txt").rows or []
    assert [(row["path"], row["kind"]) for row in found] == [
        ("link", "link"),
        ("src", "folder"),
        ("a.txt", "file"),
    ]
    with pytest.raises(ToolFailed, match="there is no"):
        run("files.named", path="a.txt", other="nothing.txt")
    run("files.make_folder", path="x", other="y/z", third="y", under="src")
    assert (work / "src" / "x").is_dir() and (work / "src" / "y" / "z").is_dir()
    with pytest.raises(ToolFailed, match="already there"):
        run.effects("files.make_folder", path="new", other="src")
    assert not (work / "new").exists()


def test_session_tools(run: Runner, work: Path) -> None:
    assert run("session.last", ROWS, "files", facts={"value": None, "text": None, "unit": ""}).rows == ROWS
    assert run("session.history", facts={"history": [{"turn": 1}, {"turn": 2}]}, count="1").rows == [
        {"turn": 2}
    ]
    assert run("session.help", facts={"tools": [{"tool": "files.find", "more": []}]}).rows == [
        {"tool": "files.find"}
    ]
    assert run("session.cd", path="src").text == str(work / "src")
    assert run("session.where").text == str(work)
    with pytest.raises(ToolFailed, match="nothing to undo"):
        run("session.undo")


def test_undo_runs_inverses(run: Runner, work: Path) -> None:
    from nlsh.changes import Change

    digest = hashlib.sha256((work / "notes.txt").read_bytes()).hexdigest()
    move = Change("move", str(work / "notes.txt"), to=str(work / "moved.txt"))
    run("session.undo", facts={"inverses": [move]})
    assert hashlib.sha256((work / "moved.txt").read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("name", tool_names())
def test_every_tool_is_declared_whole(name: str) -> None:
    tool = find_tool(name)
    assert len(tool.examples) >= 5 and len(set(tool.examples)) == len(tool.examples)
    assert tool.summary and not tool.summary.endswith(".")
    assert (sys.modules[f"nlsh.tools.{name}"].__doc__ or "").strip()


def test_every_tool_has_a_test() -> None:
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for name, _ in all_tools() if f'"{name}"' not in text] == []


def test_a_path_outside_the_grant_is_stopped_by_the_kernel(run: Runner, work: Path, tmp_path: Path) -> None:
    """Policy is not asked here at all: the walls alone stop the call."""
    from dataclasses import replace

    from nlsh.agent.grounding import ground
    from nlsh.tool import Asked
    from nlsh.turn import Call

    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    asked = Asked(ground(Call("files.read", {"path": str(outside)}), run.scene), run.scene, [], "none", {})
    honest = find_tool("files.read").effects(asked)
    granted = replace(honest, reads=(str(work),))
    # the child reads what its effects name; its walls are built from the same effects, so forge only the walls
    from nlsh.sandbox import client

    real = client.effects_record
    client.effects_record = lambda effects: real(effects) | {"reads": [str(outside)]}
    try:
        with pytest.raises(NlshError, match=r"permission denied|no such file"):
            run.sandbox.run(
                "files.read",
                asked.args.model_dump(mode="json"),
                run.scene,
                granted,
                rows=[],
                kind="none",
                facts={},
            )
        assert (
            run.sandbox.run(
                "files.read",
                asked.args.model_dump(mode="json"),
                run.scene,
                honest,
                rows=[],
                kind="none",
                facts={},
            ).text
            == "secret"
        )
    finally:
        client.effects_record = real


def test_what_a_command_prints_is_heard_while_it_runs(run: Runner, work: Path) -> None:
    """The command waits for a file that is only made when its first line has been heard."""
    heard = []

    def live(text: str) -> None:
        heard.append(text)
        (work / "go").touch()

    command = (
        "echo first; while [ ! -e go ]; do sleep 0.05; done; printf 'sec\\303'; sleep 0.1; printf '\\251ond'"
    )
    effects = Effects(reads=(str(work),), writes=(str(work),), command=command)
    result = run.sandbox.run(
        "shell.run",
        {"command": command},
        run.scene,
        effects,
        rows=[],
        kind="none",
        facts={},
        live=live,
        seconds=60,
    )
    assert isinstance(result, Result)
    assert heard[0] == "first\n" and "".join(heard) == result.text == "first\nsecéond"
