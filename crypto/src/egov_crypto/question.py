"""Questions of all kinds (specification 4.9), and the homomorphic ones: choose between ``min`` and ``max`` of the
answers, or vote blank (4.9.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from egov_crypto import lists, preference, wire
from egov_crypto.errors import UnsupportedError, UsageError, VerificationError
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``blank`` tells whether the voter may vote blank, which is then counted as a value of its own."""

    answers: tuple[str, ...]
    question: str
    min: int
    max: int
    blank: bool = False

    def __post_init__(self) -> None:
        if not self.answers:
            raise VerificationError("election.question", "no answers")
        if not 0 <= self.min <= self.max <= len(self.answers):
            raise VerificationError("election.question", f"min {self.min}, max {self.max}, {len(self.answers)} answers")

    @property
    def kind(self) -> str:
        """As the specification calls it."""
        return "Homomorphic"

    @property
    def size(self) -> int:
        """How many values, hence ciphertexts, a vote on this question has: one per answer, and one before for blank."""
        return len(self.answers) + self.blank

    @property
    def texts(self) -> tuple[str, ...]:
        """What a voter chooses of, in the order of the values, without blank."""
        return self.answers

    @classmethod
    def from_json(cls, value: Any) -> "Question":
        """Raises ValueError if malformed, VerificationError on bounds."""
        members = wire.fields(value, "answers", "blank", "min", "max", "question", optional=("blank",))
        blank = members.get("blank", False)
        if not isinstance(blank, bool):
            raise ValueError("blank is neither true nor false")
        return cls(
            tuple(wire.string(answer) for answer in wire.items(members["answers"])),
            wire.string(members["question"]),
            wire.integer(members["min"]),
            wire.integer(members["max"]),
            blank,
        )

    def to_json(self) -> dict[str, Any]:
        """In the specification's order. ``blank`` is written only when true, as the reference does."""
        blank = {"blank": True} if self.blank else {}
        bounds = {"min": self.min, "max": self.max}
        return {"answers": list(self.answers), **blank, **bounds, "question": self.question}

    def nested(self, values: Iterable[_T]) -> list[_T]:
        """Values of ciphertexts, as everything published nests them for this question: flat."""
        return list(values)

    def flat(self, values: Any) -> list[Any]:
        """The reverse; raises :class:`ValueError` unless ``values`` is a list."""
        return wire.items(values)

    def check_choices(self, choices: Sequence[Any]) -> None:
        """Raise :class:`UsageError` unless ``choices`` (0 or 1 per value, blank first) is an allowed vote."""
        if len(choices) != self.size or any(type(value) is not int or value not in (0, 1) for value in choices):
            raise UsageError(f"a vote on this question is {self.size} values, each 0 or 1")
        chosen = sum(choices[self.blank :])
        if self.blank and choices[0]:
            if chosen:
                raise UsageError("a blank vote chooses no answer")
        elif not self.min <= chosen <= self.max:
            raise UsageError(f"{self._bounds()} to be chosen, not {chosen}")

    def _bounds(self) -> str:
        if self.min != self.max:
            return f"between {self.min} and {self.max} answers are"
        return {0: "no answer is", 1: "exactly one answer is"}.get(self.min, f"exactly {self.min} answers are")


AnyQuestion = Question | PreferenceQuestion | ListsQuestion


def parse_question(value: Any) -> AnyQuestion:
    """A question as published, of whichever kind it is.

    Raises ValueError if malformed, UnsupportedError on kinds unknown, VerificationError on bounds that cannot hold.
    """
    if not isinstance(value, dict) or "type" not in value:
        return Question.from_json(value)
    match value["type"]:
        case preference.TYPE:
            return PreferenceQuestion.from_json(value)
        case lists.TYPE:
            return ListsQuestion.from_json(value)
        case other:
            raise UnsupportedError(f"questions of the type {other!r} are not supported")
