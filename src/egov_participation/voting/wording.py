"""What pages say of a vote beyond its own texts: how it came out, what its archive holds, and how large a file is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.units import format_unit

from egov_crypto.archive import EventType
from egov_participation.formats import filters
from egov_participation.i18n import LOCALES, N_, ntranslate, translate
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.voting.count_words import CountWords
from egov_participation.voting.rules import VoteState
from egov_participation.voting.views import AddingUp, HeadView, VoteView

PUT_TOGETHER = N_("The counted ballots were put together, still encrypted")
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


def added_up_in_words(so_far: AddingUp, lang: str, timezone: str) -> str:
    """How far the ballots of a closed vote are added up, in a sentence."""
    number = filters(lang, timezone)["number"]
    if not so_far.done:
        return translate(lang, N_("The work begins in a moment."))
    words = N_("%(done)s of %(total)s ballots are done.")
    return translate(lang, words, done=number(so_far.done), total=number(so_far.total))


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
    came_out = answered_in_words(vote, 0, lang) if len(vote.questions) == 1 else ""
    if came_out:
        return " ".join([came_out, translate(lang, N_("Turnout %(turnout)s."), turnout=turnout)])
    number = len(vote.questions)
    return ntranslate(
        lang,
        "%(num)s question. Turnout %(turnout)s.",
        "%(num)s questions. Turnout %(turnout)s.",
        number,
        turnout=turnout,
    )


def answered_in_words(vote: VoteView, place: int, lang: str) -> str:
    """What came out on a question of a counted vote (by its place, from 0), in a sentence: who or what won, or has most
    votes. Nothing of ballots that nobody says how to count.
    """
    question, weight = vote.questions[place], vote.weight or 0
    if question.kind.shuffled:
        counted = vote.outcomes[place] if place < len(vote.outcomes) else None
        names = tuple(answer.of(lang) for answer in question.answers)
        return " ".join(CountWords(counted, names, lang).lead()) if counted is not None else ""
    if not weight:
        return translate(lang, N_("Nobody voted."))
    votes = tuple(one if isinstance(one, int) else one[0] for one in (vote.result or ())[place])
    blank, counts = (votes[0], votes[1:]) if question.blank else (0, votes)
    percent, most = filters(lang, "UTC")["percent"], max(counts)
    if most == 0:
        return translate(lang, N_("All votes are blank."))
    if blank > most:
        return translate(lang, N_("Most votes are blank: %(share)s."), share=percent(blank / weight))
    leading = [answer.of(lang) for answer, count in zip(question.answers, counts, strict=True) if count == most]
    said = N_("Most votes: %(answer)s, %(share)s.")
    if len(leading) > 1:
        said = N_("As many votes for each: %(answer)s, %(share)s.")
    return translate(lang, said, answer=", ".join(leading), share=percent(most / weight))


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
        words[EventType.ENCRYPTED_TALLY] = PUT_TOGETHER
        words[EventType.PARTIAL_DECRYPTION] = N_("%(trustee)s decrypted the ballots")
    names = {trustee.owner: trustee.name.of(lang) for trustee in vote.trustees}
    return translate(lang, words[head.type], trustee=names.get(head.owner or 0, ""))
