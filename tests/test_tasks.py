"""Task files: how they are read, compiled, carried out and gone on with."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlsh.agent.turns import Shell
from nlsh.errors import NlshError, NotUnderstood, UsageError
from nlsh.memory.runs import Runs
from nlsh.policy import Rules
from nlsh.tasks import lock
from nlsh.tasks.conditions import FORMS, read_condition
from nlsh.tasks.lanes import in_lanes
from nlsh.tasks.limits import alone, narrowed
from nlsh.tasks.lock import Compiled
from nlsh.tasks.parse import KEYS, TOP, parse
from nlsh.tasks.running import Runner
from nlsh.tasks.variables import filled, names_in, secrets_for, values_for
from nlsh.turn import Act, Call, Nothing, Plan, Utterance
from tests.conftest import Said, sleepers

CLEAN = """#!/usr/bin/env -S nlsh run
---
description: Weekly clean-up
vars:
  folder: docs
  limit: {type: size, default: 1 MB, max: 1 GB}
allow:
  tools: ["files.*", "rows.*"]
schedule: every friday at 17:00
---
# Clean-up

What this is about.

## Find
files in {{folder}} over {{limit}}
save: big
expect: count >= 1

## Delete
- delete the tmp files in {{folder}}
- if: files matching "*.tmp" in {{folder}}
- expect: no files matching "*.tmp" in {{folder}}
- on error: undo

Prose after a blank line is a remark.

## 每一个
看看 {{one}}
for each: one in big
retry: 3 times every 2 seconds
timeout: 2 minutes
"""


class Says:
    """A planner that knows some sentences by heart."""

    def __init__(self, plans: dict[str, Sequence[Call]], confidence: float = 1.0) -> None:
        self.plans, self.confidence, self.asked = plans, confidence, 0

    def threshold(self, calls: Sequence[Call]) -> float:
        return 0.5

    def plan(self, utterance: Utterance, previous: Sequence[Call], kind: str) -> Plan:
        self.asked += 1
        calls = tuple(self.plans.get(utterance.text, ()))
        return Plan(Act(calls) if calls else Nothing(), self.confidence)


def test_a_file_is_read_as_it_is_written() -> None:
    file = parse(CLEAN.replace("- delete", "delete"), "clean.md")
    assert [step.title for step in file.steps] == ["Find", "Delete", "每一个"]
    assert file.description == "Weekly clean-up" and file.schedule == "every friday at 17:00"
    find, delete, each = file.steps
    assert (find.sentence, find.line, find.save) == ("files in {{folder}} over {{limit}}", 16, "big")
    assert [c.text for c in delete.expects] == ['no files matching "*.tmp" in {{folder}}']
    assert delete.condition is not None and delete.on_error == "undo"
    assert each.each == ("one", "big") and each.retries == 3
    assert (each.pause_seconds, each.timeout_seconds) == (2.0, 120.0)
    plain = parse("# remark\nlist files\n\n  disk space  \n", "x.txt")
    assert [(s.sentence, s.line) for s in plain.steps] == [("list files", 2), ("disk space", 4)]
    assert parse("", "x.txt").steps == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nvars:\n  a: [1\n---\n", "x:3:8: the front matter is no YAML"), ("---\nvars:\n", "x:1:1: the front matter has no end"),
        ("---\nvarz: 1\n---\n", "x:2:1: there is no key 'varz'"), ("## A\n", "x:1:1: the step 'A' has no sentence"),
        ("## A\nlist files\nexpectt: rows\n", "x:3:1: there is no key 'expectt'"), ("## A\nlist files\n- retry: many\n", "x:3:9: retry: 'many'"),
        ("## A\nlist files\nexpect: it is nice\n", "x:3:8: expect: 'it is nice' is no condition"),
        ("## A\nlist files\nsave: a\nsave: b\n", "x:4:1: 'save' is there twice"), ("## A\nlist {{b}}\n", "x:2:6: there is no variable 'b'"),
        ("## A\nlist {{b c}}\n", "x:2:6: a double brace opens no name"), ("## A\nlist files\nfor each: f in x\n", "x:2:1: nothing was saved as 'x'"),
        ("---\nvars: {a: {type: colour}}\n---\nlist\n", "there is no type 'colour'"), ("---\nvars: {n: {type: number, default: 5, max: 3}}\n---\n", "out of bounds"),
        ("---\nallow: {tools: all}\n---\n", "'allow: tools' is not a list"), ("---\n- a\n---\n", "is not a list of keys"),
        ("## A\nlist files\ntimeout: soon\n", "x:3:9: timeout:"), ("## A\nlist files\nsave:\n", "x:3:6: save: a value is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text, "x")
    assert said in caught.value.message


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        parse(text, "x")
    except UsageError as error:
        assert error.message.startswith("x:")


@given(
    st.dictionaries(st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True), st.text(max_size=20), min_size=1)
)
def test_values_are_data_and_not_read_again(values: dict[str, str]) -> None:
    text = " and ".join("{{ " + name + " }}" for name in values)
    assert names_in(text) == list(values)
    assert filled(text, values) == " and ".join(values.values())


def test_variables_have_types_bounds_and_choices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    text = f"""---
vars:
  days: {{type: number, default: 30, min: 1, max: 365}}
  what: {{choices: [pdfs, images]}}
  key: {{secret: "file:{tmp_path}/key"}}
  token: {{type: secret, env: TASK_TOKEN}}
  many: {{type: int, default: 3}}
---
list files
"""
    variables = parse(text, "x").variables
    assert values_for(variables, {"what": "pdfs"})["days"] == "30"
    assert set(values_for(variables, {"what": "pdfs"})) >= {"days", "what", "today", "now", "host"}
    for wrong in (
        {"what": "songs"},
        {"what": "pdfs", "days": "0"},
        {"what": "pdfs", "days": "x"},
        {},
        {"nope": "1"},
    ):
        with pytest.raises(UsageError):
            values_for(variables, wrong)
    with pytest.raises(NlshError, match="token"):
        secrets_for(variables)
    monkeypatch.setenv("TASK_TOKEN", "abc")
    assert secrets_for(variables) == {"key": "s3cret", "token": "abc"}


def test_every_form_of_a_condition_is_one_that_is_read() -> None:
    examples = {"GLOB": "*.tmp", "FOLDER": "docs", "PATH": "a b.txt", "TEXT": "x", "NUMBER": "3", "SIZE": "1 GB", "OP": ">=", "NAME": "cron", "TIME": "3 days"}  # fmt: skip
    for form in FORMS:
        plain = re.sub(r"\[([^|\]]*)(\|[^\]]*)?\]", r"\1", form)  # of each pair of brackets the first choice
        for said in plain.split(" | "):
            for word, example in examples.items():
                said = said.replace(word, example)
            said = re.sub(r"\bN\b", "2", said).replace("3 or 1 GB or 3 days", "1 GB")
            assert read_condition(said).text == " ".join(said.split())


def compile_plain(
    text: str, plans: dict[str, Sequence[Call]], **options: Any
) -> tuple[Any, list[Compiled], Says]:
    file, planner = parse(text, "x.md"), Says(plans, options.pop("confidence", 1.0))
    return (
        file,
        lock.compiled(file, lambda: planner, options.pop("known", {}), "/", time.time(), None),
        planner,
    )


def test_compiling_makes_holes_and_only_what_changed_is_planned_again(tmp_path: Path) -> None:
    text = "---\nvars: {folder: docs, limit: 1 MB}\n---\n## A\nfiles in {{folder}} over {{limit}}\n## B\ndisk space\n"
    find = Call("files.find", {"under": "docs", "kind": "file", "larger": "1 MB"})
    plans = {
        "files in docs over 1 MB": [find],
        "disk space": [Call("devices.disks", {})],
        "free memory": [Call("memory.usage", {})],
    }
    file, steps, planner = compile_plain(text, plans)
    assert steps[0].calls == (
        Call("files.find", {"under": "{{folder}}", "kind": "file", "larger": "{{limit}}"}),
    )
    lock.check_places(file, steps)
    path = tmp_path / "x.md"
    lock.lock_path(path).write_text(lock.dumped(file, steps, "m"), "utf-8")
    known, model = lock.load(path)
    assert model == "m" and [known[s.depends].calls for s in steps] == [s.calls for s in steps]
    assert lock.frozen(file, known)[1].calls == steps[1].calls
    assert lock.dumped(file, lock.frozen(file, known), "m") == lock.lock_path(path).read_text("utf-8")
    changed = text.replace("disk space", "free memory")
    file, steps, planner = compile_plain(changed, plans, known=known)
    assert planner.asked == 1 and steps[1].calls[0].tool == "memory.usage"
    with pytest.raises(UsageError, match=r"x\.md:7:1: the lock does not hold this step: B"):
        lock.frozen(file, known)
    lock.lock_path(path).write_text("{}")
    with pytest.raises(UsageError, match="damaged"):
        lock.load(path)


def test_a_sentence_without_a_sure_reading_is_named_with_its_line() -> None:
    with pytest.raises(NotUnderstood, match=r"x\.md:2:1: "):
        compile_plain("## A\nsing a song\n", {})
    with pytest.raises(NotUnderstood, match=r"x\.md:2:1: I am not sure"):
        compile_plain("## A\ndisk space\n", {"disk space": [Call("devices.disks", {})]}, confidence=0.2)
    file, steps, _ = compile_plain(
        "---\nvars: {x: docs}\n---\n## A\nlist {{x}}\n", {"list docs": [Call("files.list", {})]}
    )
    with pytest.raises(UsageError, match=r"x\.md:5:6: the plan of this step has no place for \{\{x\}\}"):
        lock.check_places(file, steps)


@pytest.fixture
def work(home: Path) -> Path:
    return home / "work"


@pytest.fixture
def carry_out(make: Callable[..., Shell], work: Path) -> Callable[..., Runner]:
    """A runner of a file whose sentences are known by heart; it has run when it comes back."""

    def start(
        text: str, plans: dict[str, Sequence[Call]], given: dict[str, str] | None = None, **options: Any
    ) -> Runner:
        file, steps, _ = compile_plain(text, plans)
        shell = make(yes=True, dry_run=options.get("rehearsal", False))
        runs = Runs(shell.store)
        run = options.pop("run", None) or runs.begin(
            "x.md", "c", values_for(file.variables, given or {}), shell.session
        )
        runner = Runner(file, list(steps), shell, runs, run, secrets_for(file.variables), **options)
        shell.store.hidden = tuple(runner.secrets.values())
        runner.code = runner.all()  # type: ignore[attr-defined]
        return runner

    return start


def states(runner: Runner) -> list[str]:
    return [outcome.state for outcome in runner.outcomes]


def test_steps_act_expect_and_hand_on(carry_out: Callable[..., Runner], work: Path) -> None:
    for name in ("a.tmp", "b.tmp", "c.txt"):
        (work / "bin").mkdir(exist_ok=True)
        (work / "bin" / name).write_text("one\ntwo\n")
    text = """---
vars: {folder: docs}
---
## Find
tmp files in {{folder}}
save: found
expect: count = 2
expect: at least 2 files matching "*.tmp" in {{folder}}
## Look
lines of {{f}}
for each: f in found
expect: value = 2
## Delete
delete tmp in {{folder}}
if: files matching "*.tmp" in {{folder}}
expect: no files matching "*.tmp" in {{folder}}
expect: {{folder}}/c.txt exists
expect: {{folder}}/c.txt contains "two"
## Files
lines of {{g}}
for each: g in files matching "c.*" in {{folder}}
expect: value = 2
## Again
delete tmp in {{folder}}
if: files matching "*.tmp" in {{folder}}
"""
    find = Call("files.find", {"under": "docs", "type": "tmp"})
    plans = {"tmp files in docs": [find], "lines of thisfile.txt": [Call("text.count", {"path": "thisfile.txt"})],
             "delete tmp in docs": [find, Call("files.delete", {})]}  # fmt: skip
    runner = carry_out(text, plans, {"folder": "bin"})
    assert runner.code == 0, runner.outcomes  # type: ignore[attr-defined]
    assert states(runner) == ["done", "done", "done", "done", "done", "skipped"]
    assert sorted(p.name for p in (work / "bin").iterdir()) == ["c.txt"]
    assert runner.runs.listed(1)[0]["state"] == "done"


def test_an_expectation_that_fails_has_its_own_code_and_can_be_undone(
    carry_out: Callable[..., Runner], work: Path
) -> None:
    (work / "a.tmp").write_text("x")
    text = "## Delete\ndelete a\nexpect: a.tmp exists\non error: undo\n## Never\ndelete a\n"
    runner = carry_out(text, {"delete a": [Call("files.delete", {"path": "a.tmp"})]})
    assert runner.code == 6  # type: ignore[attr-defined]
    assert states(runner) == ["expectation", "undone"]
    assert (work / "a.tmp").read_text() == "x"
    text = "## One\nread it\non error: continue\n## Two\nlist\n"
    plans = {"read it": [Call("files.read", {"path": "nothing.txt"})], "list": [Call("files.list", {})]}
    runner = carry_out(text, plans)
    assert states(runner) == ["failed", "done"] and runner.code == 1  # type: ignore[attr-defined]


def test_a_rehearsal_changes_nothing(carry_out: Callable[..., Runner], work: Path) -> None:
    (work / "a.tmp").write_text("x")
    text = "## Delete\ndelete a\nexpect: a.tmp does not exist\n"
    runner = carry_out(text, {"delete a": [Call("files.delete", {"path": "a.tmp"})]}, rehearsal=True)
    assert runner.code == 0 and (work / "a.tmp").exists()  # type: ignore[attr-defined]


def test_a_step_is_tried_again(carry_out: Callable[..., Runner], work: Path) -> None:
    text = '## Wait\nlist\nexpect: files matching "ready"\nretry: 40 times every 0.05 seconds\n'
    child = subprocess.Popen(["sh", "-c", "sleep 0.7; touch ready"], cwd=work)
    runner = carry_out(text, {"list": [Call("files.list", {})]})
    child.wait()
    assert runner.code == 0 and len(runner.shell.store.history(None, 100)) > 2  # type: ignore[attr-defined]


def test_a_file_is_held_to_what_it_allows_itself(
    carry_out: Callable[..., Runner], work: Path, home: Path
) -> None:
    text = "---\nallow: {tools: ['files.find']}\n---\n## A\ndelete a\n"
    (work / "a.tmp").write_text("x")
    runner = carry_out(text, {"delete a": [Call("files.delete", {"path": "a.tmp"})]})
    assert runner.code == 5 and (work / "a.tmp").exists()  # type: ignore[attr-defined]
    rules = Rules(home=str(home), own=(), hosts=("a.org", "b.org"))
    less = narrowed(rules, {"write": [str(work)], "hosts": ["a.org", "c.org"], "commands": False})
    assert less.hosts == ("a.org",) and less.only_write == (str(work),) and less.external_commands == "deny"
    assert narrowed(rules, {}) == rules


def test_secrets_reach_the_call_and_nothing_else(
    carry_out: Callable[..., Runner], work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASK_TOKEN", 'p"w-Zq4z')
    text = "---\nvars: {token: {secret: env:TASK_TOKEN}}\n---\n## A\nwrite {{token}} to out.txt\n"
    plans = {"write secret1234 to out.txt": [Call("files.write", {"path": "out.txt", "text": "secret1234"})]}
    runner = carry_out(text, plans)
    assert (work / "out.txt").read_text().strip() == 'p"w-Zq4z'
    turn = runner.outcomes[0].turn
    assert turn is not None and "Zq4z" not in repr((turn.plan, turn.answer, [s.args for s in turn.steps]))
    dump = "\n".join(
        line for line in runner.shell.store.connection.iterdump() if "journal" not in line.split("VALUES")[0]
    )
    assert "Zq4z" not in dump
    assert "Zq4z" not in json.dumps([[c.tool, c.args] for e in runner.plans if e for c in e.calls])


def test_two_runs_of_a_file_exclude_each_other(tmp_path: Path) -> None:
    with (
        alone(tmp_path / "x.md", tmp_path),
        pytest.raises(NlshError) as caught,
        alone(tmp_path / "x.md", tmp_path),
    ):
        pass
    assert caught.value.exit_code == 75
    with alone(tmp_path / "x.md", tmp_path), alone(tmp_path / "y.md", tmp_path):
        pass


def test_a_run_that_was_killed_goes_on_and_does_nothing_twice(home: Path) -> None:
    """kill -9 at random instants; in the end every line stands there exactly once."""
    work, count, r = home / "work", 24, random.Random(11)
    names = [f"line{number}" for number in range(count)]
    file = work / "many.md"
    file.write_text("".join(f"## {name}\nadd {name} to log.txt\n" for name in names))
    (work / "log.txt").write_text("")
    plans: dict[str, Sequence[Call]] = {
        f"add {name} to log.txt": [Call("files.append", {"path": "log.txt", "text": name})] for name in names
    }
    task = parse(file.read_text(), str(file))
    planner = Says(plans)
    steps = lock.compiled(task, lambda: planner, {}, str(work), time.time(), None)
    lock.lock_path(file).write_text(lock.dumped(task, steps, ""))
    environment = {**os.environ, "HOME": str(home)}
    command = [sys.executable, "-m", "nlsh", "run", str(file), "--frozen", "--yes", "--no-input"]
    for wanted in (1, 1, 3, 6, 6, 9):  # killed soon after so many lines are there
        again = ["--resume"] if _has_begun(command, work, environment) else []
        child = subprocess.Popen(
            [*command, *again],
            cwd=work,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while child.poll() is None and len((work / "log.txt").read_text().split()) < wanted:
            time.sleep(0.001)
        time.sleep(r.uniform(0, 0.012))
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL, "it had ended before it could be killed"
    done = subprocess.run([*command, "--resume"], cwd=work, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (work / "log.txt").read_text().split() == names


def _has_begun(command: list[str], work: Path, environment: dict[str, str]) -> bool:
    listed = subprocess.run(
        [*command[:3], "tasks", "--json"], cwd=work, env=environment, capture_output=True, check=False
    )
    return bool(json.loads(listed.stdout or b'{"rows": []}').get("rows"))


MANUAL = Path(__file__).parents[1] / "docs" / "tasks.md"


def test_every_example_of_the_manual_is_one_that_is_read() -> None:
    examples = re.findall(r"```task\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    assert len(examples) >= 4
    files = [parse(example, "example") for example in examples]
    keys = {
        line.split("`")[1]
        for line in MANUAL.read_text("utf-8").splitlines()
        if line.startswith("| `") and "example" not in line
    }
    assert set(KEYS) <= keys and set(TOP) <= keys, "the manual has every key"
    assert any(step.retries for file in files for step in file.steps)
    assert {step.on_error for file in files for step in file.steps} == {"stop", "undo", "continue"}
    assert any(step.parallel for file in files for step in file.steps)


EXPECTED = (0, 0, 0, 6, 0)  # no nginx runs here


@pytest.mark.parametrize("number", range(len(EXPECTED)))
def test_every_example_of_the_manual_runs(
    number: int, home: Path, nlsh: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it stands there, from its sentences, with the model that ships."""
    example = re.findall(r"```task\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)[number]
    work = home / "work"
    for path in ("data/a.csv", "documents/a.txt", "pictures/a.jpg"):
        (work / path).parent.mkdir(exist_ok=True)
        (work / path).write_text("one\ntwo\n")
    (home / "Downloads" / "old.zip").write_text("x")
    os.utime(home / "Downloads" / "old.zip", (1, 1))
    monkeypatch.setenv("API_TOKEN", "very secret")
    (work / "example.md").write_text(example)
    said = nlsh("run", "example.md", "--yes", "--json")
    assert said.code == EXPECTED[number], said.out
    if number == 0:
        assert not (home / "Downloads" / "old.zip").exists()
    if number == 1:
        assert (work / "notes.txt").read_text() == "very secret\n" and "very secret" not in said.out


def test_a_failure_that_is_passed_over_does_not_end_what_comes_after(
    carry_out: Callable[..., Runner],
) -> None:
    text = "## One\nread it\non error: continue\n## Two\nlist\n## Three\nlist\n"
    plans = {"read it": [Call("files.read", {"path": "nothing.txt"})], "list": [Call("files.list", {})]}
    runner = carry_out(text, plans)
    assert states(runner) == ["failed", "done", "done"] and runner.code == 1  # type: ignore[attr-defined]


def test_what_a_file_allows_itself_holds_for_bare_sentences_too(home: Path) -> None:
    file = home / "work" / "bare.txt"
    (home / "work" / "notes.txt").write_text("x")
    file.write_text("---\nallow: {tools: [files.find]}\n---\ndelete the file notes.txt\n")
    done = subprocess.run(
        [sys.executable, "-m", "nlsh", "run", str(file), "--yes"], cwd=home / "work", env={**os.environ, "HOME": str(home)},
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert (home / "work" / "notes.txt").exists()


def test_the_space_that_is_left_is_what_the_disk_has(carry_out: Callable[..., Runner]) -> None:
    plans = {"list": [Call("files.list", {})]}
    assert carry_out("## A\nlist\nexpect: free space on / > 1 kB\n", plans).code == 0  # type: ignore[attr-defined]
    assert carry_out("## A\nlist\nexpect: free space on / > 900 PB\n", plans).code == 6  # type: ignore[attr-defined]


def test_a_step_that_was_cut_off_between_two_calls_is_done_whole(
    make: Callable[..., Shell], carry_out: Callable[..., Runner], work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "## Both\nmake both\n"
    both = [Call("files.make_folder", {"path": "one"}), Call("files.make_folder", {"path": "two"})]
    step, reached = Shell._step, []

    def killed(shell: Shell, turn: Any, identity: int, position: int, *rest: Any) -> Any:
        reached.append(position)
        if position == 1:
            raise SystemExit  # nothing of nlsh's own catches it, as nothing catches kill -9
        return step(shell, turn, identity, position, *rest)

    monkeypatch.setattr(Shell, "_step", killed)
    with pytest.raises(SystemExit):
        carry_out(text, {"make both": both})
    assert reached == [0, 1] and (work / "one").is_dir() and not (work / "two").exists()
    monkeypatch.setattr(Shell, "_step", step)
    run = Runs(make().store).latest("x.md")
    again = carry_out(text, {"make both": both}, run=run)
    assert states(again) == ["done"] and again.code == 0  # type: ignore[attr-defined]
    assert (work / "one").is_dir() and (work / "two").is_dir()
    third = carry_out(text, {"make both": both}, run=run)
    assert third.outcomes[0].message == "was done before"


def compile_to(file: Path, text: str, plans: dict[str, Sequence[Call]]) -> None:
    """A task file with its lock."""
    file.write_text(text)
    task = parse(text, str(file))
    steps = lock.compiled(task, lambda: Says(plans), {}, str(file.parent), time.time(), None)
    lock.lock_path(file).write_text(lock.dumped(task, steps, ""))


def test_steps_that_are_marked_parallel_act_at_the_same_time() -> None:
    """Three jobs that each wait for the two others can only end when all are under way together."""
    meeting = threading.Barrier(3, timeout=20)

    @contextmanager
    def lane() -> Iterator[Shell]:
        yield cast(Shell, None)  # the jobs below need none

    found = in_lanes(
        lane, 3, "abc", lambda shell, job: (meeting.wait() >= 0, job), threading.Event(), lambda at, _: False
    )
    assert found == [(True, "a"), (True, "b"), (True, "c")]
    ended = in_lanes(lane, 1, "abc", lambda shell, job: job, threading.Event(), lambda at, job: job == "b")
    assert ended == ["a", "b", None]
    with pytest.raises(ZeroDivisionError):
        in_lanes(lane, 2, [0], lambda shell, job: 1 / job, threading.Event(), lambda at, _: False)


def test_parallel_steps_are_written_down_and_undone_like_others(home: Path) -> None:
    work, names = home / "work", [f"part{number}" for number in range(6)]
    text = "".join(f"## {name}\nmake {name}\nparallel: yes\n" for name in names) + "## Count\ncount them\n"
    plans: dict[str, Sequence[Call]] = {
        f"make {name}": [Call("files.make_folder", {"path": name})] for name in names
    }
    file = work / "side.md"
    compile_to(file, text, plans | {"count them": [Call("files.find", {"kind": "folder", "name": "part*"})]})
    command = [sys.executable, "-m", "nlsh", "run", str(file), "--frozen", "--yes", "--json"]
    done = subprocess.run(
        command, cwd=work, env={**os.environ, "HOME": str(home)}, capture_output=True, check=False
    )
    document = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert sorted(step["step"] for step in document["steps"][:6]) == names
    assert len(document["turns"][-1]["results"][-1]["rows"]) == 6
    assert len({turn["turn"] for turn in document["turns"]}) == 7, "every turn has a number of its own"
    (work / "part3").rmdir()
    (work / "part3").write_text("in the way")
    failed = subprocess.run(
        command, cwd=work, env={**os.environ, "HOME": str(home)}, capture_output=True, check=False
    )
    assert failed.returncode == 1, failed.stderr
    assert "Count" not in [step["step"] for step in json.loads(failed.stdout)["steps"]], (
        "a failure ends the run"
    )


def test_parallel_steps_are_stopped_by_one_interrupt(home: Path) -> None:
    work = home / "work"
    file = work / "slow.md"
    text = "".join(f"## S{number}\nsleep {number}\nparallel: yes\n" for number in range(2))
    compile_to(
        file,
        text,
        {f"sleep {number}": [Call("shell.run", {"command": f"sleep 6{number}"})] for number in range(2)},
    )
    child = subprocess.Popen(
        [sys.executable, "-m", "nlsh", "run", str(file), "--frozen", "--yes"], cwd=work, env={**os.environ, "HOME": str(home)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    while len(sleepers(child.pid)) < 2:
        assert child.poll() is None, child.stderr and child.stderr.read()
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=30) == 130


def test_text_of_a_file_that_becomes_an_argument_asks_a_person(
    carry_out: Callable[..., Runner], work: Path
) -> None:
    """Whoever wrote the file must not decide what is deleted; a row that stands for a file is no such text."""
    (work / "list.txt").write_text("https://victim.example\n")
    for name in ("victim", "a.log"):
        (work / name).write_text("x")
    take = Call("text.extract", {"path": "list.txt", "what": "links"})
    text = "## Take\ntake out the links\nsave: lines\n## Use\nmake {{line}}\nfor each: line in lines\n"
    make = {"make thisfile.txt": [Call("files.write", {"path": "thisfile.txt"})]}
    runner = carry_out(text, {"take out the links": [take]} | make)
    assert states(runner) == ["done", "failed"] and runner.code == 4  # type: ignore[attr-defined]
    error = runner.outcomes[1].turn.error  # type: ignore[union-attr]
    assert error is not None and "text from text.extract" in error["hint"]
    find = Call("files.find", {"name": "a.log"})
    text = "## Find\nfind it\nsave: found\n## Use\ndelete {{one}}\nfor each: one in found\n"
    runner = carry_out(
        text, {"find it": [find], "delete thisfile.txt": [Call("files.delete", {"path": "thisfile.txt"})]}
    )
    assert runner.code == 0 and not (work / "a.log").exists()  # type: ignore[attr-defined]


WORDS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="{}\u2028\u2029\x85"),
    min_size=1,
    max_size=30,
)
ARGS = st.dictionaries(st.sampled_from(["path", "to", "under", "text"]), WORDS | st.booleans(), max_size=4)
CALLS = st.lists(
    st.builds(Call, st.sampled_from(["files.find", "files.move", "text.count"]), ARGS), min_size=1, max_size=3
)


@given(st.lists(st.tuples(WORDS, CALLS), min_size=1, max_size=5))
def test_a_lock_says_the_same_when_it_is_read_again(steps: list[tuple[str, list[Call]]]) -> None:
    entries = [
        Compiled(title, title, tuple(calls), f"{number:016x}") for number, (title, calls) in enumerate(steps)
    ]
    file = parse("".join(f"## A\nb {number}\n" for number in range(len(steps))), "x.md")
    text = lock.dumped(file, entries, "model")
    known, model = lock.loads(text, "x.md.lock")
    assert list(known.values()) == entries and model == "model"
    assert lock.dumped(file, list(known.values()), model) == text, "the same plans are the same text"
