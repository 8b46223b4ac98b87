"""Somebody whose IIN was corrected: one person, who would else be two.

Who stands in the register under two numbers is on rolls twice and can sign a petition twice. So the row under the old
one goes, its passkeys and voting codes count for nothing any more, and what was signed under it in petitions that are
open is withdrawn: the person, who is told, signs again under the right one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select

from egov_participation.database import table_of
from egov_participation.errors import DomainError
from egov_participation.registrar.interface import Act
from egov_participation.registrar.models import Attested, KeyedPetition, RolledVote
from egov_participation.registrar.service import asking, mails, passkeys
from egov_participation.registrar.service.entering import Signer, enter
from egov_participation.registrar.service.means import Means
from egov_participation.registrar.service.petitions import keyed
from egov_participation.registry.iin import Iin
from egov_participation.registry.keys import SealError


@dataclass(frozen=True, slots=True)
class Renumbered:
    """What became of what stood under the old IIN."""

    withdrawn: int
    """Signatures."""
    votes: list[str]
    """Whose code was blocked: votes under way on whose roll the old id is."""
    twice: list[str]
    """Those of them on whose roll the new id is too. A ballot that was cast under the old one stays."""


def renumber(means: Means, old: Iin, new: Iin) -> Renumbered:
    """Let nothing count under the old IIN any more. Again: nothing changes.

    Raises:
        DomainError: 404 ``registrar.iin``: nobody is in the register under either; 409 ``registrar.iins``: a row is not
            as it was entered; 422 ``registrar.iin``; 503 ``registry.unavailable``.
    """
    if old == new:
        raise DomainError(422, "the new IIN is the old one", code="registrar.iin")
    try:
        before, after = means.residents.renumber(old, new, means.clock())
    except SealError as error:
        raise DomainError(409, str(error), code="registrar.iins") from None
    except ValueError as error:
        raise DomainError(422, str(error), code="registrar.iin") from None
    if after is None:
        raise DomainError(404, "nobody in the register has this IIN, old or new", code="registrar.iin")
    votes: list[str] = []
    if before is not None:
        passkeys.forget_all(means, before)
        votes = _under_way(means, before)
        for vote in votes:
            asking.block(means, vote, before)
    twice = set(_under_way(means, after))
    return Renumbered(_withdraw(means, old, after), votes, [vote for vote in votes if vote in twice])


def _under_way(means: Means, person_id: str) -> list[str]:
    """The votes on whose rolls they are and that have not closed: after that no code is shown or counts anyway."""
    open_now = select(_rolls.c.vote_uuid).where(_rolls.c.closes_at > means.clock(), _rolls.c.destroyed_at.is_(None))
    with means.database.read() as session:
        running = set(session.scalars(open_now))
    return [vote for vote in asking.votes_of(means, person_id) if vote in running]


def _withdraw(means: Means, old: Iin, person_id: str) -> int:
    """Withdraw what was signed under that IIN in open petitions, and tell the person so; how much that was."""
    with means.database.read() as session:
        open_now = list(session.scalars(_OPEN.where(_petitions.c.closes_at > means.clock())))
    count = 0
    for petition in open_now:
        found, owner = keyed(means, petition), means.vault.owner(petition, old.digits)
        with means.database.uow() as tx:
            last = tx.session.execute(_LAST, {"petition": petition, "owner": owner}).first()
            if last is None or last.act == Act.WITHDRAW.value:
                continue
            who = Signer(person_id, old.digits, owner, found.pseudonym(old.digits), last.region)
            enter(means, tx, found, Act.WITHDRAW, who, mail=mails.WITHDRAWN)
            tx.commit()
            count += 1
    return count


_petitions, _attested, _rolls = table_of(KeyedPetition), table_of(Attested), table_of(RolledVote)
_OPEN: Final = select(_petitions.c.petition).where(_petitions.c.destroyed_at.is_(None)).order_by(_petitions.c.petition)
_LAST: Final = (
    select(_attested.c.act, _attested.c.region)
    .where(_attested.c.petition == bindparam("petition"), _attested.c.owner == bindparam("owner"))
    .order_by(_attested.c.turn.desc())
    .limit(1)
)
