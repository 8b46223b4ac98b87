"""Sending: a notice goes to a person, whose address and language are looked up when it leaves.

Kinds of notices are stated with `kinds.notice`. What is shown to one person at once and stands in no table, a code for
signing in, is made with `compose` and sent with `deliver`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from egov_participation import metrics
from egov_participation.database import UnitOfWork
from egov_participation.jobs import Payload, enqueue, sealed
from egov_participation.mail import Mail, MailRefused
from egov_participation.notices import kinds, letters
from egov_participation.notices.kinds import Json, NoticeKind, Param
from egov_participation.notices.service.bounces import note_failure, standing
from egov_participation.notices.service.preferences import Recipient, is_wanted, recipient
from egov_participation.services import Services
from egov_participation.settings import Settings

SEND: Final = "notices.send"
SEND_QUIETLY: Final = "notices.send_quietly"
"""Kinds of jobs. Both are sealed, and say nothing else, so that the table of jobs tells no notice from another."""


def notify(
    tx: UnitOfWork,
    keys_dir: Path,
    person_id: str,
    kind: NoticeKind,
    key: str | None = None,
    /,
    *,
    run_after: datetime | None = None,
    **params: Param,
) -> None:
    """Write to a person, when `tx` is committed or from `run_after` on.

    Args:
        key: a second notice with this key changes nothing. It stays in the table, so it names no person; None is a
            random one.
        params: what the kind's texts name. They are sealed until the mail leaves.
    """
    _enqueue(tx, keys_dir, kind, key, {"person": person_id}, run_after, params)


def write(
    tx: UnitOfWork,
    keys_dir: Path,
    address: str,
    lang: str,
    kind: NoticeKind,
    key: str | None = None,
    /,
    *,
    run_after: datetime | None = None,
    **params: Param,
) -> None:
    """Write to an address that is no person's in the register, or no longer: a form's sender, an old address.

    Args:
        key, run_after, params: as for `notify`.
    """
    _enqueue(tx, keys_dir, kind, key, {"address": address, "lang": lang}, run_after, params)


def _enqueue(
    tx: UnitOfWork,
    keys_dir: Path,
    kind: NoticeKind,
    key: str | None,
    to: Mapping[str, str],
    run_after: datetime | None,
    params: Mapping[str, Param],
) -> None:
    payload = sealed(keys_dir, {**to, "notice": kind.name, "params": kinds.to_json(params)})
    job = SEND_QUIETLY if kind.quiet else SEND
    enqueue(tx, job, key or secrets.token_hex(16), payload, run_after=run_after, unordered=kind.quiet)


def compose(
    settings: Settings, kind: NoticeKind, to: str, lang: str, person_id: str | None = None, /, **params: Param
) -> Mail:
    """A notice as a mail that is in no table, to be handed to `deliver`."""
    return letters.write(settings, kind, kinds.to_json(params), to=to, lang=lang, person_id=person_id)


def deliver(services: Services, mail: Mail) -> None:
    """Hand a mail to the mail server; a final refusal is noted with the person whom it is for and is no failure.

    Raises:
        OSError: not now; it is worth trying again.
    """
    try:
        services.mailer.send(mail)
    except MailRefused as refusal:
        note_failure(services, mail.token, refusal.status)
    except OSError:
        metrics.mail("failed")
        raise
    else:
        metrics.mail("sent")


def send(services: Services, payload: Payload) -> None:
    """What the jobs do. A person who is gone from the register, or does not want the kind, gets nothing.

    Raises:
        OSError: see `deliver`.
        LookupError: no room knows such a kind of notice.
    """
    kind = kinds.find(payload["notice"])
    if kind is None:
        raise LookupError(payload["notice"])
    params: Mapping[str, Json] = payload["params"]
    person_id: str | None = payload.get("person")
    if person_id is None:
        to: Recipient | None = Recipient(payload["address"], payload["lang"])
    else:
        with services.database.read() as session:
            to = recipient(services, session, person_id)
            # To an address that is dead go only warnings: it may work again, and they may matter.
            dead = kind.optional and standing(services, session, person_id).bounced_at is not None
            if dead or not is_wanted(session, person_id, kind):
                to = None
    if to is not None:
        mail = letters.write(services.settings, kind, params, to=to.address, lang=to.lang, person_id=person_id)
        deliver(services, mail)
