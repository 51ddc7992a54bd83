"""The sub-command about models: what there is, what a file is, which one plans, and how quick it is here."""

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from nlsh import shelf
from nlsh.assembly import Parts, Talking
from nlsh.commands import Json, app, emit
from nlsh.config import EMBEDDED, shipped_model
from nlsh.errors import NlshError, UsageError
from nlsh.gguf import Header
from nlsh.options import Options
from nlsh.render import Screen
from nlsh.values.sizes import show_size

Rows = list[dict[str, Any]]
KINDS = {
    "list": 0,
    "info": 1,
    "add": 2,
    "use": 1,
    "larger": 1,
    "remove": 1,
    "bench": 1,
    "pull": 1,
    "allow": 1,
    "key": 1,
}


@app.command()
def models(
    what: Annotated[
        str,
        typer.Argument(
            help="list, info NAME, add NAME PLACE, use NAME, larger NAME, remove NAME, bench NAME, pull REPO/FILE or allow SERVER."
        ),
    ] = "list",
    name: Annotated[
        str | None, typer.Argument(help="A name, a path or an address; 'none' takes a choice back.")
    ] = None,
    place: Annotated[
        str | None, typer.Argument(help="For add: the path of a GGUF file, or a server's address.")
    ] = None,
    json: Json = False,
) -> None:
    """The models at hand; the one that comes with nlsh is always there."""
    given = [one for one in (name, place) if one is not None]
    if what not in KINDS or len(given) < KINDS[what]:
        hint = "there are: list, info NAME, add NAME PLACE, use NAME, larger NAME, remove NAME, bench NAME, pull REPO/FILE, allow SERVER, key SERVER"
        raise UsageError(f"nlsh models {' '.join([what, *given])} is not known", hint)
    screen = Screen()
    parts = Parts(Options(json), screen.notice)
    try:
        rows = _rows(what, given, parts, screen)
    finally:
        parts.close()
    emit(rows) if json else screen.table("records", rows, fold=False)


def _rows(what: str, given: list[str], parts: Parts, screen: Screen) -> Rows:
    if what == "list":
        return _list(parts, screen)
    if what == "info":
        return _info(parts, given[0])
    if what == "bench":
        return _bench(parts, given[0])
    if what == "pull":
        return _pull(parts, given[0], screen)
    if what == "allow":
        from nlsh.agent.chat.choosing import allow
        from nlsh.agent.chat.endpoint import address

        origin = address(given[0]).origin
        allow(parts.folders.config, origin)
        return [{"server": origin, "state": "may be sent what is said and read"}]
    if what == "key":
        from nlsh.agent.chat.choosing import keep_key
        from nlsh.agent.chat.endpoint import address

        origin = address(parts.shelf.place(given[0])).origin
        key = _asked_for(f"the key for {origin} (nothing takes it out of the keyring): ")
        keep_key(origin, key)
        return [{"server": origin, "state": "its key is in the keyring" if key else "no key is kept"}]
    return _noted(what, given, parts)


def _asked_for(question: str) -> str:
    """A line that is not shown while it is typed; from a pipe, its first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    from getpass import getpass

    return getpass(question).strip()


def _noted(what: str, given: list[str], parts: Parts) -> Rows:
    """Changes of the shelf: a name added or removed, a choice made or taken back."""
    kept, name = parts.shelf, given[0]
    if what == "add":
        place = given[1] if "://" in given[1] else str(Path(given[1]).expanduser().resolve())
        if "://" not in place:
            parts.header(Path(place))  # a file that is no model is said to be none now
        kept.names[shelf.checked_name(name)] = place
        state = place
    elif what == "remove":
        if name not in kept.names:
            raise UsageError(
                f"there is no model called {name}",
                "only names that were added can be removed; their files stay",
            )
        del kept.names[name]
        kept.use, kept.larger = ("" if one == name else one for one in (kept.use, kept.larger))
        state = "removed; its file is where it was"
    else:
        chosen = "" if name in ("none", EMBEDDED) else name
        if chosen:
            resolved = parts._resolved(chosen)
            if what == "larger" and not isinstance(resolved, Talking):
                raise UsageError(
                    f"{name} is a model made for nlsh; it plans, and is not asked besides",
                    "nlsh models use NAME",
                )
        setattr(kept, what, chosen)
        state = (
            {"use": "plans from now on", "larger": "is asked where the embedded one is at a loss"}[what]
            if chosen
            else "the embedded one alone"
        )
    kept.save()
    return [{"model": name, "state": state}]


def _list(parts: Parts, screen: Screen) -> Rows:
    kept = parts.shelf
    rows: Rows = [_row(EMBEDDED, str(shipped_model()), "nlsh", kept, parts)]
    rows += [_row(name, place, "added", kept, parts) for name, place in sorted(kept.names.items())]
    named = set(kept.names.values())
    rows += [
        _row(shelf.title(path), str(path), program, kept, parts)
        for program, path in shelf.on_disk()
        if str(path) not in named
    ]
    return rows


def _row(name: str, place: str, source: str, kept: shelf.Shelf, parts: Parts) -> dict[str, Any]:
    state = "plans" if name == (kept.use or EMBEDDED) else "larger" if name == kept.larger else ""
    path = Path(place)
    size = path.stat().st_size if "://" not in place and path.is_file() else None
    missing = "" if size is not None or "://" in place else "missing"
    return {"model": name, "state": state or missing, "size": size, "from": source, "place": place}


def _info(parts: Parts, name: str) -> Rows:
    place = str(shipped_model()) if name == EMBEDDED else parts.shelf.place(name)
    if "://" in place:
        raise UsageError(
            f"{place} is a server; only files can be looked into", "nlsh models bench NAME asks it something"
        )
    head = parts.header(Path(place).expanduser())
    return [
        {"fact": fact, "value": value}
        for fact, value in facts(head, place).items()
        if value not in ("", 0, None)
    ]


def facts(head: Header, place: str) -> dict[str, Any]:
    """What a person wants to know of a model file."""
    memory = head.size + kv_bytes(head, 8192)
    return {
        "name": head.name, "architecture": head.architecture, "parameters": f"{head.parameters / 1e6:,.1f} million", "quantisation": head.quantisation,
        "file": show_size(head.size), "context": head.number("context_length"), "layers": head.number("block_count"),
        "memory with 8192 tokens": show_size(memory), "licence": str(head.metadata.get("general.license", "")),
        "chat template": "yes" if head.metadata.get("tokenizer.chat_template") else "no: ChatML is used",
        "made for": "nlsh" if "nlsh.first_token" in head.metadata else "chat", "place": place,
    }  # fmt: skip


def kv_bytes(head: Header, tokens: int) -> int:
    """Bytes of keys and values in half precision for so many tokens."""
    heads = head.number("attention.head_count") or 1
    size = head.number("attention.key_length") or head.number("embedding_length") // heads
    shared = head.number("attention.head_count_kv") or heads
    return (
        2
        * 2
        * head.number("block_count")
        * shared
        * size
        * min(tokens, head.number("context_length") or tokens)
    )


def _bench(parts: Parts, name: str) -> Rows:
    """How quick a larger model is: the first words of nlsh read, one request answered, a second one after it."""
    from nlsh.agent.chat import wording
    from nlsh.agent.chat.generator import Generator

    resolved = shipped_model() if name == EMBEDDED else parts._resolved(name)
    if not isinstance(resolved, Talking) or resolved.header is None:
        raise UsageError(f"{name} is not a chat model on this disk", "nlsh models list shows what there is")
    begun = time.perf_counter()
    generator = Generator(Path(resolved.place), resolved.header, parts.config.context)
    nothing = dict.fromkeys(("read", "kept", "read per second", "written", "written per second", "grammar"))
    rows: Rows = [{"what": "load", "seconds": round(time.perf_counter() - begun, 2), **nothing}]
    tools = wording.offered("the largest files here")
    messages = [{"role": "system", "content": wording.system()}]
    for sentence in ("the largest files here", "and the smallest"):
        messages.append({"role": "user", "content": wording.asked(sentence, parts.cwd, tools)})
        text = generator.reply(messages, wording.grammar(tools), lambda piece: None, longest=64)
        messages.append({"role": "assistant", "content": text})
        spent = generator.spent
        rows.append(
            {
                "what": sentence, "seconds": round(spent.read_seconds + spent.written_seconds, 2), "read": spent.read_tokens, "kept": spent.kept_tokens,
                "read per second": round(spent.read_tokens / max(spent.read_seconds, 1e-6)), "written": spent.written_tokens,
                "written per second": round(spent.written_tokens / max(spent.written_seconds, 1e-6), 1),
                "grammar": f"{100 * spent.grammar_seconds / max(spent.written_seconds, 1e-6):.0f} %",
            }
        )  # fmt: skip
    generator.close()
    return rows


def _pull(parts: Parts, wanted: str, screen: Screen) -> Rows:
    """Fetch a file from the Hugging Face Hub, with its licence shown; goes on where it was cut off. Needs the extra `hub`."""
    owner, _, rest = wanted.partition("/")
    repository, _, file = rest.partition("/")
    if not (owner and repository and file.endswith(".gguf")):
        raise UsageError(
            f"'{wanted}' is not OWNER/REPOSITORY/FILE.gguf",
            "as in: nlsh models pull owner/model-GGUF/model-q4_k_m.gguf",
        )
    if parts.config.offline:
        raise UsageError("nlsh is set to be offline", "offline stands in the settings")
    try:
        import huggingface_hub as hub
    except ImportError as error:
        raise NlshError(
            "no_hub", "fetching models needs the extra 'hub'", "pip install 'nlsh[hub]'"
        ) from error
    try:
        licence = (
            getattr(hub.HfApi().model_info(f"{owner}/{repository}").card_data, "license", None) or "not told"
        )
        screen.notice(f"licence: {licence}")
        path = hub.hf_hub_download(
            f"{owner}/{repository}", file
        )  # checks the digest, and goes on with a partial file
    except Exception as error:  # the library's own errors are many and have no common kind
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise NlshError(
            "hub", f"{wanted} cannot be fetched: {reason[:200]}", "check the name and the network"
        ) from error
    head = parts.header(Path(path))
    return [{"model": file, "place": path, "size": head.size, "licence": str(licence)}]
