"""Reading a published count back (`Outcome.to_json`)."""

from fractions import Fraction
from typing import Any, Final

from egov_crypto import wire
from egov_crypto.counting.method import Method, MethodType
from egov_crypto.counting.outcome import (
    Action,
    Grades,
    Lot,
    Outcome,
    Pairwise,
    Points,
    Purpose,
    Round,
    Rounds,
    Trace,
    Transfer,
)

_AMOUNTS: Final = 30
"""Digits that no amount of votes exceeds."""


_ROUNDS: Final = {"places", "rounds"}
_OF_METHOD: Final = {
    MethodType.STV: _ROUNDS,
    MethodType.IRV: _ROUNDS,
    MethodType.CONDORCET: {"pairwise"},
    MethodType.SCHULZE: {"ranking", "pairwise", "paths"},
    MethodType.BORDA: {"ranking", "points", "received"},
    MethodType.MAJORITY_JUDGMENT: {"ranking", "received", "medians", "removed"},
}
"""Members of a count beside those that all have."""


def read(value: Any) -> Outcome:
    """The count that ``value`` is. Raises :class:`ValueError` unless it is exactly what that count's JSON says.

    Whether it was counted right, only counting again tells.
    """
    try:
        outcome = Outcome(
            _method(value["method"]),
            wire.integer(value["ballots"]),
            wire.integer(value["valid"]),
            wire.integer(value["blank"]),
            wire.integer(value["invalid"]),
            _numbers(value["winners"]),
            _trace(value),
            _rows(value.get("ranking", [])),
            tuple(
                Lot(Purpose(lot["purpose"]), wire.integer(lot["round"]), _numbers(lot["order"]))
                for lot in value["lots"]
            ),
        )
        own = value.keys() - {"method", "ballots", "valid", "blank", "invalid", "winners", "lots"}
        if own != _OF_METHOD[outcome.method.type] or outcome.to_json() != value:
            raise ValueError("a count says what belongs to it, and nothing else")
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"no count: {type(error).__name__}: {error}") from None
    return outcome


def _method(value: dict[str, Any]) -> Method:
    """A question's own text has its members in another order than canonical JSON."""
    names = ("type", "blank", "rules", "seats", "grades")
    return Method.from_json({name: value[name] for name in names if name in value})


def _trace(value: dict[str, Any]) -> Trace:
    if "rounds" in value:
        places = wire.integer(value["places"])
        return Rounds(places, tuple(_round(each, places) for each in value["rounds"]))
    if "pairwise" in value:
        paths = wire.items(value.get("paths", []))
        return Pairwise(_rows(value["pairwise"]), tuple(tuple(map(_path, wire.items(row))) for row in paths))
    if "points" in value:
        return Points(tuple(map(_fraction, wire.items(value["points"]))), _rows(value["received"]))
    removed = map(_perhaps, wire.items(value["removed"]))
    return Grades(_rows(value["received"]), _numbers(value["medians"]), tuple(removed))


def _round(each: dict[str, Any], places: int) -> Round:
    def amount(text: str) -> int:
        digits = text.replace(".", "", 1) if places else text
        if len(digits) > _AMOUNTS:
            raise ValueError("an amount of too many digits")
        return int(digits)

    return Round(
        number=wire.integer(each["round"]),
        action=Action(each["action"]),
        candidates=_numbers(each["candidates"]),
        quota=amount(each["quota"]),
        votes=tuple(map(amount, each["votes"])),
        nontransferable=amount(each["nontransferable"]),
        rounding=amount(each["rounding"]),
        transfers=tuple(
            Transfer(
                _perhaps(move["from"]), _perhaps(move["to"]), amount(move["votes"]), wire.integer(move.get("papers", 0))
            )
            for move in each["transfers"]
        ),
        elected=_numbers(each["elected"]),
        by_default=each.get("by_default", False) is True,
        keep=tuple(map(amount, each.get("keep", ()))),
        iterations=wire.integer(each.get("iterations", 0)),
    )


def _fraction(text: Any) -> Fraction:
    if not isinstance(text, str) or len(text) > _AMOUNTS:
        raise ValueError("no number of points")
    return Fraction(text)


def _numbers(value: Any) -> tuple[int, ...]:
    return tuple(map(wire.integer, wire.items(value)))


def _rows(value: Any) -> tuple[tuple[int, ...], ...]:
    return tuple(map(_numbers, wire.items(value)))


def _perhaps(value: Any) -> int | None:
    return None if value is None else wire.integer(value)


def _path(value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    votes, against = _numbers(value)
    return votes, against
