"""Finding a draft, and refusing what its state does not allow."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from egov_participation.commission.models import Draft, DraftTrustee
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_


def find_draft(session: Session, draft_id: str) -> Draft:
    """A draft by its id.

    Raises:
        DomainError: 404 ``draft.unknown``.
    """
    return _found(session.get(Draft, draft_id))


def lock_draft(tx: UnitOfWork, draft_id: str) -> Draft:
    """The draft as it is at this moment, which nobody else changes before the transaction ends.

    Whoever changes a draft, its trustees or its roll takes this lock first: a freeze that begins meanwhile waits for
    the change, or the change finds the draft frozen.

    Raises:
        DomainError: 404 ``draft.unknown``.
    """
    statement = select(Draft).where(Draft.id == draft_id).with_for_update().execution_options(populate_existing=True)
    return _found(tx.exec(statement).first())


def draft_of_vote(session: Session, uuid: str) -> Draft | None:
    """The draft that a vote was published from; None of votes that were set up by command."""
    return session.exec(select(Draft).where(Draft.uuid == uuid)).first()


def trustees_of(session: Session, draft_id: str) -> list[DraftTrustee]:
    """The trustees, in their places."""
    statement = select(DraftTrustee).where(DraftTrustee.draft_id == draft_id).order_by(col(DraftTrustee.place))
    return list(session.exec(statement))


def group_of(trustees: Sequence[DraftTrustee]) -> list[DraftTrustee]:
    """Those of whom some may be enough: all but those who are needed always, who stand before them."""
    return [trustee for trustee in trustees if not trustee.always]


def check_state(draft: Draft, *allowed: str) -> None:
    """Refuse unless the draft is in one of these states.

    Raises:
        DomainError: 409 ``draft.frozen``, ``draft.preparing``, ``draft.published``, ``draft.discarded`` or
            ``draft.not_frozen``.
    """
    if draft.state in allowed:
        return
    message, code = _REFUSALS[draft.state]
    raise DomainError(409, message, code=code)


def _found(draft: Draft | None) -> Draft:
    if draft is None:
        raise DomainError(404, N_("There is no such draft of a vote."), code="draft.unknown")
    return draft


_REFUSALS = {
    "editing": (N_("The setup is not frozen (any more). Nothing was changed."), "draft.not_frozen"),
    "preparing": (N_("The setup is being frozen at this moment. Nothing was changed."), "draft.preparing"),
    "frozen": (
        N_("The setup is frozen, so nothing in it can change. Thaw it first; all have to confirm it anew then."),
        "draft.frozen",
    ),
    "published": (N_("The vote is set up, and what is fixed in it can no longer change."), "draft.published"),
    "discarded": (N_("This draft was discarded. Nothing was changed."), "draft.discarded"),
}
