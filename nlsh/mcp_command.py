"""`nlsh mcp`: offer the confined tools to other programs."""

import os
from typing import Annotated

import typer

from nlsh.assembly import Parts
from nlsh.catalogue import catalogue
from nlsh.commands import Cwd, Policy, Session, app
from nlsh.errors import UsageError
from nlsh.options import Options
from nlsh.render import Screen


@app.command()
def mcp(
    only: Annotated[str, typer.Option("--only", help="Offer these managers alone: files,text")] = "",
    ask: Annotated[
        str,
        typer.Option(
            "--ask", help="The terminal to ask at for what needs a yes: --ask $(tty). Else it is refused."
        ),
    ] = "",
    cwd: Cwd = None,
    session: Session = None,
    policy: Policy = None,
) -> None:
    """Offer the tools to other programs over the Model Context Protocol, on standard input and output."""
    managers = frozenset(filter(None, only.split(",")))
    known = {name.partition(".")[0] for name in catalogue()}
    if unknown := sorted(managers - known):
        raise UsageError(f"there is no manager {unknown[0]}", f"there are: {', '.join(sorted(known))}")
    if ask and not _is_terminal(ask):
        raise UsageError(f"{ask} is no terminal that you can be asked at", "nlsh mcp --ask $(tty)")
    try:
        from nlsh.mcp_server import serve
    except ImportError as error:
        raise UsageError("this needs the extra mcp", "pip install 'nlsh[mcp]'") from error
    options = Options(cwd=cwd, session=session, policy=policy, no_input=True)
    serve(lambda: Parts(options, Screen().notice), managers, ask)


def _is_terminal(path: str) -> bool:
    try:
        fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.isatty(fd)
    finally:
        os.close(fd)
