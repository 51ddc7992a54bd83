"""A keyring in a file, for tests: the real ones need a desktop."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class InFile(KeyringBackend):
    """Keeps passwords in the file that TEST_KEYRING names."""

    priority = 1  # type: ignore[assignment]

    def _all(self) -> dict[str, str]:
        path = Path(os.environ["TEST_KEYRING"])
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._all().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        Path(os.environ["TEST_KEYRING"]).write_text(
            json.dumps({**self._all(), f"{service} {username}": password})
        )

    def delete_password(self, service: str, username: str) -> None:
        kept = self._all()
        if kept.pop(f"{service} {username}", None) is None:
            raise PasswordDeleteError("there is none")
        Path(os.environ["TEST_KEYRING"]).write_text(json.dumps(kept))
