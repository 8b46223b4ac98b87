"""Counting what is done from one line, and from the neighbourhood that the line lies in."""

from __future__ import annotations

from datetime import datetime

from egov_participation.database import UnitOfWork
from egov_participation.identity import rules
from egov_participation.throttle import Limit, Throttle


def take_for_line(
    tx: UnitOfWork, throttle: Throttle, limits: rules.LineLimits, network: str, now: datetime, subject: str = ""
) -> None:
    """Count one more for the line and for its neighbourhood.

    Args:
        network: the line, of `rules.network_of`.
        subject: whom it concerns, where each is counted apart.

    Raises:
        DomainError: 429 with the limit's code.
    """
    for limit, place in _places(limits, network):
        throttle.take(tx, limit, f"{subject}|{place}", now)


def check_for_line(
    tx: UnitOfWork, throttle: Throttle, limits: rules.LineLimits, network: str, now: datetime, subject: str = ""
) -> None:
    """Count nothing; raises as `take_for_line` would."""
    for limit, place in _places(limits, network):
        throttle.check(tx, limit, f"{subject}|{place}", now)


def check_second(
    tx: UnitOfWork, throttle: Throttle, limits: rules.SecondLimits, person_id: str, network: str, now: datetime
) -> None:
    """Refuse, with any code, where too many wrong ones were entered for this person.

    Raises:
        DomainError: 429 ``sign_in.too_many``.
    """
    for line in limits.lines:
        check_for_line(tx, throttle, line, network, now, person_id)
    throttle.check(tx, limits.total, person_id, now)


def count_second(
    tx: UnitOfWork, throttle: Throttle, limits: rules.SecondLimits, person_id: str, network: str, now: datetime
) -> None:
    """Count a wrong code.

    Raises:
        DomainError: 429 ``sign_in.too_many``.
    """
    for line in limits.lines:
        take_for_line(tx, throttle, line, network, now, person_id)
    throttle.take(tx, limits.total, person_id, now)


def take_back_second(
    tx: UnitOfWork, throttle: Throttle, limits: rules.SecondLimits, person_id: str, network: str, now: datetime
) -> None:
    """A code that was counted at `now` before it was looked at turned out to be right."""
    for line in limits.lines:
        for limit, place in _places(line, network):
            throttle.give_back(tx, limit, f"{person_id}|{place}", now)
    throttle.give_back(tx, limits.total, person_id, now)


def _places(limits: rules.LineLimits, network: str) -> list[tuple[Limit, str]]:
    return [(limits.line, network), (limits.around, rules.neighbourhood_of(network))]
