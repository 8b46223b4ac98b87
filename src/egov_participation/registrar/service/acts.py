"""A person's acts in a petition as rows: the statements that enter them, and what the last one was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Insert, and_, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from egov_participation.database import table_of
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar.interface import Act
from egov_participation.registrar.models import Attested, KeyedPetition
from egov_participation.registrar.service.means import Means

ATTESTATION: Final = "petition.attestation"


@dataclass(frozen=True, slots=True)
class Entered:
    """An act as it is published."""

    turn: int
    act: Act
    pseudonym: bytes
    day: date
    region: str
    waiting_since: datetime | None

    @property
    def step(self) -> tuple[int, Act]:
        """As `petition_rules.turn` wants it."""
        return self.turn, self.act

    def said(self, petition: str) -> dict[str, object]:
        """As it is signed."""
        return {
            "type": ATTESTATION,
            "version": 1,
            "petition": petition,
            "pseudonym": self.pseudonym.hex(),
            "act": self.act.value,
            "day": self.day.isoformat(),
            "region": self.region,
        }


def new(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the parameters of `first`."""
    return {f"new_{name}": value for name, value in row.items()}


def last(means: Means, session: Session, petition: str, owner: bytes, act: Act) -> Entered | None:
    """The person's last act.

    Raises:
        DomainError: 404 ``petition.unknown``, 410 ``petition.closed`` (for nothing but a withdrawal is it too late).
    """
    row = session.execute(_LAST, {"petition": petition, "owner": owner}).first()
    if row is None or row.destroyed_at is not None:
        raise rules.unknown()
    if act is not Act.WITHDRAW and means.clock() >= row.closes_at:
        raise rules.closed()
    if row.turn is None:
        return None
    return Entered(row.turn, Act(row.act), row.pseudonym, row.day, row.region, row.waiting_since)


@cache
def first(dialect: str) -> Insert:
    """Enters the first act of a person in a petition that is open, which cannot close or end meanwhile."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    values = (
        select(*_VALUES)
        .select_from(_petitions)
        .where(*_OPEN, ~_BEFORE.exists())
        .with_for_update(read=True, key_share=True, of=_petitions)
    )
    return insert(_attested).from_select(_COLUMNS, values).on_conflict_do_nothing().returning(_attested.c.turn)


_petitions, _attested = table_of(KeyedPetition), table_of(Attested)
_COLUMNS: Final = [column.name for column in _attested.c]
_VALUES: Final = [bindparam(f"new_{column.name}", type_=column.type) for column in _attested.c]
"""Named so that no table here has a column of that name: SQLAlchemy would set that."""
_OPEN: Final = (
    _petitions.c.petition == bindparam("new_petition"),
    _petitions.c.destroyed_at.is_(None),
    _petitions.c.closes_at > bindparam("now_"),
)
_BEFORE: Final = select(_attested.c.turn).where(
    _attested.c.petition == bindparam("new_petition"), _attested.c.owner == bindparam("new_owner")
)
_LAST: Final = (
    select(
        _petitions.c.closes_at,
        _petitions.c.destroyed_at,
        _attested.c.turn,
        _attested.c.act,
        _attested.c.pseudonym,
        _attested.c.day,
        _attested.c.region,
        _attested.c.waiting_since,
    )
    .join_from(
        _petitions,
        _attested,
        and_(_attested.c.petition == _petitions.c.petition, _attested.c.owner == bindparam("owner")),
        isouter=True,
    )
    .where(_petitions.c.petition == bindparam("petition"))
    .order_by(_attested.c.turn.desc())
    .limit(1)
    .with_for_update(read=True, key_share=True, of=_petitions)
)
"""The petition, which cannot close or end meanwhile, and the person's last act in it."""
LAST_SIGNED: Final = (
    select(_attested.c.act, _attested.c.form)
    .where(
        _attested.c.petition == bindparam("petition"),
        _attested.c.owner == bindparam("owner"),
        _attested.c.act != Act.WITHDRAW.value,
    )
    .order_by(_attested.c.turn.desc())
    .limit(1)
)
