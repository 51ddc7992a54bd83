"""The program's first step: a sentence of `-c` goes to the background process where there is one.

Anything heavier than that is imported only when it is not.
"""

import sys


def main() -> int:
    """Run nlsh with the arguments of this process; the exit code."""
    if any(word.startswith(("-c", "--command")) for word in sys.argv[1:]):
        from nlsh.warm.client import offer

        code = offer(sys.argv[1:])
        if code is not None:
            return code
    from nlsh.cli import main as cold

    return cold()
