"""A new key for the log, signed by the old one.

=================================  ===================================================================================
a crash after …                    means, and what the next try of the command does
=================================  ===================================================================================
the new key was made               it signs nothing; the same one is taken again
it was entered                     the entry waits or has its place; it is not entered twice
the old key was copied             the same; the old one still signs alone
the new key took its place         both sign: it is done
=================================  ===================================================================================
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from egov_crypto.note import SigningKey, to_base64
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import rules
from egov_participation.ledger.models import LogDay, LogEntry
from egov_participation.ledger.service import keys
from egov_participation.ledger.service.entering import enter, newest
from egov_participation.ledger.service.publishing import LOCK, check, latest, publish
from egov_participation.ledger.service.sequencing import sequence
from egov_participation.services import Services

BOTH_SIGN: Final = timedelta(days=30)
"""So long after its replacement the old key signs along."""
_TYPE: Final = "log.key"
_PATIENCE: Final = 20
"""Seconds to wait for whoever publishes at this moment."""


def rotate_key(services: Services) -> tuple[str, str]:
    """Replace the log's key. Checkpoints from then on bear both signatures for `BOTH_SIGN`, then the new one alone.

    Returns:
        The old and the new verifier key.

    Raises:
        DomainError: 409 ``log.rotating``: the one before still signs along. 503 ``log.busy``.
        ForkError: the log is not what was signed before.
        OSError: the folder of keys cannot be written.
    """
    settings, keys_dir = services.settings, services.settings.keys_dir
    with undisturbed(services):
        with services.database.read() as session:
            if latest(session) is None:
                keys.make_key(settings)
        old = keys.signing_key(settings)
        with keys.alone(keys_dir):
            if len(keys.signing_keys(settings)) > 1:
                raise _is_rotating()
            check(settings, services.database)
            new = keys.next_key(settings)
            # A crash here: there is a key that signs nothing. The next try takes it.
            _enter(services, old, new)
            # A crash here: the entry is there; the next try finds it.
            while sequence(services.database):
                pass
            _replace(keys_dir)
    publish(services)
    return old.verifier_key.text, new.verifier_key.text


def drop_old_key(services: Services) -> None:
    """Destroy the key before the present one when its time of signing along is over."""
    old = services.settings.keys_dir / keys.BEFORE
    if not old.exists():
        return
    with services.database.read() as session:
        since = _replaced_on(session)
    if since is not None and services.day(services.clock()) >= since + BOTH_SIGN:
        with keys.alone(services.settings.keys_dir):
            old.unlink(missing_ok=True)
            keys.settle(services.settings.keys_dir)


@contextmanager
def undisturbed(services: Services) -> Iterator[None]:
    """While nobody else publishes."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with services.database.alone(LOCK) as alone:
            if alone:
                yield
                return
        time.sleep(0.05)
    raise DomainError(503, N_("The log is being published: try again in a moment."), code="log.busy")


def _enter(services: Services, old: SigningKey, new: SigningKey) -> None:
    names = old.verifier_key.text, new.verifier_key.text
    signature = to_base64(old.sign(rules.key_text(*names)).raw)
    made: dict[str, Any] = {"type": _TYPE, "version": 1, "old": names[0], "new": names[1], "signature": signature}
    with services.database.uow() as tx:
        if next(newest(tx.session, _TYPE), None) != made:
            enter(tx, made)
            tx.commit()


def _replace(keys_dir: Path) -> None:
    copy = keys_dir / f".{keys.BEFORE}"
    copy.unlink(missing_ok=True)
    os.link(keys_dir / keys.KEY, copy)
    copy.replace(keys_dir / keys.BEFORE)
    keys.settle(keys_dir)
    # A crash here: old key and key before it are the same one, which signs once. The next try goes on.
    (keys_dir / keys.NEXT).replace(keys_dir / keys.KEY)
    keys.settle(keys_dir)
    # A crash here: both sign.


def _replaced_on(session: Session) -> date | None:
    """The day on which the last new key was published; None if it was not yet."""
    place = session.exec(select(func.max(LogEntry.place)).where(LogEntry.type == _TYPE)).one()
    if place is None:
        return None
    return session.exec(select(func.min(LogDay.day)).where(col(LogDay.size) > place)).one()


def _is_rotating() -> DomainError:
    return DomainError(
        409,
        N_("The key was replaced less than 30 days ago, and the one before it still signs along. Nothing was changed."),
        code="log.rotating",
    )
