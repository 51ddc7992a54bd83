"""Hands work out to the nodes of a cluster and gathers what they say; a node that is lost is a failure, not a wait."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nlsh.cluster.certificates import Certificates
from nlsh.cluster.node import Work, carry_out
from nlsh.errors import Exit, NlshError, UsageError
from nlsh.tasks.limits import digest

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10.0
LOOK_SECONDS = 0.5  # how often it is looked whether the nodes are still there
GRACE_SECONDS = 5.0  # a worker that died may be started again
MOST_TOGETHER = 100  # pieces of work in one message
SHARES = 4  # messages for each node, at least: the quick ones take more
Told = Callable[[list[dict[str, Any]]], None]


@contextmanager
def connected(address: str, place: Certificates) -> "Iterator[Client]":
    """A client of the cluster at `address` (tls://HOST:PORT); NlshError when it is not there or turns us away."""
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("clusters need an extra part of nlsh", "pip install 'nlsh[cluster]'") from error
    if not address.startswith("tls://"):
        raise UsageError(f"{address} is no address of a cluster", "for example tls://127.0.0.1:8786")
    quiet()
    security = place.security()
    try:
        client = Client(address, security=security, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, RuntimeError) as error:
        said = (
            "it turned our certificate away"
            if "SSL" in f"{error!r}{error.__cause__!r}"
            else "nothing answers there"
        )
        raise NlshError(
            "no_cluster", f"{address}: {said}", "nlsh cluster start makes one", Exit.TEMPORARY
        ) from error
    try:
        yield client
    finally:
        client.close(timeout=2)


def quiet() -> None:
    """Dask's log is for its own developers: what matters comes back as records."""
    import logging

    for name in ("distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def to_every_node(client: "Client", work: Work, need: dict[str, int], tell: Told) -> list[dict[str, Any]]:
    """`work` once on each node that has what is needed; a record for each, told as it comes."""
    nodes = _nodes(client, need)
    futures = {
        client.submit(
            carry_out, [replace(work, key=digest(f"{work.key} {name}".encode()))], workers=[address], allow_other_workers=False,
            pure=False, resources=need or None,
        ): address
        for address, name in nodes.items()
    }  # fmt: skip
    names = {future: ([work.name], nodes[address]) for future, address in futures.items()}
    return _gathered(client, names, tell, lambda future, there: futures[future] not in there)


def to_any_node(
    client: "Client", works: Sequence[Work], need: dict[str, int], tell: Told
) -> list[dict[str, Any]]:
    """Each piece of work once, on whichever node is free; several are handed out together. In the order of `works`."""
    nodes = _nodes(client, need)
    size = max(1, min(MOST_TOGETHER, -(-len(works) // (len(nodes) * SHARES))))
    parts = [works[at : at + size] for at in range(0, len(works), size)]
    futures = {client.submit(carry_out, part, pure=False, resources=need or None): part for part in parts}
    names = {future: ([piece.name for piece in part], "") for future, part in futures.items()}
    records = _gathered(client, names, tell, lambda future, there: not there)
    order = {work.name: position for position, work in enumerate(works)}
    return sorted(records, key=lambda record: order[record["file"]])


def _nodes(client: "Client", need: dict[str, int]) -> dict[str, str]:
    """The nodes that have what is needed: their names by their addresses."""
    known = client.scheduler_info(n_workers=-1)["workers"]
    nodes = {
        address: str(node["name"])
        for address, node in known.items()
        if all(node.get("resources", {}).get(what, 0) >= count for what, count in need.items())
    }
    if not nodes:
        wanted = ", ".join(f"{what}={count}" for what, count in need.items())
        said = f"no node of the cluster has {wanted}" if need and known else "the cluster has no nodes"
        raise NlshError("no_node", said, "start workers, or ask for less", Exit.TEMPORARY)
    return nodes


def _gathered(
    client: "Client",
    names: dict[Any, tuple[list[str], str]],
    tell: Told,
    lost: Callable[[Any, set[str]], bool],
) -> list[dict[str, Any]]:
    """The records of all futures as they end; those that can end no more are given up as lost."""
    from distributed import wait

    waiting, found = set(names), []
    gone: dict[Any, float] = {}  # since when nobody is there for a future
    try:
        while waiting:
            try:
                ended = wait(waiting, timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                there = set(client.scheduler_info(n_workers=-1)["workers"])
                now = time.monotonic()
                gone = {future: gone.get(future, now) for future in waiting if lost(future, there)}
                ended = {future for future, since in gone.items() if now - since > GRACE_SECONDS}
            for future in ended:
                waiting.remove(future)
                records = _records(future, *names[future])
                found += records
                tell(records)
    except KeyboardInterrupt:
        client.cancel(list(waiting), force=True)
        raise
    return found


def _records(future: Any, files: list[str], node: str) -> list[dict[str, Any]]:
    if future.status == "finished":
        return future.result()  # type: ignore[no-any-return]
    error = future.exception(timeout=LOOK_SECONDS) if future.status == "error" else None
    kind = type(error).__name__
    message = "its node was lost" if error is None or "Killed" in kind else f"{kind}: {error}"
    return [
        {"node": node or "?", "file": file, "state": "lost" if "lost" in message else "failed", "code": int(Exit.TEMPORARY), "steps": 0,
         "seconds": None, "answer": None, "message": message, "results": []}
        for file in files
    ]  # fmt: skip


def run_key(content: str, place: str, variables: dict[str, str]) -> str:
    """A key for one request: asked again within the same run it is the same, in another run another one."""
    return digest(f"{content} {place} {sorted(variables.items())} {time.time_ns()}".encode())
