"""What a second process gains, in numbers that hold also while others use the machine."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final

from rich.console import Console
from rich.progress import track

from bench.measure import Figure
from egov_crypto.mixnet.generators import generator

ROUNDS: Final = 3


@dataclass(frozen=True)
class Work:
    """Something that takes `jobs`; the arguments for all of it, and for half of it."""

    name: str
    at_least: float
    """How many times as fast as one process two must be."""
    function: Callable[..., object]
    whole: tuple[Any, ...]
    half: tuple[Any, ...]

    def do(self, jobs: int) -> None:
        generator.cache_clear()
        self.function(*self.whole, jobs=jobs)


@dataclass(frozen=True)
class _Times:
    """Seconds: of processor time, of this process and of those that it waited for, and by the clock."""

    own: float
    children: float
    clock: float

    @classmethod
    def now(cls) -> _Times:
        times = os.times()
        return cls(times.user + times.system, times.children_user + times.children_system, time.perf_counter())

    def since(self) -> _Times:
        now = self.now()
        return _Times(now.own - self.own, now.children - self.children, now.clock - self.clock)


def gained(console: Console, work: Work) -> list[Figure]:
    """What was measured, and two speed-ups with one limit, the second as a share of what there was to gain.

    By processor times, the least of each, since others who use the machine only add to them: of one process, divided by
    that of the process that deals out and half of that of the two others, their start included. That is the speed-up
    were they to wait for each moment of it (Amdahl's law).
    By the clock, which alone shows waiting: beside two processes that know nothing of each other, do half of the work
    each, and were started before. What others use of the machine slows both down.
    """
    alone, shared, apart = list[_Times](), list[_Times](), list[float]()
    for _ in track(range(ROUNDS), f"{work.name}: one process, two, and two apart", console=console):
        alone.append(_taken(lambda: work.do(1)))
        shared.append(_taken(lambda: work.do(2)))
        apart.append(_apart(work))
    one = min(times.own for times in alone)
    dealing, others = min(times.own for times in shared), min(times.children for times in shared)
    share = statistics.median(half / both.clock for half, both in zip(apart, shared, strict=True))
    clock = statistics.median(before.clock / after.clock for before, after in zip(alone, shared, strict=True))
    return [
        Figure(f"{work.name}, --jobs 1: processor time", one, "s"),
        Figure(f"{work.name}, --jobs 2: processor time of who deals out", dealing, "s"),
        Figure(f"{work.name}, --jobs 2: processor time of the two others", others, "s"),
        Figure(
            f"{work.name}, --jobs 2 / --jobs 1 as these times allow",
            one / (dealing + others / 2),
            at_least=work.at_least,
        ),
        Figure(f"{work.name}, --jobs 2 / two processes apart, by the clock", share, at_least=work.at_least / 2),
        Figure(f"{work.name}, --jobs 2 / --jobs 1, by the clock", clock),
    ]


def _taken(work: Callable[[], None]) -> _Times:
    start = _Times.now()
    work()
    return start.since()


def _apart(work: Work) -> float:
    """Seconds by the clock until both have done their half."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(2)]
    processes = [context.Process(target=_half, args=(there, work)) for _, there in pipes]
    for process in processes:
        process.start()
    for here, _ in pipes:
        here.recv()
    start = time.perf_counter()
    for here, _ in pipes:
        here.send(None)
    for process in processes:
        process.join()
        assert process.exitcode == 0
    return time.perf_counter() - start


def _half(pipe: Connection[Any, Any], work: Work) -> None:
    pipe.send(None)
    pipe.recv()
    work.function(*work.half, jobs=1)
