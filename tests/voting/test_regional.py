"""Turnout by region: the registrar's word is asked for once the ballots are added up, and only a true one is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from nacl.signing import SigningKey
from structlog.testing import capture_logs
from tests.voting.making import MadeVote, close, decrypt, make_vote

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.registrar import statements
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.service import regional
from egov_participation.voting.turnout import Group


class Registrar(LocalRegistrar):
    """What it says of turnout is what a test wants."""

    says: Callable[[str, Sequence[str]], bytes]

    def turnout(self, vote: str, voted: Sequence[str]) -> bytes:
        return self.says(vote, voted)


@pytest.fixture
def registrar(services: Services) -> Registrar:
    assert isinstance(services.registrar, LocalRegistrar)
    other = Registrar.__new__(Registrar)
    other.__dict__.update(services.registrar.__dict__)
    other.says = services.registrar.turnout
    return other


@pytest.fixture
def vote(services: Services) -> MadeVote:
    vote = make_vote(services, voters=3, trustees=1)
    for voter in (0, 1, 1):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter))
    return vote


def kept(services: Services, vote: MadeVote) -> bytes | None:
    found = service.vote(services, vote.uuid).regional
    return None if found is None else found.raw


def test_it_is_there_after_the_count_and_its_total_is_that_of_the_board(services: Services, vote: MadeVote) -> None:
    assert kept(services, vote) is None
    close(services, vote)
    found = service.vote(services, vote.uuid).regional
    assert found is not None

    assert found.groups == (Group(("KZ-75",), 2, 3),)
    assert (found.voters, found.registered, found.at) == (2, 3, services.clock())
    statements.verify(found.raw, services.registrar.key, type="egov-turnout")


def test_a_registrar_that_does_not_answer_holds_up_no_result_and_is_asked_again_in_a_minute(
    services: Services, registrar: Registrar, vote: MadeVote, clock: ManualClock
) -> None:
    answering, asked = registrar.says, []

    def silent(uuid: str, voted: Sequence[str]) -> bytes:
        asked.append(uuid)
        raise DomainError(503, "x", code="registrar.unavailable")

    registrar.says = silent
    theirs = replace(services, registrar=registrar)
    with capture_logs() as logs:
        close(theirs, vote)
    service.hand_in_decryption(theirs, vote.uuid, decrypt(theirs, vote, 1))
    assert service.vote(theirs, vote.uuid).result is not None
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["vote.turnout_failed"]

    clock.advance(seconds=59)
    service.close_due_votes(theirs)
    assert asked == [vote.uuid]
    registrar.says = answering
    clock.advance(seconds=1)
    service.close_due_votes(theirs)
    assert kept(services, vote) is not None


def test_what_is_kept_is_never_asked_for_again(services: Services, registrar: Registrar, vote: MadeVote) -> None:
    close(services, vote)
    before = kept(services, vote)
    registrar.says = lambda *_: pytest.fail("asked again")
    theirs = replace(services, registrar=registrar)

    service.close_due_votes(theirs)
    assert kept(services, vote) == before


@pytest.mark.parametrize("lie", ["key", "vote", "number", "sum", "type", "byte"])
def test_a_statement_that_is_not_this_registrars_about_this_vote_is_not_kept(
    lie: str, services: Services, registrar: Registrar, vote: MadeVote
) -> None:
    answering = registrar.says
    own = statements.signing_key(services.settings.registrar_keys_dir)

    def lying(uuid: str, voted: Sequence[str]) -> bytes:
        true = answering(uuid, voted)
        body = json.loads(true)
        del body["signature"]
        if lie == "byte":
            return true.replace(b'"voted":2', b'"voted":3', 1)
        if lie == "sum":
            body["groups"] = [{"regions": ["KZ-75"], "registered": 3, "voted": 3}]
        changed = {"vote": {"uuid": "1" * 14}, "number": {"voted": 3}, "type": {"type": "egov-setup"}}
        return statements.sign(SigningKey(b"1" * 32) if lie == "key" else own, body | changed.get(lie, {}))

    registrar.says = lying
    theirs = replace(services, registrar=registrar)
    close(theirs, vote)
    with pytest.raises(statements.StatementError):
        regional.ask_for_turnout(theirs, vote.uuid)
    assert kept(services, vote) is None


def test_a_cancelled_vote_has_none(services: Services, registrar: Registrar, vote: MadeVote) -> None:
    registrar.says = lambda *_: pytest.fail("asked")
    theirs = replace(services, registrar=registrar)
    with services.database.uow() as tx:
        service.cancel(services, tx, vote.uuid, service.vote(services, vote.uuid).title, "a" * 64)
        tx.commit()
    close(theirs, vote)

    assert kept(services, vote) is None
