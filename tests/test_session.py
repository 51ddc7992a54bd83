"""What a conversation keeps: redo, results under a name, facts, explanations; and acts that policy judges."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from nlsh.agent.grounding import ground
from nlsh.agent.turns import Shell
from nlsh.config import folders
from nlsh.memory.glance import left_half_done, said_before
from nlsh.policy import Rules, decide
from nlsh.sandbox import programs
from nlsh.sandbox.client import Sandbox
from nlsh.tool import Asked, find_tool, tool_names
from nlsh.turn import Act, Call, Effects, Result, Scene, Turn
from tests.conftest import Said, Scripted

Make = Callable[..., Shell]


def say(shell: Shell, text: str, *calls: Call) -> Turn:
    """One turn with a plan of the test's own."""
    shell.planner = lambda: Scripted(*calls)
    return shell.say(text)


@pytest.fixture
def shell(make: Make, home: Path) -> Shell:
    for name in ("a.txt", "b.txt"):
        (home / "work" / name).write_text(name)
    return make(yes=True)


def tree(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    "calls",
    [
        (Call("files.delete", {"path": "a.txt"}),), (Call("files.move", {"path": "a.txt", "to": "moved.txt"}),),
        (Call("files.write", {"path": "new.txt", "text": "hello"}),), (Call("files.write", {"path": "a.txt", "text": "other"}),),
        (Call("files.append", {"path": "a.txt", "text": "more"}),), (Call("files.copy", {"path": "a.txt", "to": "c.txt"}),),
        (Call("files.make_folder", {"path": "new/deep"}),), (Call("files.archive", {"path": "a.txt", "to": "a.zip"}),),
        (Call("files.link", {"path": "a.txt", "to": "l.txt"}),), (Call("text.replace", {"old": "a", "new": "x", "path": "a.txt"}),),
        (Call("files.find", {"type": ".txt"}), Call("files.rename_many", {"rule": "uppercase"})),
    ],
    ids=lambda calls: calls[-1].tool,
)  # fmt: skip
def test_undo_redo_undo(shell: Shell, home: Path, calls: tuple[Call, ...]) -> None:
    work = home / "work"
    before = tree(work) if calls[-1].tool != "files.archive" else sorted(tree_names(work))
    look = tree if calls[-1].tool != "files.archive" else lambda folder: sorted(tree_names(folder))
    assert say(shell, "delete or change it", *calls).status == "done"
    after = look(work)
    assert after != before or calls[-1].tool == "files.make_folder"
    assert say(shell, "undo", Call("session.undo", {})).status == "done"
    assert look(work) == before
    redone = say(shell, "redo, delete it", Call("session.redo", {}))
    assert redone.status == "done", redone.error
    assert look(work) == after
    assert say(shell, "undo", Call("session.undo", {})).status == "done"
    assert look(work) == before


def tree_names(folder: Path) -> list[str]:
    return [str(p.relative_to(folder)) for p in folder.rglob("*")]


def test_nothing_to_redo(shell: Shell) -> None:
    turn = say(shell, "redo", Call("session.redo", {}))
    assert turn.status == "failed" and turn.error and turn.error["code"] == "nothing_to_redo"


def test_an_emptied_trash_cannot_be_undone_and_says_so(shell: Shell, home: Path) -> None:
    say(shell, "delete a.txt", Call("files.delete", {"path": "a.txt"}))
    emptied = say(shell, "empty the trash", Call("files.empty_trash", {}))
    assert emptied.status == "done" and emptied.preview[-1] == "it is gone for good"
    turn = say(shell, "undo", Call("session.undo", {}))
    assert turn.status == "failed" and not (home / "work" / "a.txt").exists()


def test_results_are_kept_under_a_name(shell: Shell) -> None:
    say(shell, "text files", Call("files.find", {"type": ".txt"}))
    assert (
        say(shell, "keep it as mine", Call("session.keep", {"name": "Mine"})).answer
        == "kept as Mine (2 rows)"
    )
    say(shell, "what is running", Call("processes.list", {}))
    recalled = say(shell, "show mine again", Call("session.recall", {"name": "mine"}))
    assert {row["path"] for row in (recalled.steps[-1].result.rows or [])} == {"a.txt", "b.txt"}  # type: ignore[union-attr]
    assert shell.result is not None and shell.result.kind == "files"
    listed = say(shell, "what have i kept", Call("session.recall", {})).steps[-1].result
    assert listed is not None and listed.rows == [{"name": "mine", "kind": "files", "rows": 2}]
    assert say(shell, "show x", Call("session.recall", {"name": "x"})).status == "failed"


def test_names_for_places_are_remembered_and_used(shell: Shell, home: Path) -> None:
    (home / "far" / "away").mkdir(parents=True)
    (home / "far" / "away" / "found.txt").write_text("")
    say(
        shell,
        "remember that base means ~/far/away",
        Call("session.remember", {"name": "base", "value": "~/far/away"}),
    )
    turn = say(shell, "what is in base", Call("files.list", {"path": "base"}))
    assert [os.path.basename(row["path"]) for row in (turn.steps[-1].result.rows or [])] == ["found.txt"]  # type: ignore[union-attr]
    (home / "work" / "base").mkdir()
    assert say(shell, "what is in base", Call("files.list", {"path": "base"})).steps[-1].result.rows == []  # type: ignore[union-attr]


def test_facts(shell: Shell) -> None:
    say(shell, "remember that rent is due", Call("session.remember", {"fact": "rent is due"}))
    known = say(shell, "what do you remember", Call("session.facts", {"text": "rent"})).steps[-1].result
    assert known is not None and known.rows == [{"name": "", "means": "", "fact": "rent is due"}]
    assert say(shell, "forget rent", Call("session.forget", {"text": "rent"})).status == "done"
    assert say(shell, "forget rent", Call("session.forget", {"text": "rent"})).status == "failed"


def test_forgetting_strikes_out_one_thing_at_a_time(shell: Shell) -> None:
    for fact in ("anna pays the rent", "rent is due", "100% sure"):
        say(shell, "remember", Call("session.remember", {"fact": fact}))
    assert say(shell, "forget rent", Call("session.forget", {"text": "rent"})).status == "not_understood"
    assert say(shell, "forget %", Call("session.forget", {"text": "_"})).status == "failed"
    assert say(shell, "forget anna", Call("session.forget", {"text": "anna pays"})).status == "done"
    assert [fact["fact"] for fact in shell.notes.facts()] == ["rent is due", "100% sure"]


def test_explaining(shell: Shell) -> None:
    assert say(shell, "why", Call("session.explain", {})).status == "failed"
    say(shell, "find pdfs in work", Call("files.find", {"type": "pdfs"}))
    rows = say(shell, "why", Call("session.explain", {})).steps[-1].result.rows or []  # type: ignore[union-attr]
    assert [row["what"] for row in rows[:3]] == ["files.find", "type", "how sure"]
    assert rows[1]["because of"] == "“pdfs” in the sentence"


def test_settings_are_shown_and_never_set(shell: Shell) -> None:
    shell.settings = lambda: {"settings": [{"setting": "model", "value": ""}], "file": "/x/config.toml"}
    turn = say(shell, "settings", Call("session.settings", {}))
    assert turn.steps[-1].result is not None and "no sentence changes them" in turn.steps[-1].result.notes[0]


def rules(home: Path, hosts: tuple[str, ...] = ()) -> Rules:
    return Rules(home=str(home), own=(), uid=os.getuid(), user=psutil.Process().username(), hosts=hosts)


@pytest.mark.parametrize(
    ("host", "what", "allowed", "verdict"),
    [
        ("localhost", "body", (), "allow"), ("127.0.0.1", "headers", (), "allow"), ("example.org", "lookup", (), "ask"),
        ("example.org", "reach", (), "ask"), ("example.org", "body", (), "deny"), ("example.org", "public_address", (), "deny"),
        ("example.org", "body", ("example.org",), "allow"), ("a.example.org", "body", ("*.example.org",), "allow"),
        ("badexample.org", "body", ("*.example.org",), "deny"), ("127.example.org", "body", (), "deny"), ("127.evil.net", "lookup", (), "ask"),
        ("::1", "body", (), "allow"), ("localhost.evil.net", "body", (), "deny"), ("example.org.evil.net", "body", ("example.org",), "deny"),
    ],
)  # fmt: skip
def test_other_hosts_are_off_until_allowed(
    home: Path, host: str, what: str, allowed: tuple[str, ...], verdict: str
) -> None:
    effects = Effects(brokered=(("web", f'{{"what": "{what}"}}'),), contacts=(host,))
    assert decide(effects, Scene(str(home), str(home), 0.0), rules(home, allowed)).verdict == verdict


def test_a_lookup_asks_even_though_it_changes_nothing(make: Make) -> None:
    turn = say(make(), "look up example.org", Call("network.lookup", {"host": "example.org"}))
    assert turn.status == "needs_confirmation" and turn.preview[0] == "look up example.org"


def test_acts_outside_files_always_ask(
    make: Make, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "systemctl").write_text(f"#!/bin/sh\necho $@ >> {ran}\n")
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setattr(programs, "PROGRAM_FOLDERS", (str(tmp_path),))
    call = Call("processes.control_service", {"action": "stop", "name": "nginx"})
    assert say(make(), "stop the nginx service", call).status == "needs_confirmation"
    assert not ran.exists()
    shell = make(yes=True)
    assert say(shell, "stop the nginx service", call).status == "done"
    assert say(shell, "undo", Call("session.undo", {})).status == "done"
    assert [line.split()[1] for line in ran.read_text().splitlines()] == ["stop", "start"]


def test_an_act_that_fails_leaves_nothing_to_undo(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(programs, "PROGRAM_FOLDERS", (str(tmp_path),))
    shell = make(yes=True)
    turn = say(
        shell,
        "stop the nginx service",
        Call("processes.control_service", {"action": "stop", "name": "nginx"}),
    )
    assert turn.status == "failed" and turn.undo is None
    assert say(shell, "undo", Call("session.undo", {})).error["code"] == "nothing_to_undo"  # type: ignore[index]


def test_text_goes_from_call_to_call(shell: Shell, home: Path) -> None:
    (home / "work" / "n.txt").write_text("b\na\n")
    turn = say(shell, "read n.txt sorted", Call("files.read", {"path": "n.txt"}), Call("text.sort", {}))
    assert turn.answer == "a\nb"


def test_an_older_database_is_brought_up_to_date(home: Path) -> None:
    import sqlite_utils

    from nlsh.memory import migrations
    from nlsh.memory.notes import Notes
    from nlsh.memory.store import Store

    where = folders()
    where.state.mkdir(parents=True)
    database = sqlite_utils.Database(str(where.database))
    migrations._first(database)
    database.conn.execute("insert into sessions values ('s', 'old', 1.0, '/')")
    database.conn.execute("pragma user_version = 1")
    database.conn.commit()
    database.conn.close()
    store = Store(where)
    assert store.lasting and store.session("old", "/") == "s" and Notes(store).facts() == []
    store.close()


def test_a_chosen_reading_is_remembered_for_that_sentence(shell: Shell, nlsh: Callable[..., Said]) -> None:
    find = Act((Call("files.find", {"type": "text files"}),))
    assert shell.say("My papers!", chosen=find).status == "done"
    again = say(shell, "my  papers", Call("processes.list", {}))
    assert again.plan == find.calls and again.confidence == 1.0
    assert say(shell, "my paper", Call("system.user", {})).plan[0].tool == "system.user"
    listed = nlsh("phrases")
    assert listed.code == 0 and "my papers" in listed.out and "find text files" in listed.out
    assert nlsh("phrases", "--forget", "7").code == 2
    assert nlsh("phrases", "--forget", "1", "--json").json == []
    assert say(shell, "my papers", Call("system.user", {})).plan[0].tool == "system.user"


def test_a_plan_is_checked_before_any_of_it_runs(shell: Shell, home: Path) -> None:
    delete = Call("files.delete", {"path": "a.txt"})
    turn = say(shell, "delete a.txt, then the first banana", delete, Call("rows.first", {"count": "banana"}))
    assert turn.status == "not_understood" and turn.steps == [] and (home / "work" / "a.txt").exists()


def test_help_tells_of_every_tool(make: Callable[..., Shell]) -> None:
    about = make(Call("session.help", {"text": "renaming files"})).say("help with renaming files")
    rows = (about.steps[0].result or Result()).rows or []
    assert rows and rows[0]["tool"].startswith("files.rename") and "more" not in rows[0]
    nothing = make(Call("session.help", {"text": "xyzzy"})).say("help with xyzzy")
    assert nothing.steps[0].result is not None and "xyzzy" in nothing.steps[0].result.notes[0]
    turn = make(Call("session.help", {})).say("what can you do")
    assert [row["tool"] for row in turn.steps[0].result.rows or []] == list(tool_names())  # type: ignore[union-attr]


def test_any_thread_may_ask_for_the_level_first() -> None:
    box, heard = Sandbox(), []
    try:
        asking = [threading.Thread(target=lambda: heard.append(box.level), daemon=True) for _ in range(8)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join(60)
        assert len(heard) == 8 and len(set(heard)) == 1
    finally:
        box.close()


def test_a_call_may_come_before_the_helper_has_imported_its_tools(home: Path) -> None:
    """The first call of a new helper, for tools of every manager: what it needs is imported before the walls stand."""
    (home / "work" / "t.txt").write_text("a b a\n")
    (home / "work" / "t.csv").write_text("a,b\n1,2\n")
    wanted: dict[str, dict[str, str]] = {
        "files.list": {}, "text.words": {"path": "t.txt"}, "text.table": {"path": "t.csv"}, "processes.list": {}, "memory.usage": {},
        "devices.cpu": {}, "system.info": {}, "files.checksum": {"path": "t.txt"}, "files.tree": {},
    }  # fmt: skip
    scene = Scene(str(home / "work"), str(home), time.time())
    for name, args in wanted.items():
        box = Sandbox()
        try:
            tool, asked = find_tool(name), Asked(ground(Call(name, args), scene), scene, [], "none", {})
            values = asked.args.model_dump(mode="json")
            found = box.run(name, values, scene, tool.effects(asked), rows=[], kind="none", facts={})
            assert isinstance(found, Result)
        finally:
            box.close()


def test_several_may_be_started_at_once_for_the_first_time(tmp_path: Path) -> None:
    """Each finds the schema made, or makes it; none is turned away."""
    for number in range(3):
        home = tmp_path / str(number)
        home.mkdir()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")} | {"HOME": str(home)}
        started = [
            subprocess.Popen([sys.executable, "-m", "nlsh", "history"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(4)
        ]  # fmt: skip
        for process in started:
            _, err = process.communicate(timeout=60)
            assert process.returncode == 0 and not err, err


def test_history_is_searched(home: Path, nlsh: Callable[..., Said]) -> None:
    for sentence in ("what time is it", "how much memory is free", "现在几点", "100% of a_b"):
        nlsh("-c", sentence)
    found = [row["said"] for row in json.loads(nlsh("history", "--find", "memory", "--json").out)]
    assert found == ["how much memory is free"]
    assert [row["said"] for row in json.loads(nlsh("history", "--find", "几点", "--json").out)] == [
        "现在几点"
    ]
    assert [row["said"] for row in json.loads(nlsh("history", "--find", "0% of a_", "--json").out)] == [
        "100% of a_b"
    ]
    assert json.loads(nlsh("history", "--find", "%", "--json").out)[0]["said"] == "100% of a_b"
    assert [row["said"] for row in json.loads(nlsh("history", "--find", "MUCH mem", "--json").out)] == found
    assert json.loads(nlsh("history", "--find", '" or "', "--json").out) == []
    assert "nothing was said like that" in nlsh("history", "--find", "zebra").out


def test_a_start_sees_what_was_left_half_done(home: Path, nlsh: Callable[..., Said]) -> None:
    database = folders().database
    assert not left_half_done(database) and said_before(database, 9) == [], "there is none yet"
    assert nlsh("-c", "make a folder called invoices").code == 0
    nlsh("-c", "what time is it")
    assert said_before(database, 9) == ["what time is it", "make a folder called invoices"]
    assert not left_half_done(database)
    with sqlite3.connect(database) as connection:
        connection.execute("update journal set state = 'begun'")
    assert left_half_done(database)
    database.write_bytes(b"no database at all" * 100)
    assert not left_half_done(database) and said_before(database, 9) == [], "the store will tell"


def test_after_a_count_them_is_what_was_counted(shell: Shell, home: Path) -> None:
    for name in ("a.tmp", "b.tmp", "c.txt"):
        (home / "work" / name).write_text("x")
    find, last = Call("files.find", {"type": ".tmp"}), Call("session.last", {})
    counted = say(shell, "how many tmp files are here", find, Call("rows.count", {}))
    assert counted.steps[-1].result.value == 2  # type: ignore[union-attr]
    again = say(shell, "how big are they together", last, Call("rows.sum", {"by": "size"}))
    assert again.steps[-1].result.value == 2  # type: ignore[union-attr]
    assert shell.previous == (find,)
    listed = say(shell, "list them", last)
    assert [row["path"] for row in listed.steps[-1].result.rows or []] == ["a.tmp", "b.tmp"]  # type: ignore[union-attr]
    _calls, kept = shell.store.previous(shell.session, shell.cwd)
    assert kept is not None and [row["path"] for row in kept.rows or []] == ["a.tmp", "b.tmp"]


def test_it_is_the_one_file_that_was_read(make: Callable[..., Shell], home: Path) -> None:
    """After "open the newest one", "it" is that file: for the next sentence, and in a session that is gone on with."""
    (home / "work" / "a.txt").write_text("a")
    (home / "work" / "b.txt").write_text("b")
    newest = (Call("files.find", {"name": "b.txt"}), Call("files.read", {"last": "2"}))
    shell = make(*newest)
    assert shell.say("open the newest one").status == "done"
    assert shell.previous == (Call("files.read", {"path": "b.txt", "last": "2"}),)
    assert shell.store.previous(shell.session, shell.cwd)[0] == shell.previous
    counted = make(Call("files.find", {"kind": "file"}), Call("rows.count", {}))
    assert counted.say("how many files").status == "done"
    assert counted.store.previous(counted.session, counted.cwd)[0] == (Call("files.find", {"kind": "file"}),)
    both = make(Call("files.find", {"kind": "file"}), Call("files.read", {}))
    assert both.say("read them").status == "done" and len(both.previous) == 2


def test_history_by_folder_and_outcome(nlsh: Callable[..., Said], home: Path) -> None:
    (home / "work" / "100%").mkdir()
    for folder, said in (
        ("work", "what time is it"),
        ("work/100%", "what is here"),
        ("Documents", "read nothing.txt"),
    ):
        nlsh("-c", said, cwd=home / folder)

    def found(*options: str, cwd: str = "work") -> list[str]:
        return [row["said"] for row in nlsh("history", *options, "--json", cwd=home / cwd).json]

    assert found() == ["what time is it", "what is here", "read nothing.txt"]
    assert found("--here") == ["what time is it", "what is here"]
    assert found("--here", cwd="work/100%") == ["what is here"]
    assert found("--status", "failed") == ["read nothing.txt"]
    assert found("--here", "--status", "failed") == [] and found("--here", "--find", "time") == [
        "what time is it"
    ]
    assert nlsh("history", "--status", "odd").code == 2
