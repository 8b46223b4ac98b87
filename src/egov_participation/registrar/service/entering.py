"""One act of one person in a petition: who that is by the register, and how it is entered and promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from egov_participation.database import UnitOfWork
from egov_participation.notices.service import NoticeKind
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar import statements
from egov_participation.registrar.interface import Act
from egov_participation.registrar.models import Attested
from egov_participation.registrar.service import acts, mails, passkeys
from egov_participation.registrar.service.acts import Entered
from egov_participation.registrar.service.challenges import Matter, answered_before, not_proved
from egov_participation.registrar.service.means import Means
from egov_participation.registrar.service.petitions import Keyed
from egov_participation.registry.iin import Iin
from egov_participation.registry.service import Person

Known = tuple[Person, Iin]


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who may sign a petition, as the registrar finds them in the register."""

    person_id: str
    iin: str = field(repr=False)
    owner: bytes
    pseudonym: bytes
    region: str


def matter(means: Means, found: Keyed, person_id: str, act: Act, iin: str) -> Matter:
    """What somebody proves for this act, which is entered under that number."""
    about = f"{found.petition} {act.value}"
    return Matter(
        about=about,
        person_id=person_id,
        owner=means.vault.owner(found.petition, iin),
        bound=("petition", found.petition, act.value, found.document),
        number=means.vault.number(about, person_id, iin),
        key_number=passkeys.number(means, person_id, iin),
    )


def resident(means: Means, found: Keyed, known: Known | None) -> Known:
    """Somebody who may sign, by the register itself.

    Raises:
        DomainError: 403 ``petition.no_resident``, ``petition.too_young``, ``petition.not_resident``.
    """
    person, iin = in_register(known)
    rules.check_signer(
        age=person.age_on(today(means, means.clock())),
        min_age=found.min_age,
        lives_in={person.territory, person.district},
        territory=found.territory,
    )
    return person, iin


def in_register(known: Known | None) -> Known:
    """Somebody who is in the register, with the number that stands for them in petitions: ids may be given anew.

    Raises:
        DomainError: 403 ``petition.no_resident``.
    """
    if known is None:
        raise rules.no_resident()
    return known


def signer(means: Means, found: Keyed, known: Known | None) -> Signer:
    """Whoever signs.

    Raises:
        DomainError: those of `resident`.
    """
    return _as_signer(means, found, *resident(means, found, known))


def known_signer(means: Means, found: Keyed, known: Known | None) -> Signer:
    """Whoever withdraws, who may live elsewhere by now.

    Raises:
        DomainError: 403 ``petition.no_resident``.
    """
    return _as_signer(means, found, *in_register(known))


def _as_signer(means: Means, found: Keyed, person: Person, iin: Iin) -> Signer:
    return Signer(
        person.person_id,
        iin.digits,
        means.vault.owner(found.petition, iin.digits),
        found.pseudonym(iin.digits),
        rules.region(found.regions, person.territory, person.district),
    )


def today(means: Means, now: datetime) -> date:
    """The day of that moment where people sign."""
    return now.astimezone(ZoneInfo(means.settings.timezone)).date()


def promise(means: Means, petition: str, entered: Entered) -> bytes:
    """The signed promise that an act will be in the log: the entry itself."""
    return statements.sign(means.signing, entered.said(petition))


def signs_first(means: Means, who: Signer, now: datetime) -> Entered:
    """The signature of somebody who never signed the petition."""
    return Entered(1, Act.ATTEST, who.pseudonym, today(means, now), who.region, now)


def enter(
    means: Means,
    tx: UnitOfWork,
    found: Keyed,
    act: Act,
    who: Signer,
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
    entered, new = _entered(means, tx, found, act, who, form)
    if new and mail is not None:
        mails.enqueue(means, tx, who.person_id, mail, run_after=means.clock(), petition=found.petition)
    return entered


def answered_again(means: Means, found: Keyed, who: Signer, act: Act, answer: Mapping[str, str]) -> Entered:
    """What an answer that was not taken entered when it came first: a second click, if nothing came after it.

    Raises:
        DomainError: 403 ``credential.proof``: it is none; 404 ``petition.unknown``, 410 ``petition.closed``.
    """
    if not answered_before(means, matter(means, found, who.person_id, act, who.iin), answer):
        raise not_proved()
    with means.database.uow() as tx:
        last = acts.last(means, tx.session, found.petition, who.owner, act)
    if last is None or last.act is not act:
        raise not_proved()
    return last


def row(means: Means, found: Keyed, who: Signer, new: Entered, form: str = "") -> dict[str, Any]:
    """An act as it is kept."""
    return {
        "petition": found.petition,
        "owner": who.owner,
        "turn": new.turn,
        "act": new.act.value,
        "pseudonym": new.pseudonym,
        "sealed_iin": means.vault.seal_signer(found.petition, new.pseudonym, who.iin),
        "day": new.day,
        "region": new.region,
        "form": form,
        "waiting_since": new.waiting_since,
        "batch": None,
        "place": None,
    }


def _entered(means: Means, tx: UnitOfWork, found: Keyed, act: Act, who: Signer, form: str) -> tuple[Entered, bool]:
    """See `enter`; whether it is new."""
    if act is not Act.WITHDRAW:
        now = means.clock()
        first = Entered(1, act, who.pseudonym, today(means, now), who.region, now)
        values = row(means, found, who, first, form)
        # Mostly nothing stands there of this person yet, and one statement does.
        if tx.session.execute(acts.first(tx.dialect), acts.new(values) | {"now_": now}).first() is not None:
            return first, True
    while True:
        last = acts.last(means, tx.session, found.petition, who.owner, act)
        turn = rules.turn(act, None if last is None else last.step)
        if turn is None:
            assert last is not None
            return last, False
        now, region = means.clock(), who.region
        if act is Act.WITHDRAW:
            assert last is not None
            region = last.region  # as it was signed
        if last is not None and last.waiting_since is not None:
            now = max(now, last.waiting_since)  # so that it does not leave before what it follows
        new = Entered(turn, act, who.pseudonym, today(means, now), region, now)
        if tx.add_if_new(Attested, **row(means, found, who, new, form)):
            return new, True
