"""`egov-verify`: what an observer checks, with one command."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Final

from egov_crypto.cli import console, consultation, log, opening, petition, receipt, site, source, watch
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.report import VoteFound, print_vote, vote_as_json
from egov_crypto.cli.source import check_since, open_archive
from egov_crypto.errors import UsageError
from egov_crypto.verify import verify_archive

_Parser = argparse.ArgumentParser

_ALL: Final = "entries and ballots"
_COMPUTED: Final = {
    **dict.fromkeys(("log", "petition", "consultation", "opening"), "entries"),
    **dict.fromkeys(("site", "watch"), _ALL),
}
_EXIT: Final = """\
exit status:
  0    all that was checked holds
  1    something does not hold: its code, the place (an event's height, an entry's index) and a sentence are given
  2    cannot tell: not an archive, unreadable, unreachable, of a kind not supported, wrong usage
  130  interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status; ``arguments`` are the command line's unless given."""
    options = _parse(arguments)
    return console.run(lambda: options.run(options))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """As ``parse_args``, which before Python 3.13 does not see an ARCHIVE that an option parts from the receipt."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if len(rest) == 1 and getattr(options, "archive", "") is None and (rest == ["-"] or not rest[0].startswith("-")):
        options.archive = rest[0]
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="egov-verify", description="Verify what was published.", allow_abbrev=False)
    kinds = parser.add_subparsers(required=True, metavar="KIND")
    archive = "the archive, '-' for standard input, or the address of any page of a vote"

    def kind(name: str, run: Callable[[argparse.Namespace], int], help_: str, description: str) -> _Parser:
        made = kinds.add_parser(
            name,
            help=help_,
            description=description,
            epilog=_EXIT,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        made.set_defaults(run=run)
        made.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")
        console.add_jobs(
            made,
            _COMPUTED.get(name, "ballots"),
        )
        return made

    vote = kind(
        "vote",
        _verify_vote,
        "an election's archive, in any state",
        "Verify an election's archive, in any state: every check that an observer can make.",
    )
    vote.add_argument("archive", metavar="FILE|URL", help=archive)
    vote.add_argument(
        "--since",
        metavar="OLD",
        help="prove that the archive only grew since OLD: a copy that was kept of it (a file, or an address), "
        "the output of an earlier run with --json, or a head, HEIGHT:HASH",
    )
    vote.add_argument(
        "--without-joint-proofs",
        action="store_true",
        help="take decryptions of ranks and grades by another program also where neither their proofs nor the votes' "
        "encodings show that no trustee changed a vote as it decrypted",
    )
    source.add_limit(vote)
    stated = kind(
        "receipt",
        receipt.verify_receipt,
        "a ballot's receipt, and that the ballot still stands there",
        receipt.DESCRIPTION,
    )
    receipt.add_arguments(stated, archive)
    whole = kind(
        "log",
        log.verify_log,
        "the transparency log: every entry, and that it only grew",
        log.DESCRIPTION,
    )
    whole.add_argument("url", metavar="URL", help=log.ADDRESS)
    log.add_terms(whole)
    signed = kind(
        "petition",
        petition.verify_petition,
        "a petition: its signatures recounted, and what the site says of it",
        petition.DESCRIPTION,
    )
    petition.add_arguments(signed)
    discussed = kind(
        "consultation",
        consultation.verify_consultation,
        "a consultation: comments, replies and texts, as they were entered in the log",
        consultation.DESCRIPTION,
    )
    consultation.add_arguments(discussed)
    given = kind(
        "opening",
        opening.verify_opening,
        "what the registrar opened to the auditors of a petition",
        opening.DESCRIPTION,
    )
    opening.add_arguments(given)
    everything = kind(
        "site",
        site.verify_site,
        "a whole site: log, archives, figures, documents, files",
        site.DESCRIPTION,
    )
    site.add_arguments(everything)
    again = kind(
        "watch", watch.watch, "a log or a site again and again, recorded in a git repository", watch.DESCRIPTION
    )
    watch.add_arguments(again)
    return parser


def _verify_vote(options: argparse.Namespace) -> int:
    if options.archive == options.since == "-":
        raise UsageError("only one of the two archives can come on standard input")
    found = VoteFound(options.archive, options.since)

    def check() -> None:
        with Progress() as progress, open_archive(options.archive, progress, options.max_archive) as file:
            if options.since is not None:
                found.grown = check_since(options.since, file, progress)
                found.report.checks.append(("since", found.grown.height + 1))
                file.seek(0)
            verified = verify_archive(
                file,
                jobs=options.jobs,
                progress=progress,
                report=found.report,
                joint=not options.without_joint_proofs,
            )
            found.asked(verified)
            found.beside.check(options.archive, file, verified)

    failure, error = console.outcome(check, options.json)
    if options.json:
        print(json.dumps(vote_as_json(found, failure, error)))
    else:
        print_vote(found, failure)
    return console.status(failure, error)


if __name__ == "__main__":
    sys.exit(main())
