"""What is said of consultations as the log has them: in sentences, or as JSON."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from egov_crypto.cli.console import count, say
from egov_crypto.consultation import ERASED, ERASING, LATE, REDACTED, Agencies, ConsultationCount, Consultations

WHETHER_HEARD: Final = (
    "Whether every comment that somebody sent was entered: who sent one has its number and hash, and finds both in the"
    " log."
)
_SHOWN: Final = 20
"""Consultations that are listed in sentences; ``--json`` has all."""


def all_as_json(consultations: Consultations) -> list[dict[str, Any]]:
    """Each consultation as the log has it."""
    return [as_json(reference, counted) for reference, counted in sorted(consultations.counts.items())]


def as_json(reference: str, counted: ConsultationCount) -> dict[str, Any]:
    """One of them."""
    return {
        "reference": reference,
        "state": counted.state or None,
        "opened_at": counted.opened_at or None,
        "closes_at": counted.closes_at or None,
        "versions": [
            {
                **{name: version[name] for name in ("at", "agency", "key")},
                "documents": {lang: document for lang, document, _ in version["texts"]},
            }
            for version in counted.versions
        ],
        "comments": len(counted.comments),
        **{name: counted.shown[name] for name in (REDACTED, ERASING, ERASED)},
        "replies": len(counted.replies),
        "replied": counted.replied,
        "reports": [dict(report) for report in counted.reports],
    }


def print_all(consultations: Consultations) -> None:
    """Say it of all of them in sentences."""
    listed = sorted(consultations.counts.items())
    for reference, counted in listed[:_SHOWN]:
        say(f"Consultation {reference}: {counted.state or 'not begun'}, {of(counted)}")
    if len(listed) > _SHOWN:
        say(f"… and {len(listed) - _SHOWN} more consultations, which --json lists.")


def of(counted: ConsultationCount) -> str:
    """How many versions and comments, and what became of these."""
    said = f"{count(len(counted.versions), 'version')}, {count(len(counted.comments), 'comment')}"
    shown = counted.shown
    told = ((REDACTED, "covered"), (ERASING, "to be erased"), (ERASED, "erased"))
    for number, what in ((counted.replied, "replied to"), *((shown[name], what) for name, what in told)):
        said += f", {number} {what}" if number else ""
    return said


def unknown_of_all(consultations: Consultations) -> list[str]:
    """What nobody can know of them from the log alone."""
    sentences = [
        f"Consultation {reference}: {sentence}"
        for reference, counted in sorted(consultations.counts.items())
        for sentence in doubts(counted)
    ]
    del sentences[_SHOWN:]
    sentences += unhanded(consultations.agencies)[:_SHOWN]
    if any(counted.comments for counted in consultations.counts.values()):
        sentences.append(WHETHER_HEARD)
    return sentences


def unhanded(agencies: Agencies, *only: str) -> list[str]:
    """Which agencies got a key that nobody handed over, of all or of some."""
    return [
        f"Why {agency} got a new key that the one before has not signed: it must have said in public that it lost one."
        for agency in sorted(agencies.unhanded)
        if not only or agency in only
    ]


def doubts(counted: ConsultationCount, now: datetime | None = None) -> Iterable[str]:
    """What is strange about one, though nothing is proved by it."""
    now = now or datetime.now(UTC)
    if counted.late:
        yield f"why {count(counted.late, 'comment')} entered the log after comments had ended at {counted.closes_at}."
    if counted.state == "open" and now - datetime.fromisoformat(counted.closes_at) > LATE:
        yield f"why it is open still: comments were to end at {counted.closes_at}."
