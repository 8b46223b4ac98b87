"""The booth when something goes wrong: on the line, at the server, in the browser or with the voter."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.booth import Booth
from tests.browser.server import Change, Gate
from tests.voting.making import MadeVote

from egov_crypto import ballot as ballots
from egov_crypto import wire
from egov_crypto.cli.ballot import main as egov_ballot
from egov_participation.clock import ManualClock
from egov_participation.services import Services
from egov_participation.voting import service

pytestmark = pytest.mark.browser

Enter = Callable[..., Booth]
"""``enter("ru", voter=1)`` → the booth of that voter, opened."""


def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_bytes(
    enter: Enter, services: Services, gate: Gate
) -> None:
    booth = enter()
    booth.fill_in()
    gate.changes["/ballots"] = lambda _body: None  # the ballot does arrive and is recorded
    booth.act("cast")
    section = booth.at("uncertain")
    booth.shot("en-8-uncertain")
    tracker = booth.code(section, "tracker")
    gate.changes.clear()
    booth.act("cast-again")
    assert booth.code(booth.at("receipt"), "tracker") == tracker
    assert len(booth.posted) > 1
    assert set(booth.posted) == {booth.posted[0]}
    assert service.vote(services, booth.uuid).ballots == 1


@pytest.mark.parametrize(("member", "value"), [("tracker", "A" * 43), ("height", 7), ("signature", "A" * 86)])
def test_a_receipt_that_is_not_for_this_ballot_is_not_taken(
    enter: Enter, gate: Gate, member: str, value: object
) -> None:
    booth = enter()
    booth.fill_in()
    gate.changes["/ballots"] = lambda body: wire.dump({**json.loads(body), member: value})
    booth.act("cast")
    expect(booth.at("uncertain").locator("h1")).to_have_text("The receipt is not valid")
    gate.changes.clear()
    booth.act("cast-again")
    booth.at("receipt")


def test_somebody_elses_voting_code_is_refused_in_the_voters_language_and_can_be_corrected(enter: Enter) -> None:
    booth = enter("ru", voter=0)
    booth.enter(voter=1)
    booth.answer()
    booth.encrypt()
    with booth.page.expect_response("**/ballots") as answer:
        booth.act("cast")
    problem = answer.value.json()
    assert (answer.value.status, problem["code"]) == (403, "credential.not_yours")
    section = booth.at("uncertain")
    expect(section.locator("h1")).to_have_text("Сервер не принял бюллетень")
    expect(section.locator('[data-slot="detail"]')).to_have_text(problem["detail"])
    expect(section.get_by_role("button", name="Начать заново")).to_be_hidden()
    expect(section.get_by_text("Возможно, это другой код или в нём опечатка.")).to_be_visible()
    booth.shot("ru-9-refused")
    chosen = booth.page.locator('[data-step="review"] dd').all_text_contents()
    booth.act("recode")
    booth.at("credential")
    booth.enter(voter=0)
    assert booth.at("review").locator("dd").all_text_contents() == chosen  # only the code was wrong
    booth.encrypt()
    booth.cast()


@pytest.mark.parametrize("status", [400, 403, 409, 422])
def test_after_a_refusal_that_nobody_signed_the_voter_has_the_number_to_look_for_and_can_send_the_same_bytes(
    enter: Enter, services: Services, gate: Gate, status: int
) -> None:
    booth = enter()
    booth.fill_in()
    # The server keeps the ballot, which is recorded, and says that it took none.
    gate.changes["/ballots"] = lambda _body: wire.dump(
        {"title": "No", "detail": "Not this one.", "code": "ballot.format"}
    )
    gate.status = status
    booth.act("cast")
    section = booth.at("uncertain")
    expect(section).to_contain_text("if it appears on the board later, the ballot was recorded after all")
    tracker = booth.code(section, "tracker")
    assert service.ballot(services, booth.uuid, tracker).ballot.height == 1
    with booth.page.expect_popup() as popup:
        section.get_by_role("link", name="Look for it on the board").click()
    expect(popup.value.locator("h1")).to_have_text("This ballot stands on the board")
    gate.changes.clear()
    booth.act("cast-again")
    assert booth.code(booth.at("receipt"), "tracker") == tracker
    assert booth.posted == [booth.posted[0]] * 2


def test_a_voter_who_signed_in_again_elsewhere_can_go_on(enter: Enter) -> None:
    booth = enter()
    booth.fill_in()
    booth.page.context.add_cookies([{"name": "booth", "value": "0-another-session", "url": booth.origin}])
    booth.act("cast")
    booth.at("uncertain")
    booth.act("cast-again")
    booth.at("receipt")
    assert booth.posted[0] == booth.posted[1]


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("/election.json", lambda body: body.replace(b"Yes", b"Yep"), "not the ones this vote was announced with"),
        ("/trustees.json", lambda body: wire.dump(json.loads(body)[:1]), "not that of the vote's trustees"),
        ("/election.json", lambda body: None, "could not be fetched"),
    ],
)
def test_a_booth_given_other_questions_or_another_key_does_not_open(
    enter: Enter, gate: Gate, file: str, change: Change, said: str
) -> None:
    booth = enter(opened=False)
    gate.changes[file] = change
    booth.page.goto(f"{booth.origin}/en/votes/{booth.uuid}/booth")
    expect(booth.at("broken").locator('[data-slot="reason"]')).to_contain_text(said)
    expect(booth.page.locator("#credential")).to_be_hidden()
    booth.shot("en-9-broken")


def test_a_browser_without_workers_is_told_the_other_way(enter: Enter) -> None:
    booth = enter(opened=False)
    booth.page.add_init_script("delete globalThis.Worker")
    booth.page.goto(f"{booth.origin}/en/votes/{booth.uuid}/booth")
    expect(booth.at("broken").locator('[data-slot="reason"]')).to_contain_text("too old to encrypt")
    expect(booth.page.locator("code:visible", has_text="egov-ballot vote")).to_be_visible()


def test_a_page_whose_script_does_not_arrive_still_says_the_other_way(enter: Enter) -> None:
    booth = enter(opened=False)
    booth.page.route("**/booth/question_step.js", lambda route: route.abort())
    booth.page.goto(f"{booth.origin}/en/votes/{booth.uuid}/booth")
    expect(booth.page.locator("h1:visible")).to_have_text("Opening the booth …")
    booth.page.locator("summary", has_text="Nothing happens?").click()
    expect(booth.page.locator("code:visible", has_text="egov-ballot vote")).to_be_visible()


def test_a_vote_that_closed_meanwhile_says_so_and_offers_nothing_in_vain(enter: Enter, clock: ManualClock) -> None:
    booth = enter("kk")
    booth.fill_in()
    clock.advance(days=1)
    with booth.page.expect_response("**/ballots") as answer:
        booth.act("cast")
    assert answer.value.status == 410
    section = booth.at("uncertain")
    expect(section.locator('[data-slot="detail"]')).to_have_text(answer.value.json()["detail"])
    expect(section.locator("button:visible")).to_have_count(0)
    (raw,) = booth.posted
    assert booth.code(section, "tracker") == ballots.tracker(raw)
    booth.shot("kk-9-closed")


def test_a_button_pressed_twice_does_its_work_once(enter: Enter) -> None:
    booth = enter()
    booth.fill_in()
    booth.page.evaluate("for (const _ of [1, 2, 3]) document.querySelector('[data-action=cast]').click()")
    booth.at("receipt")
    assert len(booth.posted) == 1


def test_without_javascript_the_command_that_the_page_shows_makes_a_file_that_it_takes(
    enter: Enter, services: Services, open_vote: MadeVote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    booth = enter(opened=False, java_script_enabled=False)
    page = booth.page
    page.goto(f"{booth.origin}/en/votes/{booth.uuid}/booth")
    expect(page.locator("h1:visible")).to_have_text("The booth needs JavaScript")
    booth.shot("en-9-without-javascript")
    monkeypatch.chdir(tmp_path)
    program, *arguments = shlex.split(page.locator("code:visible", has_text="egov-ballot vote").inner_text())
    assert program == "egov-ballot"
    assert arguments[2:4] == ["--fingerprint", service.vote(services, booth.uuid).fingerprint]
    Path("code.txt").write_text(open_vote.credentials[0])
    assert egov_ballot([*arguments, "--credential-file", "code.txt", "--choices", "1", "--choices", "1,3"]) == 0
    raw = Path("ballot.json").read_bytes()
    page.locator('input[type="file"]:visible').set_input_files(tmp_path / "ballot.json")
    page.locator('button[type="submit"]:visible').click()
    expect(page.locator("h1")).to_have_text("Your ballot is cast")
    assert service.ballot(services, booth.uuid, ballots.tracker(raw)).ballot.height == 1
