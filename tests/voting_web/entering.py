"""The steps of a voter's way to the booth, for tests of what comes before, at and after each."""

from __future__ import annotations

from starlette.testclient import TestClient
from tests.voting.making import MadeVote
from tests.voting_web.conftest import fields_of

from egov_participation.identity.rules import Method
from egov_participation.identity.service.sessions import open_main
from egov_participation.services import Services


def sign_in(client: TestClient, services: Services, person: str, level: int = 1) -> None:
    with services.database.uow() as tx:
        token = open_main(
            tx, person, assurance=level, method=Method.MAILED_CODE, agent="", replaced=None, now=services.clock()
        )
        tx.commit()
    client.cookies.set("session", token)


def ask_for_the_way(voter: TestClient, vote: MadeVote, purpose: str) -> tuple[int, str]:
    """Press a button of the page before the booth."""
    address = f"/en/votes/{vote.uuid}/enter"
    answer = voter.post(address, data=fields_of(voter.get(address).text) | {"purpose": purpose})
    return answer.status_code, answer.text if answer.status_code == 200 else answer.headers.get("location", answer.text)


def go(voter: TestClient, booth: TestClient, vote: MadeVote, purpose: str = "booth") -> str:
    """Through both pages to the booth's host; where that leads."""
    _, page = ask_for_the_way(voter, vote, purpose)
    answer = booth.post(
        "/handoff", data=fields_of(page), headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}
    )
    assert answer.status_code == 303
    return answer.headers["location"]
