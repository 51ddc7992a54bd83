"""From a model that was named to a conversation with it; a server elsewhere is asked only after a person has said yes to it."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nlsh.agent.chat.endpoint import Address, Endpoint, address
from nlsh.agent.chat.local import LocalSpeaker
from nlsh.agent.chat.rounds import Conversation
from nlsh.agent.manners import Preview
from nlsh.config import Config
from nlsh.errors import Exit, NlshError, Refused, UsageError
from nlsh.gguf import Header

if TYPE_CHECKING:
    from nlsh.agent.turns import Shell

KEY = "NLSH_API_KEY"
SERVICE = "nlsh"  # under which the keyring keeps the keys


class Named(Protocol):
    """What was named: a file with its header, or an address without one."""

    @property
    def place(self) -> str: ...
    @property
    def header(self) -> Header | None: ...


def conversation(
    named: Named,
    config: Config,
    folder: Path,
    shell: "Shell",
    notice: Callable[[str], None],
    *,
    offline: bool,
) -> Conversation:
    """A conversation with the model; NlshError when it may not be spoken to."""
    if named.header is not None:
        return Conversation(LocalSpeaker(Path(named.place), named.header, config.context, notice), notice)
    where = address(named.place)
    if (offline or config.offline) and not where.here:
        raise Refused(
            f"{where.origin} is not asked while offline",
            "leave --offline out, or name a model on this disk",
            "offline",
        )
    if not where.here:
        _consent(where, folder, shell)
    return Conversation(Endpoint(where, _key(config, where.origin), notice), notice)


def allowed(folder: Path) -> list[str]:
    """The servers that may be sent what is said and read."""
    try:
        found = json.loads((folder / "servers.json").read_text("utf-8"))
    except (OSError, ValueError):
        return []  # none is
    return [str(one) for one in found] if isinstance(found, list) else []


def allow(folder: Path, origin: str) -> None:
    """Write down that a person lets this server be asked."""
    known = [*allowed(folder), origin]
    partial = folder / "servers.json.part"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.write_text(json.dumps(sorted(set(known))), "utf-8")
        os.replace(partial, folder / "servers.json")
    except OSError as error:
        raise NlshError(
            "failed", f"{folder / 'servers.json'} cannot be written: {(error.strerror or 'error').lower()}"
        ) from error


def _consent(where: Address, folder: Path, shell: "Shell") -> None:
    if where.origin in allowed(folder):
        return
    sent = (
        "what you say to nlsh",
        "the name of the current folder",
        "what tools find: names, sizes, and text of files that are read",
    )
    headline = f"send this to {where.origin}"
    if shell.manners.confirm is None:
        raise NlshError(
            "needs_confirmation", f"{headline}: {', '.join(sent)}?", "say yes to it once at the prompt, or: nlsh models allow " + where.origin,
            Exit.NEEDS_CONFIRMATION,
        )  # fmt: skip
    preview = Preview(headline, sent, "what was sent cannot be taken back", "a server elsewhere", "")
    if not shell.manners.confirm(preview):
        raise NlshError("needs_confirmation", "not confirmed; nothing was sent", "", Exit.NEEDS_CONFIRMATION)
    allow(folder, where.origin)


def _key(config: Config, origin: str) -> str:
    """The key for a server: from the environment, from the file that the settings name, or from the keyring."""
    if key := os.environ.get(KEY, "").strip():
        return key
    if not config.key_file:
        return _kept(origin)
    path = Path(config.key_file).expanduser()
    try:
        if path.stat().st_mode & 0o077:
            raise NlshError("key", f"{path} can be read by others", f"chmod 600 {path}")
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NlshError("key", f"{path} cannot be read", "key_file in the settings names it") from error


def _kept(origin: str) -> str:
    """The key that the desktop's keyring holds for a server; "" where there is no keyring, or the extra `keyring` is missing."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return keyring.get_password(SERVICE, origin) or ""
    except KeyringError:
        return ""


def keep_key(origin: str, key: str) -> None:
    """Put the key for a server into the keyring; an empty one is taken out. NlshError where there is no keyring."""
    try:
        import keyring
        from keyring.errors import KeyringError, PasswordDeleteError
    except ImportError as error:
        raise UsageError("this needs the extra keyring", "pip install 'nlsh[keyring]'") from error
    try:
        if key:
            keyring.set_password(SERVICE, origin, key)
        else:
            with suppress(PasswordDeleteError):  # there was none
                keyring.delete_password(SERVICE, origin)
    except KeyringError as error:
        hint = "use NLSH_API_KEY, or key_file in the settings"
        raise NlshError("key", "there is no keyring to keep it in", hint) from error
