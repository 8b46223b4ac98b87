"""Writing in a draft. Whoever saves says which version they saw.

If somebody else saved meanwhile, nothing is written (409 ``draft.changed``), and the page shows both.
"""

from __future__ import annotations

from collections.abc import Callable

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.commission import documents
from egov_participation.commission.documents import Document
from egov_participation.commission.models import Draft
from egov_participation.commission.service.lookup import check_state, lock_draft
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Services, SessionInfo
from egov_participation.voting.texts import Texts


def document_of(draft: Draft) -> Document:
    """What is to be voted on, as far as it is written."""
    return documents.load(draft.document)


def title_of(draft: Draft) -> Texts:
    """What the draft is called, as far as that is written."""
    title = document_of(draft)["title"]
    return Texts(title["kk"], title["ru"], title["en"])


def change(
    services: Services,
    tx: UnitOfWork,
    acting: SessionInfo,
    draft_id: str,
    version: int,
    edit: Callable[[Document], Document],
    what: str,
) -> Draft:
    """Write a change that somebody made to the version that they saw.

    Args:
        edit: from the document to the changed one.
        what: which page it was made on, for the audit trail.

    Raises:
        DomainError: 404 ``draft.unknown``; 409 ``draft.changed``: it is another version by now; 409 ``draft.frozen``
            and the others of `lookup.check_state`.
    """
    draft, now = lock_draft(tx, draft_id), services.clock()
    check_state(draft, "editing")
    if draft.version != version:
        raise DomainError(
            409,
            N_(
                "Somebody else changed this draft meanwhile. Nothing of yours was saved yet, and nothing of it is lost."
            ),
            code="draft.changed",
        )
    draft.document = documents.dump(edit(document_of(draft)))
    draft.version += 1
    draft.changed_at = now
    draft.problem = ""
    audit.record(tx, acting, Action.SET_UP_VOTE, f"draft:{draft.id}/{what}", now, step="done")
    tx.flush()
    return draft
