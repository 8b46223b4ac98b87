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


def cited(kind: str, number: str, label: str, lang: str) -> str:
    """“пункт 4”, “Статья 5-1”: by its number where its label is a number alone; empty where it has neither.

    Args:
        lang: of the act.
    """
    form = _NAMES.get((Kind(kind), lang))
    if form is not None and number and not any(sign.isalpha() for sign in label.replace(number, "")):
        return form.format(number=number)
    return label.rstrip(".").strip()
