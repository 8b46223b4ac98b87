"""The demo's mailbox: what would have been mailed."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session, col, select

from egov_participation.mail import MailboxMail

SHOWN: Final = 50


def latest_mails(session: Session) -> list[MailboxMail]:
    """The newest mails, the latest first."""
    return list(session.exec(select(MailboxMail).order_by(col(MailboxMail.id).desc()).limit(SHOWN)))
