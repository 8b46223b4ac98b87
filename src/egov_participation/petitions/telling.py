"""How petitions are spoken of: sentences for states, actions and what happened."""

from __future__ import annotations

import re
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
    "merged.here": N_("Petition %(reference)s asks for the same and was merged into this one"),
    "review.accepted": N_("Checked against the law and accepted"),
    "gate.reached": N_("Supporters were found: %(count)s"),
    "wording.proposed": N_("A moderator suggested another wording"),
    "wording.accepted": N_("Its creator accepted another wording"),
    "wording.declined": N_("Its creator declined another wording"),
    "appeal.made": N_("Its creator appealed"),
    "appeal.granted": N_("Another moderator granted the appeal"),
    "appeal.refused": N_("Another moderator refused the appeal"),
    "threshold": N_("%(count)s signatures: a threshold is reached"),
    "agency": N_("From now on answered by: %(agency)s"),
    "answer.answered": N_("Official answer"),
    "answer.scheduled": N_("A debate is scheduled for %(day)s"),
    "answer.held": N_("The debate was held"),
    "answer.refused": N_("There will be no debate, for reasons that are published"),
    "answer.updated": N_("What happened since"),
    "signatures.invalidated": N_("Signatures that are not counted any more: %(count)s"),
    "signatures.reinstated": N_("Signatures that are counted again: %(count)s"),
    "anonymised": N_("Names of signers and of the creator were deleted; the counts stay"),
}
"""What stands in the timeline for each kind of happening: msgids, with what its details hold."""

_KAZAKH: Final = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_CYRILLIC: Final = re.compile("[а-яёәғқңөұүһі]", re.IGNORECASE)
_LATIN: Final = re.compile("[a-z]", re.IGNORECASE)


def written_in(text: str) -> str:
    """The language of a public reason, by its letters: officials write in theirs, and nobody says which that is."""
    if len(_LATIN.findall(text)) > len(_CYRILLIC.findall(text)):
        return "en"
    return "kk" if _KAZAKH.search(text) else "ru"
