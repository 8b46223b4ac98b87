"""Mails: plain text. Jobs send them, so that they leave when their cause has landed, and not otherwise."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import ClassVar, Protocol

from sqlmodel import Field, Session, SQLModel, col, select

from egov_participation.clock import Clock
from egov_participation.database import Database, UTCDateTime
from egov_participation.settings import Settings


@dataclass(frozen=True)
class Mail:
    """One mail: plain text to one address."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Sends one mail, or raises."""

    def send(self, mail: Mail) -> None: ...


class SmtpMailer:
    """Hands mails to a mail server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, mail: Mail) -> None:
        """Send one mail.

        Raises:
            OSError: the server cannot be reached, or refuses (`smtplib.SMTPException` is one).
        """
        settings = self._settings
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=30) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user and settings.smtp_password_file:
                server.login(settings.smtp_user, settings.smtp_password_file.read_text().strip())
            server.send_message(self.message(mail))

    def message(self, mail: Mail) -> EmailMessage:
        """The mail as it travels.

        Raises:
            ValueError: a header would hold a line break.
        """
        message = EmailMessage()
        message["From"] = self._settings.mail_from
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._settings.mail_from.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message


class MailboxMail(SQLModel, table=True):
    """A mail of the demo, which shows it on a page instead of sending it."""

    __tablename__: ClassVar[str] = "mailbox_mail"

    id: int | None = Field(default=None, primary_key=True)
    to: str
    subject: str
    text: str
    sent_at: datetime = Field(sa_type=UTCDateTime)


class MailboxMailer:
    """Puts mails into the demo's mailbox."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def send(self, mail: Mail) -> None:
        with self._database.uow() as tx:
            tx.add(MailboxMail(**asdict(mail), sent_at=self._clock()))
            tx.commit()


def latest_mailbox(session: Session, limit: int = 50) -> Sequence[MailboxMail]:
    """The newest mails of the demo's mailbox, the newest first."""
    return session.exec(select(MailboxMail).order_by(col(MailboxMail.id).desc()).limit(limit)).all()


class NullMailer:
    """Sends nothing and keeps everything in `sent`: for tests."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    def send(self, mail: Mail) -> None:
        self.sent.append(mail)


def mailer_for(settings: Settings, database: Database, clock: Clock) -> Mailer:
    """The mailer that the settings ask for: the demo's mailbox, or a mail server."""
    return MailboxMailer(database, clock) if settings.demo else SmtpMailer(settings)
