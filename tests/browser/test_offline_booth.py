"""The booth as one file: opened from a disk with the network cut off, its ballot handed in without JavaScript."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.booth import Booth, picture, sign_in
from tests.browser.conftest import NewPage
from tests.browser.kinds import ASSEMBLY, CHAIR, PLACE, opened
from tests.voting.making import YES_NO, MadeVote, verified
from tests.web.looking import barriers, too_wide

from egov_crypto import ballot as ballots
from egov_crypto.cli.ballot import main as egov_ballot
from egov_crypto.encoding import decode
from egov_crypto.group import base
from egov_crypto.question import AnyQuestion
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting import service

pytestmark = pytest.mark.browser


@pytest.fixture
def questions() -> tuple[AnyQuestion, ...]:
    return YES_NO, CHAIR, PLACE, ASSEMBLY


def download(page: Page, settings: Settings, vote: MadeVote, lang: str, folder: Path) -> Path:
    """The file as a voter gets it, compared with the SHA-256 beside it."""
    page.goto(f"{settings.base_url}/{lang}/votes/{vote.uuid}/offline")
    shown = re.sub(r"\s", "", page.locator("dd .egov-grouped").inner_text())
    with page.expect_download() as waiting:
        page.locator("a.govuk-button[download]").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == shown
    return path


def started(new_page: NewPage, path: Path, vote: MadeVote, lang: str) -> Booth:
    """The file in a browser that has no network, at its first step."""
    page = new_page(lang, viewport={"width": 320, "height": 700})
    page.context.set_offline(True)
    booth = Booth(page, vote.uuid, vote.credentials, "file://", lang)
    page.on("request", booth._note)
    page.goto(path.as_uri())
    booth.at("credential")
    return booth


def fit(booth: Booth, step: str) -> None:
    """The step can be read by everybody and is no wider than a small phone."""
    booth.at(step)
    picture(booth.page, f"offline-{booth.lang}-{step}")
    assert not too_wide(booth.page), step
    assert not barriers(booth.page), step


def answer(booth: Booth) -> None:
    """Yes; the third before the first; the second grade, none, the last; the second list and the first on it."""
    chosen = (
        ("question-0-answer-0",),
        ("question-1-answer-2-rank", "question-1-answer-0-rank"),
        ("question-2-answer-0-2", "question-2-answer-2-4"),
        ("question-3-answer-1", "question-3-answer-1-0"),
    )
    for number, those in enumerate(chosen):
        booth.at(f"question-{number}")
        for one in those:
            booth.page.click(f"#{one}")
        booth.go_on()
    booth.at("review")


CHOICES = [[0, 1, 0], [2, 0, 1, 0, 0], [2, 0, 4], [[0, 0, 0, 0], [1, 1, 0]]]


def test_a_ballot_made_without_a_network_is_handed_in_without_javascript_and_counts(
    open_vote: MadeVote, new_page: NewPage, settings: Settings, services: Services, tmp_path: Path
) -> None:
    path = download(new_page("kk"), settings, open_vote, "kk", tmp_path)
    booth = started(new_page, path, open_vote, "kk")
    fit(booth, "credential")
    booth.enter()
    answer(booth)
    rows = booth.page.locator('[data-slot="choices"] .govuk-summary-list__value')
    expect(rows.nth(1).locator("p").first).to_have_text("1. Гүлнар Оспанова-Мұхамеджанова")
    expect(rows.nth(2).locator("p").first).to_have_text("Саябақ: Жақсы")
    expect(rows.nth(3).locator("p")).to_have_text(["Дала", "– Фарида Ибраева"])
    seal = booth.encrypt()
    booth.act("challenge")
    section = booth.at("challenged")
    with booth.page.expect_download() as waiting:
        section.locator('[data-slot="challenge-file"]').click()
    challenge, archive = tmp_path / "challenge.json", tmp_path / "archive.bel"
    waiting.value.save_as(challenge)
    archive.write_bytes(b"".join(service.archive_file(services, open_vote.uuid).chunks()))
    assert egov_ballot(["audit", str(challenge), str(archive)]) == 0
    assert json.loads(challenge.read_bytes())["plaintext"] == CHOICES
    booth.act("again")
    answer(booth)
    assert booth.encrypt() != seal
    booth.act("cast")
    fit(booth, "saved")
    tracker = booth.code(booth.at("saved"), "tracker")
    with booth.page.expect_download() as waiting:
        booth.page.locator('[data-slot="ballot-file"]').click()
    ballot = tmp_path / "ballot.json"
    waiting.value.save_as(ballot)
    # Nothing was asked of anybody, and nothing of the voter stays in the page.
    assert {url.partition(":")[0] for url in booth.requested} <= {"file", "blob"}
    assert open_vote.credentials[0] not in booth.page.content()
    yes, ranks, grades, lists = ballots.parse_and_verify(open_vote.election, ballot.read_bytes().strip()).answers
    assert decode(opened(open_vote, *ranks), 5) == (2, 0, 1, 0, 0)
    assert decode(opened(open_vote, *grades), 3) == (2, 0, 4)
    assert [opened(open_vote, bit) for bit in (*yes, *lists)] == [base(bit) for bit in (0, 1, 0, 0, 0, 0, 0, 1, 1, 0)]

    page = new_page("kk", java_script_enabled=False)
    sign_in(page.context, settings.booth_url, 0)
    page.goto(f"{settings.booth_url}/kk/votes/{open_vote.uuid}/ballot-file")
    page.set_input_files("input[type=file]", ballot)
    page.locator("form button[type=submit]").click()
    assert tracker == re.sub(r"\s", "", page.locator("main .egov-grouped").inner_text())
    found = verified(services, open_vote.uuid)
    assert (found.tally.ballots, service.ballot(services, open_vote.uuid, tracker).ballot.status) == (1, "waiting")


def test_who_hands_in_something_else_is_told_in_the_form(
    open_vote: MadeVote, new_page: NewPage, settings: Settings, services: Services, tmp_path: Path
) -> None:
    page = new_page("en", java_script_enabled=False)
    sign_in(page.context, settings.booth_url, 1)
    other = tmp_path / "ballot.json"
    other.write_bytes(open_vote.ballot(0, CHOICES))
    for file, sentence in ((None, "Choose the file"), (other, "is not yours"), (Path(__file__), "is not a ballot")):
        page.goto(f"{settings.booth_url}/en/votes/{open_vote.uuid}/ballot-file")
        if file is not None:
            page.set_input_files("input[type=file]", file)
        page.locator("form button[type=submit]").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text(sentence)
    assert service.vote(services, open_vote.uuid).ballots == 0


def test_the_file_speaks_its_language_and_notices_other_questions_in_it(
    open_vote: MadeVote, new_page: NewPage, settings: Settings, tmp_path: Path
) -> None:
    path = download(new_page("ru"), settings, open_vote, "ru", tmp_path)
    booth = started(new_page, path, open_vote, "ru")
    expect(booth.page.locator("#credential-heading")).to_have_text("Введите код для голосования")
    whole, mark = path.read_text("utf-8"), '<template id="published-election">'
    start = whole.index(mark) + len(mark)
    changed = tmp_path / "changed.html"
    changed.write_text(whole[:start] + whole[start : start + 400].swapcase() + whole[start + 400 :], "utf-8")
    booth.page.goto(changed.as_uri())
    booth.at("broken")


def test_the_files_own_policy_refuses_every_request_and_a_program_that_was_changed(
    open_vote: MadeVote, chromium: Browser, new_page: NewPage, settings: Settings, tmp_path: Path
) -> None:
    path = download(new_page("en"), settings, open_vote, "en", tmp_path)
    with chromium.new_context() as context:
        page = context.new_page()
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.goto(path.as_uri())
        expect(page.locator('[data-step="credential"]')).to_be_visible()
        refused = page.evaluate("fetch('https://elsewhere.example/').then(() => 'sent', error => error.name)")
        assert refused == "TypeError"
        changed = tmp_path / "changed.html"
        changed.write_text(path.read_text("utf-8").replace('"use strict";', '"use strict"; ', 1), "utf-8")
        page.goto(changed.as_uri())
        page.wait_for_timeout(300)
        expect(page.locator('[data-step="opening"]')).to_be_visible()
        assert {url.partition(":")[0] for url in requested} == {"file"}
