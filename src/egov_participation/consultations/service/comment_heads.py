"""What the pages of comments say of the consultation that they belong to, and the files with comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlmodel import Session, col, select

from egov_participation.consultations.models import (
    CommentFile,
    Consultation,
    Expression,
    Provision,
    Shown,
    State,
    Version,
)
from egov_participation.consultations.service import comment_lists, comment_places, lookup
from egov_participation.consultations.service.comment_places import Spot
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services


@dataclass(frozen=True, slots=True)
class Head:
    """A consultation in a line."""

    reference: str
    titles: Mapping[str, str]
    state: State
    closes_at: datetime | None
    version: int
    """The newest one."""

    def title(self, lang: str) -> tuple[str, str]:
        """What it is called, and the language of that."""
        found = lang if lang in self.titles else next(iter(self.titles), lang)
        return self.titles.get(found, self.reference), found

    def is_open(self, now: datetime) -> bool:
        """Whether comments are taken."""
        return self.state is State.OPEN and (self.closes_at is None or now < self.closes_at)


def head(services: Services, reference: str) -> Head:
    """Of a published consultation.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    with services.database.read() as session:
        return of(session, lookup.found(session, reference))


def of(session: Session, consultation: Consultation) -> Head:
    """The same of a row."""
    assert consultation.id is not None
    return Head(
        consultation.reference or "",
        {lang: text.title for lang, text in lookup.texts(session, consultation.id).items()},
        State(consultation.state),
        consultation.closes_at,
        comment_places.newest(session, consultation.id),
    )


def of_id(session: Session, consultation_id: int) -> Head:
    """The same by its id."""
    return of(session, session.get_one(Consultation, consultation_id))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A provision of a text, for what it is called."""

    eid: str
    lang: str
    kind: str
    number: str
    label: str
    heading: str
    outer: str
    """What it stands in."""


def place_of(session: Session, consultation_id: int, lineage: str, lang: str) -> Spoken | None:
    """A provision by its lineage in the newest version, in a language if it is there in it; None: it is no more."""
    rows = session.exec(
        select(Provision, Expression)
        .join(Expression, col(Expression.id) == col(Provision.expression_id))
        .join(Version, col(Version.id) == col(Expression.version_id))
        .where(
            Provision.lineage == lineage,
            Version.consultation_id == consultation_id,
            Version.number == comment_places.newest(session, consultation_id),
        )
    ).all()
    found = [spoken(session, *row) for row in rows]
    return next((one for one in found if one.lang == lang), found[0] if found else None)


def query_of(path: str, query: Mapping[str, str]) -> str:
    """A path with those of the members that say something."""
    said = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(said)}" if said else path


def lineage(services: Services, reference: str, version: int, lang: str, eid: str) -> str:
    """The lineage of a provision.

    Raises:
        DomainError: see `comment_places.spot`.
    """
    with services.database.read() as session:
        found = comment_places.spot(session, reference, version, lang, eid).provision
        return "" if found is None else found.lineage


def of_lineage(services: Services, reference: str, lineage: str, lang: str) -> Spoken | None:
    """A provision by its lineage, as it stands in the newest version that has it."""
    with services.database.read() as session:
        consultation = lookup.found(session, reference)
        row = session.exec(
            select(Provision, Expression)
            .join(Expression, col(Expression.id) == col(Provision.expression_id))
            .join(Version, col(Version.id) == col(Expression.version_id))
            .where(
                Provision.lineage == lineage,
                Version.consultation_id == consultation.id,
                col(Version.published_at).is_not(None),
            )
            .order_by(col(Version.number).desc(), col(Expression.lang) != lang)
            .limit(1)
        ).first()
        return None if row is None else spoken(session, *row)


def of_spot(spot: Spot) -> Spoken | None:
    """The provision that somebody comments on; None: the whole draft."""
    return None if spot.provision is None else _spoken(spot.provision, spot.expression.lang, spot.outer)


def spoken(session: Session, one: Provision, text: Expression) -> Spoken:
    """A provision of a text."""
    return _spoken(one, text.lang, comment_places.outer(session, [(one, text)])[one.id or 0])


def _spoken(one: Provision, lang: str, outer: str) -> Spoken:
    return Spoken(one.eid, lang, one.kind, one.number, one.label, one.heading, outer)


def file(services: Services, reference: str, number: int, sha256: str) -> tuple[str, str, bytes]:
    """A file with a comment: its name, type and content.

    Raises:
        DomainError: 404 ``file.unknown``: there is none, or it is covered with its comment.
    """
    with services.database.read() as session:
        comment = comment_lists.of_number(session, lookup.found(session, reference), number)
        row = session.exec(
            select(CommentFile).where(CommentFile.comment_id == comment.id, CommentFile.sha256 == sha256)
        ).first()
        if row is None or comment.shown != Shown.PUBLISHED:
            raise DomainError(404, N_("There is no such file."), code="file.unknown")
        return row.name, row.media_type, row.content
