"""What came out on each question, as pages show it: who is elected in plain words, charts, tables, the way there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from egov_crypto.counting import Grades, Outcome, Pairwise, Points, Rounds
from egov_crypto.protocol import count_json
from egov_participation.i18n import N_, translate
from egov_participation.results import figures
from egov_participation.results.figures import Count, Figure
from egov_participation.voting import count_figures, count_flow
from egov_participation.voting.count_figures import CANDIDATE, Chart, ListVotes
from egov_participation.voting.count_words import CountWords
from egov_participation.voting.kinds import QuestionKind
from egov_participation.voting.setup import digest
from egov_participation.voting.views import QuestionResult, QuestionView, VoteView


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their headings."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...]


_Titled = TypeVar("_Titled", Figure, Table)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came out on one question."""

    number: int
    """From 1."""
    title: str
    question: QuestionView
    figure: Figure | None
    """None of ballots that nobody says how to count."""
    lead: Sequence[str] = ()
    """Who is elected; of choices and lists nothing, where the chart says it."""
    facts: Sequence[str] = ()
    standing: Table | None = None
    """What became of each candidate."""
    more: Sequence[Table] = ()
    steps: Sequence[str] = ()
    """What each round did."""
    lots: Sequence[str] = ()
    count: str | None = None
    """SHA-256 of the published count, in hex."""
    flow: Figure | None = None
    """Where votes went, where they went anywhere."""

    @property
    def listed(self) -> bool:
        """Whether its ballots are published one by one."""
        return self.question.kind.shuffled

    @property
    def counted(self) -> bool:
        """Whether there is a count of them."""
        return self.listed and self.figure is not None


def of_vote(vote: VoteView, lang: str, source: str, whole: int) -> list[Answered]:
    """Each question of a counted vote; none before.

    Args:
        whole: votes of all counted ballots: 100 %.
    """
    found = zip(vote.questions, vote.result or (), vote.outcomes, strict=False)
    return [
        _of_question(number, question, result, outcome, lang, source, whole)
        for number, (question, result, outcome) in enumerate(found, 1)
    ]


def picture(vote: VoteView, number: int, lang: str, source: str, whole: int) -> bytes | None:
    """The chart of the question `number` (from 1) as a PNG; None if there is no such question, or no chart of it."""
    if vote.result is None or not 1 <= number <= len(vote.questions):
        return None
    question, result, outcome = vote.questions[number - 1], vote.result[number - 1], vote.outcomes[number - 1]
    title = question.text.of(lang)
    if question.kind is QuestionKind.LISTS:
        return count_figures.picture_of_lists(lang, title, list_votes(question, result, lang), whole, source)
    if not question.kind.shuffled:
        return figures.picture(lang, title, counts(question, result, lang), whole, source)
    if outcome is None:
        return None
    return count_figures.picture(lang, title, names(question, lang), grades(question, lang), outcome, source)


def flow_picture(vote: VoteView, number: int, lang: str, source: str) -> bytes | None:
    """Where the votes on the question `number` (from 1) went, as a PNG; None if they went nowhere."""
    if vote.result is None or not 1 <= number <= len(vote.questions):
        return None
    question, outcome = vote.questions[number - 1], vote.outcomes[number - 1]
    if outcome is None:
        return None
    return count_flow.picture(lang, question.text.of(lang), names(question, lang), outcome, source)


def chart(vote: VoteView, number: int, lang: str, whole: int) -> Chart | None:
    """The chart of the question `number` of a counted vote, to be made a file of; None if there is none of it."""
    assert vote.result is not None
    question, result, outcome = vote.questions[number - 1], vote.result[number - 1], vote.outcomes[number - 1]
    if question.kind is QuestionKind.LISTS:
        return count_figures.chart_of_lists(lang, list_votes(question, result, lang), whole)
    if outcome is None:
        return None
    return count_figures.chart(lang, names(question, lang), grades(question, lang), outcome)


def flow(vote: VoteView, number: int, lang: str) -> Chart | None:
    """Where the votes on a question went, to be made a file of; None if they went nowhere."""
    question, outcome = vote.questions[number - 1], vote.outcomes[number - 1]
    return None if outcome is None else count_flow.chart(lang, names(question, lang), outcome)


def _of_question(
    number: int,
    question: QuestionView,
    result: QuestionResult,
    outcome: Outcome | None,
    lang: str,
    source: str,
    whole: int,
) -> Answered:
    title, figure_id = question.text.of(lang), f"question-{number}"
    if question.kind is QuestionKind.LISTS:
        votes = list_votes(question, result, lang)
        return Answered(number, title, question, count_figures.figure_of_lists(lang, figure_id, votes, whole, source))
    if not question.kind.shuffled:
        drawn = figures.question(lang, figure_id, title, counts(question, result, lang), whole, source)
        return Answered(number, title, question, drawn)
    if outcome is None:
        return Answered(number, title, question, None)
    words = CountWords(outcome, names(question, lang), lang)
    became = standing(words, grades(question, lang))
    flow = count_flow.figure(lang, f"flow-{number}", words.names, outcome, source)
    return Answered(
        number,
        title,
        question,
        _about(count_figures.figure(lang, figure_id, words.names, grades(question, lang), outcome, source), title),
        words.lead(),
        words.facts(),
        None if became is None else _about(became, title),
        [_about(table, title) for table in _more(words)],
        words.steps(),
        words.lots(),
        digest(count_json(outcome)),
        None if flow is None else _about(flow, title),
    )


def _about(what: _Titled, question: str) -> _Titled:
    """Under a title that no other question's has: whoever hears the page is told tables by their titles."""
    return replace(what, title=f"{what.title}: {question}")


def names(question: QuestionView, lang: str) -> tuple[str, ...]:
    """What is ranked or graded."""
    return tuple(answer.of(lang) for answer in question.answers)


def grades(question: QuestionView, lang: str) -> tuple[str, ...]:
    """The best first."""
    return tuple(grade.of(lang) for grade in question.grades)


def counts(question: QuestionView, result: QuestionResult, lang: str) -> tuple[Count, ...]:
    """Of a choice: the answers in the ballot's order, and blank ballots after them (the protocol has them first)."""
    votes = [each for each in result if isinstance(each, int)]
    found = [Count(a.of(lang), n) for a, n in zip(question.answers, votes[question.blank :], strict=True)]
    if question.blank:
        found.append(Count(translate(lang, N_("Blank")), votes[0], blank=True))
    return tuple(found)


def list_votes(question: QuestionView, result: QuestionResult, lang: str) -> tuple[ListVotes, ...]:
    """Of lists: the votes of each and of its candidates."""
    return tuple(
        ListVotes(
            each.name.of(lang),
            votes[0],
            tuple((one.of(lang), count) for one, count in zip(each.candidates, votes[1:], strict=True)),
        )
        for each, votes in zip(question.lists, result, strict=True)
        if isinstance(votes, tuple)
    )


def standing(words: CountWords, grades: tuple[str, ...]) -> Table | None:
    """What became of each candidate, the first ones first; None if there was nothing to count."""
    if not words.outcome.valid:
        return None
    title = words._(N_("What became of each candidate"))
    candidate, trace = words._(CANDIDATE), words.outcome.trace
    places = [(str(place), c) for place, those in enumerate(words.outcome.ranking, 1) for c in those]
    match trace:
        case Rounds():
            first = trace.rounds[0].votes
            rows = [(words.names[c], words.amount(first[c]), fate) for c, fate in words.fates()]
            return Table(title, (candidate, words._(N_("First choices")), words._(N_("Outcome"))), tuple(rows), (1,))
        case Pairwise():
            order = places or [("–", c) for c in range(len(words.names))]
            compared = [(c, place, *_compared(trace, c)) for place, c in order]
            return Table(
                title,
                (candidate, words._(PLACE), *map(words._, _COMPARED)),
                tuple((words.names[c], place, *map(words.number, numbers)) for c, place, *numbers in compared),
                (1, 2, 3, 4),
            )
        case Points():
            rows = [(words.names[c], place, count_figures.points_text(words, trace.points[c])) for place, c in places]
            return Table(title, (candidate, words._(PLACE), words._(N_("Score (points)"))), tuple(rows), (1, 2))
        case Grades():
            rows = [(words.names[c], place, grades[trace.medians[c]]) for place, c in places]
            return Table(title, (candidate, words._(PLACE), words._(N_("Majority grade"))), tuple(rows), (1,))


PLACE = N_("Rank")
_COMPARED = (N_("Comparisons won"), N_("Comparisons lost"), N_("Comparisons equal"))


def _compared(trace: Pairwise, candidate: int) -> tuple[int, int, int]:
    """Comparisons won, lost and equal."""
    pairs = [
        (votes, trace.table[other][candidate])
        for other, votes in enumerate(trace.table[candidate])
        if other != candidate
    ]
    won, lost = sum(mine > theirs for mine, theirs in pairs), sum(mine < theirs for mine, theirs in pairs)
    return won, lost, len(pairs) - won - lost


def _more(words: CountWords) -> list[Table]:
    """What else the way to the result has: the strongest paths; where equal majority grades were told apart."""
    trace = words.outcome.trace
    if not words.outcome.valid:
        return []
    if isinstance(trace, Pairwise) and trace.paths:
        head = (words._(CANDIDATE), *(str(number) for number in range(1, len(words.names) + 1)))
        rows = tuple(
            (f"{a}. {name}", *("–" if path is None else f"{path[0]}:{path[1]}" for path in trace.paths[a - 1]))
            for a, name in enumerate(words.names, 1)
        )
        return [Table(words._(PATHS), head, rows, tuple(range(1, len(head))))]
    if isinstance(trace, Grades) and any(trace.removed):
        order = [c for place in words.outcome.ranking for c in place]
        apart = [(before, c, removed) for before, c in pairwise(order) if (removed := trace.removed[c])]
        rows = tuple((words.listed((before, c)), words.number(removed)) for before, c, removed in apart)
        return [Table(words._(APART), (words._(N_("Candidates")), words._(N_("Grades taken away"))), rows, (1,))]
    return []


PATHS = N_("Strongest paths from the candidate of the row to that of the column: ballots for and against")
APART = N_(
    "Equal majority grades: how many were taken away, one from each candidate at a time, until the next differed"
)
