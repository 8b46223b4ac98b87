"""What pages say of a vote beyond its own texts: what happened and when, and how large a file is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from babel.units import format_unit

from egov_crypto.archive import EventType
from egov_participation.formats import filters
from egov_participation.i18n import LOCALES, N_, ntranslate, translate
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.voting.count_words import CountWords
from egov_participation.voting.rules import VoteState
from egov_participation.voting.views import ActView, EventView, HeadView, VoteView

Item = Mapping[str, object]
"""As the macro ``timeline`` of the templates takes it."""

_PUT_TOGETHER = N_("The counted ballots were put together, still encrypted")
"""What the tally is where votes are shuffled: no sum."""
_UNITS = (("gigabyte", 10**9), ("megabyte", 10**6), ("kilobyte", 10**3))


def file_size(size: int, lang: str) -> str:
    """``3.1 MB`` in the words of a language."""
    for unit, factor in _UNITS:
        if size >= factor:
            return format_unit(round(size / factor, 1), unit, length="short", locale=LOCALES[lang])
    return format_unit(size, "byte", length="short", locale=LOCALES[lang])


def roll_in_words(rule: Mapping[str, Any], lang: str, timezone: str) -> str:
    """Who may vote by the rule of a draft or of a setup document, in a sentence."""
    if rule["from"] == "file":
        return translate(lang, N_("The people of an uploaded list."))
    places = ", ".join(TERRITORIES[code].name(lang) for code in rule["territories"] if code in TERRITORIES)
    age = ntranslate(
        lang, "Residents who are at least %(num)s year old", "Residents who are at least %(num)s years old",
        rule["min_age"],
    )  # fmt: skip
    day = translate(lang, N_("on the day of opening"))
    if rule.get("age_on"):
        day = translate(
            lang, N_("on %(date)s"), date=filters(lang, timezone)["date"](date.fromisoformat(rule["age_on"]))
        )
    return f"{age} {day}: {places or translate(lang, N_('in the whole country'))}."


def outcome(vote: VoteView, lang: str, timezone: str) -> str:
    """How a vote that is over came out, in a line."""
    written = filters(lang, timezone)
    if vote.state is VoteState.CANCELLED:
        return translate(lang, N_("Cancelled: there is no result."))
    if vote.result is None or vote.weight is None:
        return translate(lang, N_("The result is not there yet."))
    if vote.weight == 0:
        return translate(lang, N_("Nobody voted."))
    turnout = written["percent"](vote.turnout)
    question, counts = vote.questions[0], _answers(vote)
    if counted := counted_in_words(vote, lang):
        return " ".join([counted, translate(lang, N_("Turnout %(turnout)s."), turnout=turnout)])
    if len(vote.questions) > 1 or counts is None:
        number = len(vote.questions)
        return ntranslate(
            lang,
            "%(num)s question. Turnout %(turnout)s.",
            "%(num)s questions. Turnout %(turnout)s.",
            number,
            turnout=turnout,
        )
    most = max(counts)
    if most == 0:
        return translate(lang, N_("All votes are blank. Turnout %(turnout)s."), turnout=turnout)
    leading = [answer.of(lang) for answer, votes in zip(question.answers, counts, strict=True) if votes == most]
    said = N_("Most votes: %(answer)s, %(share)s. Turnout %(turnout)s.")
    if len(leading) > 1:
        said = N_("As many votes for each: %(answer)s, %(share)s. Turnout %(turnout)s.")
    share = written["percent"](most / vote.weight)
    return translate(lang, said, answer=", ".join(leading), share=share, turnout=turnout)


def counted_in_words(vote: VoteView, lang: str) -> str:
    """Who or what won, in a sentence; nothing unless the only question ranks or grades and is counted."""
    counted = vote.outcomes[0] if len(vote.outcomes) == 1 else None
    if counted is None:
        return ""
    names = tuple(answer.of(lang) for answer in vote.questions[0].answers)
    return " ".join(CountWords(counted, names, lang).lead())


def _answers(vote: VoteView) -> tuple[int, ...] | None:
    """Of a counted vote's first question the votes of each answer or list; None of ballots that are listed."""
    question, result = vote.questions[0], vote.result or ()
    if question.kind.shuffled:
        return None
    votes = tuple(one if isinstance(one, int) else one[0] for one in result[0])
    return votes[1:] if question.blank else votes


def history(vote: VoteView, lang: str, timezone: str, now: datetime) -> list[Item]:
    """Everything that happened to a vote and what comes next, in order.

    The clock says when it opens and closes. What comes after has no time in the archive, only its order.
    """
    written = filters(lang, timezone)

    def at(moment: datetime, past: str, to_come: str) -> Item:
        happened = now >= moment
        sentence = past if happened else to_come
        return {
            "title": translate(lang, sentence),
            "when": written["datetime"](moment),
            "iso": written["iso"](moment),
            "now": happened,
        }

    def after(past: str, to_come: str, event: EventView | None, **params: object) -> Item:
        sentence = past if event else to_come
        when = N_("recorded in the archive, entry %(height)s") if event else N_("still to come")
        height = {"height": event.height} if event else {}
        said = translate(lang, sentence, **params)
        return {"title": said, "when": translate(lang, when, **height), "now": event is not None}

    def decided(act: ActView, sentence: str, **params: str) -> Item:
        return {
            "title": translate(lang, sentence, **params),
            "when": written["datetime"](act.at),
            "iso": written["iso"](act.at),
            "text": act.reason.of(lang),
            "now": True,
        }

    def extended(act: ActView) -> Item:
        before, after_ = (
            written["datetime"](datetime.fromisoformat(act.content[name])) for name in ("before", "closes_at")
        )
        return decided(act, N_("The vote was extended: from %(before)s to %(after)s"), before=before, after=after_)

    setup = N_("The vote was set up: questions, register and trustees are fixed from then on")
    opens = at(vote.opens_at, N_("Voting opened"), N_("Voting opens"))
    timed = [(vote.opens_at, opens), *((act.at, extended(act)) for act in vote.acts if act.kind == "extended")]
    items = [at(vote.created_at, setup, setup)]
    if any(act.kind == "set_up" for act in vote.acts):
        approved = N_("Trustees and registrar had confirmed it, and two members of the commission approved it.")
        items[0] = {**items[0], "text": translate(lang, approved)}
    if vote.state is VoteState.CANCELLED:
        over = vote.cancelled_at or now
        items += [item for moment, item in sorted(timed, key=itemgetter(0)) if moment <= over]
        why = vote.cancellation
        cancelled = translate(lang, N_("The vote was cancelled"))
        item = {"title": cancelled, "when": written["datetime"](over), "iso": written["iso"](over), "now": True}
        return _at_the_last([*items, item if why is None else {**item, "text": why.reason.of(lang)}])
    items += [item for _, item in sorted(timed, key=itemgetter(0))]
    items.append(at(vote.closes_at, N_("Voting closed"), N_("Voting closes")))
    events = {event.type: event for event in vote.events}
    together = (N_("The encrypted ballots were added up"), N_("The encrypted ballots are added up"))
    if vote.shuffled:
        together = (_PUT_TOGETHER, N_("The counted ballots are put together, still encrypted"))
    items.append(after(*together, events.get(EventType.ENCRYPTED_TALLY)))

    def by_trustees(
        type_: EventType, end: EventType, past: str, to_come: str, more: Callable[[int], str]
    ) -> list[Item]:
        """Who did it, in that order, then who is awaited: by name whose key is needed always, and how many others."""
        names = {trustee.owner: trustee.name.of(lang) for trustee in vote.trustees}
        done = [event for event in vote.events if event.type is type_]
        found = [after(past, to_come, event, trustee=names.pop(event.owner or 0)) for event in done]
        if end in events:
            return found
        awaited = [name for owner, name in names.items() if owner in vote.always]
        found += [after(past, to_come, None, trustee=name) for name in awaited]
        others = vote.needed - vote.of_needed([event.owner or 0 for event in done]) - len(awaited)
        still = {"title": more(others), "when": translate(lang, N_("still to come")), "now": False}
        return [*found, still] if others else found

    if vote.shuffled:
        items += by_trustees(
            EventType.SHUFFLE,
            EventType.END_SHUFFLES,
            N_("%(trustee)s shuffled the ballots"),
            N_("%(trustee)s shuffles the ballots"),
            lambda number: ntranslate(
                lang, "%(num)s more trustee shuffles the ballots", "%(num)s more trustees shuffle the ballots", number
            ),
        )
    decrypted = (N_("%(trustee)s decrypted the sum"), N_("%(trustee)s decrypts the sum"))
    if vote.shuffled:
        decrypted = (N_("%(trustee)s decrypted the ballots"), N_("%(trustee)s decrypts the ballots"))
    items += by_trustees(
        EventType.PARTIAL_DECRYPTION,
        EventType.RESULT,
        *decrypted,
        lambda number: ntranslate(lang, "%(num)s more trustee decrypts", "%(num)s more trustees decrypt", number),
    )
    result = events.get(EventType.RESULT)
    items.append(after(N_("The result was published"), N_("The result is published"), result))
    words = {
        "published": N_("The protocol was signed"),
        "corrected": N_("The protocol was corrected by an erratum"),
    }
    return _at_the_last(items + [decided(act, words[act.kind]) for act in vote.acts if act.kind in words])


def _at_the_last(items: list[Item]) -> list[Item]:
    """Of all that has happened, the last is where the vote stands now."""
    last = max(place for place, item in enumerate(items) if item["now"] or place == 0)
    return [{**item, "now": place == last} for place, item in enumerate(items)]


def what_happened(vote: VoteView, head: HeadView, lang: str) -> str:
    """What the archive's last entry was when it stood there."""
    words = {
        EventType.SETUP: N_("The vote was set up"),
        EventType.BALLOT: N_("The last ballot of the day"),
        EventType.END_BALLOTS: N_("Voting ended"),
        EventType.ENCRYPTED_TALLY: N_("The encrypted ballots were added up"),
        EventType.SHUFFLE: N_("%(trustee)s shuffled the ballots"),
        EventType.END_SHUFFLES: N_("Enough trustees had shuffled the ballots"),
        EventType.PARTIAL_DECRYPTION: N_("%(trustee)s decrypted the sum"),
        EventType.RESULT: N_("The result was published"),
    }
    if vote.shuffled:
        words[EventType.ENCRYPTED_TALLY] = _PUT_TOGETHER
        words[EventType.PARTIAL_DECRYPTION] = N_("%(trustee)s decrypted the ballots")
    names = {trustee.owner: trustee.name.of(lang) for trustee in vote.trustees}
    return translate(lang, words[head.type], trustee=names.get(head.owner or 0, ""))
