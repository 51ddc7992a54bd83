"""A CSV, TSV, JSON, YAML or TOML file as rows, to be filtered, grouped and summed."""

from nlsh.arguments import Args, Target
from nlsh.errors import NotUnderstood, ToolFailed
from nlsh.tool import FILES, Asked, Tool, Work
from nlsh.tools.files._records import real_files
from nlsh.tools.text._tables import read_rows
from nlsh.turn import Effects, Result


class Table(Args):
    """Which file."""

    path: Target | None = None


def effects(asked: Asked) -> Effects:
    """Reads the file, or those of the rows before."""
    import os

    paths = [asked.args.path] if asked.args.path else real_files(asked.rows, asked.scene.cwd)
    if not paths and asked.kind == "none":
        raise NotUnderstood("which table?", "name a CSV, JSON, YAML or TOML file")
    for path in paths:
        if os.path.isdir(path):
            raise ToolFailed(f"{path} is a folder", "name a file", "is_folder")
    return Effects(reads=tuple(paths))


def run(work: Work) -> Result:
    """The rows with their columns; of several files one after the other."""
    return Result("records", [row for path in work.effects.reads for row in read_rows(path)])


TOOL = Tool(
    summary="a CSV, JSON, YAML or TOML file as a table",
    args=Table,
    effects=effects,
    run=run,
    gives="records",
    takes=FILES,
    targets=("path",),
    examples=(
        "show sales.csv as a table",
        "open users.json as rows",
        "the average price in products.csv",
        "rows of orders.csv where amount is over 100",
        "把 销售.csv 显示成表格",
    ),
)
