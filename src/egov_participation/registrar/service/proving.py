"""How a person proves to the registrar itself who they are, and gets their credential shown once.

The platform carries questions and answers to and fro; nothing that it says of the person counts. A passkey signs a hash
of vote and person with a nonce of the registrar's, an electronic identity's provider signs the registrar's nonce, and a
mailed code leaves from here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import delete
from sqlmodel import col, select

from egov_crypto import credential as credentials
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import service as identity
from egov_participation.identity.openid.errors import ProviderError, Unreachable
from egov_participation.notices.service import quiet_moment
from egov_participation.registrar import rules
from egov_participation.registrar.interface import Challenge, Way
from egov_participation.registrar.models import Asked, CodeCount, Release
from egov_participation.registrar.service import mails, passkeys
from egov_participation.registrar.service.means import Contact, Means, Place, check_display, place
from egov_participation.registrar.statements import canonical
from egov_participation.registry.iin import Iin, IinError

log = structlog.get_logger()

_MAX_ANSWER: Final = 60_000
"""Characters of what answers a challenge; an id_token is the longest."""
_HOUR: Final = timedelta(hours=1)


def ways(means: Means, vote: str, person_id: str) -> list[Way]:
    """See `Registrar.ways`."""
    with means.database.read() as session:
        try:
            found = place(means, session, vote, person_id)
        except DomainError:
            return []
        passkey = bool(passkeys.usable(means, session, person_id))
    contact = None if found.binding else means.residents.contact(person_id)
    return _ways(means, found, contact, passkey=passkey)


def begin(means: Means, vote: str, person_id: str, way: Way, *, lang: str) -> Challenge:
    """See `Registrar.begin`."""
    contact = means.residents.contact(person_id)
    challenge_id = secrets.token_urlsafe(24)
    now = means.clock()
    with means.database.uow() as tx:
        found = place(means, tx.session, vote, person_id)
        check_display(found, now)
        keys = passkeys.usable(means, tx.session, person_id)
        if way not in _ways(means, found, contact, passkey=bool(keys)):
            raise rules.no_such_way(way, binding=found.binding)
        tx.lock(f"registrar:challenge:{found.owner.hex()}")
        if way is Way.CODE:
            _count_mail(tx, found.owner, means)
        tx.session.execute(delete(Asked).where(col(Asked.owner) == found.owner, col(Asked.way) == way.value))
        nonce = secrets.token_bytes(32)
        challenge = Challenge(way, challenge_id)
        secret = nonce
        match way:
            case Way.PASSKEY:
                challenge = Challenge(way, challenge_id, options=passkeys.options(means, vote, person_id, nonce, keys))
            case Way.EID:
                challenge = Challenge(way, challenge_id, nonce=_eid_nonce(vote, person_id, nonce))
            case Way.CODE:
                code = "".join(secrets.choice("0123456789") for _ in range(rules.CODE_DIGITS))
                secret = means.vault.code_hash(challenge_id, code)
                mails.enqueue(means, tx, person_id, mails.CODE, run_after=now, lang=lang, code=code, vote=vote)
                challenge = Challenge(way, challenge_id, mailed_to=rules.masked(contact.mail if contact else ""))
        tx.add(
            Asked(
                id_hash=_hash(challenge_id),
                vote_uuid=vote,
                owner=found.owner,
                way=way.value,
                secret=secret,
                created_at=now,
                expires_at=now + rules.CHALLENGE_LIFETIME,
            )
        )
        tx.commit()
    return challenge


def prove(means: Means, vote: str, person_id: str, answer: Mapping[str, str]) -> str:
    """See `Registrar.prove`."""
    asked = _take(means, vote, person_id, answer)
    if asked is None or not _right(means, vote, person_id, asked, answer):
        raise _not_proved()
    release, now = secrets.token_urlsafe(32), means.clock()
    with means.database.uow() as tx:
        found = place(means, tx.session, vote, person_id)
        check_display(found, now)
        tx.add(
            Release(
                token_hash=_hash(release),
                vote_uuid=vote,
                owner=found.owner,
                expires_at=now + rules.RELEASE_LIFETIME,
            )
        )
        tx.commit()
    return release


def credential(means: Means, vote: str, person_id: str, release: str) -> str:
    """See `Registrar.credential`."""
    now = means.clock()
    with means.database.uow() as tx:
        found = place(means, tx.session, vote, person_id)
        check_display(found, now)
        # Read and deleted in one statement: of two at once one gets it.
        taken = tx.session.execute(
            delete(Release)
            .where(
                col(Release.token_hash) == _hash(release),
                col(Release.vote_uuid) == vote,
                col(Release.owner) == found.owner,
            )
            .returning(col(Release.expires_at))
        ).first()
        if taken is None or now >= taken.expires_at:
            raise _no_release()
        # The notice is durable before the credential leaves: a display that nobody is told of cannot happen.
        moment = quiet_moment(now, found.closes_at)
        mails.enqueue(means, tx, person_id, mails.CREDENTIAL_SHOWN, run_after=moment, vote=vote)
        tx.commit()
    shown = means.vault.open(vote, person_id, found.sealed_credential or b"")
    if credentials.public(vote, shown).text != found.public_credential:
        raise RuntimeError("the stored credential is not the published one")
    return shown


def purge(means: Means) -> None:
    """Delete what can no longer be used."""
    now = means.clock()
    with means.database.read() as session:
        old = (
            session.exec(select(Asked.way).where(col(Asked.expires_at) <= now).limit(1)).first()
            or session.exec(select(Release.vote_uuid).where(col(Release.expires_at) <= now).limit(1)).first()
            or session.exec(select(CodeCount.mailed).where(col(CodeCount.since) <= now - _HOUR).limit(1)).first()
        )
    if old is None:  # asked first: writing every second would be in others' way
        return
    with means.database.uow() as tx:
        tx.session.execute(delete(Asked).where(col(Asked.expires_at) <= now))
        tx.session.execute(delete(Release).where(col(Release.expires_at) <= now))
        tx.session.execute(delete(CodeCount).where(col(CodeCount.since) <= now - _HOUR))
        tx.commit()


# -- within ------------------------------------------------------------------------------------------------------------


def _ways(means: Means, found: Place, contact: Contact | None, *, passkey: bool) -> list[Way]:
    return rules.ways(
        binding=found.binding,
        passkey=passkey,
        eid=bool(means.settings.oidc_issuer),
        mail=contact is not None and bool(contact.mail),
        eid_level=means.settings.oidc_level,
    )


def _count_mail(tx: UnitOfWork, owner: bytes, means: Means) -> None:
    """Count one more code that is mailed.

    Raises:
        DomainError: 429 ``credential.too_many``.
    """
    now = means.clock()
    row = tx.get(CodeCount, owner)
    if row is None or row.since <= now - _HOUR:
        if row is not None:
            tx.session.delete(row)
            tx.flush()
        row = CodeCount(owner=owner, since=now, mailed=0)
        tx.add(row)
    if row.mailed >= rules.CODES_PER_HOUR:
        raise DomainError(
            429,
            N_("Too many codes were asked for. Wait an hour, then try again."),
            code="credential.too_many",
            retry_after=int((row.since + _HOUR - now).total_seconds()) + 1,
        )
    row.mailed += 1


def _take(means: Means, vote: str, person_id: str, answer: Mapping[str, str]) -> Asked | None:
    """The challenge that is answered, if it is this person's in this vote. It is used up by being looked at, but for a
    mailed code, which may be mistyped a few times."""
    if any(len(value) > _MAX_ANSWER for value in answer.values()):
        return None
    owner = means.vault.owner(vote, person_id)
    with means.database.uow() as tx:
        statement = select(Asked).where(
            col(Asked.id_hash) == _hash(answer.get("challenge", "")),
            col(Asked.vote_uuid) == vote,
            col(Asked.owner) == owner,
        )
        found = tx.session.exec(statement.with_for_update()).first()
        if found is None:
            return None
        late = means.clock() >= found.expires_at
        found.tries += 1
        if late or found.way != Way.CODE or found.tries >= rules.CODE_TRIES or _is_code(means, found, answer):
            taken = Asked(**found.model_dump())
            tx.session.delete(found)
        else:
            taken = found
        tx.commit()
    return None if late else taken


def _is_code(means: Means, asked: Asked, answer: Mapping[str, str]) -> bool:
    given = means.vault.code_hash(answer.get("challenge", ""), answer.get("code", ""))
    return hmac.compare_digest(asked.secret, given)


def _right(means: Means, vote: str, person_id: str, asked: Asked, answer: Mapping[str, str]) -> bool:
    match Way(asked.way):
        case Way.CODE:
            return _is_code(means, asked, answer)
        case Way.PASSKEY:
            return passkeys.check(means, vote, person_id, asked.secret, answer.get("assertion", ""))
        case Way.EID:
            nonce = _eid_nonce(vote, person_id, asked.secret)
            return _is_person(means, person_id, nonce, answer.get("id_token", ""), answer.get("access_token", ""))


def _is_person(means: Means, person_id: str, nonce: str, id_token: str, access_token: str) -> bool:
    """Whether the provider says, to the registrar's own nonce, that this is the person.

    Raises:
        DomainError: 503 ``credential.provider``, ``registry.unavailable``.
    """
    provider = identity.provider(means.settings)
    if provider is None:
        return False
    try:
        found = provider.check_token(id_token, access_token, nonce=nonce, now=means.clock())
        return means.residents.find(Iin.parse(found.iin)) == person_id
    except Unreachable:
        raise DomainError(
            503,
            N_("The electronic identity's provider does not answer the registrar. Nothing was shown. Try again later."),
            code="credential.provider",
        ) from None
    except ProviderError as error:
        log.warning("registrar.token_refused", reason=error.code)
        return False
    except IinError:
        return False


def _eid_nonce(vote: str, person_id: str, nonce: bytes) -> str:
    content = b"egov-registrar-eid-v1\0" + canonical([vote, person_id, nonce.hex()])
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _not_proved() -> DomainError:
    return DomainError(
        403,
        N_("The registrar did not take this as a proof of who you are. Nothing was shown. Begin again."),
        code="credential.proof",
    )


def _no_release() -> DomainError:
    return DomainError(
        403,
        N_("This way to your voting code has been used already or is older than 10 minutes. Begin again."),
        code="credential.release",
    )
