"""Roles that people hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from egov_participation import approvals
from egov_participation.actions import Role
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.roles import rules
from egov_participation.roles.models import Grant
from egov_participation.roles.service import ways
from egov_participation.services import Services

LOCK: Final = approvals.ROLES_LOCK
"""Taken by whoever changes grants: how many administrators are left is a question about several rows."""


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody is entrusted with at a moment, besides being a citizen."""

    roles: frozenset[Role] = frozenset()
    agencies: frozenset[str] = frozenset()
    """Codes of the agencies that the role of a ministry is held for."""

    def __bool__(self) -> bool:
        return bool(self.roles)


def held(session: Session, person_id: str, now: datetime) -> Held:
    """What the person is entrusted with at this moment. One query: it is asked at each request of an official."""
    mine = select(Grant.role, Grant.agency).where(Grant.person_id == person_id, *_standing(now))
    rows = session.exec(mine).all()
    return Held(frozenset(Role(role) for role, _ in rows), frozenset(agency for _, agency in rows if agency))


def held_with(session: Session, person_id: str, added_at: datetime, now: datetime) -> Held:
    """What the person is entrusted with, as far as it counts for who signed in with what was added at that moment."""
    mine = select(Grant).where(Grant.person_id == person_id, *_standing(now))
    rows = [row for row in session.exec(mine) if ways.counts(added_at, row.granted_at)]
    return Held(frozenset(Role(row.role) for row in rows), frozenset(row.agency for row in rows if row.agency))


def is_entrusted(services: Services, person_id: str) -> bool:
    """Whether the person holds any role of officials at this moment."""
    with services.database.read() as session:
        return bool(held(session, person_id, services.clock()))


def standing(session: Session, now: datetime) -> list[Grant]:
    """Every grant that counts at this moment, by role, the longest held first."""
    order = (col(Grant.role), col(Grant.granted_at), col(Grant.id))
    return list(session.exec(select(Grant).where(*_standing(now)).order_by(*order)))


def administrators(session: Session, now: datetime, *, but: str = "") -> int:
    """How many can act: who has lost what they signed in with when the role was granted is none until it is anew.

    Args:
        but: a person who is not counted.
    """
    rows = session.exec(select(Grant).where(Grant.role == Role.ADMINISTRATOR, *_standing(now)))
    return sum(row.person_id != but and is_usable(session, row) for row in rows)


def is_usable(session: Session, row: Grant) -> bool:
    """Whether the person still has something to sign in with for which the role counts."""
    return any(ways.counts(way.added_at, row.granted_at) for way in ways.ways(session, row.person_id))


def _standing(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Grant.revoked_at).is_(None),
        or_(col(Grant.valid_until).is_(None), col(Grant.valid_until) > now),
    )


@approvals.roles_from
def _for_approvals(session: Session, person_id: str, now: datetime) -> tuple[frozenset[Role], frozenset[str]]:
    found = held(session, person_id, now)
    return found.roles, found.agencies


def grant(
    tx: UnitOfWork,
    person_id: str,
    role: Role,
    now: datetime,
    *,
    agency: str = "",
    valid_until: datetime | None = None,
) -> Grant:
    """Write a grant that was decided. Who decided it, and whether they could, is the caller's to make sure of.

    Raises:
        DomainError: 409 ``role.held``: the person has that role already.
        ValueError: no such grant can be: a citizen's, a ministry's without an agency, an administrator's with an end.
    """
    if role is Role.CITIZEN or rules.needs_agency(role) != bool(agency):
        raise ValueError(f"no such grant: {role} {agency}")
    if role is Role.ADMINISTRATOR and valid_until is not None:
        raise ValueError("an administrator's role has no end")
    tx.lock(LOCK)
    same = select(Grant).where(
        Grant.person_id == person_id, Grant.role == role, Grant.agency == agency, col(Grant.revoked_at).is_(None)
    )
    earlier = tx.exec(same).first()
    if earlier is not None:
        if rules.stands(now, valid_until=earlier.valid_until, revoked_at=None):
            raise DomainError(409, N_("This person has this role already."), code="role.held")
        earlier.revoked_at = earlier.valid_until  # its time ran out: it makes place for the new one
        tx.flush()
    row = Grant(
        person_id=person_id, role=role.value, agency=agency, granted_at=now, valid_until=valid_until, revoked_at=None
    )
    tx.add(row)
    tx.flush()
    return row
