"""Passkeys: W3C Web Authentication, by the library `webauthn`.

A passkey is made with ``residentKey: required`` and ``userVerification: required``: it tells by itself whose it is, so
that no IIN is typed, and asks for the finger or the PIN each time. It signs for this site's origin alone, a challenge
that works once, for five minutes, in the browser that asked for it.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from sqlmodel import Session, select
from webauthn import generate_registration_options, options_to_json, verify_registration_response
from webauthn.helpers.structs import (
    AuthenticatorAttachment,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.identity import rules
from egov_participation.identity.models import Passkey, PasskeyHolder
from egov_participation.identity.service import challenges, factors, first, notifying, sessions
from egov_participation.jobs import enqueue, sealed
from egov_participation.services import Services, SessionInfo

_HANDLE_BYTES: Final = 64
_FORGET: Final = "registrar.forget_passkey"
"""A kind of jobs of the registrar's, a room above this one."""


@dataclass(frozen=True, slots=True)
class Registration:
    """For whom a passkey is made, and by whose browser."""

    person_id: str
    owner: str
    """Token hash of the session whose browser makes it."""
    level: int = rules.OWN_FACTOR
    portable: bool = False
    """Only a security key or a phone, not this computer: at the desk, where the computer is not the person's."""

    @property
    def purpose(self) -> str:
        return f"add/{self.level}"


def registration_options(services: Services, registration: Registration, lang: str) -> str:
    """What the browser needs to make a passkey, as JSON of ``PublicKeyCredentialCreationOptionsJSON``.

    Raises:
        DomainError: 403 ``person.unknown``, 409 ``passkey.too_many``.
    """
    person_id, now = registration.person_id, services.clock()
    with services.database.read() as db:
        person = services.registry.get(db, person_id)
    if person is None:
        raise DomainError(
            HTTPStatus.FORBIDDEN,
            N_("You are no longer in the register of residents, so no passkey can be added."),
            code="person.unknown",
        )
    with services.database.uow() as tx:
        factors.alone(tx, person_id)
        known = _check_room(tx, person_id)
        holder = tx.get(PasskeyHolder, person_id)
        if holder is None:
            holder = PasskeyHolder(person_id=person_id, handle=secrets.token_bytes(_HANDLE_BYTES))
            tx.add(holder)
        challenge = challenges.create(tx, registration.owner, registration.purpose, person_id, now)
        tx.commit()
    options = generate_registration_options(
        rp_id=challenges.rp_id(services.settings),
        rp_name=translate(lang, N_("Civic Participation")),
        user_id=holder.handle,
        user_name=f"{person.given_name} {person.family_name}",
        challenge=challenge,
        timeout=challenges.TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            authenticator_attachment=AuthenticatorAttachment.CROSS_PLATFORM if registration.portable else None,
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in known],
    )
    return options_to_json(options)


def _check_room(tx: UnitOfWork, person_id: str) -> list[Passkey]:
    """The person's passkeys, to which one more may be added."""
    known = list(tx.session.exec(select(Passkey).where(Passkey.person_id == person_id)))
    if len(known) >= rules.MAX_PASSKEYS:
        raise DomainError(
            HTTPStatus.CONFLICT,
            N_("You have %(number)s passkeys, and more cannot be kept. Remove one first."),
            code="passkey.too_many",
            number=rules.MAX_PASSKEYS,
        )
    return known


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey whose making was verified; not stored yet."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    synced: bool


def verify_registration(services: Services, registration: Registration, answer: str) -> NewPasskey:
    """Check what the browser brought (``RegistrationResponseJSON``). Its challenge is used up, whatever comes of it.

    Raises:
        DomainError: 422 ``passkey.refused``.
    """
    challenge = challenges.take(services, registration.owner, registration.purpose, registration.person_id)
    if challenge is None or len(answer) > challenges.MAX_ANSWER:
        raise _not_made()
    try:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=challenges.rp_id(services.settings),
            expected_origin=services.settings.base_url,
            require_user_verification=True,
        )
    except challenges.MALFORMED:
        raise _not_made() from None
    return NewPasskey(
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
    )


def store_passkey(
    tx: UnitOfWork, services: Services, registration: Registration, new: NewPasskey, name: str, now: datetime
) -> str:
    """Keep a passkey, mail its owner, and return its public id.

    Raises:
        DomainError: 422 ``passkey.refused``: it is known already; 409 ``passkey.too_many``.
    """
    public_id = secrets.token_hex(8)
    first.make_way(tx, services, registration.person_id)
    _check_room(tx, registration.person_id)
    if tx.session.exec(select(Passkey.public_id).where(Passkey.credential_id == new.credential_id)).first():
        raise _not_made()
    tx.add(
        Passkey(
            public_id=public_id,
            person_id=registration.person_id,
            credential_id=new.credential_id,
            public_key=new.public_key,
            sign_count=new.sign_count,
            level=registration.level,
            name=name,
            synced=new.synced,
            created_at=now,
        )
    )
    person_id = registration.person_id
    if registration.level == rules.IN_PERSON:
        # The registrar counts from when it has heard of it, a little later, and says so itself.
        counts_from = now + timedelta(hours=services.settings.registrar_passkey_hours)
        kind = notifying.PASSKEY_ENROLLED
        notifying.tell(tx, services, person_id, kind, name=name, at=now, counts_from=counts_from)
    else:
        notifying.tell(tx, services, person_id, notifying.PASSKEY_ADDED, name=name, at=now)
    return public_id


def add(services: Services, session: SessionInfo, answer: str, name: str) -> str:
    """Add a passkey to one's own; the session goes on at level 2 under a new token, which is returned.

    Raises:
        DomainError: 422 ``passkey.refused``; those of `factors.check_may_add`.
    """
    registration = Registration(session.person_id, session.token_hash)
    new = verify_registration(services, registration, answer)
    now = services.clock()
    with services.database.uow() as tx:
        factors.alone(tx, session.person_id)
        factors.check_may_add(tx.session, session, now)
        public_id = store_passkey(tx, services, registration, new, name, now)
        token = sessions.raise_level(
            tx, session, assurance=rules.OWN_FACTOR, method=rules.Method.PASSKEY, passkey=public_id
        )
        tx.commit()
    return token


def _not_made() -> DomainError:
    return DomainError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        N_("The passkey could not be added. Nothing was changed. Try again, or use another device."),
        code="passkey.refused",
    )


# -- what there is -----------------------------------------------------------------------------------------------------


def rename(tx: UnitOfWork, session: SessionInfo, public_id: str, name: str, now: datetime) -> None:
    """Call one's passkey something else.

    Raises:
        DomainError: 404 ``passkey.unknown``; those of `factors.check_may_add`.
    """
    found = own(tx.session, session, public_id)
    factors.check_may_add(tx.session, session, now)
    found.name = name


def remove(tx: UnitOfWork, services: Services, session: SessionInfo, public_id: str, now: datetime) -> None:
    """Take one's passkey away, and end the sessions that it opened, except this one.

    Raises:
        DomainError: 404 ``passkey.unknown``; those of `factors.check_may_remove`.
    """
    found = own(tx.session, session, public_id)
    factors.check_may_remove(tx.session, session, found.level, now)
    tx.session.delete(found)
    tx.flush()
    forget_at_registrar(tx, services, found)
    sessions.end_of_passkey(tx, session.person_id, public_id, but=session.token_hash)
    factors.forget_codes_of_nothing(tx, session.person_id)
    notifying.tell(tx, services, session.person_id, notifying.PASSKEY_REMOVED, name=found.name, at=now)


def forget_at_registrar(tx: UnitOfWork, services: Services, passkey: Passkey) -> None:
    """Have the registrar forget a passkey that was enrolled in person: it keeps the public half of those too."""
    if passkey.level < rules.IN_PERSON:
        return
    payload = {"person": passkey.person_id, "credential_id": base64.b64encode(passkey.credential_id).decode()}
    enqueue(tx, _FORGET, secrets.token_hex(16), sealed(services.settings.keys_dir, payload))


def forget_all_at_registrar(tx: UnitOfWork, services: Services, person_id: str) -> None:
    """The same for all of a person's, who is about to go."""
    for passkey in tx.session.exec(select(Passkey).where(Passkey.person_id == person_id)):
        forget_at_registrar(tx, services, passkey)


def own(db: Session, session: SessionInfo, public_id: str) -> Passkey:
    """One's own passkey.

    Raises:
        DomainError: 404 ``passkey.unknown``.
    """
    found = db.get(Passkey, public_id)
    if found is None or found.person_id != session.person_id:
        raise DomainError(
            HTTPStatus.NOT_FOUND, N_("You have no such passkey, or it was removed already."), code="passkey.unknown"
        )
    return found
