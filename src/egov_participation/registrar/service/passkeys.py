"""Passkeys that were enrolled in person, as the registrar knows them: it keeps the public half itself.

What an authenticator signs is a hash of vote, person and the registrar's nonce, for the main site alone and after the
finger or the PIN: an assertion for signing in, for another vote or of another day is none here.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlmodel import Session, and_, col, or_, select, update
from webauthn import generate_authentication_options, options_to_json, verify_authentication_response
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.registrar import rules
from egov_participation.registrar.models import EnrolledKey
from egov_participation.registrar.service import mails
from egov_participation.registrar.service.means import Means
from egov_participation.registrar.statements import canonical

_MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, RecursionError)
"""What reading an assertion may raise. It comes from outside: none of it is a fault of ours."""


def enrol(means: Means, person_id: str, credential_id: bytes, public_key: bytes, *, name: str) -> None:
    """See `Registrar.enrol_passkey`."""
    now, holder = means.clock(), means.vault.holder(person_id)
    # That somebody was at a desk is the platform's word. So the person hears of it, and has the time to object.
    counts_from = now + timedelta(hours=means.settings.registrar_passkey_hours)
    with means.database.uow() as tx:
        new = tx.add_if_new(
            EnrolledKey,
            credential_id=credential_id,
            holder=holder,
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


def usable(means: Means, session: Session, person_id: str) -> list[EnrolledKey]:
    """The person's passkeys that may be used: those whose time of waiting is over."""
    now = means.clock()
    return [key for key in _not_stopped(means, session, person_id) if key.counts_from <= now]


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


def challenge(vote: str, person_id: str, nonce: bytes) -> bytes:
    """What is signed: bound to its purpose, the vote, the person and the nonce."""
    return hashlib.sha256(b"egov-registrar-passkey-v1\0" + canonical([vote, person_id, nonce.hex()])).digest()


def options(means: Means, vote: str, person_id: str, nonce: bytes, keys: list[EnrolledKey]) -> str:
    """What the browser is to ask the authenticator for, as JSON of ``PublicKeyCredentialRequestOptionsJSON``."""
    return options_to_json(
        generate_authentication_options(
            rp_id=_rp_id(means),
            challenge=challenge(vote, person_id, nonce),
            timeout=int(rules.CHALLENGE_LIFETIME.total_seconds() * 1000),
            allow_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in keys],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def check(means: Means, vote: str, person_id: str, nonce: bytes, assertion: str) -> bool:
    """Whether one of the person's passkeys signed the challenge. A count that went back stops the passkey."""
    holder = means.vault.holder(person_id)
    try:
        answer = parse_authentication_credential_json(assertion)
    except _MALFORMED:
        return False
    with means.database.read() as session:
        key = session.get(EnrolledKey, answer.raw_id)
    if key is None or key.holder != holder or key.stopped_at is not None or means.clock() < key.counts_from:
        return False
    try:
        count = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge(vote, person_id, nonce),
            expected_rp_id=_rp_id(means),
            expected_origin=means.settings.base_url,
            credential_public_key=key.public_key,
            credential_current_sign_count=0,  # compared below, in the statement that writes it
            require_user_verification=True,
        ).new_sign_count
    except _MALFORMED:
        return False
    return _counted(means, key, count)


def _counted(means: Means, key: EnrolledKey, count: int) -> bool:
    """Note how often the authenticator says it has signed; whether that can be."""
    usable = and_(col(EnrolledKey.credential_id) == key.credential_id, col(EnrolledKey.stopped_at).is_(None))
    # Both zero: an authenticator that does not count. Else the count must have grown: a copy's does not.
    grown = or_(col(EnrolledKey.sign_count) < count, and_(col(EnrolledKey.sign_count) == 0, count == 0))
    with means.database.uow() as tx:
        used = tx.session.execute(update(EnrolledKey).where(usable, grown).values(sign_count=count))
        right = bool(used.rowcount == 1)  # type: ignore[attr-defined]
        if not right:
            tx.session.execute(update(EnrolledKey).where(usable).values(stopped_at=means.clock()))
        tx.commit()
    return right


def _rp_id(means: Means) -> str:
    return str(urlsplit(means.settings.base_url).hostname)
