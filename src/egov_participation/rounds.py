"""A thread that does the same once a second: what the worker and the registrar live by."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

import structlog

from egov_participation.logs import describe

log = structlog.get_logger()

SECONDS_BETWEEN = 1.0
_running: set[Rounds] = set()
"""Those of this process, until they are stopped."""


def wake(name: str) -> None:
    """Wake the threads of that name in this process; others come in their own time."""
    for rounds in list(_running):
        if rounds.name == name:
            rounds.wake()


class Rounds:
    """Calls `work` a second after it returned, or when it is woken, again and again."""

    def __init__(
        self, work: Callable[[], object], name: str, failure: str, *, seconds_between: float | None = None
    ) -> None:
        """
        Args:
            name: of the thread.
            failure: the event that is logged when a round fails; the next one comes all the same.
            seconds_between: instead of a second.
        """
        self.name = name
        self._work, self._failure, self._pause = work, failure, seconds_between
        self._stopping = threading.Event()
        # A queue, since a signal's handler may put something in while the same thread does: an event would lock up.
        self._bell = SimpleQueue[None]()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Work in a thread until `stop`."""
        _running.add(self)
        self._thread.start()

    def stop(self) -> None:
        """Finish the round in hand and end. May be called from a signal's handler, and before `start`."""
        self.leave(None)

    def leave(self, patience: float | None) -> None:
        """As `stop`, but the round in hand may take so many seconds more; then it is left, to end with the process."""
        _running.discard(self)
        self._stopping.set()
        self.wake()
        if self._thread.is_alive():
            self._thread.join(patience)

    def wake(self) -> None:
        """Begin the next round at once, or after the one in hand."""
        self._bell.put(None)

    def _run(self) -> None:
        while not self._rest():
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - such as a full disk: the thread must outlive it
                log.error(self._failure, **describe(error))

    def _rest(self) -> bool:
        """Wait for the next round; whether there is none."""
        try:
            self._bell.get(timeout=SECONDS_BETWEEN if self._pause is None else self._pause)
            while True:  # however often it was woken, it is one round
                self._bell.get_nowait()
        except Empty:
            return self._stopping.is_set()
