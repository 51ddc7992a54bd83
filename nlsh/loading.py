"""The model, loaded while the person types, and shared by hints and turns."""

import threading
from collections.abc import Callable, Sequence

from nlsh.agent.planner import Planner
from nlsh.errors import NlshError
from nlsh.turn import Call, Plan, Utterance


class Loading:
    """A planner that loads on a thread of its own; the first sentence waits for it if it must."""

    def __init__(self, load: Callable[[], Planner]) -> None:
        self._load = load
        self._planner: Planner | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._beginning, self._begun = threading.Lock(), False

    def begin(self) -> None:
        """Start to load, once there is time: the prompt comes first."""
        with self._beginning:
            if not self._begun:
                self._begun = True
                self._thread.start()

    def _run(self) -> None:
        try:
            self._planner = self._load()
        except BaseException as error:
            self._error = error

    def __call__(self) -> Planner:
        """The planner; whatever stopped it from loading is raised here."""
        self.begin()
        self._thread.join()
        if self._planner is None:
            raise self._error or NlshError("model", "the model did not load")
        return self._planner


class OneAtATime:
    """A planner that hints and turns share."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._lock = threading.Lock()

    def threshold(self, calls: Sequence[Call]) -> float:
        """As the planner's."""
        return self._planner.threshold(calls)

    def plan(self, utterance: Utterance, previous: Sequence[Call], kind: str) -> Plan:
        """As the planner's, for one caller at a time."""
        with self._lock:
            return self._planner.plan(utterance, previous, kind)
