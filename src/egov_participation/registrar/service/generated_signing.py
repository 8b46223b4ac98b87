"""Signers whom nobody is, entered many at a time: for a demonstration's petition, which says so in the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert, select

from egov_participation.database import table_of
from egov_participation.registrar import generated, statements
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar.interface import Act
from egov_participation.registrar.models import Attested
from egov_participation.registrar.service.acts import Entered
from egov_participation.registrar.service.means import Means
from egov_participation.registrar.service.petitions import keyed


def attest_generated(means: Means, petition: str, signers: Sequence[tuple[int, date, str]]) -> list[bytes]:
    """See `LocalRegistrar.attest_generated`."""
    found = keyed(means, petition)
    if not found.generated:
        raise rules.no_generated()
    rules.check_regions(region for _, _, region in signers)
    now = means.clock()
    iins = {number: generated.iin(number) for number, _, _ in signers}
    owners = {number: means.vault.owner(petition, iin) for number, iin in iins.items()}
    known: dict[bytes, Entered] = {}
    with means.database.uow() as tx:
        tx.lock(f"registrar:generated:{petition}")
        keys = list(owners.values())
        for start in range(0, len(keys), 500):
            there = select(_attested).where(
                _attested.c.petition == petition,
                _attested.c.owner.in_(keys[start : start + 500]),
                _attested.c.turn == 1,
            )
            for row in tx.session.execute(there):
                known[row.owner] = Entered(1, Act(row.act), row.pseudonym, row.day, row.region, None)
        new = []
        for number, day, region in signers:
            owner, iin = owners[number], iins[number]
            if owner in known:
                continue
            pseudonym = found.pseudonym(iin)
            known[owner] = Entered(1, Act.ATTEST, pseudonym, day, region, now)
            new.append(
                {
                    "petition": petition,
                    "owner": owner,
                    "turn": 1,
                    "act": Act.ATTEST.value,
                    "pseudonym": pseudonym,
                    "sealed_iin": means.vault.seal_signer(petition, pseudonym, iin),
                    "day": day,
                    "region": region,
                    "form": "",
                    "waiting_since": now,
                }
            )
        if new:
            tx.session.execute(insert(_attested), new)
            tx.commit()
    return [statements.sign(means.signing, known[owners[number]].said(petition)) for number, _, _ in signers]


_attested = table_of(Attested)
