"""Petitions in the index of the search: what anybody may see is found, and nothing else."""

from __future__ import annotations

from typing import Final

from egov_participation.database import UnitOfWork
from egov_participation.petitions.models import Petition
from egov_participation.petitions.service.lookup import texts
from egov_participation.petitions.service.reading import is_public
from egov_participation.search import service as search

KIND: Final = "petition"


def refresh(tx: UnitOfWork, petition: Petition) -> None:
    """Bring what the index knows of a petition up to date with its state and its text."""
    if petition.reference is None:
        return
    if not is_public(petition) or petition.text_hidden:
        search.remove(tx, KIND, petition.reference)
        return
    said = {
        text.lang: (text.title, "\n".join(filter(None, (text.ask, text.background, petition.reference))))
        for text in texts(tx.session, petition).values()
    }
    search.index(
        tx,
        KIND,
        petition.reference,
        f"/petitions/{petition.reference}",
        said,
        petition.opened_at or petition.state_at,
    )
