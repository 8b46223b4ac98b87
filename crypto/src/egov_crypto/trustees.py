"""The trustees of an election, and how their decryptions combine (specification sections 4.7 and 4.21).

An item is one mandatory trustee ("Single"), or several of whom some are enough ("Pedersen"); decrypting takes each
item. The owner of a decryption is a place, counted from 1, among the trustees of all items.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from egov_crypto import wire
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import IDENTITY, Point
from egov_crypto.tally import Factors
from egov_crypto.threshold.parameters import Parameters, lagrange
from egov_crypto.trustee import TrusteeKey

Item = TrusteeKey | Parameters


@dataclass(frozen=True)
class Trustees(Sequence[TrusteeKey]):
    """As a sequence: the keys of all trustees, that of owner k at k - 1."""

    items: tuple[Item, ...]

    @classmethod
    def singles(cls, keys: Sequence[TrusteeKey]) -> "Trustees":
        """Trustees all of whom are needed."""
        return cls(tuple(keys))

    @classmethod
    def parse(cls, raw: bytes) -> "Trustees":
        """Read and verify ``trustees``; :class:`VerificationError` with a code ``trustees.*`` or ``threshold.*``.

        Threshold trustees of whom one is enough all have the same key, which is refused (``trustees.duplicate``).
        """
        try:
            kinds = [wire.items(item, 2) for item in wire.items(wire.load(raw))]
            if not kinds:
                raise ValueError("not a list of trustees")
            items: list[Item] = []
            for kind, value in kinds:
                match kind:
                    case "Single":
                        items.append(TrusteeKey.from_json(value))
                    case "Pedersen":
                        items.append(Parameters.from_json(value))
                    case _:
                        raise ValueError("not a kind of trustee")
        except ValueError as error:
            raise VerificationError("trustees.format", str(error)) from None
        trustees = cls(tuple(items))
        if len({key.public_key for key in trustees.keys}) != len(trustees):
            raise VerificationError("trustees.duplicate")
        return trustees

    def to_json(self) -> bytes:
        """``trustees`` as published."""
        return wire.dump(
            [["Single" if isinstance(item, TrusteeKey) else "Pedersen", item.to_json()] for item in self.items]
        )

    @cached_property
    def keys(self) -> tuple[TrusteeKey, ...]:
        """Of all trustees, in the order of owners."""
        return tuple(key for item in self.items for key in _keys(item))

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> TrusteeKey: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[TrusteeKey, ...]: ...
    def __getitem__(self, index: int | slice) -> TrusteeKey | tuple[TrusteeKey, ...]:
        return self.keys[index]

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Of each trustee, in the order of owners: ``"single"``, which is needed always, or ``"threshold"``."""
        return tuple(
            "single" if isinstance(item, TrusteeKey) else "threshold" for item in self.items for _ in _keys(item)
        )

    @cached_property
    def always(self) -> tuple[int, ...]:
        """The owners without whom nothing is decrypted."""
        return tuple(owner for owner, kind in enumerate(self.kinds, 1) if kind == "single")

    @cached_property
    def public_key(self) -> Point:
        """The election's: the sum of the items'."""
        return sum((item.public_key for item in self.items), start=IDENTITY)

    @cached_property
    def required(self) -> int:
        """How many trustees decrypting takes."""
        return self.lacking(())

    def lacking(self, owners: Collection[int]) -> int:
        """How many more than ``owners`` decrypting takes."""
        return sum(max(0, _required(item) - len(places)) for item, places in self._among(owners))

    def enough(self, owners: Collection[int]) -> bool:
        """Whether ``owners`` can decrypt together."""
        return not self.lacking(owners)

    def combine(self, decryptions: Mapping[int, Factors]) -> Factors:
        """The factors F with which a tally opens, from verified ones by owner; of an item that has more than enough,
        the first are taken. Raises :class:`UsageError` if there are not enough.
        """
        weights: dict[int, int] = {}  # by owner: what its factors are multiplied by
        for item, places in self._among(decryptions):
            taken = dict(sorted(places.items())[: _required(item)])
            if len(taken) < _required(item):
                raise UsageError("not enough trustees have decrypted")
            coefficients = lagrange(list(taken)) if isinstance(item, Parameters) else [1]
            weights.update(zip(taken.values(), coefficients, strict=True))
        (first, weight), *others = weights.items()
        combined = [[point * weight for point in question] for question in decryptions[first]]
        for owner, weight in others:
            combined = [
                [sum_ + point * weight for sum_, point in zip(sums, points, strict=True)]
                for sums, points in zip(combined, decryptions[owner], strict=True)
            ]
        return combined

    def _among(self, owners: Collection[int]) -> Iterator[tuple[Item, dict[int, int]]]:
        """Each item with those of its trustees who are among ``owners``: owner by place in the item, from 1."""
        before = 0
        for item in self.items:
            size = len(_keys(item))
            yield item, {place: before + place for place in range(1, size + 1) if before + place in owners}
            before += size


def _keys(item: Item) -> tuple[TrusteeKey, ...]:
    return item.keys if isinstance(item, Parameters) else (item,)


def _required(item: Item) -> int:
    return item.threshold if isinstance(item, Parameters) else 1
