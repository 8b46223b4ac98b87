"""`egov-verify receipt` of a signature: the registrar's promise, and that it is in the log."""

import argparse
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from egov_crypto import checkpoint, note
from egov_crypto.checkpoint import Checkpoint, SignedCheckpoint
from egov_crypto.cli import log, log_report, log_state
from egov_crypto.cli.console import say
from egov_crypto.cli.log_reading import Reading, Terms
from egov_crypto.cli.log_tiles import site_address
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.proof_keys import key_of_then
from egov_crypto.errors import ArchiveError, UsageError, VerificationError
from egov_crypto.note import Note, VerifierKey
from egov_crypto.promise import Promise
from egov_crypto.receipt import parse_key
from egov_crypto.tlog_proof import TlogProof

CHECKS: Final = {
    "promise": "promise, signed by the registrar",
    "checkpoint": "checkpoint of the log under its proof",
    "witnesses": "cosignatures of witnesses under it",
    "inclusion": "promise, which is an entry of the log",
    "place": "promise, which the log has as an entry",
}
_WAITING: Final = timedelta(days=1)
"""For so long a promise may wait for its batch: a day is all that it says of when it was given."""


@dataclass
class PromiseFound:
    """What a run has found so far."""

    promise: Promise
    proof: TlogProof | None
    checks: dict[str, int]
    signed: SignedCheckpoint | None = None
    log_key: VerifierKey | None = None
    reading: Reading | None = None
    stands: str = ""
    """What the log's last entry about the signature makes of it, if the log was read."""


def check(
    found: PromiseFound, options: argparse.Namespace, plain: list[str], named: list[VerifierKey], terms: Terms
) -> None:
    """Check all of it; ``plain`` is the registrar's key if it was given, ``named`` are those of the log.

    Raises :class:`VerificationError`, :class:`ArchiveError`, :class:`UsageError`.
    """
    promise, proof = found.promise, found.proof
    promise.verify(_registrar(found, options.archive, plain))
    found.checks["promise"] = 1
    if proof:
        found.log_key = key_of_then(proof, named)
        witnesses, quorum = terms.witnesses, terms.quorum
        found.signed = checkpoint.verify(proof.checkpoint, found.log_key, witnesses=witnesses, quorum=quorum)
        found.checks["checkpoint"] = 1
        if terms.witnesses:
            found.checks["witnesses"] = len(found.signed.cosignatures)
        proof.verify(promise.raw, found.log_key, witnesses=witnesses, quorum=quorum)
        found.checks["inclusion"] = 1
    if options.archive is not None:
        _check_log(found, options, Terms(named[0] if named else None, terms.witnesses, terms.quorum))


def _registrar(found: PromiseFound, where: str | None, plain: list[str]) -> str:
    """Its key: the one that was given, else the one that was remembered when the log was read."""
    if plain:
        return note.to_base64(parse_key(plain[0])).rstrip("=")
    name = None
    if found.proof:
        name = Checkpoint.parse(Note.parse(found.proof.checkpoint).text).origin
    elif where is not None:
        name = f"{site_address(where).partition('://')[2]}/log"
    signer = name and log_state.remembered_registrar(name)
    if not signer:
        raise UsageError("give the registrar's key with --key, or read the log before, which has it: egov-verify log")
    return signer


def _check_log(found: PromiseFound, options: argparse.Namespace, terms: Terms) -> None:
    value, promise = found.promise.value, found.promise
    with Progress() as progress, log.reading_of(options.archive, terms, options.jobs, progress) as found.reading:
        found.reading.read()
        state = found.reading.state
        acts = list(state.signatures.acts(value["petition"], promise.pseudonym))
        if not any(map(promise.is_told_by, acts)):
            detail = f"{value['act']} of {value['day']} in {value['petition']}"
            if date.fromisoformat(value["day"]) >= datetime.now(UTC).date() - _WAITING:
                raise ArchiveError(f"the promise is not in the log yet ({detail}): it may wait for its batch")
            raise VerificationError("promise.missing", detail)
        last = acts[-1]
        found.stands = (
            "invalidated" if last.invalid else {"withdraw": "withdrawn"}.get(last.act.name.lower(), "counted")
        )
        found.checks["place"] = 1


def failed_check(found: PromiseFound) -> str:
    """The name of the check that a failure is of: the first that was not done."""
    order = ["promise", *(["checkpoint", "inclusion"] if found.proof else []), "place"]
    return next(name for name in order if name not in found.checks)


def as_json(found: PromiseFound) -> dict[str, Any]:
    """The members of ``subject`` that tell what was promised, and of the log what is known."""
    return {name: found.promise.value[name] for name in ("petition", "pseudonym", "act", "day", "region")}


def log_as_json(found: PromiseFound) -> dict[str, Any]:
    """What the proof says of the log."""
    signed = found.signed
    return {
        "index": found.proof and found.proof.index,
        "key": found.log_key and found.log_key.text,
        "checkpoint": signed and log_report.pair(signed.checkpoint),
        "witnesses": log_report.witnesses_as_json(signed),
    }


def unknown(found: PromiseFound) -> list[str]:
    """What nobody can know from this."""
    sentences = ["Whether this is the registrar's key: compare it with what others see, and with the log's entries."]
    if not found.proof and not found.stands:
        sentences.append("Whether it is in the log: give its proof, or the site's address too.")
    sentences.append("Whether everybody is shown this log: egov-verify log, and witnesses that you trust.")
    return sentences


def show(found: PromiseFound, failure: VerificationError | None) -> None:
    """Say it in sentences."""
    value = found.promise.value
    say(f"{value['act']} in petition {value['petition']}, on {value['day']}, region {value['region']}")
    say(f"pseudonym {value['pseudonym']}", "")
    for name, number in found.checks.items():
        say(f"  ok  {number:>8}  {CHECKS[name]}")
    if failure:
        say(f"  NO  {'':>8}  {CHECKS[failed_check(found)]}", "", f"It does not hold. {failure}")
        if failure.code == "promise.missing":
            say("Keep the promise: it proves to everybody that what was promised is not there.")
        return
    if found.proof and found.signed:
        size, root = found.signed.checkpoint.size, note.to_base64(found.signed.checkpoint.root)
        say("", f"Entry {found.proof.index} of the log {found.signed.checkpoint.origin}, of {size}, root hash {root}")
        say(*log_report.witnesses(found.signed))
    if found.stands:
        say("", f"By the log as it is now the signature is {found.stands}.")
    say("", "All of this holds. What it cannot tell:", *(f"  - {line}" for line in unknown(found)))
