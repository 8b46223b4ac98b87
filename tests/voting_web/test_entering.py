"""A voter's way from the main site to the booth: through the real door, one step at a time, without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.voting.making import MadeVote, close, make_vote
from tests.voting_web.conftest import fields_of
from tests.voting_web.entering import ask_for_the_way, go, sign_in
from tests.voting_web.test_pages import text_of

from egov_crypto import ballot
from egov_participation.app import create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting import service


@pytest.fixture
def services(settings: Settings, database: Database, clock: ManualClock, outbox: NullMailer) -> Services:
    """With the real sessions."""
    return create_services(settings, database=database, clock=clock, mailer=outbox)


@pytest.fixture
def vote(services: Services) -> MadeVote:
    return make_vote(services)


@pytest.fixture
def voter(client: TestClient, services: Services, vote: MadeVote) -> TestClient:
    """The browser of voter 0, who has just signed in."""
    sign_in(client, services, vote.people[0])
    return client


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client: TestClient, vote: MadeVote) -> None:
    answer = client.get(f"/kk/votes/{vote.uuid}/enter")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/kk/sign-in?next=%2Fkk%2Fvotes%2F{vote.uuid}%2Fenter"


def test_a_voter_comes_to_the_booth_of_this_vote_by_a_way_that_works_once(
    voter: TestClient, booth: TestClient, vote: MadeVote
) -> None:
    status, page = ask_for_the_way(voter, vote, "booth")
    assert status == 200
    assert 'action="http://booth.localhost/handoff"' in page
    from_main = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}

    first = booth.post("/handoff", data=fields_of(page), headers=from_main)
    assert (first.status_code, first.headers["location"]) == (303, f"/en/votes/{vote.uuid}/booth")
    assert booth.post("/handoff", data=fields_of(page), headers=from_main).status_code == 403
    shown = booth.get(first.headers["location"])
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    for member in (
        f'data-uuid="{vote.uuid}"',
        f'data-fingerprint="{vote.election.fingerprint}"',
        f'data-election-url="/votes/{vote.uuid}/election.json"',
        f'data-trustees-url="/votes/{vote.uuid}/trustees.json"',
        f'data-cast-url="/votes/{vote.uuid}/ballots"',
        f'data-tracker-page-url="http://localhost/en/votes/{vote.uuid}/ballots/TRACKER"',
    ):
        assert member in shown.text


def prove_by_code(voter: TestClient, vote: MadeVote, worker: Worker, outbox: NullMailer) -> str:
    """Ask the registrar for a code and enter it, without JavaScript; the page that leads to the booth."""
    code = f"/en/votes/{vote.uuid}/code"
    asked = voter.get(code)
    assert asked.status_code == 200
    sent = voter.post(f"{code}/mail", data=fields_of(asked.text))
    assert "n…@mail.example" in sent.text
    worker.run_due()
    typed = re.findall(r"^    (\d{4})(\d{4})$", outbox.sent[-1].text, re.MULTILINE)[-1]
    done = voter.post(f"{code}/answer", data=fields_of(sent.text) | {"code": " ".join(typed)})
    assert done.status_code == 200
    return done.text


def to_the_code(voter: TestClient, booth: TestClient, vote: MadeVote, worker: Worker, outbox: NullMailer) -> str:
    """Through the proof to the booth's host; the address of the page with the code."""
    page = prove_by_code(voter, vote, worker, outbox)
    from_main = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}
    answer = booth.post("/handoff", data=fields_of(page), headers=from_main)
    assert answer.status_code == 303
    assert "release" not in answer.headers["location"]
    return answer.headers["location"]


def test_the_voting_code_is_shown_after_a_press_of_its_button_and_its_owner_is_told(
    voter: TestClient,
    booth: TestClient,
    services: Services,
    vote: MadeVote,
    worker: Worker,
    outbox: NullMailer,
    clock: ManualClock,
) -> None:
    page = to_the_code(voter, booth, vote, worker, outbox)
    assert page == f"/en/votes/{vote.uuid}/credential"
    before = booth.get(page)
    assert vote.credentials[0] not in before.text.replace("</span><span>", "")
    outbox.sent.clear()
    worker.run_due()
    assert outbox.sent == []

    shown = booth.post(page, data=fields_of(before.text))
    assert shown.status_code == 200
    assert vote.credentials[0] in shown.text.replace("</span><span>", "")
    assert shown.headers["cache-control"] == "no-store"
    assert "<svg" in shown.text
    again = booth.post(page, data=fields_of(before.text))
    assert again.status_code == 403
    assert vote.credentials[0] not in again.text.replace("</span><span>", "")
    assert f"http://localhost/en/votes/{vote.uuid}/code" in again.text
    clock.advance(hours=6)
    worker.run_due()
    assert len(outbox.sent) == 1
    assert vote.credentials[0] not in outbox.sent[0].text


def test_who_signed_in_long_ago_signs_in_again_before_the_code_is_shown(
    voter: TestClient, vote: MadeVote, clock: ManualClock
) -> None:
    code = f"/en/votes/{vote.uuid}/code"
    fields = fields_of(voter.get(code).text)
    clock.advance(minutes=10, seconds=1)
    again = f"/en/sign-in?fresh=1&next=%2Fen%2Fvotes%2F{vote.uuid}%2Fcode"
    asked = voter.get(code)
    assert (asked.status_code, asked.headers["location"]) == (303, again)
    for step in ("mail", "answer", "on"):
        refused = voter.post(f"{code}/{step}", data=fields)
        assert (refused.status_code, refused.headers["location"]) == (303, again)
    assert voter.post(f"{code}/passkey", data=fields).status_code == 403
    assert ask_for_the_way(voter, vote, "booth")[0] == 200


def test_the_platforms_session_alone_shows_no_code(voter: TestClient, booth: TestClient, vote: MadeVote) -> None:
    assert ask_for_the_way(voter, vote, "credential") == (303, f"/en/votes/{vote.uuid}/code")
    go(voter, booth, vote)
    page = f"/en/votes/{vote.uuid}/credential"
    shown = booth.get(page).text
    assert f"http://localhost/en/votes/{vote.uuid}/code" in shown
    fields = {"csrf_token": fields_of(booth.get(f"/en/votes/{vote.uuid}/booth").text)["csrf_token"]}
    for made_up in (None, "x" * 43):
        if made_up is not None:
            booth.cookies.set("release", made_up)
        refused = booth.post(page, data=fields)
        assert refused.status_code == 403
        assert vote.credentials[0] not in refused.text.replace("</span><span>", "")


def test_a_wrong_code_of_the_registrars_is_said_beside_the_field(voter: TestClient, vote: MadeVote) -> None:
    code = f"/en/votes/{vote.uuid}/code"
    sent = voter.post(f"{code}/mail", data=fields_of(voter.get(code).text))
    wrong = voter.post(f"{code}/answer", data=fields_of(sent.text) | {"code": "1234 567"})
    assert wrong.status_code == 422
    assert "This is not the code from the mail" in text_of(wrong.text)
    assert 'value="1234567"' in wrong.text


def test_what_was_proved_for_one_person_shows_nothing_in_anothers_booth(
    voter: TestClient,
    booth: TestClient,
    services: Services,
    vote: MadeVote,
    worker: Worker,
    outbox: NullMailer,
    app: Starlette,
    new_client: ClientFactory,
) -> None:
    stolen = fields_of(prove_by_code(voter, vote, worker, outbox))["release"]
    thief = new_client(app)
    sign_in(thief, services, vote.people[1])
    page = to_the_code(thief, booth, vote, worker, outbox)
    fields = fields_of(booth.get(page).text)
    booth.cookies.set("release", stolen, domain="booth.localhost")
    for name in [cookie for cookie in booth.cookies.jar if cookie.name == "release" and cookie.value != stolen]:
        booth.cookies.jar.clear(name.domain, name.path, name.name)
    refused = booth.post(page, data=fields)
    assert refused.status_code == 403
    assert vote.credentials[0] not in refused.text.replace("</span><span>", "")


def test_the_code_is_gone_when_the_vote_has_closed(
    voter: TestClient,
    booth: TestClient,
    vote: MadeVote,
    services: Services,
    clock: ManualClock,
    worker: Worker,
    outbox: NullMailer,
) -> None:
    clock.set(service.vote(services, vote.uuid).closes_at - timedelta(minutes=5))
    sign_in(voter, services, vote.people[0])
    page = to_the_code(voter, booth, vote, worker, outbox)
    fields = fields_of(booth.get(page).text)
    close(services, vote)

    refused = booth.post(page, data=fields)
    assert refused.status_code == 410
    assert "the voting codes have been destroyed" in text_of(refused.text)


def test_who_is_not_on_the_register_is_told_so_and_gets_no_way(
    client: TestClient, services: Services, vote: MadeVote
) -> None:
    other = make_vote(services, voters=4)  # its fourth voter is a resident, and not on the register of `vote`
    sign_in(client, services, other.people[3])
    address = f"/en/votes/{vote.uuid}/enter"

    page = client.get(address)
    assert "You are not on the register of this vote" in text_of(page.text)
    assert "Registrar" in text_of(page.text)
    fields = fields_of(client.get(f"/en/votes/{other.uuid}/enter").text) | {"purpose": "booth"}
    assert client.post(address, data=fields).status_code == 403


def test_a_form_that_was_changed_on_the_way_is_refused(voter: TestClient, vote: MadeVote) -> None:
    assert ask_for_the_way(voter, vote, "elsewhere")[0] == 400


def test_before_opening_there_is_a_code_and_no_booth_and_after_closing_neither(
    client: TestClient, services: Services
) -> None:
    made = make_vote(services, opens_in=timedelta(hours=1))
    sign_in(client, services, made.people[0])
    address = f"/en/votes/{made.uuid}/enter"

    early = client.get(address).text
    assert 'value="credential"' in early
    assert 'value="booth"' not in early
    close(services, made)
    sign_in(client, services, made.people[0])
    late = client.get(address).text
    assert "Voting is over" in text_of(late)
    assert 'name="purpose"' not in late


def test_the_booth_of_another_vote_is_closed(
    voter: TestClient, booth: TestClient, vote: MadeVote, services: Services
) -> None:
    go(voter, booth, vote)
    other = make_vote(services)

    for page in ("booth", "credential"):
        answer = booth.get(f"/en/votes/{other.uuid}/{page}")
        assert answer.status_code == 403
        assert "You entered the booth for another vote" in text_of(answer.text)
    assert booth.get("/en/votes/11111111111111/booth").status_code == 404


def test_a_ballot_is_cast_once_and_the_same_bytes_get_the_same_receipt(
    voter: TestClient, booth: TestClient, vote: MadeVote, services: Services
) -> None:
    page = booth.get(go(voter, booth, vote)).text
    token = re.findall(r'data-csrf-token="(\w+)"', page)[0]
    raw = vote.ballot(0)
    answers = [
        booth.post(f"/votes/{vote.uuid}/ballots", content=raw, headers={"X-CSRF-Token": token}) for _ in range(3)
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert {answer.content for answer in answers} == {service.ballot(services, vote.uuid, ballot.tracker(raw)).receipt}
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


def test_the_log_keeps_no_line_of_a_ballot_that_was_taken_since_its_second_would_be_the_ballots(
    voter: TestClient, booth: TestClient, vote: MadeVote, capsys: pytest.CaptureFixture[str]
) -> None:
    page = booth.get(go(voter, booth, vote)).text
    token = re.findall(r'data-csrf-token="(\w+)"', page)[0]
    address = f"/votes/{vote.uuid}/ballots"
    capsys.readouterr()

    assert booth.post(address, content=vote.ballot(0), headers={"X-CSRF-Token": token}).status_code == 201
    assert capsys.readouterr().out == ""
    assert booth.post(address, content=b"{}", headers={"X-CSRF-Token": token}).status_code == 400
    assert '"status": 400' in capsys.readouterr().out


def test_a_ballot_is_handed_in_as_a_file_too(
    voter: TestClient, booth: TestClient, vote: MadeVote, services: Services
) -> None:
    fields = {"csrf_token": fields_of(booth.get(go(voter, booth, vote)).text)["csrf_token"]}
    address, raw = f"/en/votes/{vote.uuid}/ballot-file", vote.ballot(0)
    file = {"ballot": ("ballot.json", raw + b"\n")}

    first, second = (booth.post(address, data=fields, files=file) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert "was on the board already" not in text_of(first.text)
    assert "was on the board already" in text_of(second.text)
    link = re.findall(r'href="(http://localhost/[^"]+/ballots/[^"]+)"', first.text)[0]
    assert "This ballot stands on the board" in text_of(voter.get(link).text)
    for content, status, said in (
        (b"{}", 400, "What was sent is not a ballot"),
        (vote.ballot(1), 403, "is not yours"),
    ):
        refused = booth.post(address, data=fields, files={"ballot": ("ballot.json", content)})
        assert refused.status_code == status
        assert said in text_of(refused.text)
    assert booth.post(address, data=fields).status_code == 422


def test_a_signed_in_page_is_kept_by_no_cache(voter: TestClient, vote: MadeVote) -> None:
    assert voter.get(f"/en/votes/{vote.uuid}/enter").headers["cache-control"] == "no-store"


def test_the_booth_pages_are_not_on_the_main_site_nor_the_others_on_the_booth(
    voter: TestClient, app: Starlette, new_client: ClientFactory, vote: MadeVote
) -> None:
    for page in ("booth", "credential", "ballot-file"):
        assert voter.get(f"/en/votes/{vote.uuid}/{page}").status_code == 404
    for page in ("", "/board", "/enter", "/archive.bel", "/decryption"):
        assert new_client(app, booth=True).get(f"/en/votes/{vote.uuid}{page}").status_code == 404


@pytest.mark.parametrize(
    ("lang", "button"),
    [
        ("kk", "Осы дауыс берудің кабинасына кіру"),
        ("ru", "Войти в кабину этого голосования"),
        ("en", "Enter the booth of this vote"),
    ],
)
def test_who_has_not_entered_the_booth_is_led_to_its_entrance_on_the_main_site(
    lang: str, button: str, voter: TestClient, booth: TestClient, vote: MadeVote, services: Services
) -> None:
    outside = booth.get(f"/{lang}/votes/{vote.uuid}/booth")
    go(voter, booth, vote)
    other = make_vote(services)
    elsewhere = booth.get(f"/{lang}/votes/{other.uuid}/booth")

    for answer, status, uuid in ((outside, 401, vote.uuid), (elsewhere, 403, other.uuid)):
        assert answer.status_code == status
        assert f'href="http://localhost/{lang}/votes/{uuid}/enter"' in answer.text
        assert button in text_of(answer.text)
        assert "/me" not in answer.text.partition("<main")[2]
    assert voter.get(f"/{lang}/votes/{vote.uuid}/enter").status_code == 200


@pytest.mark.parametrize(
    ("lang", "button"),
    [("kk", "Басқа файл таңдау"), ("ru", "Выбрать другой файл"), ("en", "Choose another file")],
)
def test_from_a_wrong_file_a_way_leads_back_to_the_form(
    lang: str, button: str, voter: TestClient, booth: TestClient, vote: MadeVote
) -> None:
    fields = {"csrf_token": fields_of(booth.get(go(voter, booth, vote)).text)["csrf_token"]}
    form = f"/{lang}/votes/{vote.uuid}/ballot-file"
    for content in (b"{}", b""):
        refused = booth.post(form, data=fields, files={"ballot": ("ballot.json", content)})
        assert refused.status_code in {400, 422}
        assert 'class="govuk-error-summary"' in refused.text
        assert 'name="ballot"' in refused.text
    refused = booth.post(form, data=fields, files={"ballot": ("ballot.json", b" " * 1_100_000)})
    assert refused.status_code == 413
    assert f'href="{form}"' in refused.text
    assert button in text_of(refused.text)
    assert 'name="ballot"' in booth.get(form).text


@pytest.mark.parametrize(
    ("lang", "said"), [("kk", "Дауыс беру аяқталды"), ("ru", "Голосование закончилось"), ("en", "Voting is over")]
)
def test_that_voting_is_over_is_said_before_anybody_is_asked_to_sign_in(
    lang: str, said: str, client: TestClient, voter: TestClient, services: Services, vote: MadeVote
) -> None:
    client.cookies.clear()
    address = f"/{lang}/votes/{vote.uuid}/enter"
    assert client.get(address).headers["location"].startswith(f"/{lang}/sign-in?")
    close(services, vote)

    answer = client.get(address)
    assert answer.status_code == 200
    assert said in text_of(answer.text)
    assert "sign-in" not in answer.text.partition("<main")[2].partition("</main")[0]
    assert 'name="purpose"' not in answer.text
    assert client.post(address, data={"purpose": "booth"}).status_code == 401


def test_a_voting_code_has_its_own_dashes_and_no_gaps_beside_them(
    voter: TestClient, booth: TestClient, vote: MadeVote, worker: Worker, outbox: NullMailer
) -> None:
    page = to_the_code(voter, booth, vote, worker, outbox)
    shown = booth.post(page, data=fields_of(booth.get(page).text)).text

    assert "-</span><span>" in shown
    assert '<code class="egov-grouped egov-grouped--dashed"' in shown
    assert ".egov-grouped--dashed span{margin-right:0}" in booth.get("/static/site.css").text
