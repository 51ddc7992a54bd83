"""The command line.

`nlsh -c` and the prompt are what people wait for, so their options are read here by hand
and the rest (typer, rich, prompt-toolkit) is imported only where it is needed; a test
holds the two declarations of the options together.
"""

import os
import sys
from typing import Any

from nlsh.errors import Exit, NlshError, UsageError

FLAGS = {
    "--json": "json", "--yes": "yes", "-y": "yes", "--dry-run": "dry_run", "--no-input": "no_input", "--verbose": "verbose",
    "--stdin": "stdin", "-": "stdin", "--offline": "offline",
}  # fmt: skip
VALUES = {"--session": "session", "--model": "model", "--cwd": "cwd", "--policy": "policy"}
COMMAND = ("-c", "--command")


def main(argv: list[str] | None = None) -> int:
    """Run nlsh; the exit code. No traceback ever leaves it."""
    args = sys.argv[1:] if argv is None else argv
    json_wanted = "--json" in args
    try:
        return _main(args)
    except NlshError as error:
        _report(error.code, error.message, error.hint, json_wanted, _status(error))
        return int(error.exit_code)
    except KeyboardInterrupt:
        _report("interrupted", "interrupted", "", json_wanted, "interrupted")
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        _silence(sys.stdout)
        return int(Exit.TOOL_FAILED)
    except OSError as error:
        _report(
            "failed",
            f"{error.filename or ''} {(error.strerror or str(error)).lower()}".strip(),
            "",
            json_wanted,
            "failed",
        )
        return int(Exit.TOOL_FAILED)
    except Exception as error:  # a mistake of nlsh's own: the trace goes to the log, one line to the user
        _log_bug()
        _report(
            "bug",
            f"a mistake in nlsh itself: {error}",
            "nlsh doctor shows where the log is",
            json_wanted,
            "failed",
        )
        return int(Exit.TOOL_FAILED)


def _main(args: list[str]) -> int:
    if args and args[0] not in (*COMMAND, *FLAGS, *VALUES) and not _is_value_option(args[0]):
        if args[0] == "run":
            from nlsh.sandbox.start import begin

            begin()
        # these declare the sub-commands
        import nlsh.daemon_command
        import nlsh.init_command
        import nlsh.mcp_command
        import nlsh.model_commands
        import nlsh.run_command
        import nlsh.task_commands
        import nlsh.tour
        import nlsh.trust_commands  # noqa: F401
        from nlsh.commands import run

        return run(args)
    from nlsh.sandbox.start import begin

    sentences, options = parse(args)
    begin()
    if sentences is not None:
        return one_shot(sentences, options)
    from nlsh.prompt import interactive

    return interactive(options)


def _is_value_option(word: str) -> bool:
    return word.partition("=")[0] in (*VALUES, "--command") or (
        word.startswith("-c") and not word.startswith("--")
    )


def parse(args: list[str]) -> tuple[list[str] | None, Any]:
    """The sentences of `-c` (None for the prompt) and the options; UsageError for anything else."""
    from nlsh.options import Options

    sentences: list[str] = []
    given: dict[str, Any] = {}
    rest = list(args)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word in FLAGS:
            given[FLAGS[word]] = True
        elif word in COMMAND or name in VALUES or name == "--command":
            if not (equals and name.startswith("--")):
                if not rest:
                    raise UsageError(f"{word} needs a value")
                value = rest.pop(0)
                if value in FLAGS and value != "-":
                    raise UsageError(f"{word} needs a value, and got the option {value}")
            if word in COMMAND or name == "--command":
                sentences.append(value)
            else:
                given[VALUES[name]] = value
        elif word.startswith("-c") and len(word) > 2:
            sentences.append(word[2:])
        elif word.startswith("-"):
            raise UsageError(f"there is no option {word}")
        else:
            raise UsageError(
                f"'{word}' was not expected here", 'put the sentence in quotes after -c: nlsh -c "…"'
            )
    asked = any(word in COMMAND or word.startswith(("-c", "--command=")) for word in args)
    return (sentences if asked else None), Options(**given)


def one_shot(sentences: list[str], options: Any) -> int:
    """Say the sentences in one session, in order; stops at the first that does not succeed."""
    from nlsh.agent.manners import Manners
    from nlsh.asking import confirmer, may_ask
    from nlsh.assembly import Parts
    from nlsh.document import document, dumps
    from nlsh.render import Screen
    from nlsh.sandbox import terminal

    screen = Screen()
    parts = Parts(options, screen.notice)
    screen.use(parts.config)
    try:
        somebody = may_ask(screen, quiet=options.json or options.no_input)
        manners = Manners(
            confirmer(screen) if somebody else None,
            options.yes,
            options.dry_run,
            terminal.kind() if somebody else "",
            screen.live if somebody else None,
            screen.progress,
        )
        shell = parts.shell(manners)
        turns = []
        for sentence in sentences:
            turn = shell.say(sentence)
            turns.append(turn)
            if not options.json:
                if options.verbose:
                    _explain(screen, turn)
                screen.turn(turn)
            if turn.exit_code:
                break
        if options.json:
            found = [document(turn) for turn in turns]
            sys.stdout.buffer.write(dumps(found[0] if len(sentences) == 1 else {"turns": found}))
            sys.stdout.flush()
        return turns[-1].exit_code
    finally:
        parts.close()


def _explain(screen: Any, turn: Any) -> None:
    from nlsh.readings import in_words

    screen.notice(f"plan: {in_words(turn.plan) or 'none'} ({turn.confidence:.0%} sure), {turn.timing}")


def _status(error: NlshError) -> str:
    return {
        Exit.NOT_UNDERSTOOD: "not_understood",
        Exit.REFUSED: "refused",
        Exit.INTERRUPTED: "interrupted",
    }.get(error.exit_code, "failed")


def _report(code: str, message: str, hint: str, as_json: bool, status: str) -> None:
    from nlsh.terminal_text import harmless

    message, hint = harmless(message), harmless(hint)
    if as_json:
        from nlsh.document import dumps, failed_document

        try:
            sys.stdout.buffer.write(dumps(failed_document("", code, message, hint, status)))
            sys.stdout.flush()
            return
        except (OSError, ValueError):
            _silence(sys.stdout)
    try:
        sys.stderr.write(f"nlsh: {message}\n" + (f"nlsh:   {hint}\n" if hint else ""))
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass  # nobody listens there


def _silence(stream: Any) -> None:
    """Point a closed stream at nothing, so that the interpreter's last flush does not complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        pass  # it has no descriptor any more


def _log_bug() -> None:
    import traceback

    from nlsh.config import folders

    try:
        where = folders()
        where.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with where.log.open("a", encoding="utf-8") as writer:
            traceback.print_exc(file=writer)
    except OSError:
        pass  # a log that cannot be written must not hide the message


if __name__ == "__main__":
    raise SystemExit(main())
