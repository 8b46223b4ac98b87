"""`egov-verify log`: the transparency log, read whole."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from egov_crypto.cli import console, log_report, log_state
from egov_crypto.cli.log_reading import Reading, Terms
from egov_crypto.cli.log_tiles import Tiles, log_address
from egov_crypto.cli.progress import Progress
from egov_crypto.cosignature import WitnessKey
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.note import VerifierKey

DESCRIPTION: Final = """\
Read the transparency log whole: every entry stands where the signed checkpoint says, the log only grew since it was
seen last, and what its entries say of each vote fits together. What was read is remembered in
~/.local/state/egov-verify ($XDG_STATE_HOME and $EGOV_VERIFY_STATE are heeded): the next run reads only what is new, and
takes up where this one was interrupted."""
MAX_AGE: Final = 3600
ADDRESS: Final = "the site's address, that of any page of it, or of its log"


def add_terms(parser: argparse.ArgumentParser) -> None:
    """The options that say what is trusted."""
    parser.add_argument(
        "--key",
        type=_key,
        metavar="VKEY",
        help="the log's key, NAME+ID+BASE64, from somewhere else than the log; else the one that was remembered, or,"
        " the first time, the one that the log gives",
    )
    add_witnesses(parser)
    parser.add_argument(
        "--max-age",
        type=console.seconds,
        default=MAX_AGE,
        metavar="SECONDS",
        help=f"count no witness's cosignature that is older (default: {MAX_AGE})",
    )


def add_witnesses(parser: argparse.ArgumentParser) -> None:
    """Those that say which witnesses."""
    parser.add_argument(
        "--witness",
        type=_witness,
        action="append",
        default=[],
        metavar="VKEY",
        help="the key of a witness that you trust; may be given again for others",
    )
    parser.add_argument(
        "--quorum", type=_quorum, metavar="N", help="how many of them must have cosigned (default: all that are given)"
    )


def terms_of(options: argparse.Namespace, key: VerifierKey | None) -> Terms:
    """What those options say, with the log's key. Raises :class:`UsageError` if the quorum is more than all."""
    witnesses: list[WitnessKey] = options.witness
    quorum = len(witnesses) if options.quorum is None else options.quorum
    if quorum > len(witnesses):
        raise UsageError(f"{quorum} of {console.count(len(witnesses), 'witness', 'witnesses')} cannot be asked for")
    return Terms(key, tuple(witnesses), quorum, getattr(options, "max_age", None))


@contextmanager
def reading_of(url: str, terms: Terms, jobs: int, progress: Progress) -> Iterator[Reading]:
    """The log of the site at ``url``, with what is remembered of it; nothing is read yet.

    Raises :class:`UsageError`, :class:`ArchiveError`.
    """
    address = log_address(url)
    name = terms.key.name if terms.key else address.partition("://")[2]
    with Tiles(address) as tiles, log_state.opened(name) as state:
        yield Reading(tiles, state, name, terms, jobs, progress)


def verify_log(options: argparse.Namespace) -> int:
    """The command."""
    found, failure, error = check(options, as_json=options.json)
    if options.json:
        print(json.dumps(log_report.as_json(options.url, found, failure, error)))
    elif found is not None:
        log_report.print_log(found, failure)
    return console.status(failure, error)


def check(
    options: argparse.Namespace, *, as_json: bool
) -> tuple[Reading | None, VerificationError | None, Exception | None]:
    """Read the log: what was found, what does not hold, why it cannot be told (which is raised unless ``as_json``)."""
    found: Reading | None = None

    def read() -> None:
        nonlocal found
        terms = terms_of(options, options.key)
        with Progress() as progress, reading_of(options.url, terms, options.jobs, progress) as found:
            found.read()

    failure, error = console.outcome(read, as_json)
    return found, failure, error


def _key(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _witness(text: str) -> WitnessKey:
    try:
        return WitnessKey.parse(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _quorum(text: str) -> int:
    number = console.natural(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return number
