"""Task files as they lie on the disk: their text, and whether it must be planned as a whole."""

from pathlib import Path

from nlsh.errors import UsageError
from nlsh.tasks.limits import digest
from nlsh.tasks.parse import TaskFile, parse
from nlsh.tasks.variables import built_in, names_in

LIMIT_BYTES = 1 << 20


def text_of(file: Path) -> str:
    """A file's text; UsageError for one that is no task file."""
    try:
        data = file.read_bytes()
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"{file} cannot be read: {reason}", "name a text file") from error
    if len(data) > LIMIT_BYTES:
        raise UsageError(f"{file} is larger than {LIMIT_BYTES >> 20} MiB", "a task file is a page or two")
    return text


def read(file: Path) -> tuple[TaskFile, str]:
    """The parsed file, and a digest of its text."""
    text = text_of(file)
    return parse(text, str(file)), digest(text.encode())


def needs_plans(task: TaskFile) -> bool:
    """Whether every step must be planned before the first one acts: all but bare sentences, one a line.

    What a file allows itself is checked on plans, and values go into plans, never into a sentence that is read again.
    """
    bare = all(step.title == step.sentence and not names_in(step.sentence) for step in task.steps)
    return not bare or bool(task.allow) or bool(task.variables.keys() - built_in().keys())
