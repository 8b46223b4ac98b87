"""What `egov-verify log` says of a log: in sentences, or as JSON."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from egov_crypto import note
from egov_crypto.checkpoint import Checkpoint, SignedCheckpoint
from egov_crypto.cli import console, consultation_report, petition_report
from egov_crypto.cli.console import count, say
from egov_crypto.cli.log_reading import Evidence, Reading
from egov_crypto.errors import VerificationError
from egov_crypto.recount import Recount, VoteCount

CHECKS: Final = {
    "checkpoint": "checkpoint, signed with the log's key",
    "witnesses": "cosignatures of witnesses under it",
    "before": "entries that were read before, none of them changed or taken out since",
    "entries": "entries, all of which together have the root hash that is signed",
    "keys": "replacements of the log's key, each signed with the one before",
    "votes": "votes, whose entries fit each other",
    "petitions": "petitions, whose entries fit each other",
    "consultations": "consultations, whose entries fit each other",
    "comments": "comments in them, numbered without a gap",
    "figures": "things that the site says of it, as the log has them",
    "signatures": "people, each attested by the registrar as a signer of one of them",
}
"""Each check's name, as ``--json`` gives it, and what its count is of."""

_CHECK_OF: Final = {
    "checkpoint.quorum": "witnesses",
    "checkpoint.stale": "witnesses",
    "note": "checkpoint",
    "checkpoint": "checkpoint",
    "log.root": "entries",
    "log": "before",
    "consistency": "before",
    "rotation": "keys",
    "recount": "votes",
    **dict.fromkeys(("petition.count", "petition.timeline", "petition.document", "petition.missing"), "figures"),
    "site": "figures",
    **dict.fromkeys(
        (
            f"consultation.{name}"
            for name in ("change", "comments", "document", "missing", "record", "reports", "timeline")
        ),
        "figures",
    ),
    "consultation": "consultations",
    "petition": "petitions",
    "audit": "petitions",
    "vrf": "petitions",
}
"""The check that a failure's code, or its first part, belongs to; entries, if it is not here."""

_OF_HISTORY: Final = frozenset({"log.shorter", "log.differs", "consistency.proof"})
"""Failures that two signed checkpoints show."""
_LATE: Final = timedelta(minutes=10)
"""By how much later than was said a vote may be closed, without it being told."""
_SHOWN: Final = 20
"""Votes that are listed in sentences; ``--json`` has all."""


def failed_check(failure: VerificationError) -> str:
    """The name, among :data:`CHECKS`, of what ``failure`` is about."""
    return _CHECK_OF.get(failure.code) or _CHECK_OF.get(failure.code.partition(".")[0], "entries")


def unknown_of_log(reading: Reading) -> list[str]:
    """What nobody can know of this log as such."""
    sentences = ["Whether everybody is shown this log: compare size and root hash with what others see."]
    if reading.first_use and reading.key:
        sentences.append(f"Whether this is the log's key: compare it with what others know, {reading.key.text}")
    if not reading.terms.witnesses:
        sentences.append("Whether anybody else watches it: give the keys of witnesses that you trust, with --witness.")
    return sentences


def unknown(reading: Reading) -> list[str]:
    """What nobody can know from this log alone."""
    sentences = unknown_of_log(reading)
    if reading.state.recount.unknown:
        number = count(reading.state.recount.unknown, "entry", "entries")
        sentences.append(f"What {number} of newer types say: this version of the program does not know them.")
    for uuid, vote in _late(reading.state.recount)[:_SHOWN]:
        sentences.append(
            f"Why vote {uuid} was closed at {vote.closed_at} only, {vote.late} after {vote.closes_at}: ballots may have"
            " been taken meanwhile."
        )
    sentences += petition_report.unknown_of_all(reading.state.recount.petitions)
    sentences += consultation_report.unknown_of_all(reading.state.recount.consultations)
    sentences.append("Whether archives, results and files are those that the log names: egov-verify site.")
    return sentences


def _late(recount: Recount) -> list[tuple[str, VoteCount]]:
    return sorted((uuid, vote) for uuid, vote in recount.votes.items() if vote.late > _LATE)


def as_json(
    source: str, reading: Reading | None, failure: VerificationError | None, error: Exception | None
) -> dict[str, Any]:
    """What ``--json`` prints of a log, of which nothing may have been read."""
    checks = checks_as_json(reading.checks if reading else {}, failure, error)
    common = {"ok": None if error else failure is None, "subject": {"kind": "log", "source": source}, **checks}
    if reading is None:
        return common
    recount, signed = reading.state.recount, reading.signed
    holds = not (failure or error)
    common["subject"] |= {
        "address": reading.tiles.log,
        "name": reading.name,
        "key": reading.key and reading.key.text,
        "first_use": reading.first_use,
    }
    return {
        **common,
        "checkpoint": signed and {**pair(signed.checkpoint), "note": signed.note.raw.decode()},
        "witnesses": witnesses_as_json(signed),
        "before": reading.before and pair(reading.before),
        "read": recount.entries - reading.begun if holds else None,
        "types": dict(sorted(recount.types.items())) if holds else None,
        "votes": votes_as_json(recount) if holds else None,
        "petitions": petition_report.all_as_json(recount.petitions) if holds else None,
        "consultations": consultation_report.all_as_json(recount.consultations) if holds else None,
        "release": recount.release
        and {"index": recount.release[0], "release": recount.release[1], "files": len(recount.release[2])},
        "keys": [{"index": index, "old": old, "new": new} for index, old, new in recount.keys],
        **({"evidence": evidence_as_json(reading.evidence)} if failure else {}),
        "unknown": unknown(reading) if holds else [],
    }


def checks_as_json(
    checks: dict[str, int], failure: VerificationError | None, error: Exception | None
) -> dict[str, Any]:
    """The part that all commands have in common."""
    return {
        "checks": [
            *({"name": name, "ok": True, "count": number} for name, number in checks.items()),
            *([{"name": failed_check(failure), "ok": False, "count": None}] if failure else []),
        ],
        "failure": failure and {"code": failure.code, "height": failure.height, "message": failure.message},
        "error": error and console.sentence(error),
    }


def witnesses_as_json(signed: SignedCheckpoint | None) -> list[dict[str, Any]]:
    """Those of the witnesses asked about that have cosigned, and when."""
    return [
        {"name": one.key.name, "key": one.key.text, "at": _moment(one.time)}
        for one in (signed.cosignatures if signed else ())
    ]


def witnesses(signed: SignedCheckpoint) -> list[str]:
    """The same in sentences."""
    return [f"Witness: {one.key.name} saw it at {_moment(one.time)}" for one in signed.cosignatures]


def evidence_as_json(evidence: Evidence) -> dict[str, Any]:
    """What others can check for themselves: notes as they were signed, hashes in Base64, tiles as they were served."""
    return {
        "before": evidence.before and evidence.before.decode("utf-8", "replace"),
        "now": evidence.now and evidence.now.decode("utf-8", "replace"),
        "root": evidence.root and note.to_base64(evidence.root),
        "proof": None if evidence.proof is None else [note.to_base64(hash_) for hash_ in evidence.proof],
        "served": {tile.path: note.to_base64(raw) for tile, raw in evidence.served},
    }


def pair(checkpoint: Checkpoint) -> dict[str, Any]:
    """Size and root hash."""
    return {"size": checkpoint.size, "root": note.to_base64(checkpoint.root)}


def votes_as_json(recount: Recount) -> list[dict[str, Any]]:
    """Each vote as the log has it."""
    return [_vote_as_json(uuid, vote) for uuid, vote in sorted(recount.votes.items())]


def _vote_as_json(uuid: str, vote: VoteCount) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "state": vote.state or None,
        "opens_at": vote.opens_at or None,
        "closes_at": vote.closes_at or None,
        "closed_at": vote.closed_at or None,
        "events": vote.events,
        "ballots": vote.ballots,
        "head": {"height": vote.events - 1, "hash": vote.head} if vote.events else None,
    }


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):  # a witness may write any number
        return f"{seconds} seconds after 1970"


def print_log(reading: Reading, failure: VerificationError | None) -> None:
    """Say it in sentences."""
    print_reading(reading, failure)
    if failure is None:
        say("", "All of this holds. What it cannot tell:", *(f"  - {sentence}" for sentence in unknown(reading)))


def print_reading(reading: Reading, failure: VerificationError | None) -> None:
    """What was read, without what it cannot tell."""
    recount, signed = reading.state.recount, reading.signed
    say(f"log {reading.name}", *about_key(reading), "")
    for name, number in reading.checks.items():
        say(f"  ok  {number:>8}  {CHECKS[name]}")
    if failure:
        say(f"  NO  {'':>8}  {CHECKS[failed_check(failure)]}", "", f"It does not hold. {failure}")
        _print_evidence(reading, failure)
        return
    assert signed is not None
    say("", f"Checkpoint: {signed.checkpoint.size} entries, root hash {note.to_base64(signed.checkpoint.root)}")
    say(*witnesses(signed))
    if reading.before:
        say(f"Since the last time: {count(signed.checkpoint.size - reading.before.size, 'new entry', 'new entries')}.")
    for type_, number in sorted(recount.types.items()):
        say(f"  {number:>12}  {type_}")
    for uuid, vote in sorted(recount.votes.items())[:_SHOWN]:
        events = f"{count(vote.events, 'event')}, head {vote.head}" if vote.events else "no event"
        say(f"Vote {uuid}: {vote.state or 'not set up'}, {events}")
    if len(recount.votes) > _SHOWN:
        say(f"… and {len(recount.votes) - _SHOWN} more votes, which --json lists.")
    petition_report.print_all(recount.petitions)
    consultation_report.print_all(recount.consultations)


def about_key(reading: Reading) -> list[str]:
    """The key, and why it is trusted."""
    if reading.key is None:
        return []
    if reading.first_use:
        known = "which nobody vouched for: the log itself gave it, and it is remembered from now on"
    elif reading.key == reading.terms.key:
        known = "as it was given"
    elif reading.key == reading.remembered:
        known = "remembered from before"
    else:
        known = f"by which the log says that it replaces {(reading.terms.key or reading.remembered).text}"  # type: ignore[union-attr]
    return [f"key {reading.key.text}, {known}"]


def _print_evidence(reading: Reading, failure: VerificationError) -> None:
    evidence, history = reading.evidence, failure.code in _OF_HISTORY
    if history and evidence.before and evidence.now:
        say("", "The log has signed both of these. Keep them: together they prove it to everybody.", "")
        for raw in (evidence.before, evidence.now):
            say(*raw.decode("utf-8", "replace").splitlines(), "")
    if reading.before and (history or failure.code == "note.unsigned"):
        say(f"What was seen before stands in {reading.state.path}: without that file, this is a log that begins anew.")
