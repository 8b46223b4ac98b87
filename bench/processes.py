"""What a second process gains, in numbers that hold also while others use the machine."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import psutil
from rich.console import Console
from rich.progress import track

from bench.measure import Figure
from egov_crypto.mixnet.generators import generator
from egov_crypto.workers import Workers

ROUNDS: Final = 3
ALONE: Final = 0.03
"""The part of the machine that others may take where two processes beside one, by the clock, keep to a limit."""
SHARED: Final = 0.5
"""The same where two processes stand beside two: beyond it, what else runs at the moment decides."""


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
    machine: float
    """All processes'."""
    clock: float

    @classmethod
    def now(cls) -> _Times:
        own, all_ = os.times(), psutil.cpu_times()
        return cls(
            own.user + own.system,
            own.children_user + own.children_system,
            sum(all_) - all_.idle - getattr(all_, "iowait", 0.0),
            time.perf_counter(),
        )

    def since(self) -> _Times:
        now = self.now()
        return _Times(
            now.own - self.own, now.children - self.children, now.machine - self.machine, now.clock - self.clock
        )


def gained(console: Console, work: Work) -> list[Figure]:
    """What was measured, and how many times as fast as one process two are, in three ways: medians.

    By processor times: of one process, divided by that of the process that deals out and half of that of the two
    others, without their start, which large works hardly notice. That is the speed-up were they to wait for each moment
    of what the first does (Amdahl's law).
    By the clock, which alone shows waiting: beside two processes that know nothing of each other and do a half each,
    start included on both sides; half the limit at least, unless others take most of the machine. And beside one
    process, which says something only while nobody else uses the machine.
    """
    alone, shared, start, apart = list[_Times](), list[_Times](), list[_Times](), list[_Times]()
    for _ in track(range(ROUNDS), f"{work.name}: one process, two, and two apart", console=console):
        alone.append(_taken(lambda: work.do(1)))
        shared.append(_taken(lambda: work.do(2)))
        start.append(_taken(_started))
        apart.append(_taken(lambda: _apart(work)))
    median = statistics.median
    possible = median(
        one.own / (two.own + (two.children - none.children) / 2)
        for one, two, none in zip(alone, shared, start, strict=True)
    )
    share = median(halves.clock / two.clock for halves, two in zip(apart, shared, strict=True))
    clock = median(one.clock / two.clock for one, two in zip(alone, shared, strict=True))
    disturbed = _disturbed([*alone, *shared])
    by_the_clock = f"by the clock, others taking {disturbed:.0%} of the machine"
    return [
        Figure(f"{work.name}, --jobs 1: processor time", median(times.own for times in alone), "s"),
        Figure(f"{work.name}, --jobs 2: of who deals out", median(times.own for times in shared), "s"),
        Figure(f"{work.name}, --jobs 2: of the two others", median(times.children for times in shared), "s"),
        Figure(f"{work.name}, of which they take to start", median(times.children for times in start), "s"),
        Figure(f"{work.name}, --jobs 2 / --jobs 1, as these times allow", possible, at_least=work.at_least),
        Figure(
            f"{work.name}, --jobs 2 / two apart, {by_the_clock}",
            share,
            at_least=work.at_least / 2 if disturbed < SHARED else None,
        ),
        Figure(
            f"{work.name}, --jobs 2 / --jobs 1, {by_the_clock}",
            clock,
            at_least=work.at_least if disturbed < ALONE else None,
        ),
    ]


def _taken(work: Callable[[], object]) -> _Times:
    start = _Times.now()
    work()
    return start.since()


def _disturbed(runs: list[_Times]) -> float:
    theirs = sum(times.machine - times.own - times.children for times in runs)
    return max(0.0, theirs) / sum(times.clock for times in runs) / (os.cpu_count() or 1)


def _started() -> None:
    with Workers(2) as workers:
        list(workers.map(generator, [0, 1]))


def _apart(work: Work) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_half, args=(work,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError(f"{work.name}: half of it ended with {process.exitcode}")


def _half(work: Work) -> None:
    work.function(*work.half, jobs=1)
