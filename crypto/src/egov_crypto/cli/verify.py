"""`egov-verify`: what an observer checks, with one command."""

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor
from typing import Any, Final

from egov_crypto.cli import console
from egov_crypto.cli.console import CANNOT_TELL, DOES_NOT_HOLD, OK, count, say
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.source import is_address, open_archive
from egov_crypto.errors import CryptoError, VerificationError
from egov_crypto.question import Question
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
}
"""Each check's name, as ``--json`` gives it, and what its count is of."""

_CHECK_OF: Final = {
    "archive": "events",
    "event": "events",
    "setup": "events",
    "election": "questions",
    "ballot": "ballots",
    "decryption": "decryptions",
}
"""The check that a failure's code belongs to, where the first part of the code is not itself its name."""

_EXIT: Final = """\
exit status:
  0    all that was checked holds
  1    something does not hold: its code, the event's height and a sentence are given
  2    cannot tell: not an archive, unreadable, unreachable, of a kind not supported, wrong usage
  130  interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status; ``arguments`` are the command line's unless given."""
    options = _parser().parse_args(arguments)
    return console.run(lambda: _verify_vote(options.archive, options.jobs, options.json))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="egov-verify", description="Verify what was published.", allow_abbrev=False)
    kinds = parser.add_subparsers(required=True, metavar="KIND")
    vote = kinds.add_parser(
        "vote",
        help="an election's archive, in any state",
        description="Verify an election's archive, in any state: every check that an observer can make.",
        epilog=_EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    vote.add_argument(
        "archive", metavar="FILE|URL", help="the archive, '-' for standard input, or the address of any page of a vote"
    )
    vote.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")
    console.add_jobs(vote)
    return parser


def _verify_vote(archive: str, jobs: int, as_json: bool) -> int:
    report = Report()
    questions: tuple[Question, ...] = ()
    failure: VerificationError | None = None
    error: Exception | None = None
    try:
        with Progress() as progress, open_archive(archive, progress) as file:
            questions = verify_archive(file, jobs=jobs, progress=progress, report=report).election.questions
    except VerificationError as caught:
        failure = caught
    except (CryptoError, OSError, BrokenExecutor, MemoryError) as caught:
        if not as_json:
            raise
        error = caught
    if as_json:
        print(json.dumps(_as_json(archive, report, failure, error)))
    else:
        _print_report(archive, report, questions, failure)
    return CANNOT_TELL if error else DOES_NOT_HOLD if failure else OK


def failed_check(failure: VerificationError) -> str:
    """The name, among :data:`CHECKS`, of what ``failure`` is about."""
    subject = failure.code.partition(".")[0]
    return _CHECK_OF.get(subject, subject)


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
    checks: list[dict[str, Any]] = [{"name": name, "ok": True, "count": number} for name, number in report.checks]
    if failure:
        checks.append({"name": failed_check(failure), "ok": False, "count": None})
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
        "checks": checks,
        "failure": failure and {"code": failure.code, "height": failure.height, "message": failure.message},
        "error": error and console.sentence(error),
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


def _print_report(
    archive: str, report: Report, questions: Sequence[Question], failure: VerificationError | None
) -> None:
    if report.uuid:
        say(f"{report.name}", f"election {report.uuid}, fingerprint {report.fingerprint}", "")
    for name, number in report.checks:
        say(f"  ok  {number:>8}  {CHECKS[name]}")
    if failure:
        say(f"  NO  {'':>8}  {CHECKS[failed_check(failure)]}", "", f"It does not hold. {failure}")
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
