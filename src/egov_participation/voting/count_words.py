"""A count in plain words: who is elected and why, what each round did, where lots decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from babel.numbers import format_decimal

from egov_crypto.counting import Lot, Outcome, Round, Rounds
from egov_crypto.counting.outcome import Action, Purpose
from egov_participation.formats import filters
from egov_participation.i18n import LOCALES, N_, translate

NOT_VALID = N_("No ballot is valid, so nothing is decided.")
NO_WINNER = N_("There is no winner: no candidate wins the comparison with each of the others.")
ELECTED = N_("Elected: %(names)s.")
ELECTED_ONE = N_("Elected: %(name)s.")
WINNER = N_("Winner: %(name)s.")
"""Of a comparison, of points or grades, which can be of persons or of projects; transfers of votes fill seats."""
FIRST_QUOTA = N_("Votes needed in the first round (the quota): %(quota)s.")
TIED = N_("Tied for the first place: %(names)s.")

_LOTS = {
    Purpose.SURPLUS: N_(
        "Lot in round %(round)s, since surpluses were equal. Drawn in this order: %(names)s. The surplus of the first"
        " was transferred first."
    ),
    Purpose.EXCLUSION: N_(
        "Lot in round %(round)s, since the lowest numbers of votes were equal. Drawn in this order: %(names)s. The"
        " first dropped out."
    ),
    Purpose.WINNER: N_(
        "Lot for the first place, since it is shared. Drawn in this order: %(names)s. Where only one can be first, it"
        " is the first drawn."
    ),
}
HOW_LOTS = N_(
    "The lot was not drawn by anybody: it is computed from the trustees’ decryptions of this vote. So nobody could know"
    " or choose it beforehand, and everybody who recounts gets the same."
)


@dataclass(frozen=True, slots=True)
class CountWords:
    """The words of one count in one language."""

    outcome: Outcome
    names: tuple[str, ...]
    """The candidates'."""
    lang: str

    def _(self, message: str, **params: object) -> str:
        return translate(self.lang, message, **params)

    def number(self, value: int) -> str:
        """A whole number, in the reader's digits."""
        text: str = filters(self.lang, "UTC")["number"](value)
        return text

    def share(self, part: int, whole: int) -> str:
        """In percent."""
        text: str = filters(self.lang, "UTC")["percent"](part / whole if whole else 0.0)
        return text

    def amount(self, amount: int) -> str:
        """Votes of a transfer, with their fractions up to five places."""
        assert isinstance(self.outcome.trace, Rounds)
        exact = Decimal(self.outcome.trace.text(amount))
        return str(format_decimal(exact, "#,##0.#####", locale=LOCALES[self.lang]))

    def listed(self, candidates: Iterable[int]) -> str:
        """Their names, in this order."""
        return ", ".join(self.names[candidate] for candidate in candidates)

    def lead(self) -> list[str]:
        """Who is elected, or what wins, first of all."""
        found = self.outcome
        if not found.valid:
            return [self._(NOT_VALID)]
        if not found.winners:
            return [self._(NO_WINNER)]
        if isinstance(found.trace, Rounds):
            return [self.elected(found.winners)]
        if len(found.winners) > 1:
            return [self._(TIED, names=self.listed(found.winners))]
        return [self._(WINNER, name=self.names[found.winners[0]])]

    def elected(self, candidates: Sequence[int]) -> str:
        """That these are elected."""
        if len(candidates) == 1:
            return self._(ELECTED_ONE, name=self.names[candidates[0]])
        return self._(ELECTED, names=self.listed(candidates))

    def facts(self) -> list[str]:
        """How many ballots counted, and what was needed."""
        found = self.outcome
        numbers = {name: self.number(getattr(found, name)) for name in ("ballots", "valid", "blank", "invalid")}
        said = [
            self._(N_("Ballots: %(ballots)s. Valid: %(valid)s, blank: %(blank)s, invalid: %(invalid)s."), **numbers)
        ]
        if found.valid and isinstance(found.trace, Rounds) and found.trace.rounds:
            quota = self.amount(found.trace.rounds[0].quota)
            said.append(self._(FIRST_QUOTA, quota=quota))
        return said

    def lots(self) -> list[str]:
        """Where the lot decided and how it was made; none where it did not, or where there was nothing to count."""
        if not self.outcome.valid or not self.outcome.lots:
            return []
        return [*map(self.lot, self.outcome.lots), self._(HOW_LOTS)]

    def lot(self, lot: Lot) -> str:
        """One of them."""
        return self._(_LOTS[lot.purpose], round=lot.round, names=self.listed(lot.order))

    def steps(self) -> list[str]:
        """What each round did; none of other methods."""
        trace = self.outcome.trace
        if not isinstance(trace, Rounds) or not self.outcome.valid:
            return []
        return [" ".join(self._step(each, trace.rounds[:place])) for place, each in enumerate(trace.rounds)]

    def _step(self, each: Round, before: Sequence[Round]) -> Iterator[str]:
        who = self.listed(each.candidates)
        match each.action:
            case Action.FIRST:
                yield self._(N_("First choices are counted."))
            case Action.SURPLUS:
                yield self._(N_("What is above the quota goes on to the next choices: %(names)s."), names=who)
            case Action.EXCLUSION:
                yield self._(N_("Drops out, and these votes go on to the next choices: %(names)s."), names=who)
        moves = "; ".join(self._gained(each, before[-1])) if before else ""
        if moves:
            yield self._(N_("Votes gained: %(moves)s."), moves=moves)
        if each.elected and each.by_default:
            yield self._(N_("Elected, since as many seats are left: %(names)s."), names=self.listed(each.elected))
        elif each.elected:
            yield self.elected(each.elected)

    def _gained(self, each: Round, before: Round) -> Iterator[str]:
        for name, now, earlier in zip(self.names, each.votes, before.votes, strict=True):
            if now > earlier:
                yield f"{name} +{self.amount(now - earlier)}"
        if each.nontransferable > before.nontransferable:
            gained = self.amount(each.nontransferable - before.nontransferable)
            yield f"{self._(NO_FURTHER)} +{gained}"

    def fates(self) -> list[tuple[int, str]]:
        """What became of each candidate in a transfer of votes: who was elected, in that order, then the others, who
        dropped out last before who dropped out first."""
        trace = self.outcome.trace
        assert isinstance(trace, Rounds)
        elected = [(c, each) for each in trace.rounds for c in each.elected]
        dropped = [
            (c, each, before)
            for before, each in pairwise(trace.rounds)
            if each.action is Action.EXCLUSION
            for c in each.candidates
        ]
        said = [
            (
                c,
                self._(
                    N_("elected in round %(round)s with %(votes)s"), round=each.number, votes=self.amount(each.votes[c])
                ),
            )
            for c, each in elected
        ]
        gone = [
            (
                c,
                self._(
                    N_("dropped out in round %(round)s with %(votes)s"),
                    round=each.number,
                    votes=self.amount(before.votes[c]),
                ),
            )
            for c, each, before in reversed(dropped)
        ]
        named = {c for c, _ in said + gone}
        last = trace.rounds[-1].votes
        rest = [
            (c, self._(N_("not elected, with %(votes)s at the end"), votes=self.amount(last[c])))
            for c in sorted(set(range(len(self.names))) - named, key=lambda c: (-last[c], c))
        ]
        return said + rest + gone


NO_FURTHER = N_("no further choice")
