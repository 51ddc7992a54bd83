"""Where secrets live: policy refuses to read these paths, and the sandbox hides them."""

import os

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


def secret_paths(home: str) -> tuple[str, ...]:
    """Where secrets live."""
    return (*(os.path.join(home, name) for name in SECRETS), *SYSTEM_SECRETS)
