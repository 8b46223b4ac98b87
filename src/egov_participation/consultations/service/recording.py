"""A version's record, made of the rows that are published with it: the same rows give the same bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select as choose
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from egov_participation.consultations.models import (
    Consultation,
    ConsultationPaper,
    Expression,
    Provision,
    ProvisionChange,
    Version,
)
from egov_participation.consultations.rules import record as rules
from egov_participation.consultations.rules.reporting import canonical
from egov_participation.consultations.service import lookup
from egov_participation.consultations.service.comment_places import LARGEST
from egov_participation.consultations.service.reading import no_version
from egov_participation.services import Services


def made(session: Session, row: Consultation, version: Version, published_at: datetime | None) -> bytes:
    """The record's bytes; its papers are those that became public at that moment."""
    assert row.id is not None
    texts = lookup.texts(session, row.id)
    expressions = lookup.expressions(session, version.id or 0)
    return canonical(
        {
            "act": {"kind": row.act_kind, "stage": row.stage, "territory": row.territory},
            "consultation": row.reference,
            "format": rules.FORMAT,
            "number": version.number,
            "papers": _papers(session, row, published_at),
            "provisions": {lang: map_of(session, expression) for lang, expression in expressions.items()},
            "texts": {lang: {"summary": text.summary, "title": text.title} for lang, text in texts.items()},
        }
    )


def _papers(session: Session, row: Consultation, published_at: datetime | None) -> list[dict[str, Any]]:
    names = ("kind", "lang", "media_type", "name", "sha256", "size")
    columns = [getattr(ConsultationPaper, name) for name in names]
    mine = (col(ConsultationPaper.consultation_id) == row.id, col(ConsultationPaper.published_at) == published_at)
    rows = session.execute(choose(*columns).where(*mine).order_by(col(ConsultationPaper.id)))
    return [dict(zip(names, members, strict=True)) for members in rows]


def map_of(session: Session, expression: Expression) -> dict[str, Any]:
    """Which provision of a text is which, and what became of those of the version before."""
    named = choose(col(Provision.eid), col(Provision.lineage)).where(col(Provision.expression_id) == expression.id)
    lineages = [(eid, lineage) for eid, lineage in session.execute(named.order_by(col(Provision.place)))]
    old, new = aliased(Provision), aliased(Provision)
    rows = session.execute(
        choose(col(old.eid), col(new.eid), col(ProvisionChange.change))
        .join(old, col(old.id) == col(ProvisionChange.old_id), isouter=True)
        .join(new, col(new.id) == col(ProvisionChange.new_id), isouter=True)
        .where(col(ProvisionChange.expression_id) == expression.id)
        .order_by(col(new.place).is_(None), col(new.place), col(old.place).is_(None), col(old.place))
    )
    return rules.provisions(lineages, [(before, after, change) for before, after, change in rows])


def steps(
    services: Services, reference: str, first: int, last: int, lang: str
) -> list[dict[str, list[tuple[str, str]]]]:
    """From a version to a later one, version by version: into which provisions each went, and what that is called."""
    old, new = aliased(Provision), aliased(Provision)
    with services.database.read() as session:
        rows = session.execute(
            choose(col(Version.number), col(old.eid), col(new.eid), col(ProvisionChange.change))
            .join(Expression, col(Expression.version_id) == col(Version.id))
            .join(ProvisionChange, col(ProvisionChange.expression_id) == col(Expression.id))
            .join(old, col(old.id) == col(ProvisionChange.old_id))
            .join(new, col(new.id) == col(ProvisionChange.new_id))
            .where(col(Version.consultation_id) == lookup.found(session, reference).id, col(Expression.lang) == lang)
            .where(col(Version.number) > first, col(Version.number) <= last)
        )
        found: list[dict[str, list[tuple[str, str]]]] = [{} for _ in range(first, last)]
        for number, before, after, change in rows:
            found[number - first - 1].setdefault(before, []).append((after, change))
    return found


def read(services: Services, reference: str, number: int) -> bytes:
    """The record of a published version.

    Raises:
        DomainError: 404 ``consultation.unknown``; 404 ``version.unknown``: there is none.
    """
    with services.database.read() as session:
        row = lookup.found(session, reference)
        version = session.exec(
            select(Version).where(
                Version.consultation_id == row.id,
                Version.number == min(number, LARGEST),
                col(Version.published_at).is_not(None),
            )
        ).first()
        if version is None:
            raise no_version()
        return made(session, row, version, version.published_at)
