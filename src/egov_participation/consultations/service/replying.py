"""Replying to comments: an official of the agency proposes, a colleague approves the very same, and it is published.

A reply is to one comment, or to all of a cluster that say nearly the same. What is accepted names the provision that
changed, and it is looked up whether it did.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.consultations import keys
from egov_participation.consultations.models import (
    Change,
    Comment,
    CommentEdit,
    Consultation,
    Expression,
    Provision,
    ProvisionChange,
    Reply,
    ReplyTo,
    State,
    Version,
)
from egov_participation.consultations.rules import replying as rules
from egov_participation.consultations.rules.replying import Changed, Content
from egov_participation.consultations.rules.states import ANSWERABLE, changed
from egov_participation.consultations.service import lookup
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jobs import enqueue
from egov_participation.ledger import service as ledger
from egov_participation.services import Services, SessionInfo

TELL: Final = "consultations.tell_replied"
"""Kind of the jobs that write to whoever got a reply."""
OWN: Final = N_("You wrote one of these comments yourself: other officials of the agency reply to it.")


def object_of(reference: str, number: int) -> str:
    """How proposals and the audit trail name what is replied to.

    Args:
        number: of the first of the comments.
    """
    return f"comment:{reference}/{number}"


def propose(services: Services, tx: UnitOfWork, session: SessionInfo, content: Content) -> Proposal:
    """Propose a reply, for another official of the same agency to approve.

    Args:
        content: its agency is the consultation's, whatever it says.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``comment.unknown``; 403 ``reply.own``; 409 ``consultation.state``,
            ``reply.there``; 422 of `rules.replying.check` and ``reply.changed``; what `approvals.propose` raises.
    """
    consultation = lookup.found(tx.session, content.consultation)
    whole = Content(
        consultation=content.consultation,
        agency=consultation.agency,
        comments=tuple(sorted(set(content.comments))),
        verdict=content.verdict,
        lang=content.lang,
        reason=content.reason.strip(),
        changed=content.changed,
        supersedes=content.supersedes,
    )
    _checked(tx.session, consultation, whole)
    _check_others(services, tx.session, consultation, whole.comments, session.person_id)
    return approvals.propose(
        services,
        tx,
        session,
        KIND,
        object_of(whole.consultation, whole.comments[0]),
        # What the reply is to, beside what is published of it.
        whole.members() | {"seen": seen(tx.session, consultation, whole.comments)},
        reason="",
        agency=consultation.agency,
    )


def _checked(
    session: Session, consultation: Consultation, content: Content
) -> tuple[list[Comment], Reply | None, tuple[Version, Provision] | None]:
    if State(consultation.state) not in ANSWERABLE:
        raise changed()
    rules.check(content)
    comments = commented(session, consultation, content.comments)
    before = None if content.supersedes is None else of_number(session, consultation, content.supersedes)
    if before is not None and replied_to(session, before) != content.comments:
        raise changed()
    there = {reply.id for reply in last_replies(session, [comment.id or 0 for comment in comments]).values()}
    if there - {None if before is None else before.id}:
        raise DomainError(
            409,
            N_("There is a reply to this comment already. Look at it, and put another in its place if need be."),
            code="reply.there",
        )
    found = None if content.changed is None else what_changed(session, consultation, content.changed)
    return comments, before, found


def _publish(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    """Publish what was approved: the log has it, and whoever wrote the comments is told."""
    now, content = services.clock(), Content.of(proposal.content)
    consultation = lookup.locked(tx, content.consultation)
    assert consultation.id is not None
    # Nobody adds to them or covers them between this look and the end.
    mine = (Comment.consultation_id == consultation.id, col(Comment.number).in_(content.comments))
    tx.exec(select(Comment.id).where(*mine).order_by(col(Comment.number)).with_for_update()).all()
    if seen(tx.session, consultation, content.comments) != proposal.content["seen"]:
        raise DomainError(
            409,
            N_(
                "Something was added to a comment since the reply was proposed, or its words are covered or gone. "
                "Nothing was published: refuse the reply, so that it can be proposed anew."
            ),
            code="reply.seen",
        )
    _check_others(services, tx.session, consultation, content.comments, proposal.decided_by or "")
    comments, before, found = _checked(tx.session, consultation, content)
    number = (tx.exec(select(func.max(Reply.number)).where(Reply.consultation_id == consultation.id)).one() or 0) + 1
    salt = secrets.token_bytes(ledger.SALT_SIZE)
    document = ledger.commitment(rules.COMMITTED, salt, content.canonical())
    reply = Reply(
        consultation_id=consultation.id,
        number=number,
        verdict=content.verdict.value,
        lang=content.lang,
        reason=content.reason,
        changed_id=None if found is None else found[1].id,
        changed_version_id=None if found is None else found[0].id,
        at=now,
        proposal=proposal.id,
        salt=salt,
        document_hash=document,
        supersedes=None if before is None else before.id,
    )
    tx.add(reply)
    tx.flush()
    assert reply.id is not None
    for comment in comments:
        assert comment.id is not None
        tx.add(ReplyTo(reply_id=reply.id, comment_id=comment.id))
    ledger.enter(
        tx,
        {
            "type": "consultation.reply",
            "version": 1,
            "consultation": content.consultation,
            "at": ledger.time(now),
            "number": number,
            "verdict": content.verdict.value,
            "comments": rules.comments_hash(content.comments),
            "count": len(content.comments),
            "changed": None if content.changed is None else content.changed.version,
            "supersedes": content.supersedes,
            "document": document,
            "approvals": 2,
            "approved": proposal.content_hash,
        },
    )
    enqueue(tx, TELL, f"{content.consultation}/{number}", {"reply": reply.id, "after": 0})


KIND: Final = approvals.kind(
    "consultations.reply",
    Action.REPLY,
    title=N_("A reply to comments"),
    route="consultations.reply_proposal",
    carry_out=_publish,
)


def seen(session: Session, consultation: Consultation, numbers: Sequence[int]) -> str:
    """A fingerprint of what there is to read of comments: another one once something is added to one of them, or
    covered or destroyed, and of other numbers.

    Returns:
        64 hex digits.
    """
    mine = (Comment.consultation_id == consultation.id, col(Comment.number).in_(numbers))
    edits: dict[int, list[str]] = {}
    for number, document in session.exec(
        select(Comment.number, CommentEdit.document_hash)
        .join(CommentEdit, col(CommentEdit.comment_id) == col(Comment.id))
        .where(*mine)
        .order_by(col(CommentEdit.id))
    ):
        edits.setdefault(number, []).append(document)
    rows = session.exec(
        select(Comment.number, Comment.document_hash, Comment.shown).where(*mine).order_by(col(Comment.number))
    ).all()
    return lookup.digest([[number, document, shown, edits.get(number, [])] for number, document, shown in rows])


def is_own(
    services: Services, session: Session, consultation: Consultation, numbers: Sequence[int], person_id: str
) -> bool:
    """Whether somebody wrote one of these comments."""
    mine = (
        Comment.consultation_id == consultation.id,
        col(Comment.number).in_(numbers),
        Comment.person_hash == keys.person_hash(services.settings.keys_dir, person_id),
    )
    return session.exec(select(Comment.id).where(*mine)).first() is not None


def _check_others(
    services: Services, session: Session, consultation: Consultation, numbers: Sequence[int], person_id: str
) -> None:
    if is_own(services, session, consultation, numbers, person_id):
        raise DomainError(403, OWN, code="reply.own")


def commented(session: Session, consultation: Consultation, numbers: Sequence[int]) -> list[Comment]:
    """The comments of these numbers, in their order.

    Raises:
        DomainError: 404 ``comment.unknown``: one is not there.
    """
    mine = (Comment.consultation_id == consultation.id, col(Comment.number).in_(numbers))
    rows = session.exec(select(Comment).where(*mine).order_by(col(Comment.number))).all()
    if len(rows) != len(numbers):
        raise DomainError(404, N_("There is no comment with this number."), code="comment.unknown")
    return list(rows)


def of_number(session: Session, consultation: Consultation, number: int) -> Reply:
    """A reply by its number.

    Raises:
        DomainError: 404 ``reply.unknown``.
    """
    mine = (Reply.consultation_id == consultation.id, Reply.number == number)
    row = session.exec(select(Reply).where(*mine)).first()
    if row is None:
        raise DomainError(404, N_("There is no reply with this number."), code="reply.unknown")
    return row


def replied_to(session: Session, reply: Reply) -> tuple[int, ...]:
    """Numbers of the comments that a reply is to, rising."""
    rows = session.exec(
        select(Comment.number)
        .join(ReplyTo, col(ReplyTo.comment_id) == col(Comment.id))
        .where(ReplyTo.reply_id == reply.id)
        .order_by(col(Comment.number))
    ).all()
    return tuple(rows)


def last_replies(session: Session, comment_ids: Sequence[int]) -> dict[int, Reply]:
    """The reply that holds now, by comment's id; without those that have none."""
    rows = session.exec(
        select(ReplyTo.comment_id, Reply)
        .join(Reply, col(Reply.id) == col(ReplyTo.reply_id))
        .where(col(ReplyTo.comment_id).in_(comment_ids))
        .order_by(col(Reply.number))
    ).all()
    return dict(rows)


def what_changed(session: Session, consultation: Consultation, wanted: Changed) -> tuple[Version, Provision]:
    """The provision that is named as changed, if it did change in that version.

    Returns:
        The version that has the change, and the provision: in it, or, if it was deleted, in the version before.

    Raises:
        DomainError: 422 ``reply.changed``: there is no such version or provision, or it is as it was before, be it
            as a part of another provision, or made of parts of it.
    """
    after = _version(session, consultation, wanted.version)
    before = _version(session, consultation, wanted.version - 1)
    here, other = (before, after) if wanted.deleted else (after, before)
    if after is None or before is None or here is None:
        raise _not_changed()
    provision = session.exec(
        select(Provision)
        .join(Expression, col(Expression.id) == col(Provision.expression_id))
        .where(Expression.version_id == here.id, Expression.lang == wanted.lang, Provision.eid == wanted.eid)
    ).first()
    if provision is None or other is None:
        raise _not_changed()
    same = session.exec(
        select(Provision.text_hash)
        .join(Expression, col(Expression.id) == col(Provision.expression_id))
        .where(
            Expression.version_id == other.id,
            Expression.lang == wanted.lang,
            Provision.lineage == provision.lineage,
        )
    ).first()
    stands = _stands_elsewhere(session, provision, wanted.deleted) if same is None else wanted.deleted
    if stands or same == provision.text_hash:
        raise _not_changed()
    return after, provision


def _stands_elsewhere(session: Session, provision: Provision, deleted: bool) -> bool:
    """Whether it is called deleted, but its words went into another provision, or new, but they came from one."""
    mine, its = ProvisionChange.old_id, ProvisionChange.new_id
    if not deleted:
        mine, its = its, mine
    others = session.exec(
        select(Provision)
        .join(ProvisionChange, col(its) == col(Provision.id))
        .where(mine == provision.id, col(ProvisionChange.change).in_((Change.SPLIT, Change.MERGED)))
    ).all()
    parts = [" ".join(part.split()) for part in (provision.heading, provision.text, provision.cells) if part]
    return any(
        all(part in " ".join(f"{other.heading} {other.text} {other.cells}".split()) for part in parts)
        for other in others
    )


def _version(session: Session, consultation: Consultation, number: int) -> Version | None:
    return session.exec(
        select(Version).where(
            Version.consultation_id == consultation.id,
            Version.number == number,
            col(Version.published_at).is_not(None),
        )
    ).first()


def _not_changed() -> DomainError:
    return DomainError(
        422,
        N_("This provision is the same as in the version before. Name one that changed, or give another reply."),
        code="reply.changed",
    )
