"""Passkeys that were enrolled in person, as the registrar knows them: it keeps the public half itself.

What an authenticator signs is a hash of what it is for, the person and the registrar's nonce, for the main site alone
and after the finger or the PIN: an assertion for signing in, for another vote or of another day is none here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import structlog
from sqlalchemy import and_, bindparam, delete, or_, update
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select
from webauthn import generate_authentication_options, options_to_json, verify_authentication_response
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from egov_participation.database import UnitOfWork, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.registrar import rules
from egov_participation.registrar.models import EnrolledKey
from egov_participation.registrar.service import mails
from egov_participation.registrar.service.means import Means
from egov_participation.registrar.statements import canonical
from egov_participation.registry.keys import SealError

log = structlog.get_logger()

_MALFORMED = (WebAuthnException, ValueError, TypeError, LookupError, RecursionError)
"""What reading an assertion may raise. It comes from outside: none of it is a fault of ours."""


def enrol(means: Means, person_id: str, credential_id: bytes, public_key: bytes, *, name: str) -> None:
    """See `Registrar.enrol_passkey`."""
    now, holder, enrolled_under = means.clock(), means.vault.holder(person_id), _number_now(means, person_id)
    # That somebody was at a desk is the platform's word. So the person hears of it, and has the time to object.
    counts_from = now + timedelta(hours=means.settings.registrar_passkey_hours)
    with means.database.uow() as tx:
        new = tx.add_if_new(
            EnrolledKey,
            credential_id=credential_id,
            holder=holder,
            number=enrolled_under,
            public_key=public_key,
            sign_count=0,
            enrolled_at=now,
            counts_from=counts_from,
        )
        if new:
            kind = mails.PASSKEY_KNOWN
            mails.enqueue(means, tx, person_id, kind, run_after=now, name=name, counts_from=counts_from)
            tx.commit()
            return
        known = tx.get(EnrolledKey, credential_id)
        if known is None or known.holder != holder or known.public_key != public_key:
            raise DomainError(
                409, N_("The registrar knows this passkey already, as another one's."), code="passkey.known"
            )


def forget(means: Means, person_id: str, credential_id: bytes) -> None:
    """See `Registrar.forget_passkey`."""
    with means.database.uow() as tx:
        tx.session.execute(
            delete(EnrolledKey).where(
                col(EnrolledKey.credential_id) == credential_id,
                col(EnrolledKey.holder) == means.vault.holder(person_id),
            )
        )
        tx.commit()


def forget_all(means: Means, person_id: str) -> int:
    """Forget all of a person's, who objects: they say that they were at no desk. How many there were."""
    with means.database.uow() as tx:
        gone = tx.session.execute(delete(EnrolledKey).where(col(EnrolledKey.holder) == means.vault.holder(person_id)))
        tx.commit()
    return int(gone.rowcount)  # type: ignore[attr-defined]


def number(means: Means, person_id: str, iin: str) -> bytes:
    """What stands for an IIN beside a passkey: the same for all of one person's."""
    return means.vault.number("*passkey", person_id, iin)


def usable(
    means: Means, session: Session, person_id: str, *, under: bytes | None = None, about: str = ""
) -> list[EnrolledKey]:
    """The person's passkeys that may be used: those whose time of waiting is over.

    Args:
        under: as `challenges.Matter.key_number`; about: what the log says of another one.
    """
    now = means.clock()
    keys = [key for key in _not_stopped(means, session, person_id) if key.counts_from <= now]
    return [key for key in keys if _is_under(under, key.number, about)]


def counts_from(means: Means, person_id: str) -> datetime | None:
    """See `Registrar.passkey_from`."""
    now = means.clock()
    with means.database.read() as session:
        keys = _not_stopped(means, session, person_id)
    return min((key.counts_from for key in keys if key.counts_from > now), default=None)


def _not_stopped(means: Means, session: Session, person_id: str) -> list[EnrolledKey]:
    statement = select(EnrolledKey).where(
        col(EnrolledKey.holder) == means.vault.holder(person_id), col(EnrolledKey.stopped_at).is_(None)
    )
    return list(session.exec(statement))


def challenge(bound: Sequence[str], person_id: str, nonce: bytes) -> bytes:
    """What is signed: bound to its purpose, what it is for (`challenges.Matter`), the person and the nonce."""
    return hashlib.sha256(b"egov-registrar-passkey-v1\0" + canonical([*bound, person_id, nonce.hex()])).digest()


def options(means: Means, signed: bytes, keys: Sequence[EnrolledKey]) -> str:
    """What the browser is to ask the authenticator for, as JSON of ``PublicKeyCredentialRequestOptionsJSON``."""
    return options_to_json(
        generate_authentication_options(
            rp_id=_rp_id(means),
            challenge=signed,
            timeout=int(rules.CHALLENGE_LIFETIME.total_seconds() * 1000),
            allow_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in keys],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


@dataclass(frozen=True, slots=True)
class Use:
    """A passkey that signed, and how often its authenticator says that it has."""

    credential_id: bytes
    sign_count: int


def check(
    means: Means, person_id: str, signed: bytes, assertion: str, *, under: bytes | None, about: str
) -> Use | None:
    """Which of the person's passkeys signed this; None if none did, or none that was enrolled under that number (as for
    `usable`). It counts if `counted` takes it."""
    try:
        answer = parse_authentication_credential_json(assertion)
    except _MALFORMED:
        return None
    key = means.database.first(_KEY, {"id_": answer.raw_id})
    holder = means.vault.holder(person_id)
    if key is None or key.holder != holder or key.stopped_at is not None or means.clock() < key.counts_from:
        return None
    try:
        count = verify_authentication_response(
            credential=answer,
            expected_challenge=signed,
            expected_rp_id=_rp_id(means),
            expected_origin=means.settings.base_url,
            credential_public_key=key.public_key,
            credential_current_sign_count=0,  # compared in the statement that writes it
            require_user_verification=True,
        ).new_sign_count
    except _MALFORMED:
        return None
    return Use(answer.raw_id, count) if _is_under(under, key.number, about) else None


def counted(means: Means, tx: UnitOfWork, use: Use) -> bool:
    """Note a use; whether it can be. A count that did not grow stops the passkey: that is what a copy's does."""
    named = {"id_": use.credential_id}
    if tx.session.execute(_GROWN, named | {"count_": use.sign_count}).first() is not None:
        return True
    tx.session.execute(_STOP, named | {"now_": means.clock()})
    return False


def _number_now(means: Means, person_id: str) -> bytes | None:
    """Of the IIN that the register has for them; None, and the passkey acts in no petition, if they are not in it.

    Raises:
        DomainError: 409 ``registrar.row``.
    """
    try:
        found = means.residents.numbers([person_id]).get(person_id)
    except SealError:
        # Nobody could be told of this passkey, and it would count all the same.
        raise DomainError(
            409,
            N_("The registrar cannot read this person’s row in the register, so it takes no passkey for them."),
            code="registrar.row",
        ) from None
    if found is None:
        log.warning("registrar.unnumbered_passkey")
        return None
    return number(means, person_id, found.digits)


def _is_under(under: bytes | None, enrolled_under: bytes | None, about: str) -> bool:
    if under is None or under == enrolled_under:
        return True
    if enrolled_under is None:
        log.warning("registrar.unnumbered_passkey", about=about)
    else:  # The register's tables had another IIN for this person when the passkey was enrolled.
        log.error("registrar.number_changed", about=about)
    return False


_keys: Final = table_of(EnrolledKey)
_KEY: Final = select_rows(_keys).where(_keys.c.credential_id == bindparam("id_"))
_USABLE: Final = (_keys.c.credential_id == bindparam("id_"), _keys.c.stopped_at.is_(None))
_GROWN: Final = (
    update(_keys)
    .where(
        *_USABLE,
        # Both zero: an authenticator that does not count.
        or_(_keys.c.sign_count < bindparam("count_"), and_(_keys.c.sign_count == 0, bindparam("count_") == 0)),
    )
    .values(sign_count=bindparam("count_"))
    .returning(_keys.c.credential_id)
)
_STOP: Final = update(_keys).where(*_USABLE).values(stopped_at=bindparam("now_"))


def _rp_id(means: Means) -> str:
    return str(urlsplit(means.settings.base_url).hostname)
