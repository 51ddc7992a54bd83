"""A cluster on this machine, for trying: a scheduler and some workers, with certificates of their own."""

import signal
import time
from collections.abc import Callable

from nlsh.cluster.certificates import Certificates, make
from nlsh.cluster.handing import quiet
from nlsh.errors import Exit, NlshError, UsageError

START_SECONDS = 60.0


def serve(
    place: Certificates, workers: int, port: int, resources: dict[str, int], ready: Callable[[str], None]
) -> None:
    """Run a cluster until Ctrl-C. `ready` is told its address. Workers that die are started again."""
    try:
        from distributed import LocalCluster
    except ImportError as error:
        raise UsageError("clusters need an extra part of nlsh", "pip install 'nlsh[cluster]'") from error
    if not place.key.is_file():
        make(place)
    quiet()
    try:
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, protocol="tls://", host="127.0.0.1", scheduler_port=port,
            security=place.security(), dashboard_address=None, worker_dashboard_address=None, resources=resources or None, silence_logs=50,
        )  # fmt: skip
    except (OSError, RuntimeError) as error:
        raise NlshError(
            "failed", f"the cluster did not start: {error}", "choose another --port", Exit.TEMPORARY
        ) from error
    with cluster:
        cluster.wait_for_workers(workers, timeout=START_SECONDS)
        ready(str(cluster.scheduler_address))
        signal.signal(
            signal.SIGTERM, signal.default_int_handler
        )  # ended by a service manager it ends as by Ctrl-C
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass
