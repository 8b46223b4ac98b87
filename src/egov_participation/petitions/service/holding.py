"""What is held on one person in this room, for the page and the file of one's own data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from egov_participation.petitions.keys import box, person_hash
from egov_participation.petitions.models import (
    Petition,
    PetitionText,
    PressureReport,
    Signature,
    State,
    Subscriber,
    Supporter,
)
from egov_participation.petitions.rules.states import STATE_NAMES
from egov_participation.services import Services


@dataclass(frozen=True, slots=True)
class About:
    """Which petition something is about."""

    title: Mapping[str, str]
    """By language."""
    reference: str | None
    """None of a draft."""


@dataclass(frozen=True, slots=True)
class Written:
    """A petition or a draft of one's own."""

    about: About
    state: State
    created_at: datetime
    name: str
    """As it is shown."""

    @property
    def state_name(self) -> str:
        """A msgid."""
        return STATE_NAMES[self.state]


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature of one's own."""

    about: About
    day: date
    at: datetime | None
    region: str
    name: str
    """As it is shown; empty if it is not."""
    way: str
    state: str
    network: bool
    """Whether a keyed hash of the network that it came from is still kept."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A report of pressure of one's own."""

    about: About
    reference: str
    reported_on: date
    text: str
    answer: str
    """Empty until there is one."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """All of it."""

    written: Sequence[Written]
    supported: Sequence[tuple[About, datetime]]
    signed: Sequence[Signed]
    subscribed: Sequence[About]
    reported: Sequence[Reported]


def held(services: Services, session: Session, person_id: str) -> Holdings:
    """What the room holds on that person."""
    who, seal = person_hash(services.settings.keys_dir, person_id), box(services.settings.keys_dir)
    own = session.exec(select(Petition).where(Petition.creator == person_id).order_by(col(Petition.id))).all()
    supports = session.exec(select(Supporter).where(Supporter.person_hash == who)).all()
    signatures = session.exec(select(Signature).where(Signature.person_hash == who).order_by(col(Signature.id))).all()
    subscribed = session.exec(select(Subscriber.petition_id).where(Subscriber.person_hash == who)).all()
    reports = session.exec(select(PressureReport).where(PressureReport.person_hash == who)).all()
    ids = {
        *(row.id or 0 for row in own),
        *(row.petition_id for row in supports),
        *(row.petition_id for row in signatures),
        *(row.petition_id for row in reports),
        *subscribed,
    }
    about = _abouts(session, ids)
    return Holdings(
        [Written(about[row.id or 0], State(row.state), row.created_at, row.creator_name) for row in own],
        [(about[row.petition_id], row.at) for row in supports],
        [
            Signed(
                about[row.petition_id],
                row.day,
                row.signed_at,
                row.region,
                row.name,
                row.way,
                row.state,
                row.network is not None,
            )
            for row in signatures
        ],
        [about[petition_id] for petition_id in subscribed],
        [
            Reported(
                about[row.petition_id],
                row.reference,
                row.reported_on,
                seal.open(row.text_sealed, f"text:{row.reference}"),
                "" if row.answer_sealed is None else seal.open(row.answer_sealed, f"answer:{row.reference}"),
            )
            for row in reports
        ],
    )


def _abouts(session: Session, ids: set[int]) -> dict[int, About]:
    titles: dict[int, dict[str, str]] = {}
    texts = select(PetitionText).where(col(PetitionText.petition_id).in_(ids)).order_by(PetitionText.lang)
    for text in session.exec(texts):
        titles.setdefault(text.petition_id, {})[text.lang] = text.title
    references = session.exec(select(Petition.id, Petition.reference).where(col(Petition.id).in_(ids))).all()
    return {id_: About(titles.get(id_, {}), reference) for id_, reference in references if id_ is not None}
