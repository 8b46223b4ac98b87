"""A process that dies at a point of its work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Crash(BaseException):
    """The process is gone at this point: nothing after it is done."""


def dying(function: Callable[..., Any], *, when: int, persisted: bool) -> Callable[..., Any]:
    """Like ``function``, but that the process dies in its ``when``-th call: before it, or when all of it was done."""
    calls = 0

    def called(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == when and not persisted:
            raise Crash
        found = function(*arguments, **named)
        if calls == when:
            raise Crash
        return found

    return called
