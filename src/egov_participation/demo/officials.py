"""The demonstration's officials: with their roles, as two administrators gave them, and with apps that show codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import select

from egov_participation import approvals
from egov_participation.actions import Capacity, Role
from egov_participation.clock import ManualClock
from egov_participation.database import UnitOfWork
from egov_participation.i18n import LANGUAGES
from egov_participation.identity import service as identity
from egov_participation.identity.keys import IdentityKeys, keys
from egov_participation.jobs import Job
from egov_participation.notices import service as notices
from egov_participation.registry.rules import Entry
from egov_participation.roles import service as roles
from egov_participation.services import Services, SessionInfo

AGENCY: Final = "education"
_REASON: Final = "№ 12-ө бұйрық, 1 қыркүйек / приказ № 12-ө от 1 сентября"
_ROLES: Final = (
    Role.ADMINISTRATOR,
    Role.ADMINISTRATOR,
    Role.DESK_OPERATOR,
    Role.MODERATOR,
    Role.MINISTRY,
    Role.MINISTRY,
    Role.COMMISSION,
    Role.COMMISSION,
    Role.AUDITOR,
    Role.DESK_OPERATOR,
    Role.MODERATOR,
    Role.AUDITOR,
)


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody to sign in as."""

    entry: Entry
    role: Role


def choose(people: Sequence[Entry], taken: Sequence[Entry]) -> tuple[list[Official], Entry]:
    """The officials, always the same, and somebody whose role waits for a second administrator.

    Args:
        taken: people who are somebody else in the demonstration.
    """
    names = {entry.family_name for entry in taken}
    chosen: list[Entry] = []
    for entry in people:
        if entry.family_name not in names and len(chosen) <= len(_ROLES):
            names.add(entry.family_name)
            chosen.append(entry)
    *officials, waiting = chosen
    return [Official(entry, role) for entry, role in zip(officials, _ROLES, strict=True)], waiting


def appoint(services: Services, clock: ManualClock, officials: Sequence[Official], since: datetime) -> None:
    """Give them their roles, the first two by command and the others by these two, and each an app with codes."""
    clock.set(since)
    ids = {official.entry.iin: person_id(services, official.entry) for official in officials}
    first, second = (ids[official.entry.iin] for official in officials[:2])
    identity_keys: IdentityKeys = keys(services.settings.keys_dir)
    with services.database.uow() as tx:
        for official in officials:
            appointed = ids[official.entry.iin]
            # First the app: a role counts only with what was there when it was granted.
            identity.add_demo_app(tx, services, identity_keys, appointed)
            clock.advance(minutes=5)
            if official.role is Role.ADMINISTRATOR:
                roles.appoint(services, tx, appointed)
            else:
                proposal = _propose(services, tx, first, appointed, official.role, clock())
                clock.advance(minutes=7)
                deciding = acting(second, Role.ADMINISTRATOR, clock())
                approvals.approve(services, tx, deciding, proposal.id, proposal.content_hash)
            clock.advance(minutes=11)
        tx.commit()


def leave_a_proposal(
    services: Services, clock: ManualClock, officials: Sequence[Official], waiting: Entry, now: datetime
) -> None:
    """Something for the second administrator to decide on: the first one would have somebody become an auditor."""
    clock.set(now - timedelta(hours=20))
    first, other = person_id(services, officials[0].entry), person_id(services, waiting)
    with services.database.uow() as tx:
        identity.add_demo_app(tx, services, keys(services.settings.keys_dir), other)
        _propose(services, tx, first, other, Role.AUDITOR, clock())
        tx.commit()


def leave_a_failed_job(services: Services, officials: Sequence[Official], now: datetime) -> None:
    """Something for an administrator to decide on: a mail that could not be sent. Tried again, it arrives."""
    written_to = person_id(services, officials[-1].entry)
    words = {lang: roles.role_in_words(services, lang, officials[-1].role) for lang in LANGUAGES}
    with services.database.uow() as tx:
        keys_dir = services.settings.keys_dir
        notices.notify(tx, keys_dir, written_to, roles.GRANTED, "demo:failed", role=words, at=now - timedelta(days=1))
        tx.flush()
        job = tx.exec(select(Job).where(Job.key == "demo:failed")).one()
        job.attempts, job.dead_at, job.last_error = 8, now - timedelta(hours=9), "SMTPServerDisconnected"
        tx.commit()


def acting(person: str, role: Role, now: datetime) -> SessionInfo:
    """An official, by person id, as they would be signed in."""
    return SessionInfo(
        person_id=person,
        token_hash="",
        created_at=now,
        signed_in_at=now,
        assurance=2,
        capacity=Capacity.OFFICIAL,
        roles=frozenset({role}),
    )


def person_id(services: Services, entry: Entry) -> str:
    """The register's id of one of the demonstration's people."""
    with services.database.read() as session:
        person = services.registry.find(session, entry.iin)
    if person is None:
        raise LookupError("the demonstration's people are not in the register")
    return person.person_id


def _propose(services: Services, tx: UnitOfWork, by: str, person: str, role: Role, now: datetime) -> approvals.Proposal:
    agency = AGENCY if role is Role.MINISTRY else ""
    administrator = acting(by, Role.ADMINISTRATOR, now)
    return roles.propose_grant(services, tx, administrator, person, role, agency=agency, last_day=None, reason=_REASON)
