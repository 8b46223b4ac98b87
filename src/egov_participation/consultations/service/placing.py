"""Where comments stand in a new version of the draft: their provisions and words are looked for, in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import exists
from sqlmodel import Session, col, func, select, update

from egov_participation.consultations.models import (
    Comment,
    CommentPlacement,
    Expression,
    Placed,
    Provision,
    ProvisionChange,
    Version,
)
from egov_participation.consultations.rules.provisions import as_provision
from egov_participation.consultations.service import lookup
from egov_participation.database import UnitOfWork
from egov_participation.documents.anchoring import Anchor, NewText
from egov_participation.jobs import enqueue
from egov_participation.services import Services

PLACE: Final = "consultations.place"
"""Kind of the jobs that place comments anew."""
_BATCH: Final = 100
"""Comments that are looked for before what was found is written down."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many comments have their place in a version."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of the new version."""

    rows: Sequence[Provision]
    words: NewText
    places: dict[int, int]
    """By id of the provision."""


def begin(tx: UnitOfWork, version: Version) -> None:
    """Have the comments placed on a version that is published."""
    enqueue(tx, PLACE, str(version.id), {"version": version.id})


def progress(session: Session, version: Version) -> Progress:
    """How far it is."""
    total = session.exec(select(func.count()).select_from(Comment).where(*_theirs(version))).one()
    done = session.exec(
        select(func.count()).select_from(CommentPlacement).where(CommentPlacement.version_id == version.id)
    ).one()
    return Progress(done, total)


def place(services: Services, version_id: int) -> int:
    """Place the comments that have no place in this version yet; how many. Done again it goes on where it stopped."""
    with services.database.read() as session:
        version = session.get(Version, version_id)
        if version is None or version.published_at is None:
            return 0
        texts = _texts(session, version)
        became = _became(session, version)
    placed = 0
    while True:
        with services.database.read() as session:
            batch = session.exec(
                select(Comment, Provision, Expression.lang)
                .join(Provision, col(Provision.id) == col(Comment.provision_id))
                .join(Expression, col(Expression.id) == col(Provision.expression_id))
                .where(
                    *_theirs(version),
                    ~exists().where(
                        col(CommentPlacement.comment_id) == Comment.id, col(CommentPlacement.version_id) == version_id
                    ),
                )
                .order_by(col(Comment.id))
                .limit(_BATCH)
            ).all()
        if not batch:
            break
        # Looking for long quotes takes its time: nobody waits for it, the write comes after.
        ready = {
            (comment.id, comment.quote): _placement(comment, provision, texts.get(lang), became, version_id)
            for comment, provision, lang in batch
        }
        placed += _write(services, ready)
    with services.database.uow() as tx:
        tx.exec(update(Version).where(col(Version.id) == version_id).values(mapped_at=services.clock()))
        tx.commit()
    return placed


def _write(services: Services, ready: dict[tuple[int | None, str], CommentPlacement]) -> int:
    """Write down where comments are, unless another worker has, or their words have been erased meanwhile (then they
    are looked for anew); how many."""
    ids = [row.comment_id for row in ready.values()]
    with services.database.uow() as tx:
        still = select(Comment.id, Comment.quote).where(col(Comment.id).in_(ids)).order_by(col(Comment.id))
        rows = [ready[key] for key in map(tuple, tx.exec(still.with_for_update()).all()) if key in ready]
        written = sum(tx.add_if_new(CommentPlacement, **row.model_dump()) for row in rows)
        tx.commit()
    return written


def _theirs(version: Version) -> tuple[bool, ...]:
    """Comments on a provision of an earlier version of the same draft."""
    return (
        Comment.consultation_id == version.consultation_id,
        col(Comment.provision_id).is_not(None),  # type: ignore[return-value]
        Comment.version_id != version.id,
    )


def _texts(session: Session, version: Version) -> dict[str, _Text]:
    found = {}
    for lang, expression in lookup.expressions(session, version.id or 0).items():
        rows = lookup.provisions(session, expression.id or 0)
        words = NewText([as_provision(row).words for row in rows])
        found[lang] = _Text(rows, words, {row.id or 0: row.place for row in rows})
    return found


def _became(session: Session, version: Version) -> dict[int, dict[int, float]]:
    """For each provision of earlier versions those of this one that came from it, with how alike they are."""
    versions = [one for one in lookup.versions(session, version.consultation_id) if one.number <= version.number]
    became: dict[int, dict[int, float]] = {}
    for one in reversed(versions[1:]):
        step: dict[int, dict[int, float]] = {}
        rows = session.exec(
            select(ProvisionChange.old_id, ProvisionChange.new_id, ProvisionChange.score)
            .join(Expression, col(Expression.id) == col(ProvisionChange.expression_id))
            .where(Expression.version_id == one.id)
        )
        for old, new, score in rows:
            if old is None or new is None:
                continue
            ends = {new: 1.0} if one.id == version.id else became.get(new, {})
            for end, further in ends.items():
                step.setdefault(old, {})[end] = max(step.get(old, {}).get(end, 0.0), score * further)
        became |= step
    return became


def _placement(
    comment: Comment,
    provision: Provision,
    text: _Text | None,
    became: dict[int, dict[int, float]],
    version_id: int,
) -> CommentPlacement:
    assert comment.id is not None
    mapped = became.get(provision.id or 0, {})
    if text is None:
        return CommentPlacement(comment_id=comment.id, version_id=version_id, placed=Placed.ORPHANED.value, score=0.0)
    places = sorted(text.places[id_] for id_ in mapped if id_ in text.places)
    if not comment.quote or comment.quote_start is None or comment.quote_end is None:
        row = text.rows[places[0]] if places else None
        return CommentPlacement(
            comment_id=comment.id,
            version_id=version_id,
            provision_id=None if row is None else row.id,
            placed=(Placed.ORPHANED if row is None else Placed.ANCHORED).value,
            score=0.0 if row is None else mapped[row.id or 0],
        )
    anchor = Anchor(comment.quote, comment.prefix, comment.suffix, comment.quote_start, comment.quote_end)
    found = text.words.re_anchor(anchor, places)
    return CommentPlacement(
        comment_id=comment.id,
        version_id=version_id,
        provision_id=None if found.provision is None else text.rows[found.provision].id,
        quote_start=None if found.provision is None else found.start,
        quote_end=None if found.provision is None else found.end,
        placed=found.state.value,
        score=found.score,
    )
