"""The command line as scripts and people use it: the real process, the real model, the real sandbox."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Said

KEYS = {
    "utterance",
    "session",
    "turn",
    "status",
    "confidence",
    "plan",
    "results",
    "answer",
    "undo",
    "error",
    "timing",
}
Nlsh = Callable[..., "object"]


@pytest.fixture
def pyc(home: Path) -> dict[str, bytes]:
    (home / "work" / "pkg").mkdir()
    for n in range(4):
        (home / "work" / "pkg" / f"m{n}.pyc").write_bytes(os.urandom(200))
    return {p.name: p.read_bytes() for p in (home / "work" / "pkg").iterdir()}


def test_the_largest_files(nlsh: Nlsh, home: Path) -> None:
    for n in range(1, 8):
        (home / "Downloads" / f"f{n}.bin").write_bytes(b"x" * n * 1000)
    said = nlsh("-c", "the five largest files in Downloads", "--json")
    document = said.json
    assert said.code == 0 and set(document) >= KEYS and document["status"] == "done"
    assert [call["tool"] for call in document["plan"]] == ["files.find", "rows.sort", "rows.first"]
    rows = document["results"][-1]["rows"]
    assert [row["size"] for row in rows] == [7000, 6000, 5000, 4000, 3000]
    assert set(rows[0]) >= {"path", "size", "modified", "kind"} and rows[0]["path"] == str(
        home / "Downloads" / "f7.bin"
    )


def test_delete_needs_a_yes_and_undo_brings_back_byte_for_byte(
    nlsh: Nlsh, home: Path, pyc: dict[str, bytes]
) -> None:
    asked = nlsh("-c", "delete the .pyc files below here", "--json")
    assert asked.code == 4 and asked.json["status"] == "needs_confirmation"
    assert {p.name for p in (home / "work" / "pkg").iterdir()} == set(pyc)
    done = nlsh("-c", "delete the .pyc files below here", "--json", "--yes")
    assert done.code == 0 and done.json["undo"] and not list((home / "work" / "pkg").iterdir())
    assert nlsh("undo", done.json["undo"]).code == 0
    assert {p.name: p.read_bytes() for p in (home / "work" / "pkg").iterdir()} == pyc


def test_dry_run(nlsh: Nlsh, home: Path, pyc: dict[str, bytes]) -> None:
    said = nlsh("-c", "delete the .pyc files below here", "--dry-run", "--yes", "--json")
    assert (
        said.code == 0
        and said.json["status"] == "dry_run"
        and len(list((home / "work" / "pkg").iterdir())) == 4
    )


def test_several_sentences_in_one_session(nlsh: Nlsh, home: Path, pyc: dict[str, bytes]) -> None:
    said = nlsh("-c", "find the .pyc files", "-c", "how many are there", "--json")
    assert [turn["status"] for turn in said.json["turns"]] == ["done", "done"]
    assert said.json["turns"][1]["results"][-1]["value"] == 4


def test_a_named_session_goes_on(nlsh: Nlsh, home: Path, pyc: dict[str, bytes]) -> None:
    assert nlsh("-c", "find the .pyc files", "--session", "s1").code == 0
    assert nlsh("-c", "delete them", "--session", "s1", "--yes").code == 0
    assert not list((home / "work" / "pkg").iterdir())


def test_chinese(nlsh: Nlsh, home: Path, pyc: dict[str, bytes]) -> None:
    said = nlsh("-c", "这里有什么", "--json")
    assert said.code == 0 and said.json["plan"][0]["tool"] == "files.list"


def test_out_of_scope(nlsh: Nlsh) -> None:
    said = nlsh("-c", "write me a poem about the sea", "--json")
    assert said.code == 3 and said.json["status"] == "not_understood" and said.json["error"]["hint"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["-c", ""], 3), (["-c", "   "], 3), (["-c", "x" * 5000], 3), (["-c", "a\x1b[2Jb"], 3), (["-c"], 2), (["--nonsense"], 2), (["nonsense"], 2),
        (["-c", "hi", "extra"], 2), (["-c", "what is here", "--cwd", "/no/such/folder"], 2), (["-c", "what is here", "--session", ""], 2),
        (["-c", "what is here", "--session", "a\nb"], 2), (["-c", "what is here", "--model", "/no/such.gguf"], 1), (["tools", "no.such"], 2),
        (["-c", "what is here", "--model", "https://example.invalid/x.gguf"], 2), ([], 2), (["run", "/no/such/file"], 2), (["undo"], 1), (["undo", "banana"], 2),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_the_right_code(nlsh: Nlsh, args: list[str], code: int) -> None:
    said = nlsh(*args)
    assert said.code == code and 0 < len(said.err.strip().splitlines()) <= 2, (said.code, said.err)
    if args:
        assert said.out == ""
        told = nlsh(*args, "--json")
        assert told.code == code and told.json["error"]["message"]


def test_corrupt_and_foreign_models(nlsh: Nlsh, tmp_path: Path) -> None:
    from nlsh.config import shipped_model

    whole = shipped_model().read_bytes()
    cases = {
        "empty.gguf": b"",
        "text.gguf": b"hello",
        "cut.gguf": whole[: len(whole) // 2],
        "head.gguf": whole[:64],
        "noise.gguf": b"GGUF" + os.urandom(5000),
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        said = nlsh("-c", "what is here", "--model", str(tmp_path / name))
        assert said.code == 1 and len(said.err.strip().splitlines()) <= 2, (name, said.code, said.err)


def test_broken_states_do_not_stop_looking(nlsh: Nlsh, home: Path) -> None:
    state = home / ".local" / "state" / "nlsh"
    state.mkdir(parents=True)
    (state / "nlsh.db").write_bytes(b"this is no database" * 100)
    looked = nlsh("-c", "what is here")
    assert looked.code == 0 and "damaged" in looked.err
    changed = nlsh("-c", "make a folder called invoices", "--yes")
    assert changed.code == 5 and not (home / "work" / "invoices").exists()
    (state / "nlsh.db").unlink()
    with sqlite3.connect(state / "nlsh.db") as newer:
        newer.execute("pragma user_version = 99")
    assert "newer" in nlsh("-c", "what is here").err
    assert sqlite3.connect(state / "nlsh.db").execute("pragma user_version").fetchone() == (99,)


def test_a_locked_database_is_temporary(nlsh: Nlsh, home: Path) -> None:
    assert nlsh("-c", "what is here").code == 0
    holder = sqlite3.connect(home / ".local/state/nlsh/nlsh.db", isolation_level=None)
    holder.execute("begin exclusive")
    assert nlsh("-c", "what is here").code == 75
    holder.close()


def test_bad_settings_are_named(nlsh: Nlsh, home: Path) -> None:
    (home / ".config" / "nlsh").mkdir(parents=True)
    for text in ("model = ", "nonsense = 1", "threshold = 'high'", 'external_commands = "maybe"'):
        (home / ".config" / "nlsh" / "config.toml").write_text(text)
        said = nlsh("-c", "what is here")
        assert said.code == 2 and "config.toml" in said.err


def test_a_folder_that_has_gone(nlsh: Nlsh, home: Path) -> None:
    script = f"mkdir gone && cd gone && rmdir ../gone && {sys.executable} -m nlsh -c 'what is here'"
    done = subprocess.run(["sh", "-c", script], cwd=home / "work", capture_output=True, check=False)
    assert done.returncode == 1 and b"has been removed" in done.stderr and b"Traceback" not in done.stderr


def test_closed_stdout(home: Path) -> None:
    script = f"{sys.executable} -m nlsh tools | head -1; {sys.executable} -m nlsh -c 'what is here' >&-"
    done = subprocess.run(["bash", "-c", script], cwd=home / "work", capture_output=True, check=False)
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr


def test_stdin_is_data_only_when_asked(nlsh: Nlsh) -> None:
    said = nlsh("-c", "how many are there", "--stdin", "--json", stdin=b"one\ntwo\nthree\n")
    assert said.code == 0 and said.json["results"][-1]["value"] == 3


def test_tools_and_help(nlsh: Nlsh) -> None:
    from nlsh.tool import tool_names

    lines = nlsh("tools").out.splitlines()
    assert [line.split()[0] for line in lines] == list(tool_names())
    one = nlsh("tools", "files.find").out
    assert one.startswith("files.find:") and "larger" in one and "for example" in one
    assert (
        "history" in nlsh("help").out
        and nlsh("--help").code == 0
        and nlsh("--version").out.startswith("nlsh ")
    )
    assert nlsh("doctor").code == 0 and nlsh("config").code == 0 and nlsh("models").code == 0


def test_options_are_declared_alike() -> None:
    """The hand-written reading of `-c` knows the very options that typer declares."""
    import inspect

    from nlsh import cli, commands
    from nlsh.options import Options

    declared = set(inspect.signature(commands.top).parameters) - {"command", "version"}
    assert declared == {*cli.FLAGS.values(), *cli.VALUES.values()} == set(Options.__dataclass_fields__)


def test_a_file_of_sentences(nlsh: Nlsh, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "task.txt"
    file.write_text("# tidy\ncreate a folder named archive\nwhat is here\n")
    said = nlsh("run", str(file), "--json")
    assert (
        said.code == 0
        and [turn["status"] for turn in said.json["turns"]] == ["done", "done"]
        and (home / "work" / "archive").is_dir()
    )


def test_hostile_names_cannot_act_on_the_terminal(nlsh: Nlsh, home: Path) -> None:
    for name in ("a\x1b[31mred.txt", "b\rhidden.txt", "c\u202etxt.exe", "d\nline.txt"):
        (home / "work" / name).write_text("\x1b]0;title\x07 text")
    said = nlsh("-c", "what is here")
    assert said.code == 0 and not set(said.out) & {"\x1b", "\r", "\u202e"} and len(said.out.splitlines()) <= 6
    shown = nlsh("-c", "read 'b\\rhidden.txt'")
    assert "\x1b" not in shown.out
    assert json.loads(nlsh("-c", "what is here", "--json").out)["results"][0]["rows"]


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become another user")
def test_as_an_ordinary_user(home: Path) -> None:
    """The same binary for uid 1999, where the interpreter is readable for everybody."""
    base = Path("/var/tmp") / f"nlsh-user-{os.getpid()}"
    base.mkdir()
    try:
        os.chown(base, 1999, 1999)
        code = "import os,sys; os.setgroups([]); os.setgid(1999); os.setuid(1999); os.environ['HOME']=sys.argv[1]; os.chdir(sys.argv[1]); os.execv(sys.executable, [sys.executable, '-m', 'nlsh', *sys.argv[2:]])"
        if os.stat(sys.executable).st_mode & 0o5 == 0 or not _reachable_by_all(sys.executable):
            pytest.skip("this interpreter lies where only root can reach it")
        done = subprocess.run(
            [sys.executable, "-c", code, str(base), "-c", "make a folder called x", "--json"],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert (base / "x").stat().st_uid == 1999
    finally:
        subprocess.run(["rm", "-rf", str(base)], check=False)


def _reachable_by_all(path: str) -> bool:
    return all(
        parent.stat().st_mode & 0o5 == 0o5
        for parent in (Path(os.path.realpath(path)).parent, *Path(os.path.realpath(path)).parents)
    )


def test_the_manual_page_names_every_command_and_option() -> None:
    import typer

    import nlsh.init_command
    import nlsh.run_command
    import nlsh.task_commands
    import nlsh.trust_commands  # noqa: F401 - these declare sub-commands of their own
    from nlsh.commands import app

    page = (Path(__file__).parents[1] / "docs" / "nlsh.1").read_text().replace("\\-", "-")
    command = typer.main.get_command(app)
    missing = [name for name in command.commands if not re.search(rf"^\.BR {name}\b", page, re.MULTILINE)]  # type: ignore[attr-defined]
    options = [*command.params, *command.commands["run"].params]  # type: ignore[attr-defined]
    missing += [o for p in options for o in p.opts if o.startswith("--") and o not in page and o != "--help"]
    assert missing == []


def test_the_tour_leaves_nothing_behind(home: Path, nlsh: Callable[..., Said]) -> None:
    (home / "work" / "mine.txt").write_text("mine")
    assert nlsh("-c", "make a folder called before", "--yes").code == 0
    for options in ([], ["--chinese"]):
        said = nlsh("tour", *options)
        assert said.code == 0, said.err
        assert not (home / "nlsh-tour").exists() and (home / "work" / "mine.txt").exists()
    assert (home / "work" / "before").exists(), "what was done before the tour is not taken back"
    kept = [path for path in (home / ".local/share/Trash").rglob("*") if path.is_file()]
    assert kept == []
    (home / "nlsh-tour").mkdir()
    assert nlsh("tour").code == 1, "a folder of that name that was there is left alone"


def test_completion_in_bash(nlsh: Callable[..., Said]) -> None:
    script = nlsh("init", "bash").out

    def completed(*words: str) -> list[str]:
        line = f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _nlsh_complete; echo ${{COMPREPLY[@]}}"
        done = subprocess.run(["bash", "-c", f"{script}\n{line}"], capture_output=True, text=True, check=True)
        return done.stdout.split()

    assert completed("nlsh", "sch") == ["schedule"]
    assert completed("nlsh", "run", "--fr") == ["--from", "--frozen"]
    assert completed("nlsh", "--json", "--dry") == ["--dry-run"]
    assert nlsh("init", "tcsh").code == 2
    assert "commandline" in nlsh("init", "fish").out and "bindkey" in nlsh("init", "zsh").out
