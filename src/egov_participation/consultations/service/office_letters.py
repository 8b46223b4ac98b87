"""What is mailed to an agency's officials about its drafts."""

from __future__ import annotations

from typing import Final

from egov_participation.actions import Role
from egov_participation.consultations.models import Consultation
from egov_participation.consultations.service import lookup
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.notices.kinds import NoticeKind, Param, notice
from egov_participation.notices.service import notify
from egov_participation.roles import service as roles
from egov_participation.services import Services

_FACTS: Final = ((N_("Draft regulation"), "title"), (N_("Number"), "reference"))
_LINK: Final = (N_("See the draft"), "/office/drafts/%(key)s")

CLOSED: Final = notice(
    "consultations.closed",
    subject=N_("Comments on draft %(reference)s have ended"),
    summary=N_("when comments on a draft of your agency have ended"),
    paragraphs=(
        N_("Comments in all: %(comments)s. Each is owed a reply with its reason; the public sees which have none."),
    ),
    facts=(*_FACTS, (N_("Replies are due by"), "due")),
    link=_LINK,
    optional=True,
    officials=True,
)
REPLIES_DUE: Final = notice(
    "consultations.replies_due",
    subject=N_("Replies on draft %(reference)s are due soon"),
    summary=N_("on the last working days before replies to comments are due"),
    paragraphs=(N_("Comments without a reply: %(left)s."),),
    facts=(*_FACTS, (N_("Replies are due by"), "due")),
    link=_LINK,
    optional=True,
    officials=True,
)
REPLIES_OVERDUE: Final = notice(
    "consultations.replies_overdue",
    subject=N_("Overdue: replies on draft %(reference)s"),
    summary=N_("on each working day on which your agency owes replies to comments"),
    paragraphs=(N_("Comments without a reply: %(left)s. The public sees that they are overdue."),),
    facts=(*_FACTS, (N_("They were due by"), "due")),
    link=_LINK,
    optional=True,
    officials=True,
)
REPORT_DUE: Final = notice(
    "consultations.report_due",
    subject=N_("The report on draft %(reference)s is due soon"),
    summary=N_("on the last working days before the report on a draft is due"),
    paragraphs=(N_("Every comment has its reply. The report on them is still to be published."),),
    facts=(*_FACTS, (N_("The report is due by"), "due")),
    link=_LINK,
    optional=True,
    officials=True,
)
REPORT_OVERDUE: Final = notice(
    "consultations.report_overdue",
    subject=N_("Overdue: the report on draft %(reference)s"),
    summary=N_("on each working day on which your agency owes the report on a draft"),
    paragraphs=(N_("The report is still to be published, and the public sees that it is overdue."),),
    facts=(*_FACTS, (N_("It was due by"), "due")),
    link=_LINK,
    optional=True,
    officials=True,
)


def to_officials(tx: UnitOfWork, services: Services, row: Consultation, kind: NoticeKind, **params: Param) -> None:
    """Write to the officials of the agency whose draft it is."""
    titles = {lang: text.title for lang, text in lookup.texts(tx.session, row.id or 0).items() if text.title}
    said: dict[str, Param] = {"reference": row.reference or "", "title": titles, "key": row.key, **params}
    held = roles.standing(tx.session, services.clock())
    people = {grant.person_id for grant in held if grant.role == Role.MINISTRY and grant.agency == row.agency}
    for person_id in sorted(people):
        notify(tx, services.settings.keys_dir, person_id, kind, run_after=None, **said)
