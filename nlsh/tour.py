"""`nlsh tour`: six sentences in a scratch folder, each really carried out, and all of it gone at the end."""

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from nlsh.agent.manners import Manners
from nlsh.agent.turns import Shell
from nlsh.asking import confirmer, may_ask
from nlsh.assembly import Parts
from nlsh.commands import app
from nlsh.errors import NlshError
from nlsh.options import Options
from nlsh.render import Screen
from nlsh.tasks.limits import narrowed
from nlsh.trash import Trash

FILES = {
    "beach.jpg": 90_000, "mountain.jpg": 120_000, "letter.txt": 400, "list.txt": 60, "yesterday.log": 30_000, "today.log": 42_000,
}  # fmt: skip
ENGLISH = (
    ("Ask for what you want in your own words.", "what is here"),
    ("Conditions and numbers are part of it.", "the two largest files"),
    ("What changes something is shown first, and waits for your yes.", "move all jpg files to pictures"),
    ("Everything can be taken back.", "undo that"),
    ("You can go on from what was just shown.", "find the log files"),
    ("And this is how it asks before deleting.", "delete them"),
)
CHINESE = (
    ("用自己的话说就行。", "这里有什么"),
    ("条件和数字都可以。", "最大的两个文件"),
    ("会改动东西的，先给你看，等你点头。", "把图片移到相册"),
    ("什么都能撤销。", "撤销"),
    ("可以接着刚才的结果说。", "找出所有日志"),
    ("删除之前会问你。", "删掉它们"),
)


@app.command()
def tour(chinese: Annotated[bool, typer.Option("--chinese", help="The tour in Chinese.")] = False) -> None:
    """Two minutes: six sentences in a scratch folder of their own, which is removed at the end."""
    screen = Screen()
    parts = Parts(Options(), screen.notice)
    folder = _scratch(Path(parts.home))
    somebody = may_ask(screen, quiet=False)
    try:
        manners = Manners(confirmer(screen) if somebody else None, yes=not somebody)
        shell = parts.shell(manners)
        shell.cwd = str(folder)
        shell.rules = lambda cwd: narrowed(
            parts.rules(cwd), {"write": [str(folder)]}
        )  # whatever a sentence is taken for
        _walk(shell, screen, CHINESE if chinese else ENGLISH, wait=somebody)
    finally:
        parts.close()
        os.chdir(parts.home)
        shutil.rmtree(folder, ignore_errors=True)
        _forget(folder, Path(parts.home))
    screen.write("")
    screen.write("就是这些；文件夹已经删掉了。" if chinese else "That was it; the scratch folder is gone.")


def _scratch(home: Path) -> Path:
    """A folder with a few files; NlshError where it cannot be made."""
    folder = home / "nlsh-tour"
    try:
        folder.mkdir(mode=0o700)
        for name, size in FILES.items():
            (folder / name).write_bytes(b"x" * size)
    except FileExistsError as error:
        raise NlshError("exists", f"{folder} is there already", "move it away first") from error
    except OSError as error:
        raise NlshError(
            "failed", f"{folder}: {(error.strerror or 'error').lower()}", "the tour needs a home to write in"
        ) from error
    return folder


def _forget(folder: Path, home: Path) -> None:
    """What undo put into the trash out of the scratch folder goes for good: nobody will look for it."""
    trash = Path(Trash(str(home)).place("x")).parents[1]
    for info in (trash / "info").glob("*.trashinfo"):
        try:
            if f"\nPath={quote(str(folder))}/" in info.read_text("ascii", "replace"):
                place = trash / "files" / info.stem
                shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink(
                    missing_ok=True
                )
                info.unlink()
        except OSError:
            continue  # it stays, as anything in the trash may


def _walk(shell: Shell, screen: Screen, stops: tuple[tuple[str, str], ...], *, wait: bool) -> None:
    """Say the sentences; then take back what is not taken back yet, so that nothing stays in the trash."""
    changed: list[int] = []
    for remark, sentence in stops:
        screen.write("")
        screen.write(remark)
        screen.write(f"› {sentence}")
        if wait:
            screen.err.write("(Enter) ")
            screen.err.flush()
            if not sys.stdin.readline():
                break
        turn = shell.say(sentence, learn=False)
        screen.turn(turn)
        if turn.undo:
            changed.append(int(turn.undo))
    for identity in reversed(changed):  # these turns alone: what was done before the tour is not the tour's
        if shell.journal.entries(identity):
            shell.undo(identity)
