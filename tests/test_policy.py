"""The verdicts of policy, which is pure: effects in, decision out."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlsh import allowances
from nlsh.agent.guard import spoken_of
from nlsh.agent.turns import Shell
from nlsh.changes import Change
from nlsh.errors import UsageError
from nlsh.policy import Rules, decide
from nlsh.protected import is_within
from nlsh.turn import Call, Effects, Scene, Target, Turn

HOME = "/home/anna"
RULES = Rules(
    home=HOME,
    own=(f"{HOME}/.local/state/nlsh",),
    uid=1000,
    user="anna",
    path_folders=(f"{HOME}/tools",),
    mounts=("/", "/mnt/usb"),
)
SCENE = Scene(f"{HOME}/work", HOME, 0.0)


def changing(*changes: Change, deletes: tuple[str, ...] = ()) -> Effects:
    return Effects(changes=changes, deletes=deletes)


@pytest.mark.parametrize(
    ("effects", "verdict", "rule"),
    [
        (Effects(reads=(f"{HOME}/work",)), "allow", "free"),
        (Effects(reads=(f"{HOME}/.ssh/id_rsa",)), "deny", "secrets"),
        (Effects(reads=("/etc/shadow",)), "deny", "secrets"),
        (Effects(reads=("/proc/1/environ",)), "deny", "secrets"),
        (Effects(reads=(f"{HOME}/.local/state/nlsh/nlsh.db",)), "deny", "own-state"),
        (changing(Change("create", f"{HOME}/work/x")), "allow", "free"),
        (changing(Change("create", "/srv/x")), "deny", "outside"),
        (changing(Change("create", "/etc/x")), "deny", "system"),
        (changing(Change("replace", f"{HOME}/work/x")), "ask", "overwrite"),
        (changing(Change("trash", f"{HOME}/work/x", to="/t"), deletes=(f"{HOME}/work/x",)), "ask", "delete"),
        (changing(Change("trash", HOME, to="/t"), deletes=(HOME,)), "deny", "protected"),
        (changing(Change("trash", f"{HOME}/work", to="/t"), deletes=(f"{HOME}/work",)), "deny", "protected"),
        (changing(Change("trash", "/mnt/usb", to="/t"), deletes=("/mnt/usb",)), "deny", "protected"),
        (
            changing(Change("trash", f"{HOME}/.local", to="/t"), deletes=(f"{HOME}/.local",)),
            "deny",
            "own-state",
        ),
        (changing(Change("move", f"{HOME}/a", to=f"{HOME}/b"), deletes=(f"{HOME}/a",)), "ask", "move"),
        (changing(Change("chmod", f"{HOME}/a", mode=1, old=2)), "allow", "free"),
        (changing(*(Change("chmod", f"{HOME}/{n}", mode=1, old=2) for n in range(3))), "ask", "permissions"),
        (changing(Change("append", f"{HOME}/.bashrc")), "ask", "startup"),
        (changing(Change("create", f"{HOME}/tools/x")), "ask", "startup"),
        (changing(Change("create", f"{HOME}/work/.git/hooks/pre-push")), "ask", "startup"),
        (Effects(signals=(Target(500, 0, "x", "anna"),)), "ask", "signal"),
        (Effects(signals=(Target(1, 0, "init", "anna"),)), "deny", "pid-1"),
        (Effects(signals=(Target(500, 0, "x", "bob"),)), "deny", "others"),
        (Effects(command="ls", reads=(SCENE.cwd,), writes=(SCENE.cwd,)), "ask", "external"),
    ],
)
def test_verdicts(effects: Effects, verdict: str, rule: str) -> None:
    decision = decide(effects, SCENE, RULES)
    assert (decision.verdict, decision.rule) == (verdict, rule) and decision.reason


def test_commands_are_refused_where_the_current_folder_holds_home() -> None:
    for cwd in (HOME, "/home", "/", "/etc", f"{HOME}/.ssh"):
        assert decide(Effects(command="ls"), Scene(cwd, HOME, 0.0), RULES).verdict == "deny"


def test_commands_can_be_switched_off() -> None:
    from dataclasses import replace

    assert decide(Effects(command="ls"), SCENE, replace(RULES, external_commands="deny")).verdict == "deny"
    assert decide(Effects(command="ls"), SCENE, replace(RULES, external_as_root="deny")).verdict == "ask"
    assert (
        decide(Effects(command="ls"), SCENE, replace(RULES, external_as_root="deny", uid=0)).verdict == "deny"
    )


paths = st.lists(
    st.sampled_from(["a", "b", "etc", "home", "anna", "work", ".ssh"]), min_size=1, max_size=5
).map(lambda p: "/" + "/".join(p))


@given(paths)
def test_nothing_outside_is_ever_written(path: str) -> None:
    decision = decide(changing(Change("create", path)), SCENE, RULES)
    if not is_within(path, HOME):
        assert decision.verdict == "deny"


@given(paths, paths)
def test_within_is_a_matter_of_whole_names(a: str, b: str) -> None:
    assert is_within(a, b) == (a.split("/")[: len(b.split("/"))] == b.split("/"))


def test_what_is_allowed_for_good_is_no_more_than_was_asked(
    make: Callable[..., Shell], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer "always" holds for this tool below this folder, is kept, and can be taken back."""
    rules = Rules(str(home), (str(home / ".config"),), uid=os.getuid(), user="me")
    config, kept = home / ".config" / "nlsh", []
    for name in ("Downloads/a.tmp", "Downloads/b.tmp", "Documents/c.tmp", "Downloads/.bashrc"):
        (home / name).write_text("x")

    def say(path: str, sentence: str, answer: bool | str | None) -> Turn:
        asked = (lambda preview: kept.append(preview.always) or answer) if answer is not None else None
        shell = make(Call("files.delete", {"path": str(home / path)}), confirm=asked)
        shell.rules = lambda cwd: replace(rules, allowed=allowances.load(config))
        shell.allow = lambda one: allowances.save(config, (*allowances.load(config), one))
        return shell.say(sentence)

    assert say("Downloads/a.tmp", "delete a.tmp", "always").status == "done"
    assert kept == [f"files.delete below {home / 'Downloads'}"]
    assert say("Downloads/b.tmp", "delete b.tmp", None).status == "done", "it sticks"
    assert say("Documents/c.tmp", "delete c.tmp", None).status == "needs_confirmation", "another folder"
    (home / "Downloads" / "b.tmp").write_text("x")
    assert say("Downloads/b.tmp", "look at b.tmp", None).status == "needs_confirmation", (
        "nobody spoke of deleting"
    )
    assert say("Downloads", "delete downloads", True).status in ("done", "refused") and kept[-1] == "", (
        "not for the home"
    )
    allowances.save(config, ())
    assert allowances.load(config) == ()
    (config / "allowed.toml").write_text("[[allow]]\ntool = 3")
    with pytest.raises(UsageError):
        allowances.load(config)


def test_an_allowed_command_is_that_command_in_that_folder() -> None:
    rules = Rules(
        "/home/me", (), allowed=(allowances.Allowance("shell.run", "/home/me/p", "make test"),), uid=1000
    )
    scene = Scene("/home/me/p", "/home/me", 0.0)

    def verdict(command: str, cwd: str = "/home/me/p") -> str:
        return decide(Effects(command=command), replace(scene, cwd=cwd), rules, "shell.run").verdict

    assert verdict("make test") == "allow"
    assert verdict("make test; rm -rf .") == verdict("make") == verdict("make test", "/home/me/q") == "ask"
    assert verdict("make test", "/home/me") == "deny", "what is never done is not allowed for good"


@pytest.mark.parametrize(
    ("text", "backed"),
    [
        ("delete a.txt", True), ("could you please delete a.txt?", True), ("which process uses port 80, kill it", True),
        ("what is on port 80? kill it", True), ("can a.txt go", True), ("把a.txt删了吧", True), ("所有的日志都删掉", True),
        ("which of them can go", False), ("should i delete a.txt", False), ("is it safe to delete them?", False), ("do i need to kill it", False),
        ("why was a.txt deleted", False), ("how do i delete a.txt", False), ("这些要不要删", False), ("哪些可以删", False), ("look at a.txt", False),
        ("don't delete a.txt", False), ("please do not remove it", False), ("i can't delete a.txt, who holds it", False), ("不要删a.txt", False),
        ("别把a.txt删了", False), ("a.txt删不掉", False), ("i can't close firefox, kill it", True), ("i don't need a.txt any more", True), ("a.txt不要了，删掉", True),
    ],
)  # fmt: skip
def test_a_question_is_no_order(text: str, backed: bool) -> None:
    assert spoken_of(text, (Call("files.delete", {}),)) is backed
    assert spoken_of(text, (Call("files.list", {}),))


@pytest.mark.parametrize(
    ("text", "backed"),
    [
        ("don't move a.txt to old", False), ("please do not rename it", False), ("never copy a.txt", False), ("不要移动a.txt", False), ("别改名", False),
        ("move a.txt to old", True), ("don't forget to copy a.txt", True), ("don't ask, move a.txt to old", True), ("别忘了移动a.txt", True),
    ],
)  # fmt: skip
def test_what_is_forbidden_is_not_done(text: str, backed: bool) -> None:
    assert spoken_of(text, (Call("files.move", {"path": "a.txt", "to": "old"}),)) is backed


@pytest.mark.parametrize(
    ("text", "calls", "backed"),
    [
        ("delete old files in Downloads", (Call("files.find", {"under": "Downloads"}), Call("files.delete", {})), False),
        ("delete files older than a year", (Call("files.find", {"older": "a year"}), Call("files.delete", {})), True),
        ("delete the empty ones", (Call("session.last", {}), Call("files.delete", {})), False),
        ("delete the duplicates", (Call("files.find", {}), Call("files.delete", {})), False),
        ("删掉旧的文件", (Call("files.list", {}), Call("files.delete", {})), False),
        ("删掉大于1G的文件", (Call("files.find", {"larger": "1G"}), Call("files.delete", {})), True),
        ("move the big ones to x", (Call("session.last", {}), Call("files.move", {"to": "x"})), False),
        ("delete the old file a.txt", (Call("files.delete", {"path": "a.txt"}),), True),
        ("delete old_stuff", (Call("files.find", {"name": "old_stuff"}), Call("files.delete", {})), True),
        ("is notes.txt readable by everyone", (Call("files.permissions", {"path": "notes.txt", "change": "public"}),), False),
        ("what if i delete them all", (Call("session.last", {}), Call("files.delete", {})), False),
        ("is it ok to delete them", (Call("session.last", {}), Call("files.delete", {})), False),
        ("is it possible to move a.txt to b", (Call("files.move", {"path": "a.txt", "to": "b"}),), True),
    ],
)  # fmt: skip
def test_a_lost_condition_or_a_question_is_no_order(text: str, calls: tuple[Call, ...], backed: bool) -> None:
    assert spoken_of(text, calls) is backed


def test_a_name_is_no_order() -> None:
    def backed(text: str, name: str, *more: Call) -> bool:
        return spoken_of(text, (Call("files.find", {"name": name}), *more, Call("files.delete", {})))

    assert not backed("find lose_*.deb", "lose_*.deb") and not backed("find kill.txt", "kill.txt")
    assert (
        backed("delete kill.txt", "kill.txt")
        and backed("delete e", "e")
        and backed("delete delete", "delete")
    )
    assert backed(
        "keep only the newest of backup*",
        "backup*",
        Call("rows.sort", {"order": "newest"}),
        Call("rows.skip", {}),
    )
    assert not backed("keep backup*", "backup*")
