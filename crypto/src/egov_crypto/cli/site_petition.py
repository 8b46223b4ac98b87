"""One petition of a site: what the site says of it, held against the log."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from egov_crypto import statement
from egov_crypto.cli import petition_terms, site_vote
from egov_crypto.cli.log_state import State
from egov_crypto.cli.petition_figures import MAX_SIZE, PetitionFigures
from egov_crypto.cli.petition_report import doubts
from egov_crypto.cli.petition_terms import PetitionTerms
from egov_crypto.cli.site_figures import readable
from egov_crypto.cli.site_vote import Site
from egov_crypto.errors import VerificationError
from egov_crypto.petition import BATCHES, PetitionCount, counted_at

ATTEMPTS: Final = 6
"""In which what a site says must fit to the log, which promises two seconds."""
LISTED: Final = frozenset({"open", "closed", "rejected", "merged"})
"""States in which the list must have a petition; and in others, but these, if it was open before."""
UNLISTED: Final = frozenset({"", "collecting", "review", "hidden"})
STALE: Final = timedelta(hours=3)
"""So old may be what a site counted last, if it is another number by now: it counts within seconds."""


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
    failure: VerificationError | None = None
    error: Exception | None = None

    def doubts(self) -> list[str]:
        """What is strange about it, though nothing is proved by it."""
        return [] if self.counted is None else [*doubts(self.counted), *self.site_doubts()]

    def site_doubts(self) -> list[str]:
        """The same of what the site says, beside what the log tells."""
        if self.counted is None:
            return []
        more = self.figures.total - self.counted.standing if self.figures else 0
        if more <= 0:
            return []
        those = "one signature" if more == 1 else f"{more} signatures"
        return [f"whether {those} more, which the site counts provisionally, will be attested: within two hours."]


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
    now = datetime.now(UTC)
    size, at = state.recount.petitions.clock.size_before(now - STALE)
    if size > figures.size:
        before = counted_at(state.signatures, found.reference, size)
        found.compared += figures.check_counts(before, f"by {size} entries, which the log had at {at}")
    if counted.opened_at:
        rules = site.web.get(f"{address}/rules", petition_terms.MAX_SIZE)
        if rules is None:
            raise VerificationError("petition.missing", f"{address}/rules is not there")
        terms = PetitionTerms(rules, counted)
        found.compared += 1 + terms.check(figures.said, counted)
        terms.check_territories(counted, now)
        size, at = state.recount.petitions.clock.size_before(now - BATCHES)
        check_reached(terms, figures, counted, counted_at(state.signatures, found.reference, size), at)
        check_surplus(figures, counted, now)
    _remember(state, found, figures.total, counted, now)


def check_reached(
    terms: PetitionTerms, figures: PetitionFigures, counted: PetitionCount, before: PetitionCount, at: str
) -> None:
    """Raise ``petition.timeline`` if a threshold is not in the log that enough signatures have reached, by what stood
    there ``before``, at ``at``, and stands there still."""
    if counted.state not in {"open", "closed"}:
        return
    with readable():
        needed = {str(one["code"]): statement.natural(one["count"]) for one in figures.said["thresholds"]}
    for code, number in needed.items():
        if code not in counted.thresholds and all(terms.reached(code, number, one) for one in (before, counted)):
            detail = f"{code}: {before.standing} counted at {at}, {number} are needed, and it is not reached"
            raise VerificationError("petition.timeline", f"{detail} in the log")


def check_surplus(figures: PetitionFigures, counted: PetitionCount, now: datetime) -> None:
    """Raise ``petition.count`` if more have signed, as the site says, than the log will ever tell of: since what was
    signed is attested within :data:`BATCHES`, and so much time has passed, by the site's own word."""
    for tier, (_, number, at, waiting, acts) in counted.thresholds.items():
        if counted.acts - acts < waiting and now - datetime.fromisoformat(at) > BATCHES:
            told = f"{tier} was reached with {number} at {at}; {waiting} of them were not in the log"
            raise VerificationError("petition.count", f"{told}, and {counted.acts - acts} were attested since")
    more = figures.total - counted.standing
    ends = [counted.ended_at and datetime.fromisoformat(counted.ended_at), figures.counted_at]
    since = [end for end in ends if end and now - end > BATCHES]
    if more > 0 and since:
        told = f"{more} of {figures.total} who have signed are not in the log, and none has signed since"
        raise VerificationError("petition.count", f"{told} {min(since).isoformat()}")


def _remember(state: State, found: SitePetition, total: int, counted: PetitionCount, now: datetime) -> None:
    """Remember that more had signed than the log tells, until it tells of as many more. Raises ``petition.count`` if it
    did not in time."""
    if (before := state.told.get(found.reference)) is not None:
        at, more, acts = before
        if counted.acts - acts < more:
            if now - datetime.fromisoformat(at) > BATCHES:
                told = f"{more} who had signed at {at} were not in the log; {counted.acts - acts} were attested since"
                raise VerificationError("petition.count", told)
            return
    more = total - counted.standing
    state.tell(found.reference, (now.isoformat(timespec="seconds"), more, counted.acts) if more > 0 else None)


def is_public(counted: PetitionCount) -> bool:
    """Whether a site's list must have it."""
    return counted.state in LISTED or (counted.state not in UNLISTED and bool(counted.opened_at))
