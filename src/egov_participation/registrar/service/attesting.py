"""A person's acts in a petition: signed, withdrew; attested by the registrar on a proof that it checks itself.

What a passkey or an electronic identity confirms holds the petition, the act and the text's hash: a proof for one
petition does not sign another, and one for signing does not withdraw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Insert, and_, bindparam, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from egov_participation.database import UnitOfWork, table_of
from egov_participation.errors import DomainError
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar import statements
from egov_participation.registrar.interface import Act, Challenge, Way
from egov_participation.registrar.models import Attested, EnrolledKey, KeyedPetition
from egov_participation.registrar.rules import CODE_TRIES
from egov_participation.registrar.service import mails, passkeys
from egov_participation.registrar.service.challenges import TRY, Matter, answered, not_proved, put, tried_code
from egov_participation.registrar.service.means import Contact, Means
from egov_participation.registrar.service.petitions import Keyed, keyed
from egov_participation.registry.iin import Iin
from egov_participation.registry.service import Person

ATTESTATION: Final = "petition.attestation"


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who may sign a petition, as the registrar finds them in the register."""

    person_id: str
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
    if act is Act.ATTEST:
        _resident(means, found, person_id)
    contact = means.residents.contact(person_id)
    matter = _matter(means, found, person_id, act)
    mail = mails.SIGNING_CODE if act is Act.ATTEST else mails.WITHDRAWING_CODE
    with means.database.uow() as tx:
        keys = passkeys.usable(means, tx.session, person_id) if way is Way.PASSKEY else []
        if way not in _ways(means, found.ways, keys, contact):
            raise rules.no_such_way(way)
        last = _last(means, tx.session, petition, matter.owner, act)
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
    signer = _signer(means, found, person_id) if act is Act.ATTEST else None
    matter = _matter(means, found, person_id, act)
    if signer is not None and means.database.dialect == "postgresql":
        values = tried_code(means, matter, answer)
        if values is not None:
            return promise(means, petition, _sign_at_once(means, found, matter, signer, values))
    with answered(means, matter, answer) as tx:
        entered = _enter(means, tx, found, matter.owner, person_id, act, signer)
        tx.commit()
    return promise(means, petition, entered)


def attest_paper(means: Means, petition: str, person_id: str, form: str) -> bytes:
    """See `Registrar.attest_paper`."""
    found = keyed(means, petition)
    signer = _signer(means, found, person_id)
    with means.database.uow() as tx:
        entered = _enter(means, tx, found, signer.owner, person_id, Act.PAPER, signer, form=form)
        tx.commit()
    return promise(means, petition, entered)


def withdraw_paper(means: Means, petition: str, person_id: str, form: str) -> bytes:
    """See `Registrar.withdraw_paper`."""
    found = keyed(means, petition)
    owner = means.vault.owner(petition, person_id)
    with means.database.uow() as tx:
        _last(means, tx.session, petition, owner, Act.WITHDRAW)  # which holds the petition until the end
        signed = tx.session.execute(_LAST_SIGNED, {"petition": petition, "owner": owner}).first()
        if signed is None or (signed.act, signed.form) != (Act.PAPER.value, form):
            raise rules.not_on_paper()
        entered = _enter(means, tx, found, owner, person_id, Act.WITHDRAW, None)
        tx.commit()
    return promise(means, petition, entered)


@dataclass(frozen=True, slots=True)
class Entered:
    """An act as it is published."""

    turn: int
    act: Act
    pseudonym: bytes
    day: date
    region: str
    waiting_since: datetime | None

    @property
    def step(self) -> tuple[int, Act]:
        """As `petition_rules.turn` wants it."""
        return self.turn, self.act

    def said(self, petition: str) -> dict[str, object]:
        """As it is signed."""
        return {
            "type": ATTESTATION,
            "version": 1,
            "petition": petition,
            "pseudonym": self.pseudonym.hex(),
            "act": self.act.value,
            "day": self.day.isoformat(),
            "region": self.region,
        }


def promise(means: Means, petition: str, entered: Entered) -> bytes:
    """The signed promise that an act will be in the log: the entry itself."""
    return statements.sign(means.signing, entered.said(petition))


# -- within ------------------------------------------------------------------------------------------------------------


def _matter(means: Means, found: Keyed, person_id: str, act: Act) -> Matter:
    return Matter(
        about=f"{found.petition} {act.value}",
        person_id=person_id,
        owner=means.vault.owner(found.petition, person_id),
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
    known = means.residents.person(person_id)
    if known is None:
        raise rules.no_resident()
    person = known[0]
    rules.check_signer(
        age=person.age_on(_today(means, means.clock())),
        min_age=found.min_age,
        lives_in={person.territory, person.district},
        territory=found.territory,
    )
    return known


def _signer(means: Means, found: Keyed, person_id: str) -> Signer:
    person, iin = _resident(means, found, person_id)
    return Signer(
        person_id,
        means.vault.owner(found.petition, person_id),
        found.pseudonym(iin.digits),
        rules.region(found.regions, person.territory, person.district),
    )


def _enter(
    means: Means,
    tx: UnitOfWork,
    found: Keyed,
    owner: bytes,
    person_id: str,
    act: Act,
    signer: Signer | None,
    *,
    form: str = "",
) -> Entered:
    """Enter an act, or find it entered: of two at once, both find the same.

    Args:
        signer: of a signature; a withdrawal is the pseudonym's and the region's whose signature it withdraws.

    Raises:
        DomainError: 410 ``petition.closed``, and those of `petition_rules.turn`.
    """
    if signer is not None:
        now = means.clock()
        first = Entered(1, act, signer.pseudonym, _today(means, now), signer.region, now)
        row = _row(means, found, owner, person_id, first, form)
        # Mostly nothing stands there of this person yet, and one statement does.
        if tx.session.execute(_first(tx.dialect), _new(row) | {"now_": now}).first() is not None:
            return first
    while True:
        last = _last(means, tx.session, found.petition, owner, act)
        turn = rules.turn(act, None if last is None else last.step)
        if turn is None:
            assert last is not None
            return last
        now = means.clock()
        if signer is not None:
            pseudonym, region = signer.pseudonym, signer.region
        else:
            assert last is not None
            pseudonym, region = last.pseudonym, last.region
        if last is not None and last.waiting_since is not None:
            now = max(now, last.waiting_since)  # so that it does not leave before what it follows
        new = Entered(turn, act, pseudonym, _today(means, now), region, now)
        if tx.add_if_new(Attested, **_row(means, found, owner, person_id, new, form)):
            return new


def _row(means: Means, found: Keyed, owner: bytes, person_id: str, new: Entered, form: str) -> dict[str, Any]:
    return {
        "petition": found.petition,
        "owner": owner,
        "turn": new.turn,
        "act": new.act.value,
        "pseudonym": new.pseudonym,
        "sealed_person": means.vault.seal_signer(found.petition, new.pseudonym, person_id),
        "day": new.day,
        "region": new.region,
        "form": form,
        "waiting_since": new.waiting_since,
        "batch": None,
        "place": None,
    }


def _new(row: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in row.items()}


def _sign_at_once(means: Means, found: Keyed, matter: Matter, signer: Signer, values: Mapping[str, object]) -> Entered:
    """Look at a code, count that, and if it is right enter the signature of somebody who never signed this petition:
    all in one statement, since mostly it is so. Else what is left is done after it.

    Raises:
        DomainError: see `attest`.
    """
    now = means.clock()
    first = Entered(1, Act.ATTEST, signer.pseudonym, _today(means, now), signer.region, now)
    row = _row(means, found, matter.owner, signer.person_id, first, "")
    done = means.database.at_once(_AT_ONCE, {**_new(row), **values})
    if done is None or done.tries <= CODE_TRIES:
        raise not_proved()
    if done.turn is not None:
        return first
    with means.database.uow() as tx:
        entered = _enter(means, tx, found, matter.owner, signer.person_id, Act.ATTEST, signer)
        tx.commit()
    return entered


@cache
def _first(dialect: str) -> Insert:
    """Enters the first act of a person in a petition that is open, which cannot close or end meanwhile."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    values = (
        select(*_VALUES)
        .select_from(_petitions)
        .where(*_OPEN, ~_BEFORE.exists())
        .with_for_update(read=True, key_share=True, of=_petitions)
    )
    return insert(_attested).from_select(_COLUMNS, values).on_conflict_do_nothing().returning(_attested.c.turn)


_petitions, _attested = table_of(KeyedPetition), table_of(Attested)
_COLUMNS: Final = [column.name for column in _attested.c]
_VALUES: Final = [bindparam(f"new_{column.name}", type_=column.type) for column in _attested.c]
"""Named so that no table here has a column of that name: SQLAlchemy would set that."""
_OPEN: Final = (
    _petitions.c.petition == bindparam("new_petition"),
    _petitions.c.destroyed_at.is_(None),
    _petitions.c.closes_at > bindparam("now_"),
)
_BEFORE: Final = select(_attested.c.turn).where(
    _attested.c.petition == bindparam("new_petition"), _attested.c.owner == bindparam("new_owner")
)
_TRIED: Final = TRY.cte("tried")
_PUT: Final = (
    postgresql.insert(_attested)
    .from_select(
        _COLUMNS,
        select(*_VALUES)
        .select_from(_TRIED)
        .where(_TRIED.c.tries > CODE_TRIES, select(_petitions.c.petition).where(*_OPEN).exists(), ~_BEFORE.exists()),
    )
    .on_conflict_do_nothing()
    .returning(_attested.c.turn)
    .cte("put")
)
_AT_ONCE: Final = select(_TRIED.c.tries, _PUT.c.turn).select_from(_TRIED.outerjoin(_PUT, true()))
_LAST: Final = (
    select(
        _petitions.c.closes_at,
        _petitions.c.destroyed_at,
        _attested.c.turn,
        _attested.c.act,
        _attested.c.pseudonym,
        _attested.c.day,
        _attested.c.region,
        _attested.c.waiting_since,
    )
    .join_from(
        _petitions,
        _attested,
        and_(_attested.c.petition == _petitions.c.petition, _attested.c.owner == bindparam("owner")),
        isouter=True,
    )
    .where(_petitions.c.petition == bindparam("petition"))
    .order_by(_attested.c.turn.desc())
    .limit(1)
    .with_for_update(read=True, key_share=True, of=_petitions)
)
"""The petition, which cannot close or end meanwhile, and the person's last act in it."""
_LAST_SIGNED: Final = (
    select(_attested.c.act, _attested.c.form)
    .where(
        _attested.c.petition == bindparam("petition"),
        _attested.c.owner == bindparam("owner"),
        _attested.c.act != Act.WITHDRAW.value,
    )
    .order_by(_attested.c.turn.desc())
    .limit(1)
)


def _last(means: Means, session: Session, petition: str, owner: bytes, act: Act) -> Entered | None:
    """The person's last act.

    Raises:
        DomainError: 404 ``petition.unknown``, 410 ``petition.closed`` (for nothing but a withdrawal is it too late).
    """
    row = session.execute(_LAST, {"petition": petition, "owner": owner}).first()
    if row is None or row.destroyed_at is not None:
        raise rules.unknown()
    if act is not Act.WITHDRAW and means.clock() >= row.closes_at:
        raise rules.closed()
    if row.turn is None:
        return None
    return Entered(row.turn, Act(row.act), row.pseudonym, row.day, row.region, row.waiting_since)
