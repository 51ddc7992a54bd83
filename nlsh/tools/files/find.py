"""Files and folders by any mix of conditions, from a folder down."""

import fnmatch
import os
import re
import stat
from collections.abc import Callable, Iterator
from typing import Literal

from nlsh.arguments import Args, Count, FileType, Quoted, Size, Target, Text, When
from nlsh.errors import ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.files._filters import Conditions, Excluding, best_ranked, compiled, searched_rank, within
from nlsh.tools.files._ignoring import kept
from nlsh.tools.files._modes import born, octal
from nlsh.tools.files._records import (
    Trouble,
    absolute,
    entry_kind,
    in_order,
    kind_of,
    record,
    scan,
    tree_size,
    walk,
)
from nlsh.tools.files._shares import Share, cut
from nlsh.turn import Effects, Result, Row


class Find(Args):
    """What to look for, and where."""

    under: Target = "."
    kind: Literal["file", "folder", "link"] | None = None
    type: FileType | None = None
    name: Text | None = None
    name_has: Text | None = None
    name_starts: Text | None = None
    name_ends: Text | None = None
    text: Text | None = None
    larger: Size | None = None
    smaller: Size | None = None
    newer: When | None = None
    older: When | None = None
    modified: When | None = None
    depth: Count | None = None
    top: bool = False
    hidden: bool = False
    empty: bool = False
    broken: bool = False
    not_ignored: bool = False
    pattern: Text | None = None
    owner: Text | None = None
    accessed: When | None = None
    permission: Literal["executable", "read_only", "world_writable", "setuid"] | None = None
    mode: Text | None = None
    group: Text | None = None
    created: When | None = None
    excluding: Text | None = None
    exact: Quoted = False  # set when the text was in quotation marks


def effects(asked: Asked) -> Effects:
    """Reads the tree that is searched."""
    args: Find = asked.args
    if args.pattern is not None:
        compiled(args.pattern)
    if args.mode is not None:
        octal(args.mode)
    tables = (("/etc/passwd",) if args.owner else ()) + (("/etc/group",) if args.group else ())
    return Effects(reads=(args.under, *tables))


def run(work: Work) -> Result:
    """Walk the tree once and keep what meets every condition.

    What a name or the folder's own listing can rule out is ruled out before a file is looked at.
    """
    args: Find = work.args
    trouble = Trouble(work.progress)
    conditions = Conditions(args, work.scene.now)
    hidden = _hidden(args)
    ranked: list[tuple[int, Row]] = []
    share = work.facts.get("share")
    extra = _Extra(args, work.scene.now, checked_again=share is not None)
    for path, name, kind, status in _candidates(args, conditions, hidden, trouble, share):
        rank = searched_rank(name, args.name) if args.name else 0
        if rank is None or (kind == "other" and args.kind is None and not args.name):
            continue
        if kind == "folder" and args.kind is None and (args.larger or args.smaller):
            continue  # "anything over 1 GB" means files
        size = tree_size(path)[0] if kind == "folder" and args.kind == "folder" else status.st_size
        if not conditions.measured(size, status.st_mtime) or not extra.accept(path, kind, status):
            continue
        if args.empty and not _is_empty(path, status):
            continue
        if args.text and not (kind == "file" and _contains(path, args.text, args.exact)):
            continue
        ranked.append((rank, record(path, status, work.scene.cwd, size)))
    if share is not None:
        rows = [{**row, _RANK: rank} for rank, row in ranked] if args.name else [row for _, row in ranked]
        if _last_word(args):
            wanted = [args.broken, extra.owner, extra.group]
            rows = [{**row, _PLACE: [absolute(row["path"], work.scene.cwd), *wanted]} for row in rows]
        return Result("files", rows, notes=trouble.notes())
    notes = trouble.notes()
    if (
        not ranked
        and work.scene.cwd == args.under != work.scene.home
        and (args.name or args.name_has or args.type)
    ):
        notes.append("nothing found here or below; 'in my home' looks further")
    return Result("files", in_order(best_ranked(ranked)), notes=notes)


_RANK = "rank"  # how well the name fits, among the rows of a share
_PLACE = "place"  # where something lies that must be looked at from outside, and what is wanted of it
_SOMEBODY = 65534  # what a user namespace shows instead of every other user and group (kernel.overflowuid)


def _last_word(args: Find) -> bool:
    """Whether a condition can only be judged by who sees the whole disk and the users of the machine."""
    return args.broken or args.owner is not None or args.group is not None


def _fits_outside(place: tuple[str, bool, int | None, int | None]) -> bool:
    """Whether a link that seems broken to a child is so, and whether what belongs to somebody belongs to who is meant."""
    path, broken, owner, group = place
    if broken and os.path.exists(path):
        return False
    try:
        status = os.lstat(path)
    except OSError:
        return False  # vanished meanwhile
    return owner in (None, status.st_uid) and group in (None, status.st_gid)


def split(asked: Asked) -> list[Share]:
    """Shares of a large tree; none where a condition needs the tree whole."""
    args: Find = asked.args
    if _last_word(args):  # all of it in one share, so that `merge` has it
        return [[(args.under, 1, True)]] if os.path.isdir(args.under) else []
    if args.top or args.depth is not None or args.not_ignored or not os.path.isdir(args.under):
        return []
    leaves_out = Excluding(args.excluding).leaves_out if args.excluding else None
    return cut(args.under, hidden=_hidden(args), leaves_out=leaves_out)


def merge(results: list[Result]) -> Result:
    """What the shares found, the best fitting names alone."""
    found = [row for result in results for row in result.rows or []]
    rows = [row for row in found if (place := row.pop(_PLACE, None)) is None or _fits_outside(place)]
    ranked = [(int(row.pop(_RANK, 0)), row) for row in rows]
    return Result(
        "files", in_order(best_ranked(ranked)), notes=[note for result in results for note in result.notes]
    )


def _hidden(args: Find) -> bool:
    """Hidden files count when asked for, or when a name is theirs."""
    names = (args.name, args.name_has, args.name_starts)
    return args.hidden or any(name and name.startswith(".") for name in names)


_Candidate = tuple[str, str, str, os.stat_result]


def _candidates(
    args: Find, conditions: Conditions, hidden: bool, trouble: Trouble, share: Share | None
) -> Iterator[_Candidate]:
    """Path, name, kind and status of everything that its name, kind and (of files) size and time do not rule out."""
    depth = 1 if args.top else args.depth
    if args.not_ignored:
        excluding = Excluding(args.excluding) if args.excluding else None
        for path, status, _ in kept(
            args.under, walk(args.under, hidden=hidden, depth=depth, trouble=trouble)
        ):
            name, kind = os.path.basename(path), kind_of(status.st_mode)
            if excluding and any(
                excluding.leaves_out(part, kind) for part in path[len(args.under) :].split("/")
            ):
                continue
            if conditions.fits(kind) and conditions.called(name, kind):
                yield path, name, kind, status
        return
    look, named, measured = os.stat, _name_test(args.name), conditions.measured
    simple = conditions.any_name and named is None
    excluding = Excluding(args.excluding) if args.excluding else None
    for folder, fd, entries, _ in scan(args.under, hidden=hidden, depth=depth, trouble=trouble, share=share):
        base = folder if folder.endswith("/") else folder + "/"
        if excluding is not None:
            entries[:] = [e for e in entries if not excluding.leaves_out(e.name, entry_kind(e))]
        for entry in entries:
            name = entry.name
            if named is not None and not named(name):
                continue
            kind = "file" if entry.is_file(follow_symlinks=False) else entry_kind(entry)
            if not conditions.fits(kind) or not (simple or conditions.called(name, kind)):
                continue
            try:
                status = look(name, dir_fd=fd, follow_symlinks=False)
            except OSError:
                continue  # vanished between the listing and the look
            if kind != "file" or measured(status.st_size, status.st_mtime):
                yield base + name, name, kind, status


def _name_test(name: str | None) -> Callable[[str], object] | None:
    """A quick look whether a name could fit at all; None when there is nothing quick to ask."""
    if name is not None and any(c in name for c in "*?["):
        return re.compile(f"{fnmatch.translate(name.lower())}|{re.escape(name)}$", re.IGNORECASE).match
    return None


def _is_empty(path: str, status: os.stat_result) -> bool:
    if stat.S_ISDIR(status.st_mode):
        try:
            with os.scandir(path) as listing:
                return next(listing, None) is None
        except OSError:
            return False
    return stat.S_ISREG(status.st_mode) and status.st_size == 0


class _Extra:
    """The conditions that few ask for."""

    def __init__(self, args: Find, now: float, *, checked_again: bool) -> None:
        self.somebody = _SOMEBODY if checked_again else None
        self.broken, self.permission = args.broken, args.permission
        self.pattern = compiled(args.pattern) if args.pattern else None
        self.accessed = within(args.accessed, now) if args.accessed else None
        self.owner = _number(args.owner, "/etc/passwd", "user") if args.owner else None
        self.group = _number(args.group, "/etc/group", "group") if args.group else None
        self.mode = octal(args.mode) if args.mode else None
        self.created = within(args.created, now) if args.created else None

    def accept(self, path: str, kind: str, status: os.stat_result) -> bool:
        """Whether a file meets them all."""
        if self.broken and not (kind == "link" and not os.path.exists(path)):
            return False  # one that points out of the tree is looked at again in `merge`
        if self.pattern is not None and not self.pattern.search(os.path.basename(path)):
            return False
        if self.owner is not None and status.st_uid not in (self.owner, self.somebody):
            return False
        if self.group is not None and status.st_gid not in (self.group, self.somebody):
            return False  # whoever is nobody here is looked at again in `merge`
        if self.mode is not None and (kind == "link" or stat.S_IMODE(status.st_mode) != self.mode):
            return False
        if self.created and not self.created[0] <= (born(path) or status.st_mtime) < self.created[1]:
            return False
        if self.accessed and not self.accessed[0] <= status.st_atime < self.accessed[1]:
            return False
        return self.permission is None or (kind != "link" and _MODES[self.permission](status.st_mode, kind))


_MODES: dict[str, Callable[[int, str], bool]] = {
    "executable": lambda mode, kind: kind == "file" and bool(mode & 0o111),
    "read_only": lambda mode, kind: not mode & 0o222,
    "world_writable": lambda mode, kind: bool(mode & 0o002) and not mode & stat.S_ISVTX,
    "setuid": lambda mode, kind: kind == "file" and bool(mode & (stat.S_ISUID | stat.S_ISGID)),
}


def _number(name: str, table: str, what: str) -> int:
    """The number of a user or group by its name in the system's table."""
    if name.isdigit():
        return int(name)
    with open(table, encoding="utf-8", errors="replace") as reader:
        for line in reader:
            fields = line.split(":")
            if fields[0] == name.lower():
                return int(fields[2])
    raise ToolFailed(f"there is no {what} {name}", f"list the {what}s to see them", f"no_{what}")


def _contains(path: str, text: str, exact: bool) -> bool:
    needle = text.encode("utf-8", "surrogateescape")
    exact = exact or text != text.lower()
    try:
        with open(path, "rb") as reader:
            tail = b""
            while block := reader.read(1 << 20):
                data = tail + (block if exact else block.lower())
                if needle in data:
                    return True
                tail = data[-len(needle) :]
    except OSError:
        return False
    return False


TOOL = Tool(
    summary="find files and folders by name, kind, size, age, depth or content",
    args=Find,
    effects=effects,
    run=run,
    split=split,
    merge=merge,
    gives="files",
    examples=(
        "pdfs in Downloads over 10 MB",
        "files changed since yesterday",
        "empty folders below here",
        "where is my tax return",
        "找出上周修改过的图片",
    ),
)
