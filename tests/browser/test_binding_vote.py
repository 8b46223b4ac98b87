"""A binding vote as a commission runs it, from the first word of its draft to the signed protocol.

Two members of the commission, three trustees of whom one works on a command line without a network, an operator at a
service centre, and voters with security keys: everybody on the pages, in a browser of their own. Time is the clock's
alone, and the worker does its rounds when it is told to.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.belenios import Belenios
from tests.browser.binding import LANGUAGES, Official, Trustee, Voter, enrol, press
from tests.browser.booth import code_in, picture
from tests.browser.conftest import NewPage
from tests.browser.test_passkeys import device
from tests.officials import MakeOfficial
from tests.voting.making import make_people

from egov_crypto.cli.verify import main as egov_verify
from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry.iin import Iin
from egov_participation.services import Services
from egov_participation.voting import protocol, service
from egov_participation.voting.rules import VoteState

pytestmark = [pytest.mark.browser, pytest.mark.belenios]

DESK_SIZE = {"width": 1280, "height": 900}
TITLE = ("Жаңа саябақ", "Новый парк", "A new park")
COMMISSION = ("Қалалық комиссия", "Городская комиссия", "The city’s commission")
REGISTRAR = ("Тіркеуші", "Регистратор", "The registrar")
WHY = ("Түске дейін жарық болмады.", "До обеда не было света.", "There was no power until noon.")
TRUSTEES = (
    ("kk", ("Әйгерім, төраға", "Айгерим, председатель", "Aigerim, the chair")),
    ("ru", ("Иван, партия", "Иван, от партии", "Ivan, of a party")),
    ("en", ("Дәулет, одақ", "Даулет, от союза", "Daulet, of a union")),
)
OPENS, CLOSES, LATER = (datetime(2024, 10, 7, hour, tzinfo=UTC) for hour in (4, 15, 17))
"""9:00, 20:00 and 22:00 in Astana."""
COUNTS = OPENS + timedelta(minutes=5)
"""From then on a passkey shows a voting code: the desk enrolled it the evening before."""


@dataclass
class Vote:
    """Everybody, and what happens around them."""

    services: Services
    worker: Worker
    outbox: NullMailer
    clock: ManualClock
    first: Official
    second: Official
    desk: Official
    trustees: list[Trustee]
    iins: list[Iin]
    folder: Path

    @property
    def base(self) -> str:
        return self.services.settings.base_url

    def come(self, at: datetime) -> None:
        """Time passes, and the worker does its rounds."""
        self.clock.set(at)
        self.worker.run_due()
        self.worker.run_due()


@pytest.fixture
def vote(
    live_server: Services,
    worker: Worker,
    outbox: NullMailer,
    clock: ManualClock,
    official: MakeOfficial,
    new_page: NewPage,
    tmp_path: Path,
) -> Vote:
    def at_work(role: Role, lang: str) -> Official:
        return Official(official(role), new_page(lang, viewport=DESK_SIZE), lang)

    iins, _ = make_people(live_server, 4)
    trustees = [
        Trustee(new_page(lang, viewport=DESK_SIZE), lang, f"trustee{place}@mail.example", tmp_path, worker)
        for place, (lang, _) in enumerate(TRUSTEES, 1)
    ]
    first, second = at_work(Role.COMMISSION, "en"), at_work(Role.COMMISSION, "ru")
    desk = at_work(Role.DESK_OPERATOR, "en")
    return Vote(live_server, worker, outbox, clock, first, second, desk, trustees, iins, tmp_path)


def test_a_binding_vote_from_its_draft_to_the_signed_protocol(
    vote: Vote, new_page: NewPage, capsys: pytest.CaptureFixture[str]
) -> None:
    keys_on_loan = enrolled(vote)
    write_draft(vote)
    invite(vote)
    make_keys(vote)
    uuid = set_up(vote)

    vote.come(OPENS)
    voters = [
        Voter(new_page(lang), lang, vote.services.settings, uuid)  # in the order of the security keys
        for lang in LANGUAGES
    ]
    trackers, codes = [], []
    for voter, key, answer in zip(voters, keys_on_loan, (0, 0, 1), strict=True):
        voter.take(key)
        voter.sign_in()
        expect(voter.page.locator("main")).to_contain_text(dict(zip(LANGUAGES, TITLE, strict=True))[voter.lang])
        if voter is voters[0]:
            voter.has_to_wait()
            vote.clock.set(COUNTS)
        codes.append(voter.prove())
        voter.enter_booth(codes[-1], "main a.govuk-button--start")
        trackers.append(voter.vote(answer))
    assert len(set(codes)) == len(set(trackers)) == 3
    receipt, receipt_key = voters[0].save_receipt(vote.folder / "receipt.json")

    observer = new_page("en", viewport=DESK_SIZE)
    extend(vote, uuid, observer)
    # It would have closed here; whoever voted votes once more, with the code that they wrote down.
    vote.come(CLOSES.replace(hour=16))
    voters[2].sign_in()
    press(voters[2].page, voters[2].page.locator(f"main a[href$='/votes/{uuid}/enter']"))
    voters[2].enter_booth(codes[2], 'button[value="booth"]')
    trackers.append(voters[2].vote("blank"))

    vote.come(LATER)
    seen = service.vote(vote.services, uuid)
    assert (seen.state, seen.ballots, seen.voters, seen.registered) == (VoteState.DECRYPTING, 4, 3, 4)
    decrypt(vote, uuid, observer, capsys)
    sign(vote, uuid, observer)

    assert service.vote(vote.services, uuid).result == ((1, 2, 0),)
    for place, tracker in enumerate(trackers):
        status = service.ballot(vote.services, uuid, tracker).ballot.status
        assert status == ("superseded" if place == 2 else "counted")
    look_up(observer, vote, uuid, trackers[2], "The same voter cast a later ballot")
    look_up(observer, vote, uuid, trackers[3], "this ballot is in the count")
    confirmed_by_others(vote, uuid, observer, capsys)
    archive = f"{vote.base}/votes/{uuid}/archive.bel"
    assert egov_verify(["receipt", str(receipt), "--key", receipt_key, archive]) == 0


def look_up(observer: Page, vote: Vote, uuid: str, tracker: str, said: str) -> None:
    """What everybody learns who knows the number of a receipt."""
    observer.goto(f"{vote.base}/en/votes/{uuid}")
    expect(observer.locator("main [aria-current=step]")).to_contain_text("The protocol was signed")
    observer.fill("#tracker", tracker)
    press(observer, observer.locator("form.egov-search button"))
    expect(observer.locator("main")).to_contain_text(said)


# -- before it opens ---------------------------------------------------------------------------------------------------


def enrolled(vote: Vote) -> list[dict[str, object]]:
    """Three people come to the service centre; the fourth stays at home and will not vote."""
    vote.clock.set(COUNTS - timedelta(hours=vote.services.settings.registrar_passkey_hours))
    vote.desk.come_in()
    at_desk = device(vote.desk.page, transport="usb")
    keys = [enrol(vote.desk, at_desk, iin) for iin in vote.iins[:3]]
    vote.worker.run_due()
    assert len({str(key["credentialId"]) for key in keys}) == 3
    return keys


def write_draft(vote: Vote) -> None:
    first, roll = vote.first, vote.folder / "roll.csv"
    roll.write_text("iin\n" + "".join(f"{iin.digits}\n" for iin in vote.iins))
    first.come_in()
    first.go("/office/votes")
    first.press("New draft")
    first.press("Make the draft")

    first.follow("Title")
    first.say(TITLE)
    first.press("Save")
    first.follow("What it is about")
    first.say(("Қалаға саябақ керек пе?", "Нужен ли городу парк?", "Does the city need a park?"))
    first.press("Save")
    first.follow("Binding or consultative")
    first.page.get_by_label("It decides: a binding vote").check()
    first.press("Save")
    first.follow("Who runs the vote, and who keeps the register")
    first.say(COMMISSION, "administrator_")
    first.say(REGISTRAR, "registrar_")
    first.press("Save")
    first.follow("When it opens and closes")
    first.day("opens", 7, 10, 2024, "9:00")
    first.day("closes", 7, 10, 2024, "20:00")
    first.press("Save")

    first.follow("Questions and answers")
    first.press("Add a question")
    first.page.check("#kind")
    first.press("Add it and write its text")
    first.say(("Саябақ керек пе?", "Нужен ли парк?", "Do we need a park?"))
    first.press("Save and go to the answers")
    first.say(("Иә", "Да", "Yes"), "answer-1-")
    first.say(("Жоқ", "Нет", "No"), "answer-2-")
    first.press("Save and go on")
    first.page.check("#blank")
    first.press("Save")
    first.follow("Back to the draft")

    first.follow("Who may vote")
    first.follow("By a list that you upload")
    first.page.set_input_files("#roll", roll)
    first.press("Upload the list")
    expect(first.page.locator("main")).to_contain_text("4")
    first.follow("Back to the draft")
    picture(first.page, "binding-draft")


def invite(vote: Vote) -> None:
    first = vote.first
    first.follow("Trustees and their keys")
    for (lang, name), trustee in zip(TRUSTEES, vote.trustees, strict=True):
        first.press("Add a trustee")
        first.say(name, "name_")
        first.page.fill("#mail", trustee.mail)
        first.page.check(f"input[name=language][value={lang}]")
        if trustee is vote.trustees[2]:
            first.page.check("input[name=offline][value=true]")
        first.press("Save")
        first.press("Send the invitation")
        first.follow("Trustees and their keys")
    vote.worker.run_due()


def make_keys(vote: Vote) -> None:
    for trustee in vote.trustees:
        trustee.read_mail(vote.outbox)
        trustee.come()
    vote.trustees[0].make_key()
    vote.trustees[1].make_key()
    vote.trustees[2].make_key_with_the_program()


def set_up(vote: Vote) -> str:
    """Frozen, confirmed by all, proposed by one member and approved by the other; the vote's uuid."""
    first, second = vote.first, vote.second
    second.come_in()
    first.page.reload()
    first.follow("Freeze the setup, and see who has confirmed it")
    first.press("Freeze the setup")
    setup_page = first.page.url
    vote.worker.run_due()
    # The page asks by itself how far it is and loads anew at the end; whoever did so by hand would race with it.
    number = code_in(first.page.locator(".egov-receipt__tracker"))
    assert re.fullmatch(r"[0-9a-f]{64}", number)
    expect(first.page.get_by_role("button", name="Propose to set this vote up")).to_have_count(0)

    vote.worker.run_due()
    for trustee in vote.trustees:
        trustee.read_mail(vote.outbox)
        trustee.come()
        assert trustee.confirm() == number

    first.go("/office")
    press(first.page, first.page.locator("main").get_by_role("link", name="Propose to set a vote up"))
    assert first.page.url == setup_page
    first.press("Propose to set this vote up")
    assert code_in(first.page.locator(".egov-receipt__tracker")) == number
    refused_to_decide(vote, first.page)
    second.approve("Decide whether a vote is set up")
    assert code_in(second.page.locator(".egov-receipt__tracker")) == number
    (found,) = service.votes(vote.services)
    assert (found.state, found.setup_hash) == (VoteState.SETUP, number)
    return found.uuid


def refused_to_decide(vote: Vote, page: Page) -> None:
    """Whoever proposed it sees no decision, and is refused one that they send all the same."""
    expect(page.locator("main")).to_contain_text("You proposed this, so another member has to decide on it.")
    expect(page.locator("input[name=decision]")).to_have_count(0)
    fingerprint = code_in(page.locator("details .egov-grouped").last)
    answer = page.evaluate(
        """async ([address, hash]) => {
          const token = document.querySelector("main [name=csrf_token]").value;
          const body = new URLSearchParams({ csrf_token: token, decision: "approve", content_hash: hash });
          const answer = await fetch(address, { method: "POST", body });
          return [answer.status, await answer.text()];
        }""",
        [f"{page.url}/decide", fingerprint],
    )
    assert (answer[0], service.votes(vote.services)) == (403, [])


# -- while it is open --------------------------------------------------------------------------------------------------


def extend(vote: Vote, uuid: str, observer: Page) -> None:
    """Two hours more, with a reason that everybody reads."""
    first = vote.first
    vote.come(CLOSES.replace(hour=14))
    first.come_in()
    vote.second.come_in()
    first.go(f"/office/votes/{uuid}")
    first.follow("Let it close later")
    first.day("closes", 7, 10, 2024, "22:00")
    first.say(WHY, "public_")
    first.press("Propose this")
    observer.goto(f"{vote.base}/en/votes/{uuid}")
    expect(observer.locator("main")).not_to_contain_text(WHY[2])
    vote.second.approve("Decide whether a vote is extended")
    observer.reload()
    expect(observer.locator("main")).to_contain_text(WHY[2])
    expect(observer.locator("main [aria-current=step]")).to_contain_text("The vote was extended")
    picture(observer, "binding-extended")


# -- after it has closed -----------------------------------------------------------------------------------------------


def decrypt(vote: Vote, uuid: str, observer: Page, capsys: pytest.CaptureFixture[str]) -> None:
    one, two, three = vote.trustees
    for trustee in vote.trustees:
        trustee.read_mail(vote.outbox)
        trustee.come()
    head = one.decrypt()
    assert two.decrypt(theirs=head) == head
    archive = download(observer, vote, uuid)
    capsys.readouterr()
    three.decrypt_with_the_program(archive)
    assert head in capsys.readouterr().out
    assert service.vote(vote.services, uuid).state is VoteState.TALLIED


def download(observer: Page, vote: Vote, uuid: str) -> Path:
    """The archive, as everybody gets it from the vote's page, in a folder of its own."""
    observer.goto(f"{vote.base}/en/votes/{uuid}")
    with observer.expect_download() as downloading:
        observer.locator(f'a[download="{uuid}.bel"]').click()
    count = len(list(vote.folder.glob("archive-*")))
    archive = vote.folder / f"archive-{count}" / f"{uuid}.bel"
    downloading.value.save_as(archive)
    return archive


def sign(vote: Vote, uuid: str, observer: Page) -> None:
    """Proposed by the second member, approved by the first."""
    vote.worker.run_due()
    observer.goto(f"{vote.base}/en/votes/{uuid}/result")
    expect(observer.locator("main")).to_contain_text("two members of the commission have yet to sign the protocol")
    vote.first.come_in()
    vote.second.come_in()
    second = vote.second
    press(second.page, second.page.locator(f"main a[href$='/office/votes/{uuid}']"))
    second.press("Propose to sign the protocol")
    expect(second.page.get_by_role("table").first).to_contain_text("Число голосов")
    vote.first.approve("Decide whether the protocol is signed")
    observer.reload()
    expect(observer.locator("main")).to_contain_text("The protocol was signed on")
    expect(observer.locator("main svg").first).to_be_visible()
    picture(observer, "binding-result")


def confirmed_by_others(vote: Vote, uuid: str, observer: Page, capsys: pytest.CaptureFixture[str]) -> None:
    """The protocol in three languages and as data, the archive by two programs."""
    for lang in LANGUAGES:
        observer.goto(f"{vote.base}/{lang}/votes/{uuid}/result")
        answer = observer.request.get(f"{vote.base}/{lang}/votes/{uuid}/protocol.pdf")
        assert (answer.status, answer.headers["content-type"], answer.body()[:5]) == (200, "application/pdf", b"%PDF-")
    address = observer.locator('main a[type="application/json"]').get_attribute("href")
    raw = observer.request.get(f"{vote.base}{address}").body()
    observer.goto(f"{vote.base}/en/votes/{uuid}/verify")
    key = json.loads(raw)["key"]
    assert key in "".join(observer.locator("main").inner_text().split())
    content = protocol.verify(raw, key).content
    assert content["ballots"] == {"board": 4, "counted": 3, "superseded": 1}
    assert [answer["votes"] for answer in content["questions"][0]["answers"]] == [2, 0]
    assert content["questions"][0]["blank"]["votes"] == 1
    assert content["extensions"][0]["reason"]["kk"] == WHY[0]
    assert content["setup"]["hash"] == service.vote(vote.services, uuid).setup_hash
    assert content["turnout"]["statement"] is not None
    picture(observer, "binding-evidence")

    capsys.readouterr()
    assert egov_verify(["vote", "--json", f"{vote.base}/en/votes/{uuid}"]) == 0
    assert '"result":[[1,2,0]]' in capsys.readouterr().out.replace(" ", "")
    Belenios.found().run(download(observer, vote, uuid).parent, "election", "verify")
