"""Names of provisions by the naming convention of Akoma Ntoso (OASIS, Naming Convention 1.0, section 5)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from egov_participation.documents.structure import Kind, Provision, parents

ELEMENTS: Final = {
    Kind.PREAMBLE: "hcontainer",
    Kind.PART: "part",
    Kind.SECTION: "section",
    Kind.SUBSECTION: "subsection",
    Kind.CHAPTER: "chapter",
    Kind.PARAGRAPH: "subchapter",
    Kind.ARTICLE: "article",
    Kind.POINT: "paragraph",
    Kind.SUBPOINT: "point",
    Kind.TEXT: "alinea",
    Kind.TABLE: "hcontainer",
    Kind.ANNEX: "hcontainer",
    Kind.NOTE: "hcontainer",
    Kind.SIGNATURE: "hcontainer",
}
"""The element that each kind is written as; what the standard has no element for is an ``hcontainer`` of that name."""

_SHORT: Final = {
    "section": "sec",
    "subsection": "subsec",
    "chapter": "chp",
    "subchapter": "subchp",
    "article": "art",
    "paragraph": "para",
    "alinea": "al",
}
_UNUSUAL: Final = re.compile(r"[^\w.-]+")


def eids(provisions: Sequence[Provision]) -> list[str]:
    """The name of each provision, no two the same: ``art_5-1``, ``art_5-1__para_2__point_a``, ``chp_3``.

    A name begins with that of what the provision stands in, but an article's does not: articles are numbered through
    the whole act. (Those of an annex are not, and begin with it.) What has no number is counted within its parent.
    """
    found: list[str] = []
    counted: Counter[tuple[int | None, str]] = Counter()
    taken: set[str] = set()
    above = parents(provisions)
    for place, provision in enumerate(provisions):
        parent = above[place]
        short = "att" if _is_attachment(provision, parent) else ELEMENTS[provision.kind]
        short = _SHORT.get(short, short)
        number = _UNUSUAL.sub("-", provision.number).strip("-.")
        if not number:
            counted[parent, short] += 1
            number = str(counted[parent, short])
        own = f"{short}_{number}"
        through = provision.kind is Kind.ARTICLE and not _in_annex(provisions, above, parent)
        name = own if parent is None or through else f"{found[parent]}__{own}"
        if through and name in taken and parent is not None:
            name = f"{found[parent]}__{own}"
        unique, again = name, 1
        while unique in taken:
            again += 1
            unique = f"{name}-{again}"
        taken.add(unique)
        found.append(unique)
    return found


def _is_attachment(provision: Provision, parent: int | None) -> bool:
    return provision.kind is Kind.ANNEX and parent is None


def _in_annex(provisions: Sequence[Provision], above: Sequence[int | None], place: int | None) -> bool:
    while place is not None:
        if provisions[place].kind is Kind.ANNEX:
            return True
        place = above[place]
    return False
