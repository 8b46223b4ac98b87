"""What the worker does by the clock: what has no single cause, such as closing a vote when its time has come.

A tick asks the database itself what is due. Most are asked in every round, which is every second. What may come a
little later, such as deleting what was kept for months, says how often it is enough to ask.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from egov_participation.logs import describe

if TYPE_CHECKING:
    from egov_participation.services import Services

log = structlog.get_logger()

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

Tick = Callable[["Services"], bool | None]

_every: dict[Tick, timedelta] = {}


def tick(*, every: timedelta = timedelta()) -> Callable[[Tick], Tick]:
    """Register what the worker calls by the clock: ``(services) -> bool | None``.

    Args:
        every: the least time between two calls; without it, it is called in every round. One that fails, or returns
            True because it may have left something over, is called again in the next round all the same.
    """

    def register(function: Tick) -> Tick:
        _every[function] = every
        return function

    return register


class Ticks:
    """When each was called last. Remembered here alone: after a restart each is called at once, so none is missed."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._called: dict[Tick, datetime] = {}

    def call_due(self) -> None:
        """Call every tick whose time has come; of several workers on one database, one does at a time."""
        with self._services.database.alone("ticks") as alone:
            for function in filter(self._is_due, _every) if alone else ():
                now = self._services.clock()
                try:
                    again = function(self._services)
                except Exception as error:  # noqa: BLE001 - the others must be called, and this one again next second
                    log.warning("tick.failed", tick=function.__name__, **describe(error))
                    again = True
                if again:
                    self._called.pop(function, None)
                else:
                    self._called[function] = now

    def _is_due(self, function: Tick) -> bool:
        last, now = self._called.get(function), self._services.clock()
        # Due too where the clock was put back: else nothing would be called until it has come so far again.
        return last is None or not last <= now < last + _every[function]
