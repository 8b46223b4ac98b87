"""What became of each provision since the version before: found by comparing, confirmed by officials if doubtful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, delete, not_, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.consultations.models import Change, Expression, Provision, ProvisionChange, Version
from egov_participation.consultations.rules.provisions import as_provision
from egov_participation.consultations.service import lookup, pairing, preparing
from egov_participation.consultations.service.drafting import object_of
from egov_participation.database import UnitOfWork
from egov_participation.documents.comparing import map_provisions
from egov_participation.documents.words import similarity
from egov_participation.services import Services, SessionInfo


@dataclass(frozen=True, slots=True)
class Doubt:
    """A change, with the provisions that it is about: one to confirm, or one that is settled."""

    change: ProvisionChange
    old: Provision | None
    new: Provision | None


def compare(tx: UnitOfWork, parent: Version, expression: Expression) -> set[int]:
    """Compare a text with that of the version before, and carry its lineages over. What officials confirmed stays.

    Returns:
        Places of provisions that are new.
    """
    assert parent.id is not None
    assert expression.id is not None
    before = lookup.expressions(tx.session, parent.id).get(expression.lang)
    new = lookup.provisions(tx.session, expression.id)
    old = [] if before is None else lookup.provisions(tx.session, before.id or 0)
    mine = col(ProvisionChange.expression_id) == expression.id
    confirmed = tx.exec(select(ProvisionChange).where(mine, col(ProvisionChange.confirmed_by).is_not(None))).all()
    kept = [row for row in confirmed if row.change != Change.DELETED.value or row.old_id is not None]
    settled_old = {row.old_id for row in kept if row.old_id is not None}
    settled_new = {row.new_id for row in kept if row.new_id is not None}
    tx.exec(delete(ProvisionChange).where(mine, col(ProvisionChange.confirmed_by).is_(None)))
    left_old = [row for row in old if row.id not in settled_old]
    left_new = [row for row in new if row.id not in settled_new]
    hashes = {row.id: row.text_hash for row in (*old, *new)}
    for row in kept:  # who belongs together was confirmed; the words may have been corrected since
        row.change = _by_words(row.change, hashes.get(row.old_id), hashes.get(row.new_id))
        tx.add(row)
    found = map_provisions([as_provision(row) for row in left_old], [as_provision(row) for row in left_new])
    for link in found.links:
        change = link.change.value
        if link.old and link.new:
            change = _by_words(change, left_old[link.old[0]].text_hash, left_new[link.new[0]].text_hash)
        for here in link.old or (None,):
            for there in link.new or (None,):
                tx.add(
                    ProvisionChange(
                        expression_id=expression.id,
                        old_id=None if here is None else left_old[here].id,
                        new_id=None if there is None else left_new[there].id,
                        change=change,
                        score=link.score,
                        doubtful=link.doubtful,
                    )
                )
    tx.flush()
    fresh = carry_lineages(tx, expression, old, new)
    expression.mapped_revision = expression.revision
    tx.add(expression)
    tx.flush()
    return fresh


def _by_words(change: str, old: str | None, new: str | None) -> str:
    """Unchanged or modified by the very bytes, which anybody can hold it against; anything else as it is."""
    if change not in {Change.UNCHANGED.value, Change.MODIFIED.value}:
        return change
    return Change.UNCHANGED.value if old == new else Change.MODIFIED.value


def carry_lineages(
    tx: UnitOfWork, expression: Expression, old: Sequence[Provision], new: Sequence[Provision]
) -> set[int]:
    """Give each provision the lineage of the one that it came from, of several the first; each lineage once.

    Returns:
        Places of those that came from none.
    """
    rows = tx.exec(select(ProvisionChange).where(ProvisionChange.expression_id == expression.id)).all()
    lineage = {row.id: row.lineage for row in old}
    order = {row.id: row.place for row in old}
    sources: dict[int, list[int]] = {}
    for row in rows:
        if row.old_id is not None and row.new_id is not None:
            sources.setdefault(row.new_id, []).append(row.old_id)
    taken: set[str] = set()
    fresh: set[int] = set()
    for provision in new:
        wanted = sorted(sources.get(provision.id or 0, ()), key=lambda id_: order[id_])
        found = next((lineage[id_] for id_ in wanted if lineage[id_] not in taken), None)
        if found is None:
            fresh.add(provision.place)
            if provision.lineage in lineage.values() or provision.lineage in taken:
                provision.lineage = pairing.new_lineage()
        else:
            provision.lineage = found
        taken.add(provision.lineage)
        tx.add(provision)
    tx.flush()
    return fresh


def compare_anew(services: Services, tx: UnitOfWork, session: SessionInfo, key: str, number: int, lang: str) -> None:
    """Compare again, after corrections.

    Raises:
        DomainError: as `preparing.editable_text`.
    """
    consultation, version, expression = preparing.editable_text(tx, session, key, number, lang)
    parent = preparing.parent_of(tx.session, version)
    if parent is not None:
        fresh = compare(tx, parent, expression)
        pairing.pair_by_structure(tx, version.id or 0, lang, fresh)
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(consultation), services.clock(), step="compared")


def doubts(session: Session, expression: Expression) -> list[Doubt]:
    """What nobody has confirmed yet, in the order of the text."""
    mine = (
        ProvisionChange.expression_id == expression.id,
        col(ProvisionChange.doubtful),
        col(ProvisionChange.confirmed_by).is_(None),
    )
    rows = session.exec(select(ProvisionChange).where(*mine)).all()
    found = [Doubt(row, _provision(session, row.old_id), _provision(session, row.new_id)) for row in rows]
    return sorted(found, key=_place)


def settled(session: Session, expression: Expression) -> list[Doubt]:
    """What has changed for certain, or was confirmed, in the order of the text."""
    waits = and_(col(ProvisionChange.doubtful), col(ProvisionChange.confirmed_by).is_(None))
    old, new = aliased(Provision), aliased(Provision)
    rows = session.exec(
        select(ProvisionChange, old, new)
        .join(old, col(old.id) == col(ProvisionChange.old_id), isouter=True)
        .join(new, col(new.id) == col(ProvisionChange.new_id), isouter=True)
        .where(
            ProvisionChange.expression_id == expression.id,
            ProvisionChange.change != Change.UNCHANGED.value,
            not_(waits),
        )
        .order_by(col(ProvisionChange.id))
    ).all()
    return sorted((Doubt(*row) for row in rows), key=_place)


def _provision(session: Session, id_: int | None) -> Provision | None:
    return None if id_ is None else session.get(Provision, id_)


def _place(doubt: Doubt) -> int:
    standing = doubt.new or doubt.old
    return standing.place if standing is not None else 0


def added(session: Session, expression: Expression) -> list[Doubt]:
    """What is new, in the order of the text: it may be one that was deleted after all."""
    mine = (ProvisionChange.expression_id == expression.id, ProvisionChange.change == Change.NEW.value)
    rows = session.exec(select(ProvisionChange).where(*mine)).all()
    return sorted((Doubt(row, None, _provision(session, row.new_id)) for row in rows), key=_place)


def gone(session: Session, expression: Expression) -> list[Provision]:
    """The provisions of the version before that are in this one no more: what a new one may be after all."""
    mine = (ProvisionChange.expression_id == expression.id, ProvisionChange.change == Change.DELETED.value)
    found = select(Provision).join(ProvisionChange, col(ProvisionChange.old_id) == col(Provision.id)).where(*mine)
    return list(session.exec(found.order_by(col(Provision.place))))


def counts(session: Session, expression: Expression) -> dict[Change, int]:
    """How many provisions changed how; of split and merged ones the new and the old ones."""
    rows = session.exec(select(ProvisionChange.change).where(ProvisionChange.expression_id == expression.id)).all()
    found = Counter(rows)
    return {change: found[change.value] for change in Change if found[change.value]}


SAME, NONE = "same", "none"
"""What is said of a doubtful change: it is so; the new one is new, and the old one deleted. Else an old one's id."""


def confirm(
    services: Services,
    tx: UnitOfWork,
    session: SessionInfo,
    key: str,
    number: int,
    lang: str,
    said: Mapping[int, str],
) -> None:
    """Write down what an official says of doubtful changes.

    Args:
        said: by id of the change, doubtful or `added`: `SAME`, `NONE`, or the id of the provision of the version before
            that it was.

    Raises:
        DomainError: as `preparing.editable_text`; 409 ``version.colleague``: it is compared anew meanwhile.
    """
    consultation, version, expression = preparing.editable_text(tx, session, key, number, lang)
    for id_, word in said.items():
        row = tx.get(ProvisionChange, id_)
        if row is None or row.expression_id != expression.id or not (row.doubtful or row.change == Change.NEW.value):
            raise preparing.overtaken()
        if word == SAME:
            row.confirmed_by = session.person_id
            tx.add(row)
        else:
            _apart(tx, expression, row, None if word == NONE else int(word), session.person_id)
    tx.flush()
    parent = preparing.parent_of(tx.session, version)
    assert parent is not None
    before = lookup.expressions(tx.session, parent.id or 0).get(lang)
    old = [] if before is None else lookup.provisions(tx.session, before.id or 0)
    fresh = carry_lineages(tx, expression, old, lookup.provisions(tx.session, expression.id or 0))
    pairing.pair_by_structure(tx, version.id or 0, lang, fresh)
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(consultation), services.clock(), step="confirmed")


def _apart(tx: UnitOfWork, expression: Expression, row: ProvisionChange, other: int | None, person_id: str) -> None:
    """The two are not one: the new one was another, or none, of the old ones."""
    assert expression.id is not None
    old_id, new_id = row.old_id, row.new_id
    tx.session.delete(row)
    tx.flush()
    mine = ProvisionChange.expression_id == expression.id
    if other is not None and new_id is not None:
        chosen, new = tx.get(Provision, other), tx.get(Provision, new_id)
        assert new is not None
        if chosen is None:
            raise lookup.no_consultation()
        alone = (mine, ProvisionChange.old_id == other, ProvisionChange.change == Change.DELETED.value)
        deleted = tx.exec(select(ProvisionChange).where(*alone)).first()
        if deleted is None:
            raise lookup.no_consultation()
        tx.session.delete(deleted)
        tx.flush()
        words = (as_provision(chosen).words, as_provision(new).words)
        same = chosen.text_hash == new.text_hash
        _add(
            tx, expression, other, new_id, Change.UNCHANGED if same else Change.MODIFIED, similarity(*words), person_id
        )
    elif (
        new_id is not None
        and tx.exec(select(ProvisionChange).where(mine, ProvisionChange.new_id == new_id)).first() is None
    ):
        _add(tx, expression, None, new_id, Change.NEW, 0.0, person_id)
    if (
        old_id is not None
        and tx.exec(select(ProvisionChange).where(mine, ProvisionChange.old_id == old_id)).first() is None
    ):
        _add(tx, expression, old_id, None, Change.DELETED, 0.0, person_id)


def _add(
    tx: UnitOfWork,
    expression: Expression,
    old_id: int | None,
    new_id: int | None,
    change: Change,
    score: float,
    person_id: str,
) -> None:
    assert expression.id is not None
    tx.add(
        ProvisionChange(
            expression_id=expression.id,
            old_id=old_id,
            new_id=new_id,
            change=change.value,
            score=score,
            confirmed_by=person_id,
        )
    )
    tx.flush()
