"""Reading a published count back (`Outcome.to_json`)."""

from fractions import Fraction
from typing import Any

from egov_crypto.counting.method import Method
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

_AMOUNTS = 30
"""Digits that no amount of votes exceeds."""


def read(value: Any) -> Outcome:
    """The count that ``value`` is. Raises :class:`ValueError` unless it is exactly what that count's JSON says.

    Whether it was counted right, only counting again tells.
    """
    try:
        outcome = Outcome(
            _method(value["method"]),
            value["ballots"],
            value["valid"],
            value["blank"],
            value["invalid"],
            tuple(value["winners"]),
            _trace(value),
            tuple(map(tuple, value.get("ranking", ()))),
            tuple(Lot(Purpose(lot["purpose"]), lot["round"], tuple(lot["order"])) for lot in value["lots"]),
        )
        if outcome.to_json() != value:
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
        places = value["places"]
        return Rounds(places, tuple(_round(each, places) for each in value["rounds"]))
    if "pairwise" in value:
        paths = [[None if path is None else tuple(path) for path in row] for row in value.get("paths", ())]
        return Pairwise(_tuples(value["pairwise"]), _tuples(paths))
    if "points" in value:
        return Points(tuple(map(_fraction, value["points"])), _tuples(value["received"]))
    return Grades(_tuples(value["received"]), tuple(value["medians"]), tuple(value["removed"]))


def _round(each: dict[str, Any], places: int) -> Round:
    def amount(text: str) -> int:
        digits = text.replace(".", "", 1) if places else text
        if len(digits) > _AMOUNTS:
            raise ValueError("an amount of too many digits")
        return int(digits)

    return Round(
        number=each["round"],
        action=Action(each["action"]),
        candidates=tuple(each["candidates"]),
        quota=amount(each["quota"]),
        votes=tuple(map(amount, each["votes"])),
        nontransferable=amount(each["nontransferable"]),
        rounding=amount(each["rounding"]),
        transfers=tuple(
            Transfer(move["from"], move["to"], amount(move["votes"]), move.get("papers", 0))
            for move in each["transfers"]
        ),
        elected=tuple(each["elected"]),
        by_default=each.get("by_default", False),
        keep=tuple(map(amount, each.get("keep", ()))),
        iterations=each.get("iterations", 0),
    )


def _fraction(text: Any) -> Fraction:
    if not isinstance(text, str) or len(text) > _AMOUNTS:
        raise ValueError("no number of points")
    return Fraction(text)


def _tuples(rows: list[list[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(map(tuple, rows))
