"""`egov-verify opening`: what the registrar gave the auditors of a petition."""

import argparse
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from egov_crypto import opening
from egov_crypto.cli import console, log, log_report
from egov_crypto.cli.console import say
from egov_crypto.cli.log_reading import Reading
from egov_crypto.cli.progress import Progress
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.opening import Opening

DESCRIPTION: Final = """\
Check what the registrar opened to the auditors of a petition: each person's number belongs to the pseudonym that stands
in the log, by the petition's key. With --log, that these are the signatures which were drawn: the log is recounted up
to the auditors' commitments, and the sample drawn anew with what they revealed. Nothing that is printed names a person.
"""
CHECKS: Final = {
    "openings": "openings, each proved to be of this person in this petition",
    "drawn": "signatures drawn among those who counted, which are the ones that were opened",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's."""
    parser.add_argument("opening", type=Path, metavar="FILE", help="the file that the registrar gave")
    parser.add_argument("--log", metavar="URL", help=f"that the sample was drawn as it is told: {log.ADDRESS}")
    log.add_terms(parser)


class _Found:
    """What a run has found so far."""

    def __init__(self) -> None:
        self.file: Opening | None = None
        self.reading: Reading | None = None
        self.checks: dict[str, int] = {}
        self.failed = "openings"


def verify_opening(options: argparse.Namespace) -> int:
    """The command."""
    found = _Found()
    failure, error = console.outcome(lambda: _check(options, found), options.json)
    if options.json:
        print(json.dumps(_as_json(options, found, failure, error)))
    else:
        _print(found, failure)
    return console.status(failure, error)


def _check(options: argparse.Namespace, found: _Found) -> None:
    with options.opening.open("rb") as file:
        found.file = Opening.parse(file.read(opening.MAX_SIZE + 1).rstrip(b"\n"))
    found.checks["openings"] = found.file.verify()
    if options.log is None:
        if options.key or options.witness:
            raise UsageError("keys of the log and of witnesses are of use with --log alone")
        return
    with ExitStack() as stack:
        progress = stack.enter_context(Progress())
        terms = log.terms_of(options, options.key)
        found.reading = stack.enter_context(log.reading_of(options.log, terms, options.jobs, progress))
        found.failed = ""
        found.reading.read()
        found.failed = "drawn"
        counted = found.reading.state.recount.petitions.counts.get(found.file.petition)
        if counted is None:
            raise VerificationError("petition.missing", f"{found.file.petition} is not in the log")
        found.checks["drawn"] = found.file.verify_drawn(found.reading.state.signatures, counted)


def _checks(found: _Found) -> dict[str, int]:
    return {**(found.reading.checks if found.reading else {}), **found.checks}


def _failed(found: _Found, failure: VerificationError) -> str:
    return found.failed or log_report.failed_check(failure)


def _as_json(
    options: argparse.Namespace, found: _Found, failure: VerificationError | None, error: Exception | None
) -> dict[str, Any]:
    checks = [{"name": name, "ok": True, "count": number} for name, number in _checks(found).items()]
    if failure:
        checks.append({"name": _failed(found, failure), "ok": False, "count": None})
    file = found.file
    return {
        "ok": None if error else failure is None,
        "subject": {
            "kind": "opening",
            "source": str(options.opening),
            "reference": file and file.petition,
            "key": file and file.key.hex(),
            "audit": file and file.audit,
        },
        **log_report.checks_as_json({}, failure, error),
        "checks": checks,
        "unknown": [] if failure or error else _unknown(found),
    }


def _unknown(found: _Found) -> list[str]:
    sentences = ["Whether these people signed: ask them on another channel than the registrar's."]
    if found.reading is None:
        sentences.append("Whether these are the signatures that were drawn, and this is the petition's key: --log URL.")
    return sentences


def _print(found: _Found, failure: VerificationError | None) -> None:
    if found.file:
        say(f"opening for the audit {found.file.audit} of petition {found.file.petition}", "")
    for name, number in _checks(found).items():
        say(f"  ok  {number:>8}  {(CHECKS | log_report.CHECKS)[name]}")
    if failure:
        say(f"  NO  {'':>8}  {(CHECKS | log_report.CHECKS)[_failed(found, failure)]}")
        say("", f"It does not hold. {failure}")
        return
    say("", "All of this holds. What it cannot tell:", *(f"  - {sentence}" for sentence in _unknown(found)))
