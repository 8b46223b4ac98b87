"""The report: made of what stands in the database, approved by two officials, and from then on as it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, col, select

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.consultations.models import (
    Change,
    Comment,
    Consultation,
    Expression,
    Provision,
    ProvisionChange,
    Reply,
    ReplyTo,
    Report,
    State,
    Version,
)
from egov_participation.consultations.reply_views import ReplyView
from egov_participation.consultations.rules import reporting as rules
from egov_participation.consultations.rules.reporting import Said
from egov_participation.consultations.rules.states import changed
from egov_participation.consultations.service import lifecycle, lookup, reply_viewing
from egov_participation.consultations.service.reading import views
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.services import Services, SessionInfo


def object_of(reference: str) -> str:
    """How proposals and the audit trail name a report."""
    return f"report:{reference}"


def content(session: Session, consultation: Consultation) -> dict[str, Any]:
    """What the report would say now."""
    return made(session, consultation)[0]


def made(session: Session, consultation: Consultation) -> tuple[dict[str, Any], bytes]:
    """The report as it would be now, and its table; the same rows give the same bytes."""
    view = views(session, [consultation])[0]
    comments = said(session, consultation)
    totals = rules.totals(comments)
    there = [one for one in comments if not one.is_gone]
    replies = reply_viewing.after(session, consultation, 0)
    held = [one for one in replies if one.superseded_by is None]
    table = rules.table(comments, {one.number: _replied(one) for one in held})
    content = {
        "agency": consultation.agency,
        "by_capacity": rules.counted(one.capacity for one in there),
        "by_day": rules.counted(one.day.isoformat() for one in comments),
        "by_language": rules.counted(one.lang for one in there),
        "by_region": rules.by_region(comments),
        "by_stance": rules.counted(one.stance for one in there),
        "changes": _changes(session, consultation),
        "closed_at": ledger.time(consultation.closes_at) if consultation.closes_at else None,
        "complete": totals["owed"] == totals["replied"],
        "consultation": consultation.reference,
        "opened_at": ledger.time(view.opened_at),
        "positions": rules.positions(comments),
        "replies": [
            {
                "changed": one.content.members()["changed"],
                "comments": len(one.content.comments),
                "document": one.document_hash,
                "number": one.number,
                "verdict": one.content.verdict.value,
            }
            for one in held
        ],
        "table": rules.content_hash(table),
        "reply_due_on": consultation.reply_due_on.isoformat() if consultation.reply_due_on else None,
        "totals": totals,
        "versions": [
            {
                "number": version.number,
                "published_at": ledger.time(version.published_at),
                "texts": [{"document": text.document_hash, "lang": text.lang} for text in version.texts],
            }
            for version in view.versions
        ],
    }
    return content, table


def _replied(one: ReplyView) -> rules.Replied:
    changed = one.content.changed
    named = "" if changed is None else rules.provision(changed.version, changed.eid, deleted=changed.deleted)
    return rules.Replied(one.content.verdict.value, one.document_hash, named)


def said(session: Session, consultation: Consultation) -> list[Said]:
    """All comments, as the report needs them, in their order."""
    written = aliased(Version)
    rows: Sequence[tuple[Comment, int, str | None, str | None]] = session.exec(
        select(Comment, written.number, Expression.lang, Provision.eid)
        .join(written, col(written.id) == col(Comment.version_id))
        .join(Provision, col(Provision.id) == col(Comment.provision_id), isouter=True)
        .join(Expression, col(Expression.id) == col(Provision.expression_id), isouter=True)
        .where(Comment.consultation_id == consultation.id)
        .order_by(col(Comment.number))
    ).all()
    replies = dict(
        session.exec(
            select(ReplyTo.comment_id, Reply.number)
            .join(Reply, col(Reply.id) == col(ReplyTo.reply_id))
            .where(Reply.consultation_id == consultation.id)
            .order_by(col(Reply.number))
        ).all()
    )
    return [
        Said(
            number=row.number,
            amendment=row.amendment is not None,
            capacity=row.capacity,
            stance=row.stance,
            lang=row.lang,
            region=row.territory,
            day=row.day,
            shown=row.shown,
            supports=row.supports,
            cluster=row.cluster,
            author=row.person_hash,
            place=None if lang is None or eid is None else (version, lang, eid),
            reply=replies.get(row.id or 0),
            document=row.document_hash,
        )
        for row, version, lang, eid in rows
    ]


def _changes(session: Session, consultation: Consultation) -> list[dict[str, Any]]:
    """What became of each provision from version to version, but for those that stayed as they were."""
    old, new = aliased(Provision), aliased(Provision)
    rows = session.exec(
        select(Version.number, Expression.lang, ProvisionChange.change, old.eid, new.eid)  # type: ignore[call-overload]
        .join(Expression, col(Expression.version_id) == col(Version.id))
        .join(ProvisionChange, col(ProvisionChange.expression_id) == col(Expression.id))
        .join(old, col(old.id) == col(ProvisionChange.old_id), isouter=True)
        .join(new, col(new.id) == col(ProvisionChange.new_id), isouter=True)
        .where(
            Version.consultation_id == consultation.id,
            col(Version.published_at).is_not(None),
            ProvisionChange.change != Change.UNCHANGED.value,
        )
        .order_by(col(Version.number), col(Expression.lang), col(new.place), col(old.place))
    ).all()
    return [
        {"change": change, "lang": lang, "new": after, "old": before, "version": number}
        for number, lang, change, before, after in rows
    ]


def propose(services: Services, tx: UnitOfWork, session: SessionInfo, reference: str) -> Proposal:
    """Propose to publish the report as it is now, for another official of the same agency to approve.

    Raises:
        DomainError: 404 ``consultation.unknown``; 409 ``consultation.state``, ``report.early``; what
            `approvals.propose` raises.
    """
    consultation = lookup.found(tx.session, reference)
    content, _ = _ready(services, tx.session, consultation)
    members = {
        "complete": content["complete"],
        "consultation": reference,
        "content": rules.content_hash(rules.canonical(content)),
    }
    return approvals.propose(
        services, tx, session, KIND, object_of(reference), members, reason="", agency=consultation.agency
    )


def _ready(services: Services, session: Session, consultation: Consultation) -> tuple[dict[str, Any], bytes]:
    if State(consultation.state) is not State.CLOSED:
        raise changed()
    found, table = made(session, consultation)
    due = consultation.reply_due_on
    if not found["complete"] and (due is None or services.day(services.clock()) <= due):
        raise DomainError(
            409,
            N_(
                "Some comments have no reply yet, and there is still time. The report is published when every comment"
                " has its reply, or says after the last day what is overdue."
            ),
            code="report.early",
        )
    return found, table


def _publish(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    """Freeze what was approved; a complete report ends the consultation."""
    now, reference = services.clock(), str(proposal.content["consultation"])
    consultation = lookup.locked(tx, reference)
    assert consultation.id is not None
    found, table = _ready(services, tx.session, consultation)
    raw = rules.canonical(found)
    if rules.content_hash(raw) != proposal.content["content"]:
        raise DomainError(
            409,
            N_("Something has changed since this report was proposed. Nothing was published; propose it anew."),
            code="report.changed",
        )
    tx.add(
        Report(
            consultation_id=consultation.id,
            at=now,
            complete=found["complete"],
            proposal=proposal.id,
            content=raw.decode(),
            content_hash=rules.content_hash(raw),
            table=table.decode(),
        )
    )
    ledger.enter(
        tx,
        {
            "type": "consultation.report",
            "version": 1,
            "consultation": reference,
            "at": ledger.time(now),
            "content": rules.content_hash(raw),
            "comments": found["totals"]["owed"],
            "replied": found["totals"]["replied"],
            "complete": found["complete"],
            "approvals": 2,
            "approved": proposal.content_hash,
        },
    )
    if found["complete"]:
        lifecycle.change(
            tx, consultation, State.REPORTED, now, actor=proposal.proposed_by, approved=proposal.content_hash
        )
    else:
        lifecycle.happened(tx, consultation, "report.partial", now, actor=proposal.proposed_by)


KIND: Final = approvals.kind(
    "consultations.report",
    Action.REPLY,
    title=N_("Publish the report on a consultation"),
    route="consultations.report_proposal",
    carry_out=_publish,
)


def newest(services: Services, reference: str) -> Report:
    """The report that was published last.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``report.unknown``.
    """
    with services.database.read() as session:
        consultation = lookup.found(session, reference)
        mine = select(Report).where(Report.consultation_id == consultation.id).order_by(col(Report.id).desc())
        row = session.exec(mine.options(defer(Report.table))).first()  # type: ignore[arg-type]
        if row is None:
            raise DomainError(404, N_("There is no report on this consultation yet."), code="report.unknown")
        session.expunge(row)
        return row


def newest_table(services: Services, reference: str) -> bytes:
    """The table of the report that was published last, as it was approved.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``report.unknown``.
    """
    with services.database.read() as session:
        found = session.exec(select(Report.table).where(Report.id == newest(services, reference).id)).one()
        return found.encode()


def parsed(report: Report) -> dict[str, Any]:
    """What a report says."""
    found: dict[str, Any] = json.loads(report.content)
    return found
