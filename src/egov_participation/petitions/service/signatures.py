"""Rows of signatures, and with each change of them what the counts must add: both in one statement, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import CTE, Insert, Row, bindparam, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from egov_participation.database import Database, UnitOfWork, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions.models import Delta, Signature

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Promise:
    """What the registrar signed: that an act of this pseudonym will be in the log."""

    raw: bytes
    pseudonym: bytes
    day: date
    region: str


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


def put(tx: UnitOfWork, row: Values) -> bool:
    """Put a signature down, and what the counts must add. The same again changes nothing.

    Returns:
        Whether it is new.

    Raises:
        DomainError: 403 ``signature.invalidated``.
    """
    if _insert(tx, row):
        return True
    # With somebody's signature there is never a second one: what stands there is found.
    found = tx.session.execute(_STANDING, row).all()
    if any(other.state == "invalidated" for other in found):
        raise invalidated()
    # One that was read from the log before it was put down here knows nothing of the person yet.
    unknown = [other.id for other in found if other.person_hash is None]
    if unknown and row["person_hash"] is not None:
        known = ("person_hash", "person_sealed", "name", "network", "signed_at", "promise")
        tx.session.execute(
            update(_signatures).where(_signatures.c.id == unknown[0]).values({name: row[name] for name in known})
        )
        return True
    return False


def put_at_once(database: Database, row: Values) -> bool:
    """Put down a signature of somebody of whom nothing stands there: mostly so, and one statement does it all.

    Returns:
        False: something stands there, or the database is none for this; nothing was done, and `put` is to be asked.
    """
    return database.dialect == "postgresql" and database.at_once(_PUT_AND_NOTE, row) is not None


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


def take_back(tx: UnitOfWork, petition_id: int, promise: Promise, now: datetime) -> bool:
    """Take the signature of a pseudonym back, if there is one that counts; its name goes at once.

    Returns:
        Whether there was one.
    """
    values = {"petition": petition_id, "of": promise.pseudonym, "signed": promise.raw, "now": now}
    if tx.dialect == "postgresql":
        return tx.session.execute(_TAKE_BACK_AND_NOTE, values).first() is not None
    return _each(tx, tx.session.execute(_TAKE_BACK, values).all(), -1)


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
        return tx.session.execute(_PUT_AND_NOTE, row).first() is not None
    return _each(tx, tx.session.execute(_PUT, row).all(), 1)


def _each(tx: UnitOfWork, rows: Sequence[Row[Any]], change: int) -> bool:
    note(tx, {tuple(row): change for row in rows})
    return bool(rows)


_signatures, _deltas = table_of(Signature), table_of(Delta)
_PLACE: Final = ("petition_id", "region", "day", "way")
_COLUMNS: Final = (
    *("petition_id", "person_hash", "person_sealed", "pseudonym", "region", "day", "signed_at"),
    *("name", "way", "state", "code", "network", "promise"),
)
_VALUES: Final = {name: bindparam(name, type_=_signatures.c[name].type) for name in _COLUMNS}
_RETURNED: Final = [_signatures.c[name] for name in _PLACE]
_PUT: Final = sqlite.insert(_signatures).values(_VALUES).on_conflict_do_nothing().returning(*_RETURNED)
_TAKE_BACK: Final = (
    update(_signatures)
    .where(
        _signatures.c.petition_id == bindparam("petition"),
        _signatures.c.pseudonym == bindparam("of"),
        _signatures.c.state == "valid",
    )
    .values(
        state="withdrawn",
        name="",
        person_sealed=None,
        network=None,
        promise=bindparam("signed"),
        changed_at=bindparam("now"),
    )
    .returning(*_RETURNED)
)


def _noting(changed: CTE, change: int) -> Insert:
    """A statement that changes signatures and notes what the counts must add for each."""
    columns = [changed.c[name] for name in _PLACE]
    return (
        insert(_deltas)
        .from_select([*_PLACE, "change"], select(*columns, literal(change)).select_from(changed))
        .returning(_deltas.c.id)
    )


_PUT_AND_NOTE: Final = _noting(
    postgresql.insert(_signatures).values(_VALUES).on_conflict_do_nothing().returning(*_RETURNED).cte("put"), 1
)
_TAKE_BACK_AND_NOTE: Final = _noting(_TAKE_BACK.cte("taken"), -1)
_STANDING: Final = select(_signatures.c.id, _signatures.c.state, _signatures.c.person_hash).where(
    _signatures.c.petition_id == bindparam("petition_id"),
    (_signatures.c.pseudonym == bindparam("pseudonym")) | (_signatures.c.person_hash == bindparam("person_hash")),
    _signatures.c.state != "withdrawn",
)
