"""Those who take part in a binding vote, each with a browser of their own: officials, trustees and voters.

What they do, they do on the pages, with what they hold in their hands: a link from a mail, a key file and the paper
with its passphrase, a security key from the service centre.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from tests.browser.booth import Booth, code_in, picture
from tests.browser.test_passkeys import Device, device
from tests.officials import SignedIn, open_session

from egov_crypto.cli.ballot import main as egov_ballot
from egov_participation.actions import Capacity
from egov_participation.i18n import translate
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry.iin import Iin
from egov_participation.settings import Settings

LANGUAGES = ("kk", "ru", "en")
Three = tuple[str, str, str]
HOLDS = (
    "It holds: the number is that of this setup, the archive begins as the setup says, and your key stands in your "
    "place."
)
PASSKEY = 'form[data-egov-passkey="get"] button'


def press(page: Page, target: Locator) -> None:
    """Press what leads to another page, and wait until that is there."""
    with page.expect_navigation():
        target.click()


class Visitor:
    """Somebody at the pages of the main site, in one language."""

    page: Page
    lang: str

    @property
    def base(self) -> str:
        """Address of the site."""
        raise NotImplementedError

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}/{self.lang}{path}")

    def press(self, name: str, role: str = "button") -> None:
        """Press a button, or follow a link, by its English name."""
        found = self.page.locator("main").get_by_role(role, name=translate(self.lang, name), exact=True)  # type: ignore[arg-type]
        press(self.page, found)

    def follow(self, name: str) -> None:
        self.press(name, "link")


@dataclass
class Official(Visitor):
    """Somebody at a computer in the office, whose pages are in one language."""

    somebody: SignedIn
    page: Page
    lang: str = "en"

    @property
    def base(self) -> str:
        return self.somebody.services.settings.base_url

    def come_in(self) -> None:
        """Sign in with a passkey and enter the office: in the morning, and whenever the session has run out."""
        services = self.somebody.services
        token = open_session(services, self.somebody.person_id, 2, Capacity.OFFICIAL)
        self.page.context.add_cookies([{"name": "session", "value": token, "url": self.base}])
        self.go("/office")

    def say(self, texts: Three, prefix: str = "") -> None:
        """The same in three languages."""
        for lang, text in zip(LANGUAGES, texts, strict=True):
            self.page.fill(f"#{prefix}{lang}", text)

    def day(self, name: str, day: int, month: int, year: int, time: str) -> None:
        for part, value in (("", day), ("-month", month), ("-year", year)):
            self.page.fill(f"#{name}{part}", str(value))
        self.page.fill(f"#{name}_time", time)

    def approve(self, what: str, **params: str) -> None:
        """From the list of what awaits them to the proposal, and yes to it."""
        self.go("/office")
        press(self.page, self.page.locator("main").get_by_role("link", name=translate(self.lang, what, **params)))
        self.page.check("#decision")
        self.press("Decide")
        expect(self.page.locator("main .govuk-error-summary")).to_have_count(0)


@dataclass
class Trustee:
    """Holds a key, and keeps its file and the passphrase apart."""

    page: Page
    lang: str
    mail: str
    folder: Path
    worker: Worker
    """Verifies what is handed in after the vote has closed."""
    passphrase: str = ""
    links: list[str] = field(default_factory=list)

    @property
    def key(self) -> Path:
        return self.folder / f"{self.mail.partition('@')[0]}.key"

    def read_mail(self, outbox: NullMailer) -> str:
        """The newest mail; the link of an invitation is kept."""
        mail = next(mail for mail in reversed(outbox.sent) if mail.to == self.mail)
        self.links += re.findall(r"http\S+/trustee/\S+", mail.text)
        return mail.subject

    def come(self) -> None:
        """By the link of the invitation to one's page."""
        self.page.goto(self.links[-1])
        press(self.page, self.page.locator("main form button"))

    def says(self, sentence: str) -> None:
        expect(self.page.locator("h1")).to_have_text(translate(self.lang, sentence))

    def make_key(self) -> None:
        """In the browser: the file is saved, the passphrase written down, and both tried once more."""
        page = self.page
        page.click("[data-action=make]")
        expect(page.locator("#save-heading")).to_be_visible()
        self.passphrase = page.locator("[data-slot=passphrase]").inner_text()
        with page.expect_download() as downloading:
            page.click("[data-slot=file]")
        downloading.value.save_as(self.key)
        picture(page, f"binding-{self.lang}-key-made")
        page.click("[data-action=kept]")
        page.set_input_files("#saved-file", self.key)
        page.fill("#passphrase", self.passphrase)
        page.click("[data-form=again] button")
        self.says("Your key is handed in")

    def make_key_with_the_program(self) -> None:
        """On a machine without a network; only the public file comes here."""
        words, public = self.key.with_suffix(".words"), self.key.with_suffix(".public.json")
        assert egov_ballot(["trustee", "new", str(self.key), "--passphrase-to", str(words)]) == 0
        self.page.set_input_files("#key", public)
        self.page.check("#reopened")
        press(self.page, self.page.locator("#hand-in button"))
        self.says("Your key is handed in")

    def begin_ceremony(self) -> None:
        """The first step of a key that is made together: the file is made, saved, and opened once more."""
        page = self.page
        page.click("[data-action=make]")
        expect(page.locator("#save-heading")).to_be_focused()
        self.passphrase = page.locator("[data-slot=passphrase]").inner_text()
        self._save_and_hand_in()

    def take_step(self) -> None:
        """One of the three steps that follow."""
        self._open_for_step()
        expect(self.page.locator("#save-heading")).to_be_focused()
        self._save_and_hand_in()

    def compare_key(self) -> str:
        """The last step: the fingerprint that the browser found, confirmed as the same that the others have."""
        page = self.page
        self._open_for_step()
        expect(page.locator("#compare-heading")).to_be_focused()
        fingerprint = code_in(page.locator("[data-slot=fingerprint]"))
        self.look("fingerprint")
        page.check("#compared")
        press(page, page.locator("#hand-in button"))
        self.says("You have confirmed the key")
        return fingerprint

    def look(self, name: str) -> None:
        """What the page shows within a step of the ceremony."""
        picture(self.page, f"ceremony-{self.lang}-{name}")

    def _open_for_step(self) -> None:
        self.page.set_input_files("#key-file", self.key)
        self.page.fill("#passphrase", self.passphrase)
        self.page.click("[data-form=open] button")

    def _save_and_hand_in(self) -> None:
        page = self.page
        with page.expect_download() as downloading:
            page.click("[data-slot=file]")
        downloading.value.save_as(self.key)
        self.look("save")
        page.click("[data-action=kept]")
        self.look("again")
        page.set_input_files("#saved-file", self.key)
        if page.locator("[data-form=again] #passphrase").count():
            page.fill("#passphrase", self.passphrase)
        press(page, page.locator("[data-form=again] button"))

    def confirm(self) -> str:
        """The browser compares the setup with the trustee's key file, and the trustee confirms it; its number."""
        page = self.page
        page.set_input_files("#own-key", self.key)
        page.click("[data-form=check] button")
        expect(page.locator("[data-slot=status]")).to_contain_text(translate(self.lang, HOLDS))
        number = code_in(page.locator(".egov-receipt__tracker").first)
        picture(page, f"binding-{self.lang}-confirm")
        press(page, page.locator("form[action$='/trustee/confirm'] button"))
        self.says("You have confirmed the setup")
        return number

    def shuffle(self) -> str:
        """The browser verifies the whole archive, shuffles the ballots and hands them in; the shuffle's hash."""
        page = self.page
        page.click("[data-form=start] button")
        expect(page.locator("#compare-heading")).to_be_focused()
        page.click("#shuffle-now")
        expect(page.locator("#made-heading")).to_be_focused()
        noted = code_in(page.locator("[data-slot=hash]").first)
        press(page, page.locator("[data-form=send] button"))
        self._until_verified("Your shuffle is being verified")
        return noted

    def decrypt(self, theirs: str = "") -> str:
        """The browser verifies the whole archive and decrypts the sum; the hash to compare. `theirs`: of another."""
        page = self.page
        page.set_input_files("#key-file", self.key)
        page.click("[data-form=start] button")
        expect(page.locator("#compare-heading")).to_be_visible()
        head = code_in(page.locator("[data-slot=head]"))
        if theirs:
            page.fill("#theirs", theirs)
            expect(page.locator("[data-slot=compared]")).to_have_text(translate(self.lang, "It is the same."))
        picture(page, f"binding-{self.lang}-decrypt")
        page.fill("#passphrase", self.passphrase)
        page.click("[data-form=decrypt] button")
        self._until_verified("Your decryption is being verified")
        self.says("Your decryption is recorded")
        return head

    def decrypt_with_the_program(self, archive: Path) -> None:
        """On the machine without a network, from the archive that was carried there."""
        words, out = self.key.with_suffix(".words"), self.key.with_suffix(".decryption.json")
        given = [str(self.key), str(archive), "--passphrase-file", str(words), "--out", str(out)]
        assert egov_ballot(["trustee", "decrypt", *given]) == 0
        self.page.set_input_files("#decryption", out)
        press(self.page, self.page.locator("#hand-in button"))
        self._until_verified("Your decryption is being verified")
        self.says("Your decryption is recorded")

    def _until_verified(self, sentence: str) -> None:
        """The page asks by itself how far it is."""
        self.says(sentence)
        self.worker.run_due()
        expect(self.page.locator("h1")).not_to_have_text(translate(self.lang, sentence))


@dataclass
class Voter:
    """Has a browser, and a security key from the service centre."""

    page: Page
    lang: str
    settings: Settings
    uuid: str
    device: Device = field(init=False)
    booth: Booth = field(init=False)

    def __post_init__(self) -> None:
        self.device = device(self.page, transport="usb")

    def take(self, key: dict[str, object]) -> None:
        """The security key on which a passkey was made at the desk."""
        cdp, authenticator = self.device
        cdp.send("WebAuthn.addCredential", {"authenticatorId": authenticator, "credential": key})

    def sign_in(self) -> None:
        """To the votes that are open for oneself."""
        votes = f"{self.settings.base_url}/{self.lang}/me/votes"
        self.page.goto(votes)
        self.page.click(PASSKEY)
        self.page.wait_for_url(votes)  # the page that asks for the passkey has it in its address

    def prove(self) -> str:
        """From one's open votes to the voting code: the registrar asks for the passkey itself."""
        page = self.page
        press(page, page.locator(f"main a[href$='/votes/{self.uuid}/enter']"))
        press(page, page.locator('button[value="credential"]'))
        page.click(PASSKEY)
        page.wait_for_url(f"{self.settings.booth_url}/**/credential")
        press(page, page.locator('main button[type="submit"]'))
        code = code_in(page.locator("#voting-code"))
        picture(page, f"binding-{self.lang}-code")
        return code

    def has_to_wait(self) -> None:
        """The passkey was enrolled too lately; the page of the code says so, and from when it counts."""
        self.page.goto(f"{self.settings.base_url}/{self.lang}/votes/{self.uuid}/code")
        reason = "With your passkey from a service centre"
        expect(self.page.locator("main h2")).to_have_text(translate(self.lang, reason))
        expect(self.page.locator(PASSKEY)).to_have_count(0)
        picture(self.page, f"binding-{self.lang}-wait")
        self.page.goto(f"{self.settings.base_url}/{self.lang}/me/votes")

    def enter_booth(self, code: str, button: str) -> None:
        self.page.click(button)
        self.booth = Booth(self.page, self.uuid, (code,), self.settings.booth_url, self.lang)
        self.booth.at("credential")
        self.booth.enter()

    def vote(self, answer: int | str) -> str:
        """One answer to the only question; the tracker."""
        self.booth.at("question-0")
        self.page.check(f"#question-0-answer-{answer}")
        self.booth.go_on()
        self.booth.at("review")
        self.booth.encrypt()
        tracker = self.booth.cast()
        picture(self.page, f"binding-{self.lang}-receipt")
        return tracker

    def save_receipt(self, path: Path) -> tuple[Path, str]:
        """The receipt as a file, and the key that the booth checked it with."""
        with self.page.expect_download() as downloading:
            self.page.click('[data-slot="receipt-file"]')
        downloading.value.save_as(path)
        return path, code_in(self.booth.at("receipt").locator('[data-slot="receipt-key"]'))


def enrol(desk: Official, at_desk: Device, iin: Iin) -> dict[str, object]:
    """A person comes with their identity card and a new security key; the key as they take it home."""
    cdp, authenticator = at_desk
    desk.go("/office/desk")
    desk.page.fill("#iin", iin.digits)
    desk.press("Go on")
    desk.page.check("#document")
    desk.press("They match")
    desk.page.click("form[data-egov-passkey=create] button")
    expect(desk.page.locator("h1")).to_have_text("The passkey is enrolled")
    expect(desk.page.locator("main")).to_contain_text("It counts for binding votes from")
    (made,) = cdp.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    cdp.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
    return dict(made)
