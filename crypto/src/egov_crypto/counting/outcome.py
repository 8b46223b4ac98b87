"""What a count says: the winners, and the whole way to them, for everybody to follow and to compute again.

Candidates are numbered from 0, in the order of the question's answers. Amounts of votes are whole numbers of the
smallest unit; JSON has them as decimal numbers in strings, with a fixed number of places.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from egov_crypto.counting.method import Method


class Action(StrEnum):
    """What a round did."""

    FIRST = "first"
    """Every ballot counts for its first preference."""
    SURPLUS = "surplus"
    """What elected candidates have above the quota goes to others."""
    EXCLUSION = "exclusion"
    """The votes of an excluded candidate go to others."""


class Purpose(StrEnum):
    """What a lot decided."""

    SURPLUS = "surplus"
    EXCLUSION = "exclusion"
    WINNER = "winner"


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot between candidates: ``order`` is the order in which they were drawn, and the first was meant."""

    purpose: Purpose
    round: int
    order: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        return {"purpose": self.purpose.value, "round": self.round, "order": list(self.order)}


@dataclass(frozen=True, slots=True)
class Transfer:
    """Votes that went from one candidate to another; to None: not transferable any more.

    ``papers`` is how many ballots carried them (0 with Meek's method, which does not move whole ballots; there the last
    decimal place can go back, even from None).
    """

    source: int | None
    target: int | None
    votes: int
    papers: int


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a transfer of votes, as it stands at its end.

    ``candidates`` are those whose votes were transferred. ``votes`` has one amount for each candidate;
    with ``nontransferable`` and ``rounding`` (what fractions lost) they add up to the valid ballots. ``elected`` are
    those elected in this round, in that order; ``by_default`` tells that they were as many as seats were left.
    ``keep`` has Meek's keep factors, ``iterations`` how often they were computed.
    """

    number: int
    action: Action
    candidates: tuple[int, ...]
    quota: int
    votes: tuple[int, ...]
    nontransferable: int
    rounding: int
    transfers: tuple[Transfer, ...]
    elected: tuple[int, ...]
    by_default: bool = False
    keep: tuple[int, ...] = ()
    iterations: int = 0


@dataclass(frozen=True, slots=True)
class Rounds:
    """A transfer of votes; ``places`` are the decimal places of all its amounts."""

    places: int
    rounds: tuple[Round, ...]

    def text(self, amount: int) -> str:
        """``amount`` as a decimal number."""
        return decimal(amount, self.places)

    def to_json(self) -> dict[str, Any]:
        return {"places": self.places, "rounds": [self._round(each) for each in self.rounds]}

    def _round(self, each: Round) -> dict[str, Any]:
        value: dict[str, Any] = {
            "round": each.number,
            "action": each.action.value,
            "candidates": list(each.candidates),
            "quota": self.text(each.quota),
            "votes": [self.text(amount) for amount in each.votes],
            "nontransferable": self.text(each.nontransferable),
            "rounding": self.text(each.rounding),
            "transfers": [
                {
                    "from": move.source,
                    "to": move.target,
                    "votes": self.text(move.votes),
                    **({"papers": move.papers} if move.papers else {}),
                }
                for move in each.transfers
            ],
            "elected": list(each.elected),
        }
        if each.by_default:
            value["by_default"] = True
        if each.keep:
            value |= {"keep": [self.text(factor) for factor in each.keep], "iterations": each.iterations}
        return value


@dataclass(frozen=True, slots=True)
class Pairwise:
    """``table[a][b]`` is how many ballots prefer a to b. ``paths[a][b]``, for Schulze's method, is the strength of the
    strongest path from a to b: the ballots for and against its weakest link, None where there is no path."""

    table: tuple[tuple[int, ...], ...]
    paths: tuple[tuple[tuple[int, int] | None, ...], ...] = ()

    def to_json(self) -> dict[str, Any]:
        value: dict[str, Any] = {"pairwise": [list(row) for row in self.table]}
        if self.paths:
            value["paths"] = [[None if path is None else list(path) for path in row] for row in self.paths]
        return value


@dataclass(frozen=True, slots=True)
class Points:
    """Each candidate's points, and in ``received[c][p]`` how many ballots gave c 0, ½, 1, 1½, … points."""

    points: tuple[Fraction, ...]
    received: tuple[tuple[int, ...], ...]

    def to_json(self) -> dict[str, Any]:
        return {"points": [halves(each) for each in self.points], "received": [list(row) for row in self.received]}


@dataclass(frozen=True, slots=True)
class Grades:
    """``received[c][g]`` is how many ballots gave c the grade g (from 0, the best); ``medians`` are majority grades.

    ``removed[c]`` is how many majority grades were taken away from c and from the one ranked just before it until they
    differed: 0 where the majority grades differ at once, None for the first one and for one that is tied with it.
    """

    received: tuple[tuple[int, ...], ...]
    medians: tuple[int, ...]
    removed: tuple[int | None, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "received": [list(row) for row in self.received],
            "medians": list(self.medians),
            "removed": list(self.removed),
        }


Trace = Rounds | Pairwise | Points | Grades


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a count with its trace.

    ``ballots`` = ``valid`` + ``blank`` + ``invalid``. ``winners`` are in the order in which they were elected. With
    methods that rank all candidates, ``ranking`` has them from the first place to the last, those that are tied
    together; if several are first, all are ``winners``, and a lot says who comes first where only one can.
    """

    method: Method
    ballots: int
    valid: int
    blank: int
    invalid: int
    winners: tuple[int, ...]
    trace: Trace
    ranking: tuple[tuple[int, ...], ...] = ()
    lots: tuple[Lot, ...] = ()

    @property
    def verdict(self) -> str:
        """What the ``winners`` are: transfers of votes fill seats, other methods also choose among projects."""
        if isinstance(self.trace, Rounds):
            return "Elected"
        return "Tied for the first place" if len(self.winners) > 1 else "Winner"

    def to_json(self) -> dict[str, Any]:
        """For publication; the trace's members stand beside the others."""
        ranking = {"ranking": [list(place) for place in self.ranking]} if self.ranking else {}
        return {
            "method": self.method.to_json(),
            "ballots": self.ballots,
            "valid": self.valid,
            "blank": self.blank,
            "invalid": self.invalid,
            "winners": list(self.winners),
            **ranking,
            **self.trace.to_json(),
            "lots": [lot.to_json() for lot in self.lots],
        }


def decimal(amount: int, places: int) -> str:
    """``amount`` units of the last of ``places`` decimal places."""
    if not places:
        return str(amount)
    whole, part = divmod(abs(amount), 10**places)
    return f"{'-' if amount < 0 else ''}{whole}.{part:0{places}}"


def halves(number: Fraction) -> str:
    """A number of halves: ``12`` or ``12.5``."""
    return str(number) if number.denominator == 1 else decimal(int(number * 10), 1)


def placed(order: Iterable[tuple[Any, int]]) -> tuple[tuple[int, ...], ...]:
    """Candidates, given with what they are ranked by (the least first), as places: equal ones share one."""
    places: dict[Any, list[int]] = {}
    for key, candidate in sorted(order):
        places.setdefault(key, []).append(candidate)
    return tuple(tuple(place) for place in places.values())
