"""Counting: what was signed is added to the counts in batches, by one worker, and never at the signer's expense.

Each change of a signature leaves a row that says what the counts must add (`signatures`). A round takes such rows away
and adds them up in one transaction: whatever dies in between, each is added once. Nothing is ever counted by looking
through the signatures, but for `recount`, which must find the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Insert, Table, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from egov_participation.database import UnitOfWork, table_of
from egov_participation.petitions.models import Delta, Petition, PetitionCount, PetitionDay, PetitionRegion, Signature
from egov_participation.petitions.service import thresholds
from egov_participation.services import Services

LOCK: Final = "petition counts"
AT_ONCE: Final = 2000
"""Changes that are added in one transaction."""
_ROUNDS: Final = 50
"""Such transactions in one round: then whatever else the worker has to do has its turn."""


def count(services: Services) -> int:
    """Add to the counts what has changed since.

    Returns:
        How many changes those were; 0 also where somebody else is at it.
    """
    if services.database.first(_ANY, {}) is None:
        return 0
    total = 0
    with services.database.alone(LOCK) as alone:
        for _ in range(_ROUNDS if alone else 0):
            found = _count_some(services)
            total += found
            if found < AT_ONCE:
                break
    return total


def _count_some(services: Services) -> int:
    now = services.clock()
    with services.database.uow() as tx:
        rows = tx.session.execute(_TAKE, {"limit": AT_ONCE}).all()
        changes: Counter[tuple[int, str, date, str]] = Counter()
        for row in rows:
            changes[row.petition_id, row.region, row.day, row.way] += row.change
        add(tx, changes, now)
        for petition_id in sorted({row.petition_id for row in rows}):
            petition = tx.get(Petition, petition_id)
            counted = tx.get(PetitionCount, petition_id, populate_existing=True)
            if petition is not None and counted is not None:
                thresholds.notice(tx, services, petition, counted.electronic + counted.paper)
        tx.commit()
    return len(rows)


def add(tx: UnitOfWork, changes: Mapping[tuple[int, str, date, str], int], now: datetime) -> None:
    """Add changes, by (petition_id, region, day, way), to the counts of petitions, regions and days."""
    by_petition: dict[tuple[Any, ...], Counter[str]] = {}
    by_region: dict[tuple[Any, ...], Counter[str]] = {}
    by_day: dict[tuple[Any, ...], Counter[str]] = {}
    for (petition_id, region, day, way), change in changes.items():
        by_petition.setdefault((petition_id,), Counter())[way] += change
        by_region.setdefault((petition_id, region), Counter())[way] += change
        by_day.setdefault((petition_id, day), Counter())[way] += change
    _add(tx, PetitionCount, by_petition, ("electronic", "paper"), counted_at=now)
    _add(tx, PetitionRegion, by_region, ("electronic", "paper"))
    _add(tx, PetitionDay, by_day, ("electronic", "paper"))


def add_verified(
    tx: UnitOfWork,
    changes: Mapping[tuple[int, str, date, str], int],
    petitions: Iterable[int],
    size: int,
    now: datetime,
) -> None:
    """Add changes, by (petition_id, region, day, way), to what was counted over the log.

    Args:
        petitions: whose entries were read, though nothing may have changed.
        size: so many entries of the log were read.
    """
    names = {"electronic": "verified", "paper": "verified_paper"}
    by_petition: dict[tuple[Any, ...], Counter[str]] = {(petition,): Counter() for petition in petitions}
    by_region: dict[tuple[Any, ...], Counter[str]] = {}
    by_day: dict[tuple[Any, ...], Counter[str]] = {}
    for (petition_id, region, day, way), change in changes.items():
        by_petition.setdefault((petition_id,), Counter())[names[way]] += change
        by_region.setdefault((petition_id, region), Counter())[names[way]] += change
        by_day.setdefault((petition_id, day), Counter())[names[way]] += change
    _add(tx, PetitionCount, by_petition, tuple(names.values()), checkpoint_size=size, counted_at=now)
    _add(tx, PetitionRegion, by_region, tuple(names.values()))
    _add(tx, PetitionDay, by_day, tuple(names.values()))


def _add(
    tx: UnitOfWork,
    model: type[SQLModel],
    sums: Mapping[tuple[Any, ...], Mapping[str, int]],
    added: tuple[str, ...],
    **replaced: Any,
) -> None:
    table = table_of(model)
    key = [column.name for column in table.primary_key]
    # In one order, so that of two who add neither waits for the other in a circle.
    rows = [
        dict(zip(key, place, strict=True)) | {name: sums[place].get(name, 0) for name in added} | replaced
        for place in sorted(sums)
    ]
    if rows:
        tx.session.execute(_adding(table, tx.dialect, added, tuple(replaced)), rows)


@cache
def _adding(table: Table, dialect: str, added: tuple[str, ...], replaced: tuple[str, ...]) -> Insert:
    key = [column.name for column in table.primary_key]
    new = [*key, *added, *replaced]
    zero = [name for name in _COUNTS if name in table.c and name not in new]
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(table).values({name: bindparam(name) for name in new} | dict.fromkeys(zero, 0))
    changed = {name: table.c[name] + statement.excluded[name] for name in added}
    return statement.on_conflict_do_update(
        index_elements=key, set_=changed | {name: statement.excluded[name] for name in replaced}
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A count that is not what the signatures say: of all, of a region, or of a day."""

    way: str
    region: str | None
    day: date | None
    counted: int
    """With what the next round adds."""
    found: int


_Place = tuple[str, str | None, date | None]


def recount(session: Session, petition_id: int) -> list[Difference]:
    """Count a petition's signatures anew, one by one, and hold the counts against it.

    The session must see one state of the database (`Database.read`).
    """
    found: Counter[_Place] = Counter()
    counted: Counter[_Place] = Counter()
    for counts, statement in ((found, _COUNT_ANEW), (counted, _NOT_YET)):
        for region, day, way, number in session.execute(statement, {"petition": petition_id}):
            for place in ((way, None, None), (way, region, None), (way, None, day)):
                counts[place] += number
    for model in (PetitionCount, PetitionRegion, PetitionDay):
        table = table_of(model)
        for row in session.execute(select(table).where(table.c.petition_id == petition_id)).mappings():
            for way in ("electronic", "paper"):
                counted[way, row.get("region"), row.get("day")] += row[way]
    return [
        Difference(*place, counted[place], found[place])
        for place in sorted({*counted, *found}, key=str)
        if counted[place] != found[place]
    ]


def put_right(services: Services, petition_id: int) -> list[Difference]:
    """Correct the counts of a petition by what a recount finds.

    Returns:
        What was corrected.

    Raises:
        RuntimeError: somebody counts at this moment.
    """
    with services.database.alone(LOCK) as alone:
        if not alone:
            raise RuntimeError("the counts are in use: try again")
        with services.database.read() as session:
            wrong = recount(session, petition_id)
        # Added and not set: what was signed since was noted, and is added by the next round.
        with services.database.uow() as tx:
            for one in wrong:
                key: tuple[Any, ...] = (petition_id, *(part for part in (one.region, one.day) if part is not None))
                model = (
                    PetitionRegion if one.region is not None else PetitionDay if one.day is not None else PetitionCount
                )
                changed = {} if len(key) > 1 else {"counted_at": services.clock()}
                _add(tx, model, {key: {one.way: one.found - one.counted}}, ("electronic", "paper"), **changed)
            tx.commit()
    return wrong


def references(session: Session) -> Sequence[tuple[int, str]]:
    """The petitions that were ever open: id and number."""
    found = select(_petitions.c.id, _petitions.c.reference).where(_petitions.c.opened_at.is_not(None))
    return [(row.id, row.reference) for row in session.execute(found.order_by(_petitions.c.id))]


_COUNTS: Final = ("electronic", "paper", "verified", "verified_paper", "checkpoint_size", "supporters")
_petitions, _signatures, _deltas = table_of(Petition), table_of(Signature), table_of(Delta)
_ANY: Final = select(_deltas.c.id).limit(1)
_FIRST: Final = select(_deltas.c.id).order_by(_deltas.c.id).limit(bindparam("limit")).scalar_subquery()
_TAKE: Final = delete(_deltas).where(_deltas.c.id.in_(_FIRST)).returning(*_deltas.c)
_COUNT_ANEW: Final = (
    select(_signatures.c.region, _signatures.c.day, _signatures.c.way, func.count())
    .where(_signatures.c.petition_id == bindparam("petition"), _signatures.c.state == "valid")
    .group_by(_signatures.c.region, _signatures.c.day, _signatures.c.way)
)
_NOT_YET: Final = (
    select(_deltas.c.region, _deltas.c.day, _deltas.c.way, func.sum(_deltas.c.change))
    .where(_deltas.c.petition_id == bindparam("petition"))
    .group_by(_deltas.c.region, _deltas.c.day, _deltas.c.way)
)
