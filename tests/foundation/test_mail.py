"""Mails: how they are written, and that they arrive."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from tests.ports import free_port

from egov_participation import mail
from egov_participation.database import Database
from egov_participation.identity.service import latest_mails
from egov_participation.mail import Mail, MailboxMailer, MailRefused, SmtpMailer, mailer_for
from egov_participation.services import Services
from egov_participation.settings import Settings

MAIL = Mail("aigerim@example.org", "Сіздің кодыңыз", "Код: 123456\nӘ ғ қ ң ө ұ ү һ і\n", lang="kk")
HTML = '<!doctype html>\n<html lang="kk"><title>Ә</title><p>Код: 123456 ғ қ ң ө ұ ү һ і</p></html>\n'


class Mailbox:
    """What a mail server received."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:
        self.received.append(envelope)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[Mailbox, int]]:
    port = free_port()
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, ready_timeout=60)
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
    assert message["From"] == "Азаматтық қатысу <vote@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.org>")
    assert message.get_content().replace("\r\n", "\n") == MAIL.text


def test_a_mail_with_html_holds_both_and_the_text_comes_first(settings: Settings, server: tuple[Mailbox, int]) -> None:
    mailbox, port = server
    settings = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": port})
    headers = {"List-Unsubscribe": f"<http://localhost/mails/stop/{'a' * 90}>"}
    SmtpMailer(settings).send(dataclasses.replace(MAIL, html=HTML, headers=headers, token="abc234"))

    content = mailbox.received[0].content
    assert isinstance(content, bytes)
    message = message_from_bytes(content, policy=policy.default)
    assert message.get_content_type() == "multipart/alternative"
    assert message["Content-Language"] == "kk"
    assert message["List-Unsubscribe"] == headers["List-Unsubscribe"]
    assert message["Message-ID"].endswith(".abc234@localhost>")
    assert message["Date"]
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]
    assert [part.get_content().replace("\r\n", "\n") for part in parts] == [MAIL.text, HTML]
    assert max(len(line) for line in content.split(b"\r\n")) <= 998  # RFC 5322, 2.1.1


def test_a_mail_to_nobody_we_know_comes_back_to_the_bounce_address_itself(settings: Settings) -> None:
    mailer = SmtpMailer(settings.model_copy(update={"bounce_address": "bounces@example.org"}))

    assert SmtpMailer(settings).return_path(MAIL) == settings.mail_from
    assert mailer.return_path(MAIL) == "bounces@example.org"
    assert mailer.return_path(dataclasses.replace(MAIL, token="abc234")) == "bounces+abc234@example.org"


@pytest.mark.parametrize(
    ("code", "answer", "status"),
    [
        (550, b"5.1.1 unknown", "5.1.1"),
        (550, "unknown", "5.1.1"),
        (552, b"full", "5.2.2"),
        (554, b"\xff no", "5.0.0"),
        (554, b"5.7.1 spam 1.2.3", "5.7.1"),
    ],
)
def test_a_final_answer_has_a_status_whatever_its_words(code: int, answer: bytes | str, status: str) -> None:
    with pytest.raises(MailRefused, match=f"^{re.escape(status)}$"):
        mail._refuse(code, answer)
    mail._refuse(450, answer)  # for now: the caller raises it again


def test_a_mail_server_that_is_away_is_tried_again(services: Services, settings: Settings) -> None:
    settings = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 1})
    with pytest.raises(OSError, match="refused"):
        SmtpMailer(settings).send(MAIL)


def test_the_demo_shows_its_mails_the_newest_first(services: Services, database: Database) -> None:
    mailbox = MailboxMailer(database, services.clock)
    mailbox.send(MAIL)
    mailbox.send(dataclasses.replace(MAIL, subject="Екінші"))

    with database.read() as session:
        assert [one.subject for one in latest_mails(session)] == ["Екінші", MAIL.subject]


def test_a_header_cannot_be_slipped_in(settings: Settings) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        SmtpMailer(settings).message(dataclasses.replace(MAIL, to="a@example.org\nBcc: b@example.org"))


def test_the_demo_keeps_its_mails_and_all_else_sends_them(services: Services, settings: Settings) -> None:
    demo = settings.model_copy(update={"demo": True})

    assert isinstance(mailer_for(demo, services.database, services.clock), MailboxMailer)
    assert isinstance(mailer_for(settings, services.database, services.clock), SmtpMailer)
