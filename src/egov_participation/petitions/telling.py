"""How petitions are spoken of: sentences for states, actions and what happened."""

from __future__ import annotations

from typing import Final

from egov_participation.i18n import N_

HAPPENINGS: Final = {
    "state.collecting": N_("Supporters are collected: the petition can be reached by its link only"),
    "state.review": N_("Handed in for review"),
    "state.open": N_("Open for signatures"),
    "state.closed": N_("Closed for signatures"),
    "state.rejected": N_("Rejected"),
    "state.hidden": N_("Hidden"),
    "state.withdrawn": N_("Withdrawn by its creator"),
    "state.stopped": N_("Stopped"),
    "state.merged": N_("Merged into %(reference)s"),
    "anonymised": N_("Names of signers and of the creator were deleted; the counts stay"),
}
"""What stands in the timeline for each kind of happening: msgids, with what its details hold."""
