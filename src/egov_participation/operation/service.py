"""Whether the background work is done: asked by the doctor, told by the worker."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from egov_participation.database import UnitOfWork
from egov_participation.operation.models import Heartbeat

WORKER: Final = "worker"
EVERY: Final = timedelta(seconds=15)


def is_due(session: Session, now: datetime) -> bool:
    """Whether the worker should say again that it lives."""
    last = last_beat(session)
    return last is None or now - last >= EVERY


def beat(tx: UnitOfWork, now: datetime) -> None:
    """The worker lives."""
    if not tx.add_if_new(Heartbeat, name=WORKER, at=now):
        row = tx.get(Heartbeat, WORKER)
        if row is not None:
            row.at = now


def last_beat(session: Session) -> datetime | None:
    """When the worker last said that it lives."""
    row = session.get(Heartbeat, WORKER)
    return row.at if row else None
