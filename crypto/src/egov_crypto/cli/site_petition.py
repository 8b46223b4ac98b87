"""One petition of a site: what the site says of it, held against the log."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from egov_crypto.cli import site_vote
from egov_crypto.cli.log_state import State
from egov_crypto.cli.petition_figures import MAX_SIZE, PetitionFigures
from egov_crypto.cli.petition_report import BATCHES, doubts
from egov_crypto.cli.site_vote import Site
from egov_crypto.errors import VerificationError
from egov_crypto.petition import PetitionCount, counted_at

ATTEMPTS: Final = 6
"""In which what a site says must fit to the log, which promises two seconds."""
LISTED: Final = frozenset({"open", "closed", "rejected", "merged"})
"""States in which the list must have a petition; and in others, but these, if it was open before."""
UNLISTED: Final = frozenset({"", "collecting", "review", "hidden"})


@dataclass
class SitePetition:
    """What a run has found of one petition."""

    reference: str
    item: dict[str, Any] | None = None
    """What a list says of it, if it was found in one."""
    figures: PetitionFigures | None = None
    counted: PetitionCount | None = None
    """By the log as far as it was read."""
    compared: int = 0
    told: tuple[str, int] | None = None
    """When the site was first seen to have had more signatures than were attested until now, and how many."""
    failure: VerificationError | None = None
    error: Exception | None = None

    def doubts(self) -> list[str]:
        """What is strange about it, though nothing is proved by it."""
        return [] if self.counted is None else [*doubts(self.counted), *self.site_doubts()]

    def site_doubts(self) -> list[str]:
        """The same of what the site says, beside what the log tells."""
        if self.counted is None:
            return []
        now, counted = datetime.now(UTC), self.counted
        there = counted.electronic + counted.paper
        more = self.figures.total - there if self.figures else 0
        if self.told and now - datetime.fromisoformat(self.told[0]) > BATCHES:
            at, number = self.told
            return [f"why {number} had signed at {at}, and no more than {counted.attested} were ever attested."]
        if more > 0 and counted.ended_at and now - datetime.fromisoformat(counted.ended_at) > BATCHES:
            return [f"why the site counts {there + more}, where {there} are attested since it ended."]
        if more > 0:
            those = "one signature" if more == 1 else f"{more} signatures"
            return [f"whether {those} more, which the site counts provisionally, will be attested: within two hours."]
        return []


def check_petition(site: Site, found: SitePetition) -> None:
    """Check all of it. Raises :class:`VerificationError`, :class:`ArchiveError`, :class:`OSError`.

    What does not fit together is looked at again: something may happen between two questions, and what is published
    just now may be seen a little earlier than its entry.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            _check(site, found)
        except VerificationError as error:
            if not error.code.startswith("petition."):
                raise
        else:
            return
        time.sleep(site_vote.SETTLE_PAUSE)
        site.read_on()
    _check(site, found)


def _check(site: Site, found: SitePetition) -> None:
    assert site.log is not None
    address, state = f"/api/v1/petitions/{found.reference}", site.log.state
    raw = site.web.get(address, MAX_SIZE)
    found.counted = state.recount.petitions.counts.get(found.reference)
    if raw is None:
        raise VerificationError("petition.missing", f"{address} is not there")
    found.figures = figures = PetitionFigures(found.reference, raw)
    if not site.settled(lambda: state.recount.entries >= figures.size):
        raise VerificationError("petition.count", f"at {figures.size} entries; the log has {state.recount.entries}")
    found.counted = counted = state.recount.petitions.counts.get(found.reference)
    if counted is None:
        raise VerificationError("petition.missing", f"{found.reference} is not in the log")
    found.compared = figures.check_counts(counted_at(state.signatures, found.reference, figures.size))
    found.compared += figures.check_log(counted)
    if found.item is not None:
        found.compared += figures.check_item(found.item)
    found.told = _tell(state, found.reference, figures.total, counted)


def _tell(state: State, reference: str, total: int, counted: PetitionCount) -> tuple[str, int] | None:
    """What is remembered of the provisional count: the first one that more have signed than were attested since."""
    before = state.told.get(reference)
    if before is not None and counted.attested < before[1]:
        return before
    more = (datetime.now(UTC).isoformat(timespec="seconds"), total) if total > counted.attested else None
    state.tell(reference, more)
    return more


def is_public(counted: PetitionCount) -> bool:
    """Whether a site's list must have it."""
    return counted.state in LISTED or (counted.state not in UNLISTED and bool(counted.opened_at))
