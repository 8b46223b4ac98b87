"""A petition from its opening to its end: a key of its own, closed, and the key destroyed after the time for audits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, select
from sqlmodel import col
from sqlmodel import select as select_models

from egov_crypto import vrf
from egov_crypto.petition import alpha
from egov_participation.database import UnitOfWork, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar import statements
from egov_participation.registrar.interface import Way
from egov_participation.registrar.models import Attested, AuditQuestion, KeyedPetition
from egov_participation.registrar.service.means import Means
from egov_participation.registrar.statements import canonical

OPENED: Final = "registrar.petition"


def open_petition(
    means: Means,
    petition: str,
    document: str,
    *,
    territory: str,
    min_age: int,
    ways: Sequence[Way],
    closes_at: datetime,
    regions: Mapping[str, str],
    generated: bool,
) -> bytes:
    """See `Registrar.open_petition`."""
    rules.check_opening(document, min_age, ways, [*regions, *regions.values()])
    if closes_at.tzinfo is None:
        raise ValueError("a time names its zone")
    secret, public = vrf.keypair()
    fixed: dict[str, Any] = {
        "document": document,
        "territory": territory,
        "min_age": min_age,
        "generated": generated,
    }
    changing: dict[str, Any] = {
        "ways": " ".join(sorted(set(ways))),
        "regions": canonical(regions).decode(),
        "closes_at": closes_at,
        "ends_at": closes_at,
    }
    with means.database.uow() as tx:
        tx.lock(f"registrar:petition:{petition}")
        row = tx.get(KeyedPetition, petition, with_for_update=True)
        if row is None:
            row = KeyedPetition(
                petition=petition,
                key=public.hex(),
                sealed_secret=means.vault.seal_petition_key(petition, secret),
                statement=b"",
                **fixed,
                **changing,
            )
            tx.add(row)
        elif any(getattr(row, name) != value for name, value in fixed.items()):
            raise _other()
        elif all(getattr(row, name) == value for name, value in changing.items()):
            return row.statement
        elif _has_begun(tx, petition):
            raise _other()
        for name, value in changing.items():
            setattr(row, name, value)
        row.statement = statements.sign(
            means.signing,
            {
                "type": OPENED,
                "version": 1,
                "petition": petition,
                "key": row.key,
                **fixed,
                "territory": territory or None,
                "ways": row.ways.split(),
                "regions": dict(regions),
                "signer": statements.public_half(means.signing),
            },
        )
        tx.commit()
    return row.statement


def close_petition(means: Means, petition: str) -> None:
    """See `Registrar.close_petition`."""
    now = means.clock()
    with means.database.uow() as tx:
        row = tx.get(KeyedPetition, petition, with_for_update=True)
        if row is None:
            raise rules.unknown()
        if now < row.closes_at:
            row.closes_at = now
            tx.commit()


def reopen_petition(means: Means, petition: str, closes_at: datetime) -> None:
    """See `Registrar.reopen_petition`."""
    with means.database.uow() as tx:
        row = tx.get(KeyedPetition, petition, with_for_update=True)
        if row is None or row.sealed_secret is None:
            raise rules.unknown()
        row.closes_at = min(closes_at, row.ends_at)
        tx.commit()


def forget_due(means: Means) -> None:
    """Destroy the keys of petitions whose time for audits has passed, and with them who signed what."""
    now, audits = means.clock(), timedelta(days=means.settings.registrar_audit_days)
    old = select_models(KeyedPetition).where(
        col(KeyedPetition.closes_at) <= now - audits, col(KeyedPetition.destroyed_at).is_(None)
    )
    with means.database.read() as session:
        found = [row.petition for row in session.exec(old) if rules.is_over(row.closes_at, audits, now)]
    for petition in found:
        with means.database.uow() as tx:
            row = tx.get(KeyedPetition, petition, with_for_update=True)
            if row is None:
                continue
            for model in (Attested, AuditQuestion):
                tx.session.execute(delete(model).where(col(model.petition) == petition))
            row.sealed_secret, row.destroyed_at = None, now
            tx.commit()


@dataclass(frozen=True, slots=True)
class Keyed:
    """A petition as attesting needs it."""

    petition: str
    document: str
    territory: str
    min_age: int
    ways: tuple[Way, ...]
    regions: Mapping[str, str]
    generated: bool
    closes_at: datetime
    secret: bytes

    def pseudonym(self, iin: str) -> bytes:
        """64 bytes that stand for the person with that IIN in this petition."""
        return vrf.evaluate(self.secret, alpha(self.petition, iin))


_petitions: Final = table_of(KeyedPetition)
_KEYED: Final = select(
    _petitions.c.document,
    _petitions.c.territory,
    _petitions.c.min_age,
    _petitions.c.ways,
    _petitions.c.regions,
    _petitions.c.generated,
    _petitions.c.closes_at,
    _petitions.c.sealed_secret,
).where(_petitions.c.petition == bindparam("petition"), _petitions.c.destroyed_at.is_(None))
"""It is asked for with each signature."""


def keyed(means: Means, petition: str) -> Keyed:
    """A petition whose key is there.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    row = means.database.first(_KEYED, {"petition": petition})
    if row is None or row.sealed_secret is None:
        raise rules.unknown()
    return Keyed(
        petition,
        row.document,
        row.territory,
        row.min_age,
        tuple(Way(way) for way in row.ways.split()),
        json.loads(row.regions),
        row.generated,
        row.closes_at,
        means.vault.open_petition_key(petition, row.sealed_secret),
    )


def _has_begun(tx: UnitOfWork, petition: str) -> bool:
    begun = select(table_of(Attested).c.turn).where(table_of(Attested).c.petition == petition).limit(1)
    return tx.session.execute(begun).first() is not None


def _other() -> DomainError:
    return DomainError(
        409,
        N_("The registrar knows this petition already, opened with another text or other rules."),
        code="petition.other",
    )
