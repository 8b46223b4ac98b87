"""Which provision of the Kazakh text is which of the Russian one: by what they are, their numbers and places.

The words cannot be compared, but both languages number alike. What has no number is counted among its like in the
provision that it stands in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from egov_participation.documents.structure import Kind, Provision, parents

Path = tuple[tuple[str, str], ...]
"""Kind and number of a provision, after those of all that it stands in."""


def paths(provisions: Sequence[Provision]) -> list[Path]:
    """Where each stands; each path once."""
    found: list[Path] = []
    seen: Counter[Path] = Counter()
    for provision, above in zip(provisions, parents(provisions), strict=True):
        path = (*(found[above] if above is not None else ()), (provision.kind.value, _plain(provision)))
        seen[path] += 1
        found.append(path if seen[path] == 1 else (*path[:-1], (path[-1][0], f"{path[-1][1]}#{seen[path]}")))
    return found


def pairs(one: Sequence[Provision], other: Sequence[Provision]) -> dict[int, int]:
    """For places of ``one`` those of ``other`` that stand at the same path."""
    places = {path: place for place, path in enumerate(paths(other))}
    return {place: places[path] for place, path in enumerate(paths(one)) if path in places}


def _plain(provision: Provision) -> str:
    """A number as both languages have it; letters of sub-points differ, and are counted instead."""
    if provision.kind is Kind.TABLE:
        return ""
    return provision.number if provision.number and not provision.number.isalpha() else ""
