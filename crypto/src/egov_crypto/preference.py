"""Preference questions: a number for each answer, a rank or a grade, whose votes are shuffled and listed one by one
(the specification's non-homomorphic questions, section 4.9.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from egov_crypto import wire
from egov_crypto.errors import UsageError, VerificationError

TYPE: Final = "NonHomomorphic"
MAX_ANSWERS: Final = 30
"""More numbers do not fit into a point (section 5.2.1): 8 bits each, and 14 to find one of the group."""
MAX_VALUE: Final = 255
_MAX_DEPTH: Final = 16
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PreferenceQuestion:
    """One question. A vote gives each answer a number from 0 to 255: where they are ranked 1 is the first rank, where
    they are graded 1 is the best grade, and 0 says neither.

    ``extra`` is the published hint of how the votes are counted, None if there is none: JSON that everybody reads
    alike, hence without null, without numbers but small natural ones, without names that begin with a digit. No proof
    of a ballot speaks of the numbers: which votes are valid, the method of counting says.
    """

    answers: tuple[str, ...]
    question: str
    extra: Any = field(default=None, hash=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.answers) <= MAX_ANSWERS:
            raise VerificationError("election.question", f"{len(self.answers)} answers, of at most {MAX_ANSWERS}")

    @property
    def kind(self) -> str:
        """As the specification calls it."""
        return TYPE

    @property
    def size(self) -> int:
        """How many ciphertexts a vote on this question has: one, which holds the numbers of all answers."""
        return 1

    @property
    def texts(self) -> tuple[str, ...]:
        """What a voter ranks or grades, in the order of the numbers."""
        return self.answers

    @classmethod
    def from_json(cls, value: Any) -> "PreferenceQuestion":
        """Raises ValueError if malformed, VerificationError if it has no answers or too many."""
        members = wire.fields(value, "type", "value", "extra", optional=("extra",))
        if members["type"] != TYPE or members.get("extra", ...) is None:
            raise ValueError("not a preference question")
        if "extra" in members:
            _check_hint(members["extra"], _MAX_DEPTH)
        inner = wire.fields(members["value"], "answers", "question")
        answers = tuple(wire.string(answer) for answer in wire.items(inner["answers"]))
        return cls(answers, wire.string(inner["question"]), members.get("extra"))

    def to_json(self) -> dict[str, Any]:
        """In the specification's order."""
        extra = {} if self.extra is None else {"extra": self.extra}
        return {"type": TYPE, "value": {"answers": list(self.answers), "question": self.question}, **extra}

    def nested(self, values: Iterable[_T]) -> list[_T]:
        """Values of ciphertexts, as everything published nests them for this question: flat."""
        return list(values)

    def flat(self, values: Any) -> list[Any]:
        """The reverse; raises :class:`ValueError` unless ``values`` is a list."""
        return wire.items(values)

    def check_choices(self, choices: Sequence[Any]) -> None:
        """Raise :class:`UsageError` unless ``choices`` is a number from 0 to 255 for each answer."""
        if len(choices) != len(self.answers) or any(
            type(value) is not int or not 0 <= value <= MAX_VALUE for value in choices
        ):
            raise UsageError(f"a vote on this question is {len(self.answers)} numbers, each from 0 to {MAX_VALUE}")


def _check_hint(value: Any, depth: int) -> None:
    """ValueError on JSON that JavaScript reads otherwise (floats and large numbers, the order of names that are
    numbers), and on lists in lists without end."""
    if depth == 0:
        raise ValueError("a hint that goes too deep")
    if isinstance(value, dict):
        if any(name[:1] in set("0123456789") for name in value):
            raise ValueError("a name that begins with a digit")
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            _check_hint(one, depth - 1)
    elif not isinstance(value, str | bool):
        wire.integer(value)
