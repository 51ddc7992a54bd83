"""Another owner for files."""

import grp
import os
import pwd

from nlsh.arguments import Args, Path, Text
from nlsh.changes import act
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import FILES, Asked, Tool
from nlsh.tools.files._making import checked, run_changes, sources
from nlsh.turn import Effects


class Owner(Args):
    """Which files, and whose they shall be."""

    path: Path | None = None
    user: Text | None = None
    group: Text | None = None


def effects(asked: Asked) -> Effects:
    """One brokered act per file: no child may change an owner."""
    args: Owner = asked.args
    if args.user is None and args.group is None:
        raise NotUnderstood("whose shall it be?", "say a user or a group")
    try:
        uid = pwd.getpwnam(args.user).pw_uid if args.user else -1
        gid = grp.getgrnam(args.group).gr_gid if args.group else -1
    except KeyError as error:
        raise ToolFailed(
            f"there is no {args.user if 'name' in str(error) and args.user else args.group}",
            "list the users",
            "no_user",
        ) from error
    changes = []
    for path in checked(sources(asked, "change the owner of")):
        status = os.lstat(path)
        if status.st_nlink > 1 and not os.path.isdir(path):
            raise ToolFailed(
                f"{path} has another name elsewhere (a hard link)", "give a copy away instead", "linked"
            )
        new = (uid if uid >= 0 else status.st_uid, gid if gid >= 0 else status.st_gid)
        if new != (status.st_uid, status.st_gid):
            inode = [status.st_dev, status.st_ino]
            given = {"path": path, "inode": inode, "uid": new[0], "gid": new[1]}
            changes.append(
                act(
                    "owner",
                    path,
                    given,
                    {"path": path, "inode": inode, "uid": status.st_uid, "gid": status.st_gid},
                )
            )
    return Effects(
        reads=tuple(change.path for change in changes), changes=tuple(changes), deletes=(),
        title=f"give {len(changes)} item{'s' * (len(changes) != 1)} to {args.user or ''}{':' + args.group if args.group else ''}",
    )  # fmt: skip


TOOL = Tool(
    summary="change who owns a file",
    args=Owner,
    effects=effects,
    run=run_changes,
    gives="files",
    changes=True,
    takes=FILES,
    targets=("path",),
    examples=(
        "make anna the owner of report.txt",
        "chown www-data site",
        "give these files to bob",
        "change the group of shared to staff",
        "把 数据 的所有者改成 anna",
    ),
)
