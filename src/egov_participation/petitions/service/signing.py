"""Signing and withdrawing.

The registrar comes first: it checks the person's proof for this petition and this act, attests the act, and promises
that it will be in the log. Then one transaction puts the signature down, with what the counts must add. A crash in
between leaves a promise without a signature here: the next try gets the same promise, and if none comes, reading the
log makes it good (`counting`). A lost answer costs a new proof and doubles nothing.

What decides whether somebody may sign is the registrar's own knowledge: age, residence, whether the petition is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from http import HTTPStatus
from typing import Final
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from egov_participation.database import Database, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jurisdiction.calendars import Words
from egov_participation.jurisdiction.petition_rules import Names
from egov_participation.logs import describe
from egov_participation.petitions import keys
from egov_participation.petitions.models import Petition, Signature, State
from egov_participation.petitions.rules import names
from egov_participation.petitions.rules.states import COUNTED, SIGNABLE, WITHDRAWABLE
from egov_participation.petitions.service import batches, ruling, signatures, subscribers
from egov_participation.petitions.service.lane import Lane
from egov_participation.petitions.service.lookup import no_petition
from egov_participation.petitions.service.signatures import Promise, Put, Values, invalidated, not_signed
from egov_participation.registrar import statements
from egov_participation.registrar.interface import MOST_SIGNINGS, Act, Challenge, Signing, Way
from egov_participation.registrar.statements import StatementError
from egov_participation.services import Services
from egov_participation.throttle import Limit, throttle

log = structlog.get_logger()

PROMISE: Final = "petition.attestation"
"""A promise is, byte for byte, the entry that it promises."""
PER_PERSON: Final = Limit(
    "petition.begin.person",
    30,
    timedelta(hours=1),
    "petition.too_many",
    N_("You have begun to sign or to withdraw very often within the hour. Try again later."),
)
PER_NETWORK: Final = Limit(
    "petition.begin.network",
    300,
    timedelta(minutes=10),
    "petition.too_many",
    N_("Very many signatures of this petition come from your network at the moment. Try again in ten minutes."),
)
"""For each petition: a mobile operator has thousands of people behind one address, who do not all sign the same one."""


@dataclass(frozen=True, slots=True)
class Signable:
    """What signing needs to know of a petition."""

    id: int
    reference: str
    state: State
    names: Names
    ways: tuple[Way, ...]
    """That the rules allow, the strongest first."""
    stands_for: Words | None
    """What stands in for the signature that the law asks for."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a signer chose."""

    show_name: bool = True
    tell: bool = False
    """Write to them what becomes of the petition."""


@dataclass(frozen=True, slots=True)
class _Signer:
    """Somebody who signs, and what is kept of that."""

    petition: Signable
    person_id: str
    answer: Mapping[str, str] = field(repr=False)
    name: str = field(repr=False)
    network: bytes | None
    tell: bool


_Done = tuple[Values, bool]
"""A signature that is promised, and whether it is put down."""
_LONGEST: Final = 200
"""Characters of a challenge's number and of a code."""


def begin(
    services: Services, reference: str, person_id: str, act: Act, way: Way, *, network: str, lang: str
) -> Challenge:
    """Begin to prove to the registrar who one is, for this petition and this act.

    Args:
        network: the line that it comes from (`identity.network_of`).

    Raises:
        DomainError: 404 ``petition.unknown``, 409 ``petition.not_open`` or ``signature.exists``, 403
            ``signature.invalidated``, 429 ``petition.too_many``, and those of `Registrar.begin_petition`.
    """
    petition = signable(services, reference)
    check_own(services, petition, person_id, act)
    counts, now = throttle(services.settings.keys_dir), services.clock()
    with services.database.uow() as tx:
        counts.take_at_once(tx, PER_PERSON, person_id, now)
        counts.take_at_once(tx, PER_NETWORK, f"{reference}|{network}", now)
        tx.commit()
    return services.registrar.begin_petition(reference, person_id, act, way, lang=lang)


def ways(services: Services, petition: Signable, person_id: str, act: Act) -> list[Way]:
    """How somebody can prove who they are, the strongest first; empty: in none.

    Raises:
        DomainError: 403 ``petition.too_young``, ``petition.not_resident``, ``petition.no_resident``: they may not sign;
            503 ``registrar.unavailable``.
    """
    found = services.registrar.ways_petition(petition.reference, person_id)
    if found:
        return found
    if act is Act.WITHDRAW:  # which is possible after the end too: the registrar refuses what it does not take
        return list(petition.ways)
    try:
        # It says why, and where there is no reason, that there is no such way: nothing begins.
        services.registrar.begin_petition(petition.reference, person_id, act, Way.PASSKEY, lang="en")
    except DomainError as refusal:
        if refusal.code != "credential.way":
            raise
    return []


def check_own(services: Services, petition: Signable, person_id: str, act: Act) -> None:
    """Refuse what a look at the person's own signature shows to be in vain. A withdrawal is possible whatever became of
    petition and signature, and of one that is not known here: the registrar may know more.

    Raises:
        DomainError: 410 ``petition.not_open``; 409 ``signature.exists``, ``signature.none``; 403
            ``signature.invalidated``.
    """
    if petition.state not in (SIGNABLE if act is Act.ATTEST else WITHDRAWABLE):
        raise not_open()
    own = own_state(services, petition.id, person_id)
    if act is Act.ATTEST and own == "invalidated":
        raise invalidated()
    if act is Act.ATTEST and own == "valid":
        raise DomainError(HTTPStatus.CONFLICT, N_("You have signed this petition already."), code="signature.exists")
    if act is Act.WITHDRAW and own == "withdrawn":
        raise not_signed()


def sign(
    services: Services,
    reference: str,
    person_id: str,
    answer: Mapping[str, str],
    *,
    wishes: Wishes,
    network: bytes | None = None,
    name: str | None = None,
) -> bool:
    """Sign, with an answer to a challenge of `begin`.

    Args:
        network: `keys.network_hash` of where it comes from.
        name: as `shown_name` gave it on the page before; None: the register is asked.

    Returns:
        Whether the signature is new; it was there before otherwise.

    Raises:
        DomainError: 404 ``petition.unknown``; 403 ``signature.invalidated``; those of `Registrar.attest`.
    """
    petition = _known(services, reference)
    if not wishes.show_name:
        name = ""
    elif name is None:
        name = shown_name(services, petition.names, person_id)
    signer = _Signer(petition, person_id, answer, name, network, wishes.tell)
    if _is_code(answer):
        row, put_already = _lane(services.database).serve(signer, partial(_sign_together, services))
    else:
        promise = services.registrar.attest(reference, person_id, Act.ATTEST, answer)
        row, put_already = _row(services, signer, promise), False
    if put_already:
        return True
    with services.database.uow() as tx:
        put = signatures.put(tx, row)
        if wishes.tell and put is not Put.NOT_COUNTED:
            petition_row = tx.get(Petition, petition.id)
            assert petition_row is not None
            subscribers.subscribe(tx, services, petition_row, person_id)
        tx.commit()
    if put is Put.NOT_COUNTED:
        raise invalidated()
    return put is Put.NEW


def _is_code(answer: Mapping[str, str]) -> bool:
    """Whether an answer is a mailed code, as it may be. Anything else is looked at alone, and harms nobody's."""
    return answer.keys() == {"challenge", "code"} and all(
        len(value) <= _LONGEST and value.isascii() and value.isprintable() for value in answer.values()
    )


def _sign_together(services: Services, signers: Sequence[_Signer]) -> list[_Done | Exception]:
    """Attest signatures, and put down those of people of whom nothing stands there yet: one question to the registrar
    and one transaction for all, since that is what costs."""
    asked = [Signing(one.petition.reference, one.person_id, one.answer) for one in signers]
    found: list[Values | Exception] = []
    for one, outcome in zip(signers, services.registrar.attest_by_code(asked), strict=True):
        try:
            found.append(outcome if isinstance(outcome, Exception) else _row(services, one, outcome))
        except RuntimeError as error:  # this promise does not hold; others may
            found.append(error)
    # Who wants to be told is put down together with that, later.
    rows = [row for one, row in zip(signers, found, strict=True) if isinstance(row, dict) and not one.tell]
    try:
        put = {id(row) for row in signatures.put_together(services.database, rows)}
    except SQLAlchemyError as error:
        log.warning("petition.putting_together_failed", **describe(error))
        put = set()  # each is put down alone, and if that fails, it alone
    return [row if isinstance(row, Exception) else (row, id(row) in put) for row in found]


def _row(services: Services, signer: _Signer, promise: bytes) -> Values:
    """Raises `RuntimeError`: see `promised`."""
    keys_dir, petition = services.settings.keys_dir, signer.petition
    return signatures.row_of(
        petition.id,
        promised(services, petition.reference, promise),
        services.clock(),
        person_hash=keys.person_hash(keys_dir, signer.person_id),
        person_sealed=keys.seal_person(keys_dir, petition.id, signer.person_id),
        name=signer.name,
        network=signer.network,
    )


def withdraw(services: Services, reference: str, person_id: str, answer: Mapping[str, str]) -> None:
    """Withdraw, with an answer to a challenge of `begin`. The name goes at once; nothing more is told of the petition.

    Raises:
        DomainError: 404 ``petition.unknown``; those of `Registrar.attest`.
    """
    petition = signable(services, reference)
    batches.expect(services, petition.id)
    promise = promised(services, reference, services.registrar.attest(reference, person_id, Act.WITHDRAW, answer))
    with services.database.uow() as tx:
        row = tx.get(Petition, petition.id)
        assert row is not None
        who = None if row.anonymised_at else keys.person_hash(services.settings.keys_dir, person_id)
        signatures.take_back(tx, petition.id, promise, services.clock(), person_hash=who)
        subscribers.unsubscribe(tx, services, row, person_id)
        tx.commit()


def signable(services: Services, reference: str) -> Signable:
    """The petition, whatever its state.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    row = services.database.first(_FIND, {"reference": reference})
    if row is None or not row.rules:
        raise no_petition()
    rules = ruling.restored(row.rules)
    ways = tuple(way for way in Way if way in {allowed.value for allowed in rules.identity.ways})
    return Signable(row.id, reference, State(row.state), rules.names, ways, rules.identity.stands_for)


_AT_A_TIME: Final = 2
"""Groups: while one waits for the registrar, another waits for the database."""
_lanes: WeakKeyDictionary[Database, Lane[_Signer, _Done]] = WeakKeyDictionary()


def _lane(database: Database) -> Lane[_Signer, _Done]:
    return _lanes.get(database) or _lanes.setdefault(database, Lane(MOST_SIGNINGS, _AT_A_TIME))


_kept: WeakKeyDictionary[Database, dict[str, Signable]] = WeakKeyDictionary()
_MOST_KEPT: Final = 500


def _known(services: Services, reference: str) -> Signable:
    """The same, as it was when this process first asked for it: its state is an old one, and the rest changes no more.
    Whether it is open, the registrar decides.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    kept = _kept.setdefault(services.database, {})
    if (found := kept.get(reference)) is not None:
        return found
    petition = signable(services, reference)
    if petition.state in COUNTED:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[reference] = petition
    return petition


def own_state(services: Services, petition_id: int, person_id: str) -> str:
    """``valid``, ``invalidated`` or ``withdrawn``; empty if they never signed it."""
    person = keys.person_hash(services.settings.keys_dir, person_id)
    row = services.database.first(_OWN, {"petition": petition_id, "person": person})
    return "" if row is None else str(row.state)


def promised(services: Services, reference: str, raw: bytes) -> Promise:
    """What a promise of our registrar says.

    Raises:
        RuntimeError: it is another one's or about something else.
    """
    try:
        said = statements.verify(raw, services.registrar.key, type=PROMISE)
        if said["petition"] == reference:
            return Promise(raw, bytes.fromhex(said["pseudonym"]), date.fromisoformat(said["day"]), said["region"])
    except (StatementError, KeyError, ValueError, TypeError) as error:
        raise RuntimeError("the registrar's promise does not hold") from error
    raise RuntimeError("the registrar promised something else")


def shown_name(services: Services, rule: Names, person_id: str) -> str:
    """A person's name as the rules show it; empty if they show none, or the register does not know it now."""
    if rule is Names.NONE:
        return ""
    with services.database.read() as session:
        person = services.registry.get(session, person_id)
    return "" if person is None else names.shown(rule, person.given_name, person.family_name)


def not_open() -> DomainError:
    """What is said where nobody can sign, or withdraw."""
    return DomainError(HTTPStatus.GONE, N_("This petition is not open for signatures."), code="petition.not_open")


_petitions, _signatures = table_of(Petition), table_of(Signature)
_FIND: Final = select(_petitions.c.id, _petitions.c.state, _petitions.c.rules).where(
    _petitions.c.reference == bindparam("reference")
)
_OWN: Final = (
    select(_signatures.c.state)
    .where(_signatures.c.petition_id == bindparam("petition"), _signatures.c.person_hash == bindparam("person"))
    .order_by(_signatures.c.id.desc())
    .limit(1)
)
