"""The files manager beyond the first tools, each run inside the sandbox on real files."""

import io
import lzma
import os
import tarfile
import threading
import time
import zipfile
from pathlib import Path

import pytest

from nlsh.errors import NotUnderstood, Refused, ToolFailed
from nlsh.turn import Call
from tests.conftest import Runner


@pytest.fixture
def work(home: Path) -> Path:
    folder = home / "work"
    (folder / "src" / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("alpha\nbeta\n")
    (folder / "b.txt").write_text("alpha\ngamma\n")
    (folder / "src" / "copy.txt").write_text("alpha\nbeta\n")
    (folder / "src" / "deep" / "x.py").write_text("x = 1\n")
    (folder / "Big File.TXT").write_bytes(b"0123456789" * 100)
    return folder


def paths(result: object) -> list[str]:
    return [row["path"] for row in result.rows]  # type: ignore[attr-defined]


def test_tree(run: Runner, work: Path) -> None:
    rows = run("files.tree").rows or []
    assert [(row["depth"], row["name"]) for row in rows if row["path"].startswith("src")] == [
        (0, "src"), (1, "copy.txt"), (1, "deep"), (2, "x.py"),
    ]  # fmt: skip
    assert all(row["depth"] == 0 for row in run("files.tree", depth="1").rows or [])


def test_gitignore_is_honoured_when_asked(run: Runner, work: Path) -> None:
    (work / ".gitignore").write_text("*.py\n!keep.py\n/src/copy.txt\nbuild/\n")
    (work / "keep.py").write_text("")
    (work / "build").mkdir()
    (work / "build" / "out.txt").write_text("")
    (work / "src" / ".gitignore").write_text("!x.py\n")
    found = set(paths(run("files.find", kind="file", not_ignored=True)))
    assert found == {"a.txt", "b.txt", "keep.py", "Big File.TXT", "src/deep/x.py"}
    assert "build/out.txt" in paths(run("files.find", kind="file"))
    assert "out.txt" not in [row["name"] for row in run("files.tree", not_ignored=True).rows or []]


def test_find_by_pattern_link_owner_access_and_permission(run: Runner, work: Path) -> None:
    (work / "dangling").symlink_to("nowhere")
    (work / "run.sh").write_text("")
    (work / "run.sh").chmod(0o755)
    (work / "open.txt").write_text("")
    (work / "open.txt").chmod(0o666)
    assert paths(run("files.find", broken=True, kind="link")) == ["dangling"]
    assert set(paths(run("files.find", pattern=r"^[ab]\.txt$"))) == {"a.txt", "b.txt"}
    assert paths(run("files.find", permission="executable", kind="file")) == ["run.sh"]
    assert paths(run("files.find", permission="world_writable")) == ["open.txt"]
    assert "a.txt" in paths(run("files.find", kind="file", accessed="today"))
    assert paths(run("files.find", kind="file", accessed="last year")) == []
    me = next(
        line.split(":")[0]
        for line in Path("/etc/passwd").read_text().splitlines()
        if line.split(":")[2] == str(os.getuid())
    )
    assert "a.txt" in paths(run("files.find", kind="file", owner=me))
    with pytest.raises(NotUnderstood, match="is not a regular expression"):
        run("files.find", pattern="([")
    with pytest.raises(ToolFailed, match="there is no user"):
        run("files.find", owner="nobody-of-that-name")


def test_search_with_context_without_first_and_regex(run: Runner, work: Path) -> None:
    (work / "log.txt").write_text("".join(f"line {n}\n" for n in range(1, 10)) + "an ERROR here\nafter\n")
    around = run("files.search", text="ERROR", under="log.txt", context="1").rows or []
    assert [(row["line"], row["match"]) for row in around] == [(9, False), (10, True), (11, False)]
    assert len(run("files.search", text="line", under="log.txt", without=True).rows or []) == 2
    assert set(paths(run("files.search", text="alpha", without=True))) == {
        "src/deep/x.py",
        "log.txt",
        "Big File.TXT",
    }
    assert len(run("files.search", text="line", first=True).rows or []) == 1
    found = run("files.search", text=r"^line [3-5]$", under="log.txt", regex=True).rows or []
    assert [row["line"] for row in found] == [3, 4, 5]


def test_duplicates(run: Runner, work: Path) -> None:
    (work / "almost.bin").write_bytes(b"x" * 5000 + b"1")
    (work / "almost2.bin").write_bytes(b"x" * 5000 + b"2")
    (work / "empty1").write_text("")
    (work / "empty2").write_text("")
    os.link(work / "b.txt", work / "b-again.txt")
    result = run("files.duplicates")
    assert sorted(paths(result)) == ["a.txt", "src/copy.txt"]
    assert result.value == len("alpha\nbeta\n")
    assert run("files.duplicates", type="py").rows == []


def test_compare(run: Runner, work: Path) -> None:
    text = run("files.compare", path="a.txt", other="b.txt").text or ""
    assert "-beta" in text and "+gamma" in text
    assert "are the same" in (run("files.compare", path="a.txt", other="src/copy.txt").text or "")
    (work / "other").mkdir()
    (work / "other" / "copy.txt").write_text("changed")
    (work / "other" / "new.txt").write_text("")
    rows = run("files.compare", path="src", other="other").rows or []
    found = {row["name"]: row["difference"] for row in rows}
    assert found == {
        "copy.txt": "different",
        "deep": "only in src",
        "deep/x.py": "only in src",
        "new.txt": "only in other",
    }
    with pytest.raises(ToolFailed, match="cannot be compared"):
        run("files.compare", path="a.txt", other="src")


def test_checksum(run: Runner, work: Path) -> None:
    import hashlib

    digest = hashlib.md5((work / "a.txt").read_bytes()).hexdigest()
    assert (run("files.checksum", path="a.txt", method="md5").rows or [])[0]["md5"] == digest
    rows = run("files.checksum", path="a.txt", method="md5", expected=digest.upper()).rows or []
    assert rows[0]["fits"] == "yes"
    assert len((run("files.checksum", path="a.txt").rows or [])[0]["sha256"]) == 64


def test_rename_many(run: Runner, work: Path) -> None:
    run("files.rename_many", rule="lowercase")
    assert (work / "big file.txt").exists() and not (work / "Big File.TXT").exists()
    run("files.rename_many", rule="underscores")
    assert (work / "big_file.txt").exists()
    run("files.rename_many", old="big", new="huge")
    assert (work / "huge_file.txt").exists()
    run("files.rename_many", under="src", prefix="old-")
    assert (work / "src" / "old-copy.txt").exists()
    run("files.rename_many", under="src", suffix="-v2")
    assert (work / "src" / "old-copy-v2.txt").exists()
    run("files.rename_many", under="src", extension="md")
    assert (work / "src" / "old-copy-v2.md").exists()
    run("files.rename_many", under="src", rule="number")
    assert (work / "src" / "001-old-copy-v2.md").exists()
    with pytest.raises(ToolFailed, match="twice"):
        run("files.rename_many", old="a", new="b")
    with pytest.raises(NotUnderstood, match="rename them how"):
        run("files.rename_many")


def test_link_and_owner(run: Runner, work: Path) -> None:
    run("files.link", path="a.txt", to="latest.txt")
    assert (work / "latest.txt").is_symlink() and (work / "latest.txt").read_text() == "alpha\nbeta\n"
    with pytest.raises(ToolFailed, match="already there"):
        run("files.link", path="a.txt", to="b.txt")
    if os.getuid() == 0:
        run("files.owner", path="a.txt", user="nobody")
        assert (work / "a.txt").owner() == "nobody"
    with pytest.raises(ToolFailed, match="there is no"):
        run("files.owner", path="a.txt", user="no-such-user")


def test_split_and_join(run: Runner, work: Path) -> None:
    original = (work / "Big File.TXT").read_bytes()
    run("files.split", path="Big File.TXT", size="300 bytes")
    parts = sorted(work.glob("Big File.TXT.0*"))
    assert [p.stat().st_size for p in parts] == [300, 300, 300, 100]
    (work / "Big File.TXT").rename(work / "kept")
    run("files.join", path="Big File.TXT.001")
    assert (work / "Big File.TXT").read_bytes() == original
    run("files.join", path="a.txt", other="b.txt", to="both.txt")
    assert (work / "both.txt").read_text() == "alpha\nbeta\nalpha\ngamma\n"
    run("files.split", path="both.txt", lines="3")
    assert (work / "both.txt.001").read_text() == "alpha\nbeta\nalpha\n"
    with pytest.raises(NotUnderstood, match="split it how"):
        run("files.split", path="a.txt")


def test_sync(run: Runner, work: Path) -> None:
    run("files.sync", path="src", to="mirror")
    assert (work / "mirror" / "deep" / "x.py").read_text() == "x = 1\n"
    assert run.effects("files.sync", path="src", to="mirror").changes == ()
    (work / "mirror" / "extra").write_text("")
    (work / "src" / "copy.txt").write_text("newer and longer\n")
    run("files.sync", path="src", to="mirror", delete=True)
    assert (work / "mirror" / "copy.txt").read_text() == "newer and longer\n"
    assert not (work / "mirror" / "extra").exists()
    (work / "src" / "copy.txt").unlink()
    (work / "mirror" / "deep" / "x.py").unlink()
    (work / "mirror" / "deep").rmdir()
    (work / "elsewhere").mkdir()
    (work / "elsewhere" / "x.py").write_text("not to be touched")
    (work / "mirror" / "deep").symlink_to(work / "elsewhere")
    run("files.sync", path="src", to="mirror")
    assert (work / "mirror" / "deep" / "x.py").read_text() == "x = 1\n" and not (
        work / "mirror" / "deep"
    ).is_symlink()
    assert (work / "elsewhere" / "x.py").read_text() == "not to be touched"
    with pytest.raises(ToolFailed, match="holds the other"):
        run("files.sync", path="src", to="src/deep/inner")


def test_watch_and_follow(run: Runner, work: Path) -> None:
    def later() -> None:
        time.sleep(0.6)
        (work / "fresh.txt").write_text("new")
        with (work / "a.txt").open("a") as writer:
            writer.write("appended\n")

    thread = threading.Thread(target=later)
    thread.start()
    seen = run("files.watch", path=".", time="2 seconds").rows or []
    thread.join()
    assert {("new", "fresh.txt"), ("changed", "a.txt")} <= {(row["event"], row["path"]) for row in seen}
    thread = threading.Thread(target=later)
    thread.start()
    assert run("files.follow", path="a.txt", time="2 seconds").text == "appended\n"
    thread.join()


def test_open_says_where_there_is_no_desktop(
    run: Runner, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(ToolFailed, match="no desktop"):
        run("files.open", path="a.txt")


def test_open_hands_the_file_to_the_desktop(
    run: Runner, work: Path, program: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":99")
    program("xdg-open", f'echo "$1" > {work}/opened')  # type: ignore[operator]
    run("files.open", path="a.txt")
    deadline = time.monotonic() + 5
    while not (work / "opened").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (work / "opened").read_text().strip() == str(work / "a.txt")


def test_trash_restore_and_empty(run: Runner, work: Path) -> None:
    run("files.delete", path="a.txt")
    run("files.delete", path="src")
    listed = run("files.trash")
    assert {row["name"] for row in listed.rows or []} == {"a.txt", "src"}
    assert listed.value == 11 + 11 + 6
    run("files.restore", name="A")
    assert (work / "a.txt").read_text() == "alpha\nbeta\n"
    with pytest.raises(ToolFailed, match="in the trash"):
        run("files.restore", name="never-there")
    assert run.effects("files.empty_trash", older="a year").changes == ()
    run("files.empty_trash")
    assert run("files.trash").rows == []


def test_emptying_the_trash_is_final(run: Runner, work: Path) -> None:
    run("files.delete", path="a.txt")
    effects = run.effects("files.empty_trash")
    assert not effects.undoable and [change.op for change in effects.changes] == ["erase"]


def test_the_grammar_knows_every_new_tool() -> None:
    from nlsh.agent.notation import read, spell

    for call in (
        Call("files.rename_many", {"under": "x", "rule": "lowercase"}),
        Call("files.sync", {"path": "a", "to": "b", "delete": True}),
    ):
        assert read(spell((call,))) == (call,)


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz", "zst"])
def test_one_file_compressed_by_itself_and_back(run: Runner, work: Path, suffix: str) -> None:
    run("files.archive", path="a.txt", to=f"a.txt.{suffix}")
    (work / "a.txt").unlink()
    run("files.extract", path=f"a.txt.{suffix}")
    assert (work / "a.txt").read_text() == "alpha\nbeta\n"


def test_a_compressed_bomb_and_a_broken_file(run: Runner, work: Path) -> None:
    import gzip

    (work / "bomb.gz").write_bytes(gzip.compress(gzip.compress(b"ab" * 25_000_000)))
    run("files.extract", path="bomb.gz", to="one")
    (work / "bomb.gz").write_bytes(gzip.compress(b"ab" * 25_000_000))
    with pytest.raises(Refused, match="far more than it is"):
        run("files.extract", path="bomb.gz")
    (work / "cut.gz").write_bytes(gzip.compress(os.urandom(5000))[:2000])
    with pytest.raises(ToolFailed):
        run("files.extract", path="cut.gz")
    assert not (work / "cut").exists()


def test_what_a_search_leaves_out(run: Runner, work: Path) -> None:
    for name in ("keep/a.py", "keep/b.txt", "node_modules/c.py", "deep/node_modules/d.py"):
        (work / "ex" / name).parent.mkdir(parents=True, exist_ok=True)
        (work / "ex" / name).write_text("needle\n")

    def names(**args: str) -> list[str]:
        return sorted(row["path"] for row in run("files.find", under="ex", kind="file", **args).rows or [])

    assert names(excluding="node_modules") == ["ex/keep/a.py", "ex/keep/b.txt"]
    assert names(excluding="py") == ["ex/keep/b.txt"]
    assert names(excluding="*.py and keep") == []
    assert names(excluding="node_modules, text files") == ["ex/keep/a.py"]
    assert names(excluding="node_modules", not_ignored=True) == ["ex/keep/a.py", "ex/keep/b.txt"]
    found = run("files.search", text="needle", under="ex", excluding="NODE_MODULES").rows or []
    assert [row["path"] for row in found] == ["ex/keep/a.py", "ex/keep/b.txt"]


def test_find_by_mode_group_and_creation(run: Runner, work: Path) -> None:
    import grp

    (work / "open.txt").write_text("x")
    (work / "open.txt").chmod(0o646)
    assert [row["path"] for row in run("files.find", mode="646").rows or []] == ["open.txt"]
    assert run("files.find", mode="0612").rows == []
    with pytest.raises(NotUnderstood):
        run("files.find", mode="rwx")
    group = grp.getgrgid((work / "open.txt").stat().st_gid).gr_name
    assert "open.txt" in [row["path"] for row in run("files.find", kind="file", group=group).rows or []]
    with pytest.raises(ToolFailed, match="no group"):
        run("files.find", group="nosuchgroup")
    os.utime(work / "open.txt", (0, 0))  # its content is old; the file was made today all the same
    assert "open.txt" not in [row["path"] for row in run("files.find", modified="today").rows or []]
    assert "open.txt" in [row["path"] for row in run("files.find", created="today").rows or []]
    assert run("files.info", path="open.txt").rows[0]["created"][:4] >= "2024"  # type: ignore[index]


def test_something_new_in_a_folder_that_is_named_beside_it(run: Runner, work: Path) -> None:
    run("files.make_folder", path="2024", under="src")
    assert (work / "src" / "2024").is_dir()
    run("files.write", path="note.txt", text="hi", under="src/2024")
    assert (work / "src" / "2024" / "note.txt").read_text() == "hi\n"


def test_an_archive_is_listed_without_being_unpacked(run: Runner, work: Path) -> None:
    with zipfile.ZipFile(work / "a.zip", "w") as pack:
        pack.writestr("dir/one.txt", "12345")
        pack.writestr("../out.txt", "x")
    with tarfile.open(work / "a.tar.gz", "w:gz") as tar:
        (work / "plain.txt").write_text("abc")
        tar.add(work / "plain.txt", "plain.txt")
    (work / "bad.zip").write_text("no archive")
    for tool in ("files.read", "files.list"):
        found = run(tool, path="a.zip")
        assert [(row["member"], row["size"]) for row in found.rows or []] == [
            ("dir/one.txt", 5),
            ("../out.txt", 1),
        ]
        assert (found.kind, found.value) == ("records", 6)
        assert [row["member"] for row in run(tool, path="a.tar.gz").rows or []] == ["plain.txt"]
        with pytest.raises(ToolFailed, match="not a whole archive"):
            run(tool, path="bad.zip")
    assert not (work.parent / "out.txt").exists()


def _with_damage(kind: str) -> bytes:
    """An archive whose listing meets what the modules of the library do not call by their own errors."""
    held = io.BytesIO()
    if kind == "time.tar":
        entry = tarfile.TarInfo("a.txt")
        entry.mtime = 2**62
        with tarfile.open(fileobj=held, mode="w", format=tarfile.GNU_FORMAT) as tar:
            tar.addfile(entry)
        return held.getvalue()
    if kind == "cut.tar.xz":
        return lzma.compress(os.urandom(20_000))[:8_000]
    if kind == "noise.tar.xz":
        return lzma.compress(b"x" * 20_000)[:-30] + os.urandom(30)
    with zipfile.ZipFile(held, "w") as pack:
        pack.writestr("a.txt", "x")
    whole = bytearray(held.getvalue())
    at = whole.rindex(b"PK\x01\x02")
    if kind == "extra.zip":
        whole[at + 28 : at + 34] = b"\xff\x00\xff\xff\xff\xff"
    elif kind == "version.zip":
        whole[at + 6 : at + 8] = b"\xff\xff"
    return bytes(whole)


@pytest.mark.parametrize("kind", ["time.tar", "cut.tar.xz", "noise.tar.xz", "extra.zip", "version.zip"])
def test_damaged_archives_are_told_in_a_line(kind: str, run: Runner, work: Path) -> None:
    (work / kind).write_bytes(_with_damage(kind))
    try:
        rows = run("files.list", path=kind).rows or []
    except ToolFailed as error:
        assert error.code != "bug" and "not a whole archive" in error.message
    else:
        assert [row["member"] for row in rows] == ["a.txt"]
