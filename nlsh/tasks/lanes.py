"""Work side by side: threads that each have a shell of their own, for steps that do not need each other."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

from nlsh.agent.turns import Shell
from nlsh.errors import Interrupted

Job = TypeVar("Job")
Answer = TypeVar("Answer")


def in_lanes(
    lane: Callable[[], AbstractContextManager[Shell]],
    count: int,
    jobs: Sequence[Job],
    work: Callable[[Shell, Job], Answer],
    stop: Event,
    ends: Callable[[int, Answer], bool],
) -> list[Answer | None]:
    """`work` on every job, `count` at a time; the answers in the jobs' order, None for jobs that were not begun.

    An answer that `ends` the rest lets jobs that are under way finish and begins no other. Ctrl-C sets `stop`
    and stops every call that is under way; then Interrupted is raised, as it is when a job was interrupted.
    The first error that `work` raises is raised here when all threads have ended.
    """
    waiting: SimpleQueue[tuple[int, Job]] = SimpleQueue()
    for number, job in enumerate(jobs):
        waiting.put((number, job))
    answers: list[Answer | None] = [None] * len(jobs)
    errors: list[BaseException] = []
    shells: list[Shell] = []
    enough = Event()

    def run() -> None:
        try:
            with lane() as shell:
                shells.append(shell)
                while not (stop.is_set() or enough.is_set()):
                    number, job = waiting.get_nowait()
                    answer = answers[number] = work(shell, job)
                    if ends(number, answer):
                        enough.set()
        except Empty:
            pass
        except BaseException as error:  # handed to the thread that waits
            errors.append(error)
            enough.set()

    threads = [Thread(target=run, name=f"lane {number}") for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        stop.set()
        for shell in shells:
            shell.sandbox.stop()
        for thread in threads:
            thread.join()
        raise Interrupted() from None
    if errors:
        raise errors[0]
    return answers
