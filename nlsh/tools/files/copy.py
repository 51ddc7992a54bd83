"""A copy of files or folders, with their times and permissions."""

from nlsh.arguments import Args, NewPath, Path
from nlsh.errors import NotUnderstood
from nlsh.tool import FILES, Asked, Tool
from nlsh.tools.files._making import checked, run_changes, sources, transfers, writes_for
from nlsh.trash import Trash
from nlsh.turn import Effects


class Copy(Args):
    """What, and where to."""

    path: Path | None = None
    to: NewPath | None = None


def effects(asked: Asked) -> Effects:
    """Reads the sources, creates at the target; a file in the way goes to the trash."""
    paths = checked(sources(asked, "copy"))
    if asked.args.to is None:
        raise NotUnderstood("copy it where?", "say the folder or the new name")
    changes = transfers("copy", paths, asked.args.to, Trash(asked.scene.home).place)
    return Effects(
        reads=tuple(paths[:1000]), writes=writes_for(changes), changes=tuple(changes), metadata=True
    )


TOOL = Tool(
    summary="copy files or folders",
    args=Copy,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    takes=FILES,
    targets=("path",),
    examples=(
        "copy notes.txt to Documents",
        "duplicate config.yml as config.bak",
        "make a copy of photos in backup",
        "cp a.txt b.txt",
        "把 报告.pdf 复制到 备份",
    ),
)
