"""Mails: how they are written, and that they arrive."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from egov_participation.database import Database
from egov_participation.mail import Mail, MailboxMailer, SmtpMailer, latest_mailbox, mailer_for
from egov_participation.services import Services
from egov_participation.settings import Settings

MAIL = Mail("aigerim@example.org", "Сіздің кодыңыз", "Код: 123456\nӘ ғ қ ң ө ұ ү һ і\n")


class Mailbox:
    """What a mail server received."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:
        self.received.append(envelope)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[Mailbox, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield mailbox, port
    controller.stop()


def test_a_mail_really_reaches_a_mail_server(settings: Settings, server: tuple[Mailbox, int]) -> None:
    mailbox, port = server
    settings = settings.model_copy(
        update={"smtp_host": "127.0.0.1", "smtp_port": port, "mail_from": "vote@example.org"}
    )
    SmtpMailer(settings).send(MAIL)

    (envelope,) = mailbox.received
    assert envelope.rcpt_tos == ["aigerim@example.org"]
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["Subject"] == MAIL.subject
    assert message["From"] == "vote@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.org>")
    assert message.get_content().replace("\r\n", "\n") == MAIL.text


def test_a_mail_server_that_is_away_is_tried_again(services: Services, settings: Settings) -> None:
    settings = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 1})
    with pytest.raises(OSError, match="refused"):
        SmtpMailer(settings).send(MAIL)


def test_the_demo_shows_its_mails_the_newest_first(services: Services, database: Database) -> None:
    mailbox = MailboxMailer(database, services.clock)
    mailbox.send(MAIL)
    mailbox.send(dataclasses.replace(MAIL, subject="Екінші"))

    with database.read() as session:
        assert [mail.subject for mail in latest_mailbox(session)] == ["Екінші", MAIL.subject]
        assert [mail.subject for mail in latest_mailbox(session, limit=1)] == ["Екінші"]


def test_a_header_cannot_be_slipped_in(settings: Settings) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        SmtpMailer(settings).message(dataclasses.replace(MAIL, to="a@example.org\nBcc: b@example.org"))


def test_the_demo_keeps_its_mails_and_all_else_sends_them(services: Services, settings: Settings) -> None:
    demo = settings.model_copy(update={"demo": True})

    assert isinstance(mailer_for(demo, services.database, services.clock), MailboxMailer)
    assert isinstance(mailer_for(settings, services.database, services.clock), SmtpMailer)
