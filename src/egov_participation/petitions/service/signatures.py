"""Rows of signatures, and with each change of them what the counts must add: both in one statement, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import bindparam, column, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from egov_participation.database import Database, UnitOfWork, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions.models import Delta, PaperForm, Signature

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Promise:
    """What the registrar signed: that an act of this pseudonym will be in the log."""

    raw: bytes
    pseudonym: bytes
    day: date
    region: str


class Put(StrEnum):
    """What became of a signature that was put down."""

    NEW = "new"
    ALREADY = "already"
    """It stood there, and counts."""
    NOT_COUNTED = "not counted"
    """By a decision on this person's signature that is not undone: in the log it marks the pseudonym."""


def row_of(
    petition_id: int,
    promise: Promise,
    now: datetime,
    *,
    person_hash: bytes | None,
    person_sealed: bytes | None,
    name: str = "",
    network: bytes | None = None,
    way: str = "electronic",
) -> Values:
    """The row of a signature that counts."""
    return {
        "petition_id": petition_id,
        "person_hash": person_hash,
        "person_sealed": person_sealed,
        "pseudonym": promise.pseudonym,
        "region": promise.region,
        "day": promise.day,
        "signed_at": now,
        "name": name,
        "way": way,
        "state": "valid",
        "code": "",
        "network": network,
        "promise": promise.raw,
    }


def put(tx: UnitOfWork, row: Values) -> Put:
    """Put a signature down, and what the counts must add. The same again changes nothing."""
    while not _insert(tx, row):
        # With somebody's signature there is never a second one: what stands there is found.
        found = tx.session.execute(_STANDING, row).all()
        standing = next((other for other in found if other.state != "withdrawn"), None)
        if standing is not None and standing.state == "invalidated":
            return Put.NOT_COUNTED
        if standing is not None:
            # One that was read from the log before it was put down here may know nothing of the person yet.
            if standing.person_hash is not None or row["person_hash"] is None:
                return Put.ALREADY
            known = {name: row[name] for name in _KNOWN}
            tx.session.execute(update(_signatures).where(_signatures.c.id == standing.id).values(known))
            return Put.NEW
        for marked in found:  # one at most: it was withdrawn while it did not count, and the next one does not either
            tx.session.execute(update(_signatures).where(_signatures.c.id == marked.id).values(code=""))
            mark = {"state": "invalidated", "code": marked.code, "invalidation": marked.invalidation}
            tx.session.execute(insert(_signatures).values(row | mark))
            return Put.NOT_COUNTED
    return Put.NEW


def put_together(database: Database, rows: Sequence[Values]) -> list[Values]:
    """Put down, in one transaction, those of the signatures of which nothing stands there: mostly all.

    Returns:
        Them. For each other one `put` is to be asked: nothing was done about it.
    """
    if not rows:
        return []
    if database.dialect == "postgresql":
        new = {(found.petition_id, found.pseudonym) for found in database.at_once(_PUT_AND_NOTE, _given(rows))}
        put = []
        for row in rows:  # of one that came twice, the first
            if (place := (row["petition_id"], row["pseudonym"])) in new:
                new.remove(place)
                put.append(row)
        return put
    with database.uow() as tx:
        put = [row for row in rows if _insert(tx, row)]
        tx.commit()
    return put


def put_many(tx: UnitOfWork, rows: Sequence[Values]) -> None:
    """Put down signatures that are all new, of which nothing stands there: a bulk path.

    Raises:
        IntegrityError: one is not.
    """
    if not rows:
        return
    tx.session.execute(insert(_signatures), list(rows))
    sums: dict[tuple[Any, ...], int] = {}
    for row in rows:
        place = (row["petition_id"], row["region"], row["day"], row["way"])
        sums[place] = sums.get(place, 0) + 1
    note(tx, sums)


def note(tx: UnitOfWork, sums: dict[tuple[Any, ...], int]) -> None:
    """Note what the counts must add: by (petition_id, region, day, way)."""
    deltas = [dict(zip(_PLACE, place, strict=True), change=change) for place, change in sums.items() if change]
    if deltas:
        tx.session.execute(insert(_deltas), deltas)


def take_back(
    tx: UnitOfWork, petition_id: int, promise: Promise, now: datetime, *, person_hash: bytes | None = None
) -> bool:
    """Take the signature of a pseudonym back, if there is one; its name goes at once. One that does not count is taken
    back too, and keeps its `code`: undoing the decision lets it be withdrawn.

    Args:
        person_hash: whose it is, where a row that was read from the log does not know.

    Returns:
        Whether there was one.
    """
    found = tx.session.execute(_TO_TAKE_BACK, {"petition": petition_id, "of": promise.pseudonym}).first()
    if found is None:
        return False
    values = {
        "state": "withdrawn",
        "name": "",
        "person_hash": found.person_hash or person_hash,
        "person_sealed": None,
        "network": None,
        "promise": promise.raw,
        "changed_at": now,
    }
    tx.session.execute(update(_signatures).where(_signatures.c.id == found.id).values(values))
    if found.state == "valid":
        note(tx, {tuple(getattr(found, name) for name in _PLACE): -1})
    if found.way == "paper":
        form = (_forms.c.signature_id == found.id, _forms.c.withdrawn_at.is_(None))
        tx.session.execute(update(_forms).where(*form).values(withdrawn_at=now, withdrawn_by=""))
    return True


def invalidated() -> DomainError:
    """What is said to whoever signed and was not counted."""
    return DomainError(
        HTTPStatus.FORBIDDEN,
        N_(
            "You signed this petition, and your signature is not counted: it was found not to fit the rules. If that "
            "is a mistake, come to a service centre with your identity card."
        ),
        code="signature.invalidated",
    )


def not_signed() -> DomainError:
    """What is said where there is nothing to withdraw."""
    return DomainError(
        HTTPStatus.CONFLICT, N_("There is no signature of yours on this petition to withdraw."), code="signature.none"
    )


def _insert(tx: UnitOfWork, row: Values) -> bool:
    if tx.dialect == "postgresql":
        return tx.session.execute(_PUT_AND_NOTE, _given([row])).first() is not None
    new = tx.session.execute(_PUT, {f"new_{name}": value for name, value in row.items()}).all()
    note(tx, {tuple(found): 1 for found in new})
    return bool(new)


def _given(rows: Sequence[Values]) -> Values:
    return {f"new_{name}": [row[name] for row in rows] for name in _COLUMNS}


_signatures, _deltas, _forms = table_of(Signature), table_of(Delta), table_of(PaperForm)
_PLACE: Final = ("petition_id", "region", "day", "way")
_KNOWN: Final = ("person_hash", "person_sealed", "name", "network", "signed_at", "promise")
"""What is filled in of a signature that was read from the log."""
_COLUMNS: Final = (
    *("petition_id", "person_hash", "person_sealed", "pseudonym", "region", "day", "signed_at"),
    *("name", "way", "state", "code", "network", "promise"),
)
_VALUES: Final = [bindparam(f"new_{name}", type_=_signatures.c[name].type) for name in _COLUMNS]
"""Named so that no table here has a column of that name: SQLAlchemy would set that."""
_RETURNED: Final = [_signatures.c[name] for name in _PLACE]
_OF_PSEUDONYM: Final = (
    _signatures.c.petition_id == bindparam("new_petition_id"),
    _signatures.c.pseudonym == bindparam("new_pseudonym"),
)
_UNMARKED: Final = select(*_VALUES).where(
    ~select(_signatures.c.id).where(*_OF_PSEUDONYM, _signatures.c.code != "").exists()
)
"""The new row, unless what its pseudonym signs does not count."""
_PUT: Final = sqlite.insert(_signatures).from_select(_COLUMNS, _UNMARKED).on_conflict_do_nothing().returning(*_RETURNED)
_TO_TAKE_BACK: Final = (
    select(_signatures.c.id, _signatures.c.state, _signatures.c.person_hash, *_RETURNED)
    .where(
        _signatures.c.petition_id == bindparam("petition"),
        _signatures.c.pseudonym == bindparam("of"),
        _signatures.c.state != "withdrawn",
    )
    .with_for_update()
)


_many = (
    func.unnest(*(bindparam(f"new_{name}", type_=postgresql.ARRAY(_signatures.c[name].type)) for name in _COLUMNS))
    .table_valued(*(column(name, _signatures.c[name].type) for name in _COLUMNS), name="many")
    .render_derived()
)
_MARKED = select(_signatures.c.id).where(
    _signatures.c.petition_id == _many.c.petition_id,
    _signatures.c.pseudonym == _many.c.pseudonym,
    _signatures.c.code != "",
)
_PUT_MANY: Final = (
    postgresql.insert(_signatures)
    # In one order, so that of two who put the same ones down neither waits for the other in a circle.
    .from_select(_COLUMNS, select(*_many.c).where(~_MARKED.exists()).order_by(_many.c.pseudonym))
    .on_conflict_do_nothing()
    .returning(*_RETURNED, _signatures.c.pseudonym)
    .cte("put")
)
_PLACE_OF_PUT: Final = [_PUT_MANY.c[name] for name in _PLACE]
_PUT_AND_NOTE: Final = select(_PUT_MANY.c.petition_id, _PUT_MANY.c.pseudonym).add_cte(
    insert(_deltas)
    .from_select([*_PLACE, "change"], select(*_PLACE_OF_PUT, func.count()).group_by(*_PLACE_OF_PUT))
    .cte("noted")
)
"""For PostgreSQL: `_PUT` of many, and what the counts must add for those that are new, in one statement."""
_STANDING: Final = (
    select(
        _signatures.c.id, _signatures.c.state, _signatures.c.code, _signatures.c.invalidation, _signatures.c.person_hash
    )
    .where(
        _signatures.c.petition_id == bindparam("petition_id"),
        (_signatures.c.pseudonym == bindparam("pseudonym")) | (_signatures.c.person_hash == bindparam("person_hash")),
        (_signatures.c.state != "withdrawn") | (_signatures.c.code != ""),
    )
    .with_for_update()
)
