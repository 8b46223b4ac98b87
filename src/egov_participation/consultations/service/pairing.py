"""Provisions of a version's languages that say the same: they have one lineage."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.consultations.models import Provision, Version
from egov_participation.consultations.rules.pairing import pairs
from egov_participation.consultations.rules.provisions import as_provision
from egov_participation.consultations.service import lookup, preparing
from egov_participation.consultations.service.drafting import object_of
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo


@dataclass(frozen=True, slots=True)
class Pair:
    """Two provisions that say the same, or one that has no pair."""

    one: Provision | None
    other: Provision | None


def new_lineage() -> str:
    """A name for a provision that no other version or language has."""
    return secrets.token_hex(8)


def side_by_side(one: Sequence[Provision], other: Sequence[Provision]) -> list[Pair]:
    """Both texts in reading order: that of the first, what only the other has after what it follows there."""
    by_lineage = {row.lineage: row for row in other}
    mine = {row.lineage for row in one}
    following: dict[str | None, list[Provision]] = {}
    last: str | None = None
    for row in other:
        if row.lineage in mine:
            last = row.lineage
        else:
            following.setdefault(last, []).append(row)
    found = [Pair(None, row) for row in following.get(None, ())]
    for row in one:
        found.append(Pair(row, by_lineage.get(row.lineage)))
        found += [Pair(None, alone) for alone in following.get(row.lineage, ())]
    return found


def pair_by_structure(tx: UnitOfWork, version_id: int, lang: str, fresh: Collection[int] | None = None) -> int:
    """Give provisions of a text that have no pair the lineage of those at the same place of another language.

    Args:
        fresh: places of those that no version before has; None: all.

    Returns:
        How many were paired.
    """
    texts = lookup.expressions(tx.session, version_id)
    mine = lookup.provisions(tx.session, texts[lang].id or 0)
    paired = 0
    for other_lang, other_text in texts.items():
        if other_lang == lang:
            continue
        others = lookup.provisions(tx.session, other_text.id or 0)
        theirs, taken = {row.lineage for row in others}, {row.lineage for row in mine}
        found = pairs([as_provision(row) for row in mine], [as_provision(row) for row in others])
        for place, there in found.items():
            row, other = mine[place], others[there]
            if row.lineage in theirs or other.lineage in taken or (fresh is not None and place not in fresh):
                continue
            taken.discard(row.lineage)
            row.lineage = other.lineage
            taken.add(row.lineage)
            tx.add(row)
            paired += 1
    tx.flush()
    return paired


def pair(
    services: Services,
    tx: UnitOfWork,
    session: SessionInfo,
    key: str,
    number: int,
    langs: tuple[str, str],
    ids: tuple[int, int | None],
) -> None:
    """Say that two provisions say the same, whatever they were paired with before; with None that one has no pair.

    Args:
        langs: of the two texts.
        ids: of a provision of the first text, and of one of the second.

    Raises:
        DomainError: as `preparing.editable_text`; 404 ``consultation.unknown``: there is no such provision there.
    """
    consultation, version, one = preparing.editable_text(tx, session, key, number, langs[0])
    other = preparing.text_of(tx.session, version, langs[1])
    mine = _of_text(tx.session, one.id, ids[0])
    freed = (col(Provision.expression_id) == other.id, col(Provision.lineage) == mine.lineage)
    tx.session.execute(update(Provision).where(*freed).values(lineage=new_lineage()))
    if ids[1] is not None:
        theirs = _of_text(tx.session, other.id, ids[1])
        tx.session.refresh(theirs)
        theirs.lineage = mine.lineage
        tx.add(theirs)
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(consultation), services.clock(), step="paired")


def unpaired(session: Session, version: Version) -> int:
    """How many provisions of a version lack a pair in one of its languages."""
    assert version.id is not None
    texts = lookup.expressions(session, version.id)
    found: list[set[str]] = [
        set(session.exec(select(Provision.lineage).where(Provision.expression_id == text.id)))
        for text in texts.values()
    ]
    if len(found) < 2:
        return 0
    return len(set().union(*found) - found[0].intersection(*found[1:]))


def _of_text(session: Session, expression_id: int | None, provision_id: int) -> Provision:
    row = session.get(Provision, provision_id)
    if row is None or row.expression_id != expression_id:
        raise DomainError(404, N_("There is no such provision in this text any more."), code="consultation.provision")
    return row
