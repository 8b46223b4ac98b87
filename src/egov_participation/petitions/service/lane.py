"""Where those who ask for the same costly thing at the same moment are served together.

Nobody waits for company: who comes to a free lane is served at once, alone. Who comes while it is taken waits, and when
it is free again all who wait are served in one go, by the thread of the first of them. So with few there is no delay,
and with many each costs less.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Generic, TypeVar, cast

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Work = Callable[[Sequence[Item]], Sequence[Outcome | Exception]]
"""Serves some together, and gives each, in this order, what it asked for or why not."""


class Lane(Generic[Item, Outcome]):
    """Safe to share between threads.

    Args:
        most: that are served together.
        width: how many such groups are served at a time.
    """

    def __init__(self, most: int, width: int = 1) -> None:
        self._most = most
        self._free = width
        self._lock = threading.Lock()
        self._waiting = deque[_Place[Item, Outcome]]()

    def serve(self, item: Item, work: Work[Item, Outcome]) -> Outcome:
        """What ``work``, or that of somebody who waits too and whose work is the same, gives for this item.

        Raises:
            Exception: that it gave for this item, or with which it failed altogether.
        """
        mine = _Place[Item, Outcome](item)
        with self._lock:
            served = self._free == 0
            if served:
                self._waiting.append(mine)
            else:
                self._free -= 1
        found = mine.told.get() if served else None
        if found is None:
            found = self._lead(mine, work)
        if isinstance(found, Exception):
            raise found
        return found

    def _lead(self, mine: _Place[Item, Outcome], work: Work[Item, Outcome]) -> Outcome | Exception:
        with self._lock:
            count = min(len(self._waiting), self._most - 1)
            group = [mine, *(self._waiting.popleft() for _ in range(count))]
        found: Sequence[Outcome | Exception] = []
        try:
            found = work([place.item for place in group])
        except Exception as error:  # noqa: BLE001 - it is raised by each of them
            found = [error] * len(group)
        finally:  # whatever happens, nobody waits for ever
            if len(found) != len(group):
                found = [RuntimeError("not each was served")] * len(group)
            self._hand_over()
            for place, outcome in zip(group[1:], found[1:], strict=True):
                place.told.put(outcome)
        return found[0]

    def _hand_over(self) -> None:
        with self._lock:
            following = self._waiting.popleft() if self._waiting else None
            if following is None:
                self._free += 1
        if following is not None:
            following.told.put(None)


class _Place(Generic[Item, Outcome]):
    """Somebody who waits: told the outcome, or None for being the next to lead."""

    __slots__ = ("item", "told")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.told = cast("SimpleQueue[Outcome | Exception | None]", SimpleQueue())
