"""A document as rows: written when a file was read, read again to be compared, hashed and corrected."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import insert
from sqlmodel import col, delete

from egov_participation.consultations.models import Expression, Provision, Version
from egov_participation.consultations.rules.provisions import as_provision, columns_of
from egov_participation.consultations.service import changes, lookup, pairing, preparing
from egov_participation.database import UnitOfWork
from egov_participation.documents.akn import eids
from egov_participation.documents.structure import Document
from egov_participation.documents.structure import Provision as Words

OTHER_LANGUAGE: Final = "language.other"
"""Stands in `Expression.dropped` where the words seem to be in another language than was said."""


def replace(tx: UnitOfWork, version: Version, lang: str, document: Document, source: Mapping[str, Any]) -> Expression:
    """Put a document in the place of a version's text in that language, paired with the other languages and compared
    with the version before.

    Args:
        source: ``source_format``, ``source_name`` and ``source`` (the file's bytes).
    """
    assert version.id is not None
    tx.exec(delete(Expression).where(col(Expression.version_id) == version.id, col(Expression.lang) == lang))
    expression = Expression(
        version_id=version.id,
        lang=lang,
        title=document.title,
        dropped=" ".join([*document.dropped, *([OTHER_LANGUAGE] if _is_other(document.language, lang) else [])]),
        source_sha256=hashlib.sha256(source["source"]).hexdigest(),
        **source,
    )
    tx.add(expression)
    tx.flush()
    assert expression.id is not None
    write(tx, expression.id, document.provisions)
    parent = preparing.parent_of(tx.session, version)
    fresh = None
    if parent is not None:
        fresh = changes.compare(tx, parent, expression)
    pairing.pair_by_structure(tx, version.id, lang, fresh)
    return expression


def _is_other(found: str, said: str) -> bool:
    return found in ("kk", "ru", "en") and found != said


def write(tx: UnitOfWork, expression_id: int, provisions: Sequence[Words]) -> None:
    """Write the provisions of a new text, each with a lineage of its own."""
    rows = [
        {
            "expression_id": expression_id,
            "place": place,
            "lineage": pairing.new_lineage(),
            "eid": eid,
            **columns_of(provision),
        }
        for place, (provision, eid) in enumerate(zip(provisions, eids(provisions), strict=True))
    ]
    if rows:
        tx.session.execute(insert(Provision), rows)


def name_anew(tx: UnitOfWork, expression: Expression) -> list[Provision]:
    """Give the provisions of a text the identifiers that their places and numbers make now; all of them."""
    assert expression.id is not None
    rows = lookup.provisions(tx.session, expression.id)
    for row, eid in zip(rows, eids([as_provision(row) for row in rows]), strict=True):
        if row.eid != eid:
            row.eid = eid
            tx.add(row)
    return rows
