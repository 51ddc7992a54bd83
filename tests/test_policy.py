"""The verdicts of policy, which is pure: effects in, decision out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlsh.changes import Change
from nlsh.policy import Rules, decide
from nlsh.protected import is_within
from nlsh.turn import Effects, Scene, Target

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
