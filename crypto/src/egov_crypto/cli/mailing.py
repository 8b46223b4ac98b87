"""Mails to those who are to be told, by a mail server that takes them without a login."""

import argparse
import re
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final, Self
from urllib.parse import urlsplit

from egov_crypto.errors import UsageError

TIMEOUT: float = 30.0

_MAILBOX: Final = re.compile(r"[!-?A-~]{1,64}@[0-9A-Za-z.-]{1,253}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mailer:
    """Whom to write to, from whom, and by which server."""

    to: tuple[str, ...]
    sender: str
    host: str
    port: int

    @classmethod
    def of(cls, options: argparse.Namespace) -> Self | None:
        """What the options say; None if nobody is to be written to. Raises :class:`UsageError`."""
        if not options.mail and not options.smtp:
            return None
        if not options.mail or not options.smtp:
            raise UsageError("--mail and --smtp are given together")
        return cls(tuple(options.mail), options.sender or options.mail[0], *options.smtp)

    def send(self, subject: str, text: str) -> None:
        """Raises :class:`OSError` if the server does not take it."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, ", ".join(self.to), subject
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=self.sender.partition("@")[2])
        mail.set_content(text)
        with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT) as server:
            server.send_message(mail)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say this."""
    parser.add_argument(
        "--mail",
        type=_mailbox,
        action="append",
        default=[],
        metavar="ADDRESS",
        help="whom to write to; again for others",
    )
    parser.add_argument("--smtp", type=_server, metavar="HOST[:PORT]", help="the mail server, which asks for no login")
    parser.add_argument(
        "--from", type=_mailbox, dest="sender", metavar="ADDRESS", help="who writes (default: the first of them)"
    )


def _mailbox(text: str) -> str:
    if not _MAILBOX.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a mail address")
    return text


def _server(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
        plain = parts.netloc == text and parts.username is None
    except ValueError:
        host = None
    if not host or not plain or port == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST or HOST:PORT")
    return host, port or smtplib.SMTP_PORT
