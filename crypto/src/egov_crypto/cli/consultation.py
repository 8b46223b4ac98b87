"""`egov-verify consultation`: a consultation recounted from the log, and what the site publishes of it."""

import argparse
import json
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from egov_crypto.cli import console, consultation_report, log, log_report, source
from egov_crypto.cli.console import say
from egov_crypto.cli.log_reading import Reading
from egov_crypto.cli.log_tiles import numbered_page, site_address
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.site_consultation import SiteConsultation, check_consultation
from egov_crypto.cli.site_vote import Site
from egov_crypto.cli.web import Web
from egov_crypto.consultation_entries import REFERENCE
from egov_crypto.errors import VerificationError

DESCRIPTION: Final = """\
Recount a consultation from the log alone: each version of the draft is signed by its agency, comments and replies are
numbered without a gap, none is from after the end. With the address of its page, also what the site publishes is held
against that: each comment and each reply is the one that was entered, the texts are those that were signed, what a
reply names as changed has changed, and the report counts right. With --log and its number nothing is asked but the
log."""


@dataclass
class Found:
    """What a run has found so far."""

    source: str
    reading: Reading | None = None
    consultation: SiteConsultation | None = None
    of_site: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's."""
    parser.add_argument(
        "consultation",
        metavar="URL|REF",
        help="the address of any page of the consultation; with --log its number, C-2026-0007",
    )
    parser.add_argument("--log", metavar="URL", help=f"read the log alone: {log.ADDRESS}")
    log.add_terms(parser)


def verify_consultation(options: argparse.Namespace) -> int:
    """The command."""
    found = Found(options.consultation)
    failure, error = console.outcome(lambda: _check(options, found), options.json)
    if options.json:
        print(json.dumps(_as_json(found, failure, error)))
    else:
        _print(found, failure)
    return console.status(failure, error)


def _check(options: argparse.Namespace, found: Found) -> None:
    url, reference = numbered_page(options.consultation, options.log, REFERENCE, "C-2026-0007")
    found.of_site = options.log is None
    terms = log.terms_of(options, options.key)
    with (
        Progress() as progress,
        log.reading_of(url, terms, options.jobs, progress) as found.reading,
        closing(Web(site_address(url))) as web,
        source.at_home(),
    ):
        found.consultation = SiteConsultation(reference)
        found.reading.read()
        if found.of_site:
            check_consultation(Site(web, found.reading, options.jobs, progress), found.consultation)
            return
        found.consultation.counted = found.reading.state.recount.consultations.counts.get(reference)
        if found.consultation.counted is None:
            raise VerificationError("consultation.missing", f"{reference} is not in the log")


def _as_json(found: Found, failure: VerificationError | None, error: Exception | None) -> dict[str, Any]:
    reading, one, holds = found.reading, found.consultation, not (failure or error)
    signed = reading.signed if reading else None
    return {
        "ok": None if error else failure is None,
        "subject": {
            "kind": "consultation",
            "source": found.source,
            "reference": one and one.reference,
            "address": reading and reading.tiles.log,
            "key": reading and reading.key and reading.key.text,
            "first_use": reading and reading.first_use,
        },
        **log_report.checks_as_json(_checks(found), failure, error),
        "checkpoint": signed and {**log_report.pair(signed.checkpoint), "note": signed.note.raw.decode()},
        "witnesses": log_report.witnesses_as_json(signed),
        "consultation": one and one.counted and consultation_report.as_json(one.reference, one.counted),
        "unknown": _unknown(found) if holds else [],
    }


def _checks(found: Found) -> dict[str, int]:
    checks = dict(found.reading.checks) if found.reading else {}
    if found.consultation and found.consultation.compared:
        checks["figures"] = found.consultation.compared
    return checks


def _unknown(found: Found) -> list[str]:
    sentences = found.consultation.doubts() if found.consultation else []
    sentences += log_report.unknown_of_log(found.reading) if found.reading else []
    if found.consultation and found.consultation.counted and found.consultation.counted.versions:
        version = found.consultation.counted.versions[-1]
        told = f"compare it with what {version['agency']} has published elsewhere, {version['key']}"
        sentences.append(f"whether the key is the agency's which has signed the draft: {told}")
        if found.reading:
            agencies = found.reading.state.recount.consultations.agencies
            sentences += consultation_report.unhanded(agencies, version["agency"])
    sentences.append(consultation_report.WHETHER_HEARD)
    if found.of_site:
        sentences.append("Whether files that were sent with comments are those that are named: compare their hashes.")
    else:
        sentences.append("What the site publishes of it: give the address of its page.")
    return [f"{text[0].upper()}{text[1:]}" for text in sentences]


def _print(found: Found, failure: VerificationError | None) -> None:
    reading, one = found.reading, found.consultation
    if reading is None or one is None:
        return
    say(f"consultation {one.reference}, log {reading.name}", *log_report.about_key(reading), "")
    for name, number in _checks(found).items():
        say(f"  ok  {number:>8}  {log_report.CHECKS[name]}")
    if failure:
        say(f"  NO  {'':>8}  {log_report.CHECKS[log_report.failed_check(failure)]}", "", f"It does not hold. {failure}")
        return
    counted = one.counted
    assert counted is not None
    say("", f"{counted.state or 'not begun'} since {counted.at}: {consultation_report.of(counted)}")
    for number, version in enumerate(counted.versions, 1):
        for lang, document, _ in version["texts"]:
            say(f"  version {number}, {lang}: {document}")
    say("", "All of this holds. What it cannot tell:", *(f"  - {sentence}" for sentence in _unknown(found)))
