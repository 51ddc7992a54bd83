"""Where nlsh keeps its things, and the user's settings.

XDG folders for config, data, state and cache; one TOML file, every key of which has a
default, so that no file at all is a valid configuration.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlsh.errors import NlshError, UsageError
from nlsh.themes import THEMES
from nlsh.warm import place

EMBEDDED = "embedded"  # what the model that comes with nlsh is called


@dataclass(frozen=True)
class Folders:
    """nlsh's own folders. Nothing that a plan runs may write there, or even see them."""

    config: Path
    data: Path
    state: Path
    cache: Path

    @property
    def database(self) -> Path:
        """The SQLite file of sessions, turns and the journal."""
        return self.state / "nlsh.db"

    @property
    def saved(self) -> Path:
        """Where bytes that a change overwrites are put aside for undo."""
        return self.state / "saved"

    @property
    def log(self) -> Path:
        """Tracebacks of nlsh's own mistakes."""
        return self.state / "nlsh.log"

    @property
    def own(self) -> tuple[str, ...]:
        """Every one of them, resolved, and the folder where the background process listens: who gets there is served unconfined."""
        return tuple(
            os.path.realpath(p) for p in (self.config, self.data, self.state, self.cache, place.folder())
        )


def home_folder() -> str:
    """The user's home: HOME if it is a folder, else what the user table says."""
    home = os.environ.get("HOME", "")
    if home and os.path.isabs(home) and os.path.isdir(home):
        return os.path.realpath(home)
    import pwd

    try:
        return os.path.realpath(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return "/"


def folders() -> Folders:
    """The XDG folders, from the environment or their defaults below the home."""

    def place(variable: str, default: str) -> Path:
        value = os.environ.get(variable, "")
        base = Path(value) if value and os.path.isabs(value) else Path(home_folder()) / default
        return base / "nlsh"

    return Folders(
        config=place("XDG_CONFIG_HOME", ".config"),
        data=place("XDG_DATA_HOME", ".local/share"),
        state=place("XDG_STATE_HOME", ".local/state"),
        cache=place("XDG_CACHE_HOME", ".cache"),
    )


def shipped_model() -> Path:
    """The model that comes with nlsh: beside the package, or in the checkout."""
    package = Path(__file__).resolve().parent
    shipped = package / "model" / "nlsh.gguf"
    return shipped if shipped.exists() else package.parent / "models" / "nlsh.gguf"


@dataclass(frozen=True)
class Config:
    """The settings. See docs/manual.md for what each one means."""

    model: str = ""
    threshold: float | None = None
    write: tuple[str, ...] = ()
    external_commands: str = "ask"
    external_as_root: str = "ask"
    keep_saved_mb: int = 1024
    hosts: tuple[str, ...] = ()
    larger: str = ""
    context: int = 8192
    key_file: str = ""
    offline: bool = False
    hints: bool = True
    editing: str = "emacs"
    theme: str = "terminal"
    screen_reader: bool = False


DEFAULT_TEXT = """\
# nlsh settings. Every line is optional; what stands here is the default.

# The model that plans: a name of nlsh models list, a path, or a server's address such as
# "http://127.0.0.1:8080/v1#name"; empty is the one that comes with nlsh.
# model = ""

# A larger model that is asked when the one that comes with nlsh makes nothing of a sentence.
# larger = ""

# How many tokens a larger model here may hold at once.
# context = 8192

# A file that holds the key for servers; NLSH_API_KEY comes before it, the keyring (nlsh models key) after it.
# key_file = ""

# Whether no server is ever asked.
# offline = false

# How sure the model must be (0 to 1) before a sentence is acted on; unset is what was
# measured for the model.
# threshold = 0.8

# Folders outside your home and the current folder where files may be changed.
# write = ["/mnt/data"]

# External commands from a sentence: "ask" or "deny".
# external_commands = "ask"

# The same when nlsh runs as root.
# external_as_root = "ask"

# Hosts that may be fetched from; "*.example.org" covers what is below it. This machine always may.
# hosts = ["example.org"]

# Whether the prompt shows what a line would do while it is typed.
# hints = true

# The keys of the prompt: "emacs" or "vi".
# editing = "emacs"

# The colours: "terminal" (your terminal's own), "dark", "light" or "mono". NO_COLOR switches them off.
# theme = "terminal"

# For screen readers: a line for each row instead of a table, nothing that is drawn again, no hints.
# screen_reader = false

# How many megabytes of overwritten bytes are kept for undo.
# keep_saved_mb = 1024
"""


def load(where: Folders) -> Config:
    """The settings from config.toml; UsageError names what is wrong with it and where."""
    path = where.config / "config.toml"
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise NlshError("config", f"{path} cannot be read: {error}", "mend or move the file") from error
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}", "mend the file; nlsh config prints the defaults") from error
    return _checked(found, path)


def _checked(found: dict[str, Any], path: Path) -> Config:
    kinds: dict[str, type | tuple[type, ...]] = {
        "model": str, "threshold": (int, float), "write": list, "external_commands": str, "external_as_root": str, "keep_saved_mb": int,
        "hosts": list, "hints": bool, "editing": str, "larger": str, "context": int, "key_file": str, "offline": bool,
        "theme": str, "screen_reader": bool,
    }  # fmt: skip
    for name, value in found.items():
        if name not in kinds:
            raise UsageError(f"{path}: there is no setting '{name}'", "nlsh config prints them all")
        if not isinstance(value, kinds[name]) or isinstance(value, bool) != (kinds[name] is bool):
            raise UsageError(
                f"{path}: '{name}' has a value of the wrong kind", "nlsh config prints the defaults"
            )
    for name in ("external_commands", "external_as_root"):
        if found.get(name, "ask") not in ("ask", "deny"):
            raise UsageError(f'{path}: \'{name}\' is "ask" or "deny"', "nlsh config prints the defaults")
    if found.get("editing", "emacs") not in ("emacs", "vi"):
        raise UsageError(f'{path}: \'editing\' is "emacs" or "vi"', "nlsh config prints the defaults")
    if found.get("theme", "terminal") not in THEMES:
        raise UsageError(f"{path}: there is no theme '{found['theme']}'", f"there are: {', '.join(THEMES)}")
    if not 512 <= found.get("context", 8192) <= 1 << 20:
        raise UsageError(
            f"{path}: 'context' is a number of tokens from 512 on", "nlsh config prints the defaults"
        )
    if "write" in found:
        found["write"] = tuple(os.path.realpath(os.path.expanduser(str(p))) for p in found["write"])
    if "hosts" in found:
        found["hosts"] = tuple(str(host).lower() for host in found["hosts"])
    return Config(**found)
