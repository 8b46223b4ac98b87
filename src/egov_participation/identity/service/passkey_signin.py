"""Signing in with a passkey: which one it is, and whose, is told by the authenticator.

Every refusal is the same: unknown, removed, wrongly signed, too late, another browser's.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from sqlmodel import and_, col, or_, select, update
from webauthn import generate_authentication_options, options_to_json, verify_authentication_response
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.structs import AuthenticationCredential, UserVerificationRequirement

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import rules
from egov_participation.identity.keys import IdentityKeys
from egov_participation.identity.models import Passkey, PasskeyHolder
from egov_participation.identity.service import challenges, limits, notifying, sessions
from egov_participation.identity.service.signin import SignedIn
from egov_participation.identity.service.tokens import hash_token
from egov_participation.services import Services, SessionInfo

_PURPOSE: Final = "sign-in"

# An Ed25519 key (COSE) that stands in for an unknown passkey's, so that refusing one takes as long as refusing a wrong
# signature. Whatever it says of a signature, nobody is signed in by it.
_NOBODYS_KEY: Final = bytes.fromhex("a4010103272006215820" + "58" + "66" * 31)


def sign_in_options(services: Services, keys: IdentityKeys, *, browser: str, network: str) -> str:
    """What the browser needs to sign in, as JSON of ``PublicKeyCredentialRequestOptionsJSON``; alike for everybody.

    Raises:
        DomainError: 429 ``sign_in.too_many``.
    """
    now = services.clock()
    with services.database.uow() as tx:
        limits.take_for_line(tx, keys.throttle, rules.PASSKEY_LIMITS, network, now)
        challenge = challenges.create(tx, hash_token(browser), _PURPOSE, None, now)
        tx.commit()
    options = generate_authentication_options(
        rp_id=challenges.rp_id(services.settings),
        challenge=challenge,
        timeout=challenges.TIMEOUT,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def sign_in(
    services: Services, answer: str, *, browser: str, agent: str, replaced: SessionInfo | None, next_path: str
) -> SignedIn:
    """Open a session by what the authenticator signed (``AuthenticationResponseJSON``), at the passkey's level.

    Raises:
        DomainError: 422 ``passkey.refused``.
    """
    challenge = challenges.take(services, hash_token(browser), _PURPOSE, None)
    if challenge is None or len(answer) > challenges.MAX_ANSWER:
        raise _refused()
    passkey, count = _verify(services, answer, challenge)
    now = services.clock()
    # Both zero: an authenticator that does not count. Else the count must have grown: a copy's does not.
    counted = or_(col(Passkey.sign_count) < count, and_(col(Passkey.sign_count) == 0, count == 0))
    usable = and_(col(Passkey.public_id) == passkey.public_id, col(Passkey.stopped_at).is_(None))
    with services.database.uow() as tx:
        used = tx.session.execute(update(Passkey).where(usable, counted).values(sign_count=count, last_used_at=now))
        if used.rowcount != 1:  # type: ignore[attr-defined]
            stopped = tx.session.execute(update(Passkey).where(usable).values(stopped_at=now))
            if stopped.rowcount == 1:  # type: ignore[attr-defined]
                # Nobody knows which sessions are the owner's: all that it opened end.
                sessions.end_of_passkey(tx, passkey.person_id, passkey.public_id, but="")
                notifying.tell(tx, services, passkey.person_id, notifying.PASSKEY_STOPPED, name=passkey.name, at=now)
            tx.commit()
            raise _refused()
        token = sessions.open_main(
            tx,
            passkey.person_id,
            assurance=passkey.level,
            method=rules.Method.PASSKEY,
            agent=agent,
            replaced=replaced,
            now=now,
            passkey=passkey.public_id,
        )
        notifying.tell_signed_in(tx, services, passkey.person_id, rules.Method.PASSKEY, agent, now)
        tx.commit()
    return SignedIn(token, next_path)


def _verify(services: Services, answer: str, challenge: bytes) -> tuple[Passkey, int]:
    """The passkey that signed the challenge, and how often its authenticator says it has signed."""
    try:
        credential = parse_authentication_credential_json(answer)
    except challenges.MALFORMED:
        raise _refused() from None
    with services.database.read() as db:
        found = db.exec(select(Passkey).where(Passkey.credential_id == credential.raw_id)).first()
        holder = None if found is None else db.get(PasskeyHolder, found.person_id)
        person = None if found is None else services.registry.get(db, found.person_id)
    count = _check_signature(services, credential, challenge, _NOBODYS_KEY if found is None else found.public_key)
    if found is None or holder is None or person is None or credential.response.user_handle != holder.handle:
        raise _refused()
    return found, count


def _check_signature(services: Services, credential: AuthenticationCredential, challenge: bytes, key: bytes) -> int:
    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=challenges.rp_id(services.settings),
            expected_origin=services.settings.base_url,
            credential_public_key=key,
            credential_current_sign_count=0,  # compared afterwards: a signed count that went back means a copy
            require_user_verification=True,
        ).new_sign_count
    except challenges.MALFORMED:
        raise _refused() from None


def _refused() -> DomainError:
    return DomainError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        N_("This passkey was not accepted. Try again, or sign in with a code from a mail."),
        code="passkey.refused",
    )
