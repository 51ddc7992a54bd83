"""The walls of one call as a profile for macOS's sandbox-exec: what Landlock, seccomp and namespaces are on Linux.

Made from the same Confinement as those. It has never run on a Mac: its tests hold the text to the rules
of the language alone, and nlsh does not use it until somebody has put the attacks to it there. It is weaker
by nature: metadata of granted trees cannot be told from their content, and a child is not alone in its world.

Language: the Sandbox Profile Language of macOS, version 1 (sandbox-exec(1), the profiles in /System/Library/Sandbox).
"""

import os

from nlsh.sandbox.confinement import Confinement

_HEAD = """(version 1)
(deny default)
(deny file-write* (with no-log))
(allow process-info* (target self))
(allow signal (target self))
(allow sysctl-read)
(allow mach-lookup (global-name "com.apple.system.logger"))
(allow file-read-metadata (literal "/"))
"""
_SYSTEM = ("/usr/lib", "/usr/share", "/System/Library", "/Library/Frameworks", "/private/var/db/timezone")
_PROGRAMS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/opt/homebrew")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


def profile(confinement: Confinement) -> str:
    """The profile text. What comes later wins, so what is hidden comes last. ValueError for a path that is not absolute."""
    lines = [_HEAD]
    lines += [_rule("allow", "file-read*", "subpath", path) for path in _SYSTEM]
    lines += [_rule("allow", "file-read* file-write-data", "literal", path) for path in _DEVICES]
    for path in confinement.reads:
        lines.append(_rule("allow", "file-read*", "subpath", path))
    for path in confinement.writes:
        lines.append(_rule("allow", "file-read* file-write*", "subpath", path))
        if not confinement.metadata and confinement.command is None:
            lines.append(
                _rule(
                    "deny",
                    "file-write-mode file-write-owner file-write-xattr file-write-flags",
                    "subpath",
                    path,
                )
            )
    if confinement.command is not None:
        lines.append("(allow process-fork)")
        lines += [_rule("allow", "file-read* process-exec", "subpath", path) for path in _PROGRAMS]
        lines.append(_rule("allow", "process-exec", "subpath", confinement.cwd))
    if confinement.network:
        lines.append("(allow network-outbound)\n(allow system-socket)")
        lines.append(_rule("allow", "file-read*", "literal", "/private/etc/resolv.conf"))
    if confinement.processes:
        lines.append("(allow process-info-listpids)\n(allow process-info-pidinfo)")
    for path in confinement.locks:
        lines.append(_rule("deny", "file-write*", "subpath", path))
    for path in confinement.masks:
        lines.append(_rule("deny", "file-read* file-write*", "subpath", path))
    return "\n".join(line.rstrip("\n") for line in lines) + "\n"


def _rule(verdict: str, operations: str, kind: str, path: str) -> str:
    return f"({verdict} {operations} ({kind} {_quoted(path)}))"


def _quoted(path: str) -> str:
    """A path as a string of the language; what could end the string or the line is escaped."""
    if not os.path.isabs(path):
        raise ValueError(f"{path} is not absolute")
    text = path.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\x{ord(c):02x}" for c in text) + '"'
