"""A draft is written by keyboard alone on a phone, in Kazakh; no page of it keeps anybody out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.commission.drafting import written
from tests.officials import SignedIn
from tests.web.looking import another_page, barriers, too_wide, visit

from egov_participation.services import Services

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]
ANSWERS = (("Иә", "Да", "Yes"), ("Жоқ", "Нет", "No"), ("Білмеймін", "Не знаю", "I do not know"))


class Typist:
    """Somebody who has a keyboard and no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: dict[str, object] = {}

    def look(self) -> None:
        """Note what keeps people out of this page, or is wider than the screen."""
        if found := [*barriers(self.page), *([too_wide(self.page)] if too_wide(self.page) else [])]:
            self.wrong[self.page.url] = found

    def fill(self, fields: dict[str, str]) -> None:
        """Type into fields, from one to the next by Tab."""
        first, *_ = fields
        self.page.locator(f"#{first}").focus()
        for name, text in fields.items():
            for _ in range(20):
                if self.page.evaluate("document.activeElement.id") == name:
                    break
                self.page.keyboard.press("Tab")
            assert self.page.evaluate("document.activeElement.id") == name
            self.page.keyboard.press("Control+a")
            self.page.keyboard.insert_text(text)

    def press(self, role: str, name: str, to: str) -> None:
        """Go to a link or button and press Enter on it; it leads to another page, at that address in the end."""
        self.page.get_by_role(role, name=name).first.focus()  # type: ignore[arg-type]
        self.enter(to)

    def enter(self, to: str) -> None:
        with another_page(self.page):
            self.page.keyboard.press("Enter")
        assert re.search(f"{to}$", self.page.url), self.page.url


def three(kk: str, ru: str, en: str, prefix: str = "") -> dict[str, str]:
    return {f"{prefix}kk": kk, f"{prefix}ru": ru, f"{prefix}en": en}


def test_a_draft_is_written_by_keyboard_on_a_phone(chromium: Browser, member: SignedIn, services: Services) -> None:
    page = visit(chromium, member.client, "/kk/office/votes")
    typist = Typist(page)

    typist.press("button", "Жаңа жоба", "/drafts/new")
    typist.press("button", "Жобаны жасау", r"/drafts/\w{16}")
    typist.look()
    id_ = page.url.rpartition("/")[2]

    typist.press("link", "Сұрақтар мен жауаптар", "/questions")
    typist.press("button", "Сұрақ қосу", "/questions/new")
    typist.look()
    page.locator("#kind").focus()
    page.keyboard.press("Space")
    typist.press("button", "Қосып, мәтінін жазу", "/questions/1")
    typist.fill(three("Келісесіз бе?", "Согласны?", "Do you agree?"))
    typist.press("button", "Сақтап, жауаптарға өту", "/answers")
    typist.press("button", "Жауап қосу", "/answers")
    for number, texts in enumerate(ANSWERS, 1):
        typist.fill(three(*texts, prefix=f"answer-{number}-"))
    typist.look()
    typist.enter("/choice")  # in a field Enter saves, and moves or removes nothing
    page.locator("#several").focus()
    page.keyboard.press("ArrowDown")
    typist.fill({"min": "1", "max": "2"})
    typist.press("button", "Сақтау", "/questions")

    typist.press("link", "Жобаға оралу", id_)
    typist.press("link", "Қашан ашылып, қашан жабылады", "/times")
    typist.fill({"opens": "31", "opens-month": "2", "opens-year": "2025", "opens_time": "9:00"})
    typist.press("button", "Сақтау", "/times")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.locator(".govuk-error-summary a").press("Enter")
    expect(page.locator("#opens")).to_be_focused()
    expect(page.locator("#opens")).to_have_value("31")
    typist.look()
    typist.fill({"opens": "14", "opens-month": "10", "opens-year": "2024", "opens_time": "9:00"})
    typist.press("button", "Сақтау", id_)

    typist.press("link", "Дауыс берушілер көретіндей қарау", "/preview")
    typist.press("button", "Кабинадағы сұрақтарды көру", "/preview/1")
    typist.look()
    shown = page.locator(".govuk-checkboxes__item").count()
    page.context.close()

    assert typist.wrong == {}
    document = written(services, id_)
    assert [answer["ru"] for answer in document["questions"][0]["answers"]] == ["Да", "Нет", "Не знаю"]
    assert (document["questions"][0]["min"], document["questions"][0]["max"]) == (1, 2)
    assert document["opens_at"] == "2024-10-14T09:00:00+05:00"
    assert shown == 3
