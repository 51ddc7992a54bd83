"""Messages → the text that a model was trained to read, by the chat template of its own file.

A template is a program of a stranger: it runs in Jinja's sandbox, with a bound on what comes out, and what it
does wrong falls back to a plain form that most models read.

Variables and functions as Hugging Face's `apply_chat_template` gives them (transformers, chat templating).
"""

import time
from typing import Any, NoReturn

Message = dict[str, str]
MAX_TEMPLATE = 200_000
MAX_RENDERED = 2_000_000


class TemplateFailed(ValueError):
    """The template cannot render these messages."""


def render(template: str, messages: list[Message], *, bos: str = "", eos: str = "") -> str:
    """The prompt, up to where the assistant speaks. TemplateFailed when the template will not do it."""
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if len(template) > MAX_TEMPLATE:
        raise TemplateFailed("the template is too long")
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    known = {
        "messages": messages, "add_generation_prompt": True, "bos_token": bos, "eos_token": eos, "tools": None, "documents": None,
        "enable_thinking": False, "raise_exception": _refuse, "strftime_now": time.strftime,
    }  # fmt: skip
    try:
        parts, length = [], 0
        for part in environment.from_string(template).generate(**known):
            length += len(part)
            if length > MAX_RENDERED:
                raise TemplateFailed("the template makes too much of it")
            parts.append(part)
    except (
        TemplateError,
        TypeError,
        ValueError,
        KeyError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        MemoryError,
    ) as error:
        raise TemplateFailed(str(error) or type(error).__name__) from error
    return "".join(parts)


def _refuse(message: str) -> NoReturn:
    from jinja2 import TemplateError

    raise TemplateError(message)


def _to_json(value: Any, indent: int | None = None) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, indent=indent)


def prompt(template: str | None, messages: list[Message], *, bos: str = "", eos: str = "") -> tuple[str, str]:
    """The prompt, and what had to be done differently for it ("" when nothing).

    Templates that know no system message (Gemma's) get it at the head of the first one of the user; where there is
    no template, or it fails even so, ChatML is written.
    """
    if not template:
        return _chatml(messages), "the file has no chat template; ChatML was used"
    try:
        return render(template, messages, bos=bos, eos=eos), ""
    except TemplateFailed as first:
        merged = _without_system(messages)
        try:
            return render(template, merged, bos=bos, eos=eos), ""
        except TemplateFailed:
            return _chatml(
                messages
            ), f"the chat template of the file failed ({str(first)[:80]}); ChatML was used"


def _without_system(messages: list[Message]) -> list[Message]:
    if messages[0]["role"] != "system" or len(messages) < 2:
        return messages
    head = {"role": "user", "content": messages[0]["content"] + "\n\n" + messages[1]["content"]}
    return [head, *messages[2:]]


def _chatml(messages: list[Message]) -> str:
    body = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages)
    return body + "<|im_start|>assistant\n"
