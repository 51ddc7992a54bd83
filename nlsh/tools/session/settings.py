"""The settings, and where they are kept."""

from nlsh.arguments import Args
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Settings(Args):
    """Nothing to say."""


def run(work: Work) -> Result:
    """One row per setting; they are changed in the file alone, never by a sentence."""
    return Result(
        "records",
        work.facts.get("settings", []),
        notes=[f"they are kept in {work.facts.get('file', '')}; no sentence changes them"],
    )


TOOL = Tool(
    summary="the settings of nlsh",
    args=Settings,
    effects=nothing_needed,
    run=run,
    gives="records",
    local=True,
    examples=(
        "show the settings",
        "nlsh settings",
        "where is the config file",
        "how are you configured",
        "显示设置",
    ),
)
