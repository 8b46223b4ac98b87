"""A binding vote asks for level 3 at each door: before the booth, at the voting code, and where a ballot is taken."""

from __future__ import annotations

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from tests.voting.making import MadeVote, make_vote
from tests.voting_web.entering import go, sign_in

from egov_participation.app import create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.identity.models import LoginSession
from egov_participation.mail import NullMailer
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting import service
from egov_participation.voting.rules import VoteKind


@pytest.fixture
def services(settings: Settings, database: Database, clock: ManualClock, outbox: NullMailer) -> Services:
    """With the real sessions."""
    return create_services(settings, database=database, clock=clock, mailer=outbox)


@pytest.fixture
def vote(services: Services) -> MadeVote:
    return make_vote(services, trustees=3, kind=VoteKind.BINDING)


@pytest.mark.parametrize("level", [1, 2])
def test_who_is_signed_in_at_a_lower_level_is_told_which_key_is_needed_and_led_to_it(
    client: TestClient, services: Services, vote: MadeVote, level: int
) -> None:
    page = f"/en/votes/{vote.uuid}/enter"
    sign_in(client, services, vote.people[0], level)
    shown = client.get(page).text
    assert "This vote is binding." in shown
    way = f"/en/sign-in?fresh=1&amp;level=3&amp;next=%2Fen%2Fvotes%2F{vote.uuid}%2Fenter"
    assert f'href="{way}"' in shown
    assert "Go to the booth" not in shown
    assert "Show my voting code" not in shown
    token = client.get("/en/me").text.split('name="csrf_token" value="')[1][:64]
    code = client.get(f"/en/votes/{vote.uuid}/code")
    assert (code.status_code, code.headers["location"]) == (303, way.replace("&amp;", "&").replace("enter", "code"))
    answer = client.post(page, data={"csrf_token": token, "purpose": "booth"})
    assert (answer.status_code, answer.headers["location"]) == (303, way.replace("&amp;", "&"))
    assert "enrolled at a service centre" in client.get(answer.headers["location"]).text


def test_at_level_three_the_ballot_is_taken(
    client: TestClient, booth: TestClient, services: Services, vote: MadeVote
) -> None:
    sign_in(client, services, vote.people[0], 3)
    assert "Go to the booth" in client.get(f"/en/votes/{vote.uuid}/enter").text
    token = booth.get(go(client, booth, vote)).text.split('data-csrf-token="')[1][:64]
    cast = booth.post(f"/votes/{vote.uuid}/ballots", content=vote.ballot(0), headers={"X-CSRF-Token": token})
    assert cast.status_code == 201


def test_a_booth_whose_session_is_below_level_three_shows_no_code_and_takes_no_ballot(
    client: TestClient, booth: TestClient, services: Services, vote: MadeVote
) -> None:
    """Should somebody ever get a way into the booth that they should not have got."""
    sign_in(client, services, vote.people[0], 3)
    token = booth.get(go(client, booth, vote)).text.split('data-csrf-token="')[1][:64]
    with services.database.uow() as tx:
        for row in tx.session.exec(select(LoginSession)):
            row.assurance = 2
        tx.commit()
    shown = booth.post(f"/en/votes/{vote.uuid}/credential", data={"csrf_token": token})
    assert shown.status_code == 403
    assert vote.credentials[0] not in shown.text.replace("</span><span>", "")
    headers = {"X-CSRF-Token": token, "Accept": "application/json"}
    cast = booth.post(f"/votes/{vote.uuid}/ballots", content=vote.ballot(0), headers=headers)
    assert (cast.status_code, cast.json()["code"]) == (403, "vote.assurance")


def test_whoever_does_not_say_how_sure_is_taken_for_a_mailed_code(services: Services, vote: MadeVote) -> None:
    with pytest.raises(DomainError) as refused:
        service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    assert refused.value.code == "vote.assurance"
    assert service.cast(services, vote.uuid, vote.people[0], vote.ballot(0), assurance=3).new
