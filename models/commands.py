"""Reads a command of a shell beside the sentence that asks for it, and says which plan the two come to.

find(1) with its conditions and actions, grep(1), and the everyday ones. Each value of the plan must be
a span of the sentence; `Unclear` when the command says more than a plan can, or the sentence less.
"""

import re
import shlex
from dataclasses import dataclass, field

from nlsh.tool import find_tool
from nlsh.turn import Call
from nlsh.values.sizes import parse_size

_UNITS = {"b": 512, "c": 1, "w": 2, "k": 1024, "M": 1024**2, "G": 1024**3}
_TIMES = {"m": 60, "d": 86400}
_PERIOD = r"(?:\d+|one|two|three|four|five|six|seven|ten|a|an)?\s*(?:seconds?|minutes?|mins?|hours?|days?|weeks?|months?|years?)"


class Unclear(Exception):
    """The pair does not map cleanly."""


@dataclass
class Reading:
    """A command being read beside its sentence."""

    said: str
    args: dict[str, object] = field(default_factory=dict)
    then: list[Call] = field(default_factory=list)
    maximum: int | None = None
    directory: str = ""

    def words(self, pattern: str, value: str | None = None) -> str:
        """The span of the sentence that fits a pattern, whole words only; Unclear when there is none."""
        match = re.search(rf"(?<![\w.])(?:{pattern})(?![\w])", self.said, re.IGNORECASE)
        if match is None:
            raise Unclear(value or pattern)
        return match[1] if match.re.groups else match[0]

    def copied(self, value: str) -> str:
        """A value that stands in the sentence as a word of its own."""
        value = value.strip("'\"")
        if (
            not value
            or "$" in value
            or not re.search(rf"(?<![\w./-]){re.escape(value)}(?![\w/-])", self.said)
        ):
            raise Unclear(value)
        return value

    def put(self, name: str, value: object) -> None:
        """One argument, once."""
        if name in self.args:
            raise Unclear(f"two of {name}")
        self.args[name] = value


def plan_of(said: str, command: str) -> tuple[Call, ...]:
    """The plan that a command comes to; Unclear when it comes to none or the sentence does not say its values."""
    if "\n" in command or re.search(
        r"[`<>&;]|\$\(|\|\|", re.sub(r"\\;|;\s*$|2>\s*/dev/null|2>&1", "", command)
    ):
        raise Unclear("a script")
    command = re.sub(r"2>\s*/dev/null|2>&1", "", command)
    try:
        steps = [shlex.split(step) for step in _steps(command)]
    except ValueError as error:
        raise Unclear("quotes") from error
    steps = [step[1:] if step and step[0] == "sudo" else step for step in steps]
    if not steps or not all(steps):
        raise Unclear("nothing")
    reading = Reading(said)
    reader = _READERS.get(steps[0][0].rsplit("/", 1)[-1])
    if reader is None:
        raise Unclear("command")
    calls = reader(reading, steps[0][1:])
    for step in steps[1:]:
        calls = _piped(reading, calls, step)
    return tuple(calls)


def _steps(command: str) -> list[str]:
    """The command between its pipes, quotes respected."""
    parts, quote, begin = [], "", 0
    for at, char in enumerate(command):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "|":
            parts.append(command[begin:at])
            begin = at + 1
    return [*parts, command[begin:]]


def _find(reading: Reading, words: list[str]) -> list[Call]:
    """find(1): its conditions and its action."""
    words = [
        word
        for word in words
        if word not in ("-L", "-H", "-P", "-E", "-noleaf", "-depth", "-xdev", "-mount", "-follow", "-d")
    ]
    places = []
    while words and not words[0].startswith(("-", "(", "!", "\\")):
        places.append(words.pop(0))
    if len(places) > 1:
        raise Unclear("several places")
    _place(reading, places[0] if places else ".")
    names: list[str] = []
    kind = ""
    joined_by_or = False
    while words:
        word = words.pop(0)
        if word in ("!", "-not", "\\!") and words and words[0] in ("-name", "-iname", "-path", "-wholename"):
            words.pop(0)
            _excluded(reading, words.pop(0))
        elif word in ("-path", "-wholename", "-name", "-iname") and "-prune" in words[1:3]:
            _excluded(reading, words.pop(0))
            words.remove("-prune")
            if words and words[0] in ("-o", "-or"):
                words.pop(0)
        elif word in ("(", ")", "-a", "-and", "-print", "-print0", "-ls", "\\(", "\\)", ";", "+"):
            continue
        if word in ("-o", "-or"):
            joined_by_or = True
        elif word in ("-name", "-iname"):
            names.append(words.pop(0))
        elif word == "-type":
            kind += words.pop(0)
        elif word in _CONDITIONS:
            _CONDITIONS[word](reading, words.pop(0))
        elif word == "-empty":
            reading.put("empty", True)
        elif word in ("-exec", "-execdir", "-ok"):
            end = next((n for n, w in enumerate(words) if w in (";", "+", "\\;")), len(words))
            _action(reading, words[:end])
            words = words[end + 1 :]
        elif word == "-delete":
            reading.then.append(Call("files.delete", {}))
        elif word == "-executable":
            reading.put("permission", "executable")
        else:
            raise Unclear(word)
    if joined_by_or and len(names) < 2:
        raise Unclear("or")
    _names(reading, names, joined_by_or)
    _kind(reading, kind)
    _levels(reading)
    calls = [Call("files.find", _ordered("files.find", reading.args)), *reading.then]
    if len(reading.then) == 1 and reading.then[0].tool == "files.search":
        return [_search(reading)]
    return calls


def _excluded(reading: Reading, value: str) -> None:
    """What a search leaves out, where the sentence says so."""
    reading.words(
        r"except\w*|exclud\w*|ignor\w*|skip\w*|other than|not|without|omit\w*|avoid\w*|but|prun\w*|don't|are n't|isn't"
    )
    for form in (
        value,
        value.strip("*").strip("/"),
        value.strip("*").removeprefix("./").strip("/"),
        value.removeprefix("*."),
    ):
        try:
            reading.put("excluding", reading.copied(form))
            return
        except Unclear:
            if "excluding" in reading.args:
                raise
    raise Unclear("excluded")


def _place(reading: Reading, place: str) -> None:
    here = re.search(r"\b(here|current|this|present|working)\b", reading.said, re.IGNORECASE)
    if place in (".", "./", "*", "./*", "$PWD", "`pwd`"):
        if not here and re.search(
            r"(?<![\w.])[~/][\w.-]+/|(?<![\w/])/\w+|\b(home|root|entire|whole) ", reading.said
        ):
            raise Unclear("another place is said")
        return
    if place in ("~", "~/", "$HOME", "/home"):
        if place == "/home" and "/home" in reading.said:
            reading.put("under", reading.copied("/home"))
            return
        reading.put("under", reading.words(r"~/?|home directory|home folder|\$HOME|home"))
        return
    if place == "/":
        reading.put(
            "under",
            reading.words(
                r"whole file ?system|entire file ?system|file system|filesystem|root directory|root folder|entire system|whole system|root|/|entire computer|system"
            ),
        )
        return
    for form in (
        place,
        place.rstrip("/"),
        place.rstrip("/") + "/",
        place.removeprefix("./"),
        place.removeprefix("./").rstrip("/"),
        place.removeprefix("~/").rstrip("/"),
        place.strip("/"),
    ):
        try:
            reading.put("under", reading.copied(form))
            return
        except Unclear:
            continue
    raise Unclear(place)


def _names(reading: Reading, names: list[str], either: bool) -> None:
    if len(names) > 1:
        kinds = [name.removeprefix("*.") for name in names]
        if not either or any(not re.fullmatch(r"\w+", kind) for kind in kinds):
            raise Unclear("several names")
        forms = [rf"['\"]?(?:\*?\.)?{re.escape(kind)}s?['\"]?" for kind in kinds]
        for order in (forms, forms[::-1]):
            match = re.search(
                r"(?<![\w.*])" + r"(?:,? and |,? or |, ?|/)".join(order) + r"(?!\w)",
                reading.said,
                re.IGNORECASE,
            )
            if match:
                reading.put("type", match[0])
                return
        raise Unclear("several names")
    for name in names:
        if re.fullmatch(r"\*\.\w+", name):
            _suffix(reading, name)
        elif re.fullmatch(r"\*[^*?\[\]]+\*", name):
            if name in reading.said:
                reading.put("name", reading.copied(name))
            else:
                reading.put("name_has", reading.copied(name.strip("*")))
        elif re.fullmatch(r"[^*?\[\]]+\*", name):
            if name in reading.said:
                reading.put("name", reading.copied(name))
            else:
                reading.words(r"start\w*|begin\w*|prefix\w*")
                reading.put("name_starts", reading.copied(name[:-1]))
        elif re.fullmatch(r"\*[^*?\[\]]+", name):
            if name in reading.said:
                reading.put("name", reading.copied(name))
            else:
                reading.words(r"end\w*|suffix\w*")
                reading.put("name_ends", reading.copied(name[1:]))
        else:
            reading.put("name", reading.copied(name))


def _suffix(reading: Reading, name: str) -> None:
    """Of three ways to say a suffix (*.c, .c, c) the one that is said."""
    bare = re.escape(name[2:])
    match = re.search(
        rf"(?<![\w/])(\*\.{bare})(?!\w)|(?<![\w*/])(\.{bare})(?!\w)", reading.said, re.IGNORECASE
    )
    if match and match[1]:
        reading.put("name", match[1])
    elif match:
        reading.put("type", match[2])
    else:
        families = {
            "py": "python",
            "md": "markdown",
            "txt": "text",
            "jpg": "jpe?g|jpg",
            "c": "c",
            "sh": "shell|bash|sh",
            "java": "java",
            "rb": "ruby|rb",
            "js": "javascript|js",
            "tmp": "temp|temporary|tmp",
            "log": "log",
        }
        word = families.get(name[2:].lower(), bare)
        reading.put("type", reading.words(rf"(?:{word})s?"))


def _kind(reading: Reading, kind: str) -> None:
    said = reading.said.lower()
    files = re.search(r"\bfiles?\b", said)
    folders = re.search(
        r"\b(director(?:y|ies)|folders?|dirs?)\b(?! (?:tree|hierarchy|structure))",
        re.sub(
            r"(?:current|this|home|present|working|root|given|specified|same) (?:director(?:y|ies)|folders?)|(?:in|under|from|inside|within|below|to) (?:the )?[\w/~.'\"$-]* ?(?:director(?:y|ies)|folders?)|(?:directory|folder) (?=['\"/~.])|sub ?-?director(?:y|ies)|sub ?-?folders?",
            " ",
            said,
        ),
    )
    if kind == "d":
        if not folders and not re.search(r"sub ?-?(director|folder)", said):
            raise Unclear("not folders")
        reading.put("kind", "folder")
    elif kind == "l":
        reading.words(r"(?:sym|soft |symbolic )?links?")
        reading.put("kind", "link")
    elif kind in ("f", ""):
        if "type" in reading.args:
            return
        if kind == "f" and not files:
            raise Unclear("not files")
        if (
            files
            and not (folders and not kind)
            and not re.search(r"files?(?:/| and | or )(?:director|folder)", said)
        ):
            reading.put("kind", "file")
    else:
        raise Unclear(kind)


def _levels(reading: Reading) -> None:
    if reading.maximum is None:
        return
    shallow = r"not recurs\w*|non-recursiv\w*|without recurs\w*|not (?:search|descend|go|look)\w*|only in|no sub\w*|directly|itself|excluding sub\w*|not in sub\w*|current (?:directory|folder) only|(?:1|one) level|not sub\w*|without (?:descending|searching|going)\w*|top level|immediate|level one|level 1"
    if reading.maximum == 1:
        reading.words(shallow)
        reading.put("top", True)
    else:
        reading.put("depth", reading.words(rf"{reading.maximum}"))


def _size(reading: Reading, value: str) -> None:
    match = re.fullmatch(r"([+-])(\d+)([bcwkMG]?)", value)
    if match is None:
        raise Unclear("an exact size")
    size = int(match[2]) * _UNITS[match[3] or "b"]
    for found in re.finditer(
        r"(?<![\w.])\d+(?:\.\d+)?\s?(?:[kKmMgG](?:i?[bB])?|[kKmMgG]?bytes?|[a-z]*bytes?|MB|GB|KB|kilobytes|megabytes|gigabytes)\b|(?<![\w.])\d+(?=c\b)",
        reading.said,
    ):
        try:
            if parse_size(found[0]) == size:
                reading.put("larger" if match[1] == "+" else "smaller", found[0])
                return
        except ValueError:
            continue
    raise Unclear("size")


def _age(argument: str, unit: str):
    def read(reading: Reading, value: str) -> None:
        match = re.fullmatch(r"([+-]?)(\d+)", value)
        if match is None:
            raise Unclear("age")
        said = reading.said
        if match[1] == "-" or (match[2] in ("0", "1") and not match[1]):
            when = re.search(r"\b(today|yesterday)\b", said, re.IGNORECASE)
            if when and match[2] in ("0", "1"):
                name = "accessed" if argument == "accessed" else "modified"
                reading.put(name, when[0])
                return
            span = re.search(rf"\b(?:last|past|previous)\s+{_PERIOD}", said, re.IGNORECASE)
            if match[1] != "-" or (span is None and argument == "accessed"):
                raise Unclear("age")
            if span is None:
                span = re.search(
                    rf"(?<=less than ){_PERIOD}(?=(?: ago| old| back))|(?<=newer than ){_PERIOD}|(?<=within ){_PERIOD}",
                    said,
                    re.IGNORECASE,
                )
            _fits(span, match[2], unit)
            reading.put("newer" if argument == "modified" else argument, span[0])
        elif match[1] == "+" and argument == "modified":
            span = re.search(
                rf"(?<=more than ){_PERIOD}|(?<=older than ){_PERIOD}|(?<=over ){_PERIOD}(?= ago| old)|(?<=at least ){_PERIOD}|(?<=greater than ){_PERIOD}",
                said,
                re.IGNORECASE,
            )
            if span is None and re.search(r"\bnot (?:been )?(?:modified|changed|touched|updated)", said):
                span = re.search(
                    rf"(?<=last ){_PERIOD}|(?<=past ){_PERIOD}|(?<=for ){_PERIOD}|(?<=in ){_PERIOD}",
                    said,
                    re.IGNORECASE,
                )
            _fits(span, match[2], unit)
            reading.put("older", span[0])
        else:
            raise Unclear("age")

    return read


def _fits(span: "re.Match[str] | None", number: str, unit: str) -> None:
    """Whether a span of time in words is about what the command says."""
    from nlsh.values.times import duration

    if span is None:
        raise Unclear("when")
    said = re.sub(r"^(last|past|previous)\s+", "", span[0].lower())
    try:
        seconds = duration(said)
    except ValueError as error:
        raise Unclear("when") from error
    wanted = int(number) * _TIMES[unit]
    if not 0.8 <= seconds / max(wanted, 1) <= 1.25:
        raise Unclear("when")


def _permission(reading: Reading, value: str) -> None:
    if re.fullmatch(r"0?[0-7]{3,4}", value):
        try:
            reading.put("mode", reading.copied(value))
        except Unclear:
            reading.put("mode", reading.copied(value.lstrip("0")))
    elif value in ("-2", "-002", "-o+w", "-o=w", "/002", "-0002", "+2"):
        reading.words(r"world|others?|everyone|everybody|all users")
        reading.put("permission", "world_writable")
    elif value in (
        "/u+x",
        "-u+x",
        "/a+x",
        "-111",
        "/111",
        "+x",
        "-a+x",
        "-100",
        "-u=x",
        "/u=x",
        "/a=x",
        "+111",
    ):
        reading.words(r"executables?|execut\w+")
        reading.put("permission", "executable")
    elif value in ("-4000", "/4000", "-u+s", "/u=s", "/u+s", "-u=s", "+4000", "-04000", "/6000", "+6000"):
        reading.words(r"suid|setuid|set[- ]?uid|set user id|setuid/setgid|SUID\w*")
        reading.put("permission", "setuid")
    else:
        raise Unclear("permission")


def _maximum(reading: Reading, value: str) -> None:
    reading.maximum = int(value) if value.isdigit() else None


def _minimum(reading: Reading, value: str) -> None:
    if value != "1":
        raise Unclear("mindepth")


_CONDITIONS = {
    "-size": _size,
    "-mtime": _age("modified", "d"),
    "-mmin": _age("modified", "m"),
    "-atime": _age("accessed", "d"),
    "-amin": _age("accessed", "m"),
    "-user": lambda reading, value: reading.put("owner", reading.copied(value)),
    "-group": lambda reading, value: reading.put("group", reading.copied(value)),
    "-perm": _permission,
    "-maxdepth": _maximum,
    "-mindepth": _minimum,
    "-newermt": lambda reading, value: reading.put("newer", reading.copied(value)),
}


def _action(reading: Reading, words: list[str]) -> None:
    """What is done with each file that was found."""
    words = (
        [
            word
            for word in words
            if word
            not in (
                "{}",
                "-0",
                "-print0",
                "-r0",
                "--null",
                "-r",
                "-v",
                "--",
                "-t",
                "-I",
                "-i",
                "-n1",
                "-I{}",
                "-h",
            )
        ]
        if words and words[0] not in ("chmod",)
        else [w for w in words if w not in ("{}", "-v", "-R", "-c")]
    )
    if not words:
        raise Unclear("no action")
    program, rest = words[0].rsplit("/", 1)[-1], words[1:]
    if program in ("rm", "rmdir") and all(word.startswith("-") for word in rest):
        reading.words(r"(?:delet|remov|eras|clean|purg|rm)\w*")
        reading.then.append(Call("files.delete", {}))
    elif (
        program in ("ls", "echo", "stat", "file", "basename")
        and all(word.startswith("-") for word in rest)
        and program != "file"
    ):
        return
    elif program in ("grep", "egrep", "fgrep"):
        _grep_action(reading, rest)
    elif program == "chmod" and len(rest) == 1 and re.fullmatch(r"[0-7]{3,4}", rest[0]):
        reading.then.append(Call("files.permissions", {"mode": reading.copied(rest[0])}))
    elif program in ("mv", "cp") and len([w for w in rest if not w.startswith("-")]) == 1:
        to = next(word for word in rest if not word.startswith("-"))
        for form in (to, to.rstrip("/"), to.removeprefix("./").rstrip("/"), to.rstrip("/") + "/"):
            if form in reading.said:
                reading.then.append(
                    Call("files.move" if program == "mv" else "files.copy", {"to": reading.copied(form)})
                )
                return
        raise Unclear(to)
    elif program in ("chown", "chgrp") and len([w for w in rest if not w.startswith("-")]) == 1:
        who = next(word for word in rest if not word.startswith("-"))
        user, _, group = who.partition(":") if program == "chown" else ("", "", who)
        args = {name: reading.copied(value) for name, value in (("user", user), ("group", group)) if value}
        reading.then.append(Call("files.owner", args))
    else:
        raise Unclear(program)


def _asks_for_files(said: str) -> bool:
    """Whether a sentence is about files that hold a text rather than its lines."""
    about = re.search(r"\bfiles?\b[^.]*\b(contain\w*|having|that have|which have)\b", said, re.IGNORECASE)
    return bool(about) and not re.search(
        r"\blines?\b|occurr|instances|print|search for the", said, re.IGNORECASE
    )


def _grep_action(reading: Reading, rest: list[str]) -> None:
    options = "".join(word[1:] for word in rest if word.startswith("-") and not word.startswith("--"))
    values = [word for word in rest if not word.startswith("-") and word not in ("/dev/null", "\\;")]
    if len(values) != 1 or set(options) - set("liHnrEeFsqRIw") or re.search(r"[\\\[\]^$*+()|]", values[0]):
        raise Unclear("grep")
    text = reading.copied(values[0])
    if "l" in options or "q" in options or _asks_for_files(reading.said):
        reading.put("text", text)
    else:
        reading.then.append(Call("files.search", {"text": text}))


def _search(reading: Reading) -> Call:
    """files.find with only a kind of file and a place, then a search, is one call."""
    args = {**reading.args, **reading.then[0].args}
    if args.get("kind") == "file":
        args.pop("kind")
    if set(args) - {"text", "under", "type"}:
        raise Unclear("a search with conditions")
    return Call("files.search", _ordered("files.search", args))


def _ordered(tool: str, args: dict[str, object]) -> dict[str, object]:
    return {name: args[name] for name in find_tool(tool).args.model_fields if name in args}


def _piped(reading: Reading, calls: list[Call], step: list[str]) -> list[Call]:
    """One more step of a pipeline."""
    program, rest = step[0].rsplit("/", 1)[-1], step[1:]
    if program == "xargs":
        reading.then = []
        before = dict(reading.args)
        _action(reading, [word for word in rest if word not in ("-0", "-I", "{}", "-r")])
        if reading.args != before:
            return [Call("files.find", _ordered("files.find", reading.args)), *calls[1:], *reading.then]
        if len(calls) == 1 and reading.then and reading.then[0].tool == "files.search":
            return [_search(reading)]
        return [*calls, *reading.then]
    if program == "wc" and rest == ["-l"]:
        reading.words(r"count|number|how many|total")
        return [*calls, Call("rows.count", {})]
    if program in ("head", "tail"):
        number = re.search(r"\d+", " ".join(rest))
        count = reading.words(rf"{number[0]}" if number and number[0] != "1" else "10|ten")
        return [*calls, Call("rows.first" if program == "head" else "rows.last", {"count": count})]
    if program in ("less", "more", "cat") and not rest:
        return calls
    if program == "sort" and not rest:
        return [*calls, Call("rows.sort", {"by": "name"})]
    if program in ("grep", "egrep") and calls[-1].tool == "processes.list" and len(rest) == 1:
        return [Call("processes.find", {"name": reading.copied(rest[0])})]
    raise Unclear(program)


def _grep(reading: Reading, words: list[str]) -> list[Call]:
    options = "".join(word[1:] for word in words if word.startswith("-") and not word.startswith("--"))
    values = [word for word in words if not word.startswith("-")]
    if (
        len(values) not in (1, 2)
        or set(options) - set("rRiniHIlsEFw")
        or re.search(r"[\\\[\]^$*+()|.]", values[0])
    ):
        raise Unclear("grep")
    args: dict[str, object] = {"text": reading.copied(values[0])}
    place = values[1] if len(values) == 2 else "."
    if re.fullmatch(r"\*\.\w+", place):
        _suffix(reading, place)
        kind = reading.args.pop("type", None) or reading.args.pop("name", None)
        args["type"] = kind
    elif place not in (".", "*", "./*", "./"):
        args["under"] = reading.copied(place)
    if "l" in options or ("under" not in args and _asks_for_files(reading.said)):
        return [Call("files.find", _ordered("files.find", {"kind": "file", **args}))]
    return [Call("files.search", _ordered("files.search", args))]


def _one(tool: str, name: str = "path", need: bool = True, allowed: str = ""):
    """A reader of a command with one path and options that change nothing here."""

    def read(reading: Reading, words: list[str]) -> list[Call]:
        options = "".join(word.lstrip("-") for word in words if word.startswith("-"))
        values = [word for word in words if not word.startswith("-")]
        if set(options) - set(allowed) or len(values) > 1 or (need and not values):
            raise Unclear(tool)
        return [Call(tool, {name: reading.copied(values[0])} if values else {})]

    return read


def _two(tool: str, allowed: str = ""):
    def read(reading: Reading, words: list[str]) -> list[Call]:
        options = "".join(word.lstrip("-") for word in words if word.startswith("-"))
        values = [word for word in words if not word.startswith("-")]
        if set(options) - set(allowed) or len(values) != 2 or any("*" in value for value in values):
            raise Unclear(tool)
        second = "other" if tool == "files.compare" else "to"
        return [Call(tool, {"path": reading.copied(values[0]), second: reading.copied(values[1])})]

    return read


def _part(which: str):
    def read(reading: Reading, words: list[str]) -> list[Call]:
        values = [word for word in words if not re.match(r"^-|^\d+$", word)]
        number = re.search(r"-n?\s*(\d+)", " ".join(words))
        if len(values) != 1 or re.search(r"-[cfF]", " ".join(words)):
            raise Unclear("part")
        path = reading.copied(values[0])
        return [Call("files.read", {"path": path, which: reading.words(number[1] if number else "10|ten")})]

    return read


_READERS = {
    "find": _find,
    "grep": _grep,
    "cat": _one("files.read"),
    "less": _one("files.read"),
    "head": _part("first"),
    "tail": _part("last"),
    "mkdir": _one("files.make_folder", allowed="pv"),
    "touch": _one("files.write"),
    "tac": _one("text.reverse"),
    "nl": _one("text.number"),
    "sort": _one("text.sort"),
    "diff": _two("files.compare", "uq"),
    "mv": _two("files.move", "v"),
    "cp": _two("files.copy", "rRvpa"),
    "df": lambda reading, words: [Call("devices.filesystems", {})] if all(w.startswith("-") for w in words) and "--total" not in words else _raise(),
    "du": _one("files.usage", need=False, allowed="shc"),
    "ping": _one("network.reach", "host"),
    "dig": _one("network.lookup", "name"),
    "ifconfig": lambda reading, words: [Call("network.interfaces", {})] if not words or words == ["-a"] else _raise(),
    "ps": lambda reading, words: [Call("processes.list", {})] if words in (["aux"], ["-ef"], ["-e"], ["ax"], ["-A"], []) else _raise(),
    "pstree": lambda reading, words: [Call("processes.tree", {})] if not words or words == ["-p"] else _raise(),
    "who": lambda reading, words: [Call("system.sessions", {})] if not words else _raise(),
    "w": lambda reading, words: [Call("system.sessions", {})] if not words else _raise(),
    "uptime": lambda reading, words: [Call("system.uptime", {})] if not words else _raise(),
    "whoami": lambda reading, words: [Call("system.user", {})] if not words else _raise(),
    "date": lambda reading, words: [Call("system.time", {})] if not words else _raise(),
    "cal": lambda reading, words: [Call("system.calendar", {})] if not words else _raise(),
    "env": lambda reading, words: [Call("system.environment", {})] if not words else _raise(),
    "printenv": lambda reading, words: [Call("system.environment", {})] if not words else _raise(),
    "history": lambda reading, words: [Call("system.shell_history", {})] if not words else _raise(),
    "jobs": lambda reading, words: [Call("processes.jobs", {})] if not words else _raise(),
    "free": lambda reading, words: [Call("memory.usage", {})],
    "tree": _one("files.tree", need=False),
    "md5sum": lambda reading, words: [Call("files.checksum", {"path": reading.copied(words[0]), "method": "md5"})] if len(words) == 1 else _raise(),
    "sha256sum": _one("files.checksum"),
}  # fmt: skip


def _raise() -> list[Call]:
    raise Unclear("options")
