"""Opening a petition for signatures: the registrar makes its key first, and the log has that before any signature."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Final
from zoneinfo import ZoneInfo

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jurisdiction.petition_rules import RuleSet
from egov_participation.jurisdiction.territories import Territory, country
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import Petition, State
from egov_participation.petitions.rules.states import check_transition
from egov_participation.petitions.service import document, lifecycle, lookup, ruling
from egov_participation.registrar.interface import Way
from egov_participation.search import service as search
from egov_participation.services import Services

SMALL: Final = 10_000
"""Residents; a signer from a smaller place is counted with the rest, so that no entry of the log points at few."""
OTHER: Final = "other"


def open_petition(
    services: Services,
    reference: str,
    *,
    by: str = "",
    actor: str | None = None,
    reason: str | None = None,
    generated: bool = False,
) -> None:
    """Open a petition that was in review or collected supporters.

    Asked again after a crash, or by two at once, it opens once.

    Args:
        by, actor, reason: as in `lifecycle.change`.
        generated: signers whom nobody is may be entered (`PetitionRegistrar.open_petition`): in a demonstration.

    Raises:
        DomainError: 404 ``petition.unknown``, 409 ``petition.state``; 503 ``registrar.unavailable``: nothing was
            changed.
    """
    with services.database.uow() as tx:
        petition = lookup.locked(tx, reference)
        check_transition(State(petition.state), State.OPEN)
        document.commit(tx.session, petition)
        tx.add(petition)
        tx.commit()
    rules = ruling.restored(petition.rules)
    now = services.clock()
    closes_at = closing_time(rules, now, services.settings.timezone)
    assert petition.document_hash is not None
    statement = services.registrar.open_petition(
        reference,
        petition.document_hash,
        territory=petition.territory if rules.identity.residents_of_territory else "",
        min_age=rules.identity.min_age,
        ways=[Way(way.value) for way in rules.identity.ways],
        closes_at=closes_at,
        regions=regions(rules, petition.territory),
        generated=generated,
    )
    with services.database.uow() as tx:
        opened = lookup.locked(tx, reference)
        check_transition(State(opened.state), State.OPEN)
        ledger.enter(tx, json.loads(statement))
        opened.opened_at, opened.closes_at = now, closes_at
        opened.due_on = services.day(closes_at)
        opened.attested = True
        lifecycle.change(tx, opened, State.OPEN, now, by=by, actor=actor, reason=reason)
        if opened.document_hash != petition.document_hash:
            # Somebody changed the text meanwhile: the registrar's word is about the one before. Nothing is committed.
            raise DomainError(
                HTTPStatus.CONFLICT,
                N_("This petition has changed meanwhile, so that this can no longer be done. Look at it again."),
                code="petition.changed",
            )
        make_findable(tx, opened, now)
        tx.commit()


def closing_time(rules: RuleSet, opened_at: datetime, timezone: str) -> datetime:
    """The end of the last day of collecting, where people sign."""
    zone = ZoneInfo(timezone)
    last = rules.collecting.end(opened_at.astimezone(zone).date(), rules.calendar)
    return datetime.combine(last + timedelta(days=1), time(0), zone)


def regions(rules: RuleSet, territory: str) -> dict[str, str]:
    """What is published of where a signer lives, by territory: of the whole country's petitions the region, of a
    territory's its parts; of a small place, nothing but that it is some other one, unless the law counts by it."""
    if not rules.territories:
        return {}
    known = country(rules.territories)
    if not territory:
        counted = {
            code for one in rules.thresholds if one.per_territory is not None for code in one.per_territory.minimum
        }
        return {code: code if code in counted else _published(one) for code, one in known.regions.items()}
    parts = known.parts(territory)
    return {one.code: _published(one) for one in parts} or {territory: _published(known.territories[territory])}


def _published(territory: Territory) -> str:
    people = territory.population.people if territory.population is not None else 0
    return territory.code if people >= SMALL else OTHER


def make_findable(tx: UnitOfWork, petition: Petition, now: datetime) -> None:
    """Let the search find it by what it says, in each language."""
    found = {
        lang: (text.title, f"{text.ask}\n{text.background}")
        for lang, text in lookup.texts(tx.session, petition).items()
    }
    reference = petition.reference or ""
    search.index(tx, "petition", reference, f"/petitions/{reference}", found, now)
