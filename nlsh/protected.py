"""Where secrets live: policy refuses to read these paths, and the sandbox hides them."""

import os
from collections.abc import Callable
from functools import lru_cache

SECRETS = (
    ".ssh", ".gnupg", ".aws", ".kube", ".netrc", ".pgpass", ".docker", ".password-store", ".local/share/keyrings",
    ".config/gcloud", ".config/gh", ".mozilla", ".config/google-chrome", ".config/chromium", ".config/BraveSoftware",
    ".thunderbird", ".git-credentials", ".npmrc", ".pypirc", ".azure", ".config/rclone", ".vault-token",
)  # fmt: skip
SYSTEM_SECRETS = (
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/sudoers",
    "/etc/sudoers.d",
)


def is_within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


@lru_cache(maxsize=64)
def within_any(folders: tuple[str, ...]) -> Callable[[str], bool]:
    """Tells of paths whether they are one of `folders` or lie below one: many paths at little cost."""
    exact, below = frozenset(folders), tuple(folder.rstrip("/") + "/" for folder in folders)
    return lambda path: path in exact or path.startswith(below)


@lru_cache(maxsize=8)
def secret_paths(home: str) -> tuple[str, ...]:
    """Where secrets live."""
    return (*(os.path.join(home, name) for name in SECRETS), *SYSTEM_SECRETS)
