"""Those who take part in a consultation, each with a browser of their own, and what they do on its pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect
from tests.browser.binding import Official, press
from tests.browser.booth import picture
from tests.browser.petition import Citizen
from tests.documents.word_files import centred, docx, level, lists, numbered, p
from tests.web.looking import too_wide

_MOST_STOPS = 250


def word_file() -> bytes:
    """A draft as a ministry writes it: Word counts chapters, articles and points; one word is misspelled."""
    body = (
        centred("Правила о парках во дворах"),
        numbered("Общие положения", 1),
        numbered("Предмет", 2),
        p("Настоящие Правила устанавливают порядок ухода за парками во дворах."),
        numbered("Уход", 2),
        numbered("Парк закрываетса в 22 часа.", 2, 1),
        numbered("Парк убирается раз в неделю.", 2, 1),
        numbered("Заключительные положения", 1),
        numbered("Введение в действие", 2),
        p("Настоящие Правила вводятся в действие с 1 января 2027 года."),
    )
    numbering = lists(level(0, "decimal", "Глава %1."), level(0, "decimal", "Статья %1.") + level(1, "decimal", "%2."))
    return docx("".join(body), numbering=numbering).getvalue()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus, as who has no mouse does."""
    expect(target).to_have_count(1)
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not come to {target}")


def press_by_key(page: Page, target: Locator) -> None:
    """Come to what leads to another page with Tab, and press Enter there."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def fits(page: Page, name: str) -> None:
    """It does not scroll sideways."""
    picture(page, name)
    assert too_wide(page) == 0, name


@dataclass
class Reader(Citizen):
    """Reads a draft and says something to it."""

    reference: str = ""

    def read(self, version: int = 1) -> None:
        """Open a version's Russian text."""
        self.go(f"/consultations/{self.reference}/v{version}?text=ru")

    def provision(self, words: str) -> Locator:
        """The place on the page of the text where these words stand."""
        return self.page.locator("section.egov-act__p", has_text=words)

    def comment_by_key(self, words: str, text: str) -> None:
        """From a provision through panel, form and check to the comment, all of it with the keyboard."""
        page = self.page
        self.read()
        tab_to(page, self.provision(words).locator("a[data-egov-panel]"))
        page.keyboard.press("Enter")
        expect(page.locator("#side-panel #side-panel-title")).to_be_focused()
        picture(page, "consultation-panel")
        press_by_key(page, page.locator("#side-panel a[role=button]").first)
        tab_to(page, page.locator("#text"))
        page.keyboard.type(text)
        press_by_key(page, page.locator("button[name=act][value=check]"))
        expect(page.locator("main")).to_contain_text(text)
        picture(page, "consultation-check")
        press_by_key(page, page.locator("form[action*='/send'] button"))
        self.sees("It is published")
        picture(page, "consultation-sent")

    def comment(self, words: str, text: str) -> None:
        """The same by the links of the pages."""
        self.read()
        fits(self.page, "consultation-reading")
        press(self.page, self.provision(words).locator("a[data-egov-panel]"))
        fits(self.page, "consultation-provision")
        self.follow_button("Comment on this provision")
        self.send(text=text)

    def follow_button(self, name: str) -> None:
        """Follow a link that looks like a button, by its English name."""
        self.press(name)

    def quote(self, words: str, quote: str, text: str) -> None:
        """Select words, and comment on just these."""
        page = self.page
        self.read()
        self.provision(words).locator("[data-w]").evaluate(
            """(element, quote) => {
              const node = element.firstChild, from = node.data.indexOf(quote), range = document.createRange();
              range.setStart(node, from);
              range.setEnd(node, from + quote.length);
              getSelection().removeAllRanges();
              getSelection().addRange(range);
            }""",
            quote,
        )
        offered = page.locator(".egov-act__selected")
        expect(offered).to_be_visible()
        picture(page, "consultation-selected")
        press(page, offered)
        expect(page.locator("#quote")).to_have_value(quote)
        self.send(text=text)

    def amend(self, words: str, proposed: str, text: str) -> None:
        """Propose other words; each changed word is marked before they are sent."""
        self.read()
        self.provision(words).locator("a[data-egov-panel]").click()
        expect(self.page.locator("#side-panel #side-panel-title")).to_be_focused()
        press(self.page, self.page.locator("#side-panel a[role=button]").nth(1))
        self.send(proposed=proposed, text=text)

    def send(self, **fields: str) -> None:
        """Fill the form in, look at the summary, send it."""
        page = self.page
        for name, value in fields.items():
            page.fill(f"#{name}", value)
        fits(page, f"consultation-form-{'-'.join(fields)}")
        press(page, page.locator("button[name=act][value=check]"))
        if "proposed" in fields:
            expect(page.locator("main del")).to_contain_text("22")
            expect(page.locator("main ins")).to_contain_text("23")
        fits(page, f"consultation-check-{'-'.join(fields)}")
        self.press("Send it")
        self.sees("It is published")


@dataclass
class Ministry(Official):
    """An official of the agency that has the draft."""

    key: str = ""

    def draft(self) -> None:
        """To the page of the draft."""
        self.go(f"/office/drafts/{self.key}")

    def begin(self, fields: dict[str, str]) -> None:
        """Say what the draft is."""
        self.go("/office/drafts/new")
        for name, value in fields.items():
            if name == "act_kind":
                self.page.select_option("#act_kind", value)
            elif name != "agency":
                self.page.fill(f"[name='{name}']", value)
        picture(self.page, "consultation-details")
        self.press("Save")
        self.key = self.page.url.rsplit("/", 1)[1]

    def paste(self, number: int, lang: str, text: str) -> None:
        """Bring a text without a file."""
        self.go(f"/office/drafts/{self.key}/v{number}/{lang}")
        self.page.fill("#text", text)
        self.press("Read it")
        expect(self.page.locator("#doubts")).to_be_visible()

    def correct_by_key(self, before: str, after: str) -> None:
        """On the page of a text: to the provision with these words, and put them right, with the keyboard alone."""
        page = self.page
        line = page.locator("main div[id^='p-']", has_text=before)
        press_by_key(page, line.locator("a"))
        field = page.locator("#text")
        tab_to(page, field)
        page.keyboard.press("Control+a")
        page.keyboard.type(after)
        picture(page, "consultation-correction")
        press_by_key(page, page.locator("button[name=act][value=save]"))
        expect(page.locator("main")).to_contain_text(after)

    def propose(self, number: int) -> None:
        """Ask a colleague to publish it."""
        self.draft()
        picture(self.page, f"consultation-draft-v{number}")
        self.press(f"Propose to publish version {number}")

    def reply(self, reference: str, title: str, verdict: str, **fields: str) -> None:
        """From the queue to a comment with these words, and write what is said to it."""
        page = self.page
        self.go(f"/office/replies/{reference}")
        picture(page, "consultation-replies")
        press(page, page.locator("tbody th a", has_text=title))
        page.check(f"input[name=verdict][value={verdict}]")
        for name, value in fields.items():
            if name == "to":
                page.check(f"input[name=to][value={value}]")
            elif name == "changed":
                page.select_option("#changed", value)
            else:
                page.fill(f"#{name}", value)
        picture(page, f"consultation-reply-{verdict}")
        self.press("Propose to a colleague")

    def confirm_changes(self, number: int, lang: str) -> int:
        """Say of each doubtful change that it is the same provision; how many there were."""
        self.go(f"/office/drafts/{self.key}/v{number}/{lang}/changes")
        doubtful = self.page.locator("section select[name^='change-']")
        count = doubtful.count()
        for place in range(count):
            doubtful.nth(place).select_option("same")
        picture(self.page, f"consultation-changes-{lang}")
        if count:
            self.press("Confirm")
            expect(self.page.locator("main")).to_contain_text("Nothing is left to confirm.")
        return count


def number_in(url: str) -> int:
    """Of the comment whose page this is."""
    found = re.search(r"/C-\d{4}-\d{4}/(\d+)", url)
    assert found, url
    return int(found[1])
