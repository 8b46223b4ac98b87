"""How consultations are spoken of: sentences for what happened, names of closed lists."""

from __future__ import annotations

from typing import Final

from egov_participation.consultations.models.states import Capacity, Change, Stance, Verdict
from egov_participation.i18n import N_

HAPPENINGS: Final = {
    "state.open": N_("Published for comments"),
    "state.closed": N_("Comments have ended"),
    "state.reported": N_("The report is published"),
    "state.withdrawn": N_("The draft is withdrawn"),
    "report.partial": N_("A report is published that says which comments have no reply"),
    "extended": N_("Comments are taken for longer, until %(date)s"),
    "version": N_("Version %(number)s of the draft is published"),
    "paper": N_("A document was added: %(name)s"),
}
"""What stands in the timeline for each kind of happening: msgids, with what its details hold."""

CAPACITIES: Final = {
    Capacity.CITIZEN: N_("Citizen"),
    Capacity.ORGANISATION: N_("Organisation"),
    Capacity.ASSOCIATION: N_("Accredited association"),
    Capacity.EXPERT: N_("Expert"),
}
STANCES: Final = {
    Stance.SUPPORT: N_("For it"),
    Stance.CHANGE: N_("For it, with changes"),
    Stance.OPPOSE: N_("Against it"),
    Stance.NONE: N_("I do not say"),
}
VERDICTS: Final = {
    Verdict.ACCEPTED: N_("Accepted"),
    Verdict.PARTLY: N_("Accepted in part"),
    Verdict.REJECTED: N_("Not accepted"),
    Verdict.OUT_OF_SCOPE: N_("Not about this draft"),
    Verdict.ALREADY_THERE: N_("In the draft already"),
}
CHANGES: Final = {
    Change.UNCHANGED: N_("Unchanged"),
    Change.MODIFIED: N_("Wording changed"),
    Change.MOVED: N_("Moved"),
    Change.SPLIT: N_("Divided"),
    Change.MERGED: N_("Joined"),
    Change.DELETED: N_("Deleted"),
    Change.NEW: N_("New"),
}
