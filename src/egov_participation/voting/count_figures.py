"""Figures of counted rankings and gradings, and of lists: what their charts and tables say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from matplotlib.figure import Figure as Picture

from egov_crypto.counting import Grades, Outcome, Pairwise, Points, Rounds
from egov_participation.formats import filters
from egov_participation.i18n import N_, translate
from egov_participation.results import charts, count_charts
from egov_participation.results.charts import Bar
from egov_participation.results.count_charts import Cell, Group, Stack, Track
from egov_participation.results.figures import Figure, drawn
from egov_participation.voting.count_words import NO_FURTHER, CountWords

_KEPT = 128

CANDIDATE = N_("Candidate")
_BALLOTS = N_(
    "Ballots that prefer the candidate of the row to that of the column. Shaded and bold: more do than the other way"
    " round."
)
_PERCENT = N_(
    "Percent of ballots that prefer the candidate of the row to that of the column. Shaded and bold: more do than the"
    " other way round."
)
VOTES = N_("Number of votes")
_SHADED = N_("Shaded: more ballots prefer the candidate of the row to that of the column than the other way round.")


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture that is still to be drawn, with what it says in words and as a table."""

    title: str
    words: str
    draw: Callable[[int], Picture]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] | None = None
    """The columns that are numbers; all but the first if None."""

    def figure(self, figure_id: str, source: str) -> Figure:
        """For a page."""
        svg = drawn(figure_id, self.title, self.words, self.draw)
        numeric = tuple(range(1, len(self.head))) if self.numeric is None else self.numeric
        return Figure(figure_id, self.title, svg, source, self.head, self.rows, numeric)

    def picture(self, heading: str, source: str) -> bytes:
        """A PNG that can go about alone."""
        return charts.to_png(lambda: charts.with_words(self.draw(charts.WIDE), heading, source))


@dataclass(frozen=True, slots=True)
class ListVotes:
    """The votes of a list and of its candidates."""

    name: str
    votes: int
    candidates: tuple[tuple[str, int], ...]


@lru_cache(maxsize=_KEPT)
def figure(
    lang: str, figure_id: str, names: tuple[str, ...], grades: tuple[str, ...], outcome: Outcome, source: str
) -> Figure:
    """Of a counted ranking or grading."""
    return chart(lang, names, grades, outcome).figure(figure_id, source)


@lru_cache(maxsize=_KEPT)
def picture(
    lang: str, title: str, names: tuple[str, ...], grades: tuple[str, ...], outcome: Outcome, source: str
) -> bytes:
    """The same as a PNG, under the question."""
    return chart(lang, names, grades, outcome).picture(title, source)


@lru_cache(maxsize=_KEPT)
def figure_of_lists(lang: str, figure_id: str, votes: tuple[ListVotes, ...], whole: int, source: str) -> Figure:
    """Of the votes on lists."""
    return chart_of_lists(lang, votes, whole).figure(figure_id, source)


@lru_cache(maxsize=_KEPT)
def picture_of_lists(lang: str, title: str, votes: tuple[ListVotes, ...], whole: int, source: str) -> bytes:
    """The same as a PNG, under the question."""
    return chart_of_lists(lang, votes, whole).picture(title, source)


def chart(lang: str, names: tuple[str, ...], grades: tuple[str, ...], outcome: Outcome) -> Chart:
    """The one that shows how a count came out."""
    words, trace = CountWords(outcome, names, lang), outcome.trace
    if not outcome.valid:
        return _nothing(words)
    match trace:
        case Rounds():
            return _rounds(words, trace)
        case Pairwise():
            return _pairwise(words, trace)
        case Points():
            return _points(words, trace)
        case Grades():
            return _grades(words, trace, grades)


def _rounds(words: CountWords, trace: Rounds) -> Chart:
    lang = words.lang
    elected = {c: place for place, each in enumerate(trace.rounds) for c in each.elected}
    fates = words.fates()
    votes = list(zip(*(each.votes for each in trace.rounds), strict=True))
    tracks = [
        Track(
            words.names[c], fate, votes[c], tuple(words.amount(vote) if vote else "" for vote in votes[c]),
            elected.get(c),
        )
        for c, fate in fates
    ]  # fmt: skip
    lost = tuple(each.nontransferable for each in trace.rounds)
    texts = tuple(words.amount(vote) if vote else "" for vote in lost)
    if any(lost):
        tracks.append(Track(translate(lang, NO_FURTHER), "", lost, texts, quiet=True))
    quotas = tuple(each.quota for each in trace.rounds)
    note = translate(
        lang,
        N_(
            "One column a round; its number stands above. Dashed line: votes needed to be elected. Green: elected; the"
            " dot stands in the round in which that was."
        ),
    )
    head = (translate(lang, CANDIDATE), *(_round(lang, each.number) for each in trace.rounds))
    rows = [(f"{words.names[c]} ({fate})", *map(words.amount, votes[c])) for c, fate in fates]
    rows.append((translate(lang, NO_FURTHER), *(words.amount(vote) for vote in lost)))
    rounding = tuple(each.rounding for each in trace.rounds)
    if any(rounding):
        rows.append((translate(lang, N_("lost in rounding")), *map(words.amount, rounding)))
    rows.append((translate(lang, N_("Votes needed (quota)")), *map(words.amount, quotas)))
    said = " ".join(f"{_round(lang, number)}: {step}" for number, step in enumerate(words.steps(), 1)) or " ".join(
        words.lead()
    )
    return Chart(
        translate(lang, N_("Votes from round to round")),
        said,
        lambda width: count_charts.rounds(tracks, quotas, note, width),
        head,
        tuple(rows),
    )


def _round(lang: str, number: int) -> str:
    return translate(lang, N_("Round %(round)s"), round=number)


def _pairwise(words: CountWords, trace: Pairwise) -> Chart:
    lang, table, valid = words.lang, trace.table, words.outcome.valid
    numbers = [[words.number(votes) for votes in row] for row in table]
    cells = [
        [
            None
            if a == b
            else Cell(
                numbers[a][b],
                str(round(100 * votes / valid) if valid else 0),
                votes / valid if valid else 0.0,
                votes > table[b][a],
            )
            for b, votes in enumerate(row)
        ]
        for a, row in enumerate(table)
    ]
    notes = (translate(lang, _BALLOTS), translate(lang, _PERCENT), translate(lang, _SHADED))
    won = [f"{name}: {sum(c is not None and c.won for c in cells[a])}" for a, name in enumerate(words.names)]
    heading = translate(lang, N_("Comparisons won by each candidate."))
    said = " ".join([*words.lead(), heading, "; ".join(won)])
    rows = tuple(
        (f"{a}. {name}", *("–" if a - 1 == b else text for b, text in enumerate(numbers[a - 1])))
        for a, name in enumerate(words.names, 1)
    )
    return Chart(
        translate(lang, N_("Comparisons of each with each")),
        said,
        lambda width: count_charts.matrix(words.names, cells, notes, width),
        (translate(lang, CANDIDATE), *(str(number) for number in range(1, len(words.names) + 1))),
        rows,
    )


def _points(words: CountWords, trace: Points) -> Chart:
    order = [c for place in words.outcome.ranking for c in place]
    texts = [points_text(words, trace.points[c]) for c in order]
    bars = [Bar(words.names[c], int(2 * trace.points[c]), text) for c, text in zip(order, texts, strict=True)]
    most = max((bar.value for bar in bars), default=0)
    return Chart(
        translate(words.lang, N_("Score (points)")),
        "; ".join(f"{bar.label}: {bar.text}" for bar in bars),
        lambda width: charts.answers(bars, most, width),
        (translate(words.lang, CANDIDATE), translate(words.lang, N_("Score (points)"))),
        tuple((bar.label, bar.text) for bar in bars),
    )


def points_text(words: CountWords, points: Fraction) -> str:
    """A number of halves as people read it."""
    whole, half = divmod(points, 1)
    return words.number(whole) + ("½" if half else "")


def _grades(words: CountWords, trace: Grades, grades: tuple[str, ...]) -> Chart:
    lang = words.lang
    order = [c for place in words.outcome.ranking for c in place]
    notes = [translate(lang, N_("Majority grade: %(grade)s"), grade=grades[trace.medians[c]]) for c in order]
    stacks = [
        Stack(words.names[c], note, trace.received[c], tuple(map(words.number, trace.received[c])))
        for c, note in zip(order, notes, strict=True)
    ]
    note = translate(
        lang, N_("The line stands in the middle: the grade that it cuts is the candidate’s majority grade.")
    )
    said = "; ".join(
        f"{stack.label}: {stack.note}, "
        + ", ".join(f"{grade} {text}" for grade, text in zip(grades, stack.texts, strict=True))
        for stack in stacks
    )
    return Chart(
        translate(lang, N_("Grades of each candidate")),
        said,
        lambda width: count_charts.stacked(stacks, grades, note, width),
        (translate(lang, CANDIDATE), *grades),
        tuple((stack.label, *stack.texts) for stack in stacks),
    )


def _nothing(words: CountWords) -> Chart:
    """Of a count without a valid ballot: every candidate has none."""
    bars = [Bar(name, 0, words.number(0)) for name in words.names]
    return Chart(
        translate(words.lang, VOTES),
        " ".join(words.lead()),
        lambda width: charts.answers(bars, 0, width),
        (translate(words.lang, CANDIDATE), translate(words.lang, VOTES)),
        tuple((bar.label, bar.text) for bar in bars),
    )


def chart_of_lists(lang: str, votes: tuple[ListVotes, ...], whole: int) -> Chart:
    """Lists, each with its candidates.

    Args:
        whole: votes of all counted ballots: 100 %.
    """
    words = _Shares(lang, whole)
    groups = [
        Group(words.bar(one.name, one.votes), tuple(words.bar(name, votes) for name, votes in one.candidates))
        for one in votes
    ]
    rows: list[tuple[str, ...]] = []
    for one in votes:
        rows.append((one.name, words.number(one.votes), words.share(one.votes)))
        rows += [(f"{one.name}: {name}", words.number(count), words.share(count)) for name, count in one.candidates]
    return Chart(
        translate(lang, N_("Votes for lists and their candidates")),
        "; ".join(f"{label}: {number} ({share})" for label, number, share in rows),
        lambda width: count_charts.grouped(groups, whole, width),
        (translate(lang, N_("List or candidate")), translate(lang, VOTES), translate(lang, N_("Share"))),
        tuple(rows),
    )


@dataclass(frozen=True, slots=True)
class _Shares:
    lang: str
    whole: int

    def number(self, votes: int) -> str:
        text: str = filters(self.lang, "UTC")["number"](votes)
        return text

    def share(self, votes: int) -> str:
        text: str = filters(self.lang, "UTC")["percent"](votes / self.whole if self.whole else 0.0)
        return text

    def bar(self, label: str, votes: int) -> Bar:
        return Bar(label, votes, f"{self.number(votes)} ({self.share(votes)})")
