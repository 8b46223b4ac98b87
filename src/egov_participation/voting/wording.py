"""What pages say of a vote beyond its own texts: what happened and when, and how large a file is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from babel.units import format_unit

from egov_crypto.archive import EventType
from egov_participation.i18n import LOCALES, N_, translate
from egov_participation.voting.rules import VoteState
from egov_participation.voting.views import EventView, TrusteeView, VoteView
from egov_participation.web.formats import filters

Item = Mapping[str, object]
"""As the macro ``timeline`` of the templates takes it."""

_UNITS = (("gigabyte", 10**9), ("megabyte", 10**6), ("kilobyte", 10**3))


def file_size(size: int, lang: str) -> str:
    """``3.1 MB`` in the words of a language."""
    for unit, factor in _UNITS:
        if size >= factor:
            return format_unit(round(size / factor, 1), unit, length="short", locale=LOCALES[lang])
    return format_unit(size, "byte", length="short", locale=LOCALES[lang])


def history(vote: VoteView, lang: str, timezone: str, now: datetime) -> list[Item]:
    """Everything that happened to a vote and what comes next, in order.

    The clock says when it opens and closes. What comes after has no time in the archive, only its order.
    """
    written = filters(lang, timezone)

    def at(moment: datetime, past: str, to_come: str, *, current: bool) -> Item:
        sentence = past if now >= moment else to_come
        return {
            "title": translate(lang, sentence),
            "when": written["datetime"](moment),
            "iso": written["iso"](moment),
            "now": current,
        }

    def after(sentence: str, event: EventView | None, *, current: bool = False, **params: object) -> Item:
        when = N_("recorded in the archive, entry %(height)s") if event else N_("still to come")
        height = {"height": event.height} if event else {}
        return {"title": translate(lang, sentence, **params), "when": translate(lang, when, **height), "now": current}

    setup = N_("The vote was set up: questions, register and trustees are fixed from then on")
    items = [
        at(vote.created_at, setup, setup, current=vote.state is VoteState.SETUP),
        at(vote.opens_at, N_("Voting opened"), N_("Voting opens"), current=vote.state is VoteState.OPEN),
    ]
    if vote.state is VoteState.CANCELLED:
        cancelled = translate(lang, N_("The vote was cancelled"))
        return [items[0], {"title": cancelled, "when": translate(lang, N_("nothing follows")), "now": True}]
    items.append(at(vote.closes_at, N_("Voting closed"), N_("Voting closes"), current=vote.state is VoteState.CLOSED))
    events = {event.type: event for event in vote.events}
    items.append(after(N_("The encrypted ballots are added up"), events.get(EventType.ENCRYPTED_TALLY)))
    items += [
        after(N_("%(trustee)s decrypts the sum"), event, trustee=trustee.name.of(lang))
        for trustee, event in _decryptions(vote)
    ]
    result = events.get(EventType.RESULT)
    items.append(after(N_("The result is published"), result, current=result is not None))
    return items


def _decryptions(vote: VoteView) -> list[tuple[TrusteeView, EventView | None]]:
    """The trustees in the order in which they decrypted, then those who are awaited."""
    found = {event.owner: event for event in vote.events if event.owner is not None}
    pairs = [(trustee, found.get(trustee.owner)) for trustee in vote.trustees]
    return sorted(pairs, key=lambda pair: pair[1].height if pair[1] else vote.head_height + 1)
