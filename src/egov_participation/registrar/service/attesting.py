"""A person's acts in a petition: signed, withdrew; attested by the registrar on a proof that it checks itself.

What a passkey or an electronic identity confirms holds the petition, the act and the text's hash: a proof for one
petition does not sign another, and one for signing does not withdraw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.notices.service import NoticeKind
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar import statements
from egov_participation.registrar.interface import Act, Challenge, Way
from egov_participation.registrar.models import Attested, EnrolledKey
from egov_participation.registrar.rules import CODE_TRIES
from egov_participation.registrar.service import acts, mails, passkeys
from egov_participation.registrar.service.acts import Entered
from egov_participation.registrar.service.challenges import (
    NOT_PROVED,
    Matter,
    answered,
    answered_before,
    not_proved,
    put,
    tried_code,
)
from egov_participation.registrar.service.means import Contact, Means
from egov_participation.registrar.service.petitions import Keyed, keyed
from egov_participation.registry.iin import Iin
from egov_participation.registry.service import Person


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who may sign a petition, as the registrar finds them in the register."""

    person_id: str
    iin: str
    owner: bytes
    pseudonym: bytes
    region: str


def ways_petition(means: Means, petition: str, person_id: str) -> list[Way]:
    """See `Registrar.ways_petition`."""
    try:
        found = keyed(means, petition)
        _resident(means, found, person_id)
    except DomainError:
        return []
    if means.clock() >= found.closes_at:
        return []
    with means.database.read() as session:
        keys = passkeys.usable(means, session, person_id)
    return _ways(means, found.ways, keys, means.residents.contact(person_id))


def begin_petition(means: Means, petition: str, person_id: str, act: Act, way: Way, *, lang: str) -> Challenge:
    """See `Registrar.begin_petition`."""
    if act is Act.PAPER:
        raise ValueError("a signature on paper needs no challenge")
    found = keyed(means, petition)
    known = _resident(means, found, person_id) if act is Act.ATTEST else _known(means, person_id)
    contact = means.residents.contact(person_id)
    matter = _matter(found, person_id, means.vault.owner(petition, known[1].digits), act)
    mail = mails.SIGNING_CODE if act is Act.ATTEST else mails.WITHDRAWING_CODE
    with means.database.uow() as tx:
        keys = passkeys.usable(means, tx.session, person_id) if way is Way.PASSKEY else []
        if way not in _ways(means, found.ways, keys, contact):
            raise rules.no_such_way(way)
        last = acts.last(means, tx.session, petition, matter.owner, act)
        rules.turn(act, None if last is None else last.step)
        challenge = put(
            means, tx, matter, way, keys=keys, contact=contact, lang=lang, mail=mail, about={"petition": petition}
        )
        tx.commit()
    return challenge


def attest(means: Means, petition: str, person_id: str, act: Act, answer: Mapping[str, str]) -> bytes:
    """See `Registrar.attest`."""
    if act is Act.PAPER:
        raise ValueError("a signature on paper is attested otherwise")
    found = keyed(means, petition)
    signer = _signer(means, found, person_id) if act is Act.ATTEST else _known_signer(means, found, person_id)
    matter = _matter(found, person_id, signer.owner, act)
    try:
        entered = _attest(means, found, matter, act, signer, answer)
    except DomainError as refusal:
        if refusal.code != NOT_PROVED or not answered_before(means, matter, answer):
            raise
        with means.database.uow() as tx:  # a second click: the first one is answered again, if nothing came after it
            last = acts.last(means, tx.session, petition, signer.owner, act)
        if last is None or last.act is not act:
            raise
        entered = last
    return promise(means, petition, entered)


def attest_paper(means: Means, petition: str, person_id: str, form: str) -> bytes:
    """See `Registrar.attest_paper`."""
    found = keyed(means, petition)
    signer = _signer(means, found, person_id)
    with means.database.uow() as tx:
        entered = _enter(means, tx, found, Act.PAPER, signer, form=form, mail=mails.PAPER_ENTERED)
        tx.commit()
    return promise(means, petition, entered)


def withdraw_paper(means: Means, petition: str, person_id: str, form: str) -> bytes:
    """See `Registrar.withdraw_paper`."""
    found = keyed(means, petition)
    signer = _known_signer(means, found, person_id)
    with means.database.uow() as tx:
        # Which holds the petition until the end.
        acts.last(means, tx.session, petition, signer.owner, Act.WITHDRAW)
        signed = tx.session.execute(acts.LAST_SIGNED, {"petition": petition, "owner": signer.owner}).first()
        if signed is None or (signed.act, signed.form) != (Act.PAPER.value, form):
            raise rules.not_on_paper()
        entered = _enter(means, tx, found, Act.WITHDRAW, signer, mail=mails.WITHDRAWN)
        tx.commit()
    return promise(means, petition, entered)


def promise(means: Means, petition: str, entered: Entered) -> bytes:
    """The signed promise that an act will be in the log: the entry itself."""
    return statements.sign(means.signing, entered.said(petition))


# -- within ------------------------------------------------------------------------------------------------------------


def _attest(means: Means, found: Keyed, matter: Matter, act: Act, signer: Signer, answer: Mapping[str, str]) -> Entered:
    if act is Act.ATTEST and means.database.dialect == "postgresql":
        values = tried_code(means, matter, answer)
        if values is not None:
            return _sign_at_once(means, found, signer, values)
    mail = None
    if not answer.get(Way.CODE.value):  # who has read the code that was mailed need not be told
        mail = mails.SIGNED if act is Act.ATTEST else mails.WITHDRAWN
    with answered(means, matter, answer) as tx:
        entered = _enter(means, tx, found, act, signer, mail=mail)
        tx.commit()
    return entered


def _matter(found: Keyed, person_id: str, owner: bytes, act: Act) -> Matter:
    return Matter(
        about=f"{found.petition} {act.value}",
        person_id=person_id,
        owner=owner,
        bound=("petition", found.petition, act.value, found.document),
    )


def _ways(means: Means, allowed: Sequence[Way], keys: Sequence[EnrolledKey], contact: Contact | None) -> list[Way]:
    return rules.ways(
        allowed,
        passkey=bool(keys),
        eid=bool(means.settings.oidc_issuer),
        mail=contact is not None and bool(contact.mail),
    )


def _today(means: Means, now: datetime) -> date:
    return now.astimezone(ZoneInfo(means.settings.timezone)).date()


def _resident(means: Means, found: Keyed, person_id: str) -> tuple[Person, Iin]:
    """Somebody who may sign, by the register itself.

    Raises:
        DomainError: 403 ``petition.no_resident``, ``petition.too_young``, ``petition.not_resident``.
    """
    known = _known(means, person_id)
    person = known[0]
    rules.check_signer(
        age=person.age_on(_today(means, means.clock())),
        min_age=found.min_age,
        lives_in={person.territory, person.district},
        territory=found.territory,
    )
    return known


def _known(means: Means, person_id: str) -> tuple[Person, Iin]:
    """Somebody who is in the register, with the number that stands for them in petitions: ids may be given anew.

    Raises:
        DomainError: 403 ``petition.no_resident``.
    """
    known = means.residents.person(person_id)
    if known is None:
        raise rules.no_resident()
    return known


def _signer(means: Means, found: Keyed, person_id: str) -> Signer:
    return _as_signer(means, found, person_id, *_resident(means, found, person_id))


def _known_signer(means: Means, found: Keyed, person_id: str) -> Signer:
    """Whoever withdraws, who may live elsewhere by now."""
    return _as_signer(means, found, person_id, *_known(means, person_id))


def _as_signer(means: Means, found: Keyed, person_id: str, person: Person, iin: Iin) -> Signer:
    return Signer(
        person_id,
        iin.digits,
        means.vault.owner(found.petition, iin.digits),
        found.pseudonym(iin.digits),
        rules.region(found.regions, person.territory, person.district),
    )


def _enter(
    means: Means,
    tx: UnitOfWork,
    found: Keyed,
    act: Act,
    signer: Signer,
    *,
    form: str = "",
    mail: NoticeKind | None = None,
) -> Entered:
    """Enter an act, or find it entered: of two at once, both find the same.

    Args:
        mail: what the person is told of it, if it is entered.

    Raises:
        DomainError: 410 ``petition.closed``, and those of `petition_rules.turn`.
    """
    entered, new = _entered(means, tx, found, act, signer, form)
    if new and mail is not None:
        mails.enqueue(means, tx, signer.person_id, mail, run_after=means.clock(), petition=found.petition)
    return entered


def _entered(means: Means, tx: UnitOfWork, found: Keyed, act: Act, signer: Signer, form: str) -> tuple[Entered, bool]:
    """See `_enter`; whether it is new."""
    if act is not Act.WITHDRAW:
        now = means.clock()
        first = Entered(1, act, signer.pseudonym, _today(means, now), signer.region, now)
        row = _row(means, found, signer, first, form)
        # Mostly nothing stands there of this person yet, and one statement does.
        if tx.session.execute(acts.first(tx.dialect), acts.new(row) | {"now_": now}).first() is not None:
            return first, True
    while True:
        last = acts.last(means, tx.session, found.petition, signer.owner, act)
        turn = rules.turn(act, None if last is None else last.step)
        if turn is None:
            assert last is not None
            return last, False
        now, region = means.clock(), signer.region
        if act is Act.WITHDRAW:
            assert last is not None
            region = last.region  # as it was signed
        if last is not None and last.waiting_since is not None:
            now = max(now, last.waiting_since)  # so that it does not leave before what it follows
        new = Entered(turn, act, signer.pseudonym, _today(means, now), region, now)
        if tx.add_if_new(Attested, **_row(means, found, signer, new, form)):
            return new, True


def _row(means: Means, found: Keyed, signer: Signer, new: Entered, form: str) -> dict[str, Any]:
    return {
        "petition": found.petition,
        "owner": signer.owner,
        "turn": new.turn,
        "act": new.act.value,
        "pseudonym": new.pseudonym,
        "sealed_iin": means.vault.seal_signer(found.petition, new.pseudonym, signer.iin),
        "day": new.day,
        "region": new.region,
        "form": form,
        "waiting_since": new.waiting_since,
        "batch": None,
        "place": None,
    }


def _sign_at_once(means: Means, found: Keyed, signer: Signer, values: Mapping[str, object]) -> Entered:
    """Look at a code, count that, and if it is right enter the signature of somebody who never signed this petition:
    all in one statement, since mostly it is so. Else what is left is done after it.

    Raises:
        DomainError: see `attest`.
    """
    now = means.clock()
    first = Entered(1, Act.ATTEST, signer.pseudonym, _today(means, now), signer.region, now)
    row = _row(means, found, signer, first, "")
    done = means.database.at_once(acts.AT_ONCE, {**acts.new(row), **values})
    if done is None or done.tries <= CODE_TRIES:
        raise not_proved()
    if done.turn is not None:
        return first
    with means.database.uow() as tx:
        entered = _enter(means, tx, found, Act.ATTEST, signer)
        tx.commit()
    return entered
