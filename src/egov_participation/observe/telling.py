"""Entries of the log in plain words: what each says, member by member, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from egov_participation.formats import filters
from egov_participation.i18n import LANGUAGES, N_, ntranslate, translate
from egov_participation.ledger.service import EntryView
from egov_participation.observe import telling_consultations, telling_petitions

TYPE_NAMES: Final[dict[str, str]] = {
    "vote.event": N_("Entries of a vote's archive"),
    "vote.state": N_("What happened to votes"),
    "registrar.confirmation": N_("Registers of voters that were confirmed"),
    "registrar.turnout": N_("Turnout by region"),
    "release.files": N_("Files of the voting pages"),
    "document.published": N_("Published documents"),
    "office.approval": N_("Decisions on roles of the office"),
    "log.key": N_("Keys of this log"),
    **telling_petitions.TYPE_NAMES,
    **telling_consultations.TYPE_NAMES,
}
"""What the entries of each type are about."""

_EVENTS: Final = {
    "Setup": N_("The vote was set up"),
    "Ballot": N_("A ballot was put on the board"),
    "EndBallots": N_("Voting ended"),
    "EncryptedTally": N_("The counted ballots were put together, still encrypted"),
    "Shuffle": N_("A trustee shuffled the ballots"),
    "EndShuffles": N_("The ballots are shuffled"),
    "PartialDecryption": N_("A trustee decrypted"),
    "Result": N_("The result was published"),
}
_STATES: Final = {
    "setup": N_("A vote was announced: questions, times and register are fixed from then on"),
    "open": N_("Voting opened"),
    "extended": N_("Voting was extended"),
    "closed": N_("Voting closed"),
    "cancelled": N_("The vote was cancelled"),
    "tallied": N_("The result was decrypted"),
    "published": N_("The protocol was signed"),
    "corrected": N_("The protocol was corrected by an erratum"),
}
_KINDS: Final = {
    "binding": N_("Binding"),
    "consultative": N_("Consultative"),
    "roles.grant": N_("Two officials gave somebody a role"),
    "roles.end": N_("Two officials ended somebody's role"),
}
_PLAIN: Final = {
    "registrar.confirmation": N_("The registrar confirmed who may vote"),
    "registrar.turnout": N_("The registrar stated the turnout by region"),
    "log.key": N_("The log got a new key"),
}
_DOCUMENT_OF: Final = {"setup": N_("Hash of the set-up document")}

_LABELS: Final[dict[str, str]] = {
    "height": N_("Number in the archive"),
    "hash": N_("Hash in the archive"),
    "at": N_("When"),
    "kind": N_("Kind"),
    "opens_at": N_("Opens"),
    "before": N_("Was to close"),
    "closes_at": N_("Closes"),
    "registered": N_("People on the register"),
    "ballots": N_("Ballots on the board"),
    "voters": N_("Voters"),
    "document": N_("Hash of the protocol"),
    "head_height": N_("Last entry of the archive"),
    "head_hash": N_("Hash of the last entry"),
    "approved": N_("Hash of what two officials approved"),
    "reason": N_("Commitment to the reason"),
    "setup": N_("Hash of the set-up document"),
    "roll": N_("Hash of the register"),
    "size": N_("People on the register"),
    "statement": N_("Hash of the signed statement"),
    "format": N_("Form"),
    "language": N_("Language"),
    "sha256": N_("Hash of the file (SHA-256)"),
    "old": N_("Key before"),
    "new": N_("New key"),
    "signature": N_("Signature of the key before"),
}
_SIZE_OF_FILE: Final = N_("Size in bytes")

Cell = tuple[str, str]
"""How it is shown (``text``, or ``code`` for what is compared and not read), and the value."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry in words."""

    entry: EntryView
    title: str
    """What happened, in a few words."""
    about: str
    """The title of the vote, petition or draft that it is about; empty where it is about none."""
    uuid: str
    """The vote's identifier, or empty."""
    petition: str
    """The petition's number, or empty."""
    consultation: str
    """The consultation's number, or empty."""
    rows: list[tuple[str, Cell]]
    """What else it says: (label, cell)."""
    files: list[tuple[str, str, str]]
    """Of a release: each file's address, SHA-256 and size."""


def tell(entry: EntryView, titles: Mapping[str, str], lang: str, timezone: str) -> Told:
    """An entry in the words of a language.

    Args:
        titles: of votes, by identifier, and of petitions and drafts, by number; one that is missing
            is called by that alone.
    """
    value, written = entry.value, filters(lang, timezone)
    uuid, petition = str(value.get("vote", "")), str(value.get("petition", ""))
    if telling_petitions.is_about_petition(entry):
        title, rows = telling_petitions.title(entry, lang), telling_petitions.rows(entry, lang, written)
        return Told(entry, title, titles.get(petition, petition), "", petition, "", rows, [])
    if telling_consultations.is_about_consultation(entry):
        title, rows = telling_consultations.title(entry, lang), telling_consultations.rows(entry, lang, written)
        number = str(value.get("consultation", ""))
        return Told(entry, title, titles.get(number, number), "", "", number, rows, [])
    members = _members(entry)
    return Told(
        entry=entry,
        title=_title(entry, lang),
        about=titles.get(uuid, uuid),
        uuid=uuid,
        petition="",
        consultation="",
        rows=[
            (_label(entry, name, lang), _cell(name, members[name], lang, written))
            for name in _LABELS
            if name in members
        ],
        files=[(file["path"], file["sha256"], written["number"](file["size"])) for file in value.get("files", ())],
    )


def _members(entry: EntryView) -> dict[str, Any]:
    """What is told besides the title and the vote, by the names of `_LABELS`."""
    found = {name: value for name, value in entry.value.items() if value is not None}
    found |= {f"head_{name}": value for name, value in found.get("head", {}).items()}
    if entry.type == "office.approval":
        del found["kind"]
    if entry.type == "release.files":
        del found["release"]
    return found


def _title(entry: EntryView, lang: str) -> str:
    value = entry.value
    match entry.type:
        case "vote.event":
            return translate(lang, _EVENTS.get(value["event"], entry.type))
        case "vote.state":
            return translate(lang, _STATES.get(value["state"], entry.type))
        case "office.approval":
            return translate(lang, _KINDS.get(value["kind"], entry.type))
        case "document.published":
            return translate(lang, N_("The signed protocol was published (%(format)s)"), format=value["format"].upper())
        case "release.files":
            return ntranslate(
                lang,
                "Version %(release)s: %(num)s file of the voting pages",
                "Version %(release)s: %(num)s files of the voting pages",
                len(value["files"]),
                release=value["release"],
            )
    return translate(lang, _PLAIN[entry.type]) if entry.type in _PLAIN else entry.type


def _label(entry: EntryView, name: str, lang: str) -> str:
    if name == "document" and entry.value.get("state") in _DOCUMENT_OF:
        return translate(lang, _DOCUMENT_OF[entry.value["state"]])
    if name == "size" and entry.type == "document.published":
        return translate(lang, _SIZE_OF_FILE)
    return translate(lang, _LABELS[name])


def _cell(name: str, value: Any, lang: str, written: Mapping[str, Callable[..., Any]]) -> Cell:
    if name in ("at", "opens_at", "closes_at", "before"):
        return "text", written["datetime"](datetime.fromisoformat(value))
    if name in ("height", "head_height"):
        return "text", translate(lang, N_("No. %(height)s"), height=value)
    if name == "kind":
        return "text", translate(lang, _KINDS[value])
    if name == "language":
        return "text", LANGUAGES[value]
    if name == "format":
        return "text", value.upper()
    if isinstance(value, int):
        return "text", written["number"](value)
    return "code", str(value)
