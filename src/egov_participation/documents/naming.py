"""How a provision is called where it is spoken of: a point says what it is, in the language of its act."""

from __future__ import annotations

from typing import Final

from egov_participation.documents.structure import Kind

_NAMES: Final = {
    (Kind.POINT, "kk"): "{number}-тармақ",
    (Kind.POINT, "ru"): "пункт {number}",
    (Kind.POINT, "en"): "point {number}",
    (Kind.SUBPOINT, "kk"): "{number}) тармақша",
    (Kind.SUBPOINT, "ru"): "подпункт {number})",
    (Kind.SUBPOINT, "en"): "subpoint {number})",
}

CITED: Final = frozenset({Kind.ANNEX, Kind.ARTICLE, Kind.POINT, Kind.SUBPOINT})
"""Kinds that are said before what stands in them: “Статья 1, пункт 2”; articles are numbered through all chapters."""


def path(outer: str, own: str) -> str:
    """What a provision is called with all that it stands in."""
    whole = ", ".join(part for part in (outer, own) if part)
    return whole[:1].upper() + whole[1:]


def cited(kind: str, number: str, label: str, lang: str) -> str:
    """“пункт 4”, “Статья 5-1”: by its number where its label is a number alone; empty where it has neither.

    Args:
        lang: of the act.
    """
    form = _NAMES.get((Kind(kind), lang))
    if form is not None and number and not any(sign.isalpha() for sign in label.replace(number, "")):
        return form.format(number=number)
    return label.rstrip(".").strip()
