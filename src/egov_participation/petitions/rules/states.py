"""The states of a petition, of its answer and of its debate, and which may follow which: one table for each.

Everything else asks the named sets (`VISIBLE`, `SIGNABLE`, …), so that a comparison stands in one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions.models.states import Answer, Debate, State

_S = State
TRANSITIONS: Final[Mapping[State, frozenset[State]]] = {
    _S.DRAFT: frozenset({_S.COLLECTING, _S.REVIEW, _S.WITHDRAWN}),
    _S.COLLECTING: frozenset({_S.REVIEW, _S.OPEN, _S.REJECTED, _S.HIDDEN, _S.WITHDRAWN, _S.STOPPED}),
    _S.REVIEW: frozenset({_S.COLLECTING, _S.OPEN, _S.REJECTED, _S.HIDDEN, _S.WITHDRAWN, _S.STOPPED, _S.MERGED}),
    _S.OPEN: frozenset({_S.CLOSED, _S.HIDDEN, _S.WITHDRAWN, _S.STOPPED, _S.MERGED}),
    _S.CLOSED: frozenset({_S.HIDDEN, _S.STOPPED}),
    # An appeal that is granted brings a petition back to the step before publication.
    _S.REJECTED: frozenset({_S.REVIEW, _S.HIDDEN}),
    _S.HIDDEN: frozenset(),
    _S.WITHDRAWN: frozenset({_S.HIDDEN}),
    _S.STOPPED: frozenset({_S.HIDDEN}),
    _S.MERGED: frozenset({_S.HIDDEN}),
}
"""What may follow what."""

TAKEN_BACK: Final = frozenset({_S.HIDDEN, _S.STOPPED, _S.MERGED})
"""What moderators ended: another one who grants an appeal takes that back (`back_to`)."""

APPEALABLE: Final = TAKEN_BACK | {_S.REJECTED}
"""Its creator may appeal."""

_A = Answer
ANSWERS: Final[Mapping[Answer, frozenset[Answer]]] = {
    _A.NONE: frozenset({_A.AWAITED, _A.ANSWERED}),
    _A.AWAITED: frozenset({_A.ANSWERED}),
    _A.ANSWERED: frozenset({_A.AWAITED}),  # a higher threshold asks for another one
}
_D = Debate
DEBATES: Final[Mapping[Debate, frozenset[Debate]]] = {
    _D.NONE: frozenset({_D.AWAITED, _D.SCHEDULED}),
    _D.AWAITED: frozenset({_D.SCHEDULED, _D.REFUSED}),
    _D.SCHEDULED: frozenset({_D.SCHEDULED, _D.HELD, _D.REFUSED}),
    _D.HELD: frozenset(),
    _D.REFUSED: frozenset({_D.SCHEDULED}),
}

VISIBLE: Final = frozenset({_S.OPEN, _S.CLOSED, _S.REJECTED, _S.WITHDRAWN, _S.STOPPED, _S.MERGED})
"""Anybody finds it. A draft that was withdrawn has no reference, so it has no page."""
BY_LINK: Final = frozenset({_S.COLLECTING})
"""Shown to who has the link."""
SIGNABLE: Final = frozenset({_S.OPEN})
MODERATABLE: Final = frozenset({_S.REVIEW})
"""A moderator decides on it."""
HIDEABLE: Final = frozenset(state for state, following in TRANSITIONS.items() if _S.HIDDEN in following)
ENDED: Final = frozenset({_S.CLOSED, _S.REJECTED, _S.HIDDEN, _S.WITHDRAWN, _S.STOPPED, _S.MERGED})
STOPPABLE: Final = frozenset({_S.OPEN, _S.CLOSED})
"""The public has it, and may be told that nobody is there any more to answer it."""
COUNTED: Final = frozenset({_S.OPEN, _S.CLOSED, _S.STOPPED, _S.MERGED, _S.WITHDRAWN})
"""It may have signatures."""
WITHDRAWABLE: Final = COUNTED | {_S.HIDDEN}
"""A signature can be withdrawn: whatever became of what was signed."""

STATE_NAMES: Final[Mapping[State, str]] = {
    _S.DRAFT: N_("Draft"),
    _S.COLLECTING: N_("Collecting supporters"),
    _S.REVIEW: N_("In review"),
    _S.OPEN: N_("Open for signatures"),
    _S.CLOSED: N_("Closed for signatures"),
    _S.REJECTED: N_("Rejected"),
    _S.HIDDEN: N_("Hidden"),
    _S.WITHDRAWN: N_("Withdrawn by its creator"),
    _S.STOPPED: N_("Stopped"),
    _S.MERGED: N_("Merged into another petition"),
}
"""Msgids."""


def ended_in(history: Iterable[State]) -> State | None:
    """The state in which moderators ended a petition, if that stands.

    Args:
        history: the states that it has gone through, in order.
    """
    ended: list[State] = []
    before = State.DRAFT
    for state in history:
        if before in TAKEN_BACK and state not in TRANSITIONS[before]:
            ended.pop()
        elif state in TAKEN_BACK:
            ended.append(before)
        before = state
    return ended[-1] if ended and before in TAKEN_BACK else None


def back_to(ended: State, *, in_time: bool) -> State:
    """Where a petition goes whose ending is taken back: to where it was. What the public never had is checked anew;
    what was open is so again while its time lasts, which does not grow.

    Args:
        ended: the state in which it was ended.
        in_time: it would still be open.
    """
    if ended in {State.COLLECTING, State.REVIEW}:
        return State.REVIEW
    return State.CLOSED if ended is State.OPEN and not in_time else ended


def check_transition(before: State, after: State) -> None:
    """Refuse what the table does not have.

    Raises:
        DomainError: 409 ``petition.state``.
    """
    if after not in TRANSITIONS[before]:
        raise DomainError(
            409,
            N_("This petition has changed meanwhile, so that this can no longer be done. Look at it again."),
            code="petition.state",
        )
