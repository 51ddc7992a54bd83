"""Which programs a command line would run, read from its syntax tree: what policy judges and the preview names.

`/usr/bin/sudo`, `env X=1 rm`, `$(curl …)`, `xargs rm`, `find -exec` and `sh -c '…'` are seen
for what they run. What cannot be known before it runs (`$TOOL x`, a glob for a program, text that
is no shell) makes the line opaque, and an opaque line is covered by no rule that allows.

The tree is tree-sitter-bash's, whose grammar covers POSIX sh, which runs the line.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

MAX_DEPTH = 8
PRIVILEGE = frozenset("sudo su doas pkexec run0 sudoedit gosu setpriv".split())
_SHELLS = frozenset("sh bash dash zsh ksh ash busybox".split())
# Programs that run another one, with those of their options that take the next word.
_WRAPPERS: dict[str, str] = {
    "sudo": "-u -g -h -p -C -r -t -T -U -D -R", "doas": "-u -C", "run0": "-u -g -D", "pkexec": "--user", "gosu": "",
    "env": "-u -C -S --unset --chdir", "nice": "-n --adjustment", "ionice": "-c -n -p", "nohup": "", "setsid": "", "time": "-f -o",
    "timeout": "-k -s --kill-after --signal", "stdbuf": "-i -o -e", "xargs": "-a -d -E -I -L -n -P -s --max-args --max-procs --replace",
    "parallel": "-j --jobs", "watch": "-n --interval", "chroot": "", "unshare": "", "exec": "-a", "command": "", "builtin": "", "flock": "-w -E",
    "strace": "-o -e -p -s", "ltrace": "-o -e", "busybox": "", "chrt": "", "taskset": "", "firejail": "", "setpriv": "", "script": "",
    "caffeinate": "", "coproc": "", "systemd-run": "-u -p --unit --property", "su": "-c -s -g",
}  # fmt: skip
_LEADING_WORDS = {"timeout": 1, "chroot": 1, "flock": 1, "taskset": 1, "chrt": 1, "gosu": 1}
_EXEC_FLAGS = frozenset("-exec -execdir -ok -okdir".split())

Words = tuple[str | None, ...]  # None is a word that is not known before the line runs


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of a line in the order in which they stand, each with its words; `opaque` when there may be more."""

    each: tuple[Words, ...]
    opaque: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What they are called, without folders, each once."""
        return tuple(dict.fromkeys(base(words) for words in self.each if words and words[0] is not None))


def base(words: Words) -> str:
    """The name of a program without its folder; "" when it is not known."""
    return (words[0] or "").rstrip("/").rpartition("/")[2]


@cache
def _parser() -> Any:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


@cache
def programs(line: str) -> Programs:
    """The programs that `line` would run."""
    found: list[Words] = []
    opaque = _of_line(line, found, 0)
    return Programs(tuple(found), opaque)


def _of_line(line: str, found: list[Words], depth: int) -> bool:
    if depth > MAX_DEPTH:
        return True
    root = _parser().parse(line.encode("utf-8", "surrogateescape")).root_node
    opaque = bool(root.has_error)
    defined = {_text(n.child_by_field_name("name")) for n in _walk(root) if n.type == "function_definition"}
    for node in _walk(root):
        if node.type == "command":
            words = tuple(_words(node))
            if words and words[0] not in defined:
                opaque |= _of_words(words, found, depth)
        elif node.type in ("heredoc_redirect", "herestring_redirect"):
            opaque = True  # what is read there may be a script
    return opaque


def _walk(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _words(command: Any) -> Iterator[str | None]:
    for child in command.named_children:
        if child.type in (
            "variable_assignment",
            "file_redirect",
            "heredoc_redirect",
            "herestring_redirect",
            "comment",
        ):
            continue
        yield _value(child)


def _text(node: Any) -> str:
    return node.text.decode("utf-8", "surrogateescape") if node is not None else ""


def _value(node: Any) -> str | None:
    """What a word says after the shell has read it; None where only running would tell."""
    text = _text(node)
    if node.type == "raw_string":
        return text[1:-1]
    if node.type == "word":
        return re.sub(r"\\(.)", r"\1", text)
    if node.type == "number":
        return text
    if node.type == "ansi_c_string":
        return None
    if node.type in ("concatenation", "command_name"):
        parts = [_value(child) for child in node.named_children] if node.named_children else [text]
        return None if any(part is None for part in parts) else "".join(part or "" for part in parts)
    if node.type == "string":
        if any(child.type != "string_content" for child in node.named_children):
            return None
        return re.sub(r'\\(["\\$`])', r"\1", text[1:-1])
    return None


def _of_words(words: Sequence[str | None], found: list[Words], depth: int) -> bool:
    """Adds what `words` run; whether there may be more than that."""
    if not words:
        return False
    name = words[0]
    found.append(tuple(words))
    if name is None or (name != "[" and re.search(r"[*?\[{~$`]", name)):
        return True
    short, rest = base(tuple(words)), list(words[1:])
    if short in _SHELLS:
        script = _after_flag(rest, "-c")
        if script is None:
            return not any(word is None or not word.startswith("-") for word in rest)  # it reads what it runs
        return _of_line(script, found, depth + 1) if script else True
    if short in ("eval", ".", "source", "trap"):
        known = [word for word in rest if word is not None]
        return short != "eval" or len(known) < len(rest) or _of_line(" ".join(known), found, depth + 1)
    if short in ("find", "fd"):
        each = [_of_words(inner, found, depth + 1) for inner in _after_exec(rest)]  # to the last of them
        return any(each)
    if short == "su":
        script = _after_flag(rest, "-c")
        return _of_line(script, found, depth + 1) if script else True
    if short in _WRAPPERS and depth < MAX_DEPTH:
        inner, unsure = _wrapped(short, rest)
        return _of_words(inner, found, depth + 1) or unsure
    return depth >= MAX_DEPTH


def _after_flag(words: Sequence[str | None], flag: str) -> str | None:
    """The word after `-c` (or after flags such as -lc); "" when it is not known, None when there is none."""
    for position, word in enumerate(words):
        if word is None:
            return ""
        if word == flag or (word.startswith("-") and not word.startswith("--") and word.endswith(flag[1:])):
            return (words[position + 1] or "") if position + 1 < len(words) else ""
        if not word.startswith("-"):
            return None
    return None


def _after_exec(words: Sequence[str | None]) -> list[list[str | None]]:
    found: list[list[str | None]] = []
    current: list[str | None] | None = None
    for word in words:
        if word in _EXEC_FLAGS or word in ("-x", "-X", "--exec", "--exec-batch"):
            current = []
            found.append(current)
        elif current is not None and word in (";", "+", r"\;"):
            current = None
        elif current is not None:
            current.append(word)
    return found


def _wrapped(name: str, words: Sequence[str | None]) -> tuple[list[str | None], bool]:
    """What a wrapper runs, after its own options; and whether that could not be told."""
    takes = set(_WRAPPERS[name].split())
    rest, leading = list(words), _LEADING_WORDS.get(name, 0)
    if name == "env" and (rest[:1] == ["-S"] or rest[:1] == ["--split-string"]):
        return [], True
    while rest:
        word = rest[0]
        if word is None:
            return rest, False
        if word == "--":
            rest.pop(0)
        elif word.startswith("-") and len(word) > 1:
            rest.pop(0)
            if word in takes and rest:
                rest.pop(0)
        elif re.match(r"[A-Za-z_]\w*=", word) and name in ("env", "sudo", "doas"):
            rest.pop(0)
        elif leading:
            rest.pop(0)
            leading -= 1
        else:
            break
    return rest, False
