"""The figures of a vote: what its charts say, from what anyone may see of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from egov_participation.i18n import N_, translate
from egov_participation.results import figures
from egov_participation.results.figures import Count, Figure
from egov_participation.voting.views import QuestionView, VoteView
from egov_participation.web.formats import filters

MOST_DAYS = 400
"""More columns than pixels help nobody: then only the days with ballots are drawn."""


def of_results(vote: VoteView, lang: str, timezone: str) -> list[Figure]:
    """A figure for each question of a counted vote; none before."""
    source = _source(vote, lang, timezone)
    return [
        figures.question(lang, f"question-{number}", question.text.of(lang), counts, _whole(vote), source)
        for number, (question, counts) in enumerate(_counts(vote, lang), 1)
    ]


def picture(vote: VoteView, number: int, lang: str, timezone: str) -> bytes | None:
    """The result of the question `number` (from 1) as a PNG; None if there is no such question, or no result yet."""
    counted = _counts(vote, lang)
    if not 1 <= number <= len(counted):
        return None
    question, counts = counted[number - 1]
    return figures.picture(lang, question.text.of(lang), counts, _whole(vote), _source(vote, lang, timezone))


def of_turnout(vote: VoteView, lang: str, timezone: str) -> Figure:
    """How many of the register voted. For votes that are over: before, turnout is a single number (``trust.md``)."""
    return figures.turnout(lang, "turnout", vote.voters, vote.registered, _source(vote, lang, timezone))


def of_days(vote: VoteView, days: Sequence[tuple[date, int]], lang: str, timezone: str) -> Figure | None:
    """Ballots by day, replaced ones among them; None unless the vote was open on several days.

    Args:
        days: (day, ballots) of the days that have any, in order.
    """
    zone = ZoneInfo(timezone)
    first, last = vote.opens_at.astimezone(zone).date(), vote.closes_at.astimezone(zone).date()
    if days:
        first, last = min(first, days[0][0]), max(last, days[-1][0])
    length = (last - first).days + 1
    counted = dict(days)
    shown = [first + timedelta(n) for n in range(length)] if length <= MOST_DAYS else list(counted)
    if len(shown) < 2:
        return None
    pairs = tuple((day, counted.get(day, 0)) for day in shown)
    return figures.ballots_by_day(lang, "days", pairs, _source(vote, lang, timezone))


def _counts(vote: VoteView, lang: str) -> list[tuple[QuestionView, tuple[Count, ...]]]:
    if vote.result is None:
        return []
    return [
        (question, _of_question(question, votes, lang))
        for question, votes in zip(vote.questions, vote.result, strict=True)
    ]


def _of_question(question: QuestionView, votes: tuple[int, ...], lang: str) -> tuple[Count, ...]:
    """The answers in the ballot's order, and blank ballots after them (the protocol has them first)."""
    answers = votes[1:] if question.blank else votes
    counts = [Count(answer.of(lang), count) for answer, count in zip(question.answers, answers, strict=True)]
    if question.blank:
        counts.append(Count(translate(lang, N_("Blank")), votes[0], blank=True))
    return tuple(counts)


def _whole(vote: VoteView) -> int:
    """The votes of all counted ballots: what 100 % is."""
    return vote.voters if vote.weight is None else vote.weight


def _source(vote: VoteView, lang: str, timezone: str) -> str:
    return translate(
        lang,
        N_("Source: the archive of this vote, entry %(height)s. Voting closed on %(date)s."),
        height=vote.head_height,
        date=filters(lang, timezone)["datetime"](vote.closes_at),
    )
