"""How much an operator may enter, and what a form's number looks like."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from egov_participation.i18n import N_
from egov_participation.throttle import Limit

FORM: Final = re.compile(r"[0-9A-Z]{1,12}(?:[/-][0-9A-Z]{1,12}){0,3}", re.ASCII)
"""Such as ``A-000123``: printed on the form."""
# Each entry tells whether somebody with an IIN has signed: so nobody tries out many.
ENTRIES: Final = Limit(
    "petitions.paper/operator",
    300,
    timedelta(hours=1),
    "paper.too_many",
    N_("You have entered very many forms within the hour. Wait, then go on."),
)
