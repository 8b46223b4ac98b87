"""Consultations as anybody may read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import exists, func
from sqlmodel import Session, col, select

from egov_participation.consultations.draft_views import (
    ConsultationView,
    ExpressionView,
    HappeningView,
    PaperView,
    ProvisionView,
    TextView,
    TitleView,
    VersionView,
)
from egov_participation.consultations.models import (
    GONE,
    Change,
    Comment,
    Consultation,
    ConsultationHappening,
    ConsultationPaper,
    ConsultationText,
    Expression,
    ProvisionChange,
    ReplyTo,
    State,
    Version,
)
from egov_participation.consultations.rules.provisions import as_provision
from egov_participation.consultations.rules.states import VISIBLE
from egov_participation.consultations.service import lifecycle, lookup, ruling
from egov_participation.consultations.service.comment_lists import counts, orphaned
from egov_participation.documents.naming import CITED, cited, path
from egov_participation.documents.structure import Provision as Unit
from egov_participation.documents.structure import parents
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_
from egov_participation.jurisdiction.calendars import Words
from egov_participation.jurisdiction.consultation_rules import ConsultationRules
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.roles.service import agency_under
from egov_participation.services import Services

OWED: Final = (
    ~exists().where(col(ReplyTo.comment_id) == col(Comment.id)),
    col(Comment.shown).not_in(GONE),
)
"""Conditions of a comment that is owed a reply."""


def public(services: Services, reference: str) -> ConsultationView:
    """One consultation.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    with services.database.read() as session:
        row = lookup.found(session, reference)
        if not is_public(row):
            raise lookup.no_consultation()
        return views(session, [row])[0]


def views(session: Session, rows: Sequence[Consultation]) -> list[ConsultationView]:
    """What anybody may see of published consultations, with as many queries for many as for one."""
    ids = [row.id or 0 for row in rows]
    titles = _grouped(session, ConsultationText, ids)
    papers = _grouped(session, ConsultationPaper, ids, col(ConsultationPaper.published_at).is_not(None))
    happenings = _grouped(session, ConsultationHappening, ids)
    versions = _versions(session, ids)
    replied = dict(
        session.exec(
            select(Comment.consultation_id, func.count(func.distinct(col(Comment.id))))
            .join(ReplyTo, col(ReplyTo.comment_id) == col(Comment.id))
            .where(col(Comment.consultation_id).in_(ids))
            .group_by(col(Comment.consultation_id))
        ).all()
    )
    owed = dict(
        session.exec(
            select(Comment.consultation_id, func.count())
            .where(col(Comment.consultation_id).in_(ids), *OWED)
            .group_by(col(Comment.consultation_id))
        ).all()
    )
    return [
        _view(
            row,
            ruling.restored(row.rules),
            sorted(titles.get(row.id or 0, []), key=lambda text: list(LANGUAGES).index(text.lang)),
            sorted(papers.get(row.id or 0, []), key=lambda paper: paper.id or 0),
            sorted(happenings.get(row.id or 0, []), key=lambda one: (one.at, one.id or 0)),
            versions.get(row.id or 0, ()),
            replied.get(row.id or 0, 0),
            owed.get(row.id or 0, 0),
        )
        for row in rows
    ]


def _grouped(session: Session, table: Any, ids: Sequence[int], *wanted: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.exec(select(table).where(table.consultation_id.in_(ids), *wanted)):
        found.setdefault(row.consultation_id, []).append(row)
    return found


def _versions(session: Session, ids: Sequence[int]) -> dict[int, tuple[VersionView, ...]]:
    rows = session.exec(
        select(Version)
        .where(col(Version.consultation_id).in_(ids), col(Version.published_at).is_not(None))
        .order_by(col(Version.number))
    ).all()
    columns = (
        Expression.version_id,
        Expression.id,
        Expression.lang,
        Expression.title,
        Expression.source_format,
        Expression.source_name,
        Expression.source_sha256,
        Expression.document_hash,
    )
    texts: dict[int, list[ExpressionView]] = {}
    # The file itself is in the same row, and may be large: it is left where it is.
    chosen: Any = select(*columns).where(col(Expression.version_id).in_([row.id for row in rows]))  # type: ignore[call-overload]
    for version_id, *members in session.exec(chosen):
        texts.setdefault(version_id, []).append(ExpressionView(*members))
    found: dict[int, list[VersionView]] = {}
    for row in rows:
        assert row.id is not None
        assert row.published_at is not None
        mine = sorted(texts.get(row.id, []), key=lambda text: list(LANGUAGES).index(text.lang))
        found.setdefault(row.consultation_id, []).append(
            VersionView(row.id, row.number, row.published_at, (row.signature or b"").hex(), tuple(mine))
        )
    return {key: tuple(value) for key, value in found.items()}


def _view(
    row: Consultation,
    rules: ConsultationRules,
    titles: Sequence[ConsultationText],
    papers: Sequence[ConsultationPaper],
    happenings: Sequence[ConsultationHappening],
    versions: tuple[VersionView, ...],
    replied: int,
    unanswered: int,
) -> ConsultationView:
    assert row.id is not None
    assert row.reference is not None
    assert row.opened_at is not None
    agency = agency_under(row.jurisdiction, row.agency)
    place = TERRITORIES.get(row.territory)
    return ConsultationView(
        id=row.id,
        reference=row.reference,
        jurisdiction=row.jurisdiction,
        agency=row.agency,
        agency_name=Words(kk=agency.kk, ru=agency.ru, en=agency.en),
        act_kind=row.act_kind,
        act_name=rules.act(row.act_kind).name,
        stage=row.stage,
        stage_name=next((stage.name for stage in rules.stages if stage.code == row.stage), None),
        territory=row.territory,
        territory_name=None if place is None else Words(kk=place.name("kk"), ru=place.name("ru"), en=place.name("en")),
        titles=tuple(TitleView(text.lang, text.title, text.summary) for text in titles),
        state=State(row.state),
        state_at=row.state_at,
        opened_at=row.opened_at,
        closes_at=row.closes_at,
        reply_due_on=row.reply_due_on,
        report_due_on=row.report_due_on,
        comments=row.comments,
        replied=replied,
        unanswered=unanswered,
        versions=versions,
        rules=row.rules,
        rules_hash=lifecycle.rules_hash(row),
        papers=tuple(PaperView(one.kind, one.lang, one.name, one.media_type, one.sha256, one.size) for one in papers),
        timeline=tuple(
            HappeningView(
                one.id or 0,
                one.at,
                one.kind,
                json.loads(one.details),
                one.reason,
                None if one.salt is None else one.salt.hex(),
            )
            for one in happenings
        ),
    )


def is_public(consultation: Consultation) -> bool:
    """Whether anybody may see it."""
    return consultation.reference is not None and State(consultation.state) in VISIBLE


def version_of(consultation: ConsultationView, number: int) -> VersionView:
    """A published version.

    Raises:
        DomainError: 404 ``version.unknown``.
    """
    return _version(consultation.versions, number)


def _version(versions: Sequence[VersionView], number: int) -> VersionView:
    found = next((one for one in versions if one.number == number), None)
    if found is None:
        raise no_version()
    return found


def no_version() -> DomainError:
    """What is said where there is no such version of a draft."""
    return DomainError(404, N_("There is no such version of the draft."), code="version.unknown")


def text(services: Services, reference: str, number: int, lang: str) -> TextView:
    """A version's text, in a language or, where it is not in that, in another.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``version.unknown``.
    """
    with services.database.read() as session:
        consultation = lookup.found(session, reference)
        version = _version(_versions(session, [consultation.id or 0]).get(consultation.id or 0, ()), number)
        expression = version.text(lang)
        rows = lookup.provisions(session, expression.id)
        said = counts(session, expression.id)
        changes = dict(
            session.exec(
                select(ProvisionChange.new_id, ProvisionChange.change).where(
                    ProvisionChange.expression_id == expression.id, col(ProvisionChange.new_id).is_not(None)
                )
            ).all()
        )
        whole = session.exec(
            select(func.count())
            .select_from(Comment)
            .where(Comment.consultation_id == consultation.id, col(Comment.provision_id).is_(None))
        ).one()
        orphans = session.exec(
            select(func.count())
            .select_from(Comment)
            .where(Comment.consultation_id == consultation.id, orphaned(consultation.id or 0))
        ).one()
        units = [as_provision(row) for row in rows]
    above = parents(units)
    called = paths(units, above, expression.lang)
    return TextView(
        version=number,
        expression=expression,
        provisions=tuple(
            ProvisionView(
                place=row.place,
                eid=row.eid,
                lineage=row.lineage,
                unit=one,
                text_hash=row.text_hash,
                parent=over,
                path=path,
                comments=said.get(row.lineage, 0),
                change=_change(changes.get(row.id)),
            )
            for row, one, over, path in zip(rows, units, above, called, strict=True)
        ),
        whole=whole,
        orphans=orphans,
    )


def paths(units: Sequence[Unit], above: Sequence[int | None], lang: str) -> list[str]:
    """How each provision is called: by the annex, article and points that it stands in, and its own name."""
    found: list[str] = []
    for one, over in zip(units, above, strict=True):
        outer = found[over] if over is not None and units[over].kind in CITED else ""
        found.append(path(outer, cited(one.kind, one.number, one.label, lang)))
    return found


def _change(value: str | None) -> Change | None:
    return None if value is None or value == Change.UNCHANGED else Change(value)


def paper(services: Services, reference: str, sha256: str) -> tuple[ConsultationPaper, bytes]:
    """A published document that goes with the draft, and its bytes.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``paper.unknown``.
    """
    with services.database.read() as session:
        consultation = lookup.found(session, reference)
        row = session.exec(
            select(ConsultationPaper).where(
                ConsultationPaper.consultation_id == consultation.id,
                ConsultationPaper.sha256 == sha256,
                col(ConsultationPaper.published_at).is_not(None),
            )
        ).first()
        if row is None:
            raise DomainError(404, N_("There is no such document."), code="paper.unknown")
        session.expunge(row)
        return row, row.content
