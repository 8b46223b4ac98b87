"""`egov-verify`: what an observer checks, with one command."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any, Final

from egov_crypto import receipt as receipts
from egov_crypto.cli import console
from egov_crypto.cli.console import CANNOT_TELL, DOES_NOT_HOLD, OK, count, say
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.source import is_address, open_archive
from egov_crypto.errors import CryptoError, VerificationError
from egov_crypto.question import Question
from egov_crypto.receipt import Receipt
from egov_crypto.verify import Report, verify_archive

CHECKS: Final = {
    "questions": "questions, whose bounds can hold",
    "trustees": "trustees' keys, each proved by its owner, which together are the election's key",
    "credentials": "voters' public credentials, no two the same",
    "events": "events, each naming the hash of the one before, in an order that is allowed",
    "ballots": "ballots, each with its voter's signature and with proofs that hold, none there twice",
    "tally": "counted ballots, the last of each voter, whose sum is the published encrypted tally",
    "decryptions": "trustees' decryptions, each proved to be right",
    "result": "numbers of the result, which are what the decryptions give",
    "receipt": "receipt, signed with the key that was given",
    "place": "ballot, at the height, and with all before it, that the receipt confirms",
}
"""Each check's name, as ``--json`` gives it, and what its count is of."""

_CHECK_OF: Final = {
    "archive": "events",
    "event": "events",
    "setup": "events",
    "election": "questions",
    "ballot": "ballots",
    "decryption": "decryptions",
    "receipt.election": "place",
    "receipt.missing": "place",
}
"""The check that a failure's code, or its first part, belongs to, where this part is not itself the check's name."""

_Parser = argparse.ArgumentParser

_EXIT: Final = """\
exit status:
  0    all that was checked holds
  1    something does not hold: its code, the event's height and a sentence are given
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
    if len(rest) == 1 and options.archive is None and (rest == ["-"] or not rest[0].startswith("-")):
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
        console.add_jobs(made)
        return made

    vote = kind(
        "vote",
        _verify_vote,
        "an election's archive, in any state",
        "Verify an election's archive, in any state: every check that an observer can make.",
    )
    vote.add_argument("archive", metavar="FILE|URL", help=archive)
    receipt = kind(
        "receipt",
        _verify_receipt,
        "a ballot's receipt, and that the ballot still stands there",
        "Verify a ballot's receipt and, if an archive is given, all of the archive and that the ballot stands there.",
    )
    receipt.add_argument("receipt", type=Path, metavar="FILE", help="the receipt, as it was saved")
    receipt.add_argument("archive", nargs="?", metavar="ARCHIVE|URL", help=archive)
    receipt.add_argument("--key", required=True, help="the public key of the receipts, from the vote's verify page")
    return parser


def _verify_vote(options: argparse.Namespace) -> int:
    report = Report()
    questions: tuple[Question, ...] = ()

    def check() -> None:
        nonlocal questions
        with Progress() as progress, open_archive(options.archive, progress) as file:
            questions = verify_archive(file, jobs=options.jobs, progress=progress, report=report).election.questions

    failure, error = _outcome(check, options.json)
    if options.json:
        print(json.dumps(_as_json(options.archive, report, failure, error)))
    else:
        _print_report(options.archive, report, questions, failure)
    return _status(failure, error)


def _verify_receipt(options: argparse.Namespace) -> int:
    report = Report()
    stated: Receipt | None = None
    counts: bool | None = None

    def check() -> None:
        nonlocal stated, counts
        key = receipts.parse_key(options.key)
        with options.receipt.open("rb") as file:
            raw = file.read(2 * receipts.MAX_SIZE)
        stated = receipts.parse_and_verify(raw.strip(), key)
        report.checks.append(("receipt", 1))
        if options.archive is None:
            return
        with Progress() as progress, open_archive(options.archive, progress) as file:
            verified = verify_archive(file, jobs=options.jobs, progress=progress, report=report)
            counts = receipts.check_in_archive(stated, file, verified)
        report.checks.append(("place", 1))

    failure, error = _outcome(check, options.json)
    if options.json:
        print(json.dumps(_receipt_as_json(options, report, stated, counts, failure, error)))
    else:
        _print_receipt(report, stated, counts, failure)
    return _status(failure, error)


_Outcome = tuple[VerificationError | None, Exception | None]


def _outcome(check: Callable[[], None], as_json: bool) -> _Outcome:
    """What does not hold, and why it cannot be told (raised unless it goes into JSON)."""
    try:
        check()
    except VerificationError as failure:
        return failure, None
    except (CryptoError, OSError, BrokenExecutor, MemoryError) as error:
        if not as_json:
            raise
        return None, error
    return None, None


def _status(failure: VerificationError | None, error: Exception | None) -> int:
    return CANNOT_TELL if error else DOES_NOT_HOLD if failure else OK


def failed_check(failure: VerificationError) -> str:
    """The name, among :data:`CHECKS`, of what ``failure`` is about."""
    subject = failure.code.partition(".")[0]
    return _CHECK_OF.get(failure.code) or _CHECK_OF.get(subject, subject)


def unknown(report: Report) -> list[str]:
    """What nobody can know from this archive alone."""
    registered = count(report.registered, "credential")
    sentences = [
        f"Whether the list, of {registered}, holds all eligible voters and nobody else: that, the registrar knows.",
        "Whether everybody is shown this archive: compare height and hash of the head with what others see.",
    ]
    if report.state in {"setup", "open"}:
        sentences.append(
            "The result: voting is still open. Keep this archive, to see later that nothing was taken out."
        )
    elif report.state != "tallied":
        sentences.append("The result: it is not published yet.")
    return sentences


def _as_json(
    archive: str, report: Report, failure: VerificationError | None, error: Exception | None
) -> dict[str, Any]:
    head, holds = report.head, not (failure or error)
    return {
        "ok": None if error else failure is None,
        "subject": {
            "kind": "vote",
            "source": archive,
            "uuid": report.uuid,
            "name": report.name,
            "fingerprint": report.fingerprint,
        },
        **_checks_as_json(report, failure, error),
        "state": report.state if holds else None,
        "registered": report.registered,
        "ballots": report.ballots,
        "voters": report.voters,
        "trustees": report.trustees,
        "decrypted": report.decrypted,
        "result": report.result,
        "head": head and {"height": head.height, "hash": head.hash},
        "unknown": unknown(report) if holds else [],
    }


def _checks_as_json(report: Report, failure: VerificationError | None, error: Exception | None) -> dict[str, Any]:
    checks: list[dict[str, Any]] = [{"name": name, "ok": True, "count": number} for name, number in report.checks]
    if failure:
        checks.append({"name": failed_check(failure), "ok": False, "count": None})
    return {
        "checks": checks,
        "failure": failure and {"code": failure.code, "height": failure.height, "message": failure.message},
        "error": error and console.sentence(error),
    }


def _receipt_as_json(
    options: argparse.Namespace,
    report: Report,
    stated: Receipt | None,
    counts: bool | None,
    failure: VerificationError | None,
    error: Exception | None,
) -> dict[str, Any]:
    head, holds = report.head, not (failure or error)
    return {
        "ok": None if error else failure is None,
        "subject": {
            "kind": "receipt",
            "source": str(options.receipt),
            "archive": options.archive,
            "uuid": stated and stated.vote,
            "fingerprint": stated and stated.election,
            "tracker": stated and stated.tracker,
            "height": stated and stated.height,
            "hash": stated and stated.head,
            "day": stated and stated.day.isoformat(),
        },
        **_checks_as_json(report, failure, error),
        "latest": counts if holds else None,
        "head": head and {"height": head.height, "hash": head.hash},
        "unknown": _unknown_of_receipt(report) if holds else [],
    }


def _unknown_of_receipt(report: Report) -> list[str]:
    sentences = ["Whether this is the server's key: compare it with what others see on the vote's page."]
    if report.head is None:
        return [*sentences, "Whether the ballot still stands there: give the archive, or the vote's address, too."]
    return [*sentences, *unknown(report)[1:2]]


def _print_report(
    archive: str, report: Report, questions: Sequence[Question], failure: VerificationError | None
) -> None:
    if report.uuid:
        say(f"{report.name}", f"election {report.uuid}, fingerprint {report.fingerprint}", "")
    _print_checks(report, failure)
    if failure:
        return
    assert report.head is not None
    say("", f"State: {_state(report)}.", f"Head: height {report.head.height}, hash {report.head.hash}")
    if is_address(archive):
        say("(That is the head of what was downloaded just now; ballots may be added meanwhile.)")
    for question, counts in zip(questions, report.result or (), strict=False):
        say("", question.question)
        answers = ["(blank)", *question.answers] if question.blank else question.answers
        for answer, number in zip(answers, counts, strict=True):
            say(f"  {number:>12}  {answer}")
    say("", "All of this holds. What it cannot tell:", *(f"  - {sentence}" for sentence in unknown(report)))


def _print_receipt(
    report: Report, stated: Receipt | None, counts: bool | None, failure: VerificationError | None
) -> None:
    if stated:
        say(
            f"receipt of {stated.day}, for a ballot of the election {stated.vote}, fingerprint {stated.election}",
            f"tracker {stated.tracker}, height {stated.height}, hash {stated.head}",
            "",
        )
    _print_checks(report, failure)
    if failure:
        if failure.code == "receipt.missing" and not _may_be_older(report, stated):
            say("Keep receipt and archive: together they prove it to everybody.")
        return
    if counts is not None:
        standing = "no later ballot has replaced it" if counts else "a later ballot of the same voter has replaced it"
        say("", f"The ballot stands where the receipt says; {standing}.")
    say("", "All of this holds. What it cannot tell:", *(f"  - {line}" for line in _unknown_of_receipt(report)))


def _may_be_older(report: Report, stated: Receipt | None) -> bool:
    """Whether the archive may just have been saved before the receipt's ballot came."""
    ends_before = not (stated and report.head) or report.head.height < stated.height
    return ends_before and report.state in {"setup", "open"}


def _print_checks(report: Report, failure: VerificationError | None) -> None:
    for name, number in report.checks:
        say(f"  ok  {number:>8}  {CHECKS[name]}")
    if failure:
        say(f"  NO  {'':>8}  {CHECKS[failed_check(failure)]}", "", f"It does not hold. {failure}")


def _state(report: Report) -> str:
    turnout = f"{count(report.ballots, 'ballot')} by {report.voters} of {count(report.registered, 'voter')}"
    match report.state:
        case "setup":
            return f"set up for {count(report.registered, 'voter')}, nobody has voted yet"
        case "open":
            return f"voting is open, {turnout}"
        case "closed":
            return f"voting has ended with {turnout}; the encrypted tally is not published yet"
        case "decrypting":
            decrypted = f"{len(report.decrypted)} of {count(report.trustees, 'trustee')}"
            return f"voting has ended with {turnout}; {decrypted} have decrypted"
        case _:
            return f"voting has ended with {turnout}, and the result is published"


if __name__ == "__main__":
    sys.exit(main())
