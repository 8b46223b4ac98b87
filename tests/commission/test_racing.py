"""An extension and the end of the ballots at the same moment: one comes after the other, whichever is first."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from tests.commission.frozen import WHY
from tests.voting.making import make_vote

from egov_crypto.archive import EventType
from egov_participation.errors import DomainError
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.service.append import append_event
from egov_participation.voting.service.closing import end_ballots
from egov_participation.voting.service.lookup import find_vote


def test_ballots_do_not_end_while_an_extension_is_under_way(services: Services) -> None:
    vote = make_vote(services, voters=1)
    before = voting.vote(services, vote.uuid).closes_at
    closing = Thread(target=end_ballots, args=(services, vote.uuid))

    with services.database.uow() as tx:
        voting.check_extension(services, tx.session, vote.uuid, before + timedelta(hours=1))
        voting.extend(services, tx, vote.uuid, before + timedelta(hours=1), WHY, "0" * 64)
        services.clock.set(before)  # type: ignore[attr-defined]
        closing.start()
        closing.join(0.3)
        assert closing.is_alive()
        tx.commit()
    closing.join()

    found = voting.vote(services, vote.uuid)
    assert (found.state, [event.type for event in found.events]) == ("open", ["Setup"])


def test_nothing_is_extended_that_ended_while_the_extension_waited(services: Services) -> None:
    vote = make_vote(services, voters=1)
    before = voting.vote(services, vote.uuid).closes_at
    refused: list[str] = []

    def extend() -> None:
        with services.database.uow() as tx:
            try:
                voting.extend(services, tx, vote.uuid, before + timedelta(hours=1), WHY, "0" * 64)
                tx.commit()
            except DomainError as error:
                refused.append(error.code)

    services.clock.set(before)  # type: ignore[attr-defined]
    extending = Thread(target=extend)
    with services.database.uow() as tx:
        append_event(tx, find_vote(tx.session, vote.uuid, lock=True), EventType.END_BALLOTS)
        services.clock.set(before - timedelta(minutes=1))  # type: ignore[attr-defined]
        extending.start()
        extending.join(0.3)
        assert extending.is_alive()
        tx.commit()
    extending.join()

    assert refused == ["vote.not_extendable"]
    assert voting.vote(services, vote.uuid).closes_at == before


@pytest.mark.parametrize("kind", ["extended", "cancelled"])
def test_what_was_decided_shows_at_once_on_pages_that_are_kept(services: Services, kind: str) -> None:
    vote = make_vote(services, voters=1)
    kept = voting.published(services, vote.uuid)
    with services.database.uow() as tx:
        if kind == "extended":
            later = voting.vote(services, vote.uuid).closes_at + timedelta(hours=1)
            voting.extend(services, tx, vote.uuid, later, WHY, "0" * 64)
        else:
            voting.cancel(services, tx, vote.uuid, WHY, "0" * 64)
        tx.commit()

    assert voting.published(services, vote.uuid) is not kept
    assert [act.kind for act in voting.vote(services, vote.uuid).acts] == [kind]
