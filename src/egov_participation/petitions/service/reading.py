"""Petitions as anybody may read them. Nothing here counts signatures: counts are projections of their own."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, Date, Integer, and_, bindparam, func, or_, text
from sqlalchemy import select as choose
from sqlmodel import Session, col, select

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions import keys
from egov_participation.petitions.models import (
    Happening,
    Petition,
    PetitionCount,
    PetitionText,
    Signature,
    State,
)
from egov_participation.petitions.rules import names
from egov_participation.petitions.rules.states import VISIBLE
from egov_participation.petitions.service.lookup import found, no_petition
from egov_participation.petitions.service.viewing import happening, views
from egov_participation.petitions.views import HappeningView, PetitionView
from egov_participation.services import Services

PIECE: Final = 50
"""Petitions that are read at a time."""
NAMES: Final = 100
"""Names on a page."""
FEED: Final = 50
"""Happenings in a feed."""
HIDDEN: Final = "petition.hidden"
"""Code of what is said of one that is hidden."""

_ALWAYS: Final = frozenset({State.OPEN, State.CLOSED, State.REJECTED, State.MERGED})
"""Public however it came there; of others only what had been open before."""


def is_public(petition: Petition) -> bool:
    """Whether anybody may see it. What its creator withdrew before it was ever open stays between them and us."""
    state = State(petition.state)
    return petition.reference is not None and (
        state in _ALWAYS or (state in VISIBLE and petition.opened_at is not None)
    )


def in_public() -> ColumnElement[bool]:
    """The same as a condition."""
    return and_(
        col(Petition.reference).is_not(None),
        or_(
            col(Petition.state).in_(_ALWAYS),
            and_(col(Petition.state).in_(VISIBLE), col(Petition.opened_at).is_not(None)),
        ),
    )


def public(services: Services, reference: str) -> PetitionView:
    """One petition.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    with services.database.read() as session:
        petition = found(session, reference)
        if petition.state == State.HIDDEN:
            raise hidden()
        if not is_public(petition):
            raise no_petition()
        return views(session, [petition])[0]


def for_officials(session: Session, petition: Petition) -> PetitionView:
    """What the public would see of a petition, whatever its state: for officials and its creator."""
    return views(session, [petition])[0]


def whatever_its_state(services: Services, reference: str) -> PetitionView:
    """The same, for who was asked about it and must be able to answer; a text that is hidden is not there.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    with services.database.read() as session:
        return for_officials(session, found(session, reference))


def hidden() -> DomainError:
    """What is said of a petition that is hidden."""
    return DomainError(
        410,
        N_("This petition was published here and is hidden now. The log says when that happened."),
        code=HIDDEN,
    )


def titles(session: Session, references: Collection[str]) -> dict[str, dict[str, str]]:
    """The titles of those of these petitions that anybody may see, by number and language."""
    rows = session.exec(
        select(Petition.reference, PetitionText.lang, PetitionText.title)
        .join(PetitionText, col(PetitionText.petition_id) == col(Petition.id))
        .where(col(Petition.reference).in_(references), in_public(), col(Petition.text_hidden).is_(False))
        .order_by(col(PetitionText.lang) != col(Petition.language), col(PetitionText.lang))
    ).all()
    named: dict[str, dict[str, str]] = {}
    for reference, lang, title in rows:
        named.setdefault(reference or "", {})[lang] = title
    return named


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells whether anything in the data of a petition has changed."""

    id: int
    state: str
    state_at: datetime
    opened_at: datetime | None
    closes_at: datetime | None
    answers: tuple[str, str]
    counted_at: datetime | None
    counts: tuple[int, ...]
    text: str | None
    last_happening: int


def marks(services: Services) -> list[Mark]:
    """Of every petition in public, the oldest first."""
    last = (
        choose(Happening.petition_id, func.max(Happening.id).label("id"))  # type: ignore[call-overload]
        .where(col(Happening.public))
        .group_by(col(Happening.petition_id))
        .subquery()
    )
    of_petition = (Petition.id, Petition.state, Petition.state_at, Petition.opened_at, Petition.closes_at)
    answers = (Petition.answer_state, Petition.debate_state, Petition.document_hash, Petition.text_hidden)
    with services.database.read() as session:
        rows = session.execute(
            choose(*of_petition, *answers, PetitionCount, last.c.id)  # type: ignore[call-overload]
            .join(PetitionCount, col(PetitionCount.petition_id) == col(Petition.id), isouter=True)
            .join(last, last.c.petition_id == col(Petition.id), isouter=True)
            .where(in_public())
            .order_by(col(Petition.id))
        ).all()
        return [_mark(*row) for row in rows]


def _mark(
    id_: int,
    state: str,
    state_at: datetime,
    opened_at: datetime | None,
    closes_at: datetime | None,
    answer: str,
    debate: str,
    document: str | None,
    text_hidden: bool,
    count: PetitionCount | None,
    last: int | None,
) -> Mark:
    counts: tuple[int, ...] = ()
    if count is not None:
        counts = (count.electronic, count.paper, count.verified, count.verified_paper, count.checkpoint_size)
    return Mark(
        id=id_,
        state=state,
        state_at=state_at,
        opened_at=opened_at,
        closes_at=closes_at,
        answers=(answer, debate),
        counted_at=None if count is None else count.counted_at,
        counts=counts,
        text=None if text_hidden else document,
        last_happening=last or 0,
    )


def among(services: Services, ids: Sequence[int]) -> Iterator[PetitionView]:
    """These petitions, whole, in order; read in pieces. One that is public no longer is left out."""
    for start in range(0, len(ids), PIECE):
        wanted = ids[start : start + PIECE]
        with services.database.read() as session:
            rows = session.exec(select(Petition).where(col(Petition.id).in_(wanted), in_public())).all()
            by_id = {row.id: row for row in rows}
            made = views(session, [by_id[one] for one in wanted if one in by_id])
        yield from made


@dataclass(frozen=True, slots=True)
class Names:
    """Who signed within some days and lets it be shown."""

    spans: tuple[tuple[date, date], ...]
    """First and last day of each, the last first."""
    span: tuple[date, date] | None
    names: tuple[str, ...]
    first: bool
    """Whether they are the first ones of these days."""
    further: str | None
    """What leads to those that follow; None if there are none."""


def signers(services: Services, petition: PetitionView, today: date, day: date | None, after: str) -> Names:
    """The names that are shown, of a day or of some days together (`rules.names.spans`), in the order of the alphabet.

    A day's names are there from the next day on, and never in the order of signing: whoever holds them against the
    pseudonyms of the log could else tell who came from where.

    Args:
        day: the first of the days; by default of the last that are shown.
        after: the `Names.further` of the page before; whatever else begins anew.
    """
    with services.database.read() as session:
        shown = session.execute(_SHOWN, {"petition": petition.id, "today": today, "fewest": names.FEWEST})
        spans = tuple(reversed(names.spans((row.day, row.shown) for row in shown)))
        chosen = next((span for span in spans if span[0] == day), next(iter(spans), None))
        if chosen is None:
            return Names(spans, None, (), first=True, further=None)
        first, last = chosen
        owner = f"names:{petition.id}:{first.isoformat()}"
        name, skipped = _place(services, owner, after)
        rows = session.exec(
            select(Signature.name)
            .where(
                col(Signature.petition_id) == petition.id,
                # Of one day the index has them in order.
                col(Signature.day) == first if first == last else col(Signature.day).between(first, last),
                text("state = 'valid' AND name <> ''"),  # as the index has it, to the letter
                col(Signature.name) >= name,
            )
            .order_by(col(Signature.name), col(Signature.id))
            .offset(skipped)
            .limit(NAMES + 1)
        ).all()
    shown_now = tuple(rows[:NAMES])
    further = None
    if len(rows) > NAMES:
        seen = shown_now.count(shown_now[-1]) + (skipped if shown_now[-1] == name else 0)
        further = urlsafe_b64encode(
            keys.box(services.settings.keys_dir).close(json.dumps([shown_now[-1], seen]), owner)
        )
    return Names(spans, chosen, shown_now, not name, further.decode() if further else None)


def _place(services: Services, owner: str, after: str) -> tuple[str, int]:
    """From which name on, and how many of that name were shown already: those alone are passed over. The place is
    sealed, so that no address has a name in it."""
    try:
        name, seen = json.loads(keys.box(services.settings.keys_dir).open(urlsafe_b64decode(after), owner))
    except ValueError:
        return "", 0
    return str(name), int(seen)


_SHOWN: Final = (
    text(
        "SELECT d.day, (SELECT count(*) FROM (SELECT 1 FROM petition_signature AS s WHERE s.petition_id = d.petition_id"
        " AND s.day = d.day AND s.state = 'valid' AND s.name <> '' LIMIT :fewest) AS few) AS shown"
        " FROM petition_day AS d WHERE d.petition_id = :petition AND d.day < :today ORDER BY d.day"
    )
    .bindparams(bindparam("today", type_=Date))
    .columns(day=Date, shown=Integer)
)
"""How many names there are of each day; no more are counted than are needed to show them."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened to a petition, with the petition."""

    petition: PetitionView
    happening: HappeningView


_NEWS: Final = ("state.open", "state.closed", "state.rejected", "state.withdrawn", "state.stopped", "state.merged")
"""Kinds of happenings of the feed of all, besides thresholds and answers."""


def latest(services: Services) -> list[Told]:
    """The last happenings of all petitions that a feed tells, the last first; of the petitions no lists."""
    kind = col(Happening.kind)
    told_of = or_(kind.in_(_NEWS), *(kind.startswith(word) for word in ("threshold", "answer", "signatures")))
    with services.database.read() as session:
        rows = session.exec(
            select(Happening, Petition)
            .join(Petition, col(Petition.id) == col(Happening.petition_id))
            .where(in_public(), col(Happening.public), told_of)
            .order_by(col(Happening.at).desc(), col(Happening.id).desc())
            .limit(FEED)
        ).all()
        about = {petition.id: petition for _, petition in rows}
        found = {petition.id: petition for petition in views(session, list(about.values()), whole=False)}
        return [Told(found[row.petition_id], happening(row)) for row, _ in rows]
