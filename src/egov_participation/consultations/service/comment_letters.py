"""What the author of a comment is told by mail."""

from __future__ import annotations

from typing import Final

from egov_participation.consultations import keys
from egov_participation.consultations.models import Comment, Consultation
from egov_participation.consultations.service import lookup
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.notices.service import NoticeKind, Param, notice, notify
from egov_participation.services import Services

_FACTS: Final = ((N_("Number"), "number"), (N_("Draft regulation"), "title"))
_OWN: Final = (N_("See your comment"), "/me/comments/%(reference)s/%(comment)s")

RECEIVED: Final = notice(
    "consultations.comment_received",
    subject=N_("Your comment %(number)s is published"),
    summary=N_("Your comment on a draft is published"),
    paragraphs=(
        N_("Your comment is published under this number. The ministry owes it a reply."),
        N_("It stands in the public log as: %(hash)s. Your page has the file with which you can check that."),
        N_("If you did not write it, somebody can sign in as you: end the sessions that you do not know."),
    ),
    facts=_FACTS,
    link=_OWN,
    optional=True,
)
COVERED: Final = notice(
    "consultations.comment_covered",
    subject=N_("Words of your comment %(number)s are covered"),
    summary=N_("Words of your comment are covered"),
    paragraphs=(
        N_("A moderator covered words of your comment on this ground:"),
        "%(ground)s",
        N_("The reason that was given: %(reason)s"),
        N_("You can appeal once, within 30 days: another moderator then decides. After that the words are destroyed."),
    ),
    facts=_FACTS,
    link=_OWN,
)
APPEAL_GRANTED: Final = notice(
    "consultations.appeal_granted",
    subject=N_("Your appeal was granted: %(number)s"),
    summary=N_("Your appeal about a comment was granted"),
    paragraphs=(
        N_("Another moderator looked at your comment and granted your appeal: its words are shown again."),
        N_("The reason that was given: %(reason)s"),
    ),
    facts=_FACTS,
    link=_OWN,
)
APPEAL_REFUSED: Final = notice(
    "consultations.appeal_refused",
    subject=N_("Your appeal was refused: %(number)s"),
    summary=N_("Your appeal about a comment was refused"),
    paragraphs=(
        N_("Another moderator looked at your comment, and the words stay covered. They are destroyed now."),
        N_("The reason that was given: %(reason)s"),
        N_("Against the decision you can turn to a court."),
    ),
    facts=_FACTS,
    link=_OWN,
)
ERASING: Final = notice(
    "consultations.comment_erasing",
    subject=N_("The words of your comment %(number)s will be destroyed"),
    summary=N_("You asked that the words of your comment be destroyed"),
    paragraphs=(
        N_("You asked for it. Nobody sees the words any more; on %(due)s they are destroyed for good."),
        N_("Until then you can take it back on the page of your comment."),
        N_("If it was not you, take it back, and end the sessions that you do not know."),
    ),
    facts=_FACTS,
    link=_OWN,
)
ERASING_BY_LAW: Final = notice(
    "consultations.comment_erasing_by_law",
    subject=N_("The words of your comment %(number)s will be destroyed"),
    summary=N_("The words of your comment will be destroyed"),
    paragraphs=(
        N_("A moderator found that the law does not let the words of your comment be kept."),
        N_("The reason that was given: %(reason)s"),
        N_("They are destroyed on %(due)s. If you have not appealed yet against covering them, you can until then."),
    ),
    facts=_FACTS,
    link=_OWN,
)
ERASED_BY_COURT: Final = notice(
    "consultations.comment_erased_by_court",
    subject=N_("The words of your comment %(number)s were destroyed"),
    summary=N_("The words of your comment were destroyed by order of a court"),
    paragraphs=(
        N_("A court has ordered that the words of your comment be destroyed, and they were, on %(due)s."),
        N_("The reason that was given: %(reason)s"),
    ),
    facts=_FACTS,
    link=None,
)
ERASED: Final = notice(
    "consultations.comment_erased",
    subject=N_("The words of your comment %(number)s were destroyed"),
    summary=N_("The words of your comment were destroyed"),
    paragraphs=(
        N_("The law did not let the words of your comment be kept, so they were destroyed."),
        N_("The reason that was given: %(reason)s"),
        N_("Against the decision you can turn to a court."),
    ),
    facts=_FACTS,
    link=None,
)


def tell_author(
    services: Services,
    tx: UnitOfWork,
    consultation: Consultation,
    comment: Comment,
    kind: NoticeKind,
    /,
    **params: Param,
) -> None:
    """Write to whoever wrote a comment, if that is still known."""
    assert consultation.id is not None
    if comment.person_sealed is None or consultation.reference is None:
        return
    keys_dir = services.settings.keys_dir
    person_id = keys.open_person(keys_dir, consultation.id, comment.person_sealed)
    named: dict[str, Param] = {
        "number": f"{consultation.reference}/{comment.number}",
        "reference": consultation.reference,
        "comment": str(comment.number),
        "title": {lang: text.title for lang, text in lookup.texts(tx.session, consultation.id).items()},
    }
    notify(tx, keys_dir, person_id, kind, run_after=None, **named, **params)
