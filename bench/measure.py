"""Run a command and say what it took."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "bench"


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    def holds(self) -> bool:
        """Whether the value keeps to its limits; one without limits always does."""
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    def shown(self, value: float) -> str:
        return f"{value:.3g} {self.unit}".strip() if value < 100 else f"{value:.0f} {self.unit}".strip()

    def bound(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.shown(self.at_most)}"
        return "" if self.at_least is None else f"≥ {self.shown(self.at_least)}"


@dataclass(frozen=True)
class Usage:
    """What one run of a command took."""

    seconds: float
    """By the clock on the wall."""
    processor: float
    """Seconds of processor time, of the command and of every process that it waited for."""
    peak: float
    """Greatest resident memory in MB, of all its processes together (what they share counts more than once)."""
    status: int


def run(command: Sequence[str | Path], *, expect: int | None = 0) -> Usage:
    """Run `command` to its end without its output.

    Raises:
        RuntimeError: it ended with another status than `expect`; None expects any.
    """
    start = os.times().elapsed
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        watcher = _Watcher(process.pid)
        watcher.start()
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        watcher.stop()
    if expect is not None and process.returncode != expect:
        raise RuntimeError(f"{command} ended with {process.returncode}: {said.decode(errors='replace')[-500:]}")
    return Usage(os.times().elapsed - start, usage.ru_utime + usage.ru_stime, watcher.peak / 1e6, process.returncode)


class _Watcher(threading.Thread):
    """Adds up the memory of a process and its descendants until told to stop.

    The system's own figure (`ru_maxrss`) would not do: it counts what this process had when it started the other.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.root = psutil.Process(pid)
        self.peak = 0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.02):
            total = 0
            try:
                for process in (self.root, *self.root.children(recursive=True)):
                    total += process.memory_info().rss
            except psutil.Error:
                continue  # it ended meanwhile
            self.peak = max(self.peak, total)

    def stop(self) -> None:
        self._over.set()
        self.join()
