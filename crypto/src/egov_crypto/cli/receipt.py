"""`egov-verify receipt`: a ballot's receipt, alone, with the proof that the log has its entry, or with an archive."""

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from egov_crypto import checkpoint, entries, note, promise, tlog_proof
from egov_crypto import receipt as receipts
from egov_crypto.checkpoint import SignedCheckpoint
from egov_crypto.cli import console, log, log_report, source
from egov_crypto.cli import promise as promise_report
from egov_crypto.cli.console import say
from egov_crypto.cli.log_reading import Terms
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.promise import PromiseFound
from egov_crypto.cli.promise import check as check_promise
from egov_crypto.cli.proof_keys import key_of_then
from egov_crypto.cli.report import checks_as_json, print_checks, unknown
from egov_crypto.cli.source import open_archive
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.note import VerifierKey
from egov_crypto.promise import Promise
from egov_crypto.receipt import Receipt
from egov_crypto.tlog_proof import TlogProof
from egov_crypto.verify import Report, verify_archive

DESCRIPTION: Final = """\
Verify a ballot's receipt and, if an archive is given, all of the archive and that the ballot stands there. FILE may
also be the receipt with the proof that the transparency log has its entry: nobody is asked to verify all of that.

Or FILE is what the registrar promised to the signer of a petition, with such a proof or without: then URL is the
site's, and the log is read to see that the promise is in it. --key is the registrar's, if the log was not read yet."""


@dataclass
class ReceiptFound:
    """What a run has found so far."""

    source: str
    archive: str | None
    report: Report = field(default_factory=Report)
    stated: Receipt | None = None
    counts: bool | None = None
    """Whether no later ballot has replaced it, if there is an archive."""
    proof: TlogProof | None = None
    log_key: VerifierKey | None = None
    remembered: bool = False
    """Whether that key was not given."""
    signed: SignedCheckpoint | None = None
    promised: PromiseFound | None = None
    """What was found instead, if it is a registrar's promise."""


def add_arguments(parser: argparse.ArgumentParser, archive: str) -> None:
    """The command's; ``archive`` says what an archive may be."""
    parser.add_argument("receipt", type=Path, metavar="FILE", help="the receipt, or its proof, as it was saved")
    parser.add_argument("archive", nargs="?", metavar="ARCHIVE|URL", help=archive)
    parser.add_argument(
        "--key",
        default=[],
        action="append",
        help="the public key of the receipts, from the vote's verify page, or of the registrar; for a proof again,"
        " with the log's VKEY (more than once, if it had several), which else is what egov-verify log has remembered",
    )
    log.add_witnesses(parser)
    source.add_limit(parser)


def verify_receipt(options: argparse.Namespace) -> int:
    """The command."""
    found = ReceiptFound(str(options.receipt), options.archive)
    failure, error = console.outcome(lambda: _check(options, found), options.json)
    if options.json:
        made = _promise_as_json if found.promised else _as_json
        print(json.dumps(made(found, failure, error)))
    elif found.promised:
        promise_report.show(found.promised, failure)
    else:
        _print(found, failure)
    return console.status(failure, error)


def _check(options: argparse.Namespace, found: ReceiptFound) -> None:
    with options.receipt.open("rb") as file:
        raw = file.read(tlog_proof.MAX_SIZE + 1)
    if raw.startswith(tlog_proof.TYPE.encode()):
        found.proof = TlogProof.parse(raw)
        raw = found.proof.extra
        if not raw:
            raise UsageError(f"{options.receipt} is a proof without the receipt whose entry it is of")
    if promise.is_one(raw):
        plain, log_keys = _keys(options)
        found.promised = PromiseFound(Promise.parse(raw.strip()), found.proof, {})
        check_promise(found.promised, options, plain, log_keys, log.terms_of(options, None))
        return
    key, terms, log_keys = _terms(options)
    if not found.proof and (terms != Terms() or log_keys):
        raise UsageError(
            f"{options.receipt} is a receipt without a proof: it says nothing of the log and its witnesses"
        )
    found.stated = receipts.parse_and_verify(raw.strip(), key)
    found.report.checks.append(("receipt", 1))
    if found.proof:
        _check_proof(found.proof, found.stated, terms, log_keys, found)
    if options.archive is None:
        return
    with Progress() as progress, open_archive(options.archive, progress, options.max_archive) as file:
        verified = verify_archive(file, jobs=options.jobs, progress=progress, report=found.report)
        found.counts = receipts.check_in_archive(found.stated, file, verified)
    found.report.checks.append(("place", 1))


def _keys(options: argparse.Namespace) -> tuple[list[str], list[VerifierKey]]:
    """At most one key without a name, and those of the log, which have names."""
    named: list[VerifierKey] = []
    plain: list[str] = []
    for text in options.key:
        try:
            named.append(VerifierKey.parse(text))
        except UsageError:
            plain.append(text)
    if len(plain) > 1 or len(set(named)) < len(named):
        raise UsageError("one --key is that of the receipts, and the others are those of the log, each once")
    return plain, named


def _terms(options: argparse.Namespace) -> tuple[bytes, Terms, list[VerifierKey]]:
    """The receipts' key, and what is trusted of the log, with its keys."""
    plain, named = _keys(options)
    if not plain:
        raise UsageError("--key is needed: the public key of the receipts, which the vote's page “Verify” shows")
    return receipts.parse_key(plain[0]), log.terms_of(options, None), named


def _check_proof(
    proof: TlogProof, stated: Receipt, terms: Terms, given: list[VerifierKey], found: ReceiptFound
) -> None:
    found.log_key = key_of_then(proof, given)
    found.remembered = found.log_key not in given
    checks = found.report.checks
    found.signed = checkpoint.verify(proof.checkpoint, found.log_key, witnesses=terms.witnesses, quorum=terms.quorum)
    checks.append(("checkpoint", 1))
    if terms.witnesses:
        checks.append(("witnesses", len(found.signed.cosignatures)))
    proof.verify(entries.of_receipt(stated), found.log_key, witnesses=terms.witnesses, quorum=terms.quorum)
    checks.append(("inclusion", 1))


def _promise_as_json(found: ReceiptFound, failure: VerificationError | None, error: Exception | None) -> dict[str, Any]:
    promised, holds = found.promised, not (failure or error)
    assert promised is not None
    checks = [{"name": name, "ok": True, "count": number} for name, number in promised.checks.items()]
    if failure:
        checks.append({"name": promise_report.failed_check(promised), "ok": False, "count": None})
    return {
        "ok": None if error else failure is None,
        "subject": {"kind": "promise", "source": found.source, **promise_report.as_json(promised)},
        **log_report.checks_as_json({}, failure, error),
        "checks": checks,
        "stands": promised.stands or None,
        **({"log": promise_report.log_as_json(promised)} if promised.proof else {}),
        "unknown": promise_report.unknown(promised) if holds else [],
    }


def _as_json(found: ReceiptFound, failure: VerificationError | None, error: Exception | None) -> dict[str, Any]:
    report, stated, holds = found.report, found.stated, not (failure or error)
    return {
        "ok": None if error else failure is None,
        "subject": {
            "kind": "receipt",
            "source": found.source,
            "archive": found.archive,
            "uuid": stated and stated.vote,
            "fingerprint": stated and stated.election,
            "tracker": stated and stated.tracker,
            "height": stated and stated.height,
            "hash": stated and stated.head,
            "day": stated and stated.day.isoformat(),
        },
        **checks_as_json(report, failure, error),
        "latest": found.counts if holds else None,
        "head": report.head and {"height": report.head.height, "hash": report.head.hash},
        **({"log": _log_as_json(found)} if found.proof else {}),
        "unknown": _unknown(found) if holds else [],
    }


def _log_as_json(found: ReceiptFound) -> dict[str, Any]:
    assert found.proof is not None
    signed = found.signed
    return {
        "index": found.proof.index,
        "key": found.log_key and found.log_key.text,
        "remembered": found.remembered,
        "checkpoint": signed and log_report.pair(signed.checkpoint),
        "witnesses": log_report.witnesses_as_json(signed),
    }


def _unknown(found: ReceiptFound) -> list[str]:
    sentences = ["Whether this is the server's key: compare it with what others see on the vote's page."]
    if found.proof:
        sentences.append("Whether everybody is shown this log: egov-verify log, and witnesses that you trust.")
    if found.report.head is None:
        return [*sentences, "Whether the ballot still stands there: give the archive, or the vote's address, too."]
    return [*sentences, *unknown(found.report)[1:2]]


def _print(found: ReceiptFound, failure: VerificationError | None) -> None:
    report, stated, signed = found.report, found.stated, found.signed
    if stated:
        say(
            f"receipt of {stated.day}, for a ballot of the election {stated.vote}, fingerprint {stated.election}",
            f"tracker {stated.tracker}, height {stated.height}, hash {stated.head}",
            "",
        )
    print_checks(report, failure)
    if failure:
        if failure.code == "receipt.missing" and not _may_be_older(report, stated):
            say("Keep receipt and archive: together they prove it to everybody.")
        return
    if found.proof and signed and found.log_key:
        size, root = signed.checkpoint.size, note.to_base64(signed.checkpoint.root)
        known = ", remembered from before" if found.remembered else ""
        say("", f"Entry {found.proof.index} of the log {signed.checkpoint.origin}, of {size} entries, root hash {root}")
        say(f"The log's key: {found.log_key.text}{known}", *log_report.witnesses(signed))
    if found.counts is not None:
        standing = (
            "no later ballot has replaced it" if found.counts else "a later ballot of the same voter has replaced it"
        )
        say("", f"The ballot stands where the receipt says; {standing}.")
    say("", "All of this holds. What it cannot tell:", *(f"  - {line}" for line in _unknown(found)))


def _may_be_older(report: Report, stated: Receipt | None) -> bool:
    """Whether the archive may just have been saved before the receipt's ballot came."""
    ends_before = not (stated and report.head) or report.head.height < stated.height
    return ends_before and report.state in {"setup", "open"}
