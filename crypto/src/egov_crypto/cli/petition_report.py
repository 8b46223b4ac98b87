"""What is said of petitions as the log has them: in sentences, or as JSON."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from egov_crypto import audit
from egov_crypto.cli.console import count, say
from egov_crypto.petition import BATCHES, PetitionCount, Petitions

REPORTED: Final = timedelta(days=60)
"""In which those whom an audit has drawn are asked."""
WHETHER_PEOPLE: Final = (
    "Whether those whom the registrar attests are people who signed: audits by sample tell, and who signed finds the"
    " registrar's promise in the log (egov-verify receipt)."
)
_SHOWN: Final = 20
"""Petitions that are listed in sentences; ``--json`` has all."""


def all_as_json(petitions: Petitions) -> list[dict[str, Any]]:
    """Each petition as the log has it."""
    return [as_json(reference, counted) for reference, counted in sorted(petitions.counts.items())]


def as_json(reference: str, counted: PetitionCount) -> dict[str, Any]:
    """One of them."""
    return {
        "reference": reference,
        "state": counted.state or None,
        "opened_at": counted.opened_at or None,
        "ended_at": counted.ended_at or None,
        "document": counted.document or None,
        "key": counted.key or None,
        "registrar": counted.signer or None,
        "generated": counted.generated,
        "verified": counted.electronic,
        "paper": counted.paper,
        "withdrawn": counted.withdrawn,
        "invalid": counted.invalid,
        "attested": counted.attested,
        "by_region": dict(sorted(counted.regions.items())),
        "by_day": dict(sorted(counted.days.items())),
        "thresholds": [
            {"tier": tier, "needed": needed, "count": number, "at": at}
            for tier, (needed, number, at, *_) in counted.thresholds.items()
        ],
        "audits": [_audit_as_json(name, found) for name, found in counted.audits.items()],
    }


def _audit_as_json(name: str, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "audit": name,
        "size": found["index"],
        "counted": found["counted"],
        "sample": found["sample"],
        "revealed": "reveals" in found,
        "reported": "report" in found,
        "detects": detections(found),
        **found.get("report", {}),
    }


def detections(found: dict[str, Any]) -> dict[str, float]:
    """By the share of signatures that were false, in percent: how probable it is that an audit has found one, by those
    who said whether they had signed; empty before its report."""
    if (report := found.get("report")) is None:
        return {}
    counted, sample = found["counted"], report["confirmed"] + report["denied"]
    shares = {share: counted * share // 100 for share in (1, 5, 10)}
    return {str(share): float(audit.detection(counted, sample, false)) for share, false in shares.items()}


def print_all(petitions: Petitions) -> None:
    """Say it of all of them in sentences."""
    listed = sorted(petitions.counts.items())
    for reference, counted in listed[:_SHOWN]:
        say(f"Petition {reference}: {counted.state or 'not begun'}, {of(counted)}")
    if len(listed) > _SHOWN:
        say(f"… and {len(listed) - _SHOWN} more petitions, which --json lists.")


def of(counted: PetitionCount) -> str:
    """How many signed."""
    said = f"{count(counted.electronic, 'signature')} verified"
    for number, what in (
        (counted.paper, "on paper"),
        (counted.withdrawn, "withdrawn"),
        (counted.invalid, "invalidated"),
    ):
        said += f", {number} {what}" if number else ""
    return said


def unknown_of_all(petitions: Petitions) -> list[str]:
    """What nobody can know of them from the log alone."""
    sentences = []
    for reference, counted in sorted(petitions.counts.items()):
        sentences += [f"Petition {reference}: {sentence}" for sentence in doubts(counted)]
    del sentences[_SHOWN:]
    if any(counted.attested for counted in petitions.counts.values()):
        sentences.append(WHETHER_PEOPLE)
    return sentences


def doubts(counted: PetitionCount, now: datetime | None = None) -> Iterable[str]:
    """What is strange about one, though nothing is proved by it."""
    now = now or datetime.now(UTC)
    if counted.generated:
        yield "its registrar makes signers up: this is a demonstration, and nobody stands behind a signature."
    if counted.late:
        number = count(counted.late, "signature")
        yield (
            f"why {number} entered the log after the petition had ended at {counted.ended_at or counted.closes_at}, the"
            f" last at {counted.late_at}: what waits then is attested within two hours."
        )
    if counted.is_open and now - datetime.fromisoformat(counted.closes_at) > BATCHES:
        yield f"why it is open still: it was to be closed at {counted.closes_at}."
    for tier, (_, number, at, waiting, acts) in counted.thresholds.items():
        if counted.acts - acts < waiting and now - datetime.fromisoformat(at) > BATCHES:
            yield (
                f"why {number} had signed when {tier} was reached at {at}: of {waiting} of them nothing was in the log,"
                f" and {counted.acts - acts} were attested since."
            )
    for name, found in counted.audits.items():
        report = found.get("report")
        if "reveals" not in found:
            yield (
                f"why the audit {name[:16]}… was begun and nothing revealed: whoever would have revealed last could"
                " choose between this sample and another audit's."
            )
        elif report is None and now - datetime.fromisoformat(found["revealed_at"]) > REPORTED:
            yield f"what the audit {name[:16]}… found: it was drawn at {found['revealed_at']}, and no report came."
        elif report is not None and report["denied"]:
            yield f"why {report['denied']} of {report['opened']} people denied in an audit to have signed."
        if report is not None and report["opened"] and not report["asked"]:
            yield f"whether the registrar tells what people said to it: the audit {name[:16]}… asked nobody besides."
        if report is not None and report["unreached"] * 2 > report["opened"]:
            yield f"what the {report['unreached']} of {report['opened']} would have said whom an audit did not reach."


def audits(counted: PetitionCount) -> Iterable[str]:
    """What audits there were, in sentences."""
    for name, found in counted.audits.items():
        sample = min(found["sample"], found["counted"])
        yield f"Audit {name[:16]}…: {sample} of the {found['counted']} who counted by {found['index']} entries"
        if report := found.get("report"):
            answered, found_one = report["confirmed"] + report["denied"], f"{detections(found)['1']:.1%}"
            yield (
                f"  {report['confirmed']} confirmed to have signed, {report['denied']} denied it,"
                f" {report['unreached']} were not reached"
            )
            yield f"  {report['asked']} of them told the auditors themselves, the others the registrar"
            yield (
                f"  if one in a hundred were false, one would be among the {answered} who answered with a probability"
                f" of {found_one}"
            )
        else:
            yield "  nothing is reported yet"
