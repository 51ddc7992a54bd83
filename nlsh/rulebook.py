"""Rules of policy that people write: files in TOML, in four tiers, of which an inner one can only narrow an outer one.

system   /etc/nlsh/policy.toml            for everybody on the machine
user     policy.toml beside the settings  for one person
project  .nlsh/policy.toml                in the current folder or one above it; ignored until the user trusts it
session  --policy FILE                    for one start of nlsh

In a file the first rule that fits decides. Between files the strictest decides: an allow of
one counts only where no other asks or denies. A file that cannot be read as rules stops nlsh:
it must not silently allow more.
"""

import os
import stat
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, get_args

from nlsh.errors import UsageError
from nlsh.projects import is_trusted, project_file, trust_file

Verdict = Literal["allow", "ask", "deny"]
TierName = Literal["system", "user", "project", "session"]
SYSTEM_FILE = Path("/etc/nlsh/policy.toml")
MAX_BYTES = 1 << 20
DEFAULT_TEXT = """\
# nlsh policy. In a file the first rule that fits decides; between files the strictest one.
# What nlsh never does (nlsh help policy) stays so, whatever stands here.
#
# A rule has a verdict, "allow", "ask" or "deny", and at least one of these, all of which must fit:
#   tool     a tool's name; "files.*" is every tool of files
#   path     what is changed: this file or folder and what lies below it; of a command line, the
#            folder that it runs in, all of which it may change
#   reads    what is read: the same
#   host     who is spoken to; "*.example.org" is every host below it
#   command  how a program of a command line begins: "git push". Every program of a line must
#            have a rule that allows it; one that is denied denies the line. Only a rule with
#            a command, or with tool = "shell.*" or the like, allows a command line.
# A rule that allows a command may give it the network: network = true. The preview says so.
# reason is shown to whoever is asked or refused.

# [[rule]]
# verdict = "deny"
# tool = "files.*"
# path = "~/Archive"
# reason = "the archive is finished"

# [[rule]]
# verdict = "allow"
# command = "git fetch"
# network = true
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; empty fields do not matter to it."""

    verdict: Verdict
    tool: str = ""
    path: str = ""
    reads: str = ""
    host: str = ""
    command: tuple[str, ...] = ()
    network: bool = False
    reason: str = ""

    def fits_tool(self, tool: str) -> bool:
        """Whether the rule speaks of `tool`."""
        return not self.tool or fnmatchcase(tool, self.tool)

    def fits_words(self, words: tuple[str | None, ...]) -> bool:
        """Whether a program's words begin as the rule's command does, if it has one; folders of the program do not matter."""
        if not self.command:
            return True
        if len(words) < len(self.command) or words[0] is None:
            return False
        said = (words[0].rpartition("/")[2], *words[1:])
        pairs = zip(said, self.command, strict=False)
        return all(word is not None and fnmatchcase(word, wanted) for word, wanted in pairs)

    @property
    def means_commands(self) -> bool:
        """Whether it speaks of command lines by name: no folder is an allowance to run whatever is said there."""
        return bool(self.command) or self.tool not in ("", "*")

    def in_words(self) -> str:
        """The rule as `nlsh policy` lists it."""
        fields = {
            "tool": self.tool, "path": self.path, "reads": self.reads, "host": self.host, "command": " ".join(self.command),
            "network": "yes" if self.network else "", "reason": self.reason,
        }  # fmt: skip
        return f"{self.verdict}: " + ", ".join(f"{name} {value}" for name, value in fields.items() if value)


@dataclass(frozen=True, slots=True)
class Tier:
    """The rules of one file."""

    name: TierName
    file: str
    rules: tuple[Rule, ...]


def parse(text: str, file: str, base: str, home: str) -> tuple[Rule, ...]:
    """The rules of a file's text. Relative paths lie below `base`. UsageError names what is wrong."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: {error}", "mend the file; nlsh policy example prints one") from error
    unknown = [name for name in found if name != "rule"]
    if unknown:
        raise UsageError(f"{file}: there is no '{unknown[0]}'", "rules are written as [[rule]]")
    entries = found.get("rule", [])
    if not isinstance(entries, list):
        raise UsageError(f"{file}: 'rule' is not a list", "rules are written as [[rule]]")
    return tuple(_rule(entry, f"{file}, rule {n}", base, home) for n, entry in enumerate(entries, 1))


def _rule(entry: Any, where: str, base: str, home: str) -> Rule:
    kinds = {name: bool if name == "network" else str for name in Rule.__dataclass_fields__}
    if not isinstance(entry, dict):
        raise UsageError(f"{where} is not a table", "rules are written as [[rule]]")
    for name, value in entry.items():
        if name not in kinds:
            raise UsageError(f"{where}: there is no '{name}'", f"there are: {', '.join(kinds)}")
        if not isinstance(value, kinds[name]) or value == "":
            raise UsageError(
                f"{where}: '{name}' has a value of the wrong kind", "nlsh policy example prints one"
            )
    if entry.get("verdict") not in get_args(Verdict):
        raise UsageError(
            f'{where}: the verdict is "allow", "ask" or "deny"', "nlsh policy example prints one"
        )
    if not set(entry) & {"tool", "path", "reads", "host", "command"}:
        raise UsageError(f"{where} would fit everything", "name a tool, path, host or command")
    if entry.get("network") and (entry["verdict"] == "deny" or "command" not in entry):
        raise UsageError(f"{where}: network is for a command that is allowed or asked about", "add a command")
    given = dict(entry)
    for name in ("path", "reads"):
        if name in given:
            given[name] = _path(given[name], base, home)
    if "command" in given:
        given["command"] = tuple(given["command"].split())
    if "host" in given:
        given["host"] = given["host"].lower()
    return Rule(**given)


def _path(text: str, base: str, home: str) -> str:
    if text == "~" or text.startswith("~/"):
        text = home + text[1:]
    return os.path.realpath(os.path.join(base, text))


def load(config: Path, cwd: str, home: str, session: str | None) -> tuple[Tier, ...]:
    """Every tier that is there and counts, outermost first."""
    found: list[Tier] = []
    if (text := _read(SYSTEM_FILE, by_root=True)) is not None:
        found.append(Tier("system", str(SYSTEM_FILE), parse(text, str(SYSTEM_FILE), "/", home)))
    user = config / "policy.toml"
    if (text := _read(user)) is not None:
        found.append(Tier("user", str(user), parse(text, str(user), home, home)))
    project = project_file(cwd, home)
    if project is not None and (text := _read(project)) is not None and is_trusted(config, project, text):
        found.append(Tier("project", str(project), parse(text, str(project), str(project.parents[1]), home)))
    if session is not None:
        chosen = Path(session).expanduser()
        text = _read(chosen)
        if text is None:
            raise UsageError(f"there is no policy file {session}", "check the name after --policy")
        found.append(
            Tier(
                "session",
                str(chosen),
                parse(text, str(chosen), os.path.dirname(os.path.abspath(chosen)), home),
            )
        )
    return tuple(found)


def untrusted(config: Path, cwd: str, home: str) -> Path | None:
    """A project's file that is there and does not count, or does no longer: nobody has trusted what it says now."""
    project = project_file(cwd, home)
    text = _read(project) if project is not None else None
    if project is None or text is None or is_trusted(config, project, text):
        return None
    return project


def trust(config: Path, project: Path, home: str) -> tuple[Rule, ...]:
    """Let the file count, as it is now; its rules. UsageError when it does not hold any."""
    text = _read(project)
    if text is None:
        raise UsageError(f"there is no {project}", "name a project's policy file")
    rules = parse(text, str(project), str(project.parents[1]), home)
    trust_file(config, project, text)
    return rules


def _read(path: Path, *, by_root: bool = False) -> str | None:
    """A rule file's text; None when there is none. UsageError when it cannot be read, or others may have written it."""
    try:
        with path.open("rb") as reader:
            status = os.fstat(reader.fileno())
            data = reader.read(MAX_BYTES + 1)
        text = data.decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "mend it, or move it away") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} is too large for a policy file", "mend it, or move it away")
    owners = {0} if by_root else {0, os.getuid()}
    if status.st_uid not in owners or status.st_mode & stat.S_IWOTH:
        raise UsageError(f"{path} may have been written by somebody else", "make it yours alone: chmod o-w")
    return text


def opinions(
    tiers: Iterable[Tier], tool: str, changed: tuple[str, ...], read: tuple[str, ...], hosts: tuple[str, ...],
    programs: tuple[tuple[str | None, ...], ...] | None, opaque: bool,
) -> list[tuple[Tier, int, Rule]]:  # fmt: skip
    """What each tier says of a call: at most one rule each, with its number.

    `programs` are those of its command line, None where it has none; `opaque` says that there may be others.
    """
    found = []
    for tier in tiers:
        said = _first(tier.rules, tool, changed, read, hosts, programs, opaque)
        if said is not None:
            found.append((tier, *said))
    return found


def _first(
    rules: tuple[Rule, ...], tool: str, changed: tuple[str, ...], read: tuple[str, ...], hosts: tuple[str, ...],
    programs: tuple[tuple[str | None, ...], ...] | None, opaque: bool,
) -> tuple[int, Rule] | None:  # fmt: skip
    """The first rule that fits. A command line is judged program by program: the strictest of their verdicts is its own."""
    numbered = [(n, rule) for n, rule in enumerate(rules, 1) if rule.fits_tool(tool)]
    fitting = [(n, rule) for n, rule in numbered if _fits_paths(rule, changed, read, hosts)]
    if programs is not None:
        fitting = [(n, rule) for n, rule in fitting if rule.verdict != "allow" or rule.means_commands]
    each = programs or ((None,),)  # of what is not known, and of what is no command line, no command is said
    by_program = [next((one for one in fitting if one[1].fits_words(words)), None) for words in each]
    said = [one for one in by_program if one is not None]
    for verdict in ("deny", "ask"):
        for one in said:
            if one[1].verdict == verdict:
                return one
    covered = len(said) == len(by_program) and not (opaque and any(rule.command for _, rule in said))
    return said[0] if covered else None


def _fits_paths(rule: Rule, changed: tuple[str, ...], read: tuple[str, ...], hosts: tuple[str, ...]) -> bool:
    """An allow must cover all of them; anything else is meant as soon as it meets one, or something that holds one."""
    allows = rule.verdict == "allow"
    enough = all if allows else any

    def covered(wanted: str, given: tuple[str, ...]) -> bool:
        return not wanted or (
            bool(given)
            and enough(_below(path, wanted) or (not allows and _below(wanted, path)) for path in given)
        )

    def reached(wanted: str) -> bool:
        return not wanted or (bool(hosts) and enough(_host(host, wanted) for host in hosts))

    inside = not rule.reads or (bool(read) and enough(_below(path, rule.reads) for path in read))
    return covered(rule.path, changed) and inside and reached(rule.host)


def hidden(tiers: Iterable[Tier]) -> tuple[str, ...]:
    """What no call may read whatever it is granted: it is hidden in every tree that holds it."""
    return tuple(
        rule.reads
        for tier in tiers
        for rule in tier.rules
        if rule.verdict == "deny" and rule.reads and not (rule.tool or rule.path or rule.host or rule.command)
    )


def _below(path: str, wanted: str) -> bool:
    if any(c in wanted for c in "*?["):
        return any(fnmatchcase(part, wanted) for part in (path, *(str(p) for p in Path(path).parents)))
    return path == wanted or path.startswith(wanted.rstrip("/") + "/")


def _host(host: str, wanted: str) -> bool:
    return host == wanted or (wanted.startswith("*.") and host.endswith(wanted[1:])) or wanted == "*"
