"""`egov-verify petition`: who signed a petition, recounted from the log, and what the site says of it."""

import argparse
import json
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from egov_crypto import statement
from egov_crypto.cli import console, log, log_report, petition_report, source
from egov_crypto.cli.console import say
from egov_crypto.cli.log_reading import Reading
from egov_crypto.cli.log_tiles import numbered_page, site_address
from egov_crypto.cli.petition_figures import REFERENCE
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.site_petition import SitePetition, check_petition
from egov_crypto.cli.site_vote import Site
from egov_crypto.cli.web import Web
from egov_crypto.errors import VerificationError

DESCRIPTION: Final = """\
Recount a petition from the log alone: each signature is attested by the registrar, of each person the last act counts,
none is from before it was opened or after it ended. With the address of its page, also what the site says of it is held
against that: its counts, by the entries that it says it counted, its text, state and answers. With --log and its number
nothing is asked but the log."""


@dataclass
class Found:
    """What a run has found so far."""

    source: str
    reading: Reading | None = None
    petition: SitePetition | None = None
    of_site: bool = False
    registrar: str | None = None
    """Its key, if one was given."""
    first_use: bool = False
    """Whether no run before knew a registrar's key, so that the one which the log itself has is trusted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's."""
    parser.add_argument(
        "petition",
        metavar="URL|REF",
        help="the address of any page of the petition; with --log its number, P-2026-0042",
    )
    parser.add_argument("--log", metavar="URL", help=f"read the log alone: {log.ADDRESS}")
    parser.add_argument(
        "--registrar",
        type=_key,
        metavar="KEY",
        help="the registrar's key, unpadded Base64, from somewhere else than the log; else the one that was remembered,"
        " or, the first time, the one that the log has",
    )
    log.add_terms(parser)


def _key(text: str) -> str:
    try:
        statement.from_base64(text, 32)
    except (VerificationError, ValueError):
        raise argparse.ArgumentTypeError(f"{text} is no key of a registrar: 43 characters of Base64") from None
    return text


def verify_petition(options: argparse.Namespace) -> int:
    """The command."""
    found = Found(options.petition, registrar=options.registrar)
    failure, error = console.outcome(lambda: _check(options, found), options.json)
    if options.json:
        print(json.dumps(_as_json(found, failure, error)))
    else:
        _print(found, failure)
    return console.status(failure, error)


def _check(options: argparse.Namespace, found: Found) -> None:
    url, reference = numbered_page(options.petition, options.log, REFERENCE, "P-2026-0042")
    found.of_site = options.log is None
    terms = log.terms_of(options, options.key)
    with (
        Progress() as progress,
        log.reading_of(url, terms, options.jobs, progress) as found.reading,
        closing(Web(site_address(url))) as web,
        source.at_home(),
    ):
        site = Site(web, found.reading, options.jobs, progress)
        found.petition = SitePetition(reference)
        found.first_use = options.registrar is None and not found.reading.state.recount.petitions.signer
        found.reading.read()
        signer = found.reading.state.recount.petitions.signer
        if found.registrar and signer and signer != found.registrar:
            raise VerificationError("petition.signer", f"{signer} in the log, and {found.registrar} was given")
        if found.of_site:
            check_petition(site, found.petition)
            return
        found.petition.counted = found.reading.state.recount.petitions.counts.get(reference)
        if found.petition.counted is None:
            raise VerificationError("petition.missing", f"{reference} is not in the log")


def _as_json(found: Found, failure: VerificationError | None, error: Exception | None) -> dict[str, Any]:
    reading, petition, holds = found.reading, found.petition, not (failure or error)
    signed = reading.signed if reading else None
    figures = petition and petition.figures
    return {
        "ok": None if error else failure is None,
        "subject": {
            "kind": "petition",
            "source": found.source,
            "reference": petition and petition.reference,
            "address": reading and reading.tiles.log,
            "key": reading and reading.key and reading.key.text,
            "first_use": reading and reading.first_use,
            "registrar_first_use": found.first_use,
        },
        **log_report.checks_as_json(_checks(found), failure, error),
        "checkpoint": signed and {**log_report.pair(signed.checkpoint), "note": signed.note.raw.decode()},
        "witnesses": log_report.witnesses_as_json(signed),
        "petition": petition and petition.counted and petition_report.as_json(petition.reference, petition.counted),
        "said": figures
        and {
            "size": figures.size,
            "verified": figures.counts[0],
            "paper": figures.counts[1],
            "provisional": figures.total,
            "by_region": figures.regions,
        },
        "unknown": _unknown(found) if holds else [],
    }


def _checks(found: Found) -> dict[str, int]:
    checks = dict(found.reading.checks) if found.reading else {}
    if found.petition and found.petition.compared:
        checks["figures"] = found.petition.compared
    return checks


def _unknown(found: Found) -> list[str]:
    sentences = found.petition.doubts() if found.petition else []
    sentences += log_report.unknown_of_log(found.reading) if found.reading else []
    if found.registrar is None and found.petition and found.petition.counted and found.petition.counted.signer:
        signer, use = found.petition.counted.signer, " it is trusted on first use;" if found.first_use else ""
        told = (
            f"Whether this is the registrar's key, which has signed all this:{use} ask others for it, and give it with"
        )
        sentences.append(f"{told} --registrar {signer}")
    sentences.append(petition_report.WHETHER_PEOPLE)
    if not found.of_site:
        sentences.append("What the site says of it: give the address of its page.")
    return [f"{text[0].upper()}{text[1:]}" for text in sentences]


def _print(found: Found, failure: VerificationError | None) -> None:
    reading, petition = found.reading, found.petition
    if reading is None or petition is None:
        return
    say(f"petition {petition.reference}, log {reading.name}", *log_report.about_key(reading), "")
    for name, number in _checks(found).items():
        say(f"  ok  {number:>8}  {log_report.CHECKS[name]}")
    if failure:
        say(f"  NO  {'':>8}  {log_report.CHECKS[log_report.failed_check(failure)]}", "", f"It does not hold. {failure}")
        return
    counted = petition.counted
    assert counted is not None
    say("", f"{counted.state or 'not begun'} since {counted.at}: {petition_report.of(counted)}")
    for region, number in sorted(counted.regions.items()):
        say(f"  {number:>12}  {region}")
    for line in petition_report.audits(counted):
        say(line)
    say("", "All of this holds. What it cannot tell:", *(f"  - {sentence}" for sentence in _unknown(found)))
