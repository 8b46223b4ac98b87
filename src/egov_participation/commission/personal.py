"""What the commission's room holds on a person (`egov_participation.personal`): a place on a list that was uploaded.

Trustees are invited by a name and an address and have no account: nothing ties them to a person of the register.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from egov_participation.commission.service import rolls
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.personal import Fact, Section
from egov_participation.services import Services


def held(_services: Services, session: Session, person_id: str) -> Sequence[Section]:
    """See `personal.Part.held`."""
    return [
        Section(
            name="draft_rolls",
            title=N_("Lists of votes that are being prepared"),
            about=N_(
                "A commission that prepares a vote among certain people, such as the members of an association, hands"
                " in a list of them. You stand on these."
            ),
            kept=N_(
                "Until the vote is set up or given up; then the list is deleted here. An erasure leaves it until then:"
                " it says that you may vote."
            ),
            records=[
                [
                    Fact("since", N_("The preparation began"), draft.created_at),
                    Fact("weight", N_("The weight of your vote"), weight),
                ]
                for draft, weight in rolls.lists_of(session, person_id)
            ],
        )
    ]


def erase(_services: Services, _tx: UnitOfWork, _person_id: str, _now: datetime) -> None:
    """Nothing: whoever is on a list may vote, and the list goes by itself."""
