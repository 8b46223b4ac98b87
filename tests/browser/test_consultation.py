"""A consultation from the ministry's file to the report on it, everybody on the pages, in a browser of their own.

An official brings the draft and a colleague publishes it; citizens comment, one with the keyboard alone and one without
JavaScript; a second version comes, and what was said finds its place in it; the ministry replies and reports.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from tests.browser.binding import press
from tests.browser.booth import picture
from tests.browser.conftest import NewPage
from tests.browser.consultation import Ministry, Reader, fits, number_in, word_file
from tests.consultations import office
from tests.officials import MakeOfficial
from tests.voting.making import make_people

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.services import Services

pytestmark = pytest.mark.browser

DESK_SIZE = {"width": 1280, "height": 900}
SMALL = {"width": 320, "height": 640}
CLOSES = "Парк закрывается в 22 часа."
CLEANED = "Парк убирается раз в неделю."
BY_KEY = "Пусть парк будет открыт до двадцати трёх часов: летом в это время ещё светло."
ALIKE = "Здравствуйте! Пусть парк будет открыт до двадцати трёх часов, летом в это время ещё светло."
ON_WORDS = "Этого мало: зимой снег лежит неделями."
WHY = "Многие возвращаются с работы после десяти."
LATER = {
    "ru": office.TEXTS["ru"]
    .replace(CLOSES, "Парк закрывается в 23 часа.")
    .replace(CLEANED, "Парк убирается не реже чем раз в неделю.")
    .replace(
        "Настоящие Правила устанавливают порядок ухода за парками во дворах.",
        "Порядок ухода за парками во дворах и на улицах определяют акиматы.",
    ),
    "kk": office.TEXTS["kk"].replace("сағат 22-де", "сағат 23-те"),
}


@dataclass
class Walk:
    """Everybody, and what happens around them."""

    services: Services
    worker: Worker
    clock: ManualClock
    first: Ministry
    second: Ministry
    author: Reader
    """Reads Russian pages; the other one Kazakh ones, on a phone, without JavaScript."""
    other: Reader
    observer: Page
    reference: str = ""

    def rounds(self) -> None:
        """The worker does what waits, and what that makes wait."""
        for _ in range(3):
            self.worker.run_due()
            ledger.publish(self.services)

    def look(self, path: str) -> Page:
        """At a page of the consultation, as everybody can."""
        self.observer.goto(f"{self.services.settings.base_url}/en/consultations/{self.reference}{path}")
        return self.observer


@pytest.fixture
def walk(
    live_server: Services,
    worker: Worker,
    outbox: NullMailer,
    clock: ManualClock,
    official: MakeOfficial,
    new_page: NewPage,
) -> Walk:
    iins, _ = make_people(live_server, 2)
    scripts = {"ru": True, "kk": False}
    author, other = (
        Reader(
            new_page(lang, viewport=DESK_SIZE if lang == "ru" else SMALL, java_script_enabled=scripts[lang]),
            lang,
            iin,
            f"n{place}@mail.example",
            live_server,
            worker,
            outbox,
        )
        for place, (lang, iin) in enumerate(zip(scripts, iins, strict=True))
    )
    first, second = (Ministry(official(Role.MINISTRY), new_page("en", viewport=DESK_SIZE), "en") for _ in range(2))
    return Walk(live_server, worker, clock, first, second, author, other, new_page("en", viewport=SMALL))


def test_a_consultation_from_the_file_to_the_report(walk: Walk) -> None:
    bring(walk)
    say(walk)
    change(walk)
    reply(walk)
    report(walk)


def bring(walk: Walk) -> None:
    """A Word file in one language, pasted text in the other; a misspelled word is put right; a colleague publishes."""
    first, second = walk.first, walk.second
    first.come_in()
    second.come_in()
    first.begin(office.details(walk.clock))
    second.key = first.key
    press(first.page, first.page.locator("main a[href$='/v1/ru']"))
    first.page.set_input_files(
        "#file", {"name": "Проект.docx", "mimeType": "application/octet-stream", "buffer": word_file()}
    )
    first.press("Read it")
    main = first.page.locator("main")
    expect(main).to_contain_text("Reading the file")
    picture(first.page, "consultation-progress")
    walk.worker.run_due()
    expect(main).to_contain_text("Статья 2. Уход")  # the page looks for itself; the numbers were Word's
    picture(first.page, "consultation-preview")
    first.correct_by_key("Парк закрываетса в 22 часа.", CLOSES)
    first.paste(1, "kk", office.TEXTS["kk"])
    first.propose(1)
    second.approve("Decide on a draft of your agency")
    walk.rounds()
    walk.observer.goto(f"{walk.services.settings.base_url}/en/consultations")
    href = walk.observer.locator("main a[href*='/consultations/C-']").first.get_attribute("href") or ""
    found = re.search(r"C-\d{4}-\d{4}", href)
    assert found
    walk.reference = walk.author.reference = walk.other.reference = found[0]


def say(walk: Walk) -> None:
    author, other = walk.author, walk.other
    author.come_in()
    author.comment_by_key(CLOSES, BY_KEY)
    author.quote(CLEANED, "раз в неделю", ON_WORDS)
    author.amend(CLOSES, "Парк закрывается в 23 часа.", WHY)
    assert number_in(author.page.url) == 3
    picture(author.page, "consultation-mine")
    other.come_in()
    other.comment(CLOSES, ALIKE)
    walk.rounds()
    main = walk.look("/comments/2").locator("main")
    expect(main.locator("mark")).to_have_text("раз в неделю")
    fits(walk.observer, "consultation-comment")


def change(walk: Walk) -> None:
    """The second version: what is doubtful in it is confirmed, and each comment goes to where its words went."""
    first, second = walk.first, walk.second
    first.draft()
    first.press("Prepare a new version")
    for lang, text in LATER.items():
        first.paste(2, lang, text)
    assert first.confirm_changes(2, "ru") == 1
    assert first.confirm_changes(2, "kk") == 0
    first.propose(2)
    second.approve("Decide on a draft of your agency")
    walk.rounds()
    fits(walk.look("/v2?text=ru"), "consultation-v2")
    for view in ("", "&view=beside"):
        page = walk.look(f"/v2/compare/1?text=ru{view}")
        expect(page.locator("main ins").first).to_be_visible()
        fits(page, f"consultation-compare{view}")
    main = walk.look("/comments/2").locator("main")
    expect(main).to_contain_text("In later versions")
    expect(main.locator("a[href*='/v2?'][href*='at=']")).to_have_count(1)


def reply(walk: Walk) -> None:
    """One is accepted by what changed, one reply is to two that say the same, one is rejected by the other official."""
    first, second, reference = walk.first, walk.second, walk.reference
    point = walk.look("/v2?text=ru").locator("section.egov-act__p", has_text="Парк закрывается в 23 часа.")
    changed = f"2:ru:{point.get_attribute('id')}"
    first.reply(reference, WHY, "accepted", changed=changed)
    expect(first.page.locator("main ins").first).to_contain_text("23")
    second.approve("Decide on a reply to comments")
    first.reply(
        reference, "двадцати трёх", "partly", to="all", reason="До 23 часов – да, но не позже.", changed=changed
    )
    second.approve("Decide on a reply to comments")
    second.reply(reference, ON_WORDS, "rejected", reason="Снег убирают по другим правилам.")
    first.approve("Decide on a reply to comments")
    walk.rounds()
    walk.other.go(f"/consultations/{reference}/comments/4")
    walk.other.sees("Accepted in part")
    fits(walk.other.page, "consultation-replied")
    assert walk.author.mailed_link(f"/consultations/{reference}/comments/")
    assert any("4" in mail.subject for mail in walk.other.mails())


def report(walk: Walk) -> None:
    """After the last day: what two officials freeze is read as a page, a PDF, a table and data."""
    walk.clock.advance(days=62)
    walk.rounds()
    walk.first.come_in()
    walk.second.come_in()
    walk.first.go(f"/office/reports/{walk.reference}")
    walk.first.press("Propose to publish it")
    walk.second.approve("Decide on the report on a consultation")
    walk.rounds()
    page = walk.look("/report")
    for said in (BY_KEY, "Снег убирают по другим правилам.", "Парк закрывается в"):
        expect(page.locator("main")).to_contain_text(said)
    fits(page, "consultation-report")
    base = f"{walk.services.settings.base_url}/consultations/{walk.reference}/report"
    data = page.request.get(f"{base}.json").json()
    assert (data["complete"], data["totals"]["replied"]) == (True, 4)
    rows = list(csv.DictReader(io.StringIO(page.request.get(f"{base}.csv").text().removeprefix("\ufeff"))))
    assert sorted(Counter(row["reply"] for row in rows).values()) == [1, 1, 2]
    pdf = page.request.get(base.replace("/consultations/", "/ru/consultations/") + ".pdf")
    assert pdf.body().startswith(b"%PDF")
