"""How somebody answers to the registrar itself who they are: a challenge, whatever it is for, put and taken back.

The platform carries questions and answers to and fro; nothing that it says of the person counts. A passkey signs a hash
of the matter and the person with a nonce of the registrar's, an electronic identity's provider signs such a hash too,
and a mailed code leaves from here.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import bindparam, case, delete, select, update

from egov_participation.database import UnitOfWork, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import service as identity
from egov_participation.identity.openid.errors import ProviderError, Unreachable
from egov_participation.notices.service import NoticeKind
from egov_participation.registrar import rules
from egov_participation.registrar.interface import Challenge, Way
from egov_participation.registrar.models import Asked, CodeCount, EnrolledKey
from egov_participation.registrar.service import mails, passkeys
from egov_participation.registrar.service.means import Contact, Means
from egov_participation.registrar.statements import canonical
from egov_participation.registry.iin import Iin, IinError

log = structlog.get_logger()

HOUR: Final = timedelta(hours=1)
NOT_PROVED: Final = "credential.proof"
_MAX_ANSWER: Final = 60_000
"""Characters of what answers a challenge; an id_token is the longest."""
_ANSWERS: Final = {Way.CODE: "code", Way.PASSKEY: "assertion", Way.EID: "id_token"}


@dataclass(frozen=True, slots=True)
class Matter:
    """What somebody proves for who they are: that a credential is shown, or one act in one petition."""

    about: str
    """As `Asked.about`: by it and the owner a challenge is found."""
    person_id: str
    owner: bytes
    """Keyed hash of the person in this vote or petition."""
    bound: tuple[str, ...]
    """What passkey and provider sign with the person and the nonce. No two matters have the same."""
    number: bytes | None = None
    """Keyed hash (`Vault.number`) of the IIN that an electronic identity must name: in a vote the one that the roll was
    prepared with, in a petition the one that the act is entered under. None: no electronic identity will do."""
    key_number: bytes | None = None
    """Keyed hash (`passkeys.number`) of the IIN that a passkey must have been enrolled under: in a petition the one
    that the act is entered under. None in a vote, where a code is shown by the person's id, whatever IIN that has."""


def put(
    means: Means,
    tx: UnitOfWork,
    matter: Matter,
    way: Way,
    *,
    keys: Sequence[EnrolledKey],
    contact: Contact | None,
    lang: str,
    mail: NoticeKind,
    about: Mapping[str, str],
) -> Challenge:
    """Put a challenge, in place of one of this way for this matter that was not answered. ``tx`` is not committed.

    Args:
        keys: the person's passkeys.
        mail: what a code is mailed in, with ``about`` filled in.

    Raises:
        DomainError: 429 ``credential.too_many``.
    """
    now, challenge_id, nonce = means.clock(), secrets.token_urlsafe(24), secrets.token_bytes(32)
    tx.lock(f"registrar:challenge:{matter.owner.hex()}")
    tx.session.execute(_FORMER, {"about_": matter.about, "owner_": matter.owner, "way_": way.value})
    challenge, secret = Challenge(way, challenge_id), nonce
    match way:
        case Way.PASSKEY:
            signed = passkeys.challenge(matter.bound, matter.person_id, nonce)
            challenge = Challenge(way, challenge_id, options=passkeys.options(means, signed, keys))
        case Way.EID:
            challenge = Challenge(way, challenge_id, nonce=_eid_nonce(matter, nonce))
        case Way.CODE:
            _count_mail(tx, matter.owner, now)
            code = "".join(secrets.choice("0123456789") for _ in range(rules.CODE_DIGITS))
            secret = means.vault.code_hash(challenge_id, code)
            bound = (matter.about, matter.number)
            mails.enqueue(means, tx, matter.person_id, mail, run_after=now, lang=lang, bound=bound, code=code, **about)
            challenge = Challenge(way, challenge_id, mailed_to=rules.masked(contact.mail if contact else ""))
    tx.add(
        Asked(
            id_hash=digest(challenge_id),
            about=matter.about,
            owner=matter.owner,
            way=way.value,
            secret=secret,
            created_at=now,
            expires_at=now + rules.CHALLENGE_LIFETIME,
        )
    )
    return challenge


@contextmanager
def answered(means: Means, matter: Matter, answer: Mapping[str, str]) -> Iterator[UnitOfWork]:
    """A unit of work for somebody whose answer is right, in which the challenge is used up.

    A challenge is used up by its first answer, right or wrong; a mailed code's, which may be mistyped, by the fifth.
    If the unit of work is not committed, nobody has answered.

    Raises:
        DomainError: 403 ``credential.proof``; 503 ``credential.provider``, ``registry.unavailable``.
    """
    way = next((way for way, name in _ANSWERS.items() if answer.get(name)), None)
    if way is None or any(len(value) > _MAX_ANSWER for value in answer.values()):
        raise not_proved()
    asked = {
        "id_hash_": digest(answer.get("challenge", "")),
        "about_": matter.about,
        "owner_": matter.owner,
        "way_": way.value,
    }
    use: passkeys.Use | None = None
    right = False
    if way is not Way.CODE:  # looked at before, since what follows is slow; used up below, by one of two at once
        found = means.database.first(_ASKED, asked)
        if found is None:
            raise not_proved()
        if way is Way.EID:
            nonce = _eid_nonce(matter, found.secret)
            right = _is_person(means, matter, nonce, answer.get("id_token", ""), answer.get("access_token", ""))
        else:
            signed = passkeys.challenge(matter.bound, matter.person_id, found.secret)
            under, about = matter.key_number, matter.about
            use = passkeys.check(means, matter.person_id, signed, answer["assertion"], under=under, about=about)
            right = use is not None
    with means.database.uow() as tx:
        if way is Way.CODE:
            given = means.vault.code_hash(answer.get("challenge", ""), answer["code"])
            tried = tx.session.execute(TRY, {**asked, "given_": given, "now_": means.clock()}).scalar()
            right = tried is not None and tried > rules.CODE_TRIES
        else:
            until = tx.session.execute(_USED_UP, asked).scalar()
            right = right and until is not None and means.clock() < until
        if right and use is not None:
            right = passkeys.counted(means, tx, use)
        if right:
            yield tx
            return
        tx.commit()
    raise not_proved()


def is_code(answer: Mapping[str, str]) -> bool:
    """Whether an answer is a mailed code and nothing else."""
    others = [name for way, name in _ANSWERS.items() if way is not Way.CODE]
    long = any(len(value) > _MAX_ANSWER for value in answer.values())
    return bool(answer.get("code")) and not long and not any(answer.get(name) for name in others)


def tried_code(means: Means, matter: Matter, answer: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of `TRY` for an answer that is a code.

    For who looks at the code together with more: `TRY` gives no row where there is nothing to answer, and more than
    `rules.CODE_TRIES` for the right code alone.
    """
    challenge = answer.get("challenge", "")
    return {
        "id_hash_": digest(challenge),
        "about_": matter.about,
        "owner_": matter.owner,
        "way_": Way.CODE.value,
        "given_": means.vault.code_hash(challenge, answer["code"]),
        "now_": means.clock(),
    }


def answered_before(means: Means, matter: Matter, answer: Mapping[str, str]) -> bool:
    """Whether this is the right code to a challenge that was used up by it, and its time is not over."""
    return is_code(answer) and means.database.first(_ANSWERED, tried_code(means, matter, answer)) is not None


def digest(token: str) -> bytes:
    """What of a random token is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


_asked: Final = table_of(Asked)
_OF_MATTER: Final = (_asked.c.about == bindparam("about_"), _asked.c.owner == bindparam("owner_"))
_THIS: Final = (_asked.c.id_hash == bindparam("id_hash_"), *_OF_MATTER, _asked.c.way == bindparam("way_"))
_ASKED: Final = select(_asked.c.secret).where(*_THIS)
TRY: Final = (
    update(_asked)
    .where(*_THIS, _asked.c.tries < rules.CODE_TRIES, _asked.c.expires_at > bindparam("now_"))
    .values(tries=_asked.c.tries + case((_asked.c.secret == bindparam("given_"), rules.CODE_TRIES + 1), else_=1))
    .returning(_asked.c.tries)
)
"""Looks at a code and counts that in one statement: of guesses that come at once, none is looked at beyond the fifth.
The right one leaves no try. What is compared are keyed hashes: how long it takes tells nothing of the code."""
_ANSWERED: Final = select(_asked.c.tries).where(
    *_THIS,
    _asked.c.tries > rules.CODE_TRIES,
    _asked.c.secret == bindparam("given_"),
    _asked.c.expires_at > bindparam("now_"),
)
_USED_UP: Final = delete(_asked).where(*_THIS).returning(_asked.c.expires_at)
_FORMER: Final = delete(_asked).where(*_OF_MATTER, _asked.c.way == bindparam("way_"))


def _count_mail(tx: UnitOfWork, owner: bytes, now: datetime) -> None:
    """Count one more code that is mailed.

    Raises:
        DomainError: 429 ``credential.too_many``.
    """
    row = tx.get(CodeCount, owner)
    if row is None or row.since <= now - HOUR:
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
            retry_after=int((row.since + HOUR - now).total_seconds()) + 1,
        )
    row.mailed += 1


def _is_person(means: Means, matter: Matter, nonce: str, id_token: str, access_token: str) -> bool:
    """Whether the provider says, to the registrar's own nonce, that this is the person.

    Raises:
        DomainError: 503 ``credential.provider``, ``registry.unavailable``.
    """
    provider = identity.provider(means.settings)
    if provider is None:
        return False
    try:
        found = provider.check_token(id_token, access_token, nonce=nonce, now=means.clock())
        iin = Iin.parse(found.iin)
        if means.residents.find(iin) != matter.person_id or not means.residents.is_numbered(matter.person_id, iin):
            return False
        if matter.number == means.vault.number(matter.about, matter.person_id, iin.digits):
            return True
        # The register's tables say now that this is the person, and said otherwise before: somebody changed them.
        log.error("registrar.number_changed", about=matter.about)
        return False
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


def _eid_nonce(matter: Matter, nonce: bytes) -> str:
    content = b"egov-registrar-eid-v1\0" + canonical([*matter.bound, matter.person_id, nonce.hex()])
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def not_proved() -> DomainError:
    """What is said to an answer that is none."""
    return DomainError(
        403,
        N_("The registrar did not take this as a proof of who you are. Nothing was shown. Begin again."),
        code=NOT_PROVED,
    )
