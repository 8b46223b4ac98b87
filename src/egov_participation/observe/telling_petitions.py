"""Entries about petitions in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from egov_participation.i18n import N_, translate
from egov_participation.ledger.service import EntryView

TYPE_NAMES: Final[dict[str, str]] = {
    "petition.state": N_("What happened to petitions"),
    "registrar.petition": N_("Petitions that the registrar opened its part of"),
    "petition.attestation": N_("Signatures under petitions, without names"),
    "petition.invalidation": N_("Signatures that were declared invalid, or valid again"),
    "petition.threshold": N_("Thresholds that petitions reached"),
    "petition.answer": N_("Answers to petitions, and debates"),
    "moderation.decision": N_("Decisions of moderators"),
    "petition.audit": N_("Audits of signatures"),
}

_TITLES: Final[dict[tuple[str, str], str]] = {
    ("petition.state", "collecting"): N_("A petition looks for supporters"),
    ("petition.state", "review"): N_("A petition was handed in for review"),
    ("petition.state", "open"): N_("A petition was opened for signatures"),
    ("petition.state", "closed"): N_("Signing of a petition ended"),
    ("petition.state", "rejected"): N_("A petition was rejected"),
    ("petition.state", "hidden"): N_("A petition was hidden"),
    ("petition.state", "withdrawn"): N_("A petition was withdrawn by its creator"),
    ("petition.state", "stopped"): N_("A petition was stopped"),
    ("petition.state", "merged"): N_("A petition was merged into another one"),
    ("registrar.petition", ""): N_("The registrar opened its part of a petition"),
    ("petition.attestation", "attest"): N_("Somebody signed a petition"),
    ("petition.attestation", "paper"): N_("Somebody signed a petition on paper"),
    ("petition.attestation", "withdraw"): N_("Somebody took a signature back"),
    ("petition.invalidation", "invalidate"): N_("A signature was declared invalid"),
    ("petition.invalidation", "reinstate"): N_("A signature was declared valid again"),
    ("petition.threshold", ""): N_("A petition reached a threshold"),
    ("petition.answer", "answered"): N_("A petition was answered"),
    ("petition.answer", "scheduled"): N_("A debate on a petition was scheduled"),
    ("petition.answer", "held"): N_("A petition was debated"),
    ("petition.answer", "refused"): N_("A debate on a petition was refused"),
    ("petition.answer", "updated"): N_("It was told what happened since a petition was answered"),
    ("moderation.decision", "accepted"): N_("A moderator accepted a petition"),
    ("moderation.decision", "rejected"): N_("A moderator rejected a petition"),
    ("moderation.decision", "wording-proposed"): N_("A moderator suggested another wording of a petition"),
    ("moderation.decision", "wording-accepted"): N_("The creator accepted another wording of a petition"),
    ("moderation.decision", "wording-declined"): N_("The creator declined another wording of a petition"),
    ("moderation.decision", "merged"): N_("A moderator merged a petition into another one"),
    ("moderation.decision", "hidden"): N_("A moderator hid a petition"),
    ("moderation.decision", "stopped"): N_("A moderator stopped a petition"),
    ("moderation.decision", "appeal-granted"): N_("An appeal against a rejection was granted"),
    ("moderation.decision", "appeal-refused"): N_("An appeal against a rejection was refused"),
    ("petition.audit", "committed"): N_("Auditors of a petition committed to their random values"),
    ("petition.audit", "revealed"): N_("Auditors of a petition revealed their random values: the sample is drawn"),
    ("petition.audit", "reported"): N_("Auditors of a petition reported what the sampled people said"),
}
_WHICH: Final = {
    "petition.state": "to",
    "petition.attestation": "act",
    "petition.invalidation": "act",
    "petition.answer": "to",
    "moderation.decision": "decision",
    "petition.audit": "step",
}
"""The member that tells which of a type's titles it is."""

_LABELS: Final[dict[str, str]] = {
    "at": N_("When"),
    "day": N_("Day"),
    "region": N_("Code of the region"),
    "into": N_("Merged into"),
    "closes_at": N_("Closes"),
    "pseudonym": N_("Pseudonym of the signer in this petition"),
    "code": N_("Why, as a code"),
    "tier": N_("Threshold, as a code"),
    "needed": N_("Signatures needed"),
    "count": N_("Signatures counted"),
    "document": N_("Commitment to the text"),
    "rules": N_("Hash of the rules"),
    "reason": N_("Commitment to the reason"),
    "batch": N_("Hash of the decision on all of them"),
    "territory": N_("Where signers have to live, as a code"),
    "min_age": N_("From what age"),
    "ways": N_("How signers prove who they are"),
    "regions": N_("Territories that are counted apart, as codes"),
    "key": N_("Key that makes the pseudonyms"),
    "signer": N_("Key that signs the attestations"),
    "signature": N_("The registrar's signature"),
    "audit": N_("Hash that names the audit"),
    "commitments": N_("Commitments of the auditors"),
    "reveals": N_("What they committed to"),
    "sample": N_("Signatures in the sample at most"),
    "size": N_("Entries of the log that were counted"),
    "counted": N_("Signatures counted there"),
    "opened": N_("Signatures opened"),
    "confirmed": N_("People who confirmed"),
    "denied": N_("People who said that they did not sign"),
    "unreached": N_("People who were not reached"),
    "asked": N_("People whom the auditors asked themselves"),
    "approved": N_("Hash of what two officials approved"),
}
_WORDS: Final = frozenset({"region", "into", "code", "tier", "territory"})


def is_about_petition(entry: EntryView) -> bool:
    """Whether this file tells it."""
    return entry.type in TYPE_NAMES


def title(entry: EntryView, lang: str) -> str:
    """What happened, in a few words."""
    which = str(entry.value.get(_WHICH.get(entry.type, ""), ""))
    message = _TITLES.get((entry.type, which))
    return entry.type if message is None else translate(lang, message)


def rows(entry: EntryView, lang: str, written: Mapping[str, Callable[..., Any]]) -> list[tuple[str, tuple[str, str]]]:
    """What else it says: (label, cell)."""
    return [
        (translate(lang, label), _cell(name, entry.value[name], written))
        for name, label in _LABELS.items()
        if entry.value.get(name) is not None
    ]


def _cell(name: str, value: Any, written: Mapping[str, Callable[..., Any]]) -> tuple[str, str]:
    if name == "at":
        return "text", written["datetime"](datetime.fromisoformat(value))
    if name == "day":
        return "text", written["date"](date.fromisoformat(value))
    if isinstance(value, int):
        return "text", written["number"](value)
    if name == "regions":
        return "text", ", ".join(sorted({region for region in value.values() if region != "other"}))
    if isinstance(value, list):
        return "text" if name == "ways" else "code", ", ".join(value)
    return "text" if name in _WORDS else "code", str(value)
