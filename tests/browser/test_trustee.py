"""Trustees in the browser: a key made and opened once more, a whole archive verified and decrypted, what is refused."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select
from tests.browser.server import Gate, port_of, serving
from tests.commission.frozen import Course, begin
from tests.officials import MakeOfficial
from tests.registrar.book import CredentialBook
from tests.voting.making import close_at, verified
from tests.web.looking import barriers, too_wide

from egov_crypto import ballot, keyfile, tally, wire
from egov_crypto.election import Election
from egov_crypto.keyfile import KeyFile
from egov_participation.actions import Role
from egov_participation.app import create_app
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry.models import Resident
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.rules import VoteState

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
PASSPHRASE = "lusab-babad-gutih-tugad-mudof-sakat"
SHOTS = os.environ.get("EGOV_SCREENSHOTS")
LANGUAGES = ("kk", "ru", "en")
RECALL = "async ([key, uuid]) => (await import('/static/trustee/memory.js')).confirmedSetup(key, uuid)"
"""Which setup this browser remembers as confirmed."""
Enter = Callable[..., Page]


@pytest.fixture
def course(
    services: Services, worker: Worker, outbox: NullMailer, official: MakeOfficial, gate: Gate
) -> Iterator[Course]:
    """A draft of a vote, on a running server behind a gate."""
    made = begin(services, worker, outbox, official(Role.COMMISSION), voters=20)
    gate.app = create_app(services.settings, services=services)
    with serving(gate, port_of(services.settings)):
        yield made


@pytest.fixture
def enter(course: Course, new_page: Callable[..., Page]) -> Enter:
    """``enter(token)`` opens a trustee's page by the link."""

    def go(token: str, lang: str = "en", **options: object) -> Page:
        page = new_page(lang, **options)
        page.goto(f"{course.services.settings.booth_url}/{lang}/trustee/{token}")
        page.click("main form button")
        page.wait_for_url("**/trustee")
        return page

    return go


def test_a_key_is_made_opened_once_more_from_its_file_and_only_its_public_half_leaves_the_page(
    course: Course, enter: Enter, tmp_path: Path
) -> None:
    page = enter(course.invite(course.add_trustee(1)))
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(f"{asked.url} {asked.post_data_buffer or b''!r}"))
    page.click("[data-action=make]")
    expect(page.locator("#save-heading")).to_be_focused()
    passphrase = page.locator("[data-slot=passphrase]").inner_text()
    assert len(passphrase) == len(PASSPHRASE)
    fingerprint = page.locator("[data-slot=fingerprint]").inner_text()
    with page.expect_download() as downloading:
        page.click("[data-slot=file]")
    downloading.value.save_as(tmp_path / "trustee.key")
    page.click("[data-action=kept]")
    expect(page.locator("#again-heading")).to_be_focused()
    assert passphrase not in page.content()

    (tmp_path / "other.key").write_bytes(keyfile.seal(1234567, "", passphrase))
    reopen(page, tmp_path / "other.key", passphrase)
    expect(page.locator(".govuk-error-summary")).to_contain_text("not the file that was made just now")
    (tmp_path / "no.key").write_text("{}")
    reopen(page, tmp_path / "no.key", passphrase)
    expect(page.locator(".govuk-error-summary")).to_contain_text("not the file that was made just now")
    reopen(page, tmp_path / "trustee.key", passphrase[::-1])
    expect(page.locator(".govuk-error-summary")).to_contain_text("does not open this file")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert course.trustees[0].public_key is None
    reopen(page, tmp_path / "trustee.key", passphrase.upper().replace("-", " "))
    expect(page.locator("h1")).to_have_text("Your key is handed in")

    file = KeyFile.parse((tmp_path / "trustee.key").read_bytes())
    private = file.open(passphrase)
    row = course.trustees[0]
    assert (row.key_point, row.reopened_at is not None) == (file.public_key.text, True)
    course.worker.run_due()
    assert fingerprint == wire.compact_digest(row.public_key or b"")
    assert fingerprint in course.outbox.sent[-1].text
    kept = page.evaluate(
        "async () => JSON.stringify([{...localStorage}, {...sessionStorage}, await indexedDB.databases()])"
    )
    for secret in (passphrase, str(private), json.loads((tmp_path / "trustee.key").read_bytes())["cipher"]["sealed"]):
        assert secret not in kept
        assert not [one for one in sent if secret in one or secret.replace("-", "") in one]


def reopen(page: Page, file: Path, passphrase: str) -> None:
    page.set_input_files("#saved-file", file)
    page.fill("#passphrase", passphrase)
    page.click("[data-form=again] button")


def test_a_frozen_setup_is_compared_by_the_browser_with_the_key_that_the_trustee_holds(
    course: Course, enter: Enter, gate: Gate, tmp_path: Path
) -> None:
    course.with_keys().freeze()
    files = []
    for number, row in enumerate(course.trustees):
        files.append(tmp_path / f"{number}.public.json")
        files[-1].write_bytes(row.public_key or b"")
    page = enter(course.tokens[0])
    summary, status = page.locator(".govuk-error-summary"), page.locator("[data-slot=status]")

    check(page, files[1])
    expect(summary).to_contain_text("does not stand in your place")
    gate.changes["/setup.json"] = lambda body: body.replace(b"park", b"bark")
    check(page, files[0])
    expect(summary).to_contain_text("another number than the one it shows")
    gate.changes.clear()
    gate.changes["/start.bel"] = lambda body: body.replace(b"Park", b"Bark", 1).replace(
        "Парк".encode(), "Барк".encode(), 1
    )
    check(page, files[0])
    expect(summary).to_contain_text("archive.hash")
    gate.changes.clear()
    gate.changes["/registrar.json"] = lambda body: body.replace(b'"at":"20', b'"at":"19')
    check(page, files[0])
    expect(summary).to_contain_text("registrar.signature")
    gate.changes.clear()
    check(page, files[0])
    expect(status).to_contain_text("your key stands in your place")
    expect(status).to_contain_text("The registrar has signed it.")
    expect(summary).to_have_count(0)

    # Another setup under the number that is confirmed: nothing is handed in.
    confirm = page.get_by_role("button", name="I confirm this setup")
    gate.changes["/setup.json"] = lambda body: body.replace(b"park", b"bark")
    confirm.click()
    expect(summary).to_contain_text("another number than the one it shows")
    assert course.trustees[0].confirmed_hash is None
    gate.changes.clear()
    confirm.click()
    expect(page.locator("h1")).to_have_text("You have confirmed the setup")
    assert course.trustees[0].confirmed_hash == course.draft.setup_hash
    head = json.loads(course.draft.setup or b"")["head"]
    assert page.evaluate(RECALL, [course.trustees[0].key_point, course.draft.uuid]) == head


def check(page: Page, file: Path) -> None:
    page.set_input_files("#own-key", file)
    page.click("[data-form=check] button")


def voted(course: Course, second: MakeOfficial, frozen: Callable[[], None] = lambda: None) -> str:
    """Frozen, published, 20 ballots cast by as many voters, closed and added up; its uuid."""
    services, approving = course.services, second(Role.COMMISSION)
    course.freeze()
    frozen()
    course.confirm().approve(approving, course.propose_set_up())
    uuid = course.draft.uuid
    view = voting.vote(services, uuid)
    services.clock.set(view.opens_at)  # type: ignore[attr-defined]
    election = Election.parse(view.election)
    book = CredentialBook(services)
    with services.database.read() as db:
        people = sorted(db.exec(select(Resident.person_id)))
    for place, person in enumerate(people[:20]):
        choices = [[1, 0]] if place % 4 else [[0, 1]]
        voting.cast(services, uuid, person, ballot.make(election, book.credential(uuid, person), choices), assurance=3)
    close_at(services, view.closes_at)
    return uuid


def key_of(course: Course, tmp_path: Path, place: int = 0) -> Path:
    path = tmp_path / f"trustee-{place + 1}.key"
    path.write_bytes(keyfile.seal(course.private[place], "", PASSPHRASE))
    return path


def begin_check(page: Page, key: Path) -> None:
    page.set_input_files("#key-file", key)
    page.click("[data-form=start] button")


def test_a_whole_archive_is_verified_and_decrypted_in_the_browser_and_nothing_else_is(
    course: Course, enter: Enter, official: MakeOfficial, gate: Gate, tmp_path: Path
) -> None:
    uuid = voted(course.with_keys(), official)
    services, key = course.services, key_of(course, tmp_path)
    found = verified(services, uuid)
    page = enter(course.tokens[0])
    refused = page.locator("[data-step=refused]")

    # A server that hands over a changed archive, or one of another vote.
    gate.changes["/archive.bel"] = lambda body: body.replace(b'"response":"1', b'"response":"2', 1)
    begin_check(page, key)
    expect(refused).to_contain_text("do not form one unbroken chain")
    expect(refused).to_contain_text("archive.hash")
    gate.changes["/archive.bel"] = lambda _: b"<!doctype html>" + bytes(2000)
    page.click("[data-action=restart]")
    begin_check(page, key)
    expect(refused).to_contain_text("not this vote’s archive")
    gate.changes.clear()

    # A second sum: this browser has decrypted another one of this vote with this key.
    seed = "async ([key, uuid, mark]) => (await import('/static/trustee/memory.js')).remember(key, uuid, mark)"
    public = found.trustees[0].public_key.text
    other = {"election": found.election.fingerprint, "tally": "0" * 64}
    page.evaluate(seed, [public, uuid, other])
    page.click("[data-action=restart]")
    begin_check(page, key)
    expect(refused).to_contain_text("another sum of this vote was decrypted before")
    expect(refused).to_contain_text("tally.second")
    assert voting.vote(services, uuid).trustees[0].decrypted is False

    # An archive that holds, and begins with another setup than the one that was confirmed in this browser.
    assert found.report.tallied is not None
    assert found.report.begun is not None
    confirmed = "async (asked) => (await import('/static/trustee/memory.js')).rememberSetup(...asked)"
    page = enter(course.tokens[0])
    page.evaluate(confirmed, [public, uuid, "0" * 64])
    begin_check(page, key)
    expect(page.locator("[data-step=refused]")).to_contain_text("another setup than the one that you confirmed")
    expect(page.locator("[data-step=refused]")).to_contain_text("setup.confirmed")

    # One that remembers the same setup, and another browser, which remembers nothing.
    page = enter(course.tokens[0])
    page.evaluate(confirmed, [public, uuid, found.report.begun.hash])
    begin_check(page, key)
    expect(page.locator("[data-slot=setup-known]")).to_contain_text("begins with the setup that you confirmed")
    page = enter(course.tokens[0])
    begin_check(page, key)
    expect(page.locator("#compare-heading")).to_be_focused()
    expect(page.locator("[data-slot=setup-known]")).to_contain_text("does not remember that you confirmed")
    shown = page.locator("[data-slot=setup]").inner_text().replace("\n", "").replace(" ", "")
    assert shown == found.report.begun.hash
    head = found.report.tallied.hash
    assert page.locator("[data-slot=head]").inner_text().replace("\n", "").replace(" ", "") == head
    expect(page.locator("[data-slot=summary]")).to_contain_text("20 ballots verified")
    page.fill("#theirs", head[::-1])
    expect(page.locator("[data-slot=compared]")).to_contain_text("not the same")
    page.fill("#theirs", re.sub("(....)", r"\1 ", head.upper()))
    expect(page.locator("[data-slot=compared]")).to_have_text("It is the same.")
    page.fill("#passphrase", "wrong")
    page.click("[data-form=decrypt] button")
    expect(page.locator(".govuk-error-summary")).to_contain_text("does not open this file")
    page.fill("#passphrase", PASSPHRASE)
    page.click("[data-form=decrypt] button")
    expect(page.locator("h1")).to_have_text("Your decryption is being verified")
    course.worker.run_due()
    expect(page.locator("h1")).to_have_text("Your decryption is recorded")

    for owner in (2, 3):
        raw = tally.decrypt(found.election, found.tally, course.private[owner - 1])
        voting.hand_in_decryption(services, uuid, raw)
    view = voting.vote(services, uuid)
    assert (view.state, view.result) == (VoteState.TALLIED, ((15, 5),))


def test_every_step_is_legible_on_a_narrow_screen_and_by_keyboard_in_three_languages(
    course: Course, enter: Enter, official: MakeOfficial, tmp_path: Path
) -> None:
    """Steps that a script shows one after the other are looked at all at once."""
    found: list[str] = []

    def look(page: Page, name: str) -> None:
        page.evaluate("for (const step of document.querySelectorAll('[data-step], main details')) "
                      "step.hidden = false, step.open = true")  # fmt: skip
        lang = page.evaluate("document.documentElement.lang")
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/trustee-{name}-{lang}.png", full_page=True)
        wrong = [*(barriers(page) if lang == "kk" else []), *(["too wide"] if too_wide(page) else [])]
        found.extend(f"{name} {lang}: {one}" for one in wrong)

    def walk(name: str, path: str = "/trustee") -> None:
        page = enter(course.tokens[0], "kk", viewport=NARROW)
        for lang in LANGUAGES:
            page.goto(f"{course.services.settings.booth_url}/{lang}{path}")
            look(page, name)

    page = enter(course.with_keys().tokens[0], viewport=NARROW)
    look(page, "handed-in")
    page.goto(f"{course.services.settings.booth_url}/en/trustee/key")
    # By keyboard: the key is made, and a mistake leads to its field.
    page.locator("[data-action=make]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#save-heading")).to_be_focused()
    tab_to(page, "[data-action=kept]")
    page.keyboard.press("Enter")
    expect(page.locator("#again-heading")).to_be_focused()
    tab_to(page, "[data-form=again] button")
    page.keyboard.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    tab_to(page, ".govuk-error-summary a")
    page.keyboard.press("Enter")
    expect(page.locator("#saved-file")).to_be_focused()
    look(page, "key-error")
    walk("key", "/trustee/key")
    uuid = voted(course, official, lambda: walk("confirm"))
    walk("decrypt")
    assert voting.vote(course.services, uuid).state is VoteState.DECRYPTING
    assert not found


def tab_to(page: Page, selector: str) -> None:
    for _ in range(40):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {selector}")
