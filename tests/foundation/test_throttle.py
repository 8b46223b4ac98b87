"""Limits hold when many try at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.throttle import Limit, Throttle

LIMIT = Limit("test", 5, timedelta(hours=1), "test.too_many", "Too many.")
THROTTLE = Throttle(bytes(32))


def at_once(attempt: Callable[[], bool], times: int = 12) -> int:
    """How many of so many attempts at the same moment came through."""

    def one(_number: int) -> bool:
        try:
            return attempt()
        except DomainError as refusal:
            return refusal.code != LIMIT.code

    with ThreadPoolExecutor(times) as pool:
        return sum(pool.map(one, range(times)))


def test_no_more_are_let_through_than_the_limit_says(database: Database, clock: ManualClock) -> None:
    def attempt() -> bool:
        with database.uow() as tx:
            THROTTLE.take(tx, LIMIT, "somebody", clock())
            tx.commit()
        return True

    assert at_once(attempt) == 5
    clock.advance(hours=1)
    assert at_once(attempt) == 5


def test_no_more_are_let_through_in_one_statement_each(database: Database, clock: ManualClock) -> None:
    def attempt() -> bool:
        with database.uow() as tx:
            THROTTLE.take_at_once(tx, LIMIT, "somebody", clock())
            tx.commit()
        return True

    assert at_once(attempt) == 5
    with database.uow() as tx, pytest.raises(DomainError) as refused:
        THROTTLE.take_at_once(tx, LIMIT, "somebody", clock())
    assert refused.value.retry_after == 3600 - clock().timestamp() % 3600
    with database.uow() as tx, pytest.raises(DomainError):
        THROTTLE.take(tx, LIMIT, "somebody", clock())  # both count the same
    clock.advance(hours=1)
    assert at_once(attempt) == 5


def test_who_looks_first_and_counts_afterwards_is_not_overtaken(database: Database, clock: ManualClock) -> None:
    tried: list[int] = []

    def guess() -> bool:
        with database.uow() as tx:
            THROTTLE.check(tx, LIMIT, "somebody", clock())
            tried.append(1)
            THROTTLE.take(tx, LIMIT, "somebody", clock())
            tx.commit()
        return True

    assert at_once(guess) == 5
    assert len(tried) == 5


def test_what_is_rolled_back_is_not_counted(database: Database, clock: ManualClock) -> None:
    def give_up() -> bool:
        with database.uow() as tx:
            THROTTLE.take(tx, LIMIT, "somebody", clock())
        return True

    assert at_once(give_up) == 12
