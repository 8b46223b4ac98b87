"""Where votes went in a transfer: what its picture and its table say."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from egov_crypto.counting import Outcome, Round, Rounds, Transfer
from egov_crypto.counting.outcome import Action
from egov_participation.i18n import N_, translate
from egov_participation.results import flow
from egov_participation.results.figures import Figure
from egov_participation.results.flow import Move, Stream
from egov_participation.voting.count_figures import VOTES, Chart
from egov_participation.voting.count_words import FIRST_QUOTA, NO_FURTHER, CountWords

_KEPT = 128
_MOST, _MOST_MOVES = 14, 240
"""Of rounds and of transfers, so that pictures stay legible and pages light: the last ones are shown."""
_ELECTED, _OUT = "✓", "×"
TITLE = N_("Where the votes went")
_HEADS = N_("Bold numbers: rounds. Small numbers: candidates.")
_NOTE = N_(
    "Each block is as large as the candidate’s votes in that round. Pale bands: votes that stay. Strong bands: votes"
    " that go on, in the colour of the candidate whom they leave; the thinnest are not drawn. ✓ elected in this round,"
    " × drops out after it, “–” no further choice."
)
_SOME = N_("Transfers of votes in the rounds that are shown: %(transfers)s; the table lists these.")


@lru_cache(maxsize=_KEPT)
def figure(lang: str, figure_id: str, names: tuple[str, ...], outcome: Outcome, source: str) -> Figure | None:
    """Of a counted transfer; None of other counts, and where no vote went from one to another."""
    found = chart(lang, names, outcome)
    return None if found is None else found.figure(figure_id, source)


@lru_cache(maxsize=_KEPT)
def picture(lang: str, title: str, names: tuple[str, ...], outcome: Outcome, source: str) -> bytes | None:
    """The same as a PNG, under the question."""
    found = chart(lang, names, outcome)
    return None if found is None else found.picture(title, source)


def chart(lang: str, names: tuple[str, ...], outcome: Outcome) -> Chart | None:
    """The picture that is still to be drawn; None as of `figure`."""
    words, trace = CountWords(outcome, names, lang), outcome.trace
    if not outcome.valid or not isinstance(trace, Rounds):
        return None
    if not any(move.votes for each in trace.rounds for move in each.transfers):
        return None
    begin = _first_shown(trace)
    drawn = trace.rounds[begin:]
    moved = [(each.number, move) for each in drawn[1:] for move in each.transfers if move.votes]
    gone = {c for each in trace.rounds[: begin + 1] if each.action is Action.EXCLUSION for c in each.candidates}
    order = [c for c, _ in words.fates() if c not in gone]
    streams = _streams(words, drawn, order)
    place = {c: n for n, c in enumerate(order)}
    moves = [
        Move(at, place[move.source], len(order) if move.target is None else place[move.target], move.votes)
        for at, each in enumerate(drawn)
        if at
        for move in each.transfers
        if move.source is not None and move.votes > 0
    ]
    quota = translate(lang, FIRST_QUOTA, quota=words.amount(trace.rounds[0].quota))
    heads, note = [translate(lang, _HEADS)], f"{translate(lang, _NOTE)} {quota}"
    if begin:
        heads.append(
            translate(
                lang,
                N_("Of %(rounds)s rounds the last %(drawn)s are shown here; the count with every step has all."),
                rounds=words.number(len(trace.rounds)),
                drawn=words.number(len(drawn)),
            )
        )
    counted = translate(
        lang,
        _SOME if begin else N_("Rounds: %(rounds)s. Transfers of votes: %(transfers)s; the table lists them all."),
        rounds=words.number(len(trace.rounds)),
        transfers=words.number(len(moved)),
    )
    return Chart(
        translate(lang, TITLE),
        " ".join([*words.lead(), *heads[1:], counted, quota]),
        lambda width: flow.flow(streams, moves, " ".join(heads), note, width, first=drawn[0].number),
        (
            translate(lang, N_("Round")),
            translate(lang, N_("From candidate")),
            translate(lang, N_("To candidate")),
            translate(lang, VOTES),
        ),
        tuple((words.number(number), *_ends(words, move), words.amount(move.votes)) for number, move in moved),
        numeric=(3,),
    )


def _first_shown(trace: Rounds) -> int:
    """The place of the first round that is shown, before the last one anyhow."""
    begin, moves = len(trace.rounds) - 2, len(trace.rounds[-1].transfers)
    while begin and len(trace.rounds) - begin < _MOST and moves + len(trace.rounds[begin].transfers) <= _MOST_MOVES:
        moves += len(trace.rounds[begin].transfers)
        begin -= 1
    return begin


def _ends(words: CountWords, move: Transfer) -> tuple[str, str]:
    """Who passed the votes on, and to whom."""
    nobody = translate(words.lang, NO_FURTHER)
    return (
        nobody if move.source is None else words.names[move.source],
        nobody if move.target is None else words.names[move.target],
    )


def _streams(words: CountWords, rounds: Sequence[Round], order: list[int]) -> tuple[Stream, ...]:
    """The candidates in this order, and last the votes that nobody has any more."""
    elected = {c: at for at, each in enumerate(rounds) for c in each.elected}
    gone = {
        c: at
        for at, each in enumerate(rounds)
        if each.action is Action.EXCLUSION
        for c in each.candidates
    }  # fmt: skip
    found = []
    for number, c in enumerate(order, 1):
        values = tuple(None if at >= gone.get(c, len(rounds)) else each.votes[c] for at, each in enumerate(rounds))
        notes = {elected[c]: _ELECTED} if c in elected else {gone[c] - 1: _OUT} if c in gone else {}
        last = words.amount(rounds[-1].votes[c])
        found.append(Stream(str(number), words.names[c], values, last, notes, bold=c in words.outcome.winners))
    lost = tuple(each.nontransferable or None for each in rounds)
    label, last = translate(words.lang, NO_FURTHER), words.amount(rounds[-1].nontransferable)
    found.append(Stream("–", label, lost, last, {}, quiet=True))
    return tuple(found)
