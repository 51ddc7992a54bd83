"""A text or file in base64, hex or percent encoding."""

import base64
from typing import Literal
from urllib.parse import quote

from nlsh.arguments import Args, Target, Text
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.turn import Effects, Result

LIMIT_BYTES = 16 * 1024 * 1024


class Encode(Args):
    """What, and how."""

    text: Text | None = None
    path: Target | None = None
    method: Literal["base64", "hex", "url"] = "base64"


def effects(asked: Asked) -> Effects:
    """Reads the file, if one is named."""
    if asked.args.text is None and asked.args.path is None:
        raise NotUnderstood("encode what?", "say the words or name a file")
    return Effects(reads=(asked.args.path,) if asked.args.path else ())


def run(work: Work) -> Result:
    """The encoded text."""
    data = content(work)
    if work.args.method == "base64":
        return Result("text", text=base64.b64encode(data).decode("ascii"))
    return Result("text", text=data.hex() if work.args.method == "hex" else quote(data))


def content(work: Work) -> bytes:
    """The bytes that are meant: a file's or the words themselves."""
    if work.args.path is None:
        return str(work.args.text).encode("utf-8", "surrogateescape")
    with open(work.args.path, "rb") as reader:
        data = reader.read(LIMIT_BYTES + 1)
    if len(data) > LIMIT_BYTES:
        raise ToolFailed(
            f"{work.args.path} is larger than {LIMIT_BYTES // 1024**2} MiB",
            "choose a smaller file",
            "too_large",
        )
    return data


TOOL = Tool(
    summary="encode a text or file in base64, hex or for a url",
    args=Encode,
    effects=effects,
    run=run,
    gives="text",
    targets=("text", "path"),
    examples=(
        'encode "hello world" in base64',
        "base64 of logo.png",
        "hex of key.bin",
        'url encode "a b&c"',
        "把 你好 转成 base64",
    ),
)
