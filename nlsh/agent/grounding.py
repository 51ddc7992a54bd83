"""The words of a plan tied to this machine: names become paths, or a question.

A name that is missing as written is tried as one of the user's folders, without case,
without extension, with space, `-` and `_` alike, and as the end of a path below; several
that fit equally well are a question, none is an error that says so.
"""

import os
import re
import time
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from nlsh.agent.notation import slots
from nlsh.arguments import Args
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import find_tool
from nlsh.tools.files._filters import name_rank
from nlsh.turn import Call, Scene

_HERE = {"here", "right here", ".", "this folder", "this directory", "the current folder", "current folder", "current directory",
         "the current directory", "this", "cwd", "这里", "当前目录", "当前文件夹", "这个文件夹", "此处"}  # fmt: skip
_HOME = {
    "~",
    "$home",
    "home",
    "home folder",
    "home directory",
    "my home",
    "my home folder",
    "my home directory",
    "家目录",
    "主目录",
    "家",
    "用户目录",
}
_ROOT = {
    "root", "root folder", "root directory", "system", "whole system", "entire system", "file system", "filesystem",
    "whole file system", "entire file system", "whole filesystem", "entire filesystem", "computer", "whole computer",
    "entire computer", "this computer", "my computer", "machine", "whole machine", "this machine", "whole disk", "entire disk",
    "根目录", "整个系统", "全盘", "电脑", "整台电脑", "整个电脑", "系统",
}  # fmt: skip
_UP = {"..", "up", "parent", "the parent folder", "parent folder", "上一级", "上级目录"}
_USER_FOLDERS = {
    "Downloads": "downloads download 下载 下载文件夹", "Documents": "documents document docs 文档", "Desktop": "desktop 桌面",
    "Pictures": "pictures picture photos 图片 照片", "Music": "music 音乐", "Videos": "videos video movies 视频", "Templates": "templates 模板",
    "Public": "public 公共",
}  # fmt: skip
_USER = {word: folder for folder, said in _USER_FOLDERS.items() for word in said.split()}
_LIMIT_ENTRIES, _LIMIT_SECONDS = 200_000, 2.0


def ground(call: Call, scene: Scene, said: str = "", meant: Callable[[str], str] = str) -> Args:
    """The call's validated arguments with absolute paths; `said` is the sentence that they are from.

    `meant` gives what a name that the user made up stands for.

    Raises NotUnderstood for words that are no value of their type or fit several paths,
    ToolFailed for a path that is not there.
    """
    words = _words(call)
    if call.tool == "files.find" and "/" in str(words.get("name", "")).rstrip("/"):
        words = _split_name(words)
    args = validate(call.tool, words)
    found: dict[str, Any] = {}
    for slot in slots(call.tool):
        value = getattr(args, slot.name)
        if slot.role == "path" and value is not None:
            found[slot.name] = existing(_meant(value, scene, meant), scene)
        elif slot.role == "target" and value is not None:
            found[slot.name] = os.path.realpath(existing(_meant(value, scene, meant), scene))
        elif slot.role == "new_path" and value is not None:
            found[slot.name] = new(_meant(value, scene, meant), scene, target=slot.name == "to")
    if "exact" in type(args).model_fields and _in_quotes(str(words.get("text", "")), said):
        found["exact"] = True
    return args.model_copy(update=found)


def check(call: Call) -> None:
    """NotUnderstood when a call's words are no values of its arguments: a plan is checked before any of it runs."""
    validate(call.tool, _words(call))


def _words(call: Call) -> dict[str, Any]:
    return {name: _unquoted(value) for name, value in call.args.items()}


def _meant(words: str, scene: Scene, meant: Callable[[str], str]) -> str:
    """What is there under the very name comes before what the name was said to mean."""
    return words if os.path.lexists(os.path.join(scene.cwd, words)) else meant(words)


def _in_quotes(text: str, said: str) -> bool:
    return (
        any(f"{a}{text}{b}" in said for a, b in (('"', '"'), ("'", "'"), ("“", "”"), ("`", "`")))
        if text
        else False
    )


def validate(tool: str, words: dict[str, Any]) -> Args:
    """The arguments as values; NotUnderstood in the words of the first problem."""
    try:
        return find_tool(tool).args(**words)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "missing":
            raise NotUnderstood(
                f"{tool} needs to know: {first['loc'][0]}", "say it in the sentence"
            ) from error
        raise NotUnderstood(
            str(first["msg"]).removeprefix("Value error, "), "say it in other words"
        ) from error


def _unquoted(value: Any) -> Any:
    if isinstance(value, str) and len(value) > 1 and value[0] in "\"'`“" and value[-1] in "\"'`”":
        return value[1:-1]
    return value


def _split_name(words: dict[str, Any]) -> dict[str, Any]:
    folder, _, name = str(words["name"]).rstrip("/").rpartition("/")
    under = os.path.join(str(words.get("under", ".")), folder or "/")
    return {**words, "under": under, "name": name}


def canonical(path: str) -> str:
    """Absolute, every link on the way followed, but not one at the end."""
    path = os.path.normpath(path)
    return (
        os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)) if path != "/" else "/"
    )


def existing(words: str, scene: Scene) -> str:
    """The one existing path that `words` name."""
    if "\0" in words:
        raise NotUnderstood("that is not a path")
    direct = _direct(words, scene)
    if direct is not None:
        return (
            os.path.realpath(direct)
            if os.path.isdir(direct) and not os.path.islink(direct)
            else canonical(direct)
        )
    matches = _search(words, scene)
    if len(matches) == 1:
        return canonical(matches[0])
    if matches:
        shown = tuple(os.path.relpath(path, scene.cwd) for path in matches[:9])
        more = f" and {len(matches) - 9} more" if len(matches) > 9 else ""
        raise NotUnderstood(
            f"which '{words}' do you mean: {', '.join(shown)}{more}?",
            "say the whole path",
            shown,
            "ambiguous",
        )
    if re.sub(r"^(the|my)\s+", "", words.strip().lower()) in _ROOT:
        return "/"
    raise ToolFailed(f"there is no '{words}' here or below", "check the name, or say where it is", "missing")


def _direct(words: str, scene: Scene) -> str | None:
    said = words.strip()
    for candidate in (said, said.rstrip("/"), said.removeprefix("my ").removeprefix("the ")):
        path = os.path.join(scene.cwd, os.path.expanduser(candidate))
        if candidate and os.path.lexists(path):
            return path
    low = re.sub(r"^(the|my)\s+|\s+(folder|directory|dir)$", "", said.lower())
    if said.lower() in _HERE or low in _HERE:
        return scene.cwd
    if low in _HOME:
        return scene.home
    if low in _UP:
        return os.path.dirname(scene.cwd)
    insensitive = _without_case(said, scene)
    if insensitive:
        return insensitive
    head, _, rest = low.partition("/")
    if head in _USER:
        place = os.path.join(scene.home, _USER[head], said.partition("/")[2] if rest else "")
        if os.path.lexists(place):
            return place.rstrip("/")
    return None


def _without_case(said: str, scene: Scene) -> str | None:
    """The path with each part matched without case; None when a part has no or several matches."""
    path = "/" if said.startswith("/") else scene.home if said.startswith("~") else scene.cwd
    for part in filter(None, said.removeprefix("~").split("/")):
        if part in (".", ".."):
            path = os.path.normpath(os.path.join(path, part))
            continue
        if os.path.lexists(os.path.join(path, part)):
            path = os.path.join(path, part)
            continue
        try:
            fitting = [name for name in os.listdir(path) if name.lower() == part.lower()]
        except OSError:
            return None
        if len(fitting) != 1:
            return None
        path = os.path.join(path, fitting[0])
    return path


def _search(words: str, scene: Scene) -> list[str]:
    """Paths below the current folder that fit `words` best; nearer ones win over deeper ones only by fitting better."""
    said = words.strip().strip("/")
    said = re.sub(r"^(?:the|my)\s+|\s+(?:folder|directory|file)$", "", said, flags=re.IGNORECASE) or said
    if said.startswith((".", "~")) and "/" in said:
        return []
    base = scene.cwd
    if words.startswith("/"):
        base, said = _deepest_existing(words)
        if base == "/" or not said:
            return []
    parts = said.split("/")
    best: dict[int, list[str]] = {}
    deadline, seen = time.monotonic() + _LIMIT_SECONDS, 0
    pending = [base]
    while pending:
        folder = pending.pop(0)
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if entry.name.startswith(".") and not parts[-1].startswith("."):
                continue
            rank = _fit(entry.path, parts)
            if rank is not None:
                best.setdefault(rank, []).append(entry.path)
            if entry.is_dir(follow_symlinks=False):
                pending.append(entry.path)
        if seen > _LIMIT_ENTRIES or time.monotonic() > deadline:
            break
    return best[min(best)] if best else []


def _fit(path: str, parts: list[str]) -> int | None:
    names = path.rsplit("/", len(parts))[-len(parts) :]
    ranks = [name_rank(name, part) for name, part in zip(names, parts, strict=False)]
    if len(names) < len(parts) or any(rank is None or rank > 3 for rank in ranks):
        return None
    return max(rank or 0 for rank in ranks)


def _deepest_existing(path: str) -> tuple[str, str]:
    folder, rest = os.path.normpath(path), ""
    while folder != "/" and not os.path.isdir(folder):
        folder, name = os.path.split(folder)
        rest = os.path.join(name, rest) if rest else name
    return folder, rest


def new(words: str, scene: Scene, *, target: bool) -> str:
    """The path that `words` name, which need not exist.

    A `target` that is the name of an existing folder, in whatever case, is that folder;
    otherwise only the folders on the way to the last part are looked up like that.
    """
    said = words.strip()
    whole = os.path.join(scene.cwd, os.path.expanduser(said))
    if os.path.lexists(whole):
        return os.path.realpath(whole) if os.path.isdir(whole) else canonical(whole)
    if target:
        found = _direct(said, scene)
        if found and os.path.isdir(found):
            return os.path.realpath(found)
        said = re.sub(r"^(?:the|my)\s+(.+?)\s+(?:folder|directory)$", r"\1", said, flags=re.IGNORECASE)
    head, _, tail = said.rstrip("/").rpartition("/")
    if head:
        folder = _direct(head, scene)
        if folder and os.path.isdir(folder):
            return os.path.join(os.path.realpath(folder), tail)
    path = os.path.normpath(os.path.join(scene.cwd, os.path.expanduser(said)))
    return canonical(path) + ("/" if said.endswith("/") else "")
