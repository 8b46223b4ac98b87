"""Correcting a text that was read from a file, and taking corrections back, as long as its version is not published."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import insert, update
from sqlmodel import Session, col, delete, func, select

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.consultations.models import Correction, Expression, Provision
from egov_participation.consultations.rules.correcting import Replacement
from egov_participation.consultations.rules.provisions import as_provision, columns_of
from egov_participation.consultations.service import lookup, pairing, preparing
from egov_participation.consultations.service.drafting import object_of
from egov_participation.database import UnitOfWork, table_of
from egov_participation.documents import structure
from egov_participation.documents.hashing import CanonicalFormError
from egov_participation.documents.lines import one_line
from egov_participation.documents.structure import nfc
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo

Correct = Callable[[Sequence[structure.Provision], int], Replacement]
"""What replaces what, given all provisions and the place of the one that is corrected (`rules.correcting`)."""
MOST_KEPT: Final = 500
"""Corrections of one text that can be taken back."""
_KEPT: Final = ("lineage", "eid", "kind", "depth", "number", "label", "heading", "text", "cells", "text_hash", "doubt")
_table = table_of(Provision)


def correct(
    services: Services,
    tx: UnitOfWork,
    session: SessionInfo,
    text: tuple[str, int, str],
    revision: int,
    provision_id: int,
    how: Correct,
) -> int:
    """Correct one provision.

    Args:
        text: key of the consultation, number of the version, language.
        revision: of the text, as the page showed it.

    Returns:
        Its place, or that of what stands there now.

    Raises:
        DomainError: as `preparing.editable_text`; 409 ``version.colleague``; 404 ``consultation.provision``; 422 as of
            `rules.correcting`, or ``correction.words``.
    """
    consultation, _, expression = preparing.editable_text(tx, session, *text)
    preparing.check_revision(expression, revision)
    assert expression.id is not None
    rows = lookup.provisions(tx.session, expression.id)
    place = next((row.place for row in rows if row.id == provision_id), None)
    if place is None:
        raise DomainError(404, N_("There is no such provision in this text any more."), code="consultation.provision")
    found = how([as_provision(row) for row in rows], place)
    before = rows[found.place : found.place + found.length]
    after = []
    for provision, source in found.provisions:
        kept = rows[source] if source is not None else None
        columns = {"lineage": kept.lineage if kept else pairing.new_lineage(), "eid": kept.eid if kept else "new"}
        after.append((kept.id if kept else None, columns | _columns(provision)))
    expression.revision += 1
    tx.add(
        Correction(
            expression_id=expression.id,
            revision=expression.revision,
            place=found.place,
            length=len(after),
            before=json.dumps([_kept(row) for row in before], ensure_ascii=False),
        )
    )
    tx.exec(
        delete(Correction).where(
            col(Correction.expression_id) == expression.id, col(Correction.revision) <= expression.revision - MOST_KEPT
        )
    )
    _put(tx, expression, found.place, [row.id or 0 for row in before], after)
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(consultation), services.clock(), step="corrected")
    return min(place, found.place + max(len(after), 1) - 1)


def undo(services: Services, tx: UnitOfWork, session: SessionInfo, text: tuple[str, int, str], revision: int) -> int:
    """Take the last correction back.

    Returns:
        The place from which on it stands as before.

    Raises:
        DomainError: as `correct`; 409 ``correction.none``.
    """
    consultation, _, expression = preparing.editable_text(tx, session, *text)
    preparing.check_revision(expression, revision)
    assert expression.id is not None
    mine = select(Correction).where(Correction.expression_id == expression.id)
    last = tx.exec(mine.order_by(col(Correction.revision).desc()).limit(1)).first()
    if last is None:
        raise DomainError(409, N_("There is no correction to take back."), code="correction.none")
    rows = lookup.provisions(tx.session, expression.id)
    there = rows[last.place : last.place + last.length]
    place, by_lineage = last.place, {row.lineage: row.id for row in there}
    before = [(by_lineage.pop(row["lineage"], None), row) for row in json.loads(last.before)]
    expression.revision += 1
    tx.session.delete(last)
    _put(tx, expression, place, [row.id or 0 for row in there], before)
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(consultation), services.clock(), step="undone")
    return place


def rename(
    services: Services, tx: UnitOfWork, session: SessionInfo, text: tuple[str, int, str], revision: int, title: str
) -> None:
    """Say what the act is called in this language.

    Raises:
        DomainError: as `correct`.
    """
    consultation, _, expression = preparing.editable_text(tx, session, *text)
    preparing.check_revision(expression, revision)
    expression.title = one_line(nfc(title))
    expression.revision += 1
    tx.add(expression)
    audit.record(tx, session, Action.PUBLISH_DRAFT, object_of(consultation), services.clock(), step="corrected")


def can_undo(session: Session, expression: Expression) -> bool:
    """Whether there is a correction to take back."""
    found = select(Correction.id).where(Correction.expression_id == expression.id).limit(1)
    return session.exec(found).first() is not None


def doubtful(session: Session, expression: Expression) -> int:
    """How many provisions nobody has looked at of which the reader of the file was not sure."""
    mine = (Provision.expression_id == expression.id, Provision.doubt != "")
    return session.exec(select(func.count()).select_from(Provision).where(*mine)).one()


def _columns(provision: structure.Provision) -> dict[str, Any]:
    try:
        return columns_of(provision)
    except CanonicalFormError:
        raise DomainError(
            422,
            N_("There is a sign in it that cannot be kept. Type it anew instead of copying it."),
            code="correction.words",
        ) from None


def _kept(row: Provision) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _KEPT}


def _put(
    tx: UnitOfWork,
    expression: Expression,
    place: int,
    before: Sequence[int],
    after: Sequence[tuple[int | None, dict[str, Any]]],
) -> None:
    """Let these provisions stand where those stood; rows that stay keep their ids."""
    tx.add(expression)
    tx.flush()
    mine, at = _table.c.expression_id == expression.id, _table.c.place
    run = tx.session.execute
    # Through negative places, so that no two provisions have one place at any moment.
    run(update(_table).where(mine, at >= place).values(place=-at - 1))
    staying = {id_ for id_, _ in after if id_ is not None}
    gone = [id_ for id_ in before if id_ not in staying]
    if gone:
        run(_table.delete().where(_table.c.id.in_(gone)))
    for offset, (id_, columns) in enumerate(after):
        values = columns | {"place": place + offset}
        if id_ is None:
            run(insert(_table).values(expression_id=expression.id, **values))
        else:
            run(update(_table).where(_table.c.id == id_).values(**values))
    shift = len(after) - len(before)
    run(update(_table).where(mine, at < 0).values(place=-at - 1 + shift))
    tx.session.expire_all()
