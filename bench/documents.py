"""Drafts of regulations: importing a large one, mapping it to the next version, carrying its comments over, and
clustering the letters of campaigns. All texts are invented, the same in each run.
"""

from __future__ import annotations

import dataclasses
import io
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator

from rich.console import Console

from bench.measure import Figure, run
from egov_participation.documents.anchoring import Anchor, AnchorError, NewText, State, make_anchor
from egov_participation.documents.comparing import map_provisions
from egov_participation.documents.docx import read_docx
from egov_participation.documents.docx_out import write_docx
from egov_participation.documents.duplicates import cluster
from egov_participation.documents.structure import Cell, Document, Kind, Provision, flat

CHARACTERS, TABLES = 889_000, 346
"""As the largest of the real documents that were tried."""
PROVISIONS, COMMENTS = 1_000, 10_000
LETTERS, CAMPAIGNS = 100_000, 1_600
_SYLLABLES = [first + last for first in "бвгдзклмнпрст" for last in "аеиоу"]


class _Writer:
    """Words by their frequency in speech: few are common, many are rare."""

    def __init__(self, seed: int) -> None:
        self.chosen = random.Random(seed)
        self._words = ["".join(self.chosen.choices(_SYLLABLES, k=self.chosen.randint(1, 5))) for _ in range(20_000)]
        self._ends = [round(20_000 ** (place / 999)) for place in range(1000)]

    def words(self, count: int) -> list[str]:
        return [self._words[self.chosen.choice(self._ends) - 1] for _ in range(count)]

    def sentence(self, count: int) -> str:
        return " ".join(self.words(count)).capitalize() + "."

    def edited(self, text: str, words: int) -> str:
        parts = text.split()
        for _ in range(words):
            parts[self.chosen.randrange(len(parts))] = self.words(1)[0]
        return " ".join(parts)


def measure(console: Console) -> list[Figure]:
    """Seconds of each, and the peak of memory while comments are clustered."""
    with console.status(f"A document of {CHARACTERS:,} characters and {TABLES} tables"):
        importing, size = _importing()
    with console.status(f"{COMMENTS:,} comments on {PROVISIONS:,} provisions"):
        mapping, carrying, orphans = _re_anchoring()
    with console.status(f"{LETTERS:,} comments"):
        clustering = run([sys.executable, "-m", "bench.documents"])
    return [
        Figure(f"a .docx of {size:,} characters read", importing, "s", at_most=20),
        Figure(f"{PROVISIONS:,} provisions mapped to the next version", mapping, "s", at_most=5),
        Figure(f"{COMMENTS:,} comments re-anchored", carrying, "s", at_most=60),
        Figure("of them orphans", orphans, "%"),
        Figure(f"{LETTERS:,} comments clustered", clustering.seconds, "s", at_most=300),
        Figure("memory for it", clustering.peak, "MB", at_most=1000),
    ]


def _importing() -> tuple[float, int]:
    writer = _Writer(1)
    provisions: list[Provision] = []
    size = 0
    while size < CHARACTERS:
        number = len(provisions)
        if number % 40 == 0:
            provisions.append(Provision(Kind.CHAPTER, 0, str(number), f"Глава {number}.", writer.sentence(5)))
        if number % 15 == 7 and sum(1 for one in provisions if one.table) < TABLES:
            rows = tuple(tuple(Cell(writer.sentence(4)) for _ in range(4)) for _ in range(6))
            provisions.append(Provision(Kind.TABLE, 2, text=flat(rows), table=rows))
        else:
            provisions.append(Provision(Kind.POINT, 1, str(number), f"{number}.", text=writer.sentence(22)))
        size += len(provisions[-1].words)
    raw = write_docx(Document(writer.sentence(6), "ru", tuple(provisions)))
    start = time.perf_counter()
    read = read_docx(io.BytesIO(raw))
    return time.perf_counter() - start, sum(len(one.words) for one in read.provisions)


def _re_anchoring() -> tuple[float, float, float]:
    """A version in which half of the provisions changed, some are gone, and a chapter was put in before all others."""
    writer = _Writer(2)
    old = [
        Provision(Kind.ARTICLE, 0, str(number), f"Статья {number}.", writer.sentence(5), writer.sentence(60))
        for number in range(1, PROVISIONS + 1)
    ]
    new = [Provision(Kind.CHAPTER, 0, "1", "Глава 1.", writer.sentence(5))]
    for provision in old:
        if writer.chosen.random() < 0.9:
            edits = writer.chosen.choice([0, 0, 0, 1, 5, 20])
            new.append(dataclasses.replace(provision, text=writer.edited(provision.text, edits), number=str(len(new))))
    anchors: list[tuple[int, Anchor]] = []
    while len(anchors) < COMMENTS:
        place = writer.chosen.randrange(len(old))
        words = old[place].words
        start = writer.chosen.randrange(len(words))
        try:
            anchors.append((place, make_anchor(words, start, min(len(words), start + writer.chosen.randint(5, 250)))))
        except AnchorError:
            continue
    start_of_map = time.perf_counter()
    found = map_provisions(old, new)
    mapped = time.perf_counter()
    text = NewText([provision.words for provision in new])
    states = Counter(text.re_anchor(anchor, found.of_old(place).new).state for place, anchor in anchors)
    return mapped - start_of_map, time.perf_counter() - mapped, 100 * states[State.ORPHANED] / COMMENTS


def _letters() -> Iterator[tuple[int, str]]:
    """Campaigns of all sizes: a letter sent as it is, with a few words changed, cut, or rewritten."""
    writer = _Writer(3)
    texts = [writer.sentence(writer.chosen.randint(8, 160)) for _ in range(CAMPAIGNS)]
    for number in range(LETTERS):
        text = texts[int(CAMPAIGNS * writer.chosen.random() ** 3)]
        words = len(text.split())
        text = writer.edited(text, writer.chosen.choice([0, 0, 1, 2, 4, 8, 20, words // 2, words]))
        yield number, f"Здравствуйте! {text} С уважением, {writer.words(1)[0]}"


def main() -> None:
    """Cluster, in a process of its own whose memory is watched."""
    found = cluster(_letters())
    print(len(found), "clusters, the largest of", len(found[0].members))


if __name__ == "__main__":
    main()
