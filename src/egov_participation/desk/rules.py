"""How long an enrolment may take, how often codes may be tried, and what counts as a document."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from egov_participation.i18n import N_
from egov_participation.throttle import Limit


class State(StrEnum):
    """How far an enrolment is."""

    BEGUN = "begun"
    MATCHED = "matched"
    REFUSED = "refused"
    DONE = "done"


class Document(StrEnum):
    """What shows who somebody is."""

    IDENTITY_CARD = "identity-card"
    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence-permit"


DOCUMENT_NAMES: Final = {
    Document.IDENTITY_CARD: N_("Identity card"),
    Document.PASSPORT: N_("Passport"),
    Document.RESIDENCE_PERMIT: N_("Residence permit"),
}

ENROLMENT_LIFE: Final = timedelta(minutes=30)
CODE_LIFE: Final = timedelta(minutes=10)
KEPT: Final = timedelta(days=1)
"""How long the row of a visit stays after it could be finished."""
CODE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Latin, without I and O, which are taken for digits."""
CODE_LENGTH: Final = 8

# A code is one of 10^11, works for ten minutes and only for one person: these keep a program from trying.
CODE_TRIES: Final = Limit(
    "desk/code/person",
    10,
    timedelta(hours=1),
    "desk.too_many",
    N_("Too many wrong codes were entered. Wait an hour, then try again."),
)
# What the register says of somebody is shown to an official who has the person before them: nobody has sixty an hour.
LOOK_UPS: Final = Limit(
    "desk/look-up/operator",
    60,
    timedelta(hours=1),
    "desk.too_many",
    N_("Too many people were looked up within the hour. Wait, then go on."),
)
