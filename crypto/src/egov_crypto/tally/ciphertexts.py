"""The ciphertexts of the counted ballots (specification section 4.18)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from egov_crypto import wire
from egov_crypto.election import Election
from egov_crypto.elgamal import ZERO, Ciphertext
from egov_crypto.errors import UsageError
from egov_crypto.group import Point
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion

Factors = list[list[Point]]
"""Decryption factors (private key times α), one per ciphertext of the tally."""

Result = list[list[Any]]
"""Per question: the count of each value; of lists the same, nested; of preferences the numbers of each vote, in the
order of the ciphertexts."""


@dataclass
class Tally:
    """The counted ballots: per question the sum of each value's ciphertexts, or all the votes' where they are shuffled,
    with how many ballots and what weight."""

    questions: tuple[AnyQuestion, ...]
    _ciphertexts: list[list[Ciphertext]]
    ballots: int = 0
    weight: int = 0
    shuffled: bool = False
    """Whether the ciphertexts of preferences are what some trustee's shuffle left, in its order."""

    @classmethod
    def empty(cls, election: Election) -> "Tally":
        return cls(
            election.questions,
            [
                [] if place in election.shuffled else [ZERO] * question.size
                for place, question in enumerate(election.questions)
            ],
        )

    @classmethod
    def parse(cls, election: Election, raw: bytes, sized: bytes) -> "Tally":
        """An encrypted tally as published; ValueError if malformed. That it is the ballots' is not checked."""
        size = wire.fields(wire.load(sized), "num_tallied", "total_weight", "encrypted_tally")
        lists = wire.items(wire.load(raw), len(election.questions))
        flat = [question.flat(list_) for question, list_ in zip(election.questions, lists, strict=True)]
        ciphertexts = [[_ciphertext(choice) for choice in choices] for choices in flat]
        return cls(election.questions, ciphertexts, size["num_tallied"], wire.weight_from_json(size["total_weight"]))

    @property
    def ciphertexts(self) -> list[list[Ciphertext]]:
        """Per question, flat. Votes of preference stand sorted until they are shuffled: their order tells nothing."""
        if not self.shuffled:
            for question, choices in zip(self.questions, self._ciphertexts, strict=True):
                if isinstance(question, PreferenceQuestion):
                    choices.sort(key=_little_endian)
        return self._ciphertexts

    def add(self, answers: Sequence[Sequence[Ciphertext]], weight: int) -> None:
        """Count a ballot's answers ``weight`` times. The ballot must have been verified.

        Raises :class:`UsageError` on a vote of preference that weighs more than 1: a list has no room for weights.
        """
        for place, (question, choices) in enumerate(zip(self.questions, answers, strict=True)):
            if isinstance(question, PreferenceQuestion):
                if weight != 1:
                    raise UsageError("votes of preference all weigh the same")
                self._ciphertexts[place].extend(choices)
            else:
                weighed = [choice.times(weight) for choice in choices]
                self._ciphertexts[place] = _sums(self._ciphertexts[place], weighed)
        self.ballots += 1
        self.weight += weight

    def merge(self, other: "Tally") -> None:
        """Add another tally of the same election (of other ballots)."""
        for place, (question, choices) in enumerate(zip(self.questions, other._ciphertexts, strict=True)):
            if isinstance(question, PreferenceQuestion):
                self._ciphertexts[place].extend(choices)
            else:
                self._ciphertexts[place] = _sums(self._ciphertexts[place], choices)
        self.ballots += other.ballots
        self.weight += other.weight

    def mixed(self, lists: Sequence[list[Ciphertext]]) -> "Tally":
        """The same with other ciphertexts for the questions that are shuffled, in the order that they stand in."""
        rest = iter(lists)
        ciphertexts = [
            next(rest) if isinstance(question, PreferenceQuestion) else choices
            for question, choices in zip(self.questions, self._ciphertexts, strict=True)
        ]
        return Tally(self.questions, ciphertexts, self.ballots, self.weight, shuffled=True)

    def to_json(self) -> bytes:
        """``encrypted_tally`` as published."""
        return wire.dump(
            self.nested([[wire.ciphertext_to_json(choice) for choice in choices] for choices in self.ciphertexts])
        )

    def sized_json(self) -> bytes:
        """``sized_encrypted_tally``, the payload of the EncryptedTally event."""
        return wire.dump(
            {
                "num_tallied": self.ballots,
                "total_weight": wire.weight_to_json(self.weight),
                "encrypted_tally": wire.digest(self.to_json()),
            }
        )

    def nested(self, values: Iterable[Sequence[Any]]) -> list[list[Any]]:
        """Something of each ciphertext, as everything published nests it."""
        return [question.nested(of) for question, of in zip(self.questions, values, strict=True)]

    def flat(self, value: Any) -> list[list[Any]]:
        """The reverse; ValueError unless there is something of each ciphertext."""
        return [
            wire.items(question.flat(of), len(choices))
            for question, of, choices in zip(
                self.questions, wire.items(value, len(self.questions)), self._ciphertexts, strict=True
            )
        ]


def _sums(some: Sequence[Ciphertext], others: Sequence[Ciphertext]) -> list[Ciphertext]:
    return [one.plus(other) for one, other in zip(some, others, strict=True)]


def _little_endian(choice: Ciphertext) -> tuple[bytes, bytes]:
    return choice.alpha.raw, choice.beta.raw


def _ciphertext(value: Any) -> Ciphertext:
    """Sums are the identity where nobody voted."""
    members = wire.fields(value, "alpha", "beta")
    return Ciphertext(*(Point.parse(members[name], identity=True) for name in ("alpha", "beta")))
