"""A person's acts in a petition: signed, withdrew; attested by the registrar on a proof that it checks itself.

What a passkey or an electronic identity confirms holds the petition, the act and the text's hash: a proof for one
petition does not sign another, and one for signing does not withdraw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from egov_participation.errors import DomainError
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar.interface import Act, Challenge, Signing, Way
from egov_participation.registrar.models import EnrolledKey
from egov_participation.registrar.service import acts, mails, passkeys
from egov_participation.registrar.service.acts import Entered
from egov_participation.registrar.service.challenges import NOT_PROVED, Matter, answered, is_code, put
from egov_participation.registrar.service.entering import (
    Signer,
    answered_again,
    enter,
    in_register,
    known_signer,
    matter,
    promise,
    resident,
    signer,
)
from egov_participation.registrar.service.means import Contact, Means
from egov_participation.registrar.service.petitions import Keyed, keyed
from egov_participation.registrar.service.signing_by_code import attest_by_code


def ways_petition(means: Means, petition: str, person_id: str) -> list[Way]:
    """See `Registrar.ways_petition`."""
    try:
        found = keyed(means, petition)
        _, iin = resident(means, found, means.residents.person(person_id))
    except DomainError:
        return []
    if means.clock() >= found.closes_at:
        return []
    about = matter(means, found, person_id, Act.ATTEST, iin.digits)
    with means.database.read() as session:
        keys = _keys(means, session, about)
    return _ways(means, found.ways, keys, means.residents.contact(person_id))


def begin_petition(means: Means, petition: str, person_id: str, act: Act, way: Way, *, lang: str) -> Challenge:
    """See `Registrar.begin_petition`."""
    if act is Act.PAPER:
        raise ValueError("a signature on paper needs no challenge")
    found = keyed(means, petition)
    known = means.residents.person(person_id)
    _, iin = resident(means, found, known) if act is Act.ATTEST else in_register(known)
    contact = means.residents.contact(person_id)
    about = matter(means, found, person_id, act, iin.digits)
    mail = mails.SIGNING_CODE if act is Act.ATTEST else mails.WITHDRAWING_CODE
    with means.database.uow() as tx:
        keys = _keys(means, tx.session, about) if way is Way.PASSKEY else []
        if way not in _ways(means, found.ways, keys, contact):
            raise rules.no_such_way(way)
        last = acts.last(means, tx.session, petition, about.owner, act)
        rules.turn(act, None if last is None else last.step)
        challenge = put(
            means, tx, about, way, keys=keys, contact=contact, lang=lang, mail=mail, about={"petition": petition}
        )
        tx.commit()
    return challenge


def attest(means: Means, petition: str, person_id: str, act: Act, answer: Mapping[str, str]) -> bytes:
    """See `Registrar.attest`."""
    if act is Act.PAPER:
        raise ValueError("a signature on paper is attested otherwise")
    if act is Act.ATTEST and is_code(answer):
        (outcome,) = attest_by_code(means, [Signing(petition, person_id, answer)])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
    found, known = keyed(means, petition), means.residents.person(person_id)
    who = signer(means, found, known) if act is Act.ATTEST else known_signer(means, found, known)
    try:
        entered = _attest(means, found, act, who, answer)
    except DomainError as refusal:
        if refusal.code != NOT_PROVED:
            raise
        entered = answered_again(means, found, who, act, answer)
    return promise(means, petition, entered)


def attest_paper(means: Means, petition: str, person_id: str, form: str) -> bytes:
    """See `Registrar.attest_paper`."""
    found = keyed(means, petition)
    who = signer(means, found, means.residents.person(person_id))
    with means.database.uow() as tx:
        entered = enter(means, tx, found, Act.PAPER, who, form=form, mail=mails.PAPER_ENTERED)
        tx.commit()
    return promise(means, petition, entered)


def withdraw_paper(means: Means, petition: str, person_id: str, form: str) -> bytes:
    """See `Registrar.withdraw_paper`."""
    found = keyed(means, petition)
    who = known_signer(means, found, means.residents.person(person_id))
    with means.database.uow() as tx:
        # Which holds the petition until the end.
        acts.last(means, tx.session, petition, who.owner, Act.WITHDRAW)
        signed = tx.session.execute(acts.LAST_SIGNED, {"petition": petition, "owner": who.owner}).first()
        if signed is None or (signed.act, signed.form) != (Act.PAPER.value, form):
            raise rules.not_on_paper()
        entered = enter(means, tx, found, Act.WITHDRAW, who, mail=mails.WITHDRAWN)
        tx.commit()
    return promise(means, petition, entered)


# -- within ------------------------------------------------------------------------------------------------------------


def _attest(means: Means, found: Keyed, act: Act, who: Signer, answer: Mapping[str, str]) -> Entered:
    mail = None
    if not answer.get(Way.CODE.value):  # who has read the code that was mailed need not be told
        mail = mails.SIGNED if act is Act.ATTEST else mails.WITHDRAWN
    with answered(means, matter(means, found, who.person_id, act, who.iin), answer) as tx:
        entered = enter(means, tx, found, act, who, mail=mail)
        tx.commit()
    return entered


def _keys(means: Means, session: Session, about: Matter) -> list[EnrolledKey]:
    return passkeys.usable(means, session, about.person_id, under=about.key_number, about=about.about)


def _ways(means: Means, allowed: Sequence[Way], keys: Sequence[EnrolledKey], contact: Contact | None) -> list[Way]:
    return rules.ways(
        allowed,
        passkey=bool(keys),
        eid=bool(means.settings.oidc_issuer),
        mail=contact is not None and bool(contact.mail),
    )
