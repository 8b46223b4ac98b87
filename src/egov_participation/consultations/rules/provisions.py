"""Provisions as they are kept, and as the library of documents has them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from egov_participation.consultations.models import Expression, Provision
from egov_participation.documents import hashing, structure
from egov_participation.documents.structure import Cell, Document, Kind


def as_provision(row: Provision) -> structure.Provision:
    """A row as the library has it."""
    return structure.Provision(
        kind=Kind(row.kind),
        depth=row.depth,
        number=row.number,
        label=row.label,
        heading=row.heading,
        text=row.text,
        table=table_of(row.cells),
        doubt=row.doubt,
    )


def columns_of(provision: structure.Provision) -> dict[str, Any]:
    """What a row holds of a provision: all but its place, lineage and identifier.

    Raises:
        CanonicalFormError: see `hashing.text_hash`.
    """
    return {
        "kind": provision.kind.value,
        "depth": provision.depth,
        "number": provision.number,
        "label": provision.label,
        "heading": provision.heading,
        "text": provision.text,
        "cells": cells_of(provision.table),
        "text_hash": hashing.text_hash(provision).hex(),
        "doubt": provision.doubt,
    }


def as_document(expression: Expression, rows: Sequence[Provision]) -> Document:
    """The document that is hashed and signed.

    Args:
        rows: all of the expression's, in reading order.
    """
    return Document(
        title=expression.title,
        language=expression.lang,
        provisions=tuple(as_provision(row) for row in rows),
        source_format=expression.source_format,
    )


def cells_of(table: Sequence[Sequence[Cell]]) -> str:
    """A table as it is kept: JSON, a list of rows of ``[text, columns, rows, header]``; empty where there is none."""
    if not table:
        return ""
    rows = [[[cell.text, cell.columns, cell.rows, cell.header] for cell in row] for row in table]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def table_of(cells: str) -> tuple[tuple[Cell, ...], ...]:
    """The inverse of `cells_of`."""
    return tuple(tuple(Cell(*cell) for cell in row) for row in json.loads(cells)) if cells else ()
