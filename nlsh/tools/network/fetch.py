"""A page or file of the web written to a file."""

import base64
import json
import os
from urllib.parse import urlsplit

from nlsh.arguments import Args, NewPath, Text
from nlsh.changes import Change
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._making import missing_folders, writes_for
from nlsh.tools.files._records import record
from nlsh.tools.network._hosts import url
from nlsh.turn import Effects, Result


class Fetch(Args):
    """What, and to which file; called after the page when left out."""

    url: Text
    to: NewPath | None = None


def effects(asked: Asked) -> Effects:
    """A brokered GET request, which policy judges by the host, and one new file."""
    page = url(asked.args.url)
    name = os.path.basename(urlsplit(page).path.rstrip("/")) or "index.html"
    target = asked.args.to or os.path.join(asked.scene.cwd, name)
    if os.path.isdir(target):
        target = os.path.join(target, name)
    if os.path.lexists(target):
        raise ToolFailed(f"{target} is already there", "choose another name", "exists")
    changes = [*missing_folders(os.path.dirname(target)), Change("produce", target)]
    wanted = json.dumps({"what": "body", "url": page})
    return Effects(
        writes=writes_for(changes), changes=tuple(changes), brokered=(("web", wanted),), contacts=(urlsplit(page).hostname or "",),
        title=f"fetch {page} to {target}",
    )  # fmt: skip


def run(work: Work) -> Result:
    """Written beside its place, then put there."""
    for change in work.effects.changes[:-1]:
        os.mkdir(change.path)
    target = work.effects.changes[-1].path
    partial = target + ".nlsh-part"
    try:
        with open(partial, "xb") as writer:
            writer.write(base64.b64decode(work.facts["web"]))
        os.rename(partial, target)
    finally:
        if os.path.lexists(partial):
            os.unlink(partial)
    return Result("files", [record(target, os.lstat(target), work.scene.cwd)], changed=1)


TOOL = Tool(
    summary="download a file from the web",
    args=Fetch,
    effects=effects,
    run=run,
    gives="files",
    changes=True,
    examples=(
        "download https://example.org/data.csv",
        "fetch example.com/logo.png to images",
        "wget http://localhost:8000/a.txt",
        "save https://example.net as page.html",
        "下载 https://example.org/a.zip",
    ),
)
