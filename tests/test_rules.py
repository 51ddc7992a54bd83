"""What people write in rule files, and how command lines are read for the programs that they run."""

import http.server
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nlsh import rulebook
from nlsh.agent.turns import Shell
from nlsh.changes import Change
from nlsh.commandline import programs
from nlsh.errors import UsageError
from nlsh.policy import Rules, decide
from nlsh.projects import PROJECT_FILE
from nlsh.rulebook import Rule, Tier
from nlsh.turn import Call, Effects, Scene, Status
from tests.conftest import Said

HOME = "/home/anna"
SCENE = Scene(f"{HOME}/work", HOME, 0.0)
BASE = Rules(home=HOME, own=(f"{HOME}/.local/state/nlsh",), uid=1000, user="anna")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("rm -rf build", "rm"),
        ("/usr/bin/sudo rm x", "sudo rm"),
        ("env X=1 rm -rf y", "env rm"),
        ("echo $(curl http://h/x)", "echo curl"),
        ("echo `curl http://h/x`", "echo curl"),
        ("ls | xargs -n 1 rm", "ls xargs rm"),
        ("find . -name '*.o' -exec rm {} \\;", "find rm"),
        ("find . -exec grep x {} + -exec sh -c 'rm $1' _ {} \\;", "find grep sh rm"),
        ("bash -lc \"make && git push\"", "bash make git"),
        ("FOO=1 make test > out.txt 2>&1", "make"),
        ("r'm' -rf x", "rm"),
        ("\\rm x", "rm"),
        ("timeout -k 3 5 rm x", "timeout rm"),
        ("if true; then rm x; fi", "true rm"),
        ("case x in a) rm z;; esac", "rm"),
        ("while read l; do rm $l; done < f", "read rm"),
        ("f() { rm x; }; f", "rm"),
        ("cat <(curl x)", "cat curl"),
        ("(cd x && make) &", "cd make"),
        ("{ rm x; }", "rm"),
        ("X=$(rm y)", "rm"),
        ("eval rm x", "eval rm"),
        ("nohup setsid timeout 3 env A=b rm -rf /", "nohup setsid timeout env rm"),
        ("sudo -u bob -- ls", "sudo ls"),
    ],
)  # fmt: skip
def test_programs_of_a_line(line: str, names: str) -> None:
    found = programs(line)
    assert " ".join(found.names) == names
    assert not found.opaque


@pytest.mark.parametrize(
    "line",
    ["$TOOL x", "r$X y", "eval \"$x\"", "curl h | sh", "echo 'open", ". ./x.sh", "/bin/r? x", "cat <<E | sh\nrm\nE", "env -S 'rm x'", "su bob",
     "$'rm' x", "bash -c \"$x\""],
)  # fmt: skip
def test_what_cannot_be_told_is_said_to_be_so(line: str) -> None:
    assert programs(line).opaque


def tier(name: rulebook.TierName, *rules: Rule) -> Tier:
    return Tier(name, f"/{name}.toml", rules)


DELETE = Effects(
    changes=(Change("trash", f"{HOME}/work/x", to="/t"),),
    deletes=(f"{HOME}/work/x",),
    reads=(f"{HOME}/work",),
)
PUSH = Effects(command="git push origin", writes=(f"{HOME}/work",))
ALLOW_DELETE = Rule("allow", tool="files.delete", path=f"{HOME}/work")
DENY_DELETE = Rule("deny", tool="files.*", path=f"{HOME}/work/x")
OVER = (Change("replace", f"{HOME}/work/page.html"),)
FETCH = Effects(contacts=("api.example.org",), brokered=(("web", '{"what": "get"}'),))


@pytest.mark.parametrize(
    ("effects", "tool", "tiers", "verdict", "rule"),
    [
        (DELETE, "files.delete", (), "ask", "delete"),
        (DELETE, "files.delete", (tier("user", ALLOW_DELETE),), "allow", "user 1"),
        (DELETE, "files.delete", (tier("system", DENY_DELETE), tier("user", ALLOW_DELETE)), "deny", "system 1"),
        (DELETE, "files.delete", (tier("user", ALLOW_DELETE), tier("project", DENY_DELETE)), "deny", "project 1"),
        (DELETE, "files.delete", (tier("system", Rule("ask", tool="*")), tier("user", ALLOW_DELETE)), "ask", "system 1"),
        (DELETE, "files.delete", (tier("user", ALLOW_DELETE, DENY_DELETE),), "allow", "user 1"),  # the first one that fits
        (DELETE, "files.delete", (tier("user", Rule("allow", path=f"{HOME}/other")),), "ask", "delete"),
        (replace(DELETE, deletes=(HOME,), changes=(Change("trash", HOME, to="/t"),)), "files.delete", (tier("user", Rule("allow", tool="*")),),
         "deny", "protected"),
        # what holds the forbidden path must not go either
        (replace(DELETE, deletes=(f"{HOME}/work/a",), changes=(Change("trash", f"{HOME}/work/a", to="/t"),)), "files.delete",
         (tier("user", Rule("deny", path=f"{HOME}/work/a/b")),), "deny", "user 1"),
        (Effects(reads=(f"{HOME}/diary",)), "files.read", (tier("user", Rule("deny", reads=f"{HOME}/diary")),), "deny", "user 1"),
        (Effects(reads=(f"{HOME}/diary",)), "files.read", (tier("user", Rule("ask", tool="files.read")),), "ask", "user 1"),
        (PUSH, "shell.run", (tier("user", Rule("deny", command=("git", "push"))),), "deny", "user 1"),
        (PUSH, "shell.run", (tier("user", Rule("allow", command=("git",))),), "allow", "user 1"),
        (replace(PUSH, command="git push && make"), "shell.run", (tier("user", Rule("allow", command=("git",))),), "ask", "external"),
        (replace(PUSH, command="git push && make"), "shell.run",
         (tier("user", Rule("allow", command=("git",)), Rule("allow", command=("make",))),), "allow", "user 1"),
        (replace(PUSH, command="git fetch $(cat f | sh)"), "shell.run",
         (tier("user", *(Rule("allow", command=(name,)) for name in ("git", "cat", "sh"))),), "ask", "external"),
        (replace(PUSH, command="make; sh -c 'git push'"), "shell.run", (tier("user", Rule("deny", command=("git", "push"))),), "deny", "user 1"),
        (Effects(later="sh -c 'git push'", changes=(Change("broker", "the crontab", text="{}"),)), "processes.schedule_add",
         (tier("user", Rule("deny", command=("git", "push"))),), "deny", "user 1"),
        (Effects(later="git push", changes=(Change("broker", "the crontab", text="{}"),)), "processes.schedule_add",
         (tier("user", Rule("allow", command=("git", "push"))),), "ask", "system"),
        (replace(PUSH, command="sudo make"), "shell.run", (tier("user", Rule("allow", command=("*",))),), "deny", "privilege"),
        # a rule that does not fit the folder hides no later one
        (PUSH, "shell.run", (tier("user", Rule("allow", command=("git",), path=f"{HOME}/other"), Rule("deny", command=("git", "push"))),),
         "deny", "user 2"),
        # a command could change whatever lies below the folder in which it runs
        (PUSH, "shell.run", (tier("user", Rule("deny", path=f"{HOME}/work/notes")),), "deny", "user 1"),
        (PUSH, "shell.run", (tier("user", Rule("allow", path=f"{HOME}/work", command=("git",))),), "allow", "user 1"),
        # no folder is an allowance to run whatever is said there
        (PUSH, "shell.run", (tier("user", Rule("allow", path=f"{HOME}/work")),), "ask", "external"),
        (PUSH, "shell.run", (tier("user", Rule("allow", path=f"{HOME}/work", tool="*")),), "ask", "external"),
        (replace(PUSH, command="> notes"), "shell.run", (tier("user", Rule("allow", path=f"{HOME}/work")),), "ask", "external"),
        (PUSH, "shell.run", (tier("user", Rule("allow", path=f"{HOME}/work", tool="shell.*")),), "allow", "user 1"),
        (replace(PUSH, command="$TOOL x"), "shell.run", (tier("user", Rule("deny", tool="shell.*")),), "deny", "user 1"),
        (replace(PUSH, command="> notes"), "shell.run", (tier("user", Rule("ask", tool="shell.*", reason="look")),), "ask", "user 1"),
        # a host that is let in answers no question about a file
        (replace(FETCH, changes=OVER), "network.fetch", (tier("user", Rule("allow", host="api.example.org")),), "ask", "overwrite"),
        (replace(FETCH, changes=OVER), "network.fetch", (tier("user", Rule("ask", host="api.example.org")),), "ask", "user 1"),
        (FETCH, "network.fetch", (), "deny", "network"),
        (FETCH, "network.fetch", (tier("user", Rule("allow", host="*.example.org")),), "allow", "user 1"),
        (FETCH, "network.fetch", (tier("user", Rule("ask", host="*.example.org")),), "ask", "user 1"),
        (FETCH, "network.fetch", (tier("user", Rule("allow", tool="network.fetch")),), "deny", "network"),
        (FETCH, "network.fetch", (tier("system", Rule("deny", host="*")), tier("user", Rule("allow", host="api.example.org"))), "deny", "system 1"),
    ],
)  # fmt: skip
def test_tiers(effects: Effects, tool: str, tiers: tuple[Tier, ...], verdict: str, rule: str) -> None:
    decision = decide(effects, SCENE, replace(BASE, tiers=tiers), tool)
    assert (decision.verdict, decision.rule) == (verdict, rule)


def test_a_task_file_that_names_its_hosts_is_not_given_more_by_a_rule() -> None:
    rules = replace(BASE, tiers=(tier("user", Rule("allow", host="*")),), only_hosts=("other.example.org",))
    assert decide(FETCH, SCENE, rules, "network.fetch").verdict == "deny"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rule]]\nverdict = 'maybe'\ntool = 'x'", 'the verdict is "allow", "ask" or "deny"'),
        ("[[rule]]\nverdict = 'deny'", "would fit everything"),
        ("[[rule]]\nverdict = 'deny'\ntools = 'x'", "there is no 'tools'"),
        ("[[rule]]\nverdict = 'deny'\ntool = 3", "'tool' has a value of the wrong kind"),
        ("[[rule]]\nverdict = 'allow'\ntool = 'x'\nnetwork = true", "network is for a command"),
        ("rule = 3", "'rule' is not a list"),
        ("hosts = []", "there is no 'hosts'"),
        ("[[rule]", "at line 1"),
    ],
)
def test_bad_rules_are_named(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        rulebook.parse(text, "policy.toml", HOME, HOME)


def test_a_file_that_others_may_write_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("[[rule]]\nverdict = 'allow'\ntool = '*'")
    file.chmod(0o666)
    with pytest.raises(UsageError, match="somebody else"):
        rulebook.load(tmp_path, str(tmp_path), HOME, None)


def test_the_example_is_valid() -> None:
    text = "\n".join(
        line.removeprefix("# ") if line.startswith(("# [[", "# verdict", "# tool", "# path", "# reason =", "# command =", "# network")) else ""
        for line in rulebook.DEFAULT_TEXT.splitlines()
    )  # fmt: skip
    assert [rule.verdict for rule in rulebook.parse(text, "policy.toml", HOME, HOME)] == ["deny", "allow"]


@pytest.fixture
def project(home: Path) -> Path:
    """A policy file of a project in the folder where the command runs."""
    file = home / "work" / PROJECT_FILE
    file.parent.mkdir(parents=True)
    file.write_text("[[rule]]\nverdict = 'deny'\ncommand = 'git push'\nreason = 'CI pushes'\n")
    return file


def test_a_projects_rules_count_once_they_are_trusted_and_unchanged(
    nlsh: Callable[..., Said], project: Path
) -> None:
    before = nlsh("policy", "test", "git push", "--json")
    assert (before.json[0]["verdict"], "ignored until you trust it" in before.err) == ("ask", True)
    assert "CI pushes" in nlsh("policy", "trust").out
    after = nlsh("policy", "test", "env A=1 git push origin", "--json")
    assert (after.json[0]["verdict"], after.json[0]["reason"], after.json[0]["runs"]) == (
        "deny",
        "CI pushes",
        "env, git",
    )
    project.write_text(project.read_text().replace("deny", "allow"))
    assert nlsh("policy", "test", "git push", "--json").json[0]["rule"] == "external"


def test_rules_for_one_start(nlsh: Callable[..., Said], home: Path) -> None:
    (home / "work" / "more.toml").write_text(
        "[[rule]]\nverdict = 'deny'\ntool = 'files.list'\nreason = 'not today'\n"
    )
    said = nlsh("-c", "list the files", "--policy", "more.toml")
    assert (said.code, "not today" in said.err) == (5, True)
    assert nlsh("-c", "list the files", "--policy", "none.toml").code == 2


@pytest.fixture
def server() -> Iterator[int]:
    """A server on this machine that answers every page."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"the page")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving.server_port
        serving.shutdown()


ASK = "python3 -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1:{}/', timeout=5).read())\""


def with_rules(shell: Shell, *rules: Rule) -> Shell:
    before = shell.rules
    shell.rules = lambda cwd: replace(before(cwd), tiers=(Tier("user", "policy.toml", rules),))
    return shell


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ((), "failed"),
        ((Rule("allow", command=("python3",)),), "failed"),
        ((Rule("allow", command=("python3",), network=True),), "done"),
    ],
)
def test_a_rule_may_give_a_command_the_network(
    make: Callable[..., Shell], home: Path, server: int, rules: tuple[Rule, ...], status: Status
) -> None:
    shell = with_rules(make(Call("shell.run", {"command": ASK.format(server)}), yes=True), *rules)
    turn = shell.say("run the script")
    assert turn.status == status, turn.error
    text = turn.steps[0].result.text if turn.steps[0].result else ""
    assert ("the page" in (text or "")) == (status == "done")
    assert ("with the network" in turn.preview) == bool(rules and rules[0].network)


def test_what_may_not_be_read_is_hidden_in_the_folder_that_holds_it(
    make: Callable[..., Shell], home: Path
) -> None:
    secret = home / "work" / "diary"
    secret.mkdir()
    (secret / "monday.txt").write_text("dear diary")
    (home / "work" / "list.txt").write_text("dear milk")
    shell = with_rules(make(Call("files.search", {"text": "dear"})), Rule("deny", reads=str(secret)))
    turn = shell.say("search for dear")
    assert turn.steps[0].result is not None
    assert [os.path.basename(row["path"]) for row in turn.steps[0].result.rows or []] == ["list.txt"]
    assert (
        with_rules(make(Call("files.read", {"path": "diary/monday.txt"})), Rule("deny", reads=str(secret)))
        .say("read it")
        .status
        == "refused"
    )


def test_a_rule_may_ask_before_anything_is_read(make: Callable[..., Shell], home: Path) -> None:
    (home / "work" / "a.txt").write_text("a")
    turn = with_rules(make(Call("files.read", {"path": "a.txt"})), Rule("ask", tool="files.read")).say(
        "read a.txt"
    )
    assert turn.status == "needs_confirmation"
