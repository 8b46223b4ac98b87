"""The booth as a voter goes through it: with the keyboard alone, in each language, on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.booth_routes import SESSION_COOKIE, BoothAlone, booth_alone
from tests.browser.conftest import NewPage
from tests.browser.server import serving
from tests.voting.making import YES_NO, make_vote

from egov_crypto.question import Question
from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting import service, texts
from egov_participation.voting.texts import Texts

pytestmark = pytest.mark.browser

COUNCIL = Question(
    tuple(texts.join(Texts(f"Кеңесші {at}", f"Советник {at}", f"Councillor {at}")) for at in range(1, 6)),
    texts.join(Texts("Кеңеске кімдер кіреді?", "Кто войдёт в совет?", "Who shall sit on the council?")),
    1,
    3,
)
SHOTS = os.environ.get("EGOV_SCREENSHOTS")


def shot(page: Page, name: str) -> None:
    """A picture for whoever looks at the pages with their own eyes; only when asked for."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.fixture
def booth(services: Services) -> Iterator[BoothAlone]:
    vote = make_vote(services, questions=(YES_NO, COUNCIL))
    alone = booth_alone(services, vote)
    served = create_app(
        services.settings,
        services=create_services(
            services.settings,
            database=services.database,
            clock=services.clock,
            mailer=services.mailer,
            load_session=alone.load_session,
        ),
        routes=alone.routes,
    )
    with serving(served, int(services.settings.base_url.rpartition(":")[2])):
        yield alone


Enter = Callable[..., Page]


@pytest.fixture
def enter(booth: BoothAlone, new_page: NewPage, settings: Settings) -> Enter:
    def go(lang: str = "en", voter: int = 0, **options: object) -> Page:
        page = new_page(lang, **options)
        page.context.add_cookies([{"name": SESSION_COOKIE, "value": str(voter), "url": settings.booth_url}])
        page.goto(f"{settings.booth_url}/{lang}/votes/{booth.vote.uuid}/booth")
        return page

    return go


def test_shots(booth: BoothAlone, enter: Enter) -> None:
    for lang in ("en", "ru", "kk"):
        page = enter(lang)
        page.wait_for_selector("[data-step=credential]:visible")
        shot(page, f"{lang}-1-credential")
        page.click("button[type=submit]:visible")
        shot(page, f"{lang}-1-credential-error")
        page.fill("#credential", booth.vote.credentials[0])
        page.click("button[type=submit]:visible")
        page.wait_for_selector("[data-step=question-0]:visible")
        shot(page, f"{lang}-2-question")
        page.check("#question-0-answer-0")
        page.click("button[type=submit]:visible")
        page.wait_for_selector("[data-step=question-1]:visible")
        page.click("button[type=submit]:visible")
        shot(page, f"{lang}-3-question-error")
        page.check("#question-1-answer-0")
        page.check("#question-1-answer-3")
        shot(page, f"{lang}-3-question")
        page.click("button[type=submit]:visible")
        page.wait_for_selector("[data-step=review]:visible")
        shot(page, f"{lang}-4-review")
        page.click("[data-action=encrypt]")
        page.wait_for_selector("[data-step=decide]:visible")
        page.click("[data-step=decide] summary")
        shot(page, f"{lang}-5-decide")
        page.click("[data-action=challenge]")
        page.wait_for_selector("[data-step=challenged]:visible")
        shot(page, f"{lang}-6-challenged")
        page.click("[data-step=challenged] [data-action=again]")
        page.wait_for_selector("[data-step=question-0]:visible")
        page.check("#question-0-answer-blank")
        page.click("button[type=submit]:visible")
        page.check("#question-1-answer-0")
        page.click("button[type=submit]:visible")
        page.click("[data-action=encrypt]")
        page.click("[data-action=cast]")
        page.wait_for_selector("[data-step=receipt]:visible")
        shot(page, f"{lang}-7-receipt")
