"""What the command line says about a session: read before anything heavy is imported."""

import os
from dataclasses import dataclass

from nlsh.errors import NlshError, UsageError


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says about a session."""

    json: bool = False
    yes: bool = False
    dry_run: bool = False
    no_input: bool = False
    session: str | None = None
    model: str | None = None
    cwd: str | None = None
    verbose: bool = False
    stdin: bool = False
    policy: str | None = None
    offline: bool = False


def working_folder(wanted: str | None) -> str:
    """The folder to work in; UsageError for one that is not there."""
    if wanted is not None:
        path = os.path.realpath(os.path.expanduser(wanted))
        if not os.path.isdir(path):
            raise UsageError(f"--cwd {wanted}: there is no such folder", "name a folder that exists")
        try:
            os.chdir(path)
        except OSError as error:
            raise UsageError(
                f"--cwd {wanted}: {(error.strerror or 'error').lower()}", "name a folder that you may enter"
            ) from error
        return path
    try:
        return os.path.realpath(os.getcwd())
    except OSError as error:
        raise NlshError("no_cwd", "the current folder has been removed", "go to another one: cd ~") from error
