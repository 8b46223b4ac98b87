"""The turnout by region, from the public credentials that voted: the registrar alone knows whose region is which."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC
from typing import Final

from sqlmodel import col, select

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.registrar import rules, statements
from egov_participation.registrar.models import RollEntry, RollState
from egov_participation.registrar.service.means import Means, known

TURNOUT: Final = "egov-turnout"


def turnout(means: Means, vote: str, voted: Sequence[str]) -> bytes:
    """See `Registrar.turnout`."""
    listed = sorted(voted)
    digest = hashlib.sha256(statements.canonical(listed)).digest()
    with means.database.uow() as tx:
        row = known(tx, vote)
        now = means.clock()
        if row.state != RollState.ACTIVE or now < row.closes_at:
            raise DomainError(
                409, N_("The registrar gives the turnout by region when the vote has closed."), code="turnout.open"
            )
        if row.turnout is not None:
            if row.voted_digest != digest:
                raise _other_list()
            return row.turnout
        columns = select(RollEntry.public_credential, RollEntry.sealed_territory)
        rows = tx.session.exec(columns.where(col(RollEntry.vote_uuid) == vote)).all()
        registered, by_region = _count(means, rows, vote, listed)
        groups = rules.merged(registered, by_region)
        row.turnout = statements.sign(
            means.signing,
            {
                "type": TURNOUT,
                "version": 1,
                "uuid": vote,
                "registered": sum(registered.values()),
                "voted": len(listed),
                "list": digest.hex(),
                "groups": [
                    {"regions": list(group.regions), "registered": group.registered, "voted": group.voted}
                    for group in groups
                ],
                "registrar": statements.public_half(means.signing),
                "at": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        )
        row.voted_digest = digest
        tx.commit()
        return row.turnout


def _count(
    means: Means, rows: Sequence[tuple[str, bytes]], vote: str, listed: Sequence[str]
) -> tuple[Counter[str], Counter[str]]:
    """On the roll and voted, by region.

    Raises:
        DomainError: 409 ``turnout.other_list``: a credential that is not on the roll, or one twice.
    """
    registered: Counter[str] = Counter()
    region_of: dict[str, str] = {}
    for public, sealed in rows:
        region = means.vault.open_territory(vote, public, sealed)
        registered[region] += 1
        region_of[public] = region
    if len(set(listed)) != len(listed) or not set(listed) <= region_of.keys():
        raise _other_list()
    return registered, Counter(region_of[public] for public in listed)


def _other_list() -> DomainError:
    return DomainError(
        409,
        N_("The registrar counts one list of those who voted, made of this vote's credentials, and no other."),
        code="turnout.other_list",
    )
