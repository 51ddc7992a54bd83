"""The verdict on a call: allow, ask or deny, from its effects alone. Pure.

The order is fixed: what is never done comes first, then what always asks, then what is
free. Neither a model nor `--yes` changes a verdict; `--yes` only answers a question. What
people wrote in rule files narrows that, and answers some of the questions beforehand.
"""

import ipaddress
import json
import os
from dataclasses import dataclass, replace

from nlsh import rulebook
from nlsh.allowances import Allowance
from nlsh.changes import Change
from nlsh.commandline import PRIVILEGE, base, programs
from nlsh.protected import is_within, secret_paths, within_any
from nlsh.rulebook import Tier
from nlsh.turn import Decision, Effects, Scene

_NEVER_WRITE = (
    "/etc", "/boot", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/dev", "/proc", "/sys", "/run", "/var/spool/cron",
)  # fmt: skip
_STARTUP = (
    ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zshenv", ".zprofile", ".zlogin", ".login",
    ".cshrc", ".tcshrc", ".kshrc", ".xinitrc", ".xprofile", ".xsession", ".inputrc", ".vimrc", ".gitconfig", ".pam_environment",
    ".config/autostart", ".config/systemd", ".config/fish", ".config/environment.d", ".config/git", ".local/bin", "bin",
    ".config/nushell", ".emacs", ".emacs.d", ".config/nvim", ".tmux.conf", ".pythonrc", ".config/plasma-workspace",
)  # fmt: skip
_KNOCKING = ("lookup", "reach")  # nothing of a page comes back from these
_MAY_BE_ALLOWED = ("external", "delete", "overwrite", "move", "permissions")
MANY = 2  # from this many on, a change of permissions asks


@dataclass(frozen=True, slots=True)
class Rules:
    """What policy depends on beside the effects."""

    home: str
    own: tuple[str, ...]
    write: tuple[str, ...] = ()
    external_commands: str = "ask"
    external_as_root: str = "ask"
    uid: int = 0
    user: str = ""
    path_folders: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ("/",)
    allowed: tuple[Allowance, ...] = ()  # what a person allowed for good
    only_write: tuple[str, ...] | None = None  # a task file's own limit, on top of all others
    only_hosts: tuple[str, ...] | None = None  # the same for hosts
    tiers: tuple[Tier, ...] = ()  # the rules that people wrote, outermost first


def decide(effects: Effects, scene: Scene, rules: Rules, tool: str = "") -> Decision:
    """The verdict, the rule that gave it and the reason in words. What was allowed for good only answers a question."""
    decision = _by_rules(_decided(effects, scene, rules), effects, scene, rules, tool)
    asked = decision.verdict == "ask" and decision.rule in _MAY_BE_ALLOWED
    if asked and any(_covers(allowance, effects, scene, tool) for allowance in rules.allowed):
        return replace(decision, verdict="allow", rule="always", reason="you allowed it for good")
    return decision


def granted(effects: Effects, decision: Decision, rules: Rules) -> Effects:
    """The effects with what rules give to the call, and hide from it."""
    return replace(
        effects, network=decision.network and rules.only_hosts is None, hides=rulebook.hidden(rules.tiers)
    )


def _touched(effects: Effects) -> tuple[str, ...]:
    """What a rule's path is compared with: what is changed, or whatever a command line could change."""
    if effects.command is not None:
        return effects.writes
    return (*_written(effects), *effects.deletes)


def _by_rules(decision: Decision, effects: Effects, scene: Scene, rules: Rules, tool: str) -> Decision:
    """The verdict once the rule files have spoken: the strictest of theirs, where nothing forbids it from the start.

    An allow answers only questions of the kinds that a person may answer for good. One that names a host lets it be
    spoken to; what the call changes besides is judged as for any host.
    """
    strangers = decision.rule == "network" and decision.verdict in ("deny", "ask")
    if not rules.tiers or (decision.verdict == "deny" and not strangers):
        return decision
    spoken = effects.command if effects.command is not None else effects.later
    line = programs(spoken) if spoken is not None else None
    said = rulebook.opinions(
        rules.tiers, tool, _touched(effects), effects.reads, effects.contacts,
        line.each if line else None, line.opaque if line else False,
    )  # fmt: skip
    if not said:
        return decision
    network = any(rule.network for _, _, rule in said)
    tier, number, rule = min(said, key=lambda one: ("deny", "ask", "allow").index(one[2].verdict))
    how = {"deny": "forbids it", "ask": "wants it to be asked about", "allow": "allows it"}[rule.verdict]
    own = Decision(rule.verdict, f"{tier.name} {number}", rule.reason or f"{tier.file} {how}", network)
    if rule.verdict == "deny":
        return replace(own, network=False)
    if strangers:  # a host is let in by its name alone
        limited = rules.only_hosts is not None and any(h not in rules.only_hosts for h in effects.contacts)
        if limited or not all(r.host for _, _, r in said):
            return decision
        rest = _decided(effects, scene, replace(rules, hosts=(*rules.hosts, *effects.contacts)))
        return own if rest.verdict == "allow" or rule.verdict == "ask" else rest
    answers = decision.rule in _MAY_BE_ALLOWED and (rule.path or not rule.host)
    if rule.verdict == "ask" or (decision.verdict == "ask" and answers):
        return own
    return replace(decision, network=network)


def allowance_for(
    effects: Effects, scene: Scene, rules: Rules, tool: str, decision: Decision
) -> Allowance | None:
    """What "always" would allow: no more than this tool below the folder that all of its changes lie in. None where it is too much."""
    if decision.verdict != "ask" or decision.rule not in _MAY_BE_ALLOWED:
        return None
    if effects.command is not None:
        return Allowance(tool, scene.cwd, effects.command)
    paths = [*_written(effects), *effects.deletes]
    if not paths:
        return None
    under = os.path.commonpath([os.path.dirname(path) for path in paths])
    return None if is_within(rules.home, under) else Allowance(tool, under)


def _covers(allowance: Allowance, effects: Effects, scene: Scene, tool: str) -> bool:
    if allowance.tool != tool:
        return False
    if effects.command is not None or allowance.command:
        return effects.command == allowance.command and scene.cwd == allowance.under
    paths = [*_written(effects), *effects.deletes]
    return bool(paths) and all(is_within(path, allowance.under) and path != allowance.under for path in paths)


def _decided(effects: Effects, scene: Scene, rules: Rules) -> Decision:
    return (
        _denied_read(effects, rules)
        or _denied_change(effects, scene, rules)
        or _denied_signal(effects, rules)
        or _denied_command(effects, scene, rules)
        or _judged_contact(effects, rules)
        or _asked(effects, scene, rules)
        or Decision("allow", "free", "nothing is lost by it")
    )


def _deny(rule: str, reason: str) -> Decision:
    return Decision("deny", rule, reason)


def _denied_read(effects: Effects, rules: Rules) -> Decision | None:
    own, secret = within_any(rules.own), within_any(secret_paths(rules.home))
    for path in effects.reads:
        if own(path) and not _is_saved(path, rules):
            return _deny("own-state", f"{path} belongs to nlsh itself")
        if secret(path):
            return _deny("secrets", f"{path} holds secrets and is not read")
        parts = path.split("/")
        if len(parts) > 3 and parts[1] == "proc" and parts[3] in ("environ", "mem", "maps"):
            return _deny("secrets", f"{path} belongs to another process")
    return None


def _is_saved(path: str, rules: Rules) -> bool:
    return any(is_within(path, os.path.join(own, "saved")) for own in rules.own)


def _denied_change(effects: Effects, scene: Scene, rules: Rules) -> Decision | None:
    for path in effects.deletes:
        protected = _undeletable(path, scene, rules)
        if protected:
            return _deny("protected", f"{path} is {protected} and is not deleted or moved")
    for path in (*effects.deletes, *(change.path for change in effects.changes if change.op == "chmod")):
        if any(is_within(own, path) for own in rules.own):
            return _deny("own-state", f"{path} holds nlsh's own state")
    own, system, secret = (
        within_any(rules.own),
        within_any(_NEVER_WRITE),
        within_any(secret_paths(rules.home)),
    )
    yours = within_any((scene.cwd, rules.home, *rules.write))
    named = None if rules.only_write is None else within_any(rules.only_write)
    for path in _written(effects):
        if own(path):
            return _deny("own-state", f"{path} belongs to nlsh itself")
        if system(path):
            return _deny("system", f"{path} belongs to the system")
        if secret(path):
            return _deny("secrets", f"{path} holds secrets and is not changed")
        if not yours(path):
            return _deny("outside", f"{path} lies outside the current folder and your home")
        if named is not None and not named(path):
            return _deny("allow", f"the task file does not allow itself to write to {path}")
    return None


def _undeletable(path: str, scene: Scene, rules: Rules) -> str:
    if path == "/" or path in rules.mounts:
        return "a mount point" if path != "/" else "everything"
    if is_within(rules.home, path):
        return "your home" if path == rules.home else "above your home"
    if is_within(scene.cwd, path):
        return "the current folder" if path == scene.cwd else "above the current folder"
    return ""


def _written(effects: Effects) -> list[str]:
    """Every path that the user would call written to; the trash is not one."""
    # of a brokered act only one on a file has a path: a new owner
    found = [
        change.path for change in effects.changes if change.op != "broker" or change.path.startswith("/")
    ]
    return found + [
        change.to for change in effects.changes if change.to and change.op not in ("trash", "broker")
    ]


def _denied_signal(effects: Effects, rules: Rules) -> Decision | None:
    for target in effects.signals:
        if target.pid <= 1:
            return _deny("pid-1", "process 1 keeps the system alive")
        if target.user != rules.user:
            return _deny("others", f"{target.name} ({target.pid}) belongs to {target.user}")
        if target.pid in (os.getpid(), os.getppid()):
            return _deny("self", "that is nlsh itself, or what it runs in")
    return None


def _denied_command(effects: Effects, scene: Scene, rules: Rules) -> Decision | None:
    if effects.command is None:
        return None
    asking = next((name for name in map(base, programs(effects.command).each) if name in PRIVILEGE), None)
    if asking is not None:
        return _deny("privilege", f"{asking} asks for rights that nothing gets in the sandbox")
    if rules.external_commands == "deny" or (rules.uid == 0 and rules.external_as_root == "deny"):
        return _deny("external", "external commands from sentences are switched off")
    if is_within(rules.home, scene.cwd) or any(
        is_within(own, scene.cwd) or is_within(scene.cwd, own) for own in rules.own
    ):
        return _deny(
            "external-in-home",
            "a command may change everything below the current folder, and that holds your home",
        )
    if any(is_within(scene.cwd, folder) for folder in _NEVER_WRITE) or any(
        is_within(scene.cwd, s) for s in secret_paths(rules.home)
    ):
        return _deny(
            "external-in-system",
            f"a command may change everything below the current folder, and {scene.cwd} is not yours to change",
        )
    return None


def _judged_contact(effects: Effects, rules: Rules) -> Decision | None:
    """Speaking to another host: looking one up or knocking asks, fetching is off until the host is allowed."""
    strangers = [host for host in effects.contacts if not _own_machine(host) and not _allowed(host, rules)]
    if not strangers:
        return None
    web = [json.loads(argument)["what"] for name, argument in effects.brokered if name == "web"]
    if any(what not in _KNOCKING for what in web):
        return _deny("network", f"{strangers[0]} is not among the hosts that may be fetched from")
    return Decision("ask", "network", f"it speaks to {strangers[0]}")


def _own_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"  # a name such as 127.example.org is somebody else's


def _allowed(host: str, rules: Rules) -> bool:
    return any(
        host == known or (known.startswith("*.") and host.endswith(known[1:])) for known in rules.hosts
    )


def _asked(effects: Effects, scene: Scene, rules: Rules) -> Decision | None:
    if effects.command is not None:
        return Decision("ask", "external", "it runs an external command")
    acts = [change for change in effects.changes if change.op == "broker"]
    if acts:
        return Decision("ask", "system", f"it changes {acts[0].path}, which is no file")
    if effects.signals:
        return Decision("ask", "signal", "it stops processes")
    starts = within_any((*(os.path.join(rules.home, name) for name in _STARTUP), *rules.path_folders))
    for path in _written(effects):
        if (
            starts(path)
            or "/.git/hooks/" in path
            or path.endswith(("/.git/hooks", "/.git/config", "/.envrc"))
        ):
            return Decision("ask", "startup", f"{path} is run by itself later on")
    ops = [change.op for change in effects.changes]
    if "erase" in ops:
        return Decision("ask", "erase", "what it deletes is gone for good")
    if "trash" in ops:
        return Decision("ask", "delete", "it deletes")
    if "replace" in ops or "restore" in ops:
        return Decision("ask", "overwrite", "it overwrites")
    if "move" in ops:
        return Decision("ask", "move", "it moves")
    if ops.count("chmod") >= MANY:
        return Decision("ask", "permissions", "it changes the permissions of many")
    return None


def summary(changes: tuple[Change, ...]) -> tuple[int, int]:
    """How many items and bytes a list of changes concerns."""
    counted = [change for change in changes if change.op != "mkdir" or len(changes) == 1]
    return len(counted), sum(change.size for change in counted)
