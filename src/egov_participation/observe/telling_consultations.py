"""Entries about consultations in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.ledger.service import EntryView

TYPE_NAMES: Final[dict[str, str]] = {
    "consultation.state": N_("What happened to consultations"),
    "consultation.extended": N_("Consultations that take comments for longer"),
    "consultation.version": N_("Versions of drafts"),
    "consultation.comment": N_("Comments on drafts, without their words"),
    "consultation.redaction": N_("Comments that were covered, shown again or destroyed"),
    "consultation.reply": N_("Replies of agencies to comments"),
    "consultation.report": N_("Reports on consultations"),
    "agency.key": N_("Keys of agencies"),
}

_TITLES: Final[dict[tuple[str, str], str]] = {
    ("consultation.state", "open"): N_("A draft was published for comments"),
    ("consultation.state", "closed"): N_("Comments on a draft ended"),
    ("consultation.state", "reported"): N_("A consultation ended with its report"),
    ("consultation.state", "withdrawn"): N_("A draft was withdrawn"),
    ("consultation.extended", ""): N_("Comments on a draft are taken for longer"),
    ("consultation.version", ""): N_("A version of a draft was published"),
    ("consultation.comment", "comment"): N_("Somebody commented on a draft"),
    ("consultation.comment", "amendment"): N_("Somebody proposed another wording of a draft"),
    ("consultation.comment", "edit"): N_("Somebody added to a comment"),
    ("consultation.redaction", "redacted"): N_("A moderator covered words of a comment"),
    ("consultation.redaction", "appeal-granted"): N_("An appeal was granted: a comment is shown again"),
    ("consultation.redaction", "appeal-refused"): N_("An appeal was refused: words of a comment stay covered"),
    ("consultation.redaction", "erasing"): N_("The words of a comment are going to be destroyed"),
    ("consultation.redaction", "kept"): N_("The words of a comment are kept after all"),
    ("consultation.redaction", "erased"): N_("The words of a comment were destroyed"),
    ("consultation.reply", "accepted"): N_("An agency accepted what comments ask for"),
    ("consultation.reply", "partly"): N_("An agency accepted in part what comments ask for"),
    ("consultation.reply", "rejected"): N_("An agency did not accept what comments ask for"),
    ("consultation.reply", "out_of_scope"): N_("An agency said that comments are not about the draft"),
    ("consultation.reply", "already_there"): N_("An agency said that the draft says so already"),
    ("consultation.report", ""): N_("The report on a consultation was published"),
    ("agency.key", ""): N_("An agency signs with a new key"),
}
_WHICH: Final = {
    "consultation.state": "to",
    "consultation.comment": "what",
    "consultation.redaction": "what",
    "consultation.reply": "verdict",
}
"""The member that tells which of a type's titles it is."""

_LABELS: Final[dict[str, str]] = {
    "at": N_("When"),
    "day": N_("When"),
    "number": N_("Number"),
    "closes_at": N_("Comments end"),
    "agency": N_("Agency, as a code"),
    "count": N_("Comments that it is to"),
    "comments": N_("Hash of the numbers of these comments"),
    "replied": N_("Comments with a reply"),
    "changed": N_("Version in which a provision changed because of it"),
    "supersedes": N_("In place of the reply with the number"),
    "document": N_("Commitment to the text"),
    "content": N_("Hash of the report"),
    "record": N_("Hash of what is published with the text"),
    "rules": N_("Hash of the rules"),
    "reason": N_("Commitment to the reason"),
    "author": N_("Commitment to the author’s name"),
    "left": N_("Commitment to what is left to read"),
    "by": N_("Who asked for it"),
    "supports": N_("Hash of how many support each comment"),
    "key": N_("The agency's key"),
    "old": N_("Key before"),
    "new": N_("New key"),
    "signature": N_("The agency's signature"),
    "approved": N_("Hash of what two officials approved"),
}
_COUNTED: Final = N_("Comments that are owed a reply, or have one")
_TEXT: Final = N_("Hash of the text (%(language)s)")
_SOURCE: Final = N_("Hash of the file it was read from (%(language)s)")


def is_about_consultation(entry: EntryView) -> bool:
    """Whether this file tells it."""
    return entry.type in TYPE_NAMES


def title(entry: EntryView, lang: str) -> str:
    """What happened, in a few words."""
    which = str(entry.value.get(_WHICH.get(entry.type, ""), ""))
    message = _TITLES.get((entry.type, which))
    return entry.type if message is None else translate(lang, message)


def rows(entry: EntryView, lang: str, written: Mapping[str, Callable[..., Any]]) -> list[tuple[str, tuple[str, str]]]:
    """What else it says: (label, cell)."""
    value = entry.value
    found = [
        (translate(lang, _label(name, value[name])), _cell(name, value[name], written))
        for name in _LABELS
        if value.get(name) is not None
    ]
    for text in value.get("texts", ()):
        language = LANGUAGES[text["lang"]]
        found += [
            (translate(lang, label, language=language), ("code", text[name]))
            for name, label in (("document", _TEXT), ("source", _SOURCE))
        ]
    return found


def _label(name: str, value: Any) -> str:
    return _COUNTED if name == "comments" and isinstance(value, int) else _LABELS[name]


def _cell(name: str, value: Any, written: Mapping[str, Callable[..., Any]]) -> tuple[str, str]:
    if name in ("at", "closes_at"):
        return "text", written["datetime"](datetime.fromisoformat(value))
    if isinstance(value, int):
        return "text", written["number"](value)
    if name == "day":
        return "text", written["date"](date.fromisoformat(value))
    return "text" if name in ("agency", "by") else "code", str(value)
