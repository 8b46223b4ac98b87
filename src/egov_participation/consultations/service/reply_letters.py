"""What the authors of comments are told when there is a reply: batch by batch, so that a stop tells nobody twice."""

from __future__ import annotations

from typing import Final

from sqlmodel import col, select

from egov_participation.consultations.models import Comment, Consultation, Reply, ReplyTo, Verdict
from egov_participation.consultations.service.comment_letters import tell_author
from egov_participation.consultations.service.replying import TELL
from egov_participation.consultations.telling import VERDICTS
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.jobs import enqueue
from egov_participation.notices.service import notice
from egov_participation.services import Services

BATCH: Final = 200
"""Comments whose authors are told in one transaction."""
REPLIED: Final = notice(
    "consultations.replied",
    subject=N_("There is a reply to your comment %(number)s"),
    summary=N_("when a ministry has replied to your comment on a draft"),
    paragraphs=(
        N_("The ministry replied to your comment. What becomes of it: %(verdict)s."),
        N_("The whole reply, its reason, and what changed because of it stand on the page of your comment."),
    ),
    facts=((N_("Number"), "number"), (N_("Draft regulation"), "title")),
    link=(N_("Read the reply"), "/consultations/%(reference)s/comments/%(comment)s"),
    optional=True,
)


def tell(services: Services, reply_id: int, after: int) -> None:
    """Tell the authors of a batch of the comments that a reply is to, and put the next batch into the queue.

    Args:
        after: the comments' ids begin after this one.
    """
    with services.database.uow() as tx:
        reply = tx.get(Reply, reply_id)
        if reply is None:
            return
        consultation = tx.get(Consultation, reply.consultation_id)
        assert consultation is not None
        rows = tx.exec(
            select(Comment)
            .join(ReplyTo, col(ReplyTo.comment_id) == col(Comment.id))
            .where(ReplyTo.reply_id == reply_id, col(Comment.id) > after)
            .order_by(col(Comment.id))
            .limit(BATCH)
        ).all()
        verdict = {lang: translate(lang, VERDICTS[Verdict(reply.verdict)]) for lang in LANGUAGES}
        for comment in rows:
            tell_author(services, tx, consultation, comment, REPLIED, verdict=verdict)
        if len(rows) == BATCH:
            last = rows[-1].id or 0
            enqueue(tx, TELL, f"{consultation.reference}/{reply.number}/{last}", {"reply": reply_id, "after": last})
        tx.commit()
