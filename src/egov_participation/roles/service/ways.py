"""What somebody signs in with, as far as it decides whether a role of theirs counts.

A role counts only with a way of signing in that was added before the role was granted: two administrators looked at
what there was. Else whoever read an official's mailbox could add an app and enter the office, and one desk operator
could enrol keys of their own for others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from egov_participation.errors import DomainError
from egov_participation.i18n import N_


@dataclass(frozen=True, slots=True)
class Way:
    """A passkey or an app that works."""

    words: str
    """What it is (a msgid)."""
    added_at: datetime


WaysOf = Callable[[Session, str], Sequence[Way]]
_ways_of: Final[list[WaysOf]] = []


def ways_from(source: WaysOf) -> WaysOf:
    """Say where a person's ways of signing in are looked up: the identity room does, which stands above this one."""
    _ways_of[:] = [source]
    return source


def ways(session: Session, person_id: str) -> Sequence[Way]:
    """What the person can sign in with besides mailed codes, the oldest first."""
    return _ways_of[0](session, person_id)


def counts(added_at: datetime, granted_at: datetime) -> bool:
    """Whether a role that was granted at that moment counts for who signed in with what was added at this one."""
    return added_at <= granted_at


def check_has_way(session: Session, person_id: str) -> None:
    """Refuse to entrust somebody who has nothing but mailed codes: what is added later would not count for the role.

    Raises:
        DomainError: 409 ``role.no_factor``.
    """
    if not ways(session, person_id):
        raise DomainError(
            409,
            N_(
                "This person has neither a passkey nor an app with codes. They first sign in and add one; then they "
                "can be given a role."
            ),
            code="role.no_factor",
        )
