"""`nlsh init SHELL`: a key in the user's own shell that says the line to nlsh, and completion of nlsh's words."""

import shlex
from typing import Annotated, Any

import typer

from nlsh.commands import app
from nlsh.errors import UsageError

_COMPLETE = """\
_nlsh_complete() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} words
  if [ "$COMP_CWORD" = 1 ]; then words={top}
  else case ${{COMP_WORDS[1]}} in
{cases}
    *) words={options} ;;
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _nlsh_complete nlsh
"""
_BASH = """\
# eval "$(nlsh init bash)" in ~/.bashrc. Alt-N says what stands on the line to nlsh.
_nlsh_wrap() { [ -n "$READLINE_LINE" ] && READLINE_LINE="nlsh -c $(printf %q "$READLINE_LINE")" && READLINE_POINT=${#READLINE_LINE}; }
if [[ $- == *i* ]]; then
  bind -x '"\\C-x\\C-n": _nlsh_wrap'
  bind '"\\en": "\\C-x\\C-n\\C-m"'
fi
"""
_ZSH = """\
# eval "$(nlsh init zsh)" in ~/.zshrc. Alt-N says what stands on the line to nlsh.
_nlsh_wrap() { [[ -n $BUFFER ]] && BUFFER="nlsh -c ${(q)BUFFER}" && zle accept-line; }
zle -N _nlsh_wrap
bindkey '^[n' _nlsh_wrap
autoload -Uz compinit bashcompinit && compinit && bashcompinit
"""
_FISH = """\
# nlsh init fish | source, in ~/.config/fish/config.fish. Alt-N says what stands on the line to nlsh.
function _nlsh_wrap
    set -l line (commandline)
    test -n "$line"; and commandline -r "nlsh -c "(string escape -- "$line"); and commandline -f execute
end
bind \\en _nlsh_wrap
complete -c nlsh -n __fish_use_subcommand -a {top}
{cases}
"""


@app.command()
def init(shell: Annotated[str, typer.Argument(help="bash, zsh or fish.")]) -> None:
    """Print what your shell's start-up file should run: a key for sentences, and completion."""
    if shell == "fish":
        typer.echo(_fish(), nl=False)
    elif shell in ("bash", "zsh"):
        typer.echo((_BASH if shell == "bash" else _ZSH) + _completion(), nl=False)
    else:
        raise UsageError(f"there is nothing for {shell}", "nlsh init bash, zsh or fish")


def _options() -> dict[str, list[str]]:
    """Each sub-command's long options, and under "" those of nlsh itself."""
    command: Any = typer.main.get_command(app)

    def of(one: Any) -> list[str]:
        return sorted(name for param in one.params for name in param.opts if name.startswith("--")) + [
            "--help"
        ]

    return {"": of(command)} | {name: of(one) for name, one in sorted(command.commands.items())}


def _completion() -> str:
    found = _options()
    cases = "\n".join(
        f"    {name}) words={shlex.quote(' '.join(words))} ;;" for name, words in found.items() if name
    )
    top = shlex.quote(" ".join([*list(found)[1:], *found[""]]))
    return _COMPLETE.format(top=top, cases=cases, options=shlex.quote(" ".join(found[""])))


def _fish() -> str:
    found = _options()
    lines = [
        f"complete -c nlsh -n '__fish_seen_subcommand_from {name}' -l {option.removeprefix('--')}"
        for name, options in found.items()
        for option in options
        if name
    ]
    return _FISH.format(top=shlex.quote(" ".join(list(found)[1:])), cases="\n".join(lines))
