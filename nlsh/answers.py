"""Results in words, in the language of the question. Every word comes from the result itself."""

import os
from collections.abc import Sequence
from typing import Any

from nlsh.changes import Change
from nlsh.columns import cell_text
from nlsh.messages import in_language
from nlsh.readings import in_words
from nlsh.turn import Call, Language, Result, Row
from nlsh.values.sizes import show_size

SHORT = 5
FACTS = 10  # facts about one thing are named up to this many
CHECKSUMS = ("sha256", "sha512", "sha1", "md5", "blake2b")

_EN = {
    "none": "nothing found", "nothing_to_do": "nothing matched, so there was nothing to do", "and": " and ", "more": "and {n} more",
    "item": ("item", "items"), "file": ("file", "files"), "folder": ("folder", "folders"), "process": ("process", "processes"),
    "line": ("line", "lines"), "row": ("row", "rows"),
    "trash": "moved {what} to the trash", "move": "moved {what}", "rename": "renamed {what}", "copy": "copied {what}", "create": "wrote {what}", "mkdir": "made {what}",
    "replace": "rewrote {what}", "append": "added to {what}", "chmod": "changed the permissions of {what}", "symlink": "made {what}", "erase": "deleted {what} for good",
    "acted": "done: {what}", "produce": "made {what}",
    "restore": "restored {what}", "truncate": "restored {what}", "undo": "took back {n} {changes}", "change": ("change", "changes"),
    "stopped": "stopped {what}", "not_stopped": "nothing was stopped", "total": "{size} in total", "available": "{size} available",
    "battery": "{n} % charged", "cpu": "{n} % busy", "done": "done", "moved_to": " to {to}", "lines_in": "{lines} in {files}",
    "duplicates": "{files} in {groups} of the same content, {size} could be saved", "group": ("group", "groups"),
    "up": "up for {time}", "free_here": "{size} free on the disk of this folder", "now_in": "now in {path}", "listening": "{what} listening",
}  # fmt: skip
_ZH = {
    "none": "没有找到", "nothing_to_do": "没有符合的内容，什么也没做", "and": "和", "more": "还有 {n} 个",
    "item": ("项", "项"), "file": ("个文件", "个文件"), "folder": ("个文件夹", "个文件夹"), "process": ("个进程", "个进程"),
    "line": ("行", "行"), "row": ("行", "行"),
    "trash": "已把 {what} 移到回收站", "move": "已移动 {what}", "rename": "已重命名 {what}", "copy": "已复制 {what}", "create": "已写入 {what}", "mkdir": "已新建 {what}",
    "replace": "已重写 {what}", "append": "已追加到 {what}", "chmod": "已更改 {what} 的权限", "symlink": "已建立 {what}", "erase": "已彻底删除 {what}",
    "acted": "完成: {what}", "produce": "已生成 {what}",
    "restore": "已恢复 {what}", "truncate": "已恢复 {what}", "undo": "已撤销 {n} {changes}", "change": ("处更改", "处更改"),
    "stopped": "已结束 {what}", "not_stopped": "没有结束任何进程", "total": "共 {size}", "available": "可用 {size}",
    "battery": "电量 {n} %", "cpu": "忙碌 {n} %", "done": "完成", "moved_to": "到 {to}", "lines_in": "{files} 中的 {lines}",
    "duplicates": "{files}，{groups}内容相同，可节省 {size}", "group": ("组", "组"),
    "up": "已运行 {time}", "free_here": "当前文件夹所在磁盘剩余 {size}", "now_in": "现在位于 {path}", "listening": "{what} 在监听",
}  # fmt: skip


def language_of(text: str) -> Language:
    """zh when the sentence holds a Chinese character outside a path, else en."""
    return "zh" if any("\u4e00" <= c <= "\u9fff" for c in text) and _mostly_chinese(text) else "en"


def _mostly_chinese(text: str) -> bool:
    words = [w for w in text.split() if not any("\u4e00" <= c <= "\u9fff" for c in w)]
    latin = [w for w in words if w.isalpha() and w.islower()]
    return len(latin) < 3


def answer(call: Call, result: Result, changes: Sequence[Change], language: Language) -> str:
    """One sentence, or the text itself, for what the last call of a turn gave."""
    words = _ZH if language == "zh" else _EN
    if call.tool == "session.undo":
        return _say(words, "undo", n=result.changed, changes=_plural(words, "change", result.changed))
    if changes and changes[0].op == "broker":
        what = _names(words, result.rows) if result.kind == "processes" and result.rows else changes[0].path
        return result.text or _say(words, "acted", what=what)
    if changes:
        return _changed(words, changes, result)
    if call.tool == "processes.stop":
        stopped = [row for row in result.rows or [] if row.get("stopped")]
        nothing = "; ".join([str(words["not_stopped"]), *result.notes])
        return _say(words, "stopped", what=_names(words, stopped)) if stopped else nothing
    if call.tool == "session.cd":
        return _say(words, "now_in", path=result.text)
    if result.text is not None and (result.kind == "text" or call.tool == "system.time"):
        return result.text.rstrip("\n")
    # an empty folder has a size, which is 0
    none_found = result.rows == [] and not result.value and call.tool != "files.usage"
    if result.value is not None and result.kind in ("value", "records", "files") and not none_found:
        return _value(words, call, result)
    if result.rows is not None:
        return _rows(words, result)
    if result.kind == "value" and result.notes:
        return in_language(result.notes[0], language)
    return str(words["done"])


def nothing_to_do(language: Language) -> str:
    """What is said when a changing call was given no rows."""
    return str((_ZH if language == "zh" else _EN)["nothing_to_do"])


def _say(words: dict[str, Any], key: str, **values: object) -> str:
    return str(words[key]).format(**values)


def _plural(words: dict[str, Any], noun: str, count: int) -> str:
    return str(words[noun][0 if count == 1 else 1])


def counted(words: dict[str, Any], noun: str, count: int) -> str:
    """ "12 files"."""
    return f"{count} {_plural(words, noun, count)}"


def counted_in_english(noun: str, count: int) -> str:
    """ "12 files"; previews are put into the language of the sentence as a whole."""
    return counted(_EN, noun, count)


def _changed(words: dict[str, Any], changes: Sequence[Change], result: Result) -> str:
    main = [change for change in changes if change.op != "mkdir"] or list(changes)
    if result.changed == 0:
        return str(words["nothing_to_do"])
    ops = {change.op for change in main}
    op: str = main[-1].op if len(ops) > 1 else main[0].op
    same = [change for change in main if change.op == op]
    if len(same) == 1:
        what = os.path.basename(same[0].path.rstrip("/"))
    else:
        what = counted(
            words,
            "folder" if all(c.folder for c in same) else "item" if any(c.folder for c in same) else "file",
            len(same),
        )
    to = ""
    if op in ("move", "copy") and same[0].to:
        to = _say(words, "moved_to", to=_place(same, result))
        if op == "move" and all(os.path.dirname(c.path) == os.path.dirname(c.to or "") for c in same):
            op, to = "rename", to if len(same) == 1 else ""
    return _say(words, op, what=what) + to


def _place(changes: Sequence[Change], result: Result) -> str:
    """Where it went, as the rows call it: from the current folder, where it is below that."""
    there = changes[0].to or ""
    shown = str(result.rows[0].get("path") or there) if result.rows else there
    shown = shown if os.path.basename(shown) == os.path.basename(there) else there
    return shown if len(changes) == 1 else os.path.dirname(shown) or os.path.dirname(there)


def _names(words: dict[str, Any], rows: Sequence[Row]) -> str:
    if len(rows) > SHORT:
        return counted(words, "process", len(rows))
    return str(words["and"]).join(f"{row.get('name')} ({row.get('pid')})" for row in rows)


def _value(words: dict[str, Any], call: Call, result: Result) -> str:
    value = result.value
    if call.tool == "devices.battery":
        return _say(words, "battery", n=value)
    if call.tool == "devices.cpu":
        row = (result.rows or [{}])[0]
        return f"{row.get('model')}, {row.get('threads')} threads, " + _say(words, "cpu", n=value)
    if call.tool == "devices.disks":
        return _say(words, "free_here", size=show_size(float(value or 0)))
    if call.tool == "memory.usage":
        return _say(words, "available", size=show_size(float(value or 0)))
    if call.tool == "system.uptime":
        return _say(words, "up", time=show_duration(float(value or 0)))
    if call.tool == "files.usage":
        return _say(words, "total", size=show_size(float(value or 0)))
    rows = result.rows or []
    if call.tool == "files.duplicates":
        groups = len({row.get("group") for row in rows})
        files, sets = counted(words, "file", len(rows)), counted(words, "group", groups)
        return _say(words, "duplicates", files=files, groups=sets, size=show_size(float(value or 0)))
    if call.tool in ("files.trash", "files.list"):
        return f"{_rows(words, result)}, {_say(words, 'total', size=show_size(float(value or 0)))}"
    if result.unit == "bytes":
        return show_size(float(value or 0))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value} %" if result.unit == "percent" else str(value)


def show_duration(seconds: float) -> str:
    """ "3 d 4 h", "12 min", "40 s"."""
    left = int(seconds)
    parts = []
    for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if left >= size:
            parts.append(f"{left // size} {name}")
            left %= size
    return " ".join(parts[:2]) or "0 s"


def _rows(words: dict[str, Any], result: Result) -> str:
    rows = result.rows or []
    if not rows:
        return (
            result.notes[0]
            if result.notes and not result.notes[0].startswith("could not")
            else str(words["none"])
        )
    if result.kind == "matches":
        files = len({row.get("path") for row in rows})
        return _say(
            words, "lines_in", lines=counted(words, "line", len(rows)), files=counted(words, "file", files)
        )
    if len(rows) <= (FACTS if all("fact" in row for row in rows) else SHORT):
        return _list(words, [_one(row) for row in rows])
    if all("version" in row for row in rows):
        return f"{_one(rows[0])}, {_say(words, 'more', n=len(rows) - 1)}"
    noun = {"files": "file", "processes": "process"}.get(result.kind, "row")
    if noun == "file" and any(row.get("kind") == "folder" for row in rows):
        noun = "folder" if all(row.get("kind") == "folder" for row in rows) else "item"
    return counted(words, noun, len(rows))


def _list(words: dict[str, Any], parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + str(words["and"]) + parts[-1]


def _one(row: Row) -> str:
    if {"port", "address", "process"} <= row.keys():
        owner = f"{row['process']} ({row['pid']})" if row.get("pid") else "?"
        return f"{row['address']}:{row['port']} {owner}"
    if "pid" in row:
        memory = f", {show_size(row['memory'])}" if isinstance(row.get("memory"), int) else ""
        return f"{row.get('name')} ({row['pid']}{memory})"
    summed = next((method for method in CHECKSUMS if method in row), None)
    if "path" in row and summed:
        return f"{row['path']} {summed} {row[summed]}"
    if {"path", "permissions", "owner", "group", "modified"} <= row.keys():
        changed = str(row["modified"])[:16].replace("T", " ")
        size = show_size(int(row.get("size") or 0))
        return f"{row['path']} ({size}, {changed}, {row['permissions']}, {row['owner']}:{row['group']})"
    if "path" in row:
        size = (
            f" ({show_size(row['size'])})"
            if isinstance(row.get("size"), int) and row.get("kind") != "link"
            else ""
        )
        return f"{row['path']}{size}"
    if {"interface", "ipv4", "up"} <= row.keys():
        where = " ".join(filter(None, (str(row["ipv4"]), str(row.get("ipv6") or "").partition(" ")[0])))
        return f"{row['interface']} {where}".rstrip() + ("" if row["up"] else " (down)")
    if {"fact", "value"} <= row.keys():
        value = (
            show_size(row["value"])
            if row["fact"] == "memory" and isinstance(row["value"], int)
            else row["value"]
        )
        return f"{row['fact']} {value}"
    return " ".join(cell_text(name, row).strip() for name, value in row.items() if value not in (None, ""))


def row_in_words(row: Row) -> str:
    """One row, short."""
    return _one(row)


def because(said: str, calls: Sequence[Call], confidence: float) -> list[str]:
    """Why a plan is what it is, a line for each call: its words and where they stand in the sentence; then how sure the model was."""
    lines = []
    for call in calls:
        given = [
            f"{key.replace('_', ' ')}: “{value}”" for key, value in call.args.items() if str(value) in said
        ]
        lines.append(in_words((call,)) + (f", because of {', '.join(given)}" if given else ""))
    return [*lines, f"{confidence:.0%} sure"]
