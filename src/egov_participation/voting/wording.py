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
