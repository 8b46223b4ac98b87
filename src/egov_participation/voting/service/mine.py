"""A voter's own side of votes: which ones they may vote in, and having a voting code blocked that was stolen.

Whether they have voted is not told: nothing here joins a person with a ballot. The tracking number tells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import service as identity
from egov_participation.services import Services, SessionInfo
from egov_participation.voting import rules
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service.lookup import refusal
from egov_participation.voting.service.reading import votes_among
from egov_participation.voting.views import VoteView

CASTING_TO_COME: Final = frozenset({VoteState.SETUP, VoteState.OPEN})
"""Of a vote in which a ballot is taken, now or later."""


@dataclass(frozen=True, slots=True)
class OwnVotes:
    """The votes on whose rolls somebody is."""

    open: tuple[VoteView, ...]
    """The first to close first."""
    coming: tuple[VoteView, ...]
    """The first to open first."""
    ended: tuple[VoteView, ...]
    """The last to close first."""

    @property
    def any(self) -> bool:
        """Whether there is one at all."""
        return bool(self.open or self.coming or self.ended)


def votes_of(services: Services, person_id: str) -> OwnVotes:
    """The votes that somebody may or might have voted in. The registrar is asked, and nothing of it is kept.

    Raises:
        DomainError: 503 ``registrar.unavailable``.
    """
    found = votes_among(services, services.registrar.votes_of(person_id))
    return OwnVotes(
        tuple(sorted((one for one in found if one.state is VoteState.OPEN), key=lambda one: one.closes_at)),
        tuple(sorted((one for one in found if one.state is VoteState.SETUP), key=lambda one: one.opens_at)),
        tuple(sorted((one for one in found if one.state not in CASTING_TO_COME), key=lambda one: one.closes_at)[::-1]),
    )


def block(services: Services, vote: VoteView, who: SessionInfo) -> None:
    """Have the registrar block somebody's voting code: no further ballot with it counts as new. Again: no change.

    It is for good, so a session that somebody left open on a machine of others does not do.

    Raises:
        DomainError: 403 ``theft.assurance`` or ``session.not_fresh``, 410 ``credential.closed``, and those of the
            registrar's ``block``: 404 ``credential.not_on_roll``, 503 ``registrar.unavailable``.
    """
    if who.assurance < vote.assurance:
        raise refusal(rules.BLOCK_NOT_SURE_ENOUGH)
    if vote.state not in CASTING_TO_COME:
        raise DomainError(
            410,
            N_("No ballot is taken in this vote any more, so there is nothing to block. Report an incident instead."),
            code="credential.closed",
        )
    if not identity.is_fresh(who.signed_in_at, services.clock()):
        raise DomainError(
            403,
            N_("You signed in more than 10 minutes ago. Sign in once more, then go on."),
            code="session.not_fresh",
        )
    services.registrar.block(vote.uuid, who.person_id)
