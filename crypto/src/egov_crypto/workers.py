"""Work in several processes, with a bounded amount of it on the way."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


class Workers:
    """``jobs`` processes that live as long as the context; with fewer than two everything is done in this process.

    ``start(*arguments)`` is called once in each other process, never in this one, whose threads share its globals.
    """

    def __init__(self, jobs: int, start: Callable[..., None] | None = None, *arguments: Any) -> None:
        # Spawned, not forked: a fork would copy the caller's threads' locks, and the memory that holds the credentials.
        context = multiprocessing.get_context("spawn")
        self._jobs = jobs
        self._pool = ProcessPoolExecutor(jobs, context, _start_worker, (start, arguments)) if jobs > 1 else None

    @property
    def alone(self) -> bool:
        """Whether there is no other process."""
        return self._pool is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def map(self, function: Callable[[_Task], _Result], tasks: Iterable[_Task]) -> Iterator[_Result]:
        """``function`` of each task, in order; raises what it raises.

        Other processes begin with the first tasks at once, also before the first result is asked for; further tasks
        are taken as they are needed. ``function`` must stand at the top level of a module, as pickling asks for.
        """
        if self._pool is None:
            return map(function, tasks)
        futures = self._handed_out(self._pool, function, tasks)
        return _in_order(deque(islice(futures, 4 * self._jobs)), futures)

    @staticmethod
    def _handed_out(
        pool: ProcessPoolExecutor, function: Callable[[_Task], _Result], tasks: Iterable[_Task]
    ) -> Iterator[Future[_Result]]:
        for task in tasks:
            with interrupts_kept_from_children():
                future = pool.submit(function, task)
            yield future


@contextmanager
def shared(jobs: "int | Workers", tasks: int) -> Iterator[Workers]:
    """For so many ``tasks``: the processes that there are already, or ``jobs`` new ones; never more than tasks."""
    if isinstance(jobs, Workers) and tasks > 1:
        yield jobs
    else:
        with Workers(tasks if isinstance(jobs, Workers) else min(jobs, tasks)) as workers:
            yield workers


def _in_order(waiting: deque[Future[_Result]], more: Iterator[Future[_Result]]) -> Iterator[_Result]:
    while waiting:
        waiting.extend(islice(more, 1))
        yield waiting.popleft().result()


@contextmanager
def interrupts_kept_from_children() -> Iterator[None]:
    """An interrupt from the keyboard reaches every process; the one that the user started answers it, for all.

    The first submission starts the workers, which inherit the signals that are blocked here, for as long as they live.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker(start: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    if start is not None:
        start(*arguments)
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
