"""Samples opened for audits: whose pseudonyms they are, and the people asked whether they signed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_models

from egov_crypto import audit as protocol
from egov_crypto import vrf
from egov_crypto.petition import alpha
from egov_participation.database import UnitOfWork, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.registrar import generated
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar.interface import Act, Opening
from egov_participation.registrar.models import Attested, AuditQuestion, OpenedSample
from egov_participation.registrar.service import mails
from egov_participation.registrar.service.challenges import digest
from egov_participation.registrar.service.means import Means
from egov_participation.registrar.service.petitions import Keyed, keyed
from egov_participation.registry.iin import Iin


def open_entries(
    means: Means, petition: str, pseudonyms: Sequence[str], *, audit: str, reveals: Sequence[str], entries: int
) -> list[Opening]:
    """See `Registrar.open_entries`."""
    asked = rules.sample(pseudonyms)
    found = keyed(means, petition)
    with means.database.read() as session:
        is_new = session.get(OpenedSample, (petition, audit)) is None
        if is_new:
            _check_drawn(session, petition, asked, audit, [bytes.fromhex(value) for value in reveals], entries)
        iins = _iins(means, session, petition, asked)
    people = _people(means, iins) if is_new else {}
    with means.database.uow() as tx:
        tx.lock(f"registrar:opening:{petition}")
        if _note(means, tx, found, asked, audit):
            _ask(means, tx, petition, people, audit)
            tx.commit()
    return [_opening(found, pseudonym, iins[pseudonym]) for pseudonym in asked if pseudonym in iins]


def audit_answers(means: Means, petition: str, audit: str) -> Mapping[str, bool | None]:
    """See `Registrar.audit_answers`."""
    rows = select_models(AuditQuestion).where(AuditQuestion.petition == petition, AuditQuestion.audit == audit)
    with means.database.read() as session:
        return {row.pseudonym.hex(): row.signed for row in session.exec(rows)}


def audit_question(means: Means, token: str) -> tuple[str, bool]:
    """See `Registrar.audit_question`."""
    with means.database.read() as session:
        row = session.get(AuditQuestion, digest(token))
    if row is None:
        raise _no_question()
    return row.petition, row.signed is not None


def answer_audit(means: Means, token: str, signed: bool) -> None:
    """See `Registrar.answer_audit`."""
    audit_question(means, token)
    with means.database.uow() as tx:
        asked = update(_questions).where(_questions.c.token_hash == digest(token), _questions.c.signed.is_(None))
        tx.session.execute(asked.values(signed=signed))
        tx.commit()


def _check_drawn(
    session: Session, petition: str, asked: Sequence[bytes], audit: str, values: Sequence[bytes], entries: int
) -> None:
    """Draw again, among what stood here when so many attestations had left: whoever holds the line to the registrar,
    without the auditors' values, cannot choose whom it opens.

    Raises:
        DomainError: 409 ``petition.audit_draw``.
    """
    if not values or any(len(value) != protocol.VALUE_SIZE for value in values):
        raise rules.not_drawn()
    if protocol.identifier(petition, [protocol.commitment(petition, value) for value in values]) != audit:
        raise rules.not_drawn()
    first = protocol.draw(
        protocol.seed(petition, values), _standing(session, petition, entries), rules.drawn_from(len(asked))
    )
    if not set(asked) <= set(first):
        raise rules.not_drawn()


def _standing(session: Session, petition: str, entries: int) -> Iterator[bytes]:
    """The pseudonyms whose last act was a signature by their own proof, of the first attestations that left."""
    left = (
        select(_attested.c.batch, func.count())
        .where(_attested.c.petition == petition, _attested.c.batch.is_not(None))
        .group_by(_attested.c.batch)
        .order_by(_attested.c.batch)
    )
    last, gone = 0, 0
    for batch, count in session.execute(left):
        if gone + count > entries:
            break
        last, gone = batch, gone + count
    acts = (
        select(_attested.c.pseudonym, _attested.c.act)
        .where(_attested.c.petition == petition, _attested.c.batch <= last)
        .order_by(_attested.c.owner, _attested.c.turn.desc())
        .execution_options(yield_per=1000)
    )
    before = b""
    for pseudonym, act in session.execute(acts):
        if pseudonym != before and act == Act.ATTEST.value:
            yield pseudonym
        before = pseudonym


def _note(means: Means, tx: UnitOfWork, found: Keyed, asked: Sequence[bytes], audit: str) -> bool:
    """Count the openings; whether they are new.

    Raises:
        DomainError: 409 ``petition.audit_sample``, ``petition.audit_limit``.
    """
    petition, most = found.petition, rules.most_opened(found.closes_at, means.clock())
    fingerprint = hashlib.sha256(b"".join(sorted(asked))).digest()
    row = tx.get(OpenedSample, (petition, audit))
    if row is not None:
        if row.digest != fingerprint:
            raise DomainError(
                409, N_("The registrar has opened another sample for this audit."), code="petition.audit_sample"
            )
        return False
    opened = select(func.coalesce(func.sum(OpenedSample.size), 0)).where(col(OpenedSample.petition) == petition)
    if tx.session.execute(opened).scalar_one() + len(asked) > most:
        raise DomainError(
            409,
            N_(
                "The registrar opens no more than %(most)s signatures of a petition in all its audits together, and "
                "half of them only after it has closed."
            ),
            code="petition.audit_limit",
            most=rules.MOST_OPENED,
        )
    tx.add(OpenedSample(petition=petition, audit=audit, size=len(asked), digest=fingerprint, opened_at=means.clock()))
    tx.flush()
    return True


def _iins(means: Means, session: Session, petition: str, asked: Sequence[bytes]) -> dict[bytes, str]:
    """The numbers of those whose pseudonyms they are."""
    found: dict[bytes, str] = {}
    for start in range(0, len(asked), 500):
        rows = select(_attested.c.pseudonym, _attested.c.sealed_iin).where(
            _attested.c.petition == petition,
            _attested.c.turn == 1,
            _attested.c.pseudonym.in_(asked[start : start + 500]),
        )
        for pseudonym, sealed in session.execute(rows):
            found[pseudonym] = means.vault.open_signer(petition, pseudonym, sealed)
    return found


def _people(means: Means, iins: Mapping[bytes, str]) -> dict[bytes, str]:
    """The ids of those whom the register has: nobody else can be asked.

    Raises:
        DomainError: 503 ``registry.unavailable``.
    """
    real = {pseudonym: iin for pseudonym, iin in iins.items() if not generated.is_signer(iin)}
    found = {pseudonym: means.residents.find(Iin.parse(iin)) for pseudonym, iin in real.items()}
    return {pseudonym: person_id for pseudonym, person_id in found.items() if person_id is not None}


def _ask(means: Means, tx: UnitOfWork, petition: str, people: Mapping[bytes, str], audit: str) -> None:
    now = means.clock()
    for pseudonym, person_id in people.items():
        token = secrets.token_urlsafe(24)
        tx.add(AuditQuestion(token_hash=digest(token), petition=petition, audit=audit, pseudonym=pseudonym))
        mails.enqueue(means, tx, person_id, mails.AUDIT_QUESTION, run_after=now, petition=petition, token=token)


def _opening(found: Keyed, pseudonym: bytes, iin: str) -> Opening:
    return Opening(pseudonym.hex(), iin, vrf.prove(found.secret, alpha(found.petition, iin)).hex())


def _no_question() -> DomainError:
    return DomainError(
        404, N_("This link asks nothing: it is incomplete, or the audit was long ago."), code="petition.no_question"
    )


_attested, _questions = table_of(Attested), table_of(AuditQuestion)
