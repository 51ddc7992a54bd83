"""What a web server says about a page, without the page."""

import json
from urllib.parse import urlsplit

from nlsh.arguments import Args, Text
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.network._hosts import url
from nlsh.turn import Effects, Result


class Headers(Args):
    """Of which page."""

    url: Text


def effects(asked: Asked) -> Effects:
    """A brokered HEAD request, which policy judges by the host."""
    page = url(asked.args.url)
    wanted = json.dumps({"what": "headers", "url": page})
    return Effects(
        brokered=(("web", wanted),),
        contacts=(urlsplit(page).hostname or "",),
        title=f"ask {page} for its headers",
    )


def run(work: Work) -> Result:
    """One row per header, the status first."""
    said = work.facts["web"]
    rows = [{"header": "status", "value": f"{said['status']} {said['reason']}"}]
    return Result(
        "records", rows + [{"header": name.lower(), "value": value} for name, value in said["headers"]]
    )


TOOL = Tool(
    summary="the headers of a web page",
    args=Headers,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "headers of https://example.org",
        "curl -I example.com",
        "http status of localhost:8080",
        "what server does example.net run",
        "查看 example.org 的响应头",
    ),
)
