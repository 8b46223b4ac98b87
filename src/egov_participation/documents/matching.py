"""Pairs the provisions of two versions one to one, before anybody says what happened to them.

First what has the same words (P. Heckel, "A technique for isolating differences between files", 1978: what is unique in
both, then its neighbours, so that the many "excluded" and "the same" find their own), then what is alike, looked for by
rare words and by place; nothing compares everything with everything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from egov_participation.documents.structure import Kind, Provision, parents
from egov_participation.documents.words import WordIndex, alike, plain, words_of

_ALIKE: Final = 0.5
"""So alike must two provisions be that nothing but their words makes one."""
_ALIKE_IN_PLACE: Final = 0.3
"""The same for two that stand at the same place under the same number, or alone between the same neighbours."""
_NEAR: Final = 0.03
"""Two candidates whose ranks differ by less cannot be told apart."""
_ROUNDS: Final = 4
_FEW: Final = 4
"""Fewer words are the same by chance."""
_MANY: Final = 250_000


class Side:
    """One version, with what is looked up in it."""

    def __init__(self, provisions: Sequence[Provision]) -> None:
        self.provisions = provisions
        self.all = range(len(provisions))
        self.parents = parents(provisions)
        self.words = [provision.words for provision in provisions]
        self.plain = [plain(words) for words in self.words]
        self.tokens = [words_of(words) for words in self.words]
        self.keys = [(provision.heading, provision.text, provision.table) for provision in provisions]
        self.children: dict[int | None, list[int]] = defaultdict(list)
        for place, parent in enumerate(self.parents):
            self.children[parent].append(place)

    def index(self, places: Iterable[int]) -> WordIndex:
        """An index of the words of these provisions."""
        return WordIndex({place: self.tokens[place] for place in places})


class Matching:
    """Pairs of places, old to new."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old, self.new = old, new
        self.pairs: dict[int, int] = {}
        self.inverse: dict[int, int] = {}
        self.score: dict[int, float] = {}
        """By the old place: how alike the words are, 0 to 1."""
        self.ambiguous: set[int] = set()
        """Old places that might as well have got another partner."""
        self._likely: dict[int, list[int]] | None = None
        self._known: dict[tuple[int, int], float] = {}

    def same_words(self, here: int) -> bool:
        """Whether the old provision has a partner with the same words."""
        return here in self.pairs and self.old.keys[here] == self.new.keys[self.pairs[here]]

    def pair(self, here: int, there: int, score: float) -> None:
        self.pairs[here] = there
        self.inverse[there] = here
        self.score[here] = score

    def free(self, here: int, there: int) -> bool:
        return here not in self.pairs and there not in self.inverse

    def similarity(self, here: int, there: int) -> float:
        """How alike the words are, 0 to 1; exactly 1 for the same heading, text and table."""
        if self.old.keys[here] == self.new.keys[there]:
            return 1.0
        if (here, there) not in self._known:
            # The same words with another division (a heading made text) are not the same, and score just below 1.
            old, new = self.old, self.new
            score = alike(old.plain[here], old.tokens[here], new.plain[there], new.tokens[there])
            self._known[here, there] = score
        return self._known[here, there]

    def likely(self, here: int) -> list[int]:
        """Places of new provisions that share rare words with an old one, of those without a partner at first."""
        if self._likely is None:
            index = self.new.index([there for there in self.new.all if there not in self.inverse])
            self._likely = {one: index.like(self.old.tokens[one]) for one in self.old.all if one not in self.pairs}
        return self._likely.get(here, [])

    def siblings(self, here: int, there: int) -> bool:
        """Whether they stand in provisions that are partners, or both at the top."""
        above, now_above = self.old.parents[here], self.new.parents[there]
        return now_above is None if above is None else self.pairs.get(above, -1) == now_above


def matched(old: Side, new: Side) -> Matching:
    """The best pairs that are found; the same for the same input."""
    found = Matching(old, new)
    _unique(found)
    _neighbours(found)
    _repeated(found)
    for _ in range(_ROUNDS):
        before = len(found.pairs)
        _containers(found)
        _alike(found)
        if len(found.pairs) == before:
            break
    return found


def _unique(found: Matching) -> None:
    """What stands once in either version."""
    old, new = found.old, found.new
    seen, now_seen = Counter(old.keys), Counter(new.keys)
    where = {key: place for place, key in enumerate(new.keys)}
    for here, key in enumerate(old.keys):
        if old.words[here] and seen[key] == 1 and now_seen[key] == 1 and _comparable(found, here, where[key]):
            found.pair(here, where[key], 1.0)


def _neighbours(found: Matching) -> None:
    """What stands beside a pair and has the same words: downwards, then upwards."""
    for step in (1, -1):
        for here in found.old.all[::step]:
            beside, now_beside = here + step, found.pairs.get(here, -2) + step
            if here in found.pairs and beside in found.old.all and now_beside in found.new.all:
                same = found.old.keys[beside] == found.new.keys[now_beside]
                if same and found.free(beside, now_beside) and _same_kind(found, beside, now_beside):
                    found.pair(beside, now_beside, 1.0)


def _repeated(found: Matching) -> None:
    """What stands several times: those first that stand in partners, then under the same number, then in order."""
    groups: dict[object, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for here in found.old.all:
        if here not in found.pairs and found.old.words[here]:
            groups[found.old.keys[here]][0].append(here)
    for there in found.new.all:
        if there not in found.inverse and found.new.keys[there] in groups:
            groups[found.new.keys[there]][1].append(there)
    for olds, news in groups.values():
        candidates: Iterable[tuple[int, int]]
        if len(olds) * len(news) > _MANY:
            candidates = zip(olds, news, strict=False)
        else:
            ranks = {here: rank for rank, here in enumerate(olds)}
            now_ranks = {there: rank for rank, there in enumerate(news)}
            candidates = sorted(
                ((here, there) for here in olds for there in news),
                key=lambda pair, ranks=ranks, now_ranks=now_ranks: (  # type: ignore[misc]
                    not found.siblings(*pair),
                    found.old.provisions[pair[0]].number != found.new.provisions[pair[1]].number,
                    abs(ranks[pair[0]] - now_ranks[pair[1]]),
                    pair,
                ),
            )
        few = len(found.old.tokens[olds[0]]) < _FEW
        for here, there in candidates:
            # "Excluded." that is gone here and new there has not moved.
            if (
                found.free(here, there)
                and _comparable(found, here, there)
                and not (few and not found.siblings(here, there))
            ):
                found.pair(here, there, 1.0)


def _containers(found: Matching) -> None:
    """What holds the partners of most of what the other holds: a chapter whose heading changed."""
    for here in reversed(found.old.all):
        if here in found.pairs:
            continue
        held = found.old.children.get(here, [])
        votes = Counter(
            parent
            for child in held
            if child in found.pairs and (parent := found.new.parents[found.pairs[child]]) is not None
        )
        for there, number in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:1]:
            most = 2 * number > len(held) and 2 * number > len(found.new.children[there])
            if most and found.free(here, there) and _same_kind(found, here, there):
                found.pair(here, there, found.similarity(here, there))


def _alike(found: Matching) -> None:
    """What is alike, the best pairs first."""
    ranked: list[tuple[float, int, int, float]] = []
    rivals: dict[tuple[str, int], list[float]] = defaultdict(list)
    for here, there in sorted(set(_candidates(found))):
        if not found.free(here, there) or not _comparable(found, here, there):
            continue
        score = found.similarity(here, there)
        one, other = found.old.provisions[here], found.new.provisions[there]
        sibling, numbered = found.siblings(here, there), one.number == other.number != ""
        in_place = sibling and _same_kind(found, here, there) and (numbered or _between(found, here, there))
        worded = min(len(found.old.tokens[here]), len(found.new.tokens[there])) >= _FEW
        if score >= (_ALIKE_IN_PLACE if in_place else _ALIKE) and (worded or sibling):
            same_heading = bool(one.heading) and one.heading == other.heading
            rank = score + 0.06 * sibling + 0.03 * numbered + 0.06 * same_heading + 0.02 * (one.kind is other.kind)
            ranked.append((-rank, here, there, score))
            rivals["old", here].append(rank)
            rivals["new", there].append(rank)
    for rank, here, there, score in sorted(ranked):
        if found.free(here, there):
            found.pair(here, there, score)
            others = [*rivals["old", here], *rivals["new", there]]
            # The pair itself is in both lists.
            if sum(1 for other in others if other > -rank - _NEAR) > 2:
                found.ambiguous.add(here)


def _candidates(found: Matching) -> Iterator[tuple[int, int]]:
    old, new = found.old, found.new
    free_old = [here for here in old.all if here not in found.pairs]
    free_new = [there for there in new.all if there not in found.inverse]
    numbered: dict[tuple[int | None, Kind, str], list[int]] = defaultdict(list)
    for there in free_new:
        provision = new.provisions[there]
        numbered[new.parents[there], provision.kind, provision.number].append(there)
    for here in free_old:
        provision = old.provisions[here]
        for there in found.likely(here):
            yield here, there
        above = old.parents[here]
        if above is None or above in found.pairs:
            now_above = None if above is None else found.pairs[above]
            for there in numbered.get((now_above, provision.kind, provision.number), [])[:8]:
                yield here, there
        after = found.pairs.get(here - 1, -2) + 1 if here else 0
        if after in new.all and after not in found.inverse:
            yield here, after
        ahead = found.pairs.get(here + 1, 0) - 1 if here + 1 in old.all else len(new.all) - 1
        if ahead in new.all and ahead not in found.inverse:
            yield here, ahead


def _between(found: Matching, here: int, there: int) -> bool:
    """Whether both stand alone between the same neighbours."""
    after = found.pairs.get(here - 1, -2) == there - 1 if here and there else here == there
    last, now_last = here + 1 == len(found.old.all), there + 1 == len(found.new.all)
    ahead = last == now_last if last or now_last else found.pairs.get(here + 1, -2) == there + 1
    return after and ahead


def _same_kind(found: Matching, here: int, there: int) -> bool:
    return found.old.provisions[here].kind is found.new.provisions[there].kind


def _comparable(found: Matching, here: int, there: int) -> bool:
    """A table becomes no text, and what holds others becomes no note."""
    one, other = found.old.provisions[here].kind, found.new.provisions[there].kind
    return one is other or not {one, other} & {Kind.TABLE, Kind.NOTE, Kind.SIGNATURE, Kind.ANNEX}
