"""A result that was kept under a name."""

from nlsh.arguments import Args, Text
from nlsh.errors import ToolFailed
from nlsh.tool import Tool, Work, nothing_needed
from nlsh.turn import Result


class Recall(Args):
    """Under which name; all names when left out."""

    name: Text | None = None


def run(work: Work) -> Result:
    """Its rows, text or value, as they were."""
    kept = work.facts.get("kept")
    if work.args.name is None:
        names = work.facts.get("names", [])
        return Result("records", names, notes=[] if names else ["nothing has been kept yet"])
    if kept is None:
        raise ToolFailed(f"nothing is kept as {work.args.name}", "say: keep this as a name", "nothing_kept")
    return Result(kept["kind"], kept["rows"], value=kept["value"], unit=kept["unit"], text=kept["text"])


TOOL = Tool(
    summary="a result that was kept under a name",
    args=Recall,
    effects=nothing_needed,
    run=run,
    gives="records",
    local=True,
    examples=(
        "show bigfiles again",
        "bring back the list candidates",
        "which results have I kept",
        "the result called A",
        "调出 大文件 那个结果",
    ),
)
