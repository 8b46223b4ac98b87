"""Petitions that ask for much the same as one that is being written."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, select

from egov_participation.petitions.models import Petition, State
from egov_participation.petitions.rules.states import STATE_NAMES
from egov_participation.search import service as search
from egov_participation.services import Services

MOST = 5


@dataclass(frozen=True, slots=True)
class Similar:
    """One that is or was open."""

    reference: str
    title: str
    lang: str
    """Of the title."""
    state: State

    @property
    def state_name(self) -> str:
        """A msgid."""
        return STATE_NAMES[self.state]


def found(services: Services, lang: str, title: str, besides: str = "") -> list[Similar]:
    """What the search has, by the words of a title.

    Args:
        besides: a petition that is not meant.
    """
    with services.database.read() as session:
        hits = search.alike(session, lang, "petition", title, MOST)
        references = [hit.ref for hit in hits if hit.ref != besides]
        rows = session.exec(select(Petition).where(col(Petition.reference).in_(references))).all()
    states = {row.reference: State(row.state) for row in rows}
    return [
        Similar(hit.ref, "".join(piece.text for piece in hit.title), hit.lang, states[hit.ref])
        for hit in hits
        if hit.ref in states
    ]
