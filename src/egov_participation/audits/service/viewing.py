"""Audits as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from egov_crypto import audit as protocol
from egov_participation.audits import rules
from egov_participation.audits.models import Audit, Commitment, Stage
from egov_participation.audits.service import drawing, lookup
from egov_participation.audits.service.opening import sample_of
from egov_participation.services import Services


@dataclass(frozen=True, slots=True)
class Value:
    """An auditor's commitment and value."""

    auditor: str
    commitment: str
    value: str
    """Empty until all are revealed, but for whose it is."""
    revealed: bool


@dataclass(frozen=True, slots=True)
class AuditView:
    """An audit."""

    key: str
    reference: str
    stage: Stage
    sample: int
    name: str
    begun_at: datetime
    committed_at: datetime | None
    drawn_at: datetime | None
    opened_at: datetime | None
    reported_at: datetime | None
    size: int | None
    counted: int | None
    seed: str
    drawn: Sequence[str]
    opened: int | None
    unproven: int | None
    unknown: int | None
    confirmed: int | None
    denied: int | None
    unreached: int | None
    mailed_yes: int | None
    mailed_no: int | None
    asked_yes: int | None
    asked_no: int | None
    document: str
    salt: str
    values: Sequence[Value]
    missing: Sequence[int]
    """Whose values were not revealed in time, numbered from 1 as they stand in ``values``."""
    covered: bool
    """Whether the commitments may be revealed."""
    chances: Sequence[tuple[int, int, float]]
    """Share of false signatures in per cent, how many those are, and how probably the sample has one, in per cent."""


def view(services: Services, session: Session, row: Audit) -> AuditView:
    """One audit."""
    stage = Stage(row.stage)
    given = lookup.commitments(session, row)
    all_there = stage not in (Stage.GATHERING, Stage.COMMITTED)
    drawn = sample_of(row)
    return AuditView(
        key=row.key,
        reference=row.reference,
        stage=stage,
        sample=row.sample,
        name=row.name or "",
        begun_at=row.begun_at,
        committed_at=row.committed_at,
        drawn_at=row.drawn_at,
        opened_at=row.opened_at,
        reported_at=row.reported_at,
        size=row.size,
        counted=row.counted,
        seed=row.seed or "",
        drawn=drawn,
        opened=row.opened,
        unproven=row.unproven,
        unknown=row.unknown,
        confirmed=row.confirmed,
        denied=row.denied,
        unreached=row.unreached,
        mailed_yes=row.mailed_yes,
        mailed_no=row.mailed_no,
        asked_yes=row.asked_yes,
        asked_no=row.asked_no,
        document=row.document or "",
        salt=row.salt or "",
        values=[
            Value(one.auditor, one.commitment, one.value or "" if all_there else "", one.value is not None)
            for one in given
        ],
        missing=_missing(row, given, services.clock()),
        covered=stage is Stage.COMMITTED and drawing.place(services, session, row) is not None,
        chances=chances(row.counted, len(drawn)) if row.counted else (),
    )


def _missing(row: Audit, given: Sequence[Commitment], now: datetime) -> list[int]:
    """See `AuditView.missing`."""
    if row.stage != Stage.COMMITTED or not rules.is_void(row.committed_at, now):
        return []
    return [number for number, one in enumerate(given, 1) if one.value is None]


def chances(counted: int, sample: int) -> list[tuple[int, int, float]]:
    """See `AuditView.chances`."""
    shares = [(share, -(-counted * share // 100)) for share in rules.SHARES]
    return [(share, false, float(protocol.detection(counted, sample, false)) * 100) for share, false in shares]


def of_petition(services: Services, reference: str) -> list[AuditView]:
    """The audits of a petition that are in the log, the newest first."""
    with services.database.read() as session:
        return [view(services, session, row) for row in lookup.of_petition(session, reference)]


def stamp(services: Services, reference: str) -> tuple[object, ...]:
    """What tells, quickly, whether `of_petition` would return something else than before."""
    with services.database.read() as session:
        rows = [(row, lookup.commitments(session, row)) for row in lookup.of_petition(session, reference)]
    now = services.clock()
    return tuple((row.key, row.stage, *(one.value for one in given), *_missing(row, given, now)) for row, given in rows)
