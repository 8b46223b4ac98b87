"""Lines that are no numbered provision, known by their words: annexes, notes, signatures, forms of acts, languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from egov_participation.documents.legal.heads import tidy
from egov_participation.documents.lines import Line, one_line

_ANNEX: Final = re.compile(
    r"(?:приложение|annex|appendix|schedule)\s*(?:№|N)?\s*(?P<number>\d+(?:[-.]\d+)*|[IVX]+|[А-ЯA-Z])?(?!\w)\s*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ANNEX_OF: Final = re.compile(r"[.:]?\s*(?:к|to)\s+(?:настоящ\w+\s+)?(?P<series>[\w«\"]+)", re.IGNORECASE)
_ANNEX_KAZAKH: Final = re.compile(
    r"(?P<series>.*?)(?<!\w)(?P<number>\d+(?:-\d+)*)\s?[-‑–]?\s?қосымша\.?(?P<rest>.*)$|(?P<all>.*(?<!\w)қосымша)$",
    re.IGNORECASE | re.DOTALL,
)
_OF_ORDER: Final = re.compile(r"\d{4}\s+жылғы.*№", re.IGNORECASE)
_APPROVED: Final = re.compile(
    r"(?:приложение\s+)?утвержден[аоы]?(?!\w)|.*\bбекітілген\s*\.?$|.*\bбекітілді\s*\.?$|approved\s+by(?!\w)",
    re.IGNORECASE | re.DOTALL,
)
_NOTE: Final = re.compile(
    r"(?:сноска(?!\w)|ескерту\s*[.:!]|примечани[ея]\s+(?:рцпи|изпи|изпи|автора|редакции)|(?:рқао|зқаи|қр\s\w+)[-\s\w]*ескертпесі|"
    r"вниманию\s+пользователей|пайдаланушылар(?:дың)?\s+назарына|©)",
    re.IGNORECASE,
)  # fmt: skip
_NOTE_GOES_ON: Final = re.compile(
    r"(?:примечани[ея]\s+\w+\s*!|вниманию\s+пользователей\s*!?|.*ескертпесі\s*!|пайдаланушылар.*назарына\s*!?)\s*$",
    re.IGNORECASE,
)
_SIGNER: Final = re.compile(
    r"(?:президент|премьер-министр|(?:первый\s+)?(?:вице-|заместитель\s+)?(?:министр|премьер-министр|председател)|председатель|"
    r"аким|руководитель|директор|секретарь|мэр|губернатор|қазақстан\s+республикасы\w*\s+президенті|.*(?:министрі|төрағасы|әкімі|президенті|хатшысы)"
    r"|president|prime\s+minister|(?:deputy\s+)?minister|chair\w*|mayor|governor)(?!\w)",
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip
_INITIALS: Final = re.compile(r"(?<!\w)[А-ЯӘҒҚҢӨҰҮҺІA-Z]\.\s?(?:[А-ЯӘҒҚҢӨҰҮҺІA-Z]\.\s?)?[А-ЯӘҒҚҢӨҰҮҺІA-Z][\w-]+")
_FORM: Final = re.compile(
    r"(?:проект|жоба|draft|закон(?:\s+республики\s+казахстан)?|(?:республики|республика)\s+казахстан|кодекс(?:\s+республики\s+казахстан)?|"
    r"приказ|постановление|указ|решение|распоряжение|правила|конституционный\s+закон(?:\s+республики\s+казахстан)?|"
    r"қазақстан\s+республикасы(?:ның)?(?:\s+(?:заңы|кодексі|конституциялық\s+заңы))?|заңы?|бұйрық|қаулы|шешім|law|act|order|regulations?|bill"
    r"|пояснительная\s+записка)\s*[.:]?",
    re.IGNORECASE,
)  # fmt: skip
_FORM_MARK: Final = re.compile(r"(?:форма|нысан|form)\.?", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"(?:об?|о)\s+\w|.*(?:туралы|кодексі|қағидалары(?:н\s+бекіту\s+туралы)?)\s*$|(?:on|an act)\s", re.IGNORECASE
)
_CAPTION: Final = re.compile(r"(?:таблица|кесте|table)\s*(?:№\s*)?\d|\d+(?:\.\d+)?-кесте", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Annex:
    """What the first line of an annex says."""

    number: str
    label: str
    series: str
    """To what it is an annex, one word of it in lower case: annexes of one act are counted together."""


def annex_of(line: Line) -> Annex | None:
    """The annex that a line begins, or None."""
    text = one_line(line.text)
    if len(text) > 400:
        return None
    if match := _ANNEX.match(text):
        rest = match["rest"]
        of = _ANNEX_OF.match(rest)
        if of is None and rest.strip(" .:") and not (rest.startswith((".", ":")) and line.shows_heading):
            return None
        if of is not None and text.endswith((".", ";", ":")) and not line.shows_heading:
            return None
        return Annex(tidy(match["number"] or ""), text, of["series"].lower().strip('«"') if of else "")
    if (match := _ANNEX_KAZAKH.match(text)) and not text.endswith((".", ";", ":", ",")):
        if match["all"]:
            stamped = line.right or len(text) < 40 or _OF_ORDER.search(text) is not None
            return Annex("", text, "") if stamped else None
        if match["rest"].strip() and not line.shows_heading:
            return None
        before = match["series"].split()
        return Annex(tidy(match["number"]), text, before[-1].lower() if before else "")
    return None


def is_approval(line: Line) -> bool:
    """The stamp over an act that another one puts into force: "Approved by order …"."""
    text = one_line(line.text)
    return len(text) < 400 and not text.endswith((":", ";")) and _APPROVED.match(text) is not None


def is_note(text: str) -> bool:
    """A remark of a legal database or an editor about the text."""
    return _NOTE.match(text) is not None


def note_goes_on(text: str) -> bool:
    """A remark that is only announced here: its words are in the next paragraph."""
    return _NOTE_GOES_ON.match(one_line(text)) is not None


def is_signature(text: str) -> bool:
    """The office and the name of who signed, or the office alone."""
    text = one_line(text)
    if not 0 < len(text) <= 200 or not text[0].isupper() or text.endswith((";", ":", ",")):
        return False
    return _SIGNER.match(text) is not None and (_INITIALS.search(text) is not None or not text.endswith("."))


def has_initials(text: str) -> bool:
    """A name written as initials and surname."""
    return len(text) < 80 and _INITIALS.search(text) is not None


def is_form(text: str) -> bool:
    """A line that says what sort of act this is, which is no title."""
    return _FORM.fullmatch(one_line(text)) is not None


def is_form_mark(text: str) -> bool:
    """The word over an annex that says that it is a form to fill in."""
    return _FORM_MARK.fullmatch(one_line(text)) is not None


def names_act(text: str) -> bool:
    """A line that reads as the title of an act: "On …", "… туралы"."""
    return _NAMED.match(one_line(text)) is not None


def is_caption(text: str) -> bool:
    """The caption of a table."""
    return _CAPTION.match(text) is not None
