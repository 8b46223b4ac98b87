"""The states of a consultation, and which may follow which.

Everything else asks the named sets (`VISIBLE`, `COMMENTABLE`, …), so that a comparison stands in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from egov_participation.consultations.models.states import State
from egov_participation.errors import DomainError
from egov_participation.i18n import N_

_S = State
TRANSITIONS: Final[Mapping[State, frozenset[State]]] = {
    _S.DRAFT: frozenset({_S.OPEN}),
    _S.OPEN: frozenset({_S.CLOSED, _S.WITHDRAWN}),
    _S.CLOSED: frozenset({_S.REPORTED, _S.WITHDRAWN}),
    _S.REPORTED: frozenset(),
    _S.WITHDRAWN: frozenset(),
}
"""What may follow what."""

VISIBLE: Final = frozenset(State) - {_S.DRAFT}
"""Anybody finds it."""
COMMENTABLE: Final = frozenset({_S.OPEN})
"""Comments, amendments and support are taken."""
VERSIONABLE: Final = frozenset({_S.DRAFT, _S.OPEN, _S.CLOSED})
"""A version may be published."""
ANSWERABLE: Final = frozenset({_S.OPEN, _S.CLOSED})
"""Comments may be replied to."""
ENDED: Final = frozenset({_S.REPORTED, _S.WITHDRAWN})

STATE_NAMES: Final[Mapping[State, str]] = {
    _S.DRAFT: N_("In preparation"),
    _S.OPEN: N_("Open for comments"),
    _S.CLOSED: N_("Closed for comments"),
    _S.REPORTED: N_("Report published"),
    _S.WITHDRAWN: N_("Draft withdrawn"),
}
"""Msgids."""


def check_transition(before: State, after: State) -> None:
    """Refuse what the table does not have.

    Raises:
        DomainError: 409 ``consultation.state``.
    """
    if after not in TRANSITIONS[before]:
        raise changed()


def changed() -> DomainError:
    """What is said where somebody acts on what is not so any more."""
    return DomainError(
        409,
        N_("This consultation has changed meanwhile, so that this can no longer be done. Look at it again."),
        code="consultation.state",
    )
