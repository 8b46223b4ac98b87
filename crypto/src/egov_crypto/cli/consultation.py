"""`egov-verify consultation`: a consultation recounted from the log, and what the site publishes of it."""

import argparse
from typing import Any, Final

from egov_crypto.cli import consultation_report, log, numbered
from egov_crypto.cli.site_consultation import SiteConsultation, check_consultation
from egov_crypto.cli.site_vote import Site
from egov_crypto.consultation_entries import REFERENCE

DESCRIPTION: Final = """\
Recount a consultation from the log alone: each version of the draft is signed by its agency, comments and replies are
numbered without a gap, none is from after the end. With the address of its page, also what the site publishes is held
against that: each comment and each reply is the one that was entered, the texts are those that were signed, what a
reply names as changed has changed, and the report counts right. With --log and its number nothing is asked but the
log."""


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
    return _Run(options).run()


class _Run(numbered.Run[SiteConsultation]):
    kind = "consultation"
    pattern = REFERENCE
    example = "C-2026-0007"

    def begin(self, reference: str) -> SiteConsultation:
        return SiteConsultation(reference)

    def count(self, found: SiteConsultation) -> bool:
        found.counted = self.recount.consultations.counts.get(found.reference)
        return found.counted is not None

    def check(self, site: Site, found: SiteConsultation) -> None:
        check_consultation(site, found)

    def as_json(self, found: SiteConsultation | None) -> dict[str, Any]:
        counted = found and found.counted
        return {"consultation": found and counted and consultation_report.as_json(found.reference, counted)}

    def unknown(self, found: SiteConsultation) -> list[str]:
        sentences = []
        if found.counted and found.counted.versions:
            version = found.counted.versions[-1]
            told = f"compare it with what {version['agency']} has published elsewhere, {version['key']}"
            sentences.append(f"whether the key is the agency's which has signed the draft: {told}")
            sentences += consultation_report.unhanded(self.recount.consultations.agencies, version["agency"])
        sentences.append(consultation_report.WHETHER_HEARD)
        if self.of_site:
            sentences.append(
                "Whether files that were sent with comments are those that are named: compare their hashes."
            )
        else:
            sentences.append("What the site publishes of it: give the address of its page.")
        return sentences

    def lines(self, found: SiteConsultation) -> list[str]:
        counted = found.counted
        assert counted is not None
        return [
            f"{counted.state or 'not begun'} since {counted.at}: {consultation_report.of(counted)}",
            *(
                f"  version {number}, {lang}: {document}"
                for number, version in enumerate(counted.versions, 1)
                for lang, document, _ in version["texts"]
            ),
        ]
