"""Enrolling a passkey for a person present: who they are is looked at, then the key is made, here or on their phone.

Such a passkey has level 3 (``trust.md``), so whoever vouches for it holds the role until the very transaction that
keeps it: a role that ends meanwhile ends what was begun in it, at the desk and on the person's phone.

Each act of the official is in the audit trail, in the act's own transaction, and the person is mailed when the passkey
is there.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from sqlmodel import Session, col, delete, func, select, update

from egov_participation import actions, audit
from egov_participation.actions import RULES, Action
from egov_participation.database import UnitOfWork
from egov_participation.desk import rules
from egov_participation.desk.models import Enrolment
from egov_participation.desk.rules import Document, State
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import service as identity
from egov_participation.identity.keys import keys
from egov_participation.registrar import service as registrar
from egov_participation.registry.iin import Iin
from egov_participation.registry.service import Person
from egov_participation.roles import service as roles
from egov_participation.services import Services, SessionInfo

_ACTION: Final = Action.ENROL_PASSKEY


@dataclass(frozen=True, slots=True)
class Visit:
    """An enrolment under way, as the official sees it."""

    id: str
    state: State
    person: Person
    iin_mask: str
    document: Document | None


def begin(services: Services, official: SessionInfo, iin: Iin) -> str | None:
    """Look a person up by the IIN and begin to enrol a passkey for them.

    Returns:
        The enrolment's id; None if nobody in the register has this IIN.

    Raises:
        DomainError: 403 ``enrolment.self``, 429 ``desk.too_many``, 503 ``registry.unavailable``.
    """
    now = services.clock()
    with services.database.uow() as tx:
        keys(services.settings.keys_dir).throttle.take(tx, rules.LOOK_UPS, official.person_id, now)
        tx.commit()
    with services.database.read() as db:
        person = services.registry.find(db, iin)
    if person is None:
        return None
    if person.person_id == official.person_id:
        raise DomainError(
            HTTPStatus.FORBIDDEN,
            N_("Nobody enrols a passkey for themselves. Ask a colleague to do it for you."),
            code="enrolment.self",
        )
    enrolment = Enrolment(
        id=secrets.token_hex(8),
        operator_id=official.person_id,
        person_id=person.person_id,
        created_at=now,
        expires_at=now + rules.ENROLMENT_LIFE,
    )
    with services.database.uow() as tx:
        tx.add(enrolment)
        audit.record(tx, official, _ACTION, _object(enrolment), now, step="proposed")
        tx.commit()
    return enrolment.id


def visit(services: Services, official: SessionInfo, enrolment_id: str) -> Visit:
    """One's own enrolment under way.

    Raises:
        DomainError: 404 ``enrolment.unknown``: another official's, too old, or there was none.
    """
    with services.database.read() as db:
        row = _of_official(db.get(Enrolment, enrolment_id), official, services.clock())
        person = services.registry.get(db, row.person_id)
        mask = services.registry.mask(db, row.person_id)
    if person is None:
        raise _unknown()
    return Visit(row.id, State(row.state), person, mask, Document(row.document) if row.document else None)


def compare(
    tx: UnitOfWork, official: SessionInfo, enrolment_id: str, document: Document, *, matches: bool, now: datetime
) -> None:
    """Note that the document was looked at, and whether it is that of the person present and of the register.

    Raises:
        DomainError: 403 ``role.missing``, 404 ``enrolment.unknown``, 409 ``enrolment.state``.
    """
    row = _in_state(_entrusted(tx, official, enrolment_id, now), State.BEGUN)
    row.document, row.state = document.value, (State.MATCHED if matches else State.REFUSED).value
    step = "approved" if matches else "refused"
    audit.record(tx, official, _ACTION, _object(row), now, reason=document.value, step=step)


def give_code(services: Services, official: SessionInfo, enrolment_id: str) -> str:
    """A code for the person's own phone; a code of before no longer works.

    Raises:
        DomainError: 403 ``role.missing``, 404 ``enrolment.unknown``, 409 ``enrolment.state``.
    """
    code = "".join(secrets.choice(rules.CODE_LETTERS) for _ in range(rules.CODE_LENGTH))
    with services.database.uow() as tx:
        now = services.clock()
        row = _in_state(_entrusted(tx, official, enrolment_id, now), State.MATCHED)
        row.code_hash = _code_hash(services, row.id, code)
        row.code_expires_at = min(now + rules.CODE_LIFE, row.expires_at)
        row.claimed_by = None
        audit.record(tx, official, _ACTION, _object(row), now, reason="code", step="approved")
        tx.commit()
    return code


def options_here(services: Services, official: SessionInfo, enrolment_id: str, lang: str) -> str:
    """What the desk's browser is to ask the person's security key or phone for, as JSON.

    Raises:
        DomainError: 404 ``enrolment.unknown``, 409 ``enrolment.state``; those of `identity.registration_options`.
    """
    with services.database.read() as db:
        row = _in_state(_of_official(db.get(Enrolment, enrolment_id), official, services.clock()), State.MATCHED)
    return identity.registration_options(services, _registration(row, official, portable=True), lang)


def finish_here(services: Services, official: SessionInfo, enrolment_id: str, answer: str, name: str) -> None:
    """Keep the passkey that was made at the desk.

    Raises:
        DomainError: 403 ``role.missing``, 404 ``enrolment.unknown``, 409 ``enrolment.state``, 422
            ``passkey.refused``.
    """
    with services.database.read() as db:
        row = _in_state(_of_official(db.get(Enrolment, enrolment_id), official, services.clock()), State.MATCHED)
    registration = _registration(row, official, portable=True)
    new = identity.verify_registration(services, registration, answer)
    with services.database.uow() as tx:
        now = services.clock()  # checking the answer took its time
        row = _in_state(_entrusted(tx, official, enrolment_id, now), State.MATCHED)
        identity.store_passkey(tx, services, registration, new, name, now)
        _tell_registrar(tx, services, registration, new, name)
        row.state = State.DONE.value
        audit.record(tx, official, _ACTION, _object(row), now, reason=row.document)
        tx.commit()


# -- on the person's own phone -----------------------------------------------------------------------------------------


def claim(services: Services, session: SessionInfo, code: str) -> str | None:
    """Enter a code from the desk in one's own session; it is used up.

    Returns:
        The enrolment's id, or None if the code is wrong, too old, used, or another person's, or if whoever gave it is
        no longer entrusted with it.

    Raises:
        DomainError: 429 ``desk.too_many``.
    """
    now, throttle = services.clock(), keys(services.settings.keys_dir).throttle
    with services.database.uow() as tx:
        throttle.check(tx, rules.CODE_TRIES, session.person_id, now)
        rows = tx.session.exec(
            select(Enrolment)
            .where(
                Enrolment.person_id == session.person_id,
                Enrolment.state == State.MATCHED.value,
                col(Enrolment.code_hash).is_not(None),
                col(Enrolment.code_expires_at) > now,
            )
            .with_for_update()
        )
        right = [
            row
            for row in rows
            if hmac.compare_digest(row.code_hash or b"", _code_hash(services, row.id, code))
            and _is_operator(tx.session, row.operator_id, now)
        ]
        if right:
            right[0].code_hash, right[0].claimed_by = None, session.token_hash
        else:
            throttle.take(tx, rules.CODE_TRIES, session.person_id, now)
        tx.commit()
    return right[0].id if right else None


def options_there(services: Services, session: SessionInfo, enrolment_id: str, lang: str) -> str:
    """What the person's own browser is to ask for, as JSON.

    Raises:
        DomainError: 404 ``enrolment.unknown``; those of `identity.registration_options`.
    """
    row = claimed(services, session, enrolment_id)
    return identity.registration_options(services, _registration(row, session), lang)


def finish_there(services: Services, session: SessionInfo, enrolment_id: str, answer: str, name: str) -> str:
    """Keep the passkey that the person made on their phone; their session goes on at level 3 under a new token.

    Raises:
        DomainError: 404 ``enrolment.unknown``, 422 ``passkey.refused``.
    """
    registration = _registration(claimed(services, session, enrolment_id), session)
    new = identity.verify_registration(services, registration, answer)
    with services.database.uow() as tx:
        tx.lock(roles.LOCK)
        now = services.clock()  # checking the answer took its time
        found = tx.session.execute(
            update(Enrolment)
            .where(
                col(Enrolment.id) == enrolment_id,
                col(Enrolment.claimed_by) == session.token_hash,
                col(Enrolment.state) == State.MATCHED.value,
                col(Enrolment.expires_at) > now,
            )
            .values(state=State.DONE.value)
            .returning(col(Enrolment.operator_id), col(Enrolment.document))
        ).first()
        if found is None or not _is_operator(tx.session, found.operator_id, now):
            raise _unknown()
        public_id = identity.store_passkey(tx, services, registration, new, name, now)
        _tell_registrar(tx, services, registration, new, name)
        # The act is the official's who looked at the document, though the person's own device ended it.
        tx.add(
            audit.AuditEntry(
                at=now,
                actor=found.operator_id,
                action=_ACTION.value,
                object=f"person:{session.person_id}",
                reason=found.document,
            )
        )
        token = identity.raise_level(
            tx, session, assurance=registration.level, method=identity.Method.PASSKEY, passkey=public_id
        )
        tx.commit()
    return token


def claimed(services: Services, session: SessionInfo, enrolment_id: str) -> Enrolment:
    """The enrolment whose code was entered in this session.

    Raises:
        DomainError: 404 ``enrolment.unknown``.
    """
    with services.database.read() as db:
        row, now = db.get(Enrolment, enrolment_id), services.clock()
        if (
            row is None
            or row.claimed_by != session.token_hash
            or row.state != State.MATCHED
            or now >= row.expires_at
            or not _is_operator(db, row.operator_id, now)
        ):
            raise _unknown()
    return row


def purge(services: Services) -> None:
    """Delete the rows of visits that are over for a day."""
    old = col(Enrolment.expires_at) <= services.clock() - rules.KEPT
    with services.database.read() as db:
        count = db.exec(select(func.count()).select_from(Enrolment).where(old)).one()
    if count:
        with services.database.uow() as tx:
            tx.exec(delete(Enrolment).where(old))
            tx.commit()


# -- within ------------------------------------------------------------------------------------------------------------


def _registration(row: Enrolment, session: SessionInfo, *, portable: bool = False) -> identity.Registration:
    return identity.Registration(row.person_id, session.token_hash, level=3, portable=portable)


def _tell_registrar(
    tx: UnitOfWork, services: Services, registration: identity.Registration, new: identity.NewPasskey, name: str
) -> None:
    """It checks by itself what shows a voting code, so it keeps the passkey's public half too."""
    keys_dir = services.settings.keys_dir
    registrar.tell_enrolled(tx, keys_dir, registration.person_id, new.credential_id, new.public_key, name=name)


def _object(row: Enrolment) -> str:
    return f"person:{row.person_id}"


def _code_hash(services: Services, enrolment_id: str, code: str) -> bytes:
    return keys(services.settings.keys_dir).code_hash(f"desk:{enrolment_id}", code)


def _is_operator(session: Session, person_id: str, now: datetime) -> bool:
    return not RULES[_ACTION].roles.isdisjoint(roles.held(session, person_id, now).roles)


def _entrusted(tx: UnitOfWork, official: SessionInfo, enrolment_id: str, now: datetime) -> Enrolment:
    """One's own enrolment, for writing: the role may have ended since the request came."""
    tx.lock(roles.LOCK)
    actions.check(_ACTION, official.capacity, roles.held(tx.session, official.person_id, now).roles)
    statement = select(Enrolment).where(Enrolment.id == enrolment_id).with_for_update()
    return _of_official(tx.session.exec(statement).first(), official, now)


def _of_official(row: Enrolment | None, official: SessionInfo, now: datetime) -> Enrolment:
    if row is None or row.operator_id != official.person_id or now >= row.expires_at:
        raise _unknown()
    return row


def _in_state(row: Enrolment, state: State) -> Enrolment:
    if row.state != state:
        raise DomainError(
            HTTPStatus.CONFLICT,
            N_("This step was done already, or it is not its turn. Begin again with the IIN."),
            code="enrolment.state",
        )
    return row


def _unknown() -> DomainError:
    return DomainError(
        HTTPStatus.NOT_FOUND,
        N_("This enrolment is over: it takes half an hour at most. Begin again with the IIN."),
        code="enrolment.unknown",
    )
