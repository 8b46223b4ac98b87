"""Questions of lists: choose one list, and in it at least one candidate (specification section 4.9.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar

from egov_crypto import wire
from egov_crypto.errors import UsageError, VerificationError

TYPE: Final = "Lists"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ListsQuestion:
    """One question. Each of ``lists`` begins with its own name, which its candidates follow.

    A vote gives each of these texts 0 or 1: nested as they are for those who vote and in everything published, flat,
    one list after the other, for those who compute.
    """

    lists: tuple[tuple[str, ...], ...]
    question: str

    def __post_init__(self) -> None:
        if not self.lists:
            raise VerificationError("election.question", "no lists")
        if any(len(texts) < 2 for texts in self.lists):
            raise VerificationError("election.question", "a list without candidates, which nobody could choose")

    @property
    def kind(self) -> str:
        """As the specification calls it."""
        return TYPE

    @property
    def size(self) -> int:
        """How many values, hence ciphertexts, a vote on this question has: one per list and one per candidate."""
        return sum(map(len, self.lists))

    @property
    def texts(self) -> tuple[str, ...]:
        """What a voter chooses of, in the order of the values."""
        return tuple(text for texts in self.lists for text in texts)

    @classmethod
    def from_json(cls, value: Any) -> "ListsQuestion":
        """Raises ValueError if malformed, VerificationError if there is no list, or one without candidates."""
        members = wire.fields(value, "type", "value")
        if members["type"] != TYPE:
            raise ValueError("not a question of lists")
        inner = wire.fields(members["value"], "answers", "question")
        lists = (tuple(wire.string(text) for text in wire.items(texts)) for texts in wire.items(inner["answers"]))
        return cls(tuple(lists), wire.string(inner["question"]))

    def to_json(self) -> dict[str, Any]:
        """In the specification's order."""
        return {"type": TYPE, "value": {"answers": [list(texts) for texts in self.lists], "question": self.question}}

    def check_choices(self, choices: Sequence[Any]) -> None:
        """Raise :class:`UsageError` unless ``choices`` (0 or 1 for each text, nested) is an allowed vote."""
        sizes = [len(texts) for texts in self.lists]
        if [len(values) if isinstance(values, list | tuple) else 0 for values in choices] != sizes or any(
            type(value) is not int or value not in (0, 1) for values in choices for value in values
        ):
            raise UsageError("a vote on this question is, for each list, 0 or 1 for itself and for each candidate")
        if sum(values[0] for values in choices) != 1:
            raise UsageError("exactly one list is to be chosen")
        if any(any(values[1:]) and not values[0] for values in choices):
            raise UsageError("candidates can be chosen of the chosen list alone")
        if not any(any(values[1:]) for values in choices):
            raise UsageError("at least one candidate of the list is to be chosen")

    def nested(self, values: Iterable[_T]) -> list[list[_T]]:
        """Values of ciphertexts, as many as :attr:`size`, as everything published nests them: list by list."""
        rest = iter(values)
        return [list(islice(rest, len(texts))) for texts in self.lists]

    def flat(self, values: Any) -> list[Any]:
        """The reverse; raises :class:`ValueError` unless each list has as many values as texts."""
        lists = zip(wire.items(values, len(self.lists)), self.lists, strict=True)
        return [value for list_, texts in lists for value in wire.items(list_, len(texts))]
