"""What is left of the way to the public when it is over: texts that nobody came for, notes, appeals, supporters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlmodel import col, delete, select, update

from egov_participation.database import finds_any
from egov_participation.petitions.models import Appeal, EditLock, KeptText, Note, Petition, Supporter
from egov_participation.petitions.rules.moderating import NOTES_KEPT
from egov_participation.petitions.rules.states import ENDED, MODERATABLE
from egov_participation.services import Services

_AT_ONCE = 500


def forget_old(services: Services) -> bool:
    """Delete what has been kept for as long as it may, some of each at a time; whether there was anything."""
    wanted = _wanted(services.clock())
    with services.database.read() as session:  # asked first: the lane is for those who have something to write
        if not finds_any(session, *wanted.values()):
            return False
        due = {name: list(session.execute(query.limit(_AT_ONCE)).scalars()) for name, query in wanted.items()}
    with services.database.uow() as tx:
        tx.exec(delete(KeptText).where(col(KeptText.token_hash).in_(due["texts"])))
        tx.exec(delete(Note).where(col(Note.id).in_(due["notes"])))
        tx.exec(update(Appeal).where(col(Appeal.id).in_(due["appeals"])).values(text_sealed=None))
        tx.exec(delete(Supporter).where(col(Supporter.petition_id).in_(due["supporters"])))
        tx.exec(delete(EditLock).where(col(EditLock.petition_id).in_(due["locks"])))
        tx.commit()
    return True


def _wanted(now: datetime) -> dict[str, Select[Any]]:
    """Queries for the keys of rows whose time has come."""
    ended = col(Petition.state).in_([state.value for state in ENDED])
    decided = col(Petition.state).not_in([state.value for state in MODERATABLE])
    return {
        "texts": select(KeptText.token_hash).where(col(KeptText.expires_at) <= now),
        "notes": select(Note.id)
        .join(Petition, col(Petition.id) == col(Note.petition_id))
        .where(decided, col(Petition.state_at) <= now - NOTES_KEPT, col(Note.at) <= now - NOTES_KEPT),
        "appeals": select(Appeal.id).where(
            col(Appeal.text_sealed).is_not(None), col(Appeal.decided_at) <= now - NOTES_KEPT
        ),
        "supporters": select(Supporter.petition_id)
        .join(Petition, col(Petition.id) == col(Supporter.petition_id))
        .where(ended)
        .distinct(),
        "locks": select(EditLock.petition_id).where(col(EditLock.until) <= now),
    }
