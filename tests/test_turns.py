"""Turns with a scripted planner: policy, preview and yes, journal, undo, crashes, hostile plans."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nlsh.agent.manners import Preview
from nlsh.agent.turns import Shell
from nlsh.changes import Change
from nlsh.memory import journal
from nlsh.trash import Trash
from nlsh.turn import Call, Utterance
from tests.conftest import Said

FIND_PYC = Call("files.find", {"type": ".pyc"})
DELETE = Call("files.delete", {})


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if ".local" in path.parts:
            continue
        status = path.lstat()
        found[str(path.relative_to(folder))] = (status.st_mode, path.read_bytes() if path.is_file() else b"")
    return found


@pytest.fixture
def files(home: Path) -> Path:
    work = home / "work"
    for n in range(3):
        (work / f"m{n}.pyc").write_bytes(bytes([n]) * 100)
    (work / "keep.txt").write_text("keep")
    return work


def test_deleting_asks_and_changes_nothing_without_a_yes(
    make: Callable[..., Shell], files: Path, home: Path
) -> None:
    before = snapshot(home)
    turn = make(FIND_PYC, DELETE).say("delete the .pyc files")
    assert (turn.status, turn.exit_code) == ("needs_confirmation", 4)
    assert turn.preview[0] == "delete 3 files, 300 bytes" and len(turn.preview) == 5
    assert snapshot(home) == before


def test_yes_deletes_and_undo_brings_back(make: Callable[..., Shell], files: Path, home: Path) -> None:
    before = snapshot(home)
    shell = make(FIND_PYC, DELETE, yes=True)
    turn = shell.say("delete the .pyc files")
    assert turn.status == "done" and turn.undo and not list(files.glob("*.pyc"))
    undone = shell.undo(int(turn.undo))
    assert undone.status == "done", undone.error
    assert snapshot(home) == before
    assert not list((home / ".local/share/Trash/info").iterdir())
    assert shell.undo(int(turn.undo)).error["code"] == "nothing_to_undo"  # type: ignore[index]


def test_a_no_changes_nothing(make: Callable[..., Shell], files: Path, home: Path) -> None:
    seen: list[Preview] = []

    def no(preview: Preview) -> bool:
        seen.append(preview)
        return False

    before = snapshot(home)
    assert make(FIND_PYC, DELETE, confirm=no).say("delete the .pyc files").status == "needs_confirmation"
    assert snapshot(home) == before and len(seen[0].items) == 3


def test_the_yes_covers_that_very_set(make: Callable[..., Shell], files: Path, home: Path) -> None:
    """What appears after the preview is not deleted; what was exchanged stops the call."""

    def later(_: Preview) -> bool:
        (files / "late.pyc").write_text("late")
        return True

    assert make(FIND_PYC, DELETE, confirm=later).say("delete the .pyc files").status == "done"
    assert [p.name for p in files.glob("*.pyc")] == ["late.pyc"]

    def exchanged(_: Preview) -> bool:
        (files / "late.pyc").unlink()
        (files / "other").write_text("precious")
        (files / "other").rename(files / "late.pyc")
        return True

    turn = make(FIND_PYC, DELETE, confirm=exchanged).say("delete the .pyc files")
    assert turn.status == "refused" and (files / "late.pyc").read_text() == "precious"


def test_dry_run_shows_and_changes_nothing(make: Callable[..., Shell], files: Path, home: Path) -> None:
    before = snapshot(home)
    turn = make(FIND_PYC, DELETE, yes=True, dry_run=True).say("delete the .pyc files")
    assert turn.status == "dry_run" and turn.exit_code == 0 and turn.preview[0].startswith("delete 3 files")
    assert make(Call("files.make_folder", {"path": "x"}), dry_run=True).say("make x").status == "dry_run"
    assert snapshot(home) == before


def test_nothing_found_is_nothing_to_do(make: Callable[..., Shell], files: Path) -> None:
    turn = make(Call("files.find", {"type": ".zip"}), DELETE).say("delete the zips")
    assert turn.status == "done" and "nothing to do" in (turn.answer or "")


def test_an_unbacked_deletion_is_not_covered_by_yes(
    make: Callable[..., Shell], files: Path, home: Path
) -> None:
    before = snapshot(home)
    turn = make(FIND_PYC, DELETE, yes=True).say("explore the .pyc files")
    assert turn.status == "needs_confirmation" and snapshot(home) == before


def test_low_confidence_does_not_act(make: Callable[..., Shell], files: Path, home: Path) -> None:
    before = snapshot(home)
    turn = make(FIND_PYC, DELETE, yes=True, confidence=0.1).say("delete the .pyc files")
    assert (turn.status, turn.exit_code) == ("not_understood", 3) and snapshot(home) == before


CHANGES = [
    [Call("files.write", {"path": "new.txt", "text": "hello"})],
    [Call("files.write", {"path": "keep.txt", "text": "replaced"})],
    [Call("files.append", {"path": "keep.txt", "text": "more"})],
    [Call("files.make_folder", {"path": "a/b/c"})],
    [Call("files.copy", {"path": "keep.txt", "to": "copies"})],
    [Call("files.move", {"path": "keep.txt", "to": "moved"})],
    [Call("files.move", {"path": "keep.txt", "to": "m1.pyc"})],
    [Call("files.rename", {"path": "keep.txt", "to": "kept.txt"})],
    [Call("files.permissions", {"path": "keep.txt", "change": "executable"})],
    [Call("files.archive", {"path": "keep.txt", "to": "x.zip"})],
    [FIND_PYC, Call("files.move", {"to": "all"})],
    [FIND_PYC, Call("files.copy", {"to": "all"})],
    [FIND_PYC, DELETE],
]


@pytest.mark.parametrize("calls", CHANGES, ids=lambda calls: calls[-1].tool)
def test_every_change_can_be_taken_back(
    make: Callable[..., Shell], files: Path, home: Path, calls: list[Call]
) -> None:
    before = snapshot(home)
    shell = make(*calls, yes=True)
    turn = shell.say("remove")
    assert turn.status == "done" and turn.undo, turn.error
    assert snapshot(home) != before
    undone = shell.undo(None)
    assert undone.status == "done", undone.error
    assert snapshot(home) == before


def test_extract_can_be_taken_back(make: Callable[..., Shell], files: Path, home: Path) -> None:
    make(Call("files.archive", {"path": "keep.txt", "to": "x.tar.gz"})).say("pack")
    before = snapshot(home)
    shell = make(Call("files.extract", {"path": "x.tar.gz", "to": "out"}))
    assert shell.say("unpack").status == "done"
    assert (files / "out" / "keep.txt").read_text() == "keep"
    assert shell.undo(None).status == "done" and snapshot(home) == before


def test_undo_refuses_when_the_world_has_moved_on(make: Callable[..., Shell], files: Path) -> None:
    shell = make(Call("files.write", {"path": "new.txt", "text": "hello"}))
    shell.say("write")
    (files / "new.txt").write_text("my own work since")
    undone = shell.undo(None)
    assert (
        undone.error
        and undone.error["code"] == "moved_on"
        and (files / "new.txt").read_text() == "my own work since"
    )


def test_undo_that_as_a_turn(make: Callable[..., Shell], files: Path, home: Path) -> None:
    before = snapshot(home)
    make(FIND_PYC, DELETE, yes=True).say("delete them")
    assert make(Call("session.undo", {})).say("explore something").status == "needs_confirmation"
    turn = make(Call("session.undo", {})).say("undo that")
    assert turn.status == "done" and snapshot(home) == before


REFUSED = [
    Call("files.delete", {"path": "/etc/hostname"}), Call("files.delete", {"path": "."}), Call("files.delete", {"path": ".."}),
    Call("files.delete", {"path": "~"}), Call("files.delete", {"path": "/"}), Call("files.move", {"path": "~", "to": "x"}),
    Call("files.write", {"path": "/etc/nlsh-test", "text": "x"}), Call("files.write", {"path": "/boot/x", "text": "x"}),
    Call("files.write", {"path": "~/.local/state/nlsh/nlsh.db", "text": "x"}), Call("files.delete", {"path": "~/.local/state/nlsh"}),
    Call("files.append", {"path": "~/.ssh/authorized_keys", "text": "key"}), Call("files.read", {"path": "~/.ssh/id_rsa"}),
    Call("files.read", {"path": "/etc/shadow"}), Call("files.read", {"path": "/proc/self/environ"}), Call("processes.stop", {"pid": "1"}),
    Call("files.copy", {"path": "~/.ssh", "to": "stolen"}), Call("files.write", {"path": "/var/tmp/nlsh-outside", "text": "x"}),
    Call("files.permissions", {"path": "/etc/passwd", "mode": "777"}), Call("files.archive", {"path": "~/.ssh", "to": "keys.zip"}),
    Call("files.search", {"text": "key", "under": "~/.ssh"}), Call("files.delete", {"path": "/proc"}),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", REFUSED, ids=lambda call: f"{call.tool} {call.args.get('path') or call.args}"
)
def test_refused_whatever_the_model_says(
    make: Callable[..., Shell], files: Path, home: Path, call: Call
) -> None:
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_rsa").write_text("private key")
    (home / ".ssh" / "authorized_keys").write_text("")
    before = snapshot(home)
    turn = make(call, yes=True).say("delete stop remove it")
    assert (turn.status, turn.exit_code) == ("refused", 5), (turn.status, turn.error, turn.answer)
    assert snapshot(home) == before


def test_a_link_to_a_secret_is_a_secret(make: Callable[..., Shell], files: Path, home: Path) -> None:
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_rsa").write_text("private key")
    (files / "innocent.txt").symlink_to(home / ".ssh" / "id_rsa")
    (files / "hosts").symlink_to("/etc/hosts")
    assert make(Call("files.read", {"path": "innocent.txt"})).say("read").status == "refused"
    before = Path("/etc/hosts").read_bytes()
    assert make(Call("files.append", {"path": "hosts", "text": "x"}), yes=True).say("add").status == "refused"
    assert (
        make(Call("files.write", {"path": "hosts", "text": "x"}), yes=True).say("write").status == "refused"
    )
    assert Path("/etc/hosts").read_bytes() == before


def test_quoted_text_is_taken_as_it_is_written(make: Callable[..., Shell], files: Path) -> None:
    (files / "a.txt").write_text("Apple\napple\n")
    search = Call("files.search", {"text": "apple"})
    for said, lines in (("search for apple", 2), ('search for "apple"', 1)):
        turn = make(search).say(said)
        assert turn.steps[-1].result is not None and len(turn.steps[-1].result.rows or []) == lines


def test_secrets_inside_a_searched_tree_are_not_seen(
    make: Callable[..., Shell], files: Path, home: Path
) -> None:
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_rsa").write_text("private key")
    turn = make(Call("files.search", {"text": "private", "under": "~", "hidden": True})).say("search")
    assert turn.status == "done" and turn.steps[-1].result is not None and turn.steps[-1].result.rows == []


@pytest.mark.parametrize(
    "path",
    [
        "~/.bashrc",
        "~/.config/autostart/x.desktop",
        "~/work/.git/hooks/pre-commit",
        "~/.profile",
        "~/.local/bin/tool",
    ],
)
def test_what_runs_by_itself_always_asks(make: Callable[..., Shell], home: Path, path: str) -> None:
    turn = make(Call("files.append", {"path": path, "text": "echo hi"})).say("append")
    assert turn.status == "needs_confirmation" and not os.path.exists(os.path.expanduser(path))


def test_bad_sentences_end_in_one_line(make: Callable[..., Shell]) -> None:
    shell = make()
    for text, code in (
        ("", "empty"),
        ("   ", "empty"),
        ("x" * 5000, "too_long"),
        ("a\x00b", "binary"),
        ("\x1b[31mred", "binary"),
        ("bad \udcff", "binary"),
    ):
        turn = shell.say(text)
        assert turn.exit_code == 3 and turn.error and turn.error["code"] == code


def test_ambiguous_names_ask_which(make: Callable[..., Shell], files: Path) -> None:
    for folder in ("one", "two"):
        (files / folder).mkdir()
        (files / folder / "report.txt").write_text(folder)
    turn = make(Call("files.read", {"path": "report"})).say("read report")
    assert turn.status == "not_understood" and set(turn.alternatives) == {"one/report.txt", "two/report.txt"}


MOVER = """
    import os, sys, time
    sys.path.insert(0, {root!r})
    os.chdir({work!r})
    from tests.conftest import Scripted
    from nlsh.agent.manners import Manners
    from nlsh.agent.turns import Shell
    from nlsh.config import folders
    from nlsh.memory.journal import Journal
    from nlsh.memory.store import Store
    from nlsh.policy import Rules
    from nlsh.sandbox.client import Sandbox
    from nlsh.turn import Call
    where = folders()
    store = Store(where)
    box = Sandbox(where.own)
    rules = Rules(home={home!r}, own=where.own)
    calls = (Call("files.find", {{"type": ".dat"}}), Call("files.move", {{"to": "all"}}))
    journal = Journal(store, where, {home!r})
    journal.helper = box.helper
    shell = Shell(lambda: Scripted(*calls), box, store, journal, lambda: rules, store.session(None, "/"), {home!r}, {work!r}, Manners(None, True))
    box.level
    print("ready", flush=True)
    print(shell.say("move them").status, flush=True)
"""


def _wait_until_moved(folder: Path, count: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if len(os.listdir(folder)) >= count:
                return
        except FileNotFoundError:
            pass


@pytest.mark.parametrize("after", [0, 1, 2, 50, 300, 800])
def test_kill_9_in_the_middle_of_a_move_loses_nothing(
    make: Callable[..., Shell], home: Path, after: int
) -> None:
    """Killed when so many of 1,000 files have arrived; the rest is where it was, or comes back."""
    work = home / "work"
    for n in range(1000):
        (work / f"f{n}.dat").write_text(f"content {n}")
    before = snapshot(home)
    script = textwrap.dedent(MOVER).format(
        root=str(Path(__file__).parents[1]), work=str(work), home=str(home)
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]
    )
    assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    _wait_until_moved(work / "all", after, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    shell = make()
    shell.journal.cut_off()  # waits until nobody is at work any more
    moved = len(os.listdir(work / "all")) if (work / "all").exists() else 0
    contents = sorted(p.read_text() for p in work.rglob("*.dat"))
    assert contents == sorted(f"content {n}" for n in range(1000)), "a file was lost or altered"
    said = shell.recover()
    if said:  # cut off: taken back. Otherwise it was done, or had not begun, when the kill came.
        assert snapshot(home) == before and f"({moved + 1} of 1001 changes)" in said[0]
    else:
        assert moved in (0, 1000)
    assert not shell.journal.cut_off()


def test_two_recoveries_do_nothing_the_second_time(make: Callable[..., Shell], home: Path) -> None:
    assert make().recover() == [] == make().recover()


def cut_off(shell: Shell, change: Change) -> tuple[int, int]:
    """A turn that a dead process began and wrote down; what of it happened is up to the test."""
    identity, _ = shell.store.begin(Utterance("change it", shell.cwd, time.time()), shell.session)
    entry, _ = shell.journal.begin(identity, 0, (change,))
    shell.store.connection.execute("update journal set owner = '999999:1' where id = ?", (entry,))
    return identity, entry


def state_of(shell: Shell, entry: int) -> str:
    return str(
        shell.store.connection.execute("select state from journal where id = ?", (entry,)).fetchone()[0]
    )


@pytest.mark.parametrize(
    ("there", "left", "state"),
    [
        ("a\nmine\n", "a\n", "undone"),
        ("a\nmi", "a\n", "undone"),  # half of it was written
        ("a\ntheirs\nmine\n", "a\ntheirs\nmine\n", "final"),
        ("a\nmine\ntheirs\n", "a\nmine\ntheirs\n", "final"),
        ("a\ntheirs\n", "a\ntheirs\n", "undone"),  # it never happened
    ],
)
def test_recovery_of_an_append_takes_nothing_of_others(
    make: Callable[..., Shell], home: Path, there: str, left: str, state: str
) -> None:
    shell, file = make(), home / "work" / "log.txt"
    file.write_text("a\n")
    _, entry = cut_off(shell, Change("append", str(file), text="mine\n", old=2, size=5))
    file.write_text(there)
    said = shell.recover()
    assert file.read_text() == left and state_of(shell, entry) == state
    assert ("left alone" in said[0]) == (state == "final")
    assert shell.recover() == []


@pytest.mark.parametrize(
    ("there", "left"), [("new", "old"), ("old", "old"), ("edited by hand", "edited by hand")]
)
def test_recovery_of_a_rewrite_keeps_what_was_written_since(
    make: Callable[..., Shell], home: Path, there: str, left: str
) -> None:
    shell, file = make(), home / "work" / "a.txt"
    file.write_text("old")
    cut_off(shell, Change("replace", str(file), text="new", size=3))
    file.write_text(there)
    shell.recover()
    assert file.read_text() == left


def test_recovery_does_not_take_an_old_file_for_the_copy_that_was_to_replace_it(
    make: Callable[..., Shell], home: Path
) -> None:
    """Killed before the first of "this to the trash, that in its place": nothing had happened."""
    shell, old = make(), home / "work" / "a.txt"
    old.write_text("old")
    (home / "b.txt").write_text("new")
    place = Trash(str(home)).place(str(old))
    identity, _ = shell.store.begin(Utterance("sync", shell.cwd, time.time()), shell.session)
    changes = (Change("trash", str(old), to=place), Change("copy", str(home / "b.txt"), to=str(old), size=3))
    entry, _ = shell.journal.begin(identity, 0, changes)
    shell.store.connection.execute("update journal set owner = '999999:1' where id = ?", (entry,))
    assert "(0 of 2 changes)" in shell.recover()[0]
    assert old.read_text() == "old"


def test_what_was_added_to_an_empty_file_is_taken_back(make: Callable[..., Shell], home: Path) -> None:
    """No bytes before is a size too."""
    (home / "work" / "log.txt").write_text("")
    shell = make(Call("files.append", {"path": "log.txt", "text": "hello"}), yes=True)
    assert shell.say("add hello to log.txt").status == "done"
    assert (home / "work" / "log.txt").read_text() == "hello\n"
    assert shell.undo(None).status == "done"
    assert (home / "work" / "log.txt").read_text() == ""


def test_an_owner_that_nobody_fetches_is_dead_all_the_same(home: Path) -> None:
    """In a container whose first process does not reap, an ended nlsh stays as a zombie."""
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read()  # it is ending
        deadline = time.monotonic() + 20
        while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert journal.owner(process.pid).endswith(f"{process.pid}:")
        assert not journal._alive(f"{process.pid}:{12345}")


def test_what_has_not_moved_on_can_be_taken_back(make: Callable[..., Shell], files: Path, home: Path) -> None:
    shell = make(FIND_PYC, DELETE, yes=True)
    turn = shell.say("delete the .pyc files")
    (files / "m1.pyc").write_text("something else")
    whole = shell.undo(None)
    assert whole.status == "failed" and whole.error is not None
    assert f"nlsh undo {turn.undo} --partly takes the other 2 back" in whole.error["hint"]
    assert shell.undo(int(turn.undo or 0), partly=True).status == "done"
    assert (files / "m1.pyc").read_text() == "something else"
    assert (files / "m0.pyc").exists() and (files / "m2.pyc").exists()


def test_the_last_change_of_a_kind(nlsh: Callable[..., Said], home: Path) -> None:
    work = home / "work"
    (work / "a.txt").write_text("a")
    assert nlsh("-c", "delete a.txt", "--yes").code == 0
    assert nlsh("-c", "make a folder called later").code == 0
    assert nlsh("undo", "delete").code == 0
    assert (work / "a.txt").exists() and (work / "later").is_dir()
    assert nlsh("undo", "delete").code == 1
    assert nlsh("undo", "frobnicate").code == 2


def test_a_card_shows_no_hidden_value(make: Callable[..., Shell], home: Path) -> None:
    """Whatever part of it a value of a task file could stand in: headline, items, rows to choose from, why."""
    for name in ("s3cret-a.txt", "s3cret-b.txt"):
        (home / "work" / name).write_text("x")
    seen: list[Preview] = []

    def no(preview: Preview) -> bool:
        seen.append(preview)
        return False

    calls = (Call("files.find", {"name_starts": "s3cret"}), Call("files.delete", {}))
    shell = make(*calls, confirm=no)
    shell.store.hidden = ("s3cret",)
    shell.say("delete what starts with s3cret")
    (card,) = seen
    assert len(card.rows) == 2 and card.why
    assert "s3cret" not in repr(card)


def test_what_would_be_overwritten_is_shown_as_a_diff(make: Callable[..., Shell], home: Path) -> None:
    note, seen = home / "work" / "note.txt", []

    def no(preview: Preview) -> bool:
        seen.append(preview)
        return False

    note.write_text("one\ntwo\nthree\n")
    shell = make(Call("files.write", {"path": "note.txt", "text": "one\n2\nthree"}), confirm=no)
    assert shell.say("write it").status == "needs_confirmation"
    assert seen[0].headline == "overwrite note.txt: 14 bytes become 12 bytes"
    assert list(seen[0].items) == ["@@ -1,3 +1,3 @@", " one", "-two", "+2", " three"]
    note.write_bytes(b"\0" * 100)
    assert shell.say("write it").status == "needs_confirmation" and "no text" in seen[1].items[0]
    note.unlink()
    assert shell.say("write it").status == "done" and note.read_text() == "one\n2\nthree\n"
    assert len(seen) == 2, "something new asks nobody"


@pytest.mark.parametrize(("call", "there"), [
    (Call("files.rename", {"path": "a.txt", "to": "b.txt"}), "b.txt"), (Call("files.move", {"path": "a.txt", "to": "old"}), "old/a.txt"),
])  # fmt: skip
def test_it_is_where_it_was_moved_to(make: Callable[..., Shell], home: Path, call: Call, there: str) -> None:
    (home / "work" / "a.txt").write_text("x")
    (home / "work" / "old").mkdir()
    shell = make(call, yes=True)
    turn = shell.say("move or rename it")
    assert turn.status == "done" and turn.answer.endswith(f"to {there}")
    assert shell.previous == (Call(call.tool, {**call.args, "path": there}),)


def test_them_before_anything_was_found_is_nothing(make: Callable[..., Shell]) -> None:
    shell = make(Call("session.last", {}), Call("files.delete", {}), yes=True, confidence=0.1)
    turn = shell.say("delete them")
    assert turn.status == "not_understood" and turn.error and turn.error["code"] == "no_previous"


def test_what_is_refused_anyhow_is_not_asked_about(make: Callable[..., Shell], home: Path) -> None:
    """An unsure reading that policy forbids is refused; one that it allows, or a very unsure one, is not understood."""
    (home / "work" / "a.txt").write_text("a")
    passwd = Call("files.write", {"path": "/etc/passwd", "text": "x"})
    assert make(passwd, confidence=0.45).say("write x to /etc/passwd").status == "refused"
    assert make(passwd, confidence=0.2).say("write x to /etc/passwd").status == "not_understood"
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_rsa").write_text("secret")
    secret = Call("files.read", {"path": str(home / ".ssh" / "id_rsa")})
    assert make(secret, confidence=0.45).say("read my key").status == "refused"
    mine = Call("files.read", {"path": "a.txt"})
    turn = make(mine, confidence=0.45).say("read a.txt")
    assert turn.status == "not_understood" and not turn.steps
