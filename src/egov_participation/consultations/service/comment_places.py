"""What can be commented on: a provision of a published version, or the whole of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from egov_participation.consultations.models import Consultation, Expression, Provision, Version
from egov_participation.consultations.service import lookup
from egov_participation.documents.naming import CITED, cited, path
from egov_participation.errors import DomainError
from egov_participation.i18n import N_

LARGEST: Final = 2**31 - 1
"""Of a number in an address that a column can be compared with."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody comments."""

    consultation: Consultation
    version: Version
    expression: Expression
    """The text that they read."""
    provision: Provision | None
    """None: the whole draft."""
    outer: str = ""
    """What the provision stands in, as `outer` has it."""

    @property
    def words(self) -> str:
        """Of the provision; see `documents.structure.Provision.words`."""
        return "" if self.provision is None else words_of(self.provision)


def words_of(provision: Provision) -> str:
    """Heading and text as one: what quotes are counted in."""
    return "\n".join(part for part in (provision.heading, provision.text) if part)


def spot(session: Session, reference: str, version: int, lang: str, eid: str) -> Spot:
    """A place by its address.

    Args:
        lang: of the text that is wanted; where there is none, another language's.
        eid: of the provision; empty: the whole draft.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``version.unknown`` or ``provision.unknown``.
    """
    consultation = lookup.found(session, reference)
    row = session.exec(
        select(Version).where(
            Version.number == min(version, LARGEST),
            Version.consultation_id == consultation.id,
            col(Version.published_at).is_not(None),
        )
    ).first()
    if row is None or row.id is None:
        raise DomainError(404, N_("There is no such version of the draft."), code="version.unknown")
    texts = lookup.expressions(session, row.id)
    expression = texts.get(lang) or next(iter(texts.values()))
    provision, stands_in = None, ""
    if eid:
        mine = (Provision.expression_id == expression.id, Provision.eid == eid)
        provision = session.exec(select(Provision).where(*mine)).first()
        if provision is None:
            raise DomainError(
                404, N_("There is no such provision in this version of the draft."), code="provision.unknown"
            )
        stands_in = outer(session, [(provision, expression)])[provision.id or 0]
    return Spot(consultation, row, expression, provision, stands_in)


def outer(session: Session, provisions: Collection[tuple[Provision, Expression]]) -> dict[int, str]:
    """What each provision stands in, as it is cited ("Статья 1, пункт 2"), by id; empty: in nothing that is named.

    The eId of what holds a provision is the beginning of its own.
    """
    wanted = {(one.expression_id, eid) for one, _ in provisions for eid in _beginnings(one.eid)}
    rows = session.exec(
        select(Provision).where(
            col(Provision.expression_id).in_({expression for expression, _ in wanted}),
            col(Provision.eid).in_({eid for _, eid in wanted}),
            col(Provision.kind).in_(CITED),
        )
    ).all()
    holders = {(row.expression_id, row.eid): row for row in rows}
    found = {}
    for one, expression in provisions:
        said = ""
        for eid in _beginnings(one.eid):
            if (holder := holders.get((one.expression_id, eid))) is not None:
                said = path(said, cited(holder.kind, holder.number, holder.label, expression.lang))
        found[one.id or 0] = said
    return found


def _beginnings(eid: str) -> list[str]:
    parts = eid.split("__")
    return ["__".join(parts[:count]) for count in range(1, len(parts))]


def newest(session: Session, consultation_id: int) -> int:
    """The number of the newest published version; 0: there is none."""
    mine = (Version.consultation_id == consultation_id, col(Version.published_at).is_not(None))
    return session.exec(select(func.max(Version.number)).where(*mine)).one() or 0
