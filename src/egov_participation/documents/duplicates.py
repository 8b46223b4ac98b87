"""Comments that say the same: letters of a campaign, with a word changed here and there, and copies of one.

What is greeting and signature is left out first. Exact copies are one text then. Texts that are nearly the same are
found by MinHash over their runs of five characters (A. Broder, 1997), put into bands so that those that are alike meet
(locality sensitive hashing), and confirmed by how much of them must be edited.

A cluster has a leader, and each of its members is like the leader: nothing is in a cluster by a chain of others.
Leaders are chosen by what the texts are and how often they came, never by the order they came in.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio

ALIKE: Final = 85.0
"""So alike, in percent, is each member to its leader."""
SHORT: Final = 20
"""Texts of fewer characters are only alike when they are the same."""
_SHINGLE: Final = 5
_BANDS, _ROWS = 20, 4
"""Texts with this share of common runs meet with this chance: 0.5, 72 %; 0.6, 94 %; 0.7, 99.6 %."""
_LONGEST: Final = 20_000
"""So much of a text is looked at."""
_COMPARED: Final = 3_000
"""So much of its beginning is compared with others; texts with the same beginning must be nearly as long, too."""
_MOST_LEADERS: Final = 50
_MOST_SIGNS: Final = 30_000
"""With so many leaders, and of them so many characters, a text is compared at most, those first that it meets in most
bands: what a comparison costs grows with both texts, and all must not take the longer the less they are alike."""
_MOST_IN_BAND: Final = 500
"""So many leaders are found by what they have in common in a band: the first, which came most often."""
_TAIL: Final = 400
"""A signature begins in the last so many characters: some words, and up to 200 characters."""

_GREETING: Final = re.compile(
    r"\W*(?:здравствуйте|добр(?:ый|ого|ое)\s+(?:день|дня|утро|утра|вечер|вечера)|приветствую|"
    r"уважаем(?:ый|ая|ые)[^.,!:\n]{0,80}|сәлеметсі[зң](?:дер)?(?:\s+бе)?|сәлем|"
    r"қайырлы\s+(?:күн|таң|кеш)|құрметті[^.,!:\n]{0,80}|"
    r"hello|hi|good\s+(?:day|morning|afternoon|evening)|greetings|to\s+whom\s+it\s+may\s+concern|dear[^.,!:\n]{0,80})"
    r"(?!\w)[\s.,!:;–—-]*",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(
    r"(?:^|(?<=[.!?\n,;]))\s*(?:с\s+(?:искренним\s+|глубоким\s+)?уважением|(?:заранее\s+)?(?:спасибо|благодарю|благодарим)|"
    r"құрметпен|ізгі\s+ниетпен|(?:алдын\s+ала\s+)?рақмет|"
    r"(?:yours\s+)?(?:sincerely|faithfully|respectfully|truly)(?:\s+yours)?|(?:(?:best|kind|warm)\s+)?regards|"
    r"respectfully\s+submitted|best\s+wishes|thank\s+you|thanks)(?!\w)(?:(?![.!?]\s+\w+\s+\w+\s+\w+\s+\w+).){0,200}\Z",
    re.IGNORECASE | re.DOTALL,
)
_BLANKS: Final = re.compile(r"\s{2,}")
_SIGNS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Comments that say the same."""

    representative: int
    """The one to show: the first copy of its leader."""
    members: tuple[int, ...]
    """All of them, in order; how many there are is their true count."""
    exact: int
    """How many of them have the leader's very words, greetings and signatures aside."""


def normal(text: str) -> str:
    """The words of a comment in one spelling, without case, signs, greeting and signature.

    What would be left without a word (a comment that is all thanks) is kept whole.
    """
    text = _BLANKS.sub(_one_blank, unicodedata.normalize("NFKC", text[:_LONGEST])[:_LONGEST]).strip()
    kept = text
    for _ in range(3):
        greeting = _GREETING.match(kept)
        if greeting is None:
            break
        kept = kept[greeting.end() :]
    if signature := _SIGNATURE.search(kept, max(0, len(kept) - _TAIL)):
        kept = kept[: signature.start()]
    return _plain(kept) or _plain(text) or text


def _one_blank(run: re.Match[str]) -> str:
    """One blank for many, each of which a pattern would begin anew at; a line stays a line."""
    return "\n" if "\n" in run[0] else " "


def _plain(text: str) -> str:
    return _SIGNS.sub(" ", text.casefold()).strip()


def cluster(texts: Iterable[tuple[int, str]]) -> list[Cluster]:
    """Every comment in exactly one cluster, alone when nothing says the same; the largest first.

    The order of ``texts`` changes nothing. 100,000 comments of a few hundred characters take about a minute.

    Args:
        texts: Number and text of each comment; a number stands once.
    """
    copies: dict[str, list[int]] = defaultdict(list)
    for number, text in texts:
        copies[normal(text)].append(number)
    order = sorted(copies, key=lambda text: (-len(copies[text]), -len(text), text))
    leaders = Leaders()
    members: dict[int, list[str]] = defaultdict(list)
    for place, text in enumerate(order):
        leader = leaders.find_normal(text)
        if leader is None:
            leaders.add_normal(place, text)
        members[place if leader is None else leader].append(text)
    found = [
        Cluster(
            representative=min(copies[order[place]]),
            members=tuple(sorted(number for text in inside for number in copies[text])),
            exact=len(copies[order[place]]),
        )
        for place, inside in members.items()
    ]
    return sorted(found, key=lambda one: (-len(one.members), one.representative))


class Leaders:
    """Texts that others are compared with, for comments that come one by one.

    Filled with the representatives of the clusters that are known (about 5,000 a second), `find` says which of them a
    new comment belongs to. `cluster` over all may choose other leaders later; what it finds counts.
    """

    def __init__(self) -> None:
        self._exact: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self._bands: dict[bytes, list[int]] = defaultdict(list)
        self._last: tuple[str, list[bytes]] | None = None

    def add(self, number: int, text: str) -> None:
        """A representative, by the number of its comment."""
        self.add_normal(number, normal(text))

    def find(self, text: str) -> int | None:
        """The number of the representative that says the same; None: this comment is the first of its kind."""
        return self.find_normal(normal(text))

    def add_normal(self, number: int, text: str) -> None:
        """`add` for a text that `normal` made."""
        self._exact.setdefault(text, number)
        if len(text) < SHORT:
            return
        self._texts[number] = text
        for band in self._bands_of(text):
            if len(self._bands[band]) < _MOST_IN_BAND:
                self._bands[band].append(number)

    def find_normal(self, text: str) -> int | None:
        """`find` for a text that `normal` made."""
        if text in self._exact:
            return self._exact[text]
        if len(text) < SHORT:
            return None
        meets: dict[int, int] = defaultdict(int)
        for band in self._bands_of(text):
            for number in self._bands.get(band, ()):
                meets[number] += 1
        best: tuple[float, int] | None = None
        signs = 0
        for number in sorted(meets, key=lambda number: (-meets[number], number))[:_MOST_LEADERS]:
            other = self._texts[number]
            if 200 * min(len(text), len(other)) < ALIKE * (len(text) + len(other)):
                continue  # so much longer is one of them that it cannot be the other with some words changed
            signs += min(len(other), _COMPARED)
            if signs > _MOST_SIGNS:
                break
            cutoff = ALIKE if best is None else best[0]
            alike = ratio(text[:_COMPARED], other[:_COMPARED], score_cutoff=cutoff)
            if alike >= ALIKE and (best is None or alike > best[0]):
                best = alike, number
        return None if best is None else best[1]

    def _bands_of(self, text: str) -> list[bytes]:
        if self._last is None or self._last[0] != text:
            self._last = text, bands(text)
        return self._last[1]


def bands(text: str) -> list[bytes]:
    """What texts that are alike have in common: a few bytes for each band; of texts of `SHORT` characters and more."""
    lowest = np.full(_BANDS * _ROWS, np.iinfo(np.uint32).max, dtype=np.uint32)
    runs = _runs(text[:_COMPARED])
    for start in range(0, len(runs), 1000):
        mixed = runs[np.newaxis, start : start + 1000] * _FACTORS + _SUMMANDS
        lowest = np.minimum(lowest, (mixed >> np.uint64(32)).astype(np.uint32).min(axis=1))
    rows = lowest.astype("<u4").tobytes()
    width = 4 * _ROWS
    return [bytes([band]) + rows[band * width : (band + 1) * width] for band in range(_BANDS)]


def _runs(text: str) -> NDArray[np.uint64]:
    """A number for each different run of five characters."""
    signs = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    last = len(signs) - _SHINGLE + 1
    mixed = np.zeros(last, dtype=np.uint64)
    for place in range(_SHINGLE):
        mixed = (mixed ^ signs[place : place + last]) * _PRIME
        mixed ^= mixed >> np.uint64(29)
    return np.unique(mixed)


def _numbers(purpose: str) -> NDArray[np.uint64]:
    """Fixed numbers for each row of each band, the same on every machine."""
    digests = (hashlib.sha256(f"{purpose} {place}".encode()).digest() for place in range(_BANDS * _ROWS))
    return np.array([[int.from_bytes(digest[:8], "little")] for digest in digests], dtype=np.uint64)


_PRIME: Final = np.uint64(0x9E3779B97F4A7C15)
_FACTORS: Final = _numbers("factor") | np.uint64(1)
_SUMMANDS: Final = _numbers("summand")
