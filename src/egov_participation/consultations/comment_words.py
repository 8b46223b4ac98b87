"""How comments are spoken of on pages."""

from __future__ import annotations

from typing import Final

from egov_participation.consultations.models import AmendmentKind, Placed
from egov_participation.consultations.service.comment_heads import Spoken
from egov_participation.consultations.views import PlaceView
from egov_participation.documents.naming import cited, path
from egov_participation.i18n import N_

AMENDMENTS: Final = {
    AmendmentKind.REPLACE: N_("Reword this provision"),
    AmendmentKind.INSERT_AFTER: N_("Insert a new provision after this one"),
    AmendmentKind.DELETE: N_("Delete this provision"),
}
PLACED: Final = {
    Placed.ANCHORED: N_("It stands at the same words."),
    Placed.SHIFTED: N_("The words have changed; it stands where they probably went."),
    Placed.ORPHANED: N_("The words that it is about are no longer there."),
}
"""Msgids."""


def name_of(one: PlaceView | Spoken | None) -> str:
    """What a provision is called in a line, in the language of its act; empty: the whole draft."""
    if one is None:
        return ""
    called = path(one.outer, cited(one.kind, one.number, one.label, one.lang))
    return " – ".join(part for part in (called, one.heading) if part) or one.eid
