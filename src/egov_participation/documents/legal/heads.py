"""What a line begins with: the words and numbers by which acts name their parts.

Russian puts the word first (``Статья 5.``), Kazakh the number (``5-бап.``); English and Arabic go as Russian. A number
may carry an insertion (``5-1``), printed raised in some acts (``5¹``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from egov_participation.documents.lines import Line, capitals, one_line
from egov_participation.documents.structure import Kind

PREFIXED: Final = {
    "часть": Kind.PART,
    "раздел": Kind.SECTION,
    "подраздел": Kind.SUBSECTION,
    "глава": Kind.CHAPTER,
    "параграф": Kind.PARAGRAPH,
    "§": Kind.PARAGRAPH,
    "статья": Kind.ARTICLE,
    "part": Kind.PART,
    "section": Kind.SECTION,
    "subsection": Kind.SUBSECTION,
    "chapter": Kind.CHAPTER,
    "article": Kind.ARTICLE,
    "الباب": Kind.PART,
    "القسم": Kind.SECTION,
    "الفصل": Kind.CHAPTER,
    "المادة": Kind.ARTICLE,
}
POSTFIXED: Final = {
    "бөлім": Kind.SECTION,
    "кіші бөлім": Kind.SUBSECTION,
    "тарау": Kind.CHAPTER,
    "параграф": Kind.PARAGRAPH,
    "бап": Kind.ARTICLE,
}
_TATWEEL: Final = "\u0640"
"""Stretches Arabic words to fill a line; no letter."""
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_DIGITS = r"\d{1,4}(?:[-‑–.]\d{1,4})*[⁰¹²³⁴-⁹]*"
# Cyrillic letters that look Roman are typed as often as the Latin ones.
_ROMAN = r"[IVXLCDMІХСМ]{1,8}(?:[-‑–]\d{1,3})?(?!\w)"
_NUMBER = rf"(?:№\s*)?(?P<number>{_DIGITS}|{_ROMAN})"
_AFTER = r"(?P<dot>\s*[.:]|\s+[–—-](?=\s))?(?P<rest>(?:\s.*|[^\W\d].*)?)$"
_WORD_FIRST = re.compile(rf"(?P<word>{'|'.join(PREFIXED)})\s*{_NUMBER}{_AFTER}", re.IGNORECASE | re.DOTALL)
_NUMBER_FIRST = re.compile(
    rf"{_NUMBER}\s?[-‑–—]?\s?(?P<word>кіші\s+бөлім|бөлім|тарау|параграф|бап)(?P<dot>\s*[.:])?(?P<rest>(?:\s.*)?)$",
    re.IGNORECASE | re.DOTALL,
)
_NAMED_PART = re.compile(
    r"(?:общая|особенная|специальная)\s+часть|(?:жалпы|ерекше)\s+бөлім|(?:general|special)\s+part", re.IGNORECASE
)
_STEMS: Final = (
    "перв",
    "втор",
    "трет",
    "четв",
    "пят",
    "шест",
    "седьм",
    "восьм",
    "девят",
    "десят",
    "одиннадц",
    "двенадц",
)
_STEMS_KAZAKH: Final = (
    "бірінші",
    "екінші",
    "үшінші",
    "төртінші",
    "бесінші",
    "алтыншы",
    "жетінші",
    "сегізінші",
    "тоғызыншы",
    "оныншы",
)
_ORDINAL = re.compile(
    r"(?:(?P<word>часть|раздел|подраздел|глава)\s+(?P<ordinal>\w+(?:ый|ой|ий|ая|ья))|"
    r"(?P<first>\w+[нш][шн]?[ыі])\s+(?P<last>бөлім|тарау))\s*[.:]?(?P<rest>(?:\s.*)?)$",
    re.IGNORECASE | re.DOTALL,
)
_OF_AN_ACT = re.compile(
    r"(?:закон|кодекс|конституци|правил|договор|соглашени|устав|положени|указ|регламент|приказ|постановлени)\w*\b|"
    r"\w+(?:ого|его)\b|(?:of|is|was|shall|applies)\b|[^\w«\"]",
    re.IGNORECASE,
)
_POINT = re.compile(
    r"(?P<label>(?P<number>\d{1,4}(?:[-‑–]\d{1,3})*[⁰¹²³⁴-⁹]*)\s?\.)(?P<rest>\s.*|[^\W\d].*|[«\"“„(<].*|)$", re.DOTALL
)
_DOTTED = re.compile(
    r"(?P<label>(?P<number>\d{1,3}(?:\.\d{1,3}(?:[-‑–]\d{1,3})*[⁰¹²³⁴-⁹]*){1,7})(?P<dot>\.?))(?P<rest>\s.*|[^\W\d].*|(?<=\.))$",
    re.DOTALL,
)
_TABBED = re.compile(r"(?P<label>(?P<number>\d{1,3}))(?P<rest>\t.*)$", re.DOTALL)
_BARE = re.compile(r"(?P<label>(?P<number>\d{1,3}))(?P<rest>\s+[^\W\d].*)$", re.DOTALL)
_CLOSED = re.compile(
    r"(?P<label>\(?(?P<number>\d{1,4}(?:[-‑–.]\d{1,3})*[⁰¹²³⁴-⁹]*|[^\W\d_](?:[-‑–]\d{1,3})*|[ivx]{1,5})\s?\))(?P<rest>.*)$",
    re.DOTALL,
)
_BULLET = re.compile(r"(?P<label>[-–—•▪□■○●◦·*])(?P<rest>\s.*)$", re.DOTALL)
_AUTOMATIC = re.compile(r"[^\w]*(?P<number>[\w.⁰¹²³⁴-⁹-]*\w)[^\w]*$")


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a provision: ``rest`` is what follows the label on the line."""

    kind: Kind
    number: str
    label: str
    rest: str
    style: str = ""
    """How the number of a point or subpoint is written (``1.``, ``1)``, ``а)``, ``i)``): items of one list share it."""
    sure: bool = True
    """False: only what stands around can tell whether this is a number at all ("1.5 per cent")."""
    doubt: str = ""
    """Why it may be no beginning of this kind (a code of ``doubts.py``)."""


def head_of(line: Line) -> Head | None:
    """What the line begins with, or None for plain words."""
    text = line.printed.strip().replace(_TATWEEL, "")
    return _named(text, line) or _numbered(text, line)


def tidy(number: str) -> str:
    """A printed number in one form: ``5¹``, ``5–1`` and ``5‑1`` are ``5-1``."""
    raised = re.search(r"[⁰¹²³⁴-⁹]+$", number)
    if raised:
        number = f"{number[: raised.start()]}-{raised.group().translate(_RAISED)}"
    return re.sub("[‑–]", "-", number)


def _named(text: str, line: Line) -> Head | None:
    if ordinal := _ordinal(text, line):
        return ordinal
    if _NAMED_PART.fullmatch(one_line(text).rstrip(".")) and line.shows_heading:
        return Head(Kind.PART, "", "", one_line(text))
    match = _WORD_FIRST.match(text) or _NUMBER_FIRST.match(text)
    if match is None or not _is_heading(match, text, line):
        return None
    word = one_line(match["word"]).lower()
    postfixed = match.start("word") > 0
    kind = (POSTFIXED if postfixed else PREFIXED)[word]
    label = one_line(text[: match.start("rest")])
    return Head(kind, tidy(match["number"]), label, match["rest"].strip())


def _ordinal(text: str, line: Line) -> Head | None:
    """A number that is a word: "Раздел первый", "БІРІНШІ БӨЛІМ"."""
    match = _ORDINAL.match(text)
    if match is None or (match["rest"] and not line.shows_heading):
        return None
    word, ordinal = (match["word"] or match["last"]).lower(), (match["ordinal"] or match["first"]).lower()
    stems = _STEMS if match["word"] else _STEMS_KAZAKH
    place = next((at for at, stem in enumerate(stems, 1) if ordinal.startswith(stem)), None)
    if place is None or not text[0].isupper():
        return None
    kind = (PREFIXED if match["word"] else POSTFIXED)[word]
    return Head(kind, str(place), one_line(text[: match.start("rest")]), match["rest"].strip())


def _is_heading(match: re.Match[str], text: str, line: Line) -> bool:
    """Whether "Статья 5 …" begins an article, or is a sentence that speaks of one."""
    if match.start("word") == 0 and text[0].islower():
        return False
    rest = match["rest"].strip()
    if not rest or line.label:
        return True
    looks = line.bold or line.centred or line.outline is not None or capitals(rest)
    if rest[0].islower() or rest[0] in ",;)":
        return bool(match["dot"]) and looks
    if match["dot"] or looks or match["rest"].lstrip(" ").startswith("\n"):
        return True
    # "Статья 4 Сроки" is a heading without its full stop; "Статья 4 Закона" is the beginning of a sentence.
    return len(rest) < 200 and rest[-1] not in ".;:," and _OF_AN_ACT.match(rest) is None


def _numbered(text: str, line: Line) -> Head | None:
    if line.label:
        return _automatic(line)
    if match := _DOTTED.match(text):
        return Head(Kind.POINT, tidy(match["number"]), match["label"], match["rest"].strip(), "1.1", bool(match["dot"]))
    if match := _POINT.match(text):
        return Head(Kind.POINT, tidy(match["number"]), match["label"], match["rest"].strip(), "1.")
    if match := _CLOSED.match(text):
        number = tidy(match["number"])
        return Head(
            Kind.SUBPOINT, number, one_line(match["label"]), match["rest"].strip(), _style(match["label"], number)
        )
    if match := _TABBED.match(text):
        return Head(Kind.POINT, match["number"], match["label"], match["rest"].strip(), "1.")
    if match := _BARE.match(text):
        return Head(Kind.POINT, match["number"], match["label"], match["rest"].strip(), "1", sure=False)
    if match := _BULLET.match(text):
        return Head(Kind.TEXT, "", match["label"], match["rest"].strip())
    return None


def _automatic(line: Line) -> Head | None:
    label = line.label.strip()
    match = _AUTOMATIC.match(label)
    if match is None:
        return Head(Kind.TEXT, "", label, line.text.strip())
    number = tidy(match["number"].rstrip("."))
    if label.endswith(")"):
        return Head(Kind.SUBPOINT, number, label, line.text.strip(), _style(label, number))
    if not number[0].isdigit() and len(number) == 1:
        return Head(Kind.SUBPOINT, number, label, line.text.strip(), _style(label, number))
    return Head(Kind.POINT, number, label, line.text.strip(), "1.1" if "." in number else "1.")


def _style(label: str, number: str) -> str:
    opening = "(" if label.startswith("(") else ""
    if number[0].isdigit():
        return opening + "1)"
    if re.fullmatch("[ivx]+", number):
        return opening + "i)"
    script = "а" if "Ѐ" <= number[0] <= "ӿ" else "a"
    return opening + script + ")"
