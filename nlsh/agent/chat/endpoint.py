"""A chat model behind a server that speaks as OpenAI's does: llama-server, vLLM, Ollama, LM Studio and others.

One POST to URL/chat/completions, streamed; the standard library is enough for it. What would leave the machine
passes `redacted` first. Errors of every kind become one line with a way out.
"""

import http.client
import json
import random
import re
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from nlsh.agent.chat import wording
from nlsh.agent.chat.templates import Message
from nlsh.errors import Exit, Interrupted, NlshError, UsageError

TRIES = 3
CONNECT_SECONDS, SILENCE_SECONDS = 10.0, 120.0
MAX_REPLY_BYTES = 4 << 20
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))"  # in JSON a new line is a backslash and an n
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    rf"|{_START}(?:AKIA[0-9A-Z]{{16}}|gh[pousr]_[A-Za-z0-9]{{30,}}|sk-[A-Za-z0-9_-]{{20,}}|xox[abprs]-[A-Za-z0-9-]{{10,}}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}"
    r"|(?i:(?:password|passwd|secret|api[_-]?key|token)\s*[:=]\s*)[^\s\"',;\\]{6,})",
    re.DOTALL,
)


def redacted(text: str) -> str:
    """`text` without what looks like keys, tokens and passwords."""
    return _SECRET.sub("[redacted]", text)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is: `https://host:port/v1`, and after a # the model that is meant there."""

    secure: bool
    host: str
    port: int
    path: str
    model: str

    @property
    def here(self) -> bool:
        """Whether it is this machine."""
        return self.host in _LOOPBACK

    @property
    def origin(self) -> str:
        """What a person allows: the scheme, the host and the port."""
        return f"{'https' if self.secure else 'http'}://{self.host}:{self.port}"


def address(url: str) -> Address:
    """The address in `url`; UsageError for what is none, or would carry a conversation unencrypted to another machine."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(
            f"{url} is no address: {error}", "one looks like https://host:8080/v1#model"
        ) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url} is no address of a server", "one looks like https://host:8080/v1#model")
    if parts.username or parts.password:
        raise UsageError(
            "a key does not belong into an address",
            "put it into a file and name that as key_file in the settings",
        )
    secure = parts.scheme == "https"
    if not secure and parts.hostname not in _LOOPBACK:
        raise UsageError(f"{parts.hostname} is another machine, and http is not encrypted", "use https")
    return Address(
        secure,
        parts.hostname,
        port or (443 if secure else 80),
        parts.path.rstrip("/") or "/v1",
        parts.fragment,
    )


class Endpoint:
    """A server's model."""

    def __init__(
        self,
        where: Address,
        key: str = "",
        notice: Callable[[str], None] = lambda line: None,
        *,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.where, self._key, self._notice, self._wait = where, key, notice, wait
        self.name = where.model or where.host
        self._form = 0  # which of the forms below the server takes

    def reply(self, messages: list[Message], tools: Sequence[str], live: Callable[[str], None]) -> str:
        """What the model says next. NlshError, exit 75 where trying again later may help."""
        body: dict[str, Any] = {
            "messages": [{**message, "content": redacted(message["content"])} for message in messages], "stream": True, "temperature": 0,
            "max_tokens": 1024,
        }  # fmt: skip
        if self.where.model:
            body["model"] = self.where.model
        while True:
            try:
                return self._with_patience({**body, **self._format(tools)}, live)
            except _SchemaRefused:
                self._form += 1  # an older server: another form, and at last the instructions alone

    def _format(self, tools: Sequence[str]) -> dict[str, Any]:
        """How this server is told what a reply looks like: as OpenAI names it, as llama-cpp-python does, or not at all."""
        schema = wording.schema(tools)
        forms: tuple[dict[str, Any], ...] = (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}},
            {"response_format": {"type": "json_object", "schema": schema}},
            {},
        )
        return forms[self._form]

    def _with_patience(self, body: dict[str, Any], live: Callable[[str], None]) -> str:
        for attempt in range(TRIES):
            try:
                return self._once(body, live)
            except _TryAgain as error:
                if attempt == TRIES - 1:
                    raise NlshError(
                        "busy", error.message, "try again later, or use another model", Exit.TEMPORARY
                    ) from error
                delay = error.after or 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311 (so that not all come back at once)
                self._notice(f"{error.message}; trying again in {delay:.0f} s")
                self._wait(min(delay, 30.0))
        raise AssertionError

    def _once(self, body: dict[str, Any], live: Callable[[str], None]) -> str:
        connection = self._connection()
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            connection.request(
                "POST", f"{self.where.path}/chat/completions", json.dumps(body).encode(), headers
            )
            connection.sock.settimeout(SILENCE_SECONDS)
            answer = connection.getresponse()
            if answer.status != 200:
                self._refused(answer)
            if "text/event-stream" not in (answer.getheader("Content-Type") or ""):
                return _whole(answer.read(MAX_REPLY_BYTES))
            written = ""
            for piece in _pieces(answer):
                written += piece
                live(piece)
            return written
        except KeyboardInterrupt as error:
            raise Interrupted() from error
        except ssl.SSLCertVerificationError as error:
            raise NlshError(
                "certificate",
                f"{self.where.host} shows a certificate that does not fit: {error.verify_message}",
                "nothing was sent; check the address",
            ) from error
        except TimeoutError as error:
            raise NlshError(
                "slow",
                f"{self.where.host} does not answer",
                "try again later, or use another model",
                Exit.TEMPORARY,
            ) from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise NlshError(
                "unreachable",
                f"{self.where.origin} cannot be reached: {reason.lower()}",
                "is the server running?",
                Exit.TEMPORARY,
            ) from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self.where.secure:
            return http.client.HTTPSConnection(
                self.where.host,
                self.where.port,
                timeout=CONNECT_SECONDS,
                context=ssl.create_default_context(),
            )
        return http.client.HTTPConnection(self.where.host, self.where.port, timeout=CONNECT_SECONDS)

    def _refused(self, answer: http.client.HTTPResponse) -> None:
        """Raises what an answer other than 200 means."""
        said = answer.read(10_000).decode("utf-8", "replace")
        status, host = answer.status, self.where.host
        if (
            status in (400, 422, 500)
            and self._form < 2
            and re.search("response_format|json_schema|grammar", said)
        ):
            raise _SchemaRefused
        if status in (401, 403):
            raise NlshError(
                "key", f"{host} does not accept the key", "set NLSH_API_KEY, or key_file in the settings"
            )
        if status == 404:
            raise NlshError(
                "model",
                f"{host} has no such model or page ({self.where.path}, model {self.where.model or 'not named'})",
                "name it after #",
            )
        if status == 429 or status >= 500:
            after = answer.getheader("Retry-After") or ""
            raise _TryAgain(
                f"{host} is too busy ({status})" if status == 429 else f"{host} failed ({status})",
                float(after) if after.isdigit() else 0.0,
            )
        raise NlshError(
            "server",
            f"{host} refused the request ({status}): {' '.join(said.split())[:160]}",
            "another model may do",
        )


class _SchemaRefused(Exception):
    """The server cannot hold its output to a schema."""


class _TryAgain(Exception):
    """A failure that may pass; `after` seconds are what the server asks for, 0 for none."""

    def __init__(self, message: str, after: float) -> None:
        super().__init__(message)
        self.message, self.after = message, after


def _pieces(answer: http.client.HTTPResponse) -> Iterator[str]:
    """The text of a stream of server-sent events. NlshError when it is cut off, endless or something else."""
    size, finished = 0, False
    while line := answer.readline(1 << 20):
        size += len(line)
        if size > MAX_REPLY_BYTES:
            raise NlshError("endless", "the server does not stop talking", "use another model")
        if not line.startswith(b"data:"):
            continue
        data = line[5:].strip()
        if data == b"[DONE]":
            return
        try:
            choice = json.loads(data)["choices"][0]
            text = (choice.get("delta") or {}).get("content")
            finished = finished or bool(choice.get("finish_reason"))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise NlshError(
                "server", "the server sent something that is no reply", "is it a chat server?"
            ) from error
        if isinstance(text, str):
            yield text
    if not finished:
        raise NlshError("cut", "the server broke off in the middle", "try again", Exit.TEMPORARY)


def _whole(data: bytes) -> str:
    try:
        text = json.loads(data)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError) as error:
        raise NlshError(
            "server", "the server sent something that is no reply", "is it a chat server?"
        ) from error
    return text if isinstance(text, str) else ""
