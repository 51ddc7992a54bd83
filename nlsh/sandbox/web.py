"""The brokered acts that speak to another host, after policy has allowed that very host.

No child has a socket; these run in the shell's process with fixed methods, bounded in
time and size, follow a redirect only to the host that was allowed, and give back data.
"""

import base64
import http.client
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from nlsh.errors import ToolFailed

SECONDS = 10.0
LIMIT_BYTES = 64 * 1024 * 1024
REDIRECTS = 5


def lookup(host: str) -> list[str]:
    """The addresses that the system's resolver gives for `host`."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ToolFailed(
            f"{host} cannot be looked up: {_reason(error)}",
            "is the name right, and the network up?",
            "no_host",
        ) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def reach(host: str, port: int, count: int = 3) -> list[dict[str, Any]]:
    """TCP connections to host:port, one after the other: milliseconds or the reason why not."""
    rows: list[dict[str, Any]] = []
    for number in range(1, count + 1):
        begun = time.monotonic()
        row: dict[str, Any] = {
            "try": number,
            "host": host,
            "port": port,
            "reached": False,
            "ms": None,
            "reason": "",
        }
        try:
            with socket.create_connection((host, port), timeout=3.0):
                row |= {"reached": True, "ms": round((time.monotonic() - begun) * 1000, 1)}
        except OSError as error:
            row["reason"] = _reason(error)
        rows.append(row)
    return rows


def headers(url: str) -> dict[str, Any]:
    """Status and headers of a HEAD request."""
    connection, response = _request("HEAD", url)
    connection.close()
    return {
        "status": response.status,
        "reason": response.reason,
        "headers": [list(pair) for pair in response.getheaders()],
    }


def body(url: str) -> str:
    """The body of a GET request in base64; ToolFailed beyond LIMIT_BYTES or for a status other than 200."""
    connection, response = _request("GET", url)
    try:
        if response.status != 200:
            raise ToolFailed(f"{url} answered {response.status} {response.reason}", "", "http")
        data = response.read(LIMIT_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise ToolFailed(f"{url} broke off: {_reason(error)}", "try again", "http") from error
    finally:
        connection.close()
    if len(data) > LIMIT_BYTES:
        raise ToolFailed(
            f"{url} is larger than {LIMIT_BYTES // 1024**2} MiB", "fetch it with a command", "too_large"
        )
    return base64.b64encode(data).decode("ascii")


def public_address(url: str) -> str:
    """The address that the outside sees, as a service that policy allows tells it."""
    return base64.b64decode(body(url)).decode("ascii", "replace").strip()[:64]


ASKED: dict[str, Callable[..., Any]] = {
    "lookup": lookup, "reach": reach, "headers": headers, "body": body, "public_address": public_address,
}  # fmt: skip


def _request(method: str, url: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    allowed = urlsplit(url).hostname
    for _ in range(REDIRECTS):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ToolFailed(
                f"{url} is not an address of the web", "it begins with http:// or https://", "url"
            )
        if parts.hostname != allowed:
            raise ToolFailed(
                f"it leads on to {parts.hostname}, which was not asked for",
                f"ask for {url} itself",
                "redirect",
            )
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            connection = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=SECONDS, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, headers={"User-Agent": "nlsh", "Accept": "*/*"})
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise ToolFailed(
                f"{parts.hostname} did not answer: {_reason(error)}", "is the network up?", "http"
            ) from error
        if response.status not in (301, 302, 303, 307, 308):
            return connection, response
        connection.close()
        from urllib.parse import urljoin

        url = urljoin(url, response.getheader("Location", ""))
    raise ToolFailed("it leads from one address to the next without end", "", "redirect")


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
