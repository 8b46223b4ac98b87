"""An election as everybody lives through it, from keys and register to a result that others confirm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.belenios import Belenios
from tests.browser.booth import Booth, code_in, picture
from tests.browser.conftest import NewPage
from tests.voting.making import close_at, make_people

from egov_crypto.cli.ballot import main as egov_ballot
from egov_crypto.cli.verify import main as egov_verify
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services
from egov_participation.voting import service, setup_file
from egov_participation.voting.rules import VoteState

pytestmark = [pytest.mark.browser, pytest.mark.belenios]

SETUP = """
kind = "consultative"
title = { kk = "Жаңа саябақ", ru = "Новый парк", en = "A new park" }
opens_at = 2024-10-06T09:00:00+05:00
closes_at = 2024-10-06T20:00:00+05:00
administrator = { kk = "Комиссия", ru = "Комиссия", en = "The commission" }
credential_authority = { kk = "Тіркеуші", ru = "Регистратор", en = "The registrar" }
[description]
kk = "Қалада саябақ салу керек пе?"
ru = "Нужен ли городу парк?"
en = "Does the city need a park?"
[roll]
from = "file"
file = "roll.csv"
[[questions]]
text = { kk = "Саябақ керек пе?", ru = "Нужен ли парк?", en = "Do we need a park?" }
answers = [{ kk = "Иә", ru = "Да", en = "Yes" }, { kk = "Жоқ", ru = "Нет", en = "No" }]
blank = true
[[questions]]
text = { kk = "Қай ауданда?", ru = "В каком районе?", en = "In which district?" }
answers = [
    { kk = "Солтүстікте", ru = "На севере", en = "In the north" },
    { kk = "Оңтүстікте", ru = "На юге", en = "In the south" },
    { kk = "Орталықта", ru = "В центре", en = "In the centre" },
]
min = 0
max = 2
[[trustees]]
name = "Aigul"
public_key_file = "aigul.pub"
[[trustees]]
name = "Ivan"
public_key_file = "ivan.pub"
"""


@dataclass
class Election:
    """The people around one vote, and what they have at hand."""

    services: Services
    worker: Worker
    outbox: NullMailer
    folder: Path
    iins: list[str]
    uuid: str

    @property
    def page(self) -> str:
        return f"{self.services.settings.base_url}/en/votes/{self.uuid}"

    @property
    def archive(self) -> str:
        return f"{self.services.settings.base_url}/votes/{self.uuid}/archive.bel"

    def come_in(self, page: Page, lang: str, voter: int) -> Booth:
        """From the vote's page through signing in and the voting code into the booth, as a voter clicks."""
        here = self.page.replace("/en/", f"/{lang}/")
        page.goto(here)
        picture(page, f"{lang}-a-vote")
        page.locator("main a.govuk-button--start").click()
        page.fill("#iin", self.iins[voter])
        page.locator("form[action$='/sign-in'] button").click()
        page.wait_for_url("**/sign-in/code")
        self.worker.run_due()
        (code,) = re.findall(r"\b\d{6}\b", self.outbox.sent[-1].text)
        page.fill("#code", code)
        page.locator("form[action$='/sign-in/code'] button").click()
        page.wait_for_url(f"{here}/enter")
        picture(page, f"{lang}-b-enter")
        page.locator('button[value="credential"]').click()
        page.wait_for_url(f"{here}/code")
        page.locator("form[action$='/code/mail'] button").click()
        page.wait_for_url(f"{here}/code/mail")
        self.worker.run_due()
        (code,) = re.findall(r"\b\d{8}\b", self.outbox.sent[-1].text)
        page.fill("#code", code)
        page.locator("form[action$='/code/answer'] button").click()
        page.wait_for_url(f"{self.services.settings.booth_url}/**/credential")
        page.locator('main button[type="submit"]').click()
        credential = code_in(page.locator("#voting-code"))
        picture(page, f"{lang}-c-credential")
        page.locator("main a.govuk-button--start").click()
        booth = Booth(page, self.uuid, (credential,), self.services.settings.booth_url, lang)
        booth.at("credential")
        booth.enter()
        return booth


@pytest.fixture
def election(
    live_server: Services, worker: Worker, outbox: NullMailer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Election:
    for name in ("aigul", "ivan"):
        key, public, secret = (str(tmp_path / f"{name}.{end}") for end in ("key", "pub", "words"))
        assert egov_ballot(["trustee", "new", key, "--public", public, "--passphrase-to", secret]) == 0
    iins, _ = make_people(live_server, 4)
    (tmp_path / "roll.csv").write_text("iin\n" + "".join(f"{iin.digits}\n" for iin in iins))
    (tmp_path / "vote.toml").write_text(SETUP, "utf-8")
    created = service.create_vote(live_server, setup_file.read(tmp_path / "vote.toml", live_server.clock()))
    capsys.readouterr()
    return Election(live_server, worker, outbox, tmp_path, [iin.digits for iin in iins], created.uuid)


def answer(booth: Booth, first: int | str, second: tuple[int, ...]) -> str:
    booth.answer(first, second)
    return booth.encrypt()


def decrypt(election: Election, page: Page, name: str) -> None:
    """A trustee decrypts on their own computer, from the archive's address, and hands the file in."""
    out = election.folder / f"{name}.decryption.json"
    key, secret = (str(election.folder / f"{name}.{end}") for end in ("key", "words"))
    assert egov_ballot(["trustee", "decrypt", key, election.page, "--passphrase-file", secret, "--out", str(out)]) == 0
    page.goto(f"{election.page}/decryption")
    page.set_input_files("#decryption", out)
    page.locator('main form[enctype] button[type="submit"]').click()
    expect(page.locator(".govuk-notification-banner--success")).to_be_visible()


def test_three_voters_a_challenge_and_a_revote_come_to_a_result_that_others_confirm(
    election: Election,
    new_page: NewPage,
    clock: ManualClock,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    trackers: dict[str, str] = {}

    first = election.come_in(new_page("kk"), "kk", 0)
    answer(first, 0, (0, 2))
    trackers["first"] = first.cast()

    second = election.come_in(new_page("ru"), "ru", 1)
    seal = answer(second, 1, (1,))
    second.act("challenge")
    with second.page.expect_download() as download:
        second.page.locator('[data-slot="challenge-file"]').click()
    download.value.save_as(tmp_path / "challenge.json")
    assert egov_ballot(["audit", str(tmp_path / "challenge.json"), election.archive]) == 0
    assert seal in capsys.readouterr().out.replace(" ", "")
    second.act("again")
    answer(second, 0, ())
    trackers["second"] = second.cast()

    third = election.come_in(new_page("en"), "en", 2)
    answer(third, 1, (0, 1))
    trackers["replaced"] = third.cast()
    third.page.goto(f"{election.services.settings.booth_url}/en/votes/{election.uuid}/booth")
    third.at("credential")
    third.enter()
    answer(third, "blank", (2,))
    trackers["third"] = third.cast()

    observer = new_page("en", viewport={"width": 1280, "height": 900})
    observer.goto(f"{election.page}/board")
    picture(observer, "en-d-board")
    seen = service.vote(election.services, election.uuid)
    assert (seen.state, seen.ballots, seen.voters, seen.registered) == (VoteState.OPEN, 4, 3, 4)
    assert egov_verify(["vote", election.page]) == 0

    clock.set(datetime(2024, 10, 6, 15, 0, 1, tzinfo=UTC))
    close_at(election.services, clock())
    decrypt(election, observer, "ivan")
    decrypt(election, observer, "aigul")
    picture(observer, "en-e-decrypted")

    observer.goto(f"{election.page}/result")
    expect(observer.locator("main svg").first).to_be_visible()
    picture(observer, "en-f-result")
    assert service.vote(election.services, election.uuid).result == ((1, 2, 0), (1, 0, 2))
    for name, tracker in trackers.items():
        status = service.ballot(election.services, election.uuid, tracker).ballot.status
        assert status == ("superseded" if name == "replaced" else "counted")

    observer.goto(election.page)
    with observer.expect_download() as download:
        observer.locator(f'a[download="{election.uuid}.bel"]').click()
    folder = tmp_path / "observed"
    folder.mkdir()
    archive = folder / f"{election.uuid}.bel"
    download.value.save_as(archive)
    capsys.readouterr()
    assert egov_verify(["vote", "--json", str(archive)]) == 0
    assert '"result":[[1,2,0],[1,0,2]]' in capsys.readouterr().out.replace(" ", "")
    Belenios.found().run(folder, "election", "verify")
