"""What a line typed at the prompt is: a sentence, or a command of the user's own."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from nlsh.agent.embedded import EmbeddedPlanner
from nlsh.config import shipped_model
from nlsh.routing import is_command
from nlsh.turn import Call, Utterance


@pytest.fixture(scope="module")
def reading() -> Callable[[str], Sequence[Call] | None]:
    """What the model that ships makes of a line, where it is sure."""
    planner = EmbeddedPlanner(shipped_model())

    def read(line: str) -> Sequence[Call] | None:
        plan = planner.plan(Utterance(line, "/home/user", 0.0), (), "none")
        return plan.calls if plan.calls and plan.confidence >= planner.threshold(plan.calls) else None

    return read


SENTENCES = """find my cv
kill it
yes
no
exit
find the largest file
make me a folder
sort them by size
which process uses the most memory
who is logged in
time in tokyo?
cat the first one
test if example.org is up
kill all of them
ls /不存在 "里的图片"
列出 /tmp 里的 "图片"
frobnicate the cupboard
help me
cut the second column out of a.csv
watch my downloads""".splitlines()

COMMANDS = """sh -c 'exit 3'
python3 -m http.server
env FOO=1 sh -c true
/bin/echo hello
printf '%s' x
sleep 1 && printf done
export A=$(date)
export GREETING=evil
env FOO=1 sort a.csv""".splitlines()


@pytest.mark.parametrize("line", SENTENCES)
def test_what_reads_as_speech_is_a_sentence(
    line: str, reading: Callable[[str], Sequence[Call] | None]
) -> None:
    assert not is_command(line, reading)


@pytest.mark.parametrize("line", COMMANDS)
def test_what_only_a_shell_understands_is_a_command(
    line: str, reading: Callable[[str], Sequence[Call] | None]
) -> None:
    assert is_command(line, reading)


def test_without_a_model_a_command_is_one(tmp_path: Path) -> None:
    assert is_command("sleep 1", lambda line: None) and not is_command(
        "sleep as long as it takes", lambda line: None
    )
    assert not is_command("nosuchprogram -x", lambda line: None)
    assert not is_command("sleep 1\nsleep 2", lambda line: None), "several lines are looked at one by one"
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\n")
    assert not is_command(str(tool), lambda line: None), "it cannot be executed"
    tool.chmod(0o755)
    assert is_command(str(tool), lambda line: None)


def test_the_model_decides_between_a_sentence_and_a_command() -> None:
    assert not is_command("sort a.csv", lambda line: [Call("text.sort", {"path": "a.csv"})])
    assert is_command("sort a.csv", lambda line: [Call("shell.run", {"command": "sort a.csv"})])
    assert not is_command("env sort a.csv", lambda line: [Call("shell.run", {"command": "sort a.csv"})])
