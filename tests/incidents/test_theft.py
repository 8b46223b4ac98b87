"""A stolen voting code: blocked at once, its last ballot stands, and nobody else can block it."""

from __future__ import annotations

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from tests.identity.conftest import forms_of
from tests.incidents.conftest import SignIn
from tests.incidents.reporting import rows, send
from tests.officials import MakeCitizen, MakeOfficial
from tests.voting.making import NO, YES, MadeVote, close, make_vote, verified

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.incidents import service as incidents
from egov_participation.incidents.rules import Kind
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.rules import VoteKind


def block(client: TestClient, uuid: str, *, ticked: bool = True, **fields: str) -> Response:
    """Fill the page's form in and send it, as browsers do: of a box that is not ticked, nothing is sent."""
    path = f"/en/votes/{uuid}/theft"
    page = client.get(path)
    assert page.status_code == 200
    filled = {name: value for name, value in forms_of(page.text)[path].items() if name != "sure"}
    return client.post(path, data=filled | ({"sure": "yes"} if ticked else {}) | fields)


def test_a_blocked_code_casts_nothing_new_its_last_ballot_stands_and_the_commission_is_told(
    vote: MadeVote, voter: SignIn, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    mine, thief, later = vote.ballot(0, YES), vote.ballot(0, NO), vote.ballot(0, YES)
    service.cast(services, vote.uuid, vote.people[0], mine)
    receipt = service.cast(services, vote.uuid, vote.people[0], thief).receipt
    worker.run_due()
    outbox.sent.clear()
    answer = block(voter(vote), vote.uuid, text="The paper with my code was taken from my bag.")
    assert answer.status_code == 303
    reference = answer.headers["location"].rpartition("/")[2]
    with pytest.raises(DomainError) as refused:
        service.cast(services, vote.uuid, vote.people[0], later)
    assert (refused.value.status, refused.value.code) == (403, "credential.blocked")
    # The ballot that stands is not new: whoever lost the answer still gets its receipt.
    assert service.cast(services, vote.uuid, vote.people[0], thief).receipt == receipt
    with pytest.raises(DomainError) as superseded:
        service.cast(services, vote.uuid, vote.people[0], mine)
    assert superseded.value.code == "ballot.superseded"
    service.cast(services, vote.uuid, vote.people[1], vote.ballot(1, YES))
    with services.database.read() as session:
        found = incidents.case(services, session, reference)
    assert (found.public.kind, found.text) == (Kind.THEFT, "The paper with my code was taken from my bag.")
    worker.run_due()
    told = [mail for mail in outbox.sent if reference in mail.text]
    assert len(told) == 1
    close(services, vote)
    assert verified(services, vote.uuid).tally.ballots == 2


def test_no_code_is_shown_and_none_is_made_after_the_block(vote: MadeVote, voter: SignIn, services: Services) -> None:
    block(voter(vote), vote.uuid)
    with pytest.raises(DomainError) as refused:
        services.registrar.begin(vote.uuid, vote.people[0], "code", lang="en")  # type: ignore[arg-type]
    assert refused.value.code == "credential.blocked"
    with services.database.read() as session:
        assert len(incidents.of_vote(session, vote.uuid)) == 1


def test_a_block_that_is_sent_twice_is_one_incident_and_one_mail(
    vote: MadeVote, voter: SignIn, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    client, path = voter(vote), f"/en/votes/{vote.uuid}/theft"
    fields = forms_of(client.get(path).text)[path] | {"sure": "yes"}
    first, second = (
        client.post(path, data=fields | {"text": text}) for text in ("", "I press it once more, to be sure.")
    )
    assert first.headers["location"] == second.headers["location"]
    assert len(rows(services)) == 1
    worker.run_due()
    assert len([mail for mail in outbox.sent if first.headers["location"].rpartition("/")[2] in mail.text]) == 1


@pytest.mark.sqlite
def test_who_had_their_code_blocked_is_told_so_instead_of_being_led_to_the_booth(
    vote: MadeVote, voter: SignIn, services: Services
) -> None:
    client = voter(vote)
    pages = [f"/en/votes/{vote.uuid}/{page}" for page in ("enter", "theft")]
    assert "Show my voting code" in client.get(pages[0]).text
    reference = block(client, vote.uuid).headers["location"]
    for page in pages:
        shown = client.get(page).text
        assert "Your voting code is blocked" in shown, page
        assert f'href="{reference}"' in shown, page
        assert page not in forms_of(shown), page


def test_a_report_of_a_theft_that_blocks_nothing_does_not_stand_for_the_block(
    vote: MadeVote, voter: SignIn, services: Services
) -> None:
    client = voter(vote)
    reported = send(client, vote.uuid, kind="theft")
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    assert block(client, vote.uuid).headers["location"].rpartition("/")[2] != reported
    assert len(rows(services)) == 2


def test_nobody_blocks_a_code_without_saying_that_they_are_sure(
    vote: MadeVote, voter: SignIn, services: Services
) -> None:
    client = voter(vote)
    assert block(client, vote.uuid, ticked=False).status_code == 422
    refused = block(client, vote.uuid, sure="no", text="Nothing is certain yet, I only look.")
    assert refused.status_code == 422
    assert "This cannot be undone" in refused.text
    assert "I only look" in refused.text
    assert rows(services) == []
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))


def test_in_a_binding_vote_a_mailbox_alone_blocks_nothing(services: Services, voter: SignIn) -> None:
    vote = make_vote(services, voters=2, trustees=3, kind=VoteKind.BINDING)
    client = voter(vote, level=1)
    page = client.get(f"/en/votes/{vote.uuid}/theft").text
    assert "Sign in with such a key" in page
    token = forms_of(client.get(f"/en/votes/{vote.uuid}/incident").text)[f"/en/votes/{vote.uuid}/incident"]
    forced = {"csrf_token": token["csrf_token"], "sure": "yes"}
    refused = client.post(f"/en/votes/{vote.uuid}/theft", data=forced)
    assert refused.status_code == 403
    assert "binding vote" in refused.text
    assert rows(services) == []
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0), assurance=3)


def test_a_session_that_was_left_open_blocks_nothing_and_what_was_written_stays(
    vote: MadeVote, voter: SignIn, services: Services, clock: ManualClock
) -> None:
    client, path = voter(vote), f"/en/votes/{vote.uuid}/theft"
    fields = forms_of(client.get(path).text)[path] | {"sure": "yes", "text": "The paper was taken."}
    clock.advance(minutes=11)
    assert path not in forms_of(client.get(path).text)
    answer = client.post(path, data=fields)
    assert answer.status_code == 403
    assert "Sign in again" in answer.text
    assert "The paper was taken." in answer.text
    assert rows(services) == []
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0, YES))


def test_who_is_on_no_roll_or_an_official_or_nobody_blocks_nothing(
    vote: MadeVote, client: TestClient, citizen: MakeCitizen, official: MakeOfficial, services: Services
) -> None:
    path = f"/en/votes/{vote.uuid}/theft"
    assert client.get(path).status_code == 303
    stranger = citizen(level=3).client
    assert "nothing to block" in stranger.get(path).text
    assert stranger.post(path, data={"sure": "yes"}).status_code == 404
    assert official(Role.COMMISSION).client.post(path, data={"sure": "yes"}).status_code == 403
    assert rows(services) == []


def test_after_closing_there_is_nothing_to_block(vote: MadeVote, voter: SignIn, services: Services) -> None:
    client = voter(vote)
    path = f"/en/votes/{vote.uuid}/theft"
    form = forms_of(client.get(path).text)[path] | {"sure": "yes"}
    close(services, vote)
    client = voter(vote)
    assert "Voting is over" in client.get(path).text
    token = forms_of(client.get(f"/en/votes/{vote.uuid}/incident").text)[f"/en/votes/{vote.uuid}/incident"]
    assert client.post(path, data=form | {"csrf_token": token["csrf_token"]}).status_code == 410
    assert rows(services) == []


def test_the_words_of_a_blocked_code_reach_the_voter_in_the_booth(
    vote: MadeVote, voter: SignIn, services: Services
) -> None:
    services.registrar.block(vote.uuid, vote.people[0])
    with pytest.raises(DomainError) as refused:
        service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    assert refused.value.code == "credential.blocked"
    assert refused.value.message
