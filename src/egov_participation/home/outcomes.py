"""What the front page says of a counted vote, in a line or three."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from egov_participation.voting import wording
from egov_participation.voting.texts import Texts
from egov_participation.voting.views import VoteView

QUESTIONS_SHOWN: Final = 3
"""Of a vote that asks more, the result's own page tells the rest."""


@dataclass(frozen=True, slots=True)
class Said:
    """A question, if there are several, and what came out on it; empty where nobody says how to count."""

    question: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A counted vote with its leading answer; `answer` is None where one line cannot say the result fairly."""

    vote: VoteView
    answer: Texts | None
    share: float

    def said(self, lang: str) -> list[Said]:
        """Of a vote that `answer` does not tell, what came out on its first questions."""
        alone, found = len(self.vote.questions) == 1, list[Said]()
        for place, question in enumerate(self.vote.questions[:QUESTIONS_SHOWN]):
            sentence = wording.answered_in_words(self.vote, place, lang)
            if sentence or not alone:
                found.append(Said("" if alone else question.text.of(lang), sentence))
        return found

    @property
    def more(self) -> int:
        """Questions of which nothing is said here."""
        return max(0, len(self.vote.questions) - QUESTIONS_SHOWN)


def outcome(vote: VoteView) -> Outcome:
    """The leading answer and its share (0 to 1) of all ballots counted, blank ones among them.

    None stands for it where there are several questions, one of another kind than a choice, several choices at once, a
    tie for the first place, no ballot, or more blank votes than votes for any answer.
    """
    nothing = Outcome(vote, None, 0.0)
    if len(vote.sums) != 1 or vote.questions[0].max != 1 or vote.questions[0].min != 1:
        return nothing
    question, counts = vote.sums[0]
    if counts is None:  # lists
        return nothing
    total, most = sum(counts), max(counts)
    if total == 0 or counts.count(most) != 1:
        return nothing
    leader = counts.index(most) - (1 if question.blank else 0)
    return Outcome(vote, question.answers[leader], most / total) if leader >= 0 else nothing
