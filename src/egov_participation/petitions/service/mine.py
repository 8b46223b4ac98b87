"""A person's own signatures: which petitions they signed, what became of each, and the proof that it is in the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from egov_participation.errors import DomainError
from egov_participation.i18n import N_, in_language
from egov_participation.ledger import service as ledger
from egov_participation.petitions import keys
from egov_participation.petitions.models import Petition, PetitionText, Signature, State
from egov_participation.petitions.rules.states import WITHDRAWABLE
from egov_participation.petitions.service import subscribers
from egov_participation.petitions.service.lookup import found, texts
from egov_participation.petitions.service.reading import is_public
from egov_participation.services import Services

MOST: Final = 500
"""Signatures that are listed."""


@dataclass(frozen=True, slots=True)
class Own:
    """A signature of one's own."""

    reference: str
    titles: dict[str, str]
    petition_state: State
    state: str
    """``valid``, ``withdrawn`` or ``invalidated``."""
    code: str
    """Why it was invalidated."""
    day: date
    region: str
    name: str
    way: str
    pseudonym: str
    """What stands for the person in the log, in hex."""
    promise: bytes
    index: int | None
    """Where the log has what was promised; None while it does not."""
    told: bool = False

    @property
    def can_withdraw(self) -> bool:
        """Whether there is something to withdraw."""
        return self.state != "withdrawn" and self.petition_state in WITHDRAWABLE

    def title(self, lang: str) -> str:
        """The petition's, in a language or in the one that it was written in."""
        return in_language(self.titles, lang, self.reference)


def one(services: Services, reference: str, person_id: str) -> Own | None:
    """The person's signature on a petition, the last one if there were several; None if they never signed it.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    with services.database.read() as session:
        petition = found(session, reference)
        row = session.exec(_of(services, person_id).where(Signature.petition_id == petition.id)).first()
        if row is None:
            return None
        told = subscribers.is_subscribed(session, services, petition, person_id)
        return _own(session, row, petition, _titles(session, petition), told=told)


def all_of(services: Services, person_id: str) -> list[Own]:
    """The person's signatures, the last first; of several on one petition the last."""
    with services.database.read() as session:
        rows = session.exec(_of(services, person_id).limit(MOST)).all()
        last = {row.petition_id: row for row in reversed(rows)}
        petitions = session.exec(select(Petition).where(col(Petition.id).in_(last))).all()
        by_id = {petition.id: petition for petition in petitions}
        said = _titles_of(session, petitions)
        kept = sorted(last.values(), key=lambda row: row.id or 0, reverse=True)
        return [
            _own(session, row, by_id[row.petition_id], said.get(row.petition_id, {}))
            for row in kept
            if row.petition_id in by_id
        ]


def title(services: Services, reference: str, lang: str) -> str:
    """What a petition in public is called; its number where it is not in public or its text is not shown.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    with services.database.read() as session:
        petition = found(session, reference)
        said = _titles(session, petition) if is_public(petition) else {}
    return in_language(said, lang, reference)


def promise_of(services: Services, reference: str, person_id: str) -> bytes:
    """What the registrar promised about the person's own signature.

    Raises:
        DomainError: 404 ``petition.unknown``, ``signature.none``.
    """
    own = one(services, reference, person_id)
    if own is None:
        raise no_signature()
    return own.promise


def proof(services: Services, reference: str, pseudonym: str) -> bytes:
    """That the last attestation of a pseudonym is in the log of now, itself along with it (C2SP tlog-proof).

    Raises:
        DomainError: 404 ``petition.unknown``, ``signature.none``; 503 ``log.waiting``: it is not in the log yet.
    """
    try:
        wanted = bytes.fromhex(pseudonym)
    except ValueError:
        raise no_signature() from None
    with services.database.read() as session:
        petition = found(session, reference)
        row = session.exec(
            select(Signature)
            .where(Signature.petition_id == petition.id, Signature.pseudonym == wanted)
            .order_by(col(Signature.id).desc())
        ).first()
        if row is None:
            raise no_signature()
        index = _index(session, row.promise)
        if index is None:
            raise DomainError(
                503,
                N_("This signature is promised, and enters the public log with others. Try again in an hour."),
                code="log.waiting",
                retry_after=int(timedelta(minutes=10).total_seconds()),
            )
        return ledger.proof(session, index, row.promise)


def no_signature() -> DomainError:
    """What is said where there is no signature."""
    return DomainError(404, N_("There is no such signature on this petition."), code="signature.none")


def _of(services: Services, person_id: str) -> SelectOfScalar[Signature]:
    person = keys.person_hash(services.settings.keys_dir, person_id)
    return select(Signature).where(Signature.person_hash == person).order_by(col(Signature.id).desc())


def _own(session: Session, row: Signature, petition: Petition, titles: dict[str, str], *, told: bool = False) -> Own:
    return Own(
        reference=petition.reference or "",
        titles=titles,
        petition_state=State(petition.state),
        state=row.state,
        code=row.code,
        day=row.day,
        region=row.region,
        name=row.name,
        way=row.way,
        pseudonym=row.pseudonym.hex(),
        promise=row.promise,
        index=_index(session, row.promise),
        told=told,
    )


def _index(session: Session, promise: bytes) -> int | None:
    """A promise is, byte for byte, the entry that it promises."""
    return ledger.index_of_value(session, json.loads(promise))


def _titles(session: Session, petition: Petition) -> dict[str, str]:
    shown = not petition.text_hidden and petition.state != State.HIDDEN
    return {lang: text.title for lang, text in texts(session, petition).items()} if shown else {}


def _titles_of(session: Session, petitions: Sequence[Petition]) -> dict[int | None, dict[str, str]]:
    by_id = {petition.id: petition for petition in petitions}
    said: dict[int | None, dict[str, str]] = {}
    rows = session.exec(select(PetitionText).where(col(PetitionText.petition_id).in_(by_id))).all()
    for row in sorted(rows, key=lambda row: row.lang != by_id[row.petition_id].language):
        petition = by_id[row.petition_id]
        if not petition.text_hidden and petition.state != State.HIDDEN:
            said.setdefault(row.petition_id, {})[row.lang] = row.title
    return said
