"""The booth where candidates are ranked, graded and chosen from lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.booth import Booth
from tests.browser.kinds import ASSEMBLY, CHAIR, FLAG, PLACE, opened
from tests.voting.making import MadeVote, verified
from tests.web.looking import barriers, too_wide

from egov_crypto import ballot as ballots
from egov_crypto.cli.ballot import main as egov_ballot
from egov_crypto.encoding import decode
from egov_crypto.group import base
from egov_crypto.question import AnyQuestion
from egov_participation.services import Services
from egov_participation.voting import service

pytestmark = pytest.mark.browser

Enter = Callable[..., Booth]


@pytest.fixture
def questions() -> tuple[AnyQuestion, ...]:
    return CHAIR, PLACE, ASSEMBLY, FLAG


def press(booth: Booth, selector: str, key: str = "Enter") -> None:
    """Goes on with the Tab key until something has the focus, and presses a key on it."""
    for _ in range(80):
        if booth.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            booth.page.keyboard.press(key)
            return
        booth.page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {selector}")


def fits(booth: Booth, step: str, numbers: count[int]) -> None:
    """The step can be read by everybody and is no wider than a small phone."""
    booth.at(step)
    booth.shot(f"kinds-{booth.lang}-{next(numbers):02}-{step}")
    assert not barriers(booth.page), step
    assert not too_wide(booth.page), step


def said(booth: Booth) -> Locator:
    return booth.page.locator('[data-slot="count"]:visible')


def ranking(booth: Booth) -> Locator:
    return booth.page.locator('[data-slot="ranked"] li:visible [data-slot="candidate"]')


def test_candidates_are_ranked_graded_and_chosen_with_the_keyboard_and_the_ballot_says_so(
    enter: Enter, open_vote: MadeVote, services: Services
) -> None:
    booth = enter("kk", viewport={"width": 320, "height": 640})
    numbers = count(1)
    booth.enter()

    fits(booth, "question-0", numbers)
    press(booth, "[data-step=question-0] button[type=submit]")
    expect(booth.page.locator(".govuk-error-summary:visible")).to_be_focused()
    fits(booth, "question-0", numbers)
    press(booth, ".govuk-error-summary a")
    expect(booth.page.locator("#question-0-answer-0-rank")).to_be_focused()
    press(booth, "#question-0-answer-3-rank")
    expect(said(booth)).to_have_text("Дәурен Ким: 5 орынның 1-орны")
    expect(booth.page.locator("#question-0-answer-4-rank")).to_be_focused()  # the next that is not ranked yet
    press(booth, "#question-0-answer-4-rank", "Space")
    press(booth, "#question-0-answer-2-rank")
    press(booth, "#question-0-answer-0-rank")
    press(booth, "#question-0-answer-2-first")
    expect(booth.page.locator("#question-0-answer-2-down")).to_be_focused()
    press(booth, "#question-0-answer-2-down")
    expect(booth.page.locator("#question-0-answer-2-down")).to_be_focused()
    press(booth, "#question-0-answer-0-up")
    press(booth, "#question-0-answer-4-remove")
    expect(said(booth)).to_have_text("Ержан Ли: орын берілмеген")
    expect(ranking(booth)).to_have_text(["Дәурен Ким", "Гүлнар Оспанова-Мұхамеджанова", "Айгүл Серікқызы"])
    fits(booth, "question-0", numbers)
    press(booth, "[data-step=question-0] button[type=submit]")

    fits(booth, "question-1", numbers)
    press(booth, "#question-1-answer-0-1", "Space")
    press(booth, "#question-1-answer-2-1", "ArrowDown")
    booth.page.keyboard.press("ArrowDown")
    press(booth, "[data-step=question-1] button[type=submit]")

    fits(booth, "question-2", numbers)
    press(booth, "#question-2-answer-0", "ArrowDown")
    expect(booth.page.locator("#question-2-answer-1")).to_be_checked()
    press(booth, "#question-2-answer-1-1", "Space")
    fits(booth, "question-2", numbers)
    press(booth, "[data-step=question-2] button[type=submit]")

    booth.at("question-3")
    for place in (1, 0, 2):
        press(booth, f"#question-3-answer-{place}-rank")
    press(booth, "#question-3-answer-2-level")
    expect(said(booth)).to_have_text("Ақ: 2-орын, бірге тұрғандар: Көк")
    expect(booth.page.locator("#question-3-answer-2-up")).to_be_focused()
    press(booth, "#question-3-answer-2-up")
    expect(said(booth)).to_have_text("Ақ: 3 орынның 2-орны")
    press(booth, "#question-3-answer-2-level")
    fits(booth, "question-3", numbers)
    press(booth, "[data-step=question-3] button[type=submit]")

    fits(booth, "review", numbers)
    rows = booth.page.locator('[data-slot="choices"] .govuk-summary-list__value')
    expect(rows.nth(0).locator("p")).to_have_text(
        [
            "1. Дәурен Ким",
            "2. Гүлнар Оспанова-Мұхамеджанова",
            "3. Айгүл Серікқызы",
            "Орын берілмегендер: Бауыржан Төлегенұлы, Ержан Ли",
        ]
    )
    expect(rows.nth(1).locator("p")).to_have_text(
        ["Саябақ: Өте жақсы", "Кітапхана: Баға қойылмаған", "Көпір: Қанағаттанарлық"]
    )
    expect(rows.nth(2).locator("p")).to_have_text(["Дала", "– Шыңғыс Қали"])
    expect(rows.nth(3).locator("p")).to_have_text(["1. Жасыл", "1. Ақ (сол орында)", "2. Көк"])
    press(booth, "[data-action=encrypt]")
    booth.at("decide")
    press(booth, "[data-action=cast]")
    tracker = booth.code(booth.at("receipt"), "tracker")
    with booth.page.expect_popup() as popup:
        booth.page.locator('[data-step="receipt"] [data-slot="tracker-page"]').click()
    expect(popup.value.locator("h1")).to_have_text("Бұл бюллетень тақтада тұр")

    (raw,) = booth.posted
    assert tracker == ballots.tracker(raw)
    assert service.ballot(services, booth.uuid, tracker).ballot.height == 1
    assert verified(services, booth.uuid).report.voters == 1
    ranks, grades, lists, shared = ballots.parse_and_verify(open_vote.election, raw).answers
    assert decode(opened(open_vote, ranks[0]), 5) == (3, 0, 2, 1, 0)
    assert decode(opened(open_vote, grades[0]), 3) == (1, 0, 3)
    assert decode(opened(open_vote, shared[0]), 3) == (2, 1, 1)
    assert [opened(open_vote, bit) for bit in lists] == [base(bit) for bit in (0, 0, 0, 0, 1, 0, 1)]


def test_dragging_blank_votes_and_another_list_do_what_is_said_of_them(
    enter: Enter, open_vote: MadeVote, services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    booth = enter("en", viewport={"width": 360, "height": 1200}, has_touch=True)
    page = booth.page
    booth.enter()

    finger = page.context.new_cdp_session(page)

    def drag(place: int, to: str, *, question: int = 0, by_finger: bool = False) -> None:
        """By its handle to the middle of something."""
        handle = page.locator(f"#question-{question}-answer-{place} [data-handle]").bounding_box()
        target = page.locator(to).bounding_box()
        assert handle
        assert target
        here = handle["x"] + 10, handle["y"] + handle["height"] / 2
        there = target["x"] + 20, target["y"] + target["height"] / 2 - 2
        way = [
            (here[0] + (there[0] - here[0]) * part / 4, here[1] + (there[1] - here[1]) * part / 4) for part in range(5)
        ]
        if by_finger:
            for kind, (x, y) in zip(("touchStart", *["touchMove"] * 4), way, strict=True):
                finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
            finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            return
        page.mouse.move(*here)
        page.mouse.down()
        for x, y in way[1:]:
            page.mouse.move(x, y)
        page.mouse.up()

    booth.at("question-0")
    drag(2, "[data-step=question-0] [data-slot=none-ranked]")
    expect(said(booth)).to_have_text("Гүлнар Оспанова-Мұхамеджанова: place 1 of 5")
    drag(4, "#question-0-answer-2", by_finger=True)
    expect(said(booth)).to_have_text("Ержан Ли: place 1 of 5")
    expect(ranking(booth)).to_have_text(["Ержан Ли", "Гүлнар Оспанова-Мұхамеджанова"])
    drag(4, "#question-0-answer-0")
    expect(said(booth)).to_have_text("Ержан Ли: not ranked")
    page.check("#question-0-answer-blank")
    expect(ranking(booth)).to_have_count(0)
    page.click("#question-0-answer-1-rank")
    expect(page.locator("#question-0-answer-blank")).not_to_be_checked()
    page.check("#question-0-answer-blank")
    booth.go_on()

    error = page.locator(".govuk-error-summary:visible a")
    booth.at("question-1")
    booth.go_on()
    expect(error).to_have_text("Grade at least one candidate or choose the blank vote")
    page.check("#question-1-answer-blank")
    page.check("#question-1-answer-1-4")
    expect(page.locator("#question-1-answer-blank")).not_to_be_checked()
    page.check("#question-1-answer-blank")
    expect(page.locator("[data-step=question-1] input:checked")).to_have_count(1)
    page.check("#question-1-answer-2-2")
    booth.go_on()

    booth.at("question-2")
    booth.go_on()
    expect(error).to_have_text("Choose a list")
    page.check("#question-2-answer-0")
    booth.go_on()
    expect(error).to_have_text("Choose at least one candidate on the list")
    page.check("#question-2-answer-0-0")
    page.check("#question-2-answer-0-2")
    expect(said(booth)).to_have_text("2 candidates chosen")
    page.check("#question-2-answer-1")
    expect(said(booth)).to_contain_text("the candidates on the list “The city” are no longer chosen")
    expect(page.locator("#question-2-answer-0-0")).to_be_hidden()
    page.check("#question-2-answer-1-0")
    booth.go_on()

    booth.at("question-3")
    page.click("#question-3-answer-0-rank")
    drag(2, "#question-3-answer-0", question=3)
    expect(said(booth)).to_have_text("White: place 1, together with Blue")
    drag(1, "[data-step=question-3] .booth-ranking h2 >> nth=0", question=3)
    expect(said(booth)).to_have_text("Green: place 1 of 3")
    booth.go_on()

    booth.at("review")
    booth.encrypt()
    booth.act("challenge")
    with page.expect_download() as download:
        booth.at("challenged").locator('[data-slot="challenge-file"]').click()
    file, archive = tmp_path / "challenge.json", tmp_path / "archive.bel"
    download.value.save_as(file)
    archive.write_bytes(b"".join(service.archive_file(services, open_vote.uuid).chunks()))
    assert egov_ballot(["audit", str(file), str(archive)]) == 0
    assert "    2  Көк / Синий / Blue\n    2  Ақ / Белый / White\n" in capsys.readouterr().out
    assert json.loads(file.read_bytes())["plaintext"] == [[0] * 5, [0, 0, 2], [[0, 0, 0, 0], [1, 1, 0]], [2, 1, 2]]
    booth.act("again")
    booth.at("question-0")
    expect(page.locator(".booth input:checked")).to_have_count(0)
