"""How signatures came in: by hour, and from which networks many came. Networks are keyed hashes, and moderators see
labels of those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from egov_participation.petitions.models import Petition, Signature
from egov_participation.petitions.rules import integrity

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Trend:
    """A network from which many signatures came within an hour."""

    network: bytes
    hour: datetime
    """Its beginning."""
    signatures: int
    of_hour: int
    """All signatures of that hour."""

    @property
    def label(self) -> str:
        """What moderators call the network."""
        return integrity.label(self.network)

    @property
    def share(self) -> float:
        """Of the hour's signatures."""
        return self.signatures / self.of_hour


def by_hour(session: Session, petition: Petition, now: datetime) -> list[tuple[datetime, int]]:
    """How many signatures came in each hour of the last two days, up to the present one."""
    last = _floor(now)
    first = last - _HOUR * (integrity.SHOWN_HOURS - 1)
    counted = _counted(session, petition, first)
    return [(first + _HOUR * n, counted.get(first + _HOUR * n, 0)) for n in range(integrity.SHOWN_HOURS)]


def networks(session: Session, petition: Petition, now: datetime) -> Sequence[Trend]:
    """Networks from which many signatures came within one hour of the last week, the most first."""
    since = now - integrity.LOOKED_BACK
    hour, count = _hour(session), func.count()
    found = session.execute(
        select(col(Signature.network), hour, count)
        .where(*_of(petition, since))
        .group_by(col(Signature.network), hour)
        .having(count >= integrity.MANY)
        .order_by(count.desc(), hour, col(Signature.network))
        .limit(integrity.MOST_LISTED)
    ).all()
    all_ = _counted(session, petition, since) if found else {}
    return [Trend(network, at := _read(raw), number, all_[at]) for network, raw, number in found]


def network_of(session: Session, petition: Petition, label: str) -> str | None:
    """The network with this label among a petition's signatures, as hex digits; None if there is none, or not one."""
    if len(label) != integrity.LABEL_SIZE or not set(label) <= set("0123456789abcdef"):
        return None
    first, last = (bytes.fromhex(label) + filling * 12 for filling in (b"\0", b"\xff"))
    network = col(Signature.network)
    found = select(network).where(*_of(petition, None), network.between(first, last)).distinct().limit(2)
    fitting = session.execute(found).scalars().all()
    return fitting[0].hex() if len(fitting) == 1 and fitting[0] is not None else None


def _of(petition: Petition, since: datetime | None) -> list[ColumnElement[bool]]:
    conditions = [col(Signature.petition_id) == petition.id, col(Signature.network).is_not(None)]
    return conditions if since is None else [*conditions, col(Signature.signed_at) >= since]


def _counted(session: Session, petition: Petition, since: datetime) -> dict[datetime, int]:
    hour = _hour(session)
    rows = session.execute(select(hour, func.count()).where(*_of(petition, _floor(since))).group_by(hour))
    return {_read(raw): count for raw, count in rows}


def _hour(session: Session) -> ColumnElement[Any]:
    """The hour that a signature came in, as the database writes it."""
    if session.get_bind().dialect.name == "sqlite":
        return func.strftime("%Y-%m-%dT%H:00:00", col(Signature.signed_at))
    return func.date_trunc("hour", col(Signature.signed_at))


def _read(raw: str | datetime) -> datetime:
    moment = datetime.fromisoformat(raw) if isinstance(raw, str) else raw
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
