"""The rules of a vote's life, and the texts in three languages: laws that hold for whatever comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto.archive import EventType, follows
from egov_participation.voting import rules, texts
from egov_participation.voting.rules import BallotStatus, Timeline, VoteState
from egov_participation.voting.texts import Texts

NOON = datetime(2024, 10, 6, 7, tzinfo=UTC)
MOMENTS = st.integers(-10, 10).map(lambda hours: NOON + timedelta(hours=hours))
parts = st.text(max_size=12)

ENDED = frozenset({VoteState.CLOSED, VoteState.SHUFFLING, VoteState.DECRYPTING, VoteState.TALLIED, VoteState.CANCELLED})
"""No ballot is ever taken again."""

TRANSITIONS = {
    VoteState.SETUP: frozenset({VoteState.OPEN, VoteState.CLOSED, VoteState.CANCELLED}),
    VoteState.OPEN: frozenset({VoteState.CLOSED, VoteState.CANCELLED}),
    VoteState.CLOSED: frozenset({VoteState.SHUFFLING, VoteState.DECRYPTING, VoteState.CANCELLED}),
    VoteState.SHUFFLING: frozenset({VoteState.DECRYPTING, VoteState.CANCELLED}),
    VoteState.DECRYPTING: frozenset({VoteState.TALLIED, VoteState.CANCELLED}),
    VoteState.TALLIED: frozenset(),
    VoteState.CANCELLED: frozenset(),
}
"""What may follow what. A vote whose whole voting time passed while nothing ran goes from setup to closed."""


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[Timeline, datetime]]:
    """A vote's course as time goes on: each moment with what the archive's last event is by then."""
    opens_at = draw(MOMENTS)
    closes_at = opens_at + timedelta(hours=draw(st.integers(1, 10)))
    life: list[tuple[Timeline, datetime]] = []
    shuffled = draw(st.booleans())
    now, event, cancelled_at = NOON - timedelta(hours=11), EventType.SETUP, None
    for _ in range(draw(st.integers(1, 12))):
        now += timedelta(hours=draw(st.integers(0, 4)))
        timeline = Timeline(opens_at, closes_at, cancelled_at, event, shuffled=shuffled)
        life.append((timeline, now))
        barred = {EventType.BALLOT} if now >= closes_at else {EventType.END_BALLOTS}
        allowed = sorted(follows(event, shuffled=shuffled) - barred)
        if allowed and cancelled_at is None and draw(st.booleans()):
            event = draw(st.sampled_from(allowed))
        elif cancelled_at is None and event is not EventType.RESULT and draw(st.integers(0, 9)) == 0:
            cancelled_at = now
    return life


@given(lives())
def test_a_vote_goes_only_where_the_transition_table_lets_it(life: list[tuple[Timeline, datetime]]) -> None:
    states = [rules.state(*moment) for moment in life]
    for before, after in pairwise(states):
        assert after in {before} | TRANSITIONS[before]


@given(lives())
def test_ballots_are_taken_in_no_state_but_open(life: list[tuple[Timeline, datetime]]) -> None:
    for timeline, now in life:
        taken = rules.refuse_cast(rules.state(timeline, now)) is None
        in_time = timeline.opens_at <= now < timeline.closes_at
        ended = timeline.last_event not in (EventType.SETUP, EventType.BALLOT) or timeline.cancelled_at is not None
        assert taken == (in_time and not ended)


def test_a_vote_that_has_ended_never_opens_again() -> None:
    assert all(TRANSITIONS[state] <= ENDED for state in ENDED)


@pytest.mark.parametrize("state", VoteState)
def test_shuffles_and_decryptions_are_taken_in_one_state_and_never_of_a_cancelled_vote(state: VoteState) -> None:
    assert (rules.refuse_shuffle(state) is None) == (state is VoteState.SHUFFLING)
    assert (rules.refuse_decryption(state) is None) == (state is VoteState.DECRYPTING)


@pytest.mark.parametrize(
    ("hours", "state"),
    [(-1, VoteState.SETUP), (0, VoteState.OPEN), (3, VoteState.OPEN), (4, VoteState.CLOSED), (99, VoteState.CLOSED)],
)
def test_the_clock_opens_and_closes(hours: int, state: VoteState) -> None:
    timeline = Timeline(NOON, NOON + timedelta(hours=4), None, EventType.SETUP)
    assert rules.state(timeline, NOON + timedelta(hours=hours)) is state


def test_every_refusal_has_its_own_code() -> None:
    refusals = [value for value in vars(rules).values() if isinstance(value, rules.Refusal)]
    assert len({refusal.code for refusal in refusals}) == len(refusals) >= 15


def test_a_superseded_ballot_stays_superseded() -> None:
    assert rules.ballot_status(superseded=True, ended=False) is BallotStatus.SUPERSEDED
    assert rules.ballot_status(superseded=True, ended=True) is BallotStatus.SUPERSEDED


@given(parts, parts, parts)
def test_a_text_that_can_be_joined_is_found_again(kk: str, ru: str, en: str) -> None:
    try:
        joined = texts.join(Texts(kk, ru, en))
    except ValueError:
        return
    assert texts.split(joined) == (kk, ru, en)


@given(st.lists(st.sampled_from(["a", " / ", "/ ", " /", "/", " "]), max_size=8).map("".join))
def test_slashes_are_taken_only_where_they_cannot_be_misread(part: str) -> None:
    try:
        joined = texts.join(Texts(part, "б", part))
    except ValueError:
        return
    assert texts.split(joined) == (part, "б", part)
    assert texts.SEPARATOR not in part


@pytest.mark.parametrize("text", ["", "one", "one / two", "one / two / three / four", " /  / ", "a / / b"])
def test_what_does_not_split_in_three_is_shown_whole(text: str) -> None:
    assert texts.split(text) is None
    assert set(texts.split_or_whole(text)) == {text}


def test_an_unknown_language_reads_kazakh() -> None:
    assert Texts("қ", "р", "e").of("de") == "қ"
