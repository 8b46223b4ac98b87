"""Votes that end with a signed protocol, as the commission's approval makes it: built, signed, published."""

from __future__ import annotations

from datetime import timedelta

from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.service import protocol
from egov_participation.voting.texts import Texts

APPROVED = "a" * 64
CORRECTED = "c" * 64
ERRATUM = Texts("Тіркеушінің аты қате жазылған.", "Имя регистратора указано неверно.", "The registrar's name is wrong.")


def sign(services: Services, uuid: str, *, after: timedelta = timedelta(hours=1)) -> bytes:
    """Sign a counted vote's protocol, some time after the clock's (which must be a `ManualClock`)."""
    services.clock.advance(seconds=after.total_seconds())  # type: ignore[attr-defined]
    with services.database.uow() as tx:
        signed = protocol.sign(services, protocol.build(services, tx.session, uuid))
        service.publish_protocol(services, tx, uuid, signed, APPROVED)
        tx.commit()
    return signed


def correct(services: Services, uuid: str, text: Texts = ERRATUM) -> None:
    """Publish an erratum."""
    with services.database.uow() as tx:
        service.correct(services, tx, uuid, text, CORRECTED)
        tx.commit()
