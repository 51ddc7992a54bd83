"""What a person has allowed for good: one tool below one folder, or one command in one folder.

Kept in allowed.toml beside the settings, where no plan may write; people may edit it.
"""

import json
import os
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from nlsh.errors import NlshError, UsageError

_HEAD = "# What you allowed for good, with 'a' where nlsh asked. nlsh policy shows it, nlsh policy forget N takes one back.\n"


@dataclass(frozen=True, slots=True)
class Allowance:
    """`tool` may change what lies below `under`; with `command`, exactly this command may run in `under`."""

    tool: str
    under: str
    command: str = ""


def place(config: Path) -> Path:
    """Where they are kept."""
    return config / "allowed.toml"


def load(config: Path) -> tuple[Allowance, ...]:
    """All of them; UsageError for a file that cannot be read as such: it must not silently allow less, or more."""
    path = place(config)
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("allow", [])
        found = tuple(Allowance(str(e["tool"]), str(e["under"]), str(e.get("command", ""))) for e in entries)
    except FileNotFoundError:
        return ()
    except (
        OSError,
        UnicodeDecodeError,
        tomllib.TOMLDecodeError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        raise UsageError(f"{path} cannot be read: {error}", "mend it, or move it away") from error
    for allowance in found:
        if not os.path.isabs(allowance.under):
            raise UsageError(f"{path}: '{allowance.under}' is no absolute path", "mend it, or move it away")
    return found


def save(config: Path, allowances: tuple[Allowance, ...]) -> None:
    """Write them, whole or not at all."""
    path = place(config)
    lines = [_HEAD]
    for allowance in allowances:
        fields = {key: value for key, value in asdict(allowance).items() if value}
        lines.append(
            "\n[[allow]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())
        )
    partial = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as writer:
            writer.writelines(lines)
        os.replace(partial, path)
    except (OSError, UnicodeEncodeError) as error:
        raise NlshError(
            "failed", f"{path} cannot be written: {error}", "it holds for this time only"
        ) from error
