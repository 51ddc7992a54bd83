"""What a text in base64, hex or percent encoding says."""

import base64
import binascii
from typing import Literal
from urllib.parse import unquote_to_bytes

from nlsh.arguments import Args, Target, Text
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.text.encode import content
from nlsh.turn import Effects, Result


class Decode(Args):
    """What, and how."""

    text: Text | None = None
    path: Target | None = None
    method: Literal["base64", "hex", "url"] = "base64"


def effects(asked: Asked) -> Effects:
    """Reads the file, if one is named."""
    if asked.args.text is None and asked.args.path is None:
        raise NotUnderstood("decode what?", "say the words or name a file")
    return Effects(reads=(asked.args.path,) if asked.args.path else ())


def run(work: Work) -> Result:
    """The decoded text; bytes that are no text are an error."""
    data = content(work)
    try:
        if work.args.method == "base64":
            plain = base64.b64decode(b"".join(data.split()), validate=True)
        elif work.args.method == "hex":
            plain = bytes.fromhex("".join(data.decode("ascii").split()))
        else:
            plain = unquote_to_bytes(data)
    except (binascii.Error, ValueError) as error:
        raise ToolFailed(
            f"that is not {work.args.method}", "is it whole, and without other characters?", "encoding"
        ) from error
    try:
        return Result("text", text=plain.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ToolFailed(
            "what it holds is not text", "decode it with a command into a file", "not_text"
        ) from error


TOOL = Tool(
    summary="decode base64, hex or url encoding",
    args=Decode,
    effects=effects,
    run=run,
    gives="text",
    targets=("text", "path"),
    examples=(
        "decode aGVsbG8= from base64",
        "what does 68656c6c6f mean in hex",
        "base64 -d secret.b64",
        'url decode "a%20b"',
        "把 aGVsbG8= 从 base64 解码",
    ),
)
