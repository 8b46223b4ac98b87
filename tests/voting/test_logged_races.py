"""What comes in between while something of a vote is made ready: the log holds together whichever is first.

Whatever takes time (the registrar's answer, proofs, a sum) is done before the vote's row is locked. Each case lets the
vote be cancelled, extended or the clock be set back in that moment, and recounts the log as an observer does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from crypto.tests.petitions import Register
from starlette.testclient import TestClient
from tests.ledger.observer import Observer
from tests.voting.making import MadeVote, close, decrypt, make_vote

from egov_crypto import entries, entry
from egov_crypto.recount import Recount, VoteCount
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.service import adding_up, casting, closing, decrypting, opening, regional
from egov_participation.voting.texts import Texts

REASON = Texts("Себебі осы", "По такой причине", "For this reason")
Meanwhile = Callable[[Any, str], None]


class Shelf(dict[tuple[str, int], str]):
    """Events' hashes, in memory."""

    def put(self, vote: str, height: int, event: str, hash_: str) -> None:
        self[vote, height] = hash_

    def get(self, vote: str, height: int) -> str | None:  # type: ignore[override]
        return dict.get(self, (vote, height))


@pytest.fixture
def vote(services: Services) -> MadeVote:
    vote = make_vote(services, voters=2, trustees=1)
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    return vote


@pytest.fixture
def meanwhile(services: Services, vote: MadeVote, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has the vote cancelled once a function has done its work, whose outcome is still to be entered."""

    def cancel_after(module: object, name: str) -> None:
        does = getattr(module, name)

        def then_cancel(*arguments: Any) -> Any:
            done = does(*arguments)
            with services.database.uow() as tx:
                service.cancel(services, tx, vote.uuid, REASON, "ab" * 32)
                tx.commit()
            return done

        monkeypatch.setattr(module, name, then_cancel)

    return cancel_after


def recounted(services: Services, client: TestClient, vote: MadeVote) -> VoteCount:
    """What the log says of the vote; raises if its entries do not hold together."""
    ledger.publish(services)
    count = Recount(Shelf(), Register())
    for index, value in enumerate(Observer(client).entries()):
        count.take(index, *entries.read(entry.dump(value)))
    return count.votes[vote.uuid]


def test_no_turnout_of_a_vote_that_was_cancelled_while_the_registrar_was_asked(
    services: Services, client: TestClient, vote: MadeVote, meanwhile: Meanwhile
) -> None:
    meanwhile(services.registrar, "turnout")
    close(services, vote)

    found = recounted(services, client, vote)
    assert (found.state, found.turnout) == ("cancelled", None)
    assert service.vote(services, vote.uuid).regional is None
    regional.ask_for_turnouts(services)
    recounted(services, client, vote)


def test_no_ballot_of_a_vote_that_was_cancelled_while_it_was_verified(
    services: Services, client: TestClient, vote: MadeVote, meanwhile: Meanwhile
) -> None:
    meanwhile(casting, "_verified")
    with pytest.raises(DomainError) as refused:
        service.cast(services, vote.uuid, vote.people[1], vote.ballot(1))

    assert refused.value.code == "vote.cancelled"
    found = recounted(services, client, vote)
    assert (found.state, found.ballots) == ("cancelled", 1)


def test_no_sum_of_a_vote_that_was_cancelled_while_it_was_added_up(
    services: Services, client: TestClient, vote: MadeVote, meanwhile: Meanwhile
) -> None:
    meanwhile(adding_up, "_sum")
    close(services, vote)

    found = recounted(services, client, vote)
    assert (found.state, found.event) == ("cancelled", "EndBallots")


def test_no_decryption_of_a_vote_that_was_cancelled_while_its_proofs_were_checked(
    services: Services, client: TestClient, vote: MadeVote, meanwhile: Meanwhile
) -> None:
    close(services, vote)
    decryption = decrypt(services, vote, 1)
    meanwhile(decrypting, "_result")
    with pytest.raises(DomainError) as refused:
        service.hand_in_decryption(services, vote.uuid, decryption)

    assert refused.value.code == "vote.not_decrypting"
    found = recounted(services, client, vote)
    assert (found.state, found.event) == ("cancelled", "EncryptedTally")


def test_no_opening_and_no_end_of_a_vote_that_was_cancelled_when_its_time_had_been_found_to_have_come(
    services: Services, client: TestClient, vote: MadeVote, meanwhile: Meanwhile
) -> None:
    meanwhile(opening, "_due")
    opening.enter_openings(services)
    closing.close(services, vote.uuid)

    found = recounted(services, client, vote)
    assert (found.state, found.event) == ("cancelled", "Ballot")


def test_a_vote_that_was_extended_when_it_had_been_found_to_be_due_stays_open(
    services: Services, client: TestClient, vote: MadeVote, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    closes_at = service.vote(services, vote.uuid).closes_at
    later = closes_at + timedelta(hours=1)

    def due(_services: Services) -> list[str]:
        clock.set(closes_at - timedelta(seconds=1))
        services.registrar.extend(vote.uuid, later)
        with services.database.uow() as tx:
            service.extend(services, tx, vote.uuid, later, REASON, "ab" * 32)
            tx.commit()
        clock.set(closes_at)
        return [vote.uuid]

    monkeypatch.setattr(closing, "_due", due)
    service.close_due_votes(services)
    service.cast(services, vote.uuid, vote.people[1], vote.ballot(1))
    monkeypatch.undo()
    close(services, vote)

    found = recounted(services, client, vote)
    assert found.closed is not None
    assert (found.closes_at, found.closed["ballots"]) == (ledger.time(later), 2)


def test_a_clock_that_is_set_back_while_a_vote_closes_does_not_let_it_close_too_early(
    services: Services, client: TestClient, vote: MadeVote
) -> None:
    closes_at = service.vote(services, vote.uuid).closes_at
    readings = iter([closes_at])

    def going_back() -> datetime:
        return next(readings, closes_at - timedelta(minutes=5))

    closing.end_ballots(replace(services, clock=going_back), vote.uuid)
    found = recounted(services, client, vote)
    assert (found.state, found.ballots) == ("closed", 1)
