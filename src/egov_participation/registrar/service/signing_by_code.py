"""Signatures of people who answer with a mailed code, many at once: one look at all the codes and one commit.

What costs most of a signature is not its own: asking each of two databases, and waiting for the disk. So those who sign
at the same moment go through it together. Each has its own answer, and none waits for or suffers from another: where
something goes wrong with all together, each is done alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import LargeBinary, String, and_, bindparam, case, func, literal, null, select, update
from sqlalchemy.dialects import postgresql

from egov_participation.database import UTCDateTime, table_of
from egov_participation.errors import DomainError
from egov_participation.logs import describe
from egov_participation.registrar.interface import MOST_SIGNINGS, Act, Signing, Way
from egov_participation.registrar.models import Asked, Attested, KeyedPetition
from egov_participation.registrar.rules import CODE_TRIES
from egov_participation.registrar.service import acts
from egov_participation.registrar.service.acts import Entered
from egov_participation.registrar.service.challenges import TRY, is_code, not_proved, tried_code
from egov_participation.registrar.service.entering import (
    Known,
    Signer,
    answered_again,
    enter,
    matter,
    promise,
    row,
    signer,
    signs_first,
)
from egov_participation.registrar.service.means import Means
from egov_participation.registrar.service.petitions import Keyed, keyed

log = structlog.get_logger()

Outcome = bytes | Exception
"""A promise, or why there is none: what `attest` would have raised."""
_Place = tuple[str, bytes]
"""Petition and owner."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """Somebody who may sign, with the code that is to be looked at."""

    found: Keyed
    who: Signer
    signing: Signing = field(repr=False)
    tried: dict[str, Any] = field(repr=False)
    new: Entered
    row: dict[str, Any] = field(repr=False)

    @property
    def place(self) -> _Place:
        return self.found.petition, self.who.owner


def attest_by_code(means: Means, signings: Sequence[Signing]) -> list[Outcome]:
    """See `Registrar.attest_by_code`.

    Raises:
        ValueError: they are more than `MOST_SIGNINGS`.
    """
    if len(signings) > MOST_SIGNINGS:
        raise ValueError("too many signatures at once")
    try:
        return _together(means, signings)
    except Exception as error:  # noqa: BLE001 - whatever it is of all together, it may be of one of them alone
        if len(signings) == 1:
            return [error]
        log.warning("registrar.signing_together_failed", **describe(error))
    return [attest_by_code(means, [one])[0] for one in signings]


def _together(means: Means, signings: Sequence[Signing]) -> list[Outcome]:
    people = means.residents.people({one.person_id for one in signings})
    petitions: dict[str, Keyed] = {}
    outcomes: dict[int, Outcome] = {}
    ready: dict[_Place, tuple[int, _Ready]] = {}
    again: list[int] = []
    for number, one in enumerate(signings):
        try:
            if one.petition not in petitions:
                petitions[one.petition] = keyed(means, one.petition)
            found = _ready(means, petitions[one.petition], people.get(one.person_id), one)
        except DomainError as refusal:
            outcomes[number] = refusal
            continue
        if found.place in ready:
            again.append(number)  # the same person twice: one statement does not look at the same code twice
        else:
            ready[found.place] = number, found
    looked = _look(means, [found for _, found in ready.values()])
    for number, found in ready.values():
        try:
            entered = _entered(means, found, *looked.get(found.place, (0, False)))
            outcomes[number] = promise(means, found.found.petition, entered)
        except DomainError as refusal:
            outcomes[number] = refusal
    for number in again:
        outcomes[number] = attest_by_code(means, [signings[number]])[0]
    return [outcomes[number] for number in range(len(signings))]


def _ready(means: Means, found: Keyed, known: Known | None, signing: Signing) -> _Ready:
    who = signer(means, found, known)
    if not is_code(signing.answer):
        raise not_proved()
    new = signs_first(means, who, means.clock())
    tried = tried_code(means, matter(means, found, who.person_id, Act.ATTEST, who.iin), signing.answer)
    return _Ready(found, who, signing, tried, new, row(means, found, who, new))


def _look(means: Means, ready: Sequence[_Ready]) -> dict[_Place, tuple[int, bool]]:
    """Look at each code and count that; enter the signatures of those whose code is right and who never signed that
    petition.

    Returns:
        What `TRY` gives, and whether it was entered. Where there is nothing to answer, nothing.
    """
    if not ready:
        return {}
    if means.database.dialect == "postgresql":
        # In one order, so that of two who look at the same ones neither waits for the other in a circle.
        given = sorted(({**one.row, **one.tried} for one in ready), key=lambda values: values["id_hash_"])
        values = {f"given_{name}": [one[key] for one in given] for name, (key, _) in _GIVEN.items()}
        same = {"now_": given[0]["now_"], "day_": given[0]["day"], "since_": given[0]["waiting_since"]}
        found = means.database.at_once(_LOOK_AND_ENTER, values | same)
        return {(one.petition, one.owner): (one.tries, one.turn is not None) for one in found}
    looked: dict[_Place, tuple[int, bool]] = {}
    with means.database.uow() as tx:
        for one in ready:
            tries = tx.session.execute(TRY, one.tried).scalar()
            if tries is None:
                continue
            entering = acts.new(one.row) | {"now_": one.tried["now_"]}
            right = tries > CODE_TRIES
            put = right and tx.session.execute(acts.first(tx.dialect), entering).first() is not None
            looked[one.place] = tries, put
        tx.commit()
    return looked


def _entered(means: Means, ready: _Ready, tries: int, put: bool) -> Entered:
    """The signature of somebody whose code was looked at.

    Raises:
        DomainError: see `attest`.
    """
    if tries <= CODE_TRIES:
        return answered_again(means, ready.found, ready.who, Act.ATTEST, ready.signing.answer)
    if put:
        return ready.new
    with means.database.uow() as tx:
        entered = enter(means, tx, ready.found, Act.ATTEST, ready.who)
        tx.commit()
    return entered


# -- the statement for PostgreSQL --------------------------------------------------------------------------------------

_petitions, _attested, _asked = table_of(KeyedPetition), table_of(Attested), table_of(Asked)
_GIVEN: Final = {
    "id_hash": ("id_hash_", LargeBinary),
    "about": ("about_", String),
    "secret": ("given_", LargeBinary),
    "petition": ("petition", String),
    "owner": ("owner", LargeBinary),
    "pseudonym": ("pseudonym", LargeBinary),
    "sealed_iin": ("sealed_iin", LargeBinary),
    "region": ("region", String),
}
"""The columns of what is looked at together: what their values are called elsewhere, and their types. As parameters
they bear the names of no column of these tables: SQLAlchemy would set that."""
_given = (
    func.unnest(*(bindparam(f"given_{name}", type_=postgresql.ARRAY(type_)) for name, (_, type_) in _GIVEN.items()))
    .table_valued(*_GIVEN, name="given")
    .render_derived()
)
_LOOKED: Final = (
    update(_asked)
    .where(
        _asked.c.id_hash == _given.c.id_hash,
        _asked.c.about == _given.c.about,
        _asked.c.owner == _given.c.owner,
        _asked.c.way == Way.CODE.value,
        _asked.c.tries < CODE_TRIES,
        _asked.c.expires_at > bindparam("now_"),
    )
    .values(tries=_asked.c.tries + case((_asked.c.secret == _given.c.secret, CODE_TRIES + 1), else_=1))
    .returning(_asked.c.tries, *(_given.c[name] for name in ("petition", "owner", "pseudonym", "sealed_iin", "region")))
    .cte("looked")
)
"""`TRY`, of all that are given."""
_VALUES: Final = {
    "petition": _LOOKED.c.petition,
    "owner": _LOOKED.c.owner,
    "turn": literal(1),
    "act": literal(Act.ATTEST.value),
    "pseudonym": _LOOKED.c.pseudonym,
    "sealed_iin": _LOOKED.c.sealed_iin,
    "day": bindparam("day_", type_=_attested.c.day.type),
    "region": _LOOKED.c.region,
    "form": literal(""),
    "waiting_since": bindparam("since_", type_=UTCDateTime()),
    "batch": null(),
    "place": null(),
}
_BEFORE: Final = select(_attested.c.turn).where(
    _attested.c.petition == _LOOKED.c.petition, _attested.c.owner == _LOOKED.c.owner
)
_PUT: Final = (
    postgresql.insert(_attested)
    .from_select(
        [*_VALUES],
        select(*_VALUES.values())
        .select_from(
            _LOOKED.join(
                _petitions,
                and_(
                    _petitions.c.petition == _LOOKED.c.petition,
                    _petitions.c.destroyed_at.is_(None),
                    _petitions.c.closes_at > bindparam("now_"),
                ),
            )
        )
        .where(_LOOKED.c.tries > CODE_TRIES, ~_BEFORE.exists())
        .with_for_update(read=True, key_share=True, of=_petitions),
    )
    .on_conflict_do_nothing()
    .returning(_attested.c.petition, _attested.c.owner, _attested.c.turn)
    .cte("put")
)
_LOOK_AND_ENTER: Final = select(_LOOKED.c.petition, _LOOKED.c.owner, _LOOKED.c.tries, _PUT.c.turn).select_from(
    _LOOKED.outerjoin(_PUT, and_(_PUT.c.petition == _LOOKED.c.petition, _PUT.c.owner == _LOOKED.c.owner))
)
"""One statement, which PostgreSQL begins and commits by itself. No petition that is signed can close meanwhile."""
