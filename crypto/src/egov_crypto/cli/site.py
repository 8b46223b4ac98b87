"""`egov-verify site`: all that a site publishes, held against its log."""

import argparse
import json
import time
from contextlib import closing
from typing import Final

from egov_crypto.cli import console, log, log_report, site_list, site_report, source
from egov_crypto.cli.log_tiles import site_address
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.report import VoteFound
from egov_crypto.cli.site_consultation import SiteConsultation, check_consultation
from egov_crypto.cli.site_data import check_data
from egov_crypto.cli.site_files import Files, check_files
from egov_crypto.cli.site_petition import SitePetition, check_petition, is_public
from egov_crypto.cli.site_report import SiteFound
from egov_crypto.cli.site_vote import Site, SiteVote, check_vote
from egov_crypto.cli.web import Web
from egov_crypto.errors import ArchiveError, VerificationError

DESCRIPTION: Final = """\
Verify a whole site: its log, as egov-verify log does; each vote's archive, as egov-verify vote does, with each event
held against its entry in the log; what the site says of each vote; the documents that it publishes; and the files that
browsers load."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's."""
    parser.add_argument("url", metavar="URL", help=log.ADDRESS)
    parser.add_argument("--booth", type=_address, metavar="URL", help="the booth's address (default: as the site says)")
    log.add_terms(parser)
    source.add_limit(parser)


def _address(text: str) -> str:
    try:
        return site_address(text)
    except ArchiveError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def verify_site(options: argparse.Namespace) -> int:
    """The command."""
    found = SiteFound(options.url)
    check(options, found, quiet=options.json)
    if options.json:
        print(json.dumps(site_report.as_json(found)))
    else:
        site_report.print_site(found)
    return found.status


_OF_ARCHIVES: Final = frozenset({"download", "events", "ballots"})
"""Stages in which nothing else reads the log."""


class _Reading(Progress):
    """Reads the log again each time when so many seconds have gone by, whatever else it is that takes long."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self._seconds, self._last = seconds, time.monotonic()
        self.site: Site | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        super().__call__(stage, done, total)
        if self._seconds is None or self.site is None or stage not in _OF_ARCHIVES:
            return
        if time.monotonic() - self._last >= self._seconds:
            self._last = time.monotonic()
            try:
                self.site.read_on()
            finally:
                self.site.ended = self.site.log is None


def check(options: argparse.Namespace, found: SiteFound, *, quiet: bool, seconds: float | None = None) -> None:
    """Check everything; what does not hold, or cannot be told, keeps nothing else from being checked.

    With ``seconds``, the log is read again that often meanwhile, and it all ends if that cannot be done.
    """
    found.note("site", *console.outcome(lambda: _check(options, found, quiet, seconds), as_json=True))


def _check(options: argparse.Namespace, found: SiteFound, quiet: bool, seconds: float | None) -> None:
    found.address = site_address(options.url)
    terms = log.terms_of(options, options.key)
    with (
        _Reading(seconds) as progress,
        log.reading_of(options.url, terms, options.jobs, progress) as found.log,
        closing(Web(found.address)) as web,
        source.at_home(),
    ):
        site = Site(web, found.log, options.jobs, progress, options.max_archive)
        _read_log(site, found)
        progress.site = site if site.log is not None else None
        if not quiet:
            progress.clear()
            if found.log_outcome[1] is None:
                log_report.print_reading(found.log, found.log_outcome[0])
        listed = console.outcome(lambda: _check_votes(site, found, quiet), as_json=True)
        found.note("votes", *listed)
        found.note("petitions", *console.outcome(lambda: _check_petitions(site, found, quiet), as_json=True))
        found.note("consultations", *console.outcome(lambda: _check_consultations(site, found, quiet), as_json=True))
        if not any(listed):
            found.note("data", *console.outcome(lambda: check_data(web, found.data), as_json=True))
        found.files = files = Files(options.booth, found.pages_of)
        if site.log is not None:
            found.note("files", *console.outcome(lambda: check_files(site, files), as_json=True))
        for failure in files.wrong:
            found.note("files", failure, None)
        found.note("log", site.log_failure, site.log_error)


def _read_log(site: Site, found: SiteFound) -> None:
    assert site.log is not None
    found.log_outcome = console.outcome(site.log.read, as_json=True)
    if any(found.log_outcome):
        site.log = None
    found.note("log", *found.log_outcome)


def _check_votes(site: Site, found: SiteFound, quiet: bool) -> None:
    """All that are listed, which must be all that the log has."""
    entered = set(site.log.state.recount.votes) if site.log else set()
    for item in site_list.items(site.web):
        uuid = item["uuid"]
        if site.ended:
            raise ArchiveError("the log does not hold any more, or cannot be read")
        found.listed.add(uuid)
        vote = SiteVote(uuid, VoteFound(f"{found.address}/votes/{uuid}/archive.bel"), site_list.written(item))
        vote.failure, vote.error = console.outcome(lambda: check_vote(site, vote), as_json=True)  # noqa: B023
        found.note(uuid, vote.failure, vote.error)
        found.take(vote)
        if not quiet:
            site.progress.clear()
            site_report.print_vote(vote)
    if missing := sorted(entered - found.listed):
        raise VerificationError("site.votes", f"{missing[0]} is in the log and not in the list")


def _check_petitions(site: Site, found: SiteFound, quiet: bool) -> None:
    """All that are listed, which must be all that the log has and that are public."""
    if site.log is None:
        return
    entered = site.log.state.recount.petitions.counts
    public = {reference for reference, counted in entered.items() if is_public(counted)}
    if not entered and site.web.get(site_list.PETITIONS.path, site_list.MAX_LIST) is None:
        return  # a site for votes alone
    for item in site_list.items(site.web, site_list.PETITIONS):
        if site.ended:
            raise ArchiveError("the log does not hold any more, or cannot be read")
        petition = SitePetition(item["reference"], item)
        petition.failure, petition.error = console.outcome(lambda: check_petition(site, petition), as_json=True)  # noqa: B023
        found.note(petition.reference, petition.failure, petition.error)
        found.petitions.append(petition)
        public.discard(petition.reference)
        if not quiet:
            site.progress.clear()
            site_report.print_petition(petition)
    if missing := sorted(reference for reference in public if is_public(entered[reference])):
        raise VerificationError("petition.missing", f"{missing[0]} is in the log and not in the list")


def _check_consultations(site: Site, found: SiteFound, quiet: bool) -> None:
    """All that are listed, which must be all that the log has."""
    if site.log is None:
        return
    counts = site.log.state.recount.consultations.counts
    public = {reference for reference, counted in counts.items() if counted.state}
    if not public and site.web.get(site_list.CONSULTATIONS.path, site_list.MAX_LIST) is None:
        return  # a site for votes alone
    for item in site_list.items(site.web, site_list.CONSULTATIONS):
        if site.ended:
            raise ArchiveError("the log does not hold any more, or cannot be read")
        one = SiteConsultation(item["reference"], item)
        one.failure, one.error = console.outcome(lambda: check_consultation(site, one), as_json=True)  # noqa: B023
        one.texts.clear()  # of many consultations that would be much
        found.note(one.reference, one.failure, one.error)
        found.consultations.append(one)
        public.discard(one.reference)
        if not quiet:
            site.progress.clear()
            site_report.print_consultation(one)
    if public:
        raise VerificationError("consultation.missing", f"{min(public)} is in the log and not in the list")
