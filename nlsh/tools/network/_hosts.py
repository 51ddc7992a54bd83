"""What can be the name of a host, and of a page."""

import re
from urllib.parse import urlsplit

from nlsh.errors import NotUnderstood

_HOST = re.compile(
    r"(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?"
)


def host(said: str) -> str:
    """The host in "example.org", an address, or a whole URL, in small letters; NotUnderstood for anything else (RFC 1123)."""
    name = said.strip().lower()
    if "://" in name:
        name = urlsplit(name).hostname or ""
    name = name.split("/")[0].rstrip(".")
    bare = name.strip("[]")
    if re.fullmatch(r"[0-9a-f:]*:[0-9a-f:.]+", bare) and bare.count(":") > 1:
        return bare
    name = name.rsplit(":", 1)[0] if name.count(":") == 1 else name
    if not _HOST.fullmatch(name):
        raise NotUnderstood(f"'{said}' is not the name of a host", "it looks like example.org or 192.0.2.7")
    return name


def url(said: str) -> str:
    """An http or https URL; without a scheme, https (http for this machine itself)."""
    text = said.strip()
    if "://" not in text:
        text = ("http://" if host(text) in ("localhost", "127.0.0.1") else "https://") + text
    parts = urlsplit(text)
    try:
        port_is_fine = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        port_is_fine = False
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.username
        or not port_is_fine
        or not text.isprintable()
    ):
        raise NotUnderstood(
            f"'{said}' is not an address of the web", "it looks like https://example.org/page"
        )
    host(parts.hostname)
    return text
