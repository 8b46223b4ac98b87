"""Four eyes: what one official proposes, another approves, exactly as it was shown to them, or refuses.

A room states each kind of decision beside its use cases, with what carries it out, and proposes with it::

    PUBLISH = approvals.kind(
        "voting.publish", Action.PUBLISH_VOTE, title=N_("Publish a vote"), route="voting.proposal", carry_out=_publish
    )
    approvals.propose(services, tx, session, PUBLISH, f"vote:{uuid}", {"uuid": uuid, "setup": digest}, reason=reason)

The room's page shows `Proposal.content` and holds `Proposal.content_hash` in its form; `approve` takes that hash, so
that what somebody read is what is done. `carry_out` runs in the transaction of the approval: it lands with it or not at
all, and refuses with a DomainError what has become impossible meanwhile. Whoever else has to be asked, on another
machine, is asked by `beforehand`, so that nobody waits for a row while that machine is slow: `settle` goes first.

Nobody decides on their own proposal, nor on one that concerns themselves. Both must be entitled at the moment of the
approval: what somebody proposed whose role has ended since is not carried out. Every step is in the audit trail.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from sqlalchemy.engine import CursorResult
from sqlmodel import Session, col, select, update

from egov_participation import actions, audit
from egov_participation.actions import OFFICE_ASSURANCE, RULES, Action, Capacity, Role
from egov_participation.approvals.kinds import KINDS
from egov_participation.approvals.kinds import LIFE as LIFE
from egov_participation.approvals.kinds import Beforehand as Beforehand
from egov_participation.approvals.kinds import CarryOut as CarryOut
from egov_participation.approvals.kinds import Content as Content
from egov_participation.approvals.kinds import Kind as Kind
from egov_participation.approvals.kinds import Proposal as Proposal
from egov_participation.approvals.kinds import State as State
from egov_participation.approvals.kinds import kind as kind
from egov_participation.approvals.models import ProposalRow
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo

ROLES_LOCK: Final = "roles"
"""Taken (`UnitOfWork.lock`) by whoever changes who holds which role, and by whoever acts on a role that must still be
held when the act lands."""
SALT_SIZE: Final = 32
"""Random bytes in a proposal's hash, which is public."""
_DOMAIN: Final = b"egov-proposal/v1\n"

RolesOf = Callable[[Session, str, datetime], tuple[Collection[Role], Collection[str]]]
"""The roles that a person holds at a moment, and the agencies that a ministry's is held for."""
Tell = Callable[[Services, UnitOfWork, Proposal], None]
"""Tells others of a new proposal, in the transaction that makes it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """That what a proposal's kind asks for beforehand was done, for this proposal with this content."""

    id: str
    content_hash: str


_roles_of: list[RolesOf] = []
_tell: list[Tell] = []


def roles_from(source: RolesOf) -> RolesOf:
    """Say where roles are looked up: the roles room does, which stands above this module."""
    _roles_of[:] = [source]
    return source


def told_of(tell: Tell) -> Tell:
    """Say who is told of each new proposal: the roles room does, which knows who may decide."""
    _tell[:] = [tell]
    return tell


_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def propose(
    services: Services,
    tx: UnitOfWork,
    session: SessionInfo,
    kind: Kind,
    object_: str,
    content: Content,
    *,
    reason: str,
    agency: str = "",
    concerned: str = "",
    until: datetime | None = None,
) -> Proposal:
    """Put something forward for another official to approve.

    Args:
        object_: ``kind:reference``; never a name, an address or an IIN.
        content: all that matters of it. It is kept for good: of a person, the person id at most.
        agency: where the action is its own agency's.
        concerned: person id of the official it is about, who then does not decide on it.
        until: when an approval would come too late; its time ends then, if it is not over before.

    Raises:
        DomainError: 403 ``role.missing``, ``role.official``, ``role.agency`` or ``office.assurance``; 409
            ``approval.pending``: the same is proposed already.
    """
    now = services.clock()
    _check_may(tx, session, kind.action, agency, now)
    _expire(tx, kind, object_, now)
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    row = ProposalRow(
        id=secrets.token_hex(8),
        kind=kind.name,
        action=kind.action.value,
        object=object_,
        agency=agency,
        concerned=concerned,
        content=canonical,
        content_hash="",
        salt=secrets.token_bytes(SALT_SIZE),
        reason=reason,
        proposed_by=session.person_id,
        proposed_at=now,
        expires_at=min(now + kind.life, until or _NEVER),
    )
    row.content_hash = _hash(row)
    if not tx.add_if_new(ProposalRow, **row.model_dump()):
        raise DomainError(
            409, N_("The same is proposed already and waits for a second person."), code="approval.pending"
        )
    audit.record(tx, session, kind.action, object_, now, reason=reason, step="proposed", proposal=row.id)
    proposal = _view(row, now)
    for tell in _tell:
        tell(services, tx, proposal)
    return proposal


def settle(services: Services, session: SessionInfo, id_: str, content_hash: str) -> Settled:
    """Make sure that this official may approve what was shown, then do what its kind asks for beforehand.

    Call it outside of any unit of work; what it returns is handed to `approve`, which makes sure of everything again.
    Where nothing is asked beforehand, `approve` alone makes sure.

    Raises:
        DomainError: as `approve`; whatever `Kind.beforehand` refuses with.
    """
    now = services.clock()
    with services.database.read() as session_:
        if get(session_, id_, now).kind.beforehand is None:
            return Settled(id_, content_hash)
    with services.database.uow() as tx:  # never committed: it is for the locks of the checks
        proposal = _view(_to_approve(tx, session, id_, content_hash, now), now)
    if proposal.state is not State.PENDING:
        raise _decided()
    if proposal.kind.beforehand is not None:
        proposal.kind.beforehand(services, proposal)
    return Settled(id_, content_hash)


def approve(
    services: Services,
    tx: UnitOfWork,
    session: SessionInfo,
    id_: str,
    content_hash: str,
    *,
    settled: Settled | None = None,
) -> Proposal:
    """Approve what was shown, and carry it out.

    Args:
        content_hash: of what the page showed to whoever pressed the button.
        settled: what `settle` returned; needed where the kind asks for something beforehand.

    Raises:
        DomainError: 404 ``approval.unknown``; 403 ``approval.own``, ``approval.concerned``, ``role.missing``,
            ``role.official``, ``role.agency`` or ``office.assurance``; 409 ``approval.decided``,
            ``approval.changed`` (another hash) or ``approval.proposer`` (their role has ended); whatever
            `Kind.carry_out` refuses with.
    """
    now = services.clock()
    row = _to_approve(tx, session, id_, content_hash, now)
    proposal = _decide(tx, row, session, State.APPROVED, "", now)
    if proposal.kind.beforehand is not None and settled != Settled(id_, content_hash):
        raise RuntimeError(f"{proposal.kind.name} was not settled beforehand")
    proposal.kind.carry_out(services, tx, proposal)
    return proposal


def refuse(tx: UnitOfWork, session: SessionInfo, id_: str, now: datetime, *, reason: str) -> Proposal:
    """Refuse a proposal, with the reason that whoever proposed it is owed.

    Raises:
        DomainError: see `approve`.
    """
    return _decide(tx, _to_decide(tx, session, id_, now), session, State.REFUSED, reason, now)


def withdraw(tx: UnitOfWork, session: SessionInfo, id_: str, now: datetime) -> Proposal:
    """Take one's own proposal back.

    Raises:
        DomainError: 404 ``approval.unknown``; 403 ``approval.not_own``; 409 ``approval.decided``.
    """
    row = _row(tx.session, id_)
    if row.proposed_by != session.person_id:
        raise DomainError(
            403, N_("Only whoever proposed this may take it back. You may refuse it."), code="approval.not_own"
        )
    return _decide(tx, row, session, State.WITHDRAWN, "", now)


def lapse(tx: UnitOfWork, kind: Kind, object_: str, now: datetime) -> None:
    """Void what is pending about something that has changed since. Take it before the row of that something is locked:
    who approves at this moment holds the proposal and waits for that row."""
    pending_ = (
        col(ProposalRow.kind) == kind.name,
        col(ProposalRow.object) == object_,
        col(ProposalRow.decision).is_(None),
    )
    tx.session.execute(update(ProposalRow).where(*pending_).values(decision=State.EXPIRED.value, decided_at=now))


def get(session: Session, id_: str, now: datetime) -> Proposal:
    """A proposal by its id.

    Raises:
        DomainError: 404 ``approval.unknown``.
    """
    return _view(_row(session, id_), now)


def pending_about(session: Session, object_: str, now: datetime) -> list[Proposal]:
    """What waits for a decision about something, whoever may decide on it."""
    rows = session.exec(
        select(ProposalRow)
        .where(ProposalRow.object == object_, col(ProposalRow.decision).is_(None), ProposalRow.expires_at > now)
        .order_by(col(ProposalRow.expires_at), ProposalRow.id)
    )
    return [_view(row, now) for row in rows]


def pending(session: Session, acting: SessionInfo, now: datetime) -> list[Proposal]:
    """What waits for a decision that this official's roles allow, one's own included, the first to expire first."""
    mine = [action.value for action in Action if action in RULES and RULES[action].four_eyes and _may(acting, action)]
    rows = session.exec(
        select(ProposalRow)
        .where(col(ProposalRow.action).in_(mine), col(ProposalRow.decision).is_(None), ProposalRow.expires_at > now)
        .order_by(col(ProposalRow.expires_at), ProposalRow.id)
    )
    return [
        _view(row, now) for row in rows if not RULES[Action(row.action)].own_agency or row.agency in acting.agencies
    ]


def may_decide(proposal: Proposal, session: SessionInfo) -> bool:
    """Whether this official is one who may approve or refuse it: for the page; `approve` makes sure."""
    return (
        proposal.state is State.PENDING
        and session.person_id not in {proposal.proposed_by, proposal.concerned}
        and _may(session, proposal.kind.action)
    )


def _may(session: SessionInfo, action: Action) -> bool:
    return not RULES[action].roles.isdisjoint(session.roles)


def _is_entitled(tx: UnitOfWork, person_id: str, action: Action, agency: str, now: datetime) -> bool:
    held, agencies = _roles_of[0](tx.session, person_id, now)
    rule = RULES[action]
    return not rule.roles.isdisjoint(held) and (not rule.own_agency or agency in agencies)


def _check_may(tx: UnitOfWork, session: SessionInfo, action: Action, agency: str, now: datetime) -> None:
    actions.check(action, session.capacity, session.roles)
    if session.capacity is not Capacity.OFFICIAL or session.assurance < OFFICE_ASSURANCE:
        raise DomainError(
            403,
            N_("The office takes more than a mailed code: sign in with a passkey or with a code from your app."),
            code="office.assurance",
        )
    if RULES[action].own_agency and agency not in session.agencies:
        raise DomainError(403, N_("This belongs to another agency than yours."), code="role.agency")
    # The session says what was held when the request came; the role may have ended since.
    tx.lock(ROLES_LOCK)
    if not _is_entitled(tx, session.person_id, action, agency, now):
        actions.check(action, session.capacity, ())


def _to_decide(tx: UnitOfWork, session: SessionInfo, id_: str, now: datetime) -> ProposalRow:
    row = _row(tx.session, id_)
    _check_may(tx, session, Action(row.action), row.agency, now)
    if row.proposed_by == session.person_id:
        raise DomainError(
            403, N_("You proposed this yourself: somebody else has to decide on it."), code="approval.own"
        )
    if row.concerned == session.person_id:
        raise DomainError(403, N_("This is about you: somebody else has to decide on it."), code="approval.concerned")
    return row


def _to_approve(tx: UnitOfWork, session: SessionInfo, id_: str, content_hash: str, now: datetime) -> ProposalRow:
    """A proposal that this official may approve, as it was shown to them."""
    row = _to_decide(tx, session, id_, now)
    if not content_hash == row.content_hash == _hash(row):
        raise DomainError(
            409,
            N_("This is not what the page showed to you. Nothing was approved; open the proposal again."),
            code="approval.changed",
        )
    if not _is_entitled(tx, row.proposed_by, Action(row.action), row.agency, now):
        raise DomainError(
            409,
            N_("Whoever proposed this no longer has the role that it takes. Somebody else has to propose it anew."),
            code="approval.proposer",
        )
    return row


def _decided() -> DomainError:
    return DomainError(
        409, N_("This was decided already, or its time has run out. Nothing was changed."), code="approval.decided"
    )


def _decide(
    tx: UnitOfWork, row: ProposalRow, session: SessionInfo, decision: State, reason: str, now: datetime
) -> Proposal:
    values = {
        "decision": decision.value,
        "decided_by": session.person_id,
        "decided_at": now,
        "decision_reason": reason,
    }
    open_still = (col(ProposalRow.id) == row.id, col(ProposalRow.decision).is_(None), col(ProposalRow.expires_at) > now)
    # Of two at once one finds it open: the other waits for the row, and then finds it decided.
    changed = cast("CursorResult[tuple[()]]", tx.session.execute(update(ProposalRow).where(*open_still).values(values)))
    if changed.rowcount != 1:
        raise _decided()
    tx.session.refresh(row)
    audit.record(tx, session, Action(row.action), row.object, now, reason=reason, step=decision.value, proposal=row.id)
    return _view(row, now)


def _expire(tx: UnitOfWork, kind: Kind, object_: str, now: datetime) -> None:
    """Void what ran out, so that the same can be proposed anew."""
    late = (
        col(ProposalRow.kind) == kind.name,
        col(ProposalRow.object) == object_,
        col(ProposalRow.decision).is_(None),
        col(ProposalRow.expires_at) <= now,
    )
    tx.session.execute(update(ProposalRow).where(*late).values(decision=State.EXPIRED.value, decided_at=now))


def _row(session: Session, id_: str) -> ProposalRow:
    row = session.get(ProposalRow, id_)
    if row is None:
        raise DomainError(404, N_("There is no such proposal."), code="approval.unknown")
    return row


def _hash(row: ProposalRow) -> str:
    # Each part's length goes before it, so that no two proposals write the same bytes.
    parts = (row.id, row.kind, row.object, row.agency, row.concerned, row.reason, row.content)
    encoded = [row.salt, *(part.encode() for part in parts)]
    return hashlib.sha256(_DOMAIN + b"".join(b"%d:%s" % (len(part), part) for part in encoded)).hexdigest()


def _view(row: ProposalRow, now: datetime) -> Proposal:
    if row.decision is not None:
        state = State(row.decision)
    else:
        state = State.PENDING if now < row.expires_at else State.EXPIRED
    return Proposal(
        id=row.id,
        kind=KINDS[row.kind],
        object=row.object,
        agency=row.agency,
        concerned=row.concerned,
        content=json.loads(row.content),
        content_hash=row.content_hash,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        state=state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )
