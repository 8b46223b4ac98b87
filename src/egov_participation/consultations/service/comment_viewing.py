"""Comments made ready to be shown, many at a time with few queries; what is covered or erased is left out here."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import Session, SQLModel, col, func, select

from egov_participation.consultations.models import (
    GONE,
    Accreditation,
    AmendmentKind,
    Capacity,
    Comment,
    CommentEdit,
    CommentFile,
    CommentPlacement,
    Consultation,
    ErasedBy,
    Erasure,
    Expression,
    Placed,
    Provision,
    Redaction,
    ReplyTo,
    Shown,
    Stance,
    Version,
)
from egov_participation.consultations.rules import comment_document as document
from egov_participation.consultations.rules.covering import pieces, spans
from egov_participation.consultations.service import comment_places, lifecycle, ruling
from egov_participation.consultations.views import (
    AccreditedView,
    CommentView,
    CoverView,
    EditView,
    ErasureView,
    FileView,
    Piece,
    PlacementView,
    PlaceView,
)
from egov_participation.documents.anchoring import Anchor
from egov_participation.jurisdiction.calendars import Words
from egov_participation.ledger import service as ledger
from egov_participation.roles.service import agency_under

Row = TypeVar("Row", bound=SQLModel)


@dataclass(slots=True)
class _Known:
    """What stands around some comments of one consultation."""

    consultation: Consultation
    versions: Mapping[int, Version]
    provisions: Mapping[int, tuple[Provision, Expression]]
    outer: Mapping[int, str]
    """What each of them stands in, as it is cited."""
    newest: Mapping[tuple[str, str], str]
    """Hash of a provision's words in the newest version, by its lineage and the language of the text."""
    numbers: Mapping[int, int]
    files: Mapping[int, Sequence[FileView]]
    edits: Mapping[int, Sequence[CommentEdit]]
    covers: Mapping[int, Sequence[Redaction]]
    erasures: Mapping[int, Sequence[Erasure]]
    accredited: Mapping[int, Accreditation]
    placements: Mapping[int, Sequence[CommentPlacement]]
    replied: frozenset[int]
    clusters: Mapping[int, int | None]
    """Those that a comment which is hidden now belongs to: what they are called meanwhile."""


def views(
    session: Session, consultation: Consultation, rows: Sequence[Comment], *, own: bool = False
) -> list[CommentView]:
    """Comments of one consultation as the public may see them, in their order.

    Args:
        own: for who wrote them: what is covered is in them too.
    """
    known = _known(session, consultation, rows)
    return [_view(row, known, own) for row in rows]


def _known(session: Session, consultation: Consultation, rows: Sequence[Comment]) -> _Known:
    ids = [row.id for row in rows if row.id is not None]
    placements = _grouped(
        session.exec(select(CommentPlacement).where(col(CommentPlacement.comment_id).in_(ids))),
        lambda one: one.comment_id,
    )
    places = {row.provision_id for row in rows} | {one.provision_id for many in placements.values() for one in many}
    provisions = _provisions(session, places)
    mine = Version.consultation_id == consultation.id
    return _Known(
        consultation=consultation,
        versions={row.id or 0: row for row in session.exec(select(Version).where(mine))},
        provisions=provisions,
        outer=comment_places.outer(session, list(provisions.values())),
        newest=_newest(session, consultation, [row.provision_id for row in rows if row.amendment is not None]),
        numbers=_numbers(session, {row.about for row in rows}),
        files=_files(session, ids),
        edits=_grouped(
            session.exec(select(CommentEdit).where(col(CommentEdit.comment_id).in_(ids)).order_by(col(CommentEdit.id))),
            lambda one: one.comment_id,
        ),
        covers=_grouped(
            session.exec(
                select(Redaction).where(col(Redaction.comment_id).in_(ids)).order_by(col(Redaction.id).desc())
            ),
            lambda one: one.comment_id,
        ),
        erasures=_grouped(
            session.exec(select(Erasure).where(col(Erasure.comment_id).in_(ids)).order_by(col(Erasure.id))),
            lambda one: one.comment_id,
        ),
        accredited={
            one.comment_id: one
            for one in session.exec(select(Accreditation).where(col(Accreditation.comment_id).in_(ids)))
        },
        placements=placements,
        clusters=_clusters(session, consultation, rows),
        replied=frozenset(session.exec(select(ReplyTo.comment_id).where(col(ReplyTo.comment_id).in_(ids)))),
    )


def _grouped(rows: Iterable[Row], key: Callable[[Row], int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _provisions(session: Session, ids: Iterable[int | None]) -> dict[int, tuple[Provision, Expression]]:
    rows = session.exec(
        select(Provision, Expression)
        .join(Expression, col(Expression.id) == col(Provision.expression_id))
        .where(col(Provision.id).in_([one for one in ids if one is not None]))
    ).all()
    return {provision.id or 0: (provision, expression) for provision, expression in rows}


def _newest(
    session: Session, consultation: Consultation, provisions: Sequence[int | None]
) -> dict[tuple[str, str], str]:
    if not provisions:
        return {}
    assert consultation.id is not None
    lineages = select(Provision.lineage).where(col(Provision.id).in_(provisions))
    rows = session.exec(
        select(Provision.lineage, Expression.lang, Provision.text_hash)
        .join(Expression, col(Expression.id) == col(Provision.expression_id))
        .join(Version, col(Version.id) == col(Expression.version_id))
        .where(
            Version.consultation_id == consultation.id,
            Version.number == comment_places.newest(session, consultation.id),
            col(Provision.lineage).in_(lineages),
        )
    ).all()
    return {(lineage, lang): text_hash for lineage, lang, text_hash in rows}


def _numbers(session: Session, ids: Iterable[int | None]) -> dict[int, int]:
    wanted = [one for one in ids if one is not None]
    rows = session.exec(select(Comment.id, Comment.number).where(col(Comment.id).in_(wanted))).all()
    return {id_ or 0: number for id_, number in rows}


def _clusters(session: Session, consultation: Consultation, rows: Sequence[Comment]) -> dict[int, int | None]:
    """What is going to be destroyed stands in its row with those like it, for it may be kept: nobody sees it there."""
    shown = {row.cluster for row in rows if row.cluster is not None}
    mine = (Comment.consultation_id == consultation.id, col(Comment.cluster).in_(shown))
    waiting = (col(Erasure.done_at).is_(None), col(Erasure.kept_at).is_(None), Comment.shown == Shown.ERASING.value)
    touched = (
        shown
        and session.exec(
            select(Comment.cluster).join(Erasure, col(Erasure.comment_id) == col(Comment.id)).where(*mine, *waiting)
        ).all()
    )
    if not touched:
        return {}
    left = session.exec(
        select(Comment.cluster, func.min(Comment.number), func.count())
        .where(*mine, col(Comment.cluster).in_(touched), col(Comment.shown).not_in(GONE))
        .group_by(col(Comment.cluster))
    ).all()
    return {cluster: first if number > 1 else None for cluster, first, number in left if cluster is not None}


def _files(session: Session, ids: Sequence[int]) -> dict[int, list[FileView]]:
    columns = (CommentFile.comment_id, CommentFile.name, CommentFile.media_type, CommentFile.sha256, CommentFile.size)
    rows = session.execute(
        select(*columns).where(col(CommentFile.comment_id).in_(ids)).order_by(col(CommentFile.id))  # type: ignore[call-overload]
    )
    found: dict[int, list[FileView]] = defaultdict(list)
    for comment_id, name, media_type, sha256, size in rows:
        found[comment_id].append(FileView(name, media_type, sha256, size))
    return found


def _view(row: Comment, known: _Known, own: bool) -> CommentView:
    assert row.id is not None
    shown, covers = Shown(row.shown), [_cover(one, known) for one in known.covers.get(row.id, ())]
    active = next((one for one in known.covers.get(row.id, ()) if one.lifted_at is None), None)
    is_covered = shown is Shown.REDACTED and not own
    covered = spans(active.covered) if is_covered and active is not None else None
    hidden = (shown in GONE and not (own and shown is Shown.ERASING)) or covered == ()
    beside = not hidden and covered is None  # words that are covered in the text may stand in the rest as well
    whole = shown is Shown.PUBLISHED or (own and not hidden)
    around = _around(row, known)
    place = known.provisions.get(row.provision_id or 0)
    files = tuple(known.files.get(row.id, ()))
    return CommentView(
        id=row.id,
        consultation=around.consultation,
        number=row.number,
        version=around.version,
        place=_place(row.provision_id, known),
        provision_hash=around.text_hash,
        quote=None if shown in GONE else _quote(row),
        about=around.about,
        author="" if hidden else row.author_name,
        capacity=Capacity(row.capacity),
        organisation="" if hidden else row.organisation,
        lang=row.lang,
        stance=Stance(row.stance),
        pieces=() if hidden else tuple(Piece(*piece) for piece in pieces(row.text, covered or ())),
        amendment=None if row.amendment is None else AmendmentKind(row.amendment),
        proposed=row.proposed if beside else "",
        base="" if row.amendment is None or place is None else comment_places.words_of(place[0]),
        base_hash=row.base_hash,
        stale=_is_stale(row, known),
        day=row.day,
        salt=row.salt.hex() if row.salt is not None and whole else None,
        document_hash=row.document_hash,
        shown=shown,
        supports=row.supports,
        cluster=None if hidden or row.cluster is None else known.clusters.get(row.cluster, row.cluster),
        replied=row.id in known.replied,
        files=files if beside else (),
        edits=tuple(_edits(known.edits.get(row.id, ()), not beside)),
        covers=tuple(covers),
        placements=tuple(_placements(known.placements.get(row.id, ()), known, shown)),
        document=document.of_comment(row, around) if whole else None,
        author_salt=row.author_salt.hex() if row.author_salt is not None and not hidden else None,
        erasures=tuple(_erasure(one, covers) for one in known.erasures.get(row.id, ())),
        accredited=None if hidden else _accredited(known, known.accredited.get(row.id)),
    )


def _accredited(known: _Known, row: Accreditation | None) -> AccreditedView | None:
    if row is None:
        return None
    agency = agency_under(known.consultation.jurisdiction, row.agency)
    return AccreditedView(row.agency, Words(kk=agency.kk, ru=agency.ru, en=agency.en), row.day)


def _around(row: Comment, known: _Known) -> document.Around:
    place = known.provisions.get(row.provision_id or 0)
    return document.Around(
        consultation=known.consultation.reference or "",
        version=known.versions[row.version_id].number,
        lang="" if place is None else place[1].lang,
        eid="" if place is None else place[0].eid,
        text_hash="" if place is None else place[0].text_hash,
        about=None if row.about is None else known.numbers.get(row.about),
        files=[(file.name, file.sha256) for file in known.files.get(row.id or 0, ())],
    )


def _place(provision_id: int | None, known: _Known) -> PlaceView | None:
    found = known.provisions.get(provision_id or 0)
    if found is None:
        return None
    provision, expression = found
    number = known.versions[expression.version_id].number
    return PlaceView(
        number,
        expression.lang,
        provision.eid,
        provision.lineage,
        provision.kind,
        provision.number,
        provision.label,
        provision.heading,
        known.outer[provision.id or 0],
    )


def _quote(row: Comment) -> Anchor | None:
    if row.quote_start is None or row.quote_end is None:
        return None
    return Anchor(row.quote, row.prefix, row.suffix, row.quote_start, row.quote_end)


def _is_stale(row: Comment, known: _Known) -> bool:
    found = known.provisions.get(row.provision_id or 0)
    if row.amendment is None or found is None:
        return False
    provision, expression = found
    return known.newest.get((provision.lineage, expression.lang)) != row.base_hash


def _edits(rows: Sequence[CommentEdit], hidden: bool) -> Iterable[EditView]:
    for number, row in enumerate(rows, 1):
        salt = None if hidden or row.salt is None else row.salt.hex()
        yield EditView(number, row.day, "" if hidden else row.text, salt, row.document_hash)


def _cover(row: Redaction, known: _Known) -> CoverView:
    grounds = {ground.code: ground.text for ground in ruling.restored(known.consultation.rules).grounds}
    decided = row.decision_salt is not None
    return CoverView(
        at=row.at,
        ground=row.ground,
        ground_words=grounds.get(row.ground),
        reason=row.reason,
        salt=row.salt.hex(),
        reason_hash=ledger.commitment(lifecycle.REASON, row.salt, row.reason.encode()),
        whole=json.loads(row.covered) == [],
        appealed_at=row.appealed_at,
        decided_at=row.decided_at,
        lifted=row.lifted_at is not None,
        decision=row.decision,
        decision_salt=row.decision_salt.hex() if row.decision_salt is not None else None,
        decision_hash=ledger.commitment(lifecycle.REASON, row.decision_salt or b"", row.decision.encode())
        if decided
        else None,
        left_salt=None if row.left_salt is None else row.left_salt.hex(),
    )


def _erasure(row: Erasure, covers: Sequence[CoverView]) -> ErasureView:
    ended = "erased" if row.done_at is not None else "kept" if row.kept_at is not None else ""
    if ended == "kept" and any(cover.lifted and cover.decided_at == row.kept_at for cover in covers):
        ended = "appeal"
    return ErasureView(
        at=row.at,
        by=ErasedBy(row.by),
        reason=row.reason,
        salt=None if row.salt is None else row.salt.hex(),
        reason_hash=None if row.salt is None else ledger.commitment(lifecycle.REASON, row.salt, row.reason.encode()),
        due_at=row.due_at,
        ended_at=row.done_at or row.kept_at,
        ended=ended,
    )


def _placements(rows: Sequence[CommentPlacement], known: _Known, shown: Shown) -> Iterable[PlacementView]:
    gone = shown in GONE  # where a quote ended would tell which words it was of
    for row in sorted(rows, key=lambda one: known.versions[one.version_id].number):
        yield PlacementView(
            version=known.versions[row.version_id].number,
            placed=Placed(row.placed),
            score=row.score,
            place=_place(row.provision_id, known),
            start=None if gone else row.quote_start,
            end=None if gone else row.quote_end,
        )
