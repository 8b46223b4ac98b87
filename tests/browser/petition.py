"""Those who take part in a petition, each with a browser of their own, and what they do on its pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect
from tests.browser.binding import PASSKEY, Official, Three, Visitor, press
from tests.browser.booth import picture
from tests.browser.test_passkeys import device, sign_in_by_mail
from tests.petitions.making import CODE

from egov_participation.i18n import translate
from egov_participation.jobs import Worker
from egov_participation.mail import Mail, NullMailer
from egov_participation.registry.iin import Iin
from egov_participation.services import Services


@dataclass
class Citizen(Visitor):
    """Signs in with codes that are mailed, and shows the registrar who they are with another one or with a passkey."""

    page: Page
    lang: str
    iin: Iin
    address: str
    """Of their mailbox."""
    services: Services
    worker: Worker
    outbox: NullMailer

    @property
    def base(self) -> str:
        return self.services.settings.base_url

    def come_in(self) -> None:
        """Sign in."""
        sign_in_by_mail(self.page, self.services, self.iin.digits, self.worker, self.outbox, self.lang)

    def take(self, key: dict[str, object]) -> None:
        """The security key on which a passkey was made at the desk."""
        cdp, authenticator = device(self.page, transport="usb")
        cdp.send("WebAuthn.addCredential", {"authenticatorId": authenticator, "credential": key})

    def mails(self) -> list[Mail]:
        """All that came, the last one last."""
        return [mail for mail in self.outbox.sent if mail.to == self.address]

    def mailed_link(self, path: str) -> str:
        """The address in the last mail that has one below this path."""
        found = (re.search(rf"http\S+{path}\S*", mail.text) for mail in reversed(self.mails()))
        return next(link[0] for link in found if link)

    def sees(self, what: str, **params: object) -> None:
        """These words stand on the page."""
        expect(self.page.locator("main")).to_contain_text(translate(self.lang, what, **params))

    def write(self, answers: dict[str, str]) -> None:
        """One page each, by the field's id; the last leads to the check."""
        for name, answer in answers.items():
            if name == "shown":
                self.page.check(f"input[name=shown][value={answer}]")
            elif name in ("territory", "addressee"):
                self.page.select_option(f"#{name}", answer)
            else:
                self.page.fill(f"#{name}", answer)
            picture(self.page, f"petition-{self.lang}-draft-{name}")
            self.press("Save and go on")

    def support(self, link: str) -> None:
        """With the secret link, in one's own language."""
        self.page.goto(link.replace("/ru/petitions/", f"/{self.lang}/petitions/"))
        picture(self.page, f"petition-{self.lang}-support")
        self.press("Support this petition")

    def sign_with_code(self, *, tell: bool = False) -> None:
        """With a code that the registrar mails; begins on the page to which a mail leads its supporters."""
        if tell:
            self.page.check("input[name=tell]")
        picture(self.page, f"petition-{self.lang}-sign")
        self.press("Sign with a code by mail")
        self.worker.run_due()
        found = CODE.search(self.mails()[-1].text)
        assert found
        self.page.fill("#code", found[1])
        picture(self.page, f"petition-{self.lang}-code")
        self.press("Sign the petition")
        self.sees("You have signed")
        picture(self.page, f"petition-{self.lang}-signed")

    def sign_with_passkey(self) -> None:
        """From the petition's page."""
        self.press("Sign this petition")
        self.press("Sign with my passkey")
        picture(self.page, f"petition-{self.lang}-passkey")
        self.page.click(PASSKEY)
        self.page.wait_for_url("**/signed")
        self.sees("You have signed")

    def withdraw_with_passkey(self) -> None:
        """From the page that says that one has signed."""
        self.follow("Your signature: keep the registrar’s promise, or withdraw")
        picture(self.page, f"petition-{self.lang}-signature")
        self.press("Withdraw my signature")
        picture(self.page, f"petition-{self.lang}-withdraw")
        self.press("Withdraw with my passkey")
        self.page.click(PASSKEY)
        self.page.wait_for_url("**/signature")
        self.sees("Withdrawn")


@dataclass
class Moderator(Official):
    """Checks petitions."""

    def check(self, reference: str) -> None:
        """From the queue to a petition that waits there."""
        self.go("/office/petitions")
        picture(self.page, "petition-queue")
        press(self.page, self.page.locator(f"main a[href$='/office/petitions/{reference}']"))

    def suggest(self, field: str, text: str, why: str) -> None:
        """Another wording of one field, on the page of the petition."""
        self.press("Take it in hand")
        picture(self.page, "petition-case")
        self.follow("Suggest another wording")
        self.page.fill(f"#{field}", text)
        self.page.fill("#reason", why)
        picture(self.page, "petition-case-wording")
        self.press("Suggest this wording")

    def accept(self) -> None:
        """Nothing on the law's list is so."""
        grounds = self.page.locator('#grounds input[value="not-so"]')
        for place in range(grounds.count()):
            grounds.nth(place).check()
        self.press("Accept the petition")
        expect(self.page.locator("main .govuk-error-summary")).to_have_count(0)


def publish(writer: Official, other: Official, reference: str, link: str, texts: Three) -> None:
    """What a ministry says in public: one official writes it, another approves it."""
    writer.go("/office/answers")
    press(writer.page, writer.page.locator(f"main a[href$='/office/answers/{reference}']").first)
    picture(writer.page, "petition-answer-case")
    writer.follow(link)
    writer.say(texts, "summary_")
    picture(writer.page, "petition-answer-write")
    writer.press("Propose this")
    expect(writer.page.locator("input[name=decision]")).to_have_count(0)
    other.approve("Decide on what is said of petition %(reference)s", reference=reference)
    picture(other.page, "petition-answer-decided")
