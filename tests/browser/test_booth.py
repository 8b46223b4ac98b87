"""The booth as voters meet it: what it shows, and what it keeps to itself."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from nacl.signing import SigningKey
from playwright.sync_api import expect
from tests.browser.booth import Booth
from tests.browser.server import Gate
from tests.registrar.people import Rolls
from tests.voting.making import MadeVote, verified

from egov_crypto import ballot as ballots
from egov_crypto import wire
from egov_crypto.cli.ballot import main as egov_ballot
from egov_participation.services import Services
from egov_participation.settings import Settings
from egov_participation.voting import service

pytestmark = pytest.mark.browser

Enter = Callable[..., Booth]
"""``enter("ru", voter=1)`` → the booth of that voter, opened."""


def press_until(booth: Booth, selector: str) -> None:
    """Goes on with the Tab key until something has the focus."""
    for _ in range(60):
        if booth.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        booth.page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {selector}")


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_voter_casts_a_ballot_with_the_keyboard_alone(enter: Enter, services: Services, lang: str) -> None:
    booth = enter(lang)
    keyboard = booth.page.keyboard
    booth.shot(f"{lang}-1-credential")
    press_until(booth, "#credential")
    keyboard.press("Enter")
    booth.shot(f"{lang}-1-credential-error")
    expect(booth.page.locator(".govuk-error-summary")).to_be_focused()
    press_until(booth, ".govuk-error-summary a")
    keyboard.press("Enter")
    expect(booth.page.locator("#credential")).to_be_focused()
    keyboard.type(booth.credentials[0].replace("-", " "))
    keyboard.press("Enter")

    booth.at("question-0")
    expect(booth.page.locator("#question-0-heading")).to_be_focused()
    booth.shot(f"{lang}-2-question")
    press_until(booth, "#question-0-answer-0")
    keyboard.press("ArrowDown")
    press_until(booth, "[data-step=question-0] button[type=submit]")
    keyboard.press("Enter")

    booth.at("question-1")
    press_until(booth, "[data-step=question-1] button[type=submit]")
    keyboard.press("Enter")
    expect(booth.page.locator(".govuk-error-summary:visible")).to_be_focused()
    booth.shot(f"{lang}-3-question-error")
    press_until(booth, "#question-1-answer-2")
    keyboard.press("Space")
    booth.shot(f"{lang}-3-question")
    keyboard.press("Enter")

    booth.at("review")
    booth.shot(f"{lang}-4-review")
    press_until(booth, "[data-action=encrypt]")
    keyboard.press("Enter")
    booth.at("decide")
    expect(booth.page.locator("#decide-heading")).to_be_focused()
    booth.shot(f"{lang}-5-decide")
    press_until(booth, "[data-action=cast]")
    keyboard.press("Enter")
    section = booth.at("receipt")
    expect(booth.page.locator("#receipt-heading")).to_be_focused()
    booth.shot(f"{lang}-7-receipt")

    (raw,) = booth.posted
    day = {"kk": "2024 ж. 6 қазан", "ru": "6 октября 2024", "en": "6 October 2024"}[lang]
    expect(section.locator('[data-slot="day"]')).to_contain_text(day)
    tracker = booth.code(section, "tracker")
    assert tracker == ballots.tracker(raw)
    assert service.ballot(services, booth.uuid, tracker).ballot.height == 1
    assert verified(services, booth.uuid).report.voters == 1


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_every_step_is_accessible_and_fits_a_narrow_phone(enter: Enter, lang: str) -> None:
    booth = enter(lang, viewport={"width": 320, "height": 640})
    axe = Axe()

    def check(step: str) -> None:
        booth.at(step)
        found = axe.run(booth.page)
        assert found.violations_count == 0, f"{step}: {found.generate_report()}"
        assert booth.page.evaluate("document.documentElement.scrollWidth") <= 320, f"{step} is too wide"

    check("credential")
    booth.go_on()
    check("credential")
    booth.enter()
    check("question-0")
    booth.page.check("#question-0-answer-1")
    booth.go_on()
    booth.at("question-1")
    booth.go_on()
    check("question-1")
    booth.page.check("#question-1-answer-1")
    booth.go_on()
    check("review")
    booth.encrypt()
    booth.page.locator("[data-step=decide] summary").click()
    check("decide")
    booth.act("challenge")
    check("challenged")
    booth.shot(f"{lang}-6-challenged")
    booth.act("again")
    booth.answer("blank", ("blank",))
    booth.encrypt()
    booth.cast()
    check("receipt")


def test_a_challenged_ballot_opens_to_the_choices_and_goes_nowhere(
    enter: Enter,
    services: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    booth = enter()
    seal = booth.fill_in()
    booth.act("challenge")
    section = booth.at("challenged")
    with booth.page.expect_download() as download:
        section.locator('[data-slot="challenge-file"]').click()
    opened = tmp_path / download.value.suggested_filename
    download.value.save_as(opened)
    file = json.loads(opened.read_bytes())
    monkeypatch.chdir(tmp_path)
    program, *arguments = shlex.split(section.locator("code", has_text="egov-ballot").inner_text())
    assert program == "egov-ballot"
    assert arguments[3:] == ["--fingerprint", service.vote(services, booth.uuid).fingerprint]
    assert egov_ballot(arguments) == 0
    said = capsys.readouterr().out
    assert seal in said.replace(" ", "")
    assert "Councillor 4" in said
    assert "Councillor 3" not in said

    assert file["hash"] == seal == wire.compact_digest(wire.dump(file["ballot"]))
    assert file["plaintext"] == [[0, 1, 0], [0, 1, 0, 0, 1, 0]]
    assert "signature" not in file["ballot"]
    assert booth.posted == []

    booth.act("again")
    booth.at("question-0")
    expect(booth.page.locator("input:checked")).to_have_count(0)
    booth.answer(1, (4,))
    assert booth.encrypt() != seal
    booth.cast()
    assert len(booth.posted) == 1
    assert seal not in booth.posted[0].decode()


def test_the_key_that_checked_the_receipt_is_shown_and_a_key_for_one_voter_alone_can_be_found_out(
    enter: Enter, gate: Gate, services: Services, settings: Settings
) -> None:
    own, others = SigningKey.generate(), service.receipt_key(services)
    ours = base64.b64encode(bytes(own.verify_key)).decode().rstrip("=")

    def swallow(body: bytes) -> bytes:
        claims = {name: value for name, value in json.loads(body).items() if name != "signature"}
        signature = own.sign(wire.dump(claims)).signature
        return wire.dump({**claims, "signature": base64.b64encode(signature).decode().rstrip("=")})

    gate.changes = {"/booth": lambda body: body.replace(others.encode(), ours.encode()), "/ballots": swallow}
    booth = enter()
    before = booth.at("credential")
    before.locator("summary", has_text="What this booth has checked").click()
    booth.shot("en-1-checked")
    assert booth.code(before, "receipt-key") == ours
    booth.fill_in()
    booth.cast()
    receipt = booth.at("receipt")
    assert booth.code(receipt, "receipt-key") == ours
    expect(receipt.locator('[data-slot="receipt-key"] span')).to_have_count(11)  # groups of four

    booth.page.goto(str(receipt.get_by_role("link", name="Numbers to compare").get_attribute("href")))
    expect(booth.page).to_have_url(f"{settings.base_url}/en/votes/{booth.uuid}/verify#numbers")
    row = booth.page.locator(".govuk-summary-list__row", has_text="Public key of the receipts").locator("dd").first
    assert row.inner_text().replace("\n", "").replace(" ", "") == others != ours


def test_choices_and_voting_code_stay_in_the_page_and_are_forgotten(enter: Enter) -> None:
    booth = enter()
    booth.fill_in()
    booth.cast()
    secret = booth.credentials[0]
    for url in booth.requested:
        assert secret not in url
        assert secret.replace("-", "") not in url
    assert all(secret not in body.decode() for body in booth.posted)
    stored = booth.page.evaluate("""async () => JSON.stringify([
        {...localStorage}, {...sessionStorage}, document.cookie, history.state, location.href,
        (await indexedDB.databases()).length, (await caches.keys()).length,
        (await navigator.serviceWorker.getRegistrations()).length,
        document.documentElement.outerHTML,
        [...document.querySelectorAll("input")].map(({value, checked, type}) => type === "text" ? value : checked)])""")
    local, session, cookie, state, href, *counts, page, inputs = json.loads(stored)
    assert (local, session, cookie, counts) == ({}, {}, "", [0, 0, 0])
    assert list(state) == ["place"]
    assert href.endswith("/booth")
    assert secret not in page
    assert not any(inputs)


def test_going_back_works_until_the_ballot_is_cast(enter: Enter) -> None:
    booth = enter()
    first = booth.fill_in()
    booth.act("back")
    booth.at("review")
    booth.page.locator('[data-action="change"]').first.click()
    booth.at("question-0")
    booth.page.check("#question-0-answer-blank")
    booth.go_on()
    expect(booth.at("review").locator("dd").first).to_contain_text("Blank vote")
    booth.page.go_back()
    booth.at("question-1")
    expect(booth.page.locator("#question-1-answer-3")).to_be_checked()
    booth.page.go_back()
    booth.page.go_back()
    booth.at("credential")
    booth.page.go_forward()
    booth.at("question-0")
    booth.go_on()
    booth.at("review")
    second = booth.encrypt()
    assert first != second
    booth.cast()
    booth.page.go_back(wait_until="commit")
    booth.at("receipt")


def test_too_few_too_many_and_blank_are_said_in_words(enter: Enter) -> None:
    booth = enter()
    booth.enter()
    page = booth.page
    error = page.locator(".govuk-error-summary:visible a")
    booth.at("question-0")
    booth.go_on()
    expect(error).to_have_text("Choose an answer or the blank vote")
    page.check("#question-0-answer-0")
    booth.go_on()
    booth.at("question-1")
    for place in range(4):
        page.check(f"#question-1-answer-{place}")
    expect(page.locator('[data-step="question-1"] [data-slot="count"]')).to_have_text("4 answers chosen")
    booth.go_on()
    expect(error).to_have_text("Choose no more than 3 answers")
    page.check("#question-1-answer-blank")
    expect(page.locator("[data-step=question-1] input:checked")).to_have_count(1)
    page.check("#question-1-answer-0")
    expect(page.locator("#question-1-answer-blank")).not_to_be_checked()
    booth.go_on()
    booth.at("review")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("7Kp2H", "this has 5"),
        ("кабина", "Latin letters only"),
        ("O0Il1-111111-11111-111111", "never has the digit 0"),
        ("https://example.org", "do not occur in a voting code"),
    ],
)
def test_what_is_no_voting_code_is_refused_with_its_reason(enter: Enter, typed: str, said: str) -> None:
    booth = enter()
    booth.page.fill("#credential", typed)
    booth.go_on()
    expect(booth.page.locator(".govuk-error-summary a")).to_contain_text(said)


def test_leaving_an_unfinished_ballot_is_asked_about_and_a_finished_one_is_not(enter: Enter) -> None:
    booth = enter()
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    booth.page.on("dialog", stay)
    booth.enter()
    booth.answer()
    with booth.page.expect_event("dialog"):
        booth.page.evaluate("setTimeout(() => location.assign('/static/favicon.svg'))")
    assert asked == ["beforeunload"]
    booth.encrypt()
    booth.cast()
    booth.page.evaluate("setTimeout(() => location.assign('/static/favicon.svg'))")
    booth.page.wait_for_url("**/favicon.svg")
    assert asked == ["beforeunload"]


def test_a_picture_of_the_qr_code_fills_in_the_voting_code(enter: Enter, tmp_path: Path) -> None:
    booth = enter(opened=False)
    # Chromium reads QR codes on phones only: a detector of our own stands in for the phone's.
    booth.page.add_init_script(f"""globalThis.BarcodeDetector = class {{
        static async getSupportedFormats() {{ return ["qr_code"]; }}
        async detect() {{ return [{{rawValue: "https://example.org"}}, {{rawValue: "{booth.credentials[0]}"}}]; }}
    }};""")
    booth.open()
    booth.page.locator("[data-scanner] summary").click()
    picture = tmp_path / "code.png"
    booth.page.screenshot(path=picture)
    booth.page.set_input_files("#credential-image", picture)
    expect(booth.page.locator("#credential")).to_have_value(booth.credentials[0])
    booth.shot("en-1-scanned")
    booth.go_on()
    booth.at("question-0")


def test_the_voting_code_is_shown_when_asked_for_and_can_be_hidden(
    enter: Enter, services: Services, open_vote: MadeVote
) -> None:
    booth = enter(opened=False)
    page = booth.page
    release = Rolls(services.registrar, services).by_code(open_vote.people[0], booth.uuid)
    page.context.add_cookies([{"name": "release", "value": release, "url": booth.origin, "httpOnly": True}])
    page.goto(f"{booth.origin}/en/votes/{booth.uuid}/credential")
    assert booth.credentials[0] not in page.content()
    booth.shot("en-0-credential-asked")
    page.locator('main button[type="submit"]').click()
    code = page.locator("#voting-code")
    expect(code).to_have_text(booth.credentials[0])
    booth.shot("en-0-credential")
    assert Axe().run(page).violations_count == 0
    page.locator("summary").click()
    expect(code).to_be_hidden()
