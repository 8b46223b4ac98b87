"""Which provision of a new version of a draft is which of the old one.

Identity goes by words and place, never by number: a chapter put in renumbers all that follow and changes nothing else.
`matching.py` pairs provisions one to one; here those that are left are looked for in what others were split into or
merged from, and what happened to each is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from rapidfuzz.distance import LCSseq

from egov_participation.documents.matching import Matching, Side, matched
from egov_participation.documents.structure import Provision
from egov_participation.documents.words import share, similarity
from egov_participation.word_diff import longest_rising

SURE: Final = 0.75
"""From this similarity on nobody has to confirm that two provisions are one."""
_PART: Final = 0.8
"""So much of a provision's words must come from another for it to be a part of it."""
_LEAST_WORDS: Final = 4
"""A part has so many words at least: fewer are found everywhere."""


class Change(StrEnum):
    """What happened to a provision between two versions."""

    UNCHANGED = "unchanged"
    """The same words at the same place; its number may be another."""
    MODIFIED = "modified"
    MOVED = "moved"
    """Stands in another provision, or out of the order of its neighbours; below a score of 1 its words changed too."""
    SPLIT = "split"
    MERGED = "merged"
    DELETED = "deleted"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Link:
    """One lineage: the provisions of the old version, by place, and those of the new one that they became.

    ``score`` is how similar the words are, 0 to 1: exactly 1 when they are the same, 0 for `NEW` and `DELETED`.
    """

    change: Change
    old: tuple[int, ...]
    new: tuple[int, ...]
    score: float
    doubtful: bool = False
    """An official should confirm it."""


@dataclass(frozen=True)
class ProvisionMap:
    """All links between two versions, in the order of the new one, what was deleted after what it followed.

    Every provision of either version is in exactly one link.
    """

    links: tuple[Link, ...]

    @cached_property
    def _of_old(self) -> dict[int, Link]:
        return {place: link for link in self.links for place in link.old}

    @cached_property
    def _of_new(self) -> dict[int, Link]:
        return {place: link for link in self.links for place in link.new}

    def of_old(self, place: int) -> Link:
        """The link that the old version's provision at ``place`` is in. Raises KeyError when there is none there."""
        return self._of_old[place]

    def of_new(self, place: int) -> Link:
        """The link that the new version's provision at ``place`` is in. Raises KeyError when there is none there."""
        return self._of_new[place]


def map_provisions(old: Sequence[Provision], new: Sequence[Provision]) -> ProvisionMap:
    """Which provision became which. The same input gives the same map.

    Time grows with the number of provisions and the length of the words that changed: 1,000 against 1,000 take about a
    second.
    """
    before, after = Side(old), Side(new)
    found = matched(before, after)
    parts = _gathered(before, after, found)
    moved = _moved(before, after, found)
    links = [_link(before, after, found, parts, moved, here, there) for here, there in found.pairs.items()]
    links += [
        Link(Change.SPLIT, (here,), tuple(sorted(places)), *_judged(before, (here,), after, sorted(places)))
        for here, places in parts.into.items()
        if here not in found.pairs
    ]
    links += [
        Link(Change.MERGED, tuple(sorted(places)), (there,), *_judged(before, sorted(places), after, (there,)))
        for there, places in parts.out_of.items()
        if there not in found.inverse
    ]
    links += _left(before, after, links)
    return ProvisionMap(tuple(_in_reading_order(links)))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is a part of another and has no partner: by the old provision it came from, by the new one it went to."""

    into: dict[int, list[int]]
    out_of: dict[int, list[int]]


def _gathered(before: Side, after: Side, found: Matching) -> _Parts:
    """What was split and merged."""
    changed_old = [place for place in before.all if not found.same_words(place)]
    changed_new = [
        place for place in after.all if place not in found.inverse or not found.same_words(found.inverse[place])
    ]
    lost = [place for place in before.all if place not in found.pairs]
    fresh = [place for place in after.all if place not in found.inverse]
    into = _homes(after, fresh, before, changed_old, found.pairs)
    taken = {place for places in into.values() for place in places} | set(into)
    out_of = _homes(
        before,
        [place for place in lost if place not in taken],
        after,
        [place for place in changed_new if place not in taken and found.inverse.get(place) not in taken],
        found.inverse,
    )
    return _Parts(into, out_of)


def _homes(
    parts: Side, orphans: Iterable[int], wholes: Side, candidates: Sequence[int], partner: dict[int, int]
) -> dict[int, list[int]]:
    """For each whole the orphans that are parts of it, and that its partner on their side does not explain already."""
    index = wholes.index(candidates)
    homes: dict[int, list[int]] = defaultdict(list)
    for orphan in orphans:
        tokens = parts.tokens[orphan]
        if len(tokens) < _LEAST_WORDS:
            continue
        best: tuple[float, int] | None = None
        for whole in index.like(tokens):
            rest = wholes.tokens[whole]
            if whole in partner:
                rest = _without(rest, parts.tokens[partner[whole]])
            held = share(tokens, rest)
            if held >= _PART and (best is None or (held, -whole) > (best[0], -best[1])):
                best = held, whole
        if best is not None:
            homes[best[1]].append(orphan)
    return {whole: places for whole, places in homes.items() if whole in partner or len(places) > 1}


def _without(tokens: Sequence[str], taken: Sequence[str]) -> list[str]:
    """The words of ``tokens`` that are no part of ``taken``, in their order."""
    left: list[str] = []
    for step in LCSseq.opcodes(tokens, taken):
        if step.tag != "equal":
            left += tokens[step.src_start : step.src_end]
    return left


def _judged(before: Side, old: Sequence[int], after: Side, new: Sequence[int]) -> tuple[float, bool]:
    score = similarity("\n".join(before.words[place] for place in old), "\n".join(after.words[place] for place in new))
    return score, score < SURE


def _link(before: Side, after: Side, found: Matching, parts: _Parts, moved: set[int], here: int, there: int) -> Link:
    if here in parts.into:
        places = tuple(sorted([there, *parts.into[here]]))
        return Link(Change.SPLIT, (here,), places, *_judged(before, (here,), after, places))
    if there in parts.out_of:
        places = tuple(sorted([here, *parts.out_of[there]]))
        return Link(Change.MERGED, places, (there,), *_judged(before, places, after, (there,)))
    score = found.score[here]
    change = Change.MOVED if here in moved else Change.UNCHANGED if found.same_words(here) else Change.MODIFIED
    return Link(change, (here,), (there,), score, doubtful=score < SURE or here in found.ambiguous)


def _left(before: Side, after: Side, links: Sequence[Link]) -> list[Link]:
    old = {place for link in links for place in link.old}
    new = {place for link in links for place in link.new}
    return [
        *(Link(Change.DELETED, (place,), (), 0.0) for place in before.all if place not in old),
        *(Link(Change.NEW, (), (place,), 0.0) for place in after.all if place not in new),
    ]


def _moved(before: Side, after: Side, found: Matching) -> set[int]:
    """Old places of pairs that stand elsewhere: in another provision, or out of the longest run that kept its order.

    Where the provision that it stood in has no partner there is nothing to stand elsewhere from; the order among all
    others decides.
    """
    moved: set[int] = set()
    siblings: dict[int | None, list[int]] = defaultdict(list)
    homeless: set[int] = set()
    for there in sorted(found.inverse):
        here = found.inverse[there]
        above, now_above = before.parents[here], after.parents[there]
        if above is None and now_above is None:
            siblings[None].append(here)
        elif above is None or now_above is None or above not in found.pairs or now_above not in found.inverse:
            homeless.add(here)
        elif found.pairs[above] == now_above:
            siblings[above].append(here)
        else:
            moved.add(here)
    for run in siblings.values():
        moved |= _out_of_order(run)
    if homeless:
        everyone = [found.inverse[there] for there in sorted(found.inverse)]
        moved |= homeless & _out_of_order(everyone)
    return moved


def _out_of_order(places: Sequence[int]) -> set[int]:
    return set(places) - {places[kept] for kept in longest_rising(places)}


def _in_reading_order(links: Sequence[Link]) -> list[Link]:
    """By the first place in the new version; what was deleted comes after what it followed in the old one."""
    after = -1
    key = {link: (link.new[0], 0, 0) for link in links if link.new}
    for link in sorted((link for link in links if link.old), key=lambda link: link.old):
        if link.new:
            after = link.new[0]
        else:
            key[link] = after, 1, link.old[0]
    return sorted(links, key=key.__getitem__)
