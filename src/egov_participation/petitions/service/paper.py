"""Signatures on paper: entered at a desk, attested by the registrar on the desk's word, counted apart.

One person, one signature, however they signed: the registrar refuses a second one, and so does the table. Of the person
the operator is shown nothing but whether the form was taken: each refusal that would tell more of them is the same one,
and each try is in the audit trail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Final

from sqlmodel import Session, col, select

from egov_participation import actions, audit
from egov_participation.actions import Action
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions import keys
from egov_participation.petitions.models import PaperForm, Petition, Signature, State
from egov_participation.petitions.rules import paper as rules
from egov_participation.petitions.rules.states import SIGNABLE
from egov_participation.petitions.service import batches, lookup, ruling, signatures, signing
from egov_participation.petitions.service.signatures import Put
from egov_participation.registry.iin import Iin
from egov_participation.roles import service as roles
from egov_participation.services import Services, SessionInfo
from egov_participation.throttle import throttle

_ACTION = Action.ENTER_PAPER
_OF_THE_PERSON: Final = frozenset(
    {
        "petition.no_resident",
        "petition.too_young",
        "petition.not_resident",
        "petition.signed",
    }
)
"""Refusals of the registrar that tell something of the person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A form as operators see it: nothing of who signed."""

    id: int
    petition: str
    """Its number."""
    form: str
    entered_at: datetime
    operator: str
    """Person id of the official who entered it."""
    witness: str
    """Empty once it was forgotten."""
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    """Person id of the official who took it back; empty: the signer withdrew."""
    withdrawn_reason: str


def enter(services: Services, official: SessionInfo, reference: str, iin: Iin, *, form: str, witness: str) -> None:
    """Enter a form. The same entry again changes nothing.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.not_open``; 409 ``paper.not_allowed``, ``paper.form``
            (entered already), ``paper.not_taken`` (whatever it is about the person); 403 ``paper.self``,
            ``role.missing``; 429 ``paper.too_many``; 503 ``registry.unavailable``, ``registrar.unavailable``.
    """
    now, keys_dir = services.clock(), services.settings.keys_dir
    with services.database.read() as db:
        petition = _allowed(lookup.found(db, reference))
    with services.database.uow() as tx:
        throttle(keys_dir).take(tx, rules.ENTRIES, official.person_id, now)
        audit.record(tx, official, _ACTION, _object(petition, form), now, step="tried")
        tx.commit()
    with services.database.read() as db:
        person = services.registry.find(db, iin)
        if person is None:
            raise _not_taken()
        if person.person_id == official.person_id:
            raise DomainError(
                HTTPStatus.FORBIDDEN, N_("Nobody enters a form of their own. Ask a colleague."), code="paper.self"
            )
        who = keys.person_hash(keys_dir, person.person_id)
        if _of_person(db, official, petition, form, who):
            return
        if _standing(db, petition, form) is not None:
            raise _taken()
    assert petition.id is not None
    if signing.own_state(services, petition.id, person.person_id) in ("valid", "invalidated"):
        raise _not_taken()
    try:
        raw = services.registrar.attest_paper(reference, person.person_id, form)
    except DomainError as refusal:
        raise _not_taken() if refusal.code in _OF_THE_PERSON else refusal from None
    promise = signing.promised(services, reference, raw)
    row = signatures.row_of(
        petition.id,
        promise,
        now,
        person_hash=who,
        person_sealed=keys.seal_person(keys_dir, petition.id, person.person_id),
        way="paper",
    )
    with services.database.uow() as tx:
        _entrusted(tx, official, now)
        # Of two at once with one number the second finds the first one's.
        tx.lock(f"paper:{reference}:{form}")
        standing = _standing(tx.session, petition, form)
        if standing is None and (put := signatures.put(tx, row)) is not Put.ALREADY:
            if put is Put.NOT_COUNTED:
                tx.commit()
                raise _not_taken()
            _put_down(tx, services, official, petition, form, witness, promise.pseudonym, now)
            tx.commit()
            return
        same = _of_person(tx.session, official, petition, form, who)
    if same:
        return
    if standing is None:
        raise _not_taken()
    batches.expect(services, petition.id)
    services.registrar.withdraw_paper(reference, person.person_id, form)
    raise _taken()


def _put_down(
    tx: UnitOfWork,
    services: Services,
    official: SessionInfo,
    petition: Petition,
    form: str,
    witness: str,
    pseudonym: bytes,
    now: datetime,
) -> None:
    assert petition.id is not None
    signature = tx.exec(
        select(Signature.id).where(
            Signature.petition_id == petition.id, Signature.pseudonym == pseudonym, Signature.state == "valid"
        )
    ).one()
    assert signature is not None
    box = keys.box(services.settings.keys_dir)
    tx.add(
        PaperForm(
            petition_id=petition.id,
            form=form,
            signature_id=signature,
            witness_sealed=box.close(witness, f"witness:{petition.id}:{form}"),
            operator=official.person_id,
            day=services.day(now),
            entered_at=now,
        )
    )
    audit.record(tx, official, _ACTION, _object(petition, form), now)


def withdraw(services: Services, official: SessionInfo, id_: int, *, reason: str) -> None:
    """Take back a form that a colleague entered wrongly. Its number can be entered again.

    Raises:
        DomainError: 404 ``paper.unknown``; 403 ``paper.own``, ``role.missing``; 409 ``paper.withdrawn``; 410
            ``paper.forgotten``; those of `Registrar.withdraw_paper`.
    """
    now, keys_dir = services.clock(), services.settings.keys_dir
    with services.database.read() as db:
        row = _found(db.get(PaperForm, id_))
        _check_withdrawable(row, official)
        signature = None if row.signature_id is None else db.get_one(Signature, row.signature_id)
        petition = db.get_one(Petition, row.petition_id)
    assert petition.reference is not None
    person: str | None = None
    if (
        signature is None or signature.state != "withdrawn"
    ):  # one that does not count too: undoing that must not count it
        if signature is None or signature.person_sealed is None:
            raise DomainError(
                HTTPStatus.GONE, N_("Whose signature it was has been deleted since."), code="paper.forgotten"
            )
        person = keys.open_person(keys_dir, row.petition_id, signature.person_sealed)
    batches.expect(services, row.petition_id)
    raw = None if person is None else services.registrar.withdraw_paper(petition.reference, person, row.form)
    with services.database.uow() as tx:
        _entrusted(tx, official, now)
        locked = _found(tx.exec(select(PaperForm).where(PaperForm.id == id_).with_for_update()).first())
        _check_withdrawable(locked, official)
        locked.withdrawn_at, locked.withdrawn_by, locked.withdrawn_reason = now, official.person_id, reason
        tx.flush()  # else taking the signature back would note that its signer did it
        if raw is not None:
            signatures.take_back(tx, row.petition_id, signing.promised(services, petition.reference, raw), now)
        audit.record(tx, official, _ACTION, _object(petition, row.form), now, reason=reason, step="withdrawn")
        tx.commit()


def entry(services: Services, session: Session, id_: int) -> Entry:
    """One form.

    Raises:
        DomainError: 404 ``paper.unknown``.
    """
    row = _found(session.get(PaperForm, id_))
    return _entry(services, row, session.get_one(Petition, row.petition_id).reference or "")


def of_day(services: Services, session: Session, day: date) -> Sequence[Entry]:
    """All forms that were entered on a day, by whomever, the last first."""
    rows = session.exec(
        select(PaperForm, Petition.reference)
        .join(Petition, col(Petition.id) == col(PaperForm.petition_id))
        .where(PaperForm.day == day)
        .order_by(col(PaperForm.id).desc())
    )
    return [_entry(services, row, reference or "") for row, reference in rows]


def taking(session: Session) -> Sequence[str]:
    """The numbers of the petitions for which forms are taken."""
    rows = session.exec(select(Petition).where(Petition.state == State.OPEN.value).order_by(col(Petition.id))).all()
    return [row.reference for row in rows if row.reference and ruling.restored(row.rules).paper]


# -- within ------------------------------------------------------------------------------------------------------------


def _allowed(petition: Petition) -> Petition:
    if State(petition.state) not in SIGNABLE:
        raise signing.not_open()
    if not ruling.restored(petition.rules).paper:
        raise DomainError(
            HTTPStatus.CONFLICT,
            N_("By the rules of this petition signatures on paper do not count."),
            code="paper.not_allowed",
        )
    return petition


def _standing(session: Session, petition: Petition, form: str) -> PaperForm | None:
    """The entry of a form's number that was not taken back."""
    of_form = (PaperForm.petition_id == petition.id, PaperForm.form == form, col(PaperForm.withdrawn_at).is_(None))
    return session.exec(select(PaperForm).where(*of_form)).first()


def _of_person(session: Session, official: SessionInfo, petition: Petition, form: str, who: bytes) -> bool:
    """Whether this official entered this form for this very person already."""
    row = _standing(session, petition, form)
    mine = row is not None and row.operator == official.person_id
    signature = session.get(Signature, row.signature_id) if row is not None and mine else None
    return signature is not None and signature.person_hash == who and signature.state == "valid"


def _entrusted(tx: UnitOfWork, official: SessionInfo, now: datetime) -> None:
    """The role may have ended since the request came."""
    tx.lock(roles.LOCK)
    actions.check(_ACTION, official.capacity, roles.held(tx.session, official.person_id, now).roles)


def _check_withdrawable(row: PaperForm, official: SessionInfo) -> None:
    if row.withdrawn_at is not None:
        raise DomainError(HTTPStatus.CONFLICT, N_("This form has been taken back already."), code="paper.withdrawn")
    if row.operator == official.person_id:
        raise DomainError(
            HTTPStatus.FORBIDDEN,
            N_("You entered this form yourself: a colleague has to take it back."),
            code="paper.own",
        )


def _found(row: PaperForm | None) -> PaperForm:
    if row is None:
        raise DomainError(HTTPStatus.NOT_FOUND, N_("There is no such form."), code="paper.unknown")
    return row


def _entry(services: Services, row: PaperForm, reference: str) -> Entry:
    assert row.id is not None
    sealed, box = row.witness_sealed, keys.box(services.settings.keys_dir)
    return Entry(
        row.id,
        reference,
        row.form,
        row.entered_at,
        row.operator,
        "" if sealed is None else box.open(sealed, f"witness:{row.petition_id}:{row.form}"),
        row.withdrawn_at,
        row.withdrawn_by,
        row.withdrawn_reason,
    )


def _object(petition: Petition, form: str) -> str:
    return f"paper:{petition.reference}/{form}"


def _taken() -> DomainError:
    return DomainError(
        HTTPStatus.CONFLICT,
        N_("A form with this number was entered for this petition already. Compare it with the list of its day."),
        code="paper.form",
    )


def _not_taken() -> DomainError:
    """What is said of a person, whatever it is: an operator learns of nobody whether and how they signed."""
    return DomainError(
        HTTPStatus.CONFLICT,
        N_(
            "The form is not taken. The IIN may be misread, the person may not be entitled to sign, or has signed "
            "already and is counted once. Only they can see which it is."
        ),
        code="paper.not_taken",
    )
