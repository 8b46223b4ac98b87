"""Signers whom nobody is, by the thousand: so that a demonstration shows what a large petition looks like.

The registrar attests them (it refuses where it is not the demonstration's), they enter the log as all others do, and
the petition's page says what they are. A batch is a job; the next one follows it. The same batch again changes nothing.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from egov_participation.database import UnitOfWork, table_of
from egov_participation.jobs import Payload, enqueue
from egov_participation.jurisdiction.territories import country
from egov_participation.petitions.models import Petition, Signature, State
from egov_participation.petitions.service import lookup, opening, ruling, signatures
from egov_participation.petitions.service.signing import promised
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services

SIGN: Final = "petitions.generated"
"""Kind of the job."""
BATCH: Final = 500
_signatures = table_of(Signature)


def plan(petition: Petition, count: int) -> None:
    """Say how many generated signers a petition is to have, before it is opened."""
    petition.generated = count


def sign_soon(tx: UnitOfWork, reference: str, done: int = 0) -> None:
    """Have them sign, batch after batch; so many have signed already."""
    _next(tx, reference, done)


def go_on(services: Services, payload: Payload) -> None:
    """Let a batch of them sign, and leave the rest to the next job."""
    reference, done = payload["petition"], int(payload["done"])
    last = sign(services, reference, done)
    if last > done:
        with services.database.uow() as tx:
            _next(tx, reference, last)
            tx.commit()


def sign(services: Services, reference: str, done: int) -> int:
    """Let a batch of them sign, after so many; how many have signed then."""
    first = done + 1
    with services.database.read() as session:
        petition = lookup.found(session, reference)
    registrar = services.registrar
    if not isinstance(registrar, LocalRegistrar) or petition.state != State.OPEN or petition.opened_at is None:
        return done
    last = min(done + BATCH, petition.generated)
    if last <= done:
        return done
    rules = ruling.of(petition, services)
    shown = sorted(opening.regions(rules, petition.territory).items())
    people = [_people(rules.territories, code) for code, _ in shown]
    chance = random.Random(f"{reference}:{first}")  # noqa: S311 - who signs is invented
    today = services.day(services.clock())
    signers = [
        (number, _day(chance, services.day(petition.opened_at), today), chance.choices(shown, people)[0][1])
        for number in range(first, last + 1)
    ]
    promises = [promised(services, reference, raw) for raw in registrar.attest_generated(reference, signers)]
    now = services.clock()
    assert petition.id is not None
    rows = [signatures.row_of(petition.id, promise, now, person_hash=None, person_sealed=None) for promise in promises]
    with services.database.uow() as tx:
        names = [row["pseudonym"] for row in rows]
        there = set(
            tx.session.execute(
                select(_signatures.c.pseudonym).where(
                    _signatures.c.petition_id == petition.id, _signatures.c.pseudonym.in_(names)
                )
            ).scalars()
        )
        signatures.put_many(tx, [row for row in rows if row["pseudonym"] not in there])
        tx.commit()
    return last


def _next(tx: UnitOfWork, reference: str, done: int) -> None:
    enqueue(tx, SIGN, f"{reference}:{done}", {"petition": reference, "done": done})


def _people(territories: str, code: str) -> int:
    territory = country(territories).territories.get(code)
    return territory.population.people if territory is not None and territory.population is not None else 1


def _day(chance: random.Random, first: date, last: date) -> date:
    """Most sign in the first days, and again when it is spoken of."""
    days = (last - first).days
    return first + timedelta(
        days=int(days * chance.betavariate(1, 3) if chance.random() < 0.7 else days * chance.random())
    )
