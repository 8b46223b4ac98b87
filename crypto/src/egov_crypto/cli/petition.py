"""`egov-verify petition`: who signed a petition, recounted from the log, and what the site says of it."""

import argparse
from typing import Any, Final

from egov_crypto import statement
from egov_crypto.cli import log, numbered, petition_report
from egov_crypto.cli.petition_figures import REFERENCE
from egov_crypto.cli.site_petition import SitePetition, check_petition
from egov_crypto.cli.site_vote import Site
from egov_crypto.errors import VerificationError

DESCRIPTION: Final = """\
Recount a petition from the log alone: each signature is attested by the registrar, of each person the last act counts,
none is from before it was opened or after it ended. With the address of its page, also what the site says of it is held
against that: its counts, by the entries that it says it counted, its text, state and answers. With --log and its number
nothing is asked but the log."""


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
    return _Run(options).run()


class _Run(numbered.Run[SitePetition]):
    kind = "petition"
    pattern = REFERENCE
    example = "P-2026-0042"
    first_use = False
    """Whether no run before knew a registrar's key, so that the one which the log itself has is trusted."""

    def begin(self, reference: str) -> SitePetition:
        self.first_use = self.options.registrar is None and not self.recount.petitions.signer
        return SitePetition(reference)

    def after_reading(self) -> None:
        given, signer = self.options.registrar, self.recount.petitions.signer
        if given and signer and signer != given:
            raise VerificationError("petition.signer", f"{signer} in the log, and {given} was given")

    def count(self, found: SitePetition) -> bool:
        found.counted = self.recount.petitions.counts.get(found.reference)
        return found.counted is not None

    def check(self, site: Site, found: SitePetition) -> None:
        check_petition(site, found)

    def subject(self) -> dict[str, Any]:
        return {"registrar_first_use": self.first_use}

    def as_json(self, found: SitePetition | None) -> dict[str, Any]:
        figures = found and found.figures
        return {
            "petition": found and found.counted and petition_report.as_json(found.reference, found.counted),
            "said": figures
            and {
                "size": figures.size,
                "verified": figures.counts[0],
                "paper": figures.counts[1],
                "provisional": figures.total,
                "by_region": figures.regions,
            },
        }

    def unknown(self, found: SitePetition) -> list[str]:
        sentences = []
        if self.options.registrar is None and found.counted and found.counted.signer:
            use = " it is trusted on first use;" if self.first_use else ""
            told = f"this is the registrar's key, which has signed all this:{use} ask others for it, and give it with"
            sentences.append(f"Whether {told} --registrar {found.counted.signer}")
        sentences.append(petition_report.WHETHER_PEOPLE)
        if not self.of_site:
            sentences.append("What the site says of it: give the address of its page.")
        return sentences

    def lines(self, found: SitePetition) -> list[str]:
        counted = found.counted
        assert counted is not None
        return [
            f"{counted.state or 'not begun'} since {counted.at}: {petition_report.of(counted)}",
            *(f"  {number:>12}  {region}" for region, number in sorted(counted.regions.items())),
            *petition_report.audits(counted),
        ]
