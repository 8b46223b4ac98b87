"""Ending on a signal at once, or after what must not be interrupted."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(BaseException):
    """The program was asked to end."""


class Signals:
    """SIGTERM and SIGINT, which end the program at once or, while something is recorded, after that."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._open = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """In here, they are waited for."""
        before = {number: signal.signal(number, self._hear) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def obeyed(self) -> Iterator[None]:
        """In here, they end what is done."""
        self._open = True
        try:
            self._obey()
            yield
        finally:
            self._open = False

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self.number = number
        self._obey()

    def _obey(self) -> None:
        if self._open and self.number is not None:
            raise Stopped
