"""What is mailed of thresholds, answers and debates, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlmodel import Session

from egov_participation.actions import Role
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.jurisdiction.petition_rules import Tier
from egov_participation.notices.kinds import NoticeKind, Param, Phrase, notice
from egov_participation.notices.service import notify
from egov_participation.petitions.models import Petition, PetitionCount
from egov_participation.petitions.rules.outcomes import TITLES, To
from egov_participation.petitions.service import ruling, subscribers
from egov_participation.petitions.service.lookup import texts
from egov_participation.roles import service as roles
from egov_participation.services import Services

_PAGE: Final = "/petitions/%(reference)s"
_FACTS: Final = ((N_("Petition"), "title"), (N_("Number"), "reference"))
_STOP: Final = (N_("Do not write to me about this petition any more"), "/petitions/mails/stop/%(stop)s")

OWED: Final = notice(
    "petitions.owed",
    subject=N_("Petition %(reference)s awaits your agency"),
    summary=N_("when a petition has reached a threshold and your agency has to act"),
    paragraphs=(
        N_("A petition has reached %(needed)s signatures. By its rules: %(does)s."),
        N_("The date stands on the petition's public page. What you write is published once a colleague approves it."),
    ),
    facts=(*_FACTS, (N_("Due by"), "due")),
    link=(N_("Write what the public will read"), "/office/answers/%(reference)s"),
    optional=True,
    officials=True,
)
ASSIGNED: Final = notice(
    "petitions.assigned",
    subject=N_("Petition %(reference)s is your agency's to answer"),
    summary=N_("when a petition is handed to your agency"),
    paragraphs=(
        N_("A moderator has said that your agency answers this petition from now on, and why: the reason is public."),
    ),
    facts=_FACTS,
    link=(N_("See the petition"), "/office/answers/%(reference)s"),
    optional=True,
    officials=True,
)
UNASSIGNED: Final = notice(
    "petitions.unassigned",
    subject=N_("Nobody answers petition %(reference)s yet"),
    summary=N_("when a petition has reached a threshold and no agency answers it yet"),
    paragraphs=(
        N_("A petition has reached %(needed)s signatures, and whom it asks has no officials here."),
        N_("Its clock runs. Say which agency answers it; the reason that you give is public."),
    ),
    facts=(*_FACTS, (N_("Due by"), "due")),
    link=(N_("Choose the agency"), "/office/answers/%(reference)s/agency"),
    optional=True,
    officials=True,
)
OVERDUE: Final = notice(
    "petitions.overdue",
    subject=N_("Overdue: petition %(reference)s"),
    summary=N_("on each working day on which your agency owes an answer to a petition"),
    paragraphs=(
        N_("Your agency has owed this petition an answer since the day below, and the public sees that."),
        N_("If it takes longer, say in public why and until when."),
    ),
    facts=(*_FACTS, (N_("It was due by"), "due")),
    link=(N_("Write what the public will read"), "/office/answers/%(reference)s"),
    optional=True,
    officials=True,
)
REACHED: Final = notice(
    "petitions.reached",
    subject=N_("Your petition has reached %(needed)s signatures"),
    summary=N_("when your petition has reached a threshold"),
    paragraphs=(
        N_("With that many signatures the rules say: %(does)s."),
        N_("That stays so, even if signatures are taken back. You need not do anything; we write when there is news."),
    ),
    facts=(*_FACTS, (N_("Due by"), "due")),
    link=(N_("See the petition"), _PAGE),
    optional=True,
)
NEWS: Final = notice(
    "petitions.news",
    subject=N_("News of petition %(reference)s: %(what)s"),
    summary=N_("when a petition that you signed is answered or debated, if you asked for it as you signed"),
    paragraphs=(N_("You signed this petition and wanted to be told what becomes of it. In short:"), "%(summary)s"),
    facts=(*_FACTS, (N_("What is new"), "what")),
    link=(N_("Read all of it"), _PAGE),
    optional=True,
    stop=_STOP,
)
OWN_NEWS: Final = notice(
    "petitions.own_news",
    subject=N_("News of your petition %(reference)s: %(what)s"),
    summary=N_("when your petition is answered or debated"),
    paragraphs=(N_("There is news of the petition that you started. In short:"), "%(summary)s"),
    facts=(*_FACTS, (N_("What is new"), "what")),
    link=(N_("Read all of it"), _PAGE),
    optional=True,
)
_NOT_REACHED: Final = (
    N_("It has %(count)s signatures; %(needed)s were needed for this: %(does)s. So nobody is obliged to answer it."),
    N_("Petition and count stay public. Whom it asks may answer it all the same; then we write once more."),
)
CLOSED: Final = notice(
    "petitions.closed",
    subject=N_("Petition %(reference)s is closed"),
    summary=N_("when a petition that you signed closes without reaching a threshold, if you asked for news"),
    paragraphs=(N_("A petition that you signed is closed for signatures."), *_NOT_REACHED),
    facts=_FACTS,
    link=(N_("See the petition"), _PAGE),
    optional=True,
    stop=_STOP,
)
OWN_CLOSED: Final = notice(
    "petitions.own_closed",
    subject=N_("Your petition %(reference)s is closed"),
    summary=N_("when your petition closes without reaching a threshold"),
    paragraphs=(
        N_("The time for signing your petition is over."),
        *_NOT_REACHED,
        N_("You may start a new petition about the same at any time."),
    ),
    facts=_FACTS,
    link=(N_("See the petition"), _PAGE),
    optional=True,
)
_NO_DATE: Final = N_("the rules set no date")


def tell_of_threshold(tx: UnitOfWork, services: Services, petition: Petition, tier: Tier, due: date | None) -> None:
    """Write to the officials of the agency that answers, or to the moderators if none does, and to the creator."""
    params: dict[str, Param] = {
        "needed": tier.needed,
        "does": tier.does.model_dump(),
        "due": due or Phrase(_NO_DATE),
    }
    to_officials(tx, services, petition, OWED if petition.answered_by else UNASSIGNED, **params)
    to_creator(tx, services, petition, REACHED, **params)


def to_officials(tx: UnitOfWork, services: Services, petition: Petition, kind: NoticeKind, **params: Param) -> None:
    """Write to the officials of the agency that answers a petition; to the moderators if there is none."""
    said = about(tx.session, petition) | params
    for person_id in officials(services, tx.session, petition.answered_by):
        notify(tx, services.settings.keys_dir, person_id, kind, run_after=None, **said)


def to_creator(tx: UnitOfWork, services: Services, petition: Petition, kind: NoticeKind, **params: Param) -> None:
    """Write to who started a petition, unless that is forgotten."""
    if petition.creator:
        said = about(tx.session, petition) | params
        notify(tx, services.settings.keys_dir, petition.creator, kind, run_after=None, **said)


def to_subscriber(
    tx: UnitOfWork, services: Services, petition: Petition, person_id: str, kind: NoticeKind, **params: Param
) -> None:
    """Write to somebody who wanted to be told, with a link that stops it."""
    keys_dir = services.settings.keys_dir
    stop = subscribers.stop_token(keys_dir, petition.reference or "", person_id)
    notify(tx, keys_dir, person_id, kind, run_after=None, stop=stop, **params)


def news(to: To, summary: Mapping[str, str]) -> dict[str, Param]:
    """What `NEWS` and `OWN_NEWS` say of it."""
    return {"what": Phrase(TITLES[to]), "summary": dict(summary)}


def not_reached(session: Session, petition: Petition) -> dict[str, Param]:
    """What `CLOSED` and `OWN_CLOSED` say of a petition that reached no threshold."""
    lowest = ruling.tiers(petition.rules, petition.territory)[0]
    counted = session.get(PetitionCount, petition.id)
    count = 0 if counted is None else counted.electronic + counted.paper
    return {"count": count, "needed": lowest.needed, "does": lowest.does.model_dump()}


def officials(services: Services, session: Session, agency: str) -> list[str]:
    """Person ids of an agency's officials at this moment; of the moderators where no agency is named."""
    role = Role.MINISTRY if agency else Role.MODERATOR
    held = roles.standing(session, services.clock())
    return sorted({grant.person_id for grant in held if grant.role == role and grant.agency == agency})


def about(session: Session, petition: Petition) -> dict[str, Param]:
    """Number and title, as all these mails say them."""
    titles = {lang: text.title for lang, text in texts(session, petition).items() if text.title}
    return {"reference": petition.reference or "", "title": titles}
