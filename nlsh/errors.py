"""What can go wrong in a way that a person must act on, and the exit code it ends with."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes that scripts rely on."""

    DONE = 0
    TOOL_FAILED = 1
    USAGE = 2
    NOT_UNDERSTOOD = 3
    NEEDS_CONFIRMATION = 4
    REFUSED = 5
    EXPECTATION_FAILED = 6
    TEMPORARY = 75
    INTERRUPTED = 130


class NlshError(Exception):
    """One line for the user and a hint; never shown as a traceback."""

    def __init__(self, code: str, message: str, hint: str = "", exit_code: Exit = Exit.TOOL_FAILED) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


class UsageError(NlshError):
    """The command line itself was wrong."""

    def __init__(self, message: str, hint: str = "nlsh help lists what can be said") -> None:
        super().__init__("usage", message, hint, Exit.USAGE)


class NotUnderstood(NlshError):
    """The sentence has no reading that could be acted on; `alternatives` are offered instead."""

    def __init__(
        self, message: str, hint: str = "", alternatives: tuple[str, ...] = (), code: str = "not_understood"
    ) -> None:
        super().__init__(code, message, hint, Exit.NOT_UNDERSTOOD)
        self.alternatives = alternatives


class Refused(NlshError):
    """Policy or the sandbox says no."""

    def __init__(self, message: str, hint: str = "", code: str = "refused") -> None:
        super().__init__(code, message, hint, Exit.REFUSED)


class ToolFailed(NlshError):
    """A tool could not do its work."""

    def __init__(self, message: str, hint: str = "", code: str = "failed") -> None:
        super().__init__(code, message, hint, Exit.TOOL_FAILED)


class Interrupted(NlshError):
    """Ctrl-C ended the turn."""

    def __init__(self, message: str = "interrupted") -> None:
        super().__init__("interrupted", message, "", Exit.INTERRUPTED)
