"""What two administrators decide about roles: one proposes, another approves (`approvals`).

What could become impossible in between is looked at twice: when it is proposed, so that nobody approves in vain, and
when it is carried out, which is what counts.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from egov_participation import approvals, audit
from egov_participation.actions import ROLE_NAMES, Action, Role
from egov_participation.approvals import Proposal
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.ledger import service as ledger
from egov_participation.notices.service import NoticeKind, notice, notify
from egov_participation.registry.service import Person
from egov_participation.roles import rules
from egov_participation.roles.agencies import agencies, agency_name
from egov_participation.roles.models import Grant
from egov_participation.roles.service import grants, ways
from egov_participation.services import Services, SessionInfo

_LARGEST: Final = 2**31 - 1
"""What PostgreSQL takes for a number; who asks for more has typed an address."""
_WRONG: Final = N_("If this cannot be right, tell the administrators of the site.")
_FACTS: Final = ((N_("Role"), "role"), (N_("When"), "at"))
GRANTED: Final = notice(
    "roles.granted",
    subject=N_("You have been given a role"),
    paragraphs=(
        N_("Two administrators have entrusted you with a role. To act in it, sign in and enter the office."),
        _WRONG,
    ),
    facts=_FACTS,
    link=(N_("Enter the office"), "/office/enter"),
)
ENDED: Final = notice(
    "roles.ended",
    subject=N_("A role of yours has ended"),
    paragraphs=(N_("Two administrators have ended a role of yours. It no longer counts from this moment."), _WRONG),
    facts=_FACTS,
)


def role_in_words(services: Services, lang: str, role: Role, agency: str = "") -> str:
    """The role's name, and the agency's that it is held for."""
    name = translate(lang, ROLE_NAMES[role])
    return f"{name}: {agency_name(services, agency, lang)}" if agency else name


def object_of(person_id: str, role: Role, agency: str = "") -> str:
    """How the audit trail names a role of a person."""
    return "/".join(filter(None, (f"person:{person_id}", role.value, agency)))


def propose_grant(
    services: Services,
    tx: UnitOfWork,
    session: SessionInfo,
    person_id: str,
    role: Role,
    *,
    agency: str,
    last_day: date | None,
    reason: str,
) -> Proposal:
    """Propose that somebody be entrusted with a role.

    Args:
        last_day: the last one on which it counts, in the site's time zone; None for no end.

    Raises:
        DomainError: 403 ``role.own`` (nobody proposes themselves); 404 ``person.unknown``; 409 ``role.held`` or
            ``role.no_factor``; 422 ``role.last_day`` or ``role.agency_unknown``; what `approvals.propose` raises.
    """
    now = services.clock()
    _person(services, tx.session, person_id)
    if person_id == session.person_id:
        raise DomainError(403, N_("Nobody proposes a role for themselves: ask another administrator."), code="role.own")
    if (
        rules.needs_agency(role) != bool(agency)
        or (agency and agency not in agencies(services))
        or role is Role.CITIZEN
    ):
        raise DomainError(
            422, N_("This role cannot be granted like this. Check the role and the agency."), code="role.agency_unknown"
        )
    valid_until = None if last_day is None else _end_of(services, last_day)
    if not rules.may_end(role, now, valid_until):
        raise DomainError(
            422,
            N_(
                "The last day must lie ahead, by five years at most. An administrator’s role has none: it is ended by "
                "a decision."
            ),
            code="role.last_day",
        )
    held = grants.held(tx.session, person_id, now)
    if role in held.roles and (not agency or agency in held.agencies):
        raise DomainError(409, N_("This person has this role already."), code="role.held")
    ways.check_has_way(tx.session, person_id)
    content: dict[str, str | None] = {
        "person": person_id,
        "role": role.value,
        "agency": agency,
        "valid_until": valid_until.isoformat() if valid_until else None,
    }
    object_ = object_of(person_id, role, agency)
    return approvals.propose(services, tx, session, GRANT, object_, content, reason=reason, concerned=person_id)


def propose_end(services: Services, tx: UnitOfWork, session: SessionInfo, grant_id: int, *, reason: str) -> Proposal:
    """Propose that somebody's role end; one's own, too.

    Raises:
        DomainError: 404 ``role.unknown`` (there is no such grant, or it has ended); 409 ``role.last_administrators``;
            what `approvals.propose` raises.
    """
    now = services.clock()
    row = standing_grant(tx.session, grant_id, now)
    role = Role(row.role)
    _check_administrators(tx.session, row, now)
    content: dict[str, str | int] = {"grant": grant_id, "person": row.person_id, "role": row.role, "agency": row.agency}
    object_ = object_of(row.person_id, role, row.agency)
    return approvals.propose(services, tx, session, END, object_, content, reason=reason, concerned=row.person_id)


def standing_grant(session: Session, grant_id: int, now: datetime) -> Grant:
    """A grant that counts at this moment.

    Raises:
        DomainError: 404 ``role.unknown``.
    """
    row = session.get(Grant, grant_id) if grant_id <= _LARGEST else None
    if row is None or not rules.stands(now, valid_until=row.valid_until, revoked_at=row.revoked_at):
        raise DomainError(404, N_("This role has ended already, or was never granted."), code="role.unknown")
    return row


def appoint(services: Services, tx: UnitOfWork, person_id: str) -> Grant:
    """Make somebody an administrator by a command on the server: the first two, since nobody could approve them.

    Who was one, and has lost what they signed in with, is one anew.

    Raises:
        DomainError: 409 ``role.appointed`` (there are two), 409 ``role.held``, 409 ``role.no_factor``.
    """
    now = services.clock()
    tx.lock(grants.LOCK)
    if grants.administrators(tx.session, now) >= rules.ADMINISTRATORS:
        raise DomainError(
            409,
            N_("There are two administrators already. All further roles are granted by two of them, in the office."),
            code="role.appointed",
        )
    ways.check_has_way(tx.session, person_id)
    for before in grants.standing(tx.session, now):
        lost = (before.person_id, before.role) == (person_id, Role.ADMINISTRATOR) and not grants.is_usable(
            tx.session, before
        )
        if lost:
            before.revoked_at = now
            tx.flush()
    row = grants.grant(tx, person_id, Role.ADMINISTRATOR, now)
    audit.record(tx, None, Action.GRANT_ROLE, object_of(person_id, Role.ADMINISTRATOR), now)
    _tell(services, tx, GRANTED, row, now)
    return row


def _grant(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    now, content = services.clock(), proposal.content
    role = Role(str(content["role"]))
    valid_until = datetime.fromisoformat(str(content["valid_until"])) if content["valid_until"] else None
    if not rules.may_end(role, now, valid_until):
        raise DomainError(409, N_("The last day of this role is over. Propose it anew."), code="role.last_day")
    ways.check_has_way(tx.session, str(content["person"]))
    row = grants.grant(tx, str(content["person"]), role, now, agency=str(content["agency"]), valid_until=valid_until)
    _tell(services, tx, GRANTED, row, now)
    _enter(tx, proposal, now)


def _end(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    now = services.clock()
    tx.lock(grants.LOCK)
    row = standing_grant(tx.session, int(str(proposal.content["grant"])), now)
    _check_administrators(tx.session, row, now)
    row.revoked_at = now
    _tell(services, tx, ENDED, row, now)
    _enter(tx, proposal, now)


def _enter(tx: UnitOfWork, proposal: Proposal, now: datetime) -> None:
    """Say in the transparency log that two decided on a role, and not whose."""
    ledger.enter(
        tx,
        {
            "type": "office.approval",
            "version": 1,
            "kind": proposal.kind.name,
            "at": ledger.time(now),
            "approvals": 2,
            "approved": proposal.content_hash,
        },
    )


def _check_administrators(session: Session, row: Grant, now: datetime) -> None:
    left = grants.administrators(session, now, but=row.person_id)
    if row.role == Role.ADMINISTRATOR and left < rules.ADMINISTRATORS:
        raise DomainError(
            409,
            N_("There must be two administrators at least. Grant the role to somebody else first."),
            code="role.last_administrators",
        )


def _tell(services: Services, tx: UnitOfWork, kind: NoticeKind, row: Grant, now: datetime) -> None:
    words = {lang: role_in_words(services, lang, Role(row.role), row.agency) for lang in LANGUAGES}
    notify(tx, services.settings.keys_dir, row.person_id, kind, role=words, at=now)


def _person(services: Services, session: Session, person_id: str) -> Person:
    person = services.registry.get(session, person_id)
    if person is None:
        raise DomainError(404, N_("There is nobody with this number in the register."), code="person.unknown")
    return person


def _end_of(services: Services, day: date) -> datetime:
    """The moment at which the day is over."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(services.settings.timezone))


GRANT: Final = approvals.kind(
    "roles.grant", Action.GRANT_ROLE, title=N_("Grant a role"), route="roles.proposal", carry_out=_grant
)
END: Final = approvals.kind(
    "roles.end", Action.GRANT_ROLE, title=N_("End a role"), route="roles.proposal", carry_out=_end
)
