"""Drafts: made, copied, exported, thrown away. Any member of the commission may write them (`changing`)."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Sequence
from typing import Final

from sqlmodel import Session, col, select

from egov_crypto.election import random_uuid
from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.commission import documents
from egov_participation.commission.documents import Document
from egov_participation.commission.models import Draft
from egov_participation.commission.service import ceremonies, rolls
from egov_participation.commission.service.changing import change, document_of
from egov_participation.commission.service.lookup import check_state, find_draft, lock_draft, trustees_of
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo
from egov_participation.voting.asked import as_asked
from egov_participation.voting.views import VoteView

__all__ = [
    "EDITED", "MAX_FILE", "change", "copy", "copy_vote", "discard", "document_of", "earlier", "exported", "make",
    "read_file", "standing",
]  # fmt: skip

EDITED: Final = ("editing", "preparing", "frozen")
"""The states of a draft that is still a draft."""
MAX_FILE: Final = 500_000
"""Bytes of a vote's file that is imported; 500 answers in three languages need less."""


def standing(session: Session) -> Sequence[Draft]:
    """The drafts that are neither published nor discarded, the last changed first."""
    statement = select(Draft).where(col(Draft.state).in_(EDITED))
    return list(session.exec(statement.order_by(col(Draft.changed_at).desc(), col(Draft.id))))


def earlier(session: Session, limit: int = 50) -> Sequence[Draft]:
    """Drafts that a new one may be a copy of: all but those discarded, the last changed first."""
    statement = select(Draft).where(Draft.state != "discarded")
    return list(session.exec(statement.order_by(col(Draft.changed_at).desc(), col(Draft.id)).limit(limit)))


def make(services: Services, tx: UnitOfWork, acting: SessionInfo, document: Document) -> Draft:
    """A new draft."""
    now = services.clock()
    draft = Draft(
        id=secrets.token_hex(8),
        uuid=random_uuid(),
        document=documents.dump(document),
        created_by=acting.person_id,
        created_at=now,
        changed_at=now,
    )
    tx.add(draft)
    audit.record(tx, acting, Action.SET_UP_VOTE, f"draft:{draft.id}", now, step="done")
    tx.flush()
    return draft


def copy(services: Services, tx: UnitOfWork, acting: SessionInfo, draft_id: str) -> Draft:
    """A new draft with what another one says. Neither its list of voters nor its trustees are taken over.

    Raises:
        DomainError: 404 ``draft.unknown``.
    """
    return make(services, tx, acting, documents.copy_of(document_of(find_draft(tx.session, draft_id))))


def copy_vote(services: Services, tx: UnitOfWork, acting: SessionInfo, vote: VoteView) -> Draft:
    """A new draft with what was asked in a vote, which may never have been a draft."""
    questions = [as_asked(question) for question in vote.questions]
    names = (vote.administrator, vote.credential_authority)
    document = documents.from_vote(vote.kind.value, vote.title, vote.description, names, questions)
    return make(services, tx, acting, document)


def discard(services: Services, tx: UnitOfWork, acting: SessionInfo, draft_id: str, *, reason: str) -> None:
    """Throw a draft away, with the list of voters that was uploaded for it. A frozen one is thawed first.

    Raises:
        DomainError: 404 ``draft.unknown``; 409, as of `lookup.check_state`.
    """
    draft, now = lock_draft(tx, draft_id), services.clock()
    check_state(draft, "editing")
    draft.state = "discarded"
    draft.changed_at = now
    rolls.forget(tx, draft.id)
    audit.record(tx, acting, Action.SET_UP_VOTE, f"draft:{draft.id}", now, reason=reason, step="discarded")
    tx.flush()


def exported(session: Session, draft: Draft) -> str:
    """The draft as a vote's file (``docs/vote-file.md``)."""
    trustees = trustees_of(session, draft.id)
    keys = ceremonies.keys_of(trustees, ceremonies.of_draft(session, draft, trustees))
    return documents.to_toml(document_of(draft), keys["trustees"], keys.get("threshold"))


def read_file(raw: bytes) -> Document:
    """What a vote's file says, as a draft's document.

    Raises:
        DomainError: 422 ``file.size``, ``file.format``.
    """
    if len(raw) > MAX_FILE:
        raise DomainError(422, N_("The file is larger than 500 kB, which no vote’s file is."), code="file.size")
    try:
        parsed = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise DomainError(
            422, N_("The file is not TOML in UTF-8: %(reason)s."), code="file.format", reason=str(error)[:200]
        ) from None
    return documents.from_file(parsed)
