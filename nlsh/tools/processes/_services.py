"""What the tools about services share: unit names, and the plain word where there is no service manager."""

import re

from nlsh.errors import NotUnderstood, ToolFailed

_NAME = re.compile(r"[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]{0,120}")


def unit(said: str) -> str:
    """The unit that a person means by a service's name; NotUnderstood for what cannot be one (systemd.unit(5))."""
    name = said.strip().removeprefix("the ").removesuffix(" service").removesuffix(" daemon").strip()
    if not _NAME.fullmatch(name):
        raise NotUnderstood(f"'{said}' is not the name of a service", "list the services to see them")
    return name if "." in name else name + ".service"


def present(found: object) -> None:
    """ToolFailed where no service manager runs."""
    if found is None:
        raise ToolFailed(
            "this system has no service manager (systemd)",
            "processes can still be listed and stopped",
            "no_services",
        )
