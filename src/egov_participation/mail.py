"""Mails: how they travel. Jobs send them, so that they leave when their cause has landed, and not otherwise.

What they say, and to whom, is the notices room's (`notices.service`).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import ClassVar, Final, Protocol

from sqlmodel import Field, SQLModel

from egov_participation.clock import Clock
from egov_participation.database import Database, UTCDateTime
from egov_participation.i18n import N_, translate
from egov_participation.settings import Settings

SITE_NAME: Final = N_("Civic Participation")
"""Whom a mail is from, in words."""


@dataclass(frozen=True)
class Mail:
    """One mail to one address."""

    to: str
    subject: str
    text: str
    html: str = ""
    """The same for programs that show HTML: a whole document, or empty."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """More of them, such as ``List-Unsubscribe``."""
    lang: str = ""
    """The language that it is written in."""
    token: str = ""
    """Stands in the return path and the Message-ID, so that what comes back is known (`notices.tokens`)."""


class MailRefused(Exception):
    """A mail server will not have a mail for this address: sending it once more cannot help.

    ``status`` is the enhanced code of RFC 3463 (``5.1.1``), made of the server's answer where it gave none.
    """

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Mailer(Protocol):
    """Sends one mail, or raises."""

    def send(self, mail: Mail) -> None:
        """Hand one mail over.

        Raises:
            MailRefused: for good, because of the address or of what the mail says.
            OSError: not now; it is worth trying again.
        """


_ENHANCED = re.compile(r"\b(5\.\d{1,3}\.\d{1,3})\b")
_OF_THE_ADDRESS = {550: "5.1.1", 551: "5.1.6", 552: "5.2.2", 553: "5.1.3"}


class SmtpMailer:
    """Hands mails to a mail server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, mail: Mail) -> None:
        """See `Mailer.send`. A refusal of ourselves (sender, password) is no refusal of the address: `OSError`.

        Raises:
            OSError: the server cannot be reached, or refuses for now (`smtplib.SMTPException` is one).
        """
        settings = self._settings
        message = self.message(mail)
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=30) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user and settings.smtp_password_file:
                server.login(settings.smtp_user, settings.smtp_password_file.read_text().strip())
            try:
                server.send_message(message, from_addr=self.return_path(mail), to_addrs=[mail.to])
            except smtplib.SMTPRecipientsRefused as error:
                code, answer = error.recipients[mail.to]
                _refuse(code, answer)
                raise
            except smtplib.SMTPDataError as error:
                _refuse(error.smtp_code, error.smtp_error)
                raise

    def return_path(self, mail: Mail) -> str:
        """Where a mail server sends what it cannot deliver: ``bounces+<token>@…``, an address a recipient (VERP)."""
        bounces = self._settings.bounce_address
        if not bounces:
            return self._settings.mail_from
        local, _, domain = bounces.rpartition("@")
        return f"{local}+{mail.token}@{domain}" if mail.token else bounces

    def message(self, mail: Mail) -> EmailMessage:
        """The mail as it travels: text, and HTML beside it where there is some.

        Raises:
            ValueError: a header would hold a line break.
        """
        message = EmailMessage()
        name = translate(mail.lang or "en", SITE_NAME)
        message["From"] = Address(name, addr_spec=self._settings.mail_from)
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(mail.token or None, domain=self._settings.mail_from.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        for name, value in mail.headers.items():
            message[name] = value
        message.set_content(mail.text)
        if mail.html:
            message.add_alternative(mail.html, subtype="html")
        if mail.lang:
            message["Content-Language"] = mail.lang  # after the parts, which would take it for theirs
        return message


def _refuse(code: int, answer: bytes | str) -> None:
    """Raise `MailRefused` for an answer that is final (5xx); an answer for now (4xx) is left to the caller."""
    if code < 500:
        return
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    given = _ENHANCED.search(words)
    raise MailRefused(given[1] if given else _OF_THE_ADDRESS.get(code, "5.0.0")) from None


class MailboxMail(SQLModel, table=True):
    """A mail of the demo, which shows it on a page instead of sending it."""

    __tablename__: ClassVar[str] = "mailbox_mail"

    id: int | None = Field(default=None, primary_key=True)
    to: str
    subject: str
    text: str
    html: str = ""
    sent_at: datetime = Field(sa_type=UTCDateTime)


class MailboxMailer:
    """Puts mails into the demo's mailbox."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def send(self, mail: Mail) -> None:
        with self._database.uow() as tx:
            tx.add(MailboxMail(to=mail.to, subject=mail.subject, text=mail.text, html=mail.html, sent_at=self._clock()))
            tx.commit()


class NullMailer:
    """Sends nothing and keeps everything in `sent`: for tests."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    def send(self, mail: Mail) -> None:
        self.sent.append(mail)


def mailer_for(settings: Settings, database: Database, clock: Clock) -> Mailer:
    """The mailer that the settings ask for: the demo's mailbox, or a mail server."""
    return MailboxMailer(database, clock) if settings.demo else SmtpMailer(settings)
