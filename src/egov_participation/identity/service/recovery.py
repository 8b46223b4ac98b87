"""Recovery codes: ten on paper, each once, for somebody who lost every device.

Argon2id takes 64 MiB and a fraction of a second for each. So it is computed outside of any transaction, and by no more
than two threads at a time: forty requests at once would take the memory that the rest needs.
"""

from __future__ import annotations

import os
import secrets
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from nacl import pwhash
from nacl.exceptions import InvalidkeyError
from sqlmodel import col, delete, func, select

from egov_participation.identity import rules
from egov_participation.identity.keys import IdentityKeys
from egov_participation.identity.models import RecoveryCode
from egov_participation.identity.service import factors, limits, notifying, sessions
from egov_participation.services import Services, SessionInfo

_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are taken for one another on paper."""
_GROUP: Final = 4
_GROUPS: Final = 3
_MIB: Final = 1024 * 1024
_ROUNDS: Final = pwhash.argon2id.OPSLIMIT_INTERACTIVE
# So many at a time that requests still find a processor: each hash takes one whole for a tenth of a second.
_slots: Final = threading.BoundedSemaphore(max(1, (os.cpu_count() or 2) // 2))


@dataclass(frozen=True, slots=True)
class _Code:
    selector: str
    secret: str = field(repr=False)

    @property
    def shown(self) -> str:
        return "-".join((self.selector, self.secret[:_GROUP], self.secret[_GROUP:]))


def _parse(text: str) -> _Code | None:
    letters = "".join(character for character in text.lower() if not character.isspace() and character not in "-–—")
    if len(letters) != _GROUP * _GROUPS or any(letter not in _LETTERS for letter in letters):
        return None
    return _Code(letters[:_GROUP], letters[_GROUP:])


def is_code(text: str) -> bool:
    """Whether the text has the form of a recovery code, however it is spaced."""
    return _parse(text) is not None


def make(services: Services, session: SessionInfo) -> list[str]:
    """New codes, to be shown once; those of before no longer work.

    Raises:
        DomainError: those of `factors.check_may_make_codes`.
    """
    with services.database.read() as db:
        factors.check_may_make_codes(db, session, services.clock())
    codes: dict[str, _Code] = {}
    while len(codes) < rules.RECOVERY_CODES:
        code = _Code(_random(_GROUP), _random(_GROUP * (_GROUPS - 1)))
        codes[code.selector] = code
    hashes = {selector: _hash(code.secret, services.settings.argon2_mib) for selector, code in codes.items()}
    now = services.clock()
    with services.database.uow() as tx:
        factors.alone(tx, session.person_id)
        factors.check_may_make_codes(tx.session, session, now)
        tx.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == session.person_id))
        for selector, hashed in hashes.items():
            tx.add(RecoveryCode(person_id=session.person_id, selector=selector, hash=hashed, created_at=now))
        notifying.tell(tx, services, session.person_id, notifying.RECOVERY_MADE, at=now)
        tx.commit()
    return [code.shown for code in codes.values()]


def enter(services: Services, keys: IdentityKeys, session: SessionInfo, text: str, *, network: str) -> str | None:
    """Try a recovery code; a right one is used up and raises the session to level 2 under a new token.

    The person's other sessions end: whoever has what was lost may be in one of them.

    Args:
        network: the line that it is entered from, of `rules.network_of`.

    Returns:
        The new token, or None if the code is wrong.

    Raises:
        DomainError: 429 ``sign_in.too_many``.
    """
    person_id, code, now = session.person_id, _parse(text), services.clock()
    # Counted as wrong before it is known, so that many at the same moment are not many more tries.
    with services.database.uow() as tx:
        limits.count_second(tx, keys.throttle, rules.RECOVERY_LIMITS, person_id, network, now)
        row = tx.get(RecoveryCode, (person_id, code.selector)) if code is not None else None
        tx.commit()
    right = _matches(row.hash if row is not None else _decoy(services.settings.argon2_mib), code.secret if code else "")
    if row is None or not right:
        return None
    token = _use(services, session, row.selector)
    if token is not None:
        with services.database.uow() as tx:
            limits.take_back_second(tx, keys.throttle, rules.RECOVERY_LIMITS, person_id, network, now)
            tx.commit()
    return token


def _use(services: Services, session: SessionInfo, selector: str) -> str | None:
    person_id, now = session.person_id, services.clock()
    used = (
        delete(RecoveryCode)
        .where(col(RecoveryCode.person_id) == person_id, col(RecoveryCode.selector) == selector)
        .returning(col(RecoveryCode.selector))
    )
    with services.database.uow() as tx:
        if tx.session.execute(used).first() is None:
            return None  # somebody was quicker with the same code
        counted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.person_id == person_id)
        left = tx.session.exec(counted).one()
        notifying.tell(tx, services, person_id, notifying.RECOVERY_USED, left=left, at=now)
        sessions.revoke_others(tx, session)
        token = sessions.raise_level(tx, session, assurance=rules.OWN_FACTOR, method=rules.Method.RECOVERY_CODE)
        tx.commit()
    return token


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _hash(secret: str, mib: int) -> str:
    with _slots:
        return pwhash.argon2id.str(secret.encode(), opslimit=_ROUNDS, memlimit=mib * _MIB).decode()


def _matches(hashed: str, secret: str) -> bool:
    with _slots:
        try:
            return bool(pwhash.verify(hashed.encode(), secret.encode()))
        except InvalidkeyError:
            return False


@cache
def _decoy(mib: int) -> str:
    """A hash that no code has, so that a code of no such first group takes as long as a wrong one."""
    return _hash(secrets.token_hex(16), mib)
