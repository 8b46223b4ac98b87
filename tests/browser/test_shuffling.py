"""A trustee shuffles in the browser, and decrypts there once all have, if the shuffle under its name is its own."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select
from tests.browser.server import Gate, port_of, serving
from tests.commission.frozen import Course, begin, document
from tests.officials import MakeOfficial
from tests.registrar.book import CredentialBook
from tests.voting.making import close_at, verified
from tests.web.looking import barriers, too_wide

from egov_crypto import ballot, keyfile, mixnet, tally
from egov_crypto.election import Election
from egov_participation.actions import Role
from egov_participation.app import create_app
from egov_participation.commission import documents
from egov_participation.commission.service import drafts, handing_in
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry.models import Resident
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.models import HandIn
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service import HandInKind, HandInStage, adding_up

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
PASSPHRASE = "lusab-babad-gutih-tugad-mudof-sakat"
RANKS = ((1, 2), (2, 1), (1, 0), (0, 0), (1, 2))
SHOTS = os.environ.get("EGOV_SCREENSHOTS")


def ranked(course: Course, approving: MakeOfficial) -> str:
    """A vote with a ranking, set up, voted in by five people, closed; its uuid."""
    services, second = course.services, approving(Role.COMMISSION)
    course.with_keys().freeze().confirm().approve(second, course.propose_set_up())
    uuid = course.draft.uuid
    view = voting.vote(services, uuid)
    services.clock.set(view.opens_at)  # type: ignore[attr-defined]
    election, book = Election.parse(view.election), CredentialBook(services)
    with services.database.read() as db:
        people = sorted(db.exec(select(Resident.person_id)))
    for person, ranks in zip(people, RANKS, strict=False):
        raw = ballot.make(election, book.credential(uuid, person), [list(ranks)])
        voting.cast(services, uuid, person, raw, assurance=3)
    close_at(services, view.closes_at)
    return uuid


def test_votes_that_are_ranked_are_shuffled_in_the_browser_and_then_decrypted(
    services: Services,
    worker: Worker,
    outbox: NullMailer,
    official: MakeOfficial,
    gate: Gate,
    new_page: Callable[..., Page],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(adding_up, "PART", 1)  # so that a job puts the ballots together
    member = official(Role.COMMISSION)
    course = begin(services, worker, outbox, member, voters=6)
    ranking = documents.counted("schulze", blank=True) | {
        "type": "ranking",
        "text": {"kk": "Қайсысы?", "ru": "Что?", "en": "Which?"},
        "answers": [{"kk": "Алма", "ru": "Яблоко", "en": "Apple"}, {"kk": "Өрік", "ru": "Урюк", "en": "Apricot"}],
    }
    with services.database.uow() as tx:
        course.id = drafts.make(services, tx, member.session, document(services) | {"questions": [ranking]}).id
        tx.commit()
    gate.app = create_app(services.settings, services=services)
    with serving(gate, port_of(services.settings)):
        uuid = ranked(course, official)
        page = new_page("en", viewport=NARROW)
        page.goto(f"{services.settings.booth_url}/en/trustee/{course.tokens[0]}")
        page.click("main form button")
        page.wait_for_url("**/trustee")
        expect(page.locator("h1")).to_have_text("The encrypted ballots are being put together")
        look(page, "putting-together")
        worker.run_due()
        expect(page.locator("h1")).to_have_text("Shuffle the ballots")  # nobody has touched the page
        look(page, "shuffle")

        page.click("[data-form=start] button")
        expect(page.locator("#compare-heading")).to_be_focused()
        expect(page.locator("[data-slot=summary]")).to_contain_text("5 ballots verified")
        found = verified(services, uuid)
        assert found.report.tallied is not None
        assert shown(page, "head") == found.report.tallied.hash
        page.click("#shuffle-now")
        expect(page.locator("#made-heading")).to_be_focused()
        noted = shown(page, "hash")
        with page.expect_download() as downloading:
            page.click("[data-slot=file]")
        saved = downloading.value.path().read_bytes().strip()
        assert mixnet.verify(found.election, found.tally, saved).shuffled
        page.click("[data-form=send] button")
        expect(page.locator("h1")).to_have_text("Your shuffle is being verified")
        look(page, "verifying")
        while_it_is_verified(services, page, uuid, worker)
        expect(page.locator("h1")).to_have_text("Your shuffle is recorded")
        assert list(verified(services, uuid).shuffles.items()) == [(1, noted)]

        for token in course.tokens[1:]:
            before = verified(services, uuid)
            handing_in.hand_in(services, token, HandInKind.SHUFFLE, mixnet.shuffle(before.election, before.tally))
            worker.run_due()
        assert voting.vote(services, uuid).state is VoteState.DECRYPTING
        page.goto(f"{services.settings.booth_url}/en/trustee")
        look(page, "decrypt-shuffled")
        file = {"name": "a.key", "mimeType": "text/plain", "buffer": keyfile.seal(course.private[0], "", PASSPHRASE)}
        page.set_input_files("#key-file", file)
        page.click("[data-form=start] button")
        expect(page.locator("#compare-heading")).to_be_focused()
        expect(page.locator("[data-slot=own-known]")).to_contain_text("the one that you made in this browser")
        page.fill("#passphrase", PASSPHRASE)
        page.click("[data-form=decrypt] button")
        expect(page.locator("h1")).to_have_text("Your decryption is being verified")
        worker.run_due()
        expect(page.locator("h1")).to_have_text("Your decryption is recorded")

    mixed = verified(services, uuid)
    for owner in (2, 3):
        raw = tally.decrypt(mixed.election, mixed.tally, course.private[owner - 1])
        voting.hand_in_decryption(services, uuid, raw)
    result = verified(services, uuid).report.result
    assert result is not None
    assert sorted(map(tuple, result[0])) == sorted(RANKS)


def while_it_is_verified(services: Services, page: Page, uuid: str, worker: Worker) -> None:
    """The page says how far it is, though nobody touches it; in the end the job is done."""
    said = page.locator(".egov-progress__said")
    expect(said).to_have_text("The work begins in a moment.")
    with services.database.uow() as tx:
        row = tx.exec(select(HandIn).where(HandIn.vote_uuid == uuid)).one()
        row.stage, row.done, row.total = HandInStage.VERIFYING, 1, 4
        tx.commit()
    expect(said).to_have_text("25% of the file is verified.")
    assert page.locator("progress").evaluate("bar => bar.position") == 0.25
    worker.run_due()


def shown(page: Page, name: str) -> str:
    """A number that the page shows in groups."""
    return "".join(page.locator(f"[data-slot={name}]").first.inner_text().split())


def look(page: Page, name: str) -> None:
    """All steps at once, on a narrow screen, in three languages; then the page again as it was."""
    found = []
    address = page.url
    for lang in ("ru", "kk", "en"):
        page.goto(address.replace("/en/", f"/{lang}/"))
        page.evaluate("for (const step of document.querySelectorAll('[data-step], [data-own], main details')) "
                      "step.hidden = false, step.open = true")  # fmt: skip
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/trustee-{name}-{lang}.png", full_page=True)
        found += [*(barriers(page) if lang == "kk" else []), *(["too wide"] if too_wide(page) else [])]
    page.goto(address)
    assert not found
