"""A petition from its first word to the answer, and the recount of its signatures by an observer.

A citizen writes it, moderators check it, supporters make it public, three people sign and one withdraws, two officials
of a ministry answer: everybody on the pages, in a browser of their own. Time is the clock's alone, and the worker does
its rounds when it is told to. Then somebody puts a signature into the database.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select
from tests.browser.binding import Official, enrol
from tests.browser.booth import picture
from tests.browser.conftest import PHONE, NewPage
from tests.browser.petition import Citizen, Moderator, publish
from tests.browser.server import on_own_port
from tests.browser.test_passkeys import device
from tests.officials import MakeOfficial
from tests.voting.making import make_people

from egov_crypto.cli import site_vote
from egov_crypto.cli.verify import main as egov_verify
from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.petitions.models import Delta, Petition, PetitionCount, Signature
from egov_participation.services import Services
from egov_participation.settings import Settings

pytestmark = pytest.mark.browser

DESK_SIZE = {"width": 1280, "height": 900}
RULES = Path(__file__).parent / "jurisdictions"
TITLE = "Пусть налог платят по частям"
ASK = "Просим разрешить платить налог на имущество каждый месяц."
BETTER = "Просим разрешить платить налог на имущество каждый квартал."
ANSWER = ("Тоқсан сайын төлеуге болады.", "Платить можно каждый квартал.", "It can be paid each quarter.")
UPDATE = ("Заң қабылданды.", "Закон принят.", "The law was passed.")


@dataclass
class Walk:
    """Everybody, and what happens around them."""

    services: Services
    worker: Worker
    clock: ManualClock
    citizens: list[Citizen]
    """Who writes it (Russian), and who signs: without JavaScript (Kazakh), and two with security keys."""
    moderator: Moderator
    first: Official
    second: Official
    observer: Page
    keys: list[dict[str, object]]
    reference: str = ""

    @property
    def page(self) -> str:
        """Address of the petition, without the site's."""
        return f"/petitions/{self.reference}"

    def rounds(self) -> None:
        """The worker does what waits, and what that makes wait; the log's own round publishes in between."""
        for _ in range(3):
            self.worker.run_due()
            ledger.publish(self.services)

    def look(self, lang: str = "en") -> Page:
        """At the petition, as everybody can."""
        self.observer.goto(f"{self.services.settings.base_url}/{lang}{self.page}")
        return self.observer


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    mine = on_own_port(Settings.for_tests(tmp_path))
    return mine.model_copy(update={"jurisdiction": "walk", "jurisdiction_dir": RULES})


@pytest.fixture
def walk(
    live_server: Services,
    worker: Worker,
    outbox: NullMailer,
    clock: ManualClock,
    official: MakeOfficial,
    new_page: NewPage,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Walk:
    def at_work(role: Role) -> Official:
        return Official(official(role), new_page("en", viewport=DESK_SIZE), "en")

    monkeypatch.setenv("EGOV_VERIFY_STATE", str(tmp_path / "observer"))
    monkeypatch.setattr(site_vote, "SETTLE_PAUSE", 0.0)
    iins, _ = make_people(live_server, 4)
    langs = ("ru", "kk", "ru", "en")
    citizens = [
        Citizen(
            new_page(lang, viewport=PHONE if lang == "kk" else DESK_SIZE, java_script_enabled=lang != "kk"),
            lang,
            iin,
            f"n{place}@mail.example",
            live_server,
            worker,
            outbox,
        )
        for place, (lang, iin) in enumerate(zip(langs, iins, strict=True))
    ]
    desk = at_work(Role.DESK_OPERATOR)
    clock.advance(hours=-live_server.settings.registrar_passkey_hours)
    desk.come_in()
    at_desk = device(desk.page, transport="usb")
    keys = [enrol(desk, at_desk, citizen.iin) for citizen in citizens[2:]]
    worker.run_due()  # the registrar learns of them, and from then on they wait
    clock.advance(hours=live_server.settings.registrar_passkey_hours, minutes=5)
    return Walk(
        live_server,
        worker,
        clock,
        citizens,
        Moderator(official(Role.MODERATOR), new_page("en", viewport=DESK_SIZE), "en"),
        at_work(Role.MINISTRY),
        at_work(Role.MINISTRY),
        new_page("en", viewport=DESK_SIZE),
        keys,
    )


def test_a_petition_from_its_draft_to_the_answer_and_the_recount(
    walk: Walk, capsys: pytest.CaptureFixture[str]
) -> None:
    write(walk)
    moderate(walk)
    find_supporters(walk)
    sign(walk)
    answer(walk)
    recount(walk, capsys)
    forge(walk, capsys)


def write(walk: Walk) -> None:
    creator = walk.citizens[0]
    creator.go("/petitions/new")
    picture(creator.page, "petition-ru-new")
    creator.come_in()
    creator.go("/petitions/new")
    creator.page.check("input[name=language][value=ru]")
    creator.press("Begin")
    creator.write({"title": TITLE, "ask": ASK, "background": "", "territory": "", "addressee": "finance"})
    creator.write({"shown": "yes"})
    for said in (TITLE, ASK, "Министерство финансов", "Сынақ С."):
        expect(creator.page.locator("main")).to_contain_text(said)
    picture(creator.page, "petition-ru-check")
    creator.press("Hand the petition in")
    found = re.search(r"P-\d{4}-\d{4}", creator.page.url)
    assert found
    walk.reference = found[0]
    assert creator.page.request.get(f"{creator.base}/en{walk.page}").status == 404  # it is for moderators alone as yet


def moderate(walk: Walk) -> None:
    """Another wording is suggested, the creator sees each changed word and accepts; then it is accepted."""
    creator, moderator = walk.citizens[0], walk.moderator
    moderator.come_in()
    moderator.check(walk.reference)
    moderator.suggest("ru-ask", BETTER, "Ай сайын төлеу заңда жоқ.")
    walk.rounds()
    assert creator.mailed_link(f"/me{walk.page}")
    creator.go(f"/me{walk.page}")
    main = creator.page.locator("main")
    expect(main.locator("del")).to_contain_text("месяц")
    expect(main.locator("ins")).to_contain_text("квартал")
    picture(creator.page, "petition-ru-wording")
    creator.press("Accept this wording")
    moderator.check(walk.reference)
    expect(moderator.page.locator("main")).to_contain_text(BETTER)
    moderator.accept()
    walk.rounds()


def find_supporters(walk: Walk) -> None:
    creator, *signers = walk.citizens
    creator.go(f"/me{walk.page}")
    link = creator.page.locator("main a[href*='/support/']").get_attribute("href")
    assert link
    picture(creator.page, "petition-ru-collecting")
    for one in signers:
        one.come_in()
    signers[0].support(link)
    signers[0].sees("You support this petition.")
    signers[1].support(link)
    walk.rounds()
    main = walk.look().locator("main")
    expect(main.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(main).to_contain_text(BETTER)
    expect(main.locator("del")).to_contain_text("месяц")  # the public sees what was changed
    picture(walk.observer, "petition-en-opened")


def sign(walk: Walk) -> None:
    """Three sign and one withdraws; the two who remain are enough."""
    without_scripts, second, third = walk.citizens[1:]
    without_scripts.page.goto(without_scripts.mailed_link(walk.page))
    without_scripts.sign_with_code(tell=True)
    for one, key in zip((second, third), walk.keys, strict=True):
        one.take(key)
        one.go(walk.page)
        one.sign_with_passkey()
    second.follow("Back to the petition")
    second.go(f"{walk.page}/signed")
    second.withdraw_with_passkey()
    walk.rounds()

    main = walk.look().locator("main")
    expect(main.locator(".egov-number__value").first).to_have_text("2")
    expect(main).to_contain_text("Reached on")
    walk.clock.advance(hours=1)  # until the registrar's batch
    walk.rounds()
    assert page_counts(walk) == [2, 2]
    picture(walk.observer, "petition-en-reached")
    assert any("2" in mail.subject for mail in walk.citizens[0].mails())


def page_counts(walk: Walk) -> list[int]:
    """What the page says: provisionally, and verified."""
    values = walk.look().locator("main .egov-number__value")
    expect(values).to_have_count(2)
    return [int(text) for text in values.all_inner_texts()]


def answer(walk: Walk) -> None:
    """Four eyes; who asked for news has a mail, and no other one after one click in a mail program."""
    subscriber, first, second = walk.citizens[1], walk.first, walk.second
    first.come_in()
    second.come_in()
    before = len(subscriber.mails())
    publish(first, second, walk.reference, "Write the official answer", ANSWER)
    walk.rounds()
    main = walk.look().locator("main")
    expect(main).to_contain_text(ANSWER[2])
    expect(main).to_contain_text("Done on")
    picture(walk.observer, "petition-en-answered")
    (mail,) = subscriber.mails()[before:]
    assert ANSWER[0] in mail.text

    stop = mail.headers["List-Unsubscribe"].strip("<>")
    assert httpx.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    publish(second, first, walk.reference, "Tell what happened since, or correct what was said", UPDATE)
    walk.rounds()
    expect(walk.look().locator("main")).to_contain_text(UPDATE[2])
    assert subscriber.mails()[before:] == [mail]
    assert UPDATE[0] in walk.citizens[0].mails()[-1].text


def verify(walk: Walk, capsys: pytest.CaptureFixture[str], status: int = 0) -> dict[str, object]:
    """What `egov-verify petition` says of the page."""
    capsys.readouterr()
    assert egov_verify(["petition", "--json", "--jobs", "1", walk.look().url]) == status
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith('{"ok"'))  # beside the server's
    said: dict[str, object] = json.loads(line)
    return said


def recount(walk: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    said = verify(walk, capsys)
    petition = said["petition"]
    assert isinstance(petition, dict)
    assert [petition["verified"], petition["withdrawn"], petition["attested"]] == [page_counts(walk)[1], 1, 3]
    assert petition["by_region"] == {"KZ-75": 2}
    assert [reached["tier"] for reached in petition["thresholds"]] == ["answer"]
    assert "signature" not in " ".join(doubts(said))


def doubts(said: dict[str, object]) -> list[str]:
    """What is strange about this petition, beside what nobody can know of any."""
    unknown = said["unknown"]
    assert isinstance(unknown, list)
    return [sentence for sentence in unknown if sentence.startswith(("Why", "Whether one"))]


def failure(said: dict[str, object]) -> tuple[str, str]:
    """Code and sentence of what does not hold."""
    found = said["failure"]
    assert isinstance(found, dict)
    return found["code"], found["message"]


def forge(walk: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    """A signature that somebody puts into the database, as signing would have: the registrar attested none."""
    with walk.services.database.uow() as tx:
        row = tx.exec(select(Signature).where(Signature.state == "valid")).first()
        assert row is not None
        made = row.model_dump(exclude={"id"}) | {"pseudonym": bytes(64), "person_hash": b"x" * 32}
        tx.add(Signature(**made))
        tx.add(Delta(petition_id=row.petition_id, region=row.region, day=row.day, way="electronic", change=1))
        tx.commit()
    walk.clock.advance(hours=1)
    walk.rounds()
    assert page_counts(walk) == [3, 2]
    code, message = failure(verify(walk, capsys, 1))
    assert code == "petition.count"
    assert re.search("1 of 3 who have signed are not in the log|3 signed on 2024-10-06", message), message

    # Whoever raises the verified count as well is caught by the numbers alone.
    with walk.services.database.uow() as tx:
        petition = tx.exec(select(Petition).where(Petition.reference == walk.reference)).one()
        count = tx.get(PetitionCount, petition.id)
        assert count is not None
        count.verified += 1
        tx.add(count)
        tx.commit()
    code, message = failure(verify(walk, capsys, 1))
    assert code == "petition.count"
    assert "count_verified" in message, message
