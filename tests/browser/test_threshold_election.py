"""An election by ranks whose three trustees made their key together, of whom two were enough, beside a fourth who was
needed always."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.belenios import Belenios
from tests.browser.binding import Trustee
from tests.browser.booth import Booth, picture
from tests.browser.conftest import NewPage
from tests.browser.test_whole_election import Election as Around
from tests.commission.frozen import Course, begin, document
from tests.officials import MakeOfficial
from tests.registrar.book import CredentialBook
from tests.voting.making import close_at, make_people

from egov_crypto import ballot
from egov_crypto.cli.verify import main as egov_verify
from egov_crypto.election import Election
from egov_crypto.threshold.ceremony import Step
from egov_crypto.verify import verify_archive
from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.commission import documents
from egov_participation.commission.service import drafts
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.rules import VoteState

pytestmark = [pytest.mark.browser, pytest.mark.belenios]

WIDE = {"width": 1280, "height": 900}
LANGUAGES = ("kk", "ru", "en")
ASEL, BOLAT, GULNAR, DAULET = names = ("Әсел", "Болат", "Гүлнар", "Дәулет")
COUNCIL = documents.counted("stv", blank=True, seats=2) | {
    "type": "ranking",
    "text": {"kk": "Кеңеске кім кіреді?", "ru": "Кто войдёт в совет?", "en": "Who joins the council?"},
    "answers": [dict.fromkeys(LANGUAGES, name) for name in names],
}
CAST = ([1, 2, 0, 0], [1, 2, 0, 0], [1, 2, 0, 0], [1, 0, 2, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 1, 0, 0])
"""Besides the ballot of the booth, which ranks Daulet first and Bolat second. Without it Gulnar, who has twice
Bolat's first preferences, would be elected beside Asel."""


def test_three_trustees_make_a_key_and_two_of_them_and_a_fourth_bring_a_ranked_election_to_its_result(
    live_server: Services,
    worker: Worker,
    outbox: NullMailer,
    official: MakeOfficial,
    new_page: NewPage,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    course, iins, people = drafted(live_server, worker, outbox, official)
    first, absent, second, always = trustees = [
        Trustee(new_page(lang, viewport=WIDE), lang, f"trustee{place}@mail.example", tmp_path, worker,
                links=[f"{live_server.settings.booth_url}/{lang}/trustee/{token}"])
        for place, (lang, token) in enumerate(zip((*LANGUAGES, "en"), course.tokens, strict=True), 1)
    ]  # fmt: skip
    make_the_key(course, trustees[:3], new_page)
    always.come()
    always.make_key()
    course.freeze()
    second.come()
    second.confirm()
    course.confirm().approve(official(Role.COMMISSION), course.propose_set_up())
    around = Around(live_server, worker, outbox, tmp_path, iins, course.draft.uuid)
    vote(around, people, new_page("en"))

    view = service.vote(live_server, around.uuid)
    assert (view.state, view.needed, view.always) == (VoteState.OPEN, 3, (1,))
    assert view.voters == len(CAST) + 1
    close_at(live_server, view.closes_at)
    noted = shuffled_and_decrypted(around, (first, second, always), absent)
    confirmed(around, new_page("en", viewport=WIDE), noted, capsys)


def drafted(
    services: Services, worker: Worker, outbox: NullMailer, official: MakeOfficial
) -> tuple[Course, list[str], list[str]]:
    """A draft of whose trustees three were told to begin, and some who may vote: their IINs and the register's ids."""
    member = official(Role.COMMISSION)
    course = begin(services, worker, outbox, member, voters=0)
    iins, people = make_people(services, len(CAST) + 1)
    asked = document(services) | {"kind": "consultative", "questions": [COUNCIL]}
    with services.database.uow() as tx:
        course.id = drafts.make(services, tx, member.session, asked).id
        tx.commit()
    course.with_ceremony()
    course.tokens.append(course.invite(course.add_trustee(4, always=True)))
    return course, [iin.digits for iin in iins], people


def make_the_key(course: Course, trustees: list[Trustee], new_page: NewPage) -> None:
    """In three browsers, each step by all of them before the next; one goes on in another browser."""
    third = trustees[2]
    for step in Step:
        for trustee in trustees:
            if step is Step.POLYNOMIAL and trustee is third:
                trustee.page.context.close()
                trustee.page = new_page(trustee.lang, viewport=WIDE)
            trustee.come()
            if step is Step.CERTIFICATE:
                trustee.begin_ceremony()
            else:
                trustee.take_step()
            if trustee is not third:
                trustee.says("Others are awaited")
                expect(trustee.page.locator(".trustee-awaited .govuk-tag")).to_have_count(2 - trustees.index(trustee))
    prints = set()
    for trustee in trustees:
        trustee.come()
        prints.add(trustee.compare_key())
    assert prints == {course.ceremony.fingerprint}


def vote(around: Around, people: list[str], page: Page) -> None:
    """The first in the booth, the others with programs of their own."""
    services, uuid = around.services, around.uuid
    clock = services.clock
    assert isinstance(clock, ManualClock)
    clock.set(service.vote(services, uuid).opens_at)
    booth: Booth = around.come_in(page, "en", 0)
    booth.at("question-0")
    page.click("#question-0-answer-3-rank")
    page.click("#question-0-answer-1-rank")
    booth.go_on()
    booth.at("review")
    booth.encrypt()
    booth.cast()
    election, book = Election.parse(service.vote(services, uuid).election), CredentialBook(services)
    for person, ranks in zip(people[1:], CAST, strict=True):
        service.cast(services, uuid, person, ballot.make(election, book.credential(uuid, person), [ranks]))


def shuffled_and_decrypted(around: Around, present: Sequence[Trustee], absent: Trustee) -> list[str]:
    """By those who are there, in their browsers, of whom the last is needed always; the hashes of their shuffles.

    Once enough of the others have done their part, nothing more is awaited of the one who was absent.
    """
    noted, heads = [], set()
    *others, always = present
    for trustee in others:
        trustee.come()
        noted.append(trustee.shuffle())
    absent.come()
    absent.says("Others are awaited")
    always.come()
    noted.append(always.shuffle())
    assert service.vote(around.services, around.uuid).state is VoteState.DECRYPTING
    for trustee in others:
        trustee.come()
        heads.add(trustee.decrypt())
    absent.come()
    absent.says("Nothing is left to do")
    assert service.vote(around.services, around.uuid).state is VoteState.DECRYPTING
    always.come()
    heads.add(always.decrypt())
    assert len(heads) == 1
    return noted


def confirmed(around: Around, observer: Page, noted: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What everybody reads, and what two programs find in the archive."""
    observer.goto(f"{around.page}/result")
    expect(observer.locator("main section strong").first).to_have_text(f"Elected: {ASEL}, {BOLAT}.")
    expect(observer.locator("main section svg").first).to_be_visible()
    rounds = observer.locator("main section details", has_text="Round by round in words").locator("li")
    expect(rounds).to_have_count(4)
    picture(observer, "threshold-result")
    capsys.readouterr()
    assert egov_verify(["vote", "--json", around.page]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])  # the server says on the same stream what was asked
    assert (found["shuffled"], found["required"], found["always"]) == ([2, 4, 1], 3, [1])
    (outcome,) = found["outcomes"]
    assert [names[place] for place in outcome["winners"]] == [ASEL, BOLAT]
    assert [shown["elected"] for shown in outcome["rounds"]] == [[0], [], [], [1]]
    observer.goto(around.page)
    with observer.expect_download() as downloading:
        observer.locator(f'a[download="{around.uuid}.bel"]').click()
    folder = around.folder / "observed"
    downloading.value.save_as(folder / f"{around.uuid}.bel")
    with (folder / f"{around.uuid}.bel").open("rb") as file:
        assert list(verify_archive(file).shuffles.values()) == noted
    Belenios.found().run(folder, "election", "verify")
