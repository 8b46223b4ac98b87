"""A voter at the booth: what the tests of the booth's page have in common.

The whole application runs, but for signing in: a cookie holds the voter's place among the made vote's people.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, expect
from tests.voting.making import YES_NO, MadeVote

from egov_crypto.question import Question
from egov_participation.services import Services, SessionInfo, Site
from egov_participation.voting import texts
from egov_participation.voting.texts import Texts

COUNCIL = Question(
    tuple(texts.join(Texts(f"Кеңесші {at}", f"Советник {at}", f"Councillor {at}")) for at in range(1, 6)),
    texts.join(Texts("Кеңеске кімдер кіреді?", "Кто войдёт в совет?", "Who shall sit on the council?")),
    1,
    3,
    blank=True,
)
QUESTIONS = (YES_NO, COUNCIL)
SHOTS = os.environ.get("EGOV_SCREENSHOTS")


@dataclass
class Voters:
    """Stands in for the sessions of signed-in people."""

    vote: MadeVote | None = None

    def load(self, services: Services, _site: Site, token: str) -> SessionInfo | None:
        if self.vote is None or not token[0].isdigit():
            return None
        now = services.clock()
        return SessionInfo(self.vote.people[int(token[0])], token.ljust(64, "0"), now, now, 1, self.vote.uuid)


@dataclass
class Booth:
    """One voter's page, and what left it."""

    page: Page
    uuid: str
    credentials: tuple[str, ...]
    origin: str
    lang: str
    posted: list[bytes] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def open(self) -> Booth:
        self.page.on("request", self._note)
        self.page.goto(f"{self.origin}/{self.lang}/votes/{self.uuid}/booth")
        self.at("credential")
        return self

    def _note(self, request: object) -> None:
        self.requested.append(request.url)  # type: ignore[attr-defined]
        if request.method == "POST":  # type: ignore[attr-defined]
            self.posted.append(request.post_data_buffer or b"")  # type: ignore[attr-defined]

    def at(self, step: str) -> Locator:
        """The step, once it is shown."""
        section = self.page.locator(f'[data-step="{step}"]')
        expect(section).to_be_visible()
        return section

    def go_on(self) -> None:
        self.page.locator("button[type=submit]:visible").click()

    def act(self, action: str) -> None:
        self.page.locator(f'[data-action="{action}"]:visible').click()

    def enter(self, voter: int = 0) -> None:
        self.page.fill("#credential", self.credentials[voter])
        self.go_on()

    def answer(self, first: int | str = 0, second: tuple[int | str, ...] = (0, 3)) -> None:
        """Answers both of `QUESTIONS`, by the places of answers or "blank", up to the review."""
        self.at("question-0")
        self.page.check(f"#question-0-answer-{first}")
        self.go_on()
        self.at("question-1")
        for place in second:
            self.page.check(f"#question-1-answer-{place}")
        self.go_on()
        self.at("review")

    def encrypt(self) -> str:
        """Seals the ballot; the seal that the page shows."""
        self.act("encrypt")
        return self.code(self.at("decide"), "seal")

    def fill_in(self) -> str:
        self.enter()
        self.answer()
        return self.encrypt()

    def cast(self) -> str:
        """Casts the sealed ballot; the tracker of the receipt that came."""
        self.act("cast")
        return self.code(self.at("receipt"), "tracker")

    @staticmethod
    def code(section: Locator, slot: str) -> str:
        return code_in(section.locator(f'[data-slot="{slot}"]'))

    def shot(self, name: str) -> None:
        picture(self.page, name)


def code_in(place: Locator) -> str:
    """A code that is shown in groups, as one, once all of it is there: a page may be shown before it has come whole."""
    expect(place).not_to_be_empty()
    place.page.wait_for_load_state("domcontentloaded")
    return "".join(place.inner_text().split())


def picture(page: Page, name: str) -> None:
    """A picture for whoever looks at the pages with their own eyes; only when EGOV_SCREENSHOTS names a folder."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def sign_in(context: BrowserContext, origin: str, voter: int) -> None:
    """Makes this browser the voter's on the booth's host."""
    context.add_cookies([{"name": "booth", "value": f"{voter}-session", "url": origin, "httpOnly": True}])
