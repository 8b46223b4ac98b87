"""`egov-ballot`: a whole election from the command line, on an archive file."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from egov_crypto.archive import MAX_TIMESTAMP
from egov_crypto.cli import ceremony, choices, console, setting_up, shuffling, trustee, voting
from egov_crypto.election import is_uuid

_EXIT: Final = """\
exit status:
  0    done
  1    something does not hold: its code, the event's height and a sentence are given; nothing was written
  2    cannot be done: unreadable, unreachable, not possible now, wrong usage
  130  interrupted
"""
_ARCHIVE: Final = "the archive, or the address of any page of the vote"
_FINGERPRINT: Final = re.compile("[A-Za-z0-9+/]{43}")
_HASH: Final = re.compile("[0-9a-f]{64}")

_Parser = argparse.ArgumentParser


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status; ``arguments`` are the command line's unless given."""
    options = _parser().parse_args(arguments)
    return console.run(lambda: options.run(options))


def _parser() -> _Parser:
    parser = _Parser(
        prog="egov-ballot",
        description=__doc__,
        epilog=_EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], under: object = commands) -> _Parser:
        help_ = (run.__doc__ or "").strip()
        made: _Parser = under.add_parser(name, help=help_, description=help_, allow_abbrev=False)  # type: ignore[attr-defined]
        made.set_defaults(run=run)
        return made

    _add_setting_up(command)
    trustees = commands.add_parser("trustee", help="A trustee's key and decryption.", allow_abbrev=False)
    under = trustees.add_subparsers(required=True, metavar="COMMAND")
    _add_trustee(lambda name, run: command(name, run, under))
    ceremonies = commands.add_parser("ceremony", help="Of trustees of whom some are enough.", allow_abbrev=False)
    of_ceremonies = ceremonies.add_subparsers(required=True, metavar="COMMAND")
    _add_ceremony(lambda name, run: command(name, run, of_ceremonies))
    _add_voting(command)
    for name, run in (
        ("close", voting.close),
        ("tally", voting.make_tally),
        ("end-shuffles", voting.end_shuffles),
        ("result", voting.publish_result),
    ):
        made = command(name, run)
        made.add_argument("archive", type=Path, metavar="ARCHIVE")
        console.add_jobs(made)
    shuffle = command("shuffle", voting.add_shuffle)
    shuffle.add_argument("archive", type=Path, metavar="ARCHIVE")
    shuffle.add_argument("shuffle", type=Path, metavar="FILE", help="what `trustee shuffle` wrote")
    shuffle.add_argument("--owner", type=_natural, required=True, metavar="N", help="the trustee's place, from 1")
    console.add_jobs(shuffle)
    decryption = command("decryption", voting.add_decryption)
    decryption.add_argument("archive", type=Path, metavar="ARCHIVE")
    decryption.add_argument("decryption", type=Path, metavar="FILE", help="what `trustee decrypt` wrote")
    console.add_jobs(decryption)
    return parser


_Command = Callable[[str, Callable[[argparse.Namespace], int]], _Parser]


def _add_setting_up(command: _Command) -> None:
    made = command("credentials", setting_up.make_credentials)
    voters = made.add_mutually_exclusive_group(required=True)
    voters.add_argument("--count", type=_natural, metavar="N", help="for so many voters, who get the numbers from 1 on")
    voters.add_argument("--voters", type=Path, metavar="CSV", help="for those of a CSV file: id and, if wanted, weight")
    made.add_argument("--uuid", type=_uuid, help="the election's identifier (default: a fresh one)")
    made.add_argument("--private", type=Path, required=True, metavar="FILE", help="where the private list goes (CSV)")
    made.add_argument("--public", type=Path, required=True, metavar="FILE", help="where the public list goes (JSON)")

    made = command("setup", setting_up.set_up)
    made.formatter_class, made.epilog = argparse.RawDescriptionHelpFormatter, setting_up.EXAMPLE
    made.add_argument("description", type=Path, metavar="TOML|JSON", help="name, description and questions")
    made.add_argument("archive", type=Path, metavar="ARCHIVE", help="the archive to start")
    made.add_argument(
        "--uuid",
        type=_uuid,
        help="required, unless the description has it: the identifier that `credentials` printed",
    )
    made.add_argument("--credentials", type=Path, required=True, metavar="FILE", help="the public list")
    made.add_argument(
        "--trustee",
        type=Path,
        required=True,
        action="append",
        metavar="FILE",
        help="a public key; once for each trustee",
    )
    made.add_argument("--timestamp", type=_timestamp, metavar="SECONDS", help="since 1970 (default: now)")


def _add_trustee(command: _Command) -> None:
    made = command("new", trustee.new)
    made.add_argument("keyfile", type=Path, metavar="KEYFILE")
    made.add_argument("--public", type=Path, metavar="FILE", help="where the public key goes (default: beside it)")
    made.add_argument("--election", type=_uuid, metavar="UUID", help="the only election the key is for")
    made.add_argument("--passphrase-to", type=Path, metavar="FILE", help="write the passphrase instead of showing it")

    made = command("decrypt", trustee.decrypt)
    made.epilog = trustee.ONE_MACHINE
    made.add_argument("keyfile", type=Path, metavar="KEYFILE", help="from `trustee new`, or belenios-tool's .privkey")
    made.add_argument("archive", metavar="ARCHIVE|URL", help=_ARCHIVE)
    made.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the partial decryption goes")
    made.add_argument("--passphrase-file", type=Path, metavar="FILE", help="instead of typing the passphrase")
    _add_confirmed(made)
    made.add_argument(
        "--shuffle",
        type=_own_shuffle,
        metavar="HASH|none",
        help="that of your shuffle, if it is not remembered here; or that you made none, and trust those who did",
    )
    console.add_jobs(made)

    made = command("shuffle", shuffling.shuffle)
    made.epilog = shuffling.NOT_SIGNED
    made.add_argument("keyfile", type=Path, metavar="KEYFILE", help="that you will decrypt with; it stays sealed")
    made.add_argument("archive", metavar="ARCHIVE|URL", help=_ARCHIVE)
    made.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the shuffle goes")
    _add_confirmed(made)
    console.add_jobs(made, "ballots, and shuffle,")

    made = command("certificate", ceremony.certificate)
    made.add_argument("keyfile", type=Path, metavar="KEYFILE")
    made.add_argument("--place", type=_natural, required=True, metavar="I", help="yours among the trustees, from 1")
    _add_sizes(made)
    made.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the certificate goes")
    made.add_argument("--election", type=_uuid, metavar="UUID", help="the only election the key is for")
    made.add_argument("--passphrase-to", type=Path, metavar="FILE", help="write the passphrase instead of showing it")
    for name, run in (
        ("commit", ceremony.commit),
        ("polynomial", ceremony.polynomial),
        ("share", ceremony.share),
        ("compare", ceremony.compare),
    ):
        made = command(name, run)
        made.add_argument("keyfile", type=Path, metavar="KEYFILE", help="from `trustee certificate`")
        made.add_argument("ceremony", type=Path, metavar="CEREMONY", help="the ceremony file as it is now")
        if name != "compare":
            made.add_argument("--out", type=Path, required=True, metavar="FILE", help="where it goes, to be handed in")
        made.add_argument("--passphrase-file", type=Path, metavar="FILE", help="instead of typing the passphrase")


def _add_ceremony(command: _Command) -> None:
    for name, run in (
        ("begin", ceremony.begin),
        ("add", ceremony.add),
        ("show", ceremony.show),
        ("parameters", ceremony.parameters),
    ):
        made = command(name, run)
        made.add_argument("ceremony", type=Path, metavar="CEREMONY", help="the ceremony file")
        if name == "begin":
            _add_sizes(made)
        elif name == "add":
            made.add_argument("place", type=_natural, metavar="PLACE", help="the trustee's, from 1")
            made.add_argument("message", type=Path, metavar="FILE", help="what the trustee hands in")
        elif name == "parameters":
            made.add_argument("--out", type=Path, required=True, metavar="FILE", help="where they go")


def _add_sizes(parser: _Parser) -> None:
    parser.add_argument("--of", type=_natural, required=True, metavar="M", help="how many trustees there are")
    parser.add_argument("--needed", type=_natural, required=True, metavar="T", help="how many are to be enough")


def _add_confirmed(made: _Parser) -> None:
    made.add_argument(
        "--setup",
        type=_hash,
        metavar="HASH",
        help="refuse an archive whose first entry is another: it stands in the mail that your confirmation of the "
        "set-up brought you (blanks in it make no difference)",
    )


def _add_voting(command: _Command) -> None:
    made = command("vote", voting.vote)
    made.add_argument("archive", metavar="ARCHIVE|URL", help=f"{_ARCHIVE}; without --out, a file that is appended to")
    _add_fingerprint(made)
    made.add_argument("--credential-file", type=Path, metavar="FILE", help="instead of typing the credential")
    made.add_argument("--choices", action="append", metavar="CHOICE", help=choices.HELP)
    output = made.add_mutually_exclusive_group()
    output.add_argument("--out", type=Path, metavar="FILE", help="write the ballot there, to be cast elsewhere")
    output.add_argument("--challenge", type=Path, metavar="FILE", help="do not cast, write what opens the ballot")
    console.add_jobs(made)

    made = command("audit", voting.audit)
    made.add_argument("challenge", type=Path, metavar="CHALLENGE", help="the file that opens a challenged ballot")
    made.add_argument("archive", metavar="ARCHIVE|URL|ELECTION", help=f"{_ARCHIVE}, or its election.json")
    _add_fingerprint(made)


def _add_fingerprint(parser: _Parser) -> None:
    parser.add_argument("--fingerprint", type=_fingerprint, metavar="F", help="refuse every election but this one")


def _natural(text: str) -> int:
    number = console.natural(text)
    if not number:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return number


def _timestamp(text: str) -> int:
    number = console.natural(text)
    if number is None or number > MAX_TIMESTAMP:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time in seconds")
    return number


def _fingerprint(text: str) -> str:
    if not _FINGERPRINT.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not an election's fingerprint, 43 characters of Base64")
    return text


def _hash(text: str) -> str:
    found = "".join(text.lower().split())
    if not _HASH.fullmatch(found):
        raise argparse.ArgumentTypeError(f"{text!r} is not a SHA-256, 64 hexadecimal digits")
    return found


def _own_shuffle(text: str) -> str:
    return text if text == trustee.NONE else _hash(text)


def _uuid(text: str) -> str:
    if not is_uuid(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not at least 14 Base58 characters")
    return text


if __name__ == "__main__":
    sys.exit(main())
