"""A progress bar of one line, on terminals only."""

import shutil
import sys
import time
from types import TracebackType
from typing import Final, Self

_LABELS: Final = {
    "download": "Downloading",
    "since": "Comparing with what was kept",
    "events": "Reading the archive",
    "ballots": "Verifying ballots",
    "shuffles": "Verifying shuffles",
    "shuffling": "Shuffling",
    "read": "Reading",
    "count": "Counting",
    "entries": "Reading the log",
    "files": "Fetching files",
}
_REDRAW: Final = 0.1
"""Seconds between two drawings."""


class Progress:
    """Called with a stage, how far it is and how far it goes (0 if that is not known), as ``verify_archive`` does.

    As a context manager it takes the bar away at the end, so that nothing of it stays above the output. Where standard
    error is not a terminal, it draws nothing.
    """

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._stage = ""
        self._began = 0.0
        self._drawn = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the bar away, since something else is to be said."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not self._terminal:
            return
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._began = stage, now
        elif now - self._drawn < _REDRAW and done != total:
            return
        self._drawn = now
        columns = shutil.get_terminal_size().columns
        sys.stderr.write("\r" + line(stage, done, total, now - self._began, columns - 1) + "\x1b[K")
        sys.stderr.flush()


def line(stage: str, done: int, total: int, seconds: float, width: int) -> str:
    """What the bar shows after ``seconds``, in at most ``width`` characters of ASCII."""
    label = _LABELS.get(stage, stage)
    if not total:
        return f"{label} {_amount(stage, done)}"[:width]
    share = min(done / total, 1)
    numbers = f" {share:4.0%}  {_amount(stage, done)} of {_amount(stage, total)}"
    if done and seconds >= 2 and share < 1:
        left = round(seconds / share - seconds)
        numbers += f"  {left // 60}:{left % 60:02} left"
    room = min(width - len(label) - len(numbers) - 3, 40)
    filled = round(share * room)
    bar = f" [{'#' * filled}{'.' * (room - filled)}]" if room >= 5 else ""
    return f"{label}{bar}{numbers}"[:width]


def _amount(stage: str, number: int) -> str:
    return f"{number / 1e6:.1f} MB" if stage in {"download", "since", "events", "read"} else f"{number}"
