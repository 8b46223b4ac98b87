"""How a question with ranks or grades is counted: what its ``extra`` says."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from egov_crypto import wire

MOST_GRADES: Final = 255
"""A ballot carries eight bits for each answer, of which 0 says that nothing was given."""


class MethodType(StrEnum):
    """The counting methods; docs/counting.md says each one's rules."""

    SCHULZE = "Schulze"
    CONDORCET = "Condorcet"
    BORDA = "Borda"
    IRV = "IRV"
    STV = "STV"
    MAJORITY_JUDGMENT = "MajorityJudgment"


class Rules(StrEnum):
    """The rules of a single transferable vote."""

    SCOTTISH = "scottish"
    MEEK = "meek"


@dataclass(frozen=True, slots=True)
class Method:
    """A counting method with what it needs to know.

    ``blank`` tells whether a ballot that gives nothing is counted as blank; otherwise it is invalid. ``rules`` and
    ``seats`` belong to a single transferable vote, ``grades`` (texts, the best first) to majority judgment. Raises
    :class:`ValueError` on anything else.
    """

    type: MethodType
    blank: bool = False
    rules: Rules | None = None
    seats: int = 1
    grades: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.rules is not None) != (self.type is MethodType.STV):
            raise ValueError("rules belong to a single transferable vote, which has them")
        if self.seats < 1 or (self.seats > 1 and self.type is not MethodType.STV):
            raise ValueError("a single transferable vote has one or more seats, every other method one")
        if self.type is not MethodType.MAJORITY_JUDGMENT:
            if self.grades:
                raise ValueError("grades belong to majority judgment")
        elif not 2 <= len(self.grades) <= MOST_GRADES:
            raise ValueError(f"majority judgment has between 2 and {MOST_GRADES} grades")
        elif "" in self.grades or len(set(self.grades)) != len(self.grades):
            raise ValueError("each grade has a text of its own")

    @property
    def graded(self) -> bool:
        """Whether ballots give grades; otherwise they give ranks."""
        return self.type is MethodType.MAJORITY_JUDGMENT

    @property
    def equal_ranks(self) -> bool:
        """Whether a voter may give several candidates one rank: where only who is ahead of whom matters."""
        return self.type in {MethodType.SCHULZE, MethodType.CONDORCET, MethodType.BORDA}

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Of a question's ``extra``; raises :class:`ValueError` unless it is exactly what :meth:`to_json` gives."""
        members = wire.fields(value, "type", "blank", "rules", "seats", "grades", optional=("rules", "seats", "grades"))
        blank = members["blank"]
        if not isinstance(blank, bool):
            raise ValueError("blank is neither true nor false")
        method = cls(
            MethodType(wire.string(members["type"])),
            blank,
            Rules(wire.string(members["rules"])) if "rules" in members else None,
            wire.integer(members["seats"]) if "seats" in members else 1,
            tuple(wire.string(grade) for grade in wire.items(members.get("grades", []))),
        )
        if method.to_json() != value:
            raise ValueError("a method says what belongs to it, and nothing else")
        return method

    @classmethod
    def of(cls, extra: Any) -> Self | None:
        """The method that ``extra`` names, None if it names none of these: then ballots can only be listed."""
        try:
            return cls.from_json(extra)
        except ValueError:
            return None

    def to_json(self) -> dict[str, Any]:
        """In the order type, blank, rules, seats, grades; the last three only where they belong."""
        value: dict[str, Any] = {"type": self.type.value, "blank": self.blank}
        if self.rules is not None:
            value |= {"rules": self.rules.value, "seats": self.seats}
        if self.graded:
            value["grades"] = list(self.grades)
        return value
