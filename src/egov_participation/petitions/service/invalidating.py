"""Signatures that do not count: looked at in a dry run, decided by two moderators, reported in public, undone likewise.

The worker carries it out (`carrying_out`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as sqlalchemy_select
from sqlmodel import Session, col, select

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.database import UnitOfWork, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jobs import enqueue
from egov_participation.petitions.models import Invalidation, Petition, PetitionRegion, Signature
from egov_participation.petitions.rules import integrity
from egov_participation.petitions.rules.integrity import Code, Filter
from egov_participation.petitions.service import lookup
from egov_participation.services import Services, SessionInfo

RUN: Final = "petitions.invalidate"
"""Kind of the jobs, one a batch."""
_signatures = table_of(Signature)


@dataclass(frozen=True, slots=True)
class Example:
    """A signature as a dry run shows it: without a name."""

    day: date
    region: str
    hour: datetime | None
    network: str
    """Label."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would not count any more."""

    signatures: int
    upto: int
    """The greatest id that was looked at; 0 if there is none."""
    examples: Sequence[Example]
    days: Mapping[date, int]
    counted: int
    """How many of that way count now."""


@dataclass(frozen=True, slots=True)
class InvalidationView:
    """A decision in public: what was not counted, why, and how far it is done."""

    id: str
    act: str
    code: Code
    reason: str
    lang: str
    decided_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    at_desk: int
    """How many of those count again since, because their signers came to a desk."""
    undone: bool
    """Whether it was decided since that these signatures count again."""
    undoes: str | None

    @property
    def code_name(self) -> str:
        """A msgid."""
        return integrity.CODE_NAMES[self.code]


def dry_run(session: Session, petition: Petition, code: Code, which: Filter) -> DryRun:
    """What would be invalidated; nothing changes."""
    wanted = fitting(petition.id, code, which)
    count, upto = session.execute(sqlalchemy_select(func.count(), func.max(col(Signature.id))).where(*wanted)).one()
    days = session.execute(
        sqlalchemy_select(col(Signature.day), func.count()).where(*wanted).group_by(col(Signature.day))
    )
    some = session.exec(select(Signature).where(*wanted).order_by(col(Signature.pseudonym)).limit(integrity.SAMPLE))
    examples = [
        Example(
            row.day,
            row.region,
            row.signed_at.replace(minute=0, second=0, microsecond=0) if row.signed_at else None,
            integrity.label(row.network) if row.network else "",
        )
        for row in some
    ]
    counting = (Signature.petition_id == petition.id, Signature.state == "valid", Signature.way == code.way)
    counted = session.exec(select(func.count()).select_from(Signature).where(*counting)).one()
    return DryRun(count, max(upto or 0, 0), examples, dict(sorted((day, number) for day, number in days)), counted)


def propose(
    services: Services,
    tx: UnitOfWork,
    official: SessionInfo,
    reference: str,
    code: Code,
    which: Filter,
    *,
    upto: int,
    reason: str,
    lang: str,
) -> Proposal:
    """Propose that the signatures of a dry run do not count.

    Args:
        upto: of the dry run that was looked at.
        reason: public, in the language.

    Raises:
        DomainError: 404 ``petition.unknown``; 403 ``petition.own``; 409 ``invalidation.none``; those of
            `approvals.propose`.
    """
    petition = lookup.found(tx.session, reference)
    lookup.check_not_own(petition, official.person_id)
    upto = min(upto, dry_run(tx.session, petition, code, which).upto)
    total = tx.exec(
        select(func.count()).select_from(Signature).where(*fitting(petition.id, code, which), col(Signature.id) <= upto)
    ).one()
    if not which or total == 0:
        raise DomainError(409, N_("No signature fits this, so there is nothing to decide."), code="invalidation.none")
    content: approvals.Content = {
        "petition": reference,
        "code": code.value,
        "which": which.as_members(),
        "upto": upto,
        "signatures": total,
        "lang": lang,
    }
    return approvals.propose(services, tx, official, INVALIDATE, object_of(reference), content, reason=reason)


def propose_undoing(
    services: Services, tx: UnitOfWork, official: SessionInfo, id_: str, *, reason: str, lang: str
) -> Proposal:
    """Propose that signatures that were invalidated count again.

    Raises:
        DomainError: 404 ``invalidation.unknown``; 403 ``petition.own``; 409 ``invalidation.undone``; those of
            `approvals.propose`.
    """
    row = _to_undo(tx, id_)
    petition = tx.session.get_one(Petition, row.petition_id)
    lookup.check_not_own(petition, official.person_id)
    content: approvals.Content = {
        "petition": petition.reference or "",
        "code": row.code,
        "undoes": id_,
        "signatures": _still_invalidated(tx.session, row),
        "lang": lang,
    }
    return approvals.propose(services, tx, official, REINSTATE, f"invalidation:{id_}", content, reason=reason)


def _begin(_services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    """Carry the approval of `INVALIDATE` or `REINSTATE` out: put the decision down, and have the worker begin."""
    content, undoes, which = proposal.content, proposal.content.get("undoes"), proposal.content.get("which")
    petition = lookup.locked(tx, str(content["petition"]))
    lookup.check_not_own(petition, proposal.decided_by)
    assert petition.id is not None
    if undoes is not None:
        _to_undo(tx, str(undoes))
    assert proposal.decided_at is not None
    tx.add(
        Invalidation(
            id=proposal.id,
            petition_id=petition.id,
            act="invalidate" if undoes is None else "reinstate",
            undoes=None if undoes is None else str(undoes),
            code=str(content["code"]),
            reason=proposal.reason,
            lang=str(content["lang"]),
            filter=json.dumps(which, sort_keys=True),
            upto=int(str(content.get("upto", 0))),
            decision=proposal.content_hash,
            total=int(str(content["signatures"])),
            decided_at=proposal.decided_at,
        )
    )
    enqueue(tx, RUN, f"{proposal.id}:0", {"invalidation": proposal.id, "batch": 0})


def object_of(reference: str) -> str:
    """How proposals and the audit trail name a petition's signatures; a decision to be undone is ``invalidation:``."""
    return f"signatures:{reference}"


INVALIDATE: Final = approvals.kind(
    "petitions.invalidate",
    Action.INVALIDATE_SIGNATURES,
    title=N_("Invalidate signatures"),
    route="petitions.invalidation",
    carry_out=_begin,
)
REINSTATE: Final = approvals.kind(
    "petitions.reinstate",
    Action.INVALIDATE_SIGNATURES,
    title=N_("Count signatures again that were invalidated"),
    route="petitions.invalidation",
    carry_out=_begin,
)
KINDS: Final = (INVALIDATE, REINSTATE)


# -- looking -----------------------------------------------------------------------------------------------------------


def of_petition(session: Session, petition: Petition) -> list[InvalidationView]:
    """All decisions about a petition's signatures, the last first."""
    rows = session.exec(
        select(Invalidation)
        .where(Invalidation.petition_id == petition.id)
        .order_by(col(Invalidation.decided_at).desc(), Invalidation.id)
    ).all()
    undone = {row.undoes for row in rows}
    return [
        InvalidationView(
            row.id,
            row.act,
            Code(row.code),
            row.reason,
            row.lang,
            row.decided_at,
            row.finished_at,
            row.total,
            row.done,
            row.at_desk,
            row.id in undone,
            row.undoes,
        )
        for row in rows
    ]


def regions(session: Session, petition: Petition) -> Sequence[str]:
    """The codes of the regions from which signatures were counted."""
    found = select(PetitionRegion.region).where(PetitionRegion.petition_id == petition.id)
    return session.exec(found.order_by(PetitionRegion.region)).all()


def fitting(petition_id: int | None, code: Code, which: Filter) -> list[ColumnElement[bool]]:
    """Signatures that count and fit; on the table, so that no flush is needed to write them."""
    columns = _signatures.c
    conditions: list[ColumnElement[bool]] = [
        columns.petition_id == petition_id,
        columns.state == "valid",
        columns.way == code.way,
    ]
    if which.network:
        conditions.append(columns.network == bytes.fromhex(which.network))
    if which.since is not None:
        conditions.append(columns.signed_at >= which.since)
    if which.until is not None:
        conditions.append(columns.signed_at < which.until)
    if which.day is not None:
        conditions.append(columns.day == which.day)
    if which.region:
        conditions.append(columns.region == which.region)
    return conditions


def _still_invalidated(session: Session, row: Invalidation) -> int:
    of_petition = Signature.petition_id == row.petition_id
    theirs = (of_petition, Signature.invalidation == row.id, Signature.state == "invalidated")
    return session.exec(select(func.count()).select_from(Signature).where(*theirs)).one()


def _to_undo(tx: UnitOfWork, id_: str) -> Invalidation:
    row = tx.exec(select(Invalidation).where(Invalidation.id == id_).with_for_update()).first()
    if row is None or row.act != "invalidate":
        raise DomainError(404, N_("There is no such decision."), code="invalidation.unknown")
    if row.finished_at is None or tx.exec(select(Invalidation.id).where(Invalidation.undoes == id_)).first():
        raise DomainError(
            409,
            N_("It is still being carried out, or was undone already. Look at the list again."),
            code="invalidation.undone",
        )
    return row
