"""Reading what a mail server sends back: delivery status notifications (RFC 3464) in a multipart/report (RFC 6522)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from typing import Final

MAX_BYTES: Final = 1_000_000
"""More is not read: a notification holds a mail of ours at most."""

_PERMANENT: Final = re.compile(r"5\.\d{1,3}\.\d{1,3}")
_PLUS: Final = re.compile(r"\+([a-z2-7]+)@", re.IGNORECASE)
_OURS: Final = re.compile(r"<[\w.]*\.([a-z2-7]+)@[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that was not delivered and will not be."""

    tokens: tuple[str, ...]
    """What may be the token of the mail (`tokens.bounce_token`), the likeliest first. Whoever asks finds out."""
    status: str
    """The enhanced status code, ``5.x.x``."""


class NotADeliveryReport(ValueError):
    """The mail is something else: an answer, a greeting from somebody's holidays, or advertising."""


def parse(raw: bytes, recipient: str = "") -> Bounce | None:
    """Read a notification.

    Args:
        raw: the mail as it came.
        recipient: the address that it came to, where the mail server says (a pipe's ``${original_recipient}``).

    Returns:
        None if nothing failed for good: a mail that is late, or was delivered after all.

    Raises:
        NotADeliveryReport: it is none.
    """
    try:
        return _parse(raw, recipient)
    except NotADeliveryReport:
        raise
    # What the standard library's parser raises at made-up headers and at parts nested thousands deep.
    except (IndexError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        raise NotADeliveryReport("it cannot be read") from None


def _parse(raw: bytes, recipient: str) -> Bounce | None:
    message: EmailMessage = message_from_bytes(raw[:MAX_BYTES], policy=policy.default)
    report = message.get_param("report-type")
    if message.get_content_type() != "multipart/report" or str(report).lower() != "delivery-status":
        raise NotADeliveryReport("not a multipart/report of the type delivery-status")
    statuses = [status for part in message.walk() for status in _failures(part)]
    if not statuses:
        return None
    return Bounce(tuple(dict.fromkeys(_tokens(message, recipient))), statuses[0])


def _failures(part: Message) -> Iterator[str]:
    """The statuses of the recipients for whom it failed: a block of fields each, after the mail's own block."""
    if part.get_content_type() != "message/delivery-status":
        return
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else ():
        if not isinstance(block, Message):
            continue
        status = _PERMANENT.search(str(block.get("Status", "")))
        if str(block.get("Action", "")).strip().lower() == "failed" and status:
            yield status[0]


def _tokens(message: EmailMessage, recipient: str) -> Iterator[str]:
    """From the return path, where it came back to; else from the Message-ID of the mail of ours that is enclosed."""
    headers = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
    values = [recipient, *(str(value) for name in headers for value in message.get_all(name, []))]
    for _name, address in getaddresses(values):
        yield from _PLUS.findall(address)
    for part in message.walk():
        if part is message:
            continue
        for value in part.get_all("Message-ID", []):
            yield from _OURS.findall(str(value))
        if part.get_content_type() == "text/rfc822-headers":
            enclosed = part.get_payload(decode=True)
            if isinstance(enclosed, bytes):
                yield from _OURS.findall(enclosed.decode("utf-8", "replace"))
