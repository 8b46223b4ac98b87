"""What happened to a vote and what comes next: the timeline of its pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import itemgetter

from egov_crypto.archive import EventType
from egov_participation.formats import filters
from egov_participation.i18n import N_, ntranslate, translate
from egov_participation.voting.rules import VoteState
from egov_participation.voting.views import ActView, EventView, VoteView
from egov_participation.voting.wording import PUT_TOGETHER

Item = Mapping[str, object]
"""As the macro ``timeline`` of the templates takes it."""


def timeline(vote: VoteView, lang: str, timezone: str, now: datetime) -> list[Item]:
    """Everything that happened to a vote and what comes next, in order; the last that happened is marked ``now``.

    The clock says when it opens and closes. What comes after has no time in the archive, only its order.
    """
    told = _Telling(vote, lang, timezone, now)
    if vote.state is VoteState.CANCELLED:
        over = vote.cancelled_at or now
        items = [told.setup(), *told.opening(until=over), told.cancellation(over)]
    else:
        closing = told.by_clock(vote.closes_at, N_("Voting closed"), N_("Voting closes"))
        items = [told.setup(), *told.opening(), closing, *told.counting(), *told.protocol()]
    last = max(place for place, item in enumerate(items) if item["now"] or place == 0)
    return [{**item, "now": place == last} for place, item in enumerate(items)]


class _Telling:
    """Items of a vote's timeline; ``now`` of an item means for a while: it has happened."""

    def __init__(self, vote: VoteView, lang: str, timezone: str, now: datetime) -> None:
        self._vote, self._lang, self._now = vote, lang, now
        self._written = filters(lang, timezone)
        self._events = {event.type: event for event in vote.events}

    def setup(self) -> Item:
        """That it was set up, and who had to agree."""
        fixed = N_("The vote was set up: questions, register and trustees are fixed from then on")
        item = self.by_clock(self._vote.created_at, fixed, fixed)
        if not any(act.kind == "set_up" for act in self._vote.acts):
            return item
        approved = N_("Trustees and registrar had confirmed it, and two members of the commission approved it.")
        return {**item, "text": translate(self._lang, approved)}

    def opening(self, until: datetime | None = None) -> list[Item]:
        """That it opens, and each time that it was extended."""
        timed = [(self._vote.opens_at, self.by_clock(self._vote.opens_at, N_("Voting opened"), N_("Voting opens")))]
        timed += [(act.at, self._extension(act)) for act in self._vote.acts if act.kind == "extended"]
        return [item for moment, item in sorted(timed, key=itemgetter(0)) if until is None or moment <= until]

    def cancellation(self, over: datetime) -> Item:
        """That it was cancelled, and why."""
        item = self._happened(over, translate(self._lang, N_("The vote was cancelled")))
        why = self._vote.cancellation
        return item if why is None else {**item, "text": why.reason.of(self._lang)}

    def counting(self) -> list[Item]:
        """From the encrypted ballots to the result."""
        together = (N_("The encrypted ballots were added up"), N_("The encrypted ballots are added up"))
        decrypted = (N_("%(trustee)s decrypted the sum"), N_("%(trustee)s decrypts the sum"))
        shuffles: list[Item] = []
        if self._vote.shuffled:
            together = (PUT_TOGETHER, N_("The counted ballots are put together, still encrypted"))
            decrypted = (N_("%(trustee)s decrypted the ballots"), N_("%(trustee)s decrypts the ballots"))
            shuffles = self._by_trustees(
                EventType.SHUFFLE,
                EventType.END_SHUFFLES,
                N_("%(trustee)s shuffled the ballots"),
                N_("%(trustee)s shuffles the ballots"),
                lambda number: ntranslate(
                    self._lang,
                    "%(num)s more trustee shuffles the ballots",
                    "%(num)s more trustees shuffle the ballots",
                    number,
                ),
            )
        decryptions = self._by_trustees(
            EventType.PARTIAL_DECRYPTION,
            EventType.RESULT,
            *decrypted,
            lambda number: ntranslate(
                self._lang, "%(num)s more trustee decrypts", "%(num)s more trustees decrypt", number
            ),
        )
        result = self._events.get(EventType.RESULT)
        return [
            self._by_archive(*together, self._events.get(EventType.ENCRYPTED_TALLY)),
            *shuffles,
            *decryptions,
            self._by_archive(N_("The result was published"), N_("The result is published"), result),
        ]

    def protocol(self) -> list[Item]:
        """That the commission signed it, and each erratum."""
        words = {
            "published": N_("The protocol was signed"),
            "corrected": N_("The protocol was corrected by an erratum"),
        }
        return [self._decided(act, words[act.kind]) for act in self._vote.acts if act.kind in words]

    def by_clock(self, moment: datetime, past: str, to_come: str) -> Item:
        """What happens at a time that is known."""
        happened = self._now >= moment
        return {**self._happened(moment, translate(self._lang, past if happened else to_come)), "now": happened}

    def _by_archive(self, past: str, to_come: str, event: EventView | None, **params: object) -> Item:
        """What has a place in the archive and no time; None: it is still to come."""
        if event is None:
            return self._to_come(translate(self._lang, to_come, **params))
        when = translate(self._lang, N_("recorded in the archive, entry %(height)s"), height=event.height)
        return {"title": translate(self._lang, past, **params), "when": when, "now": True}

    def _by_trustees(
        self, type_: EventType, end: EventType, past: str, to_come: str, more: Callable[[int], str]
    ) -> list[Item]:
        """Who did it, in that order, then who is awaited: by name whose key is needed always, and how many others."""
        names = {trustee.owner: trustee.name.of(self._lang) for trustee in self._vote.trustees}
        done = [event for event in self._vote.events if event.type is type_]
        found = [self._by_archive(past, to_come, event, trustee=names.pop(event.owner or 0)) for event in done]
        if end in self._events:
            return found
        awaited = [name for owner, name in names.items() if owner in self._vote.always]
        found += [self._by_archive(past, to_come, None, trustee=name) for name in awaited]
        others = self._vote.needed - self._vote.of_needed([event.owner or 0 for event in done]) - len(awaited)
        return [*found, self._to_come(more(others))] if others else found

    def _extension(self, act: ActView) -> Item:
        before, after = (
            self._written["datetime"](datetime.fromisoformat(act.content[name])) for name in ("before", "closes_at")
        )
        return self._decided(act, N_("The vote was extended: from %(before)s to %(after)s"), before=before, after=after)

    def _decided(self, act: ActView, sentence: str, **params: str) -> Item:
        item = self._happened(act.at, translate(self._lang, sentence, **params))
        return {**item, "text": act.reason.of(self._lang)}

    def _happened(self, moment: datetime, title: str) -> dict[str, object]:
        return {
            "title": title,
            "when": self._written["datetime"](moment),
            "iso": self._written["iso"](moment),
            "now": True,
        }

    def _to_come(self, title: str) -> Item:
        return {"title": title, "when": translate(self._lang, N_("still to come")), "now": False}
