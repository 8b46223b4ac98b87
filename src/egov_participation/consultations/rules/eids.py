"""Identifiers of provisions in one version, as Akoma Ntoso's naming convention has them: ``chp_2__art_5__para_1``.

Source: Akoma Ntoso Naming Convention 1.0 (OASIS, 2019), section 5: the element's name in short, its number, and those
of what it stands in; elements that are numbered through the whole document stand for themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from egov_participation.documents.structure import Kind, Provision, parents

_SHORT: Final = {
    Kind.PREAMBLE: "preamble",
    Kind.PART: "part",
    Kind.SECTION: "sec",
    Kind.SUBSECTION: "subsec",
    Kind.CHAPTER: "chp",
    Kind.PARAGRAPH: "subchp",
    Kind.ARTICLE: "art",
    Kind.POINT: "para",
    Kind.SUBPOINT: "point",
    Kind.TEXT: "subpara",
    Kind.TABLE: "table",
    Kind.ANNEX: "att",
    Kind.NOTE: "note",
    Kind.SIGNATURE: "signature",
}
_NUMBER: Final = re.compile(r"[^0-9A-Za-zА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі-]+")


def eids(provisions: Sequence[Provision]) -> list[str]:
    """An identifier for each provision, each once. Those without a number are counted where they stand."""
    above = parents(provisions)
    found: list[str] = []
    unnumbered: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for provision, parent in zip(provisions, above, strict=True):
        # Articles are numbered through a whole act, but in an annex anew.
        while parent is not None and provision.kind is Kind.ARTICLE and provisions[parent].kind is not Kind.ANNEX:
            parent = above[parent]
        short = _SHORT[provision.kind]
        prefix = f"{found[parent]}__{short}" if parent is not None else short
        number = _NUMBER.sub("", provision.number)
        if not number:
            unnumbered[prefix] += 1
            number = f"u{unnumbered[prefix]}"
        eid = f"{prefix}_{number}"
        taken[eid] += 1
        found.append(eid if taken[eid] == 1 else f"{eid}.{taken[eid]}")
    return found
