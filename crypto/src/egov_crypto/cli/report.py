"""What `egov-verify` says: the checks that held, what did not, and what nobody can tell; in sentences or as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from egov_crypto import preference
from egov_crypto.cli import console, results
from egov_crypto.cli.beside import Beside
from egov_crypto.cli.console import count, say
from egov_crypto.cli.source import is_address
from egov_crypto.counting import Outcome
from egov_crypto.errors import VerificationError
from egov_crypto.question import AnyQuestion
from egov_crypto.since import Grown
from egov_crypto.verify import Report, Verified

CHECKS: Final = {
    "questions": "questions, whose bounds can hold",
    "trustees": "trustees' keys, each proved by its owner, which together are the election's key",
    "credentials": "voters' public credentials, no two the same",
    "events": "events, each naming the hash of the one before, in an order that is allowed",
    "ballots": "ballots, each with its voter's signature and with proofs that hold, none there twice",
    "tally": "counted ballots, the last of each voter, whose sum is the published encrypted tally",
    "shuffles": "shuffles, each proved to have changed nothing but the votes' places and their encryption",
    "decryptions": "trustees' decryptions, each proved to be right",
    "result": "numbers of the result, which are what the decryptions give",
    "receipt": "receipt, signed with the key that was given",
    "checkpoint": "checkpoint, signed with the log's key",
    "witnesses": "cosignatures of witnesses under it",
    "inclusion": "entry of the log, that of the receipt's ballot, in the tree that is signed",
    "since": "events that stood there when the archive was kept, none of them changed or taken out",
    "document": "set-up document, whose hashes and numbers are those of the archive",
    "registrar": "registrar's signed confirmation of exactly this set-up document",
    "turnout": "groups in the registrar's signed turnout, whose totals are those of the archive",
    "protocol": "signed protocol, each figure of which is what the archive gives",
    "counts": "published results, counts and lists of votes, which are what the archive gives, each step of them",
    "figures": "figures and texts that the site says of it, all as the archive has them",
    "entered": "events, each the one that was entered in the log, none missing on either side",
    "states": "states, approvals and documents, each as it was entered in the log",
    "place": "ballot, at the height, and with all before it, that the receipt confirms",
}
"""Each check's name, as ``--json`` gives it, and what its count is of."""

_CHECK_OF: Final = {
    "archive": "events",
    "event": "events",
    "setup": "events",
    "election": "questions",
    "ballot": "ballots",
    "threshold": "trustees",
    "channel": "trustees",
    "ceremony": "trustees",
    "shuffle": "shuffles",
    "decryption": "decryptions",
    "site.votes": "figures",
    "site.format": "figures",
    "site.missing": "entered",
    "site.extra": "entered",
    "site.differs": "entered",
    "site.state": "states",
    "site.document": "states",
    "count": "counts",
    "note": "checkpoint",
    "checkpoint.quorum": "witnesses",
    "receipt.election": "place",
    "receipt.missing": "place",
}
"""The check that a failure's code, or its first part, belongs to, where this part is not itself the check's name."""


@dataclass
class VoteFound:
    """What a run of ``egov-verify vote`` has found so far."""

    source: str
    """As it was given on the command line; `since` likewise."""
    since: str | None = None
    report: Report = field(default_factory=Report)
    questions: Sequence[AnyQuestion] = ()
    outcomes: Sequence[Outcome | None] = ()
    grown: Grown | None = None
    beside: Beside = field(default_factory=Beside)

    def asked(self, verified: Verified) -> None:
        """Keep what was asked, and how the answers count."""
        self.questions = verified.election.questions
        self.outcomes = [verified.outcome(place) for place in range(len(self.questions))]


def failed_check(failure: VerificationError) -> str:
    """The name, among :data:`CHECKS`, of what ``failure`` is about."""
    subject, _, rest = failure.code.partition(".")
    return _CHECK_OF.get(failure.code) or _CHECK_OF.get(subject, rest if subject == "site" else subject)


def unknown(report: Report, grown: Grown | None = None, beside: Beside | None = None) -> list[str]:
    """What nobody can know from this archive alone, or from it and what was kept of it."""
    registered = count(report.registered, "credential")
    sentences = [
        f"Whether the list, of {registered}, holds all eligible voters and nobody else: that, the registrar knows.",
        "Whether everybody is shown this archive: compare height and hash of the head with what others see.",
    ]
    if beside and beside.cancelled:
        sentences.append("Whether it was cancelled: that is the site's word, and its entry in the log.")
    elif report.state in {"setup", "open"}:
        sentences.append(
            "The result: voting is still open. Keep this archive, to see later that nothing was taken out."
        )
    elif report.state != "tallied":
        sentences.append("The result: it is not published yet.")
    if report.shuffled:
        sentences.append(
            f"Whether it was {_named(report.shuffled)} who shuffled, as the archive says: that, they know."
        )
    if report.shuffled and report.state != "shuffling" and not report.mixed:
        sentences.append(
            "Whether votes are secret from those who shuffled: fewer trustees did than decrypting takes, and they "
            "together know whose vote is whose."
        )
    if report.shuffled and report.decrypted and not report.joint:
        sentences.append(
            "Whether the trustees changed votes when they decrypted them: the proofs that were asked for allow it."
        )
    if grown and not grown.size:
        sentences.append(
            "Whether the archive's own timestamp is the same: a kept head does not tell, a kept file does."
        )
    return [*sentences, *(beside.unknown() if beside else ())]


def vote_as_json(found: VoteFound, failure: VerificationError | None, error: Exception | None) -> dict[str, Any]:
    """What ``--json`` prints of a vote."""
    report, grown = found.report, found.grown
    head, holds = report.head, not (failure or error)
    outcomes = [outcome and outcome.to_json() for outcome in found.outcomes]
    return {
        "ok": None if error else failure is None,
        "subject": {
            "kind": "vote",
            "source": found.source,
            "uuid": report.uuid,
            "name": report.name,
            "fingerprint": report.fingerprint,
        },
        **checks_as_json(report, failure, error),
        "state": report.state if holds else None,
        "registered": report.registered,
        "ballots": report.ballots,
        "voters": report.voters,
        "kinds": report.kinds,
        "trustees": report.trustees,
        "required": report.required,
        "always": report.always,
        **({"shuffled": report.shuffled} if preference.TYPE in report.kinds else {}),
        "decrypted": report.decrypted,
        "result": report.result,
        **({"outcomes": outcomes} if any(outcomes) else {}),
        "head": head and {"height": head.height, "hash": head.hash},
        **({"published": found.beside.as_json()} if found.beside.looked else {}),
        **({} if found.since is None else {"since": grown and {"source": found.since, **_grown_as_json(grown)}}),
        "unknown": unknown(report, grown, found.beside) if holds else [],
    }


def _grown_as_json(grown: Grown) -> dict[str, Any]:
    return {"height": grown.height, "hash": grown.hash, "bytes": grown.size, "whole": grown.whole}


def checks_as_json(report: Report, failure: VerificationError | None, error: Exception | None) -> dict[str, Any]:
    """The part of it that votes and receipts have in common."""
    checks: list[dict[str, Any]] = [{"name": name, "ok": True, "count": number} for name, number in report.checks]
    if failure:
        checks.append({"name": failed_check(failure), "ok": False, "count": None})
    return {
        "checks": checks,
        "failure": failure and {"code": failure.code, "height": failure.height, "message": failure.message},
        "error": error and console.sentence(error),
    }


def print_vote(found: VoteFound, failure: VerificationError | None) -> None:
    """Say it in sentences."""
    report, grown = found.report, found.grown
    if report.uuid:
        say(f"{report.name}", f"election {report.uuid}, fingerprint {report.fingerprint}", "")
    print_checks(report, failure)
    if failure:
        if failure.code.startswith("since."):
            say("Keep what you had, and get the archive anew from elsewhere: together they prove it to everybody.")
        return
    assert report.head is not None
    needed = [_needed(report)] if report.required < report.trustees else []
    state = _state(report)
    if found.beside.cancelled:
        state = f"CANCELLED, as the site says: its ballots are never counted or decrypted. In the archive {state}"
    say("", f"State: {state}.", *needed, f"Head: height {report.head.height}, hash {report.head.hash}")
    if is_address(found.source):
        say("(That is the head of what was downloaded just now; ballots may be added meanwhile.)")
    if grown:
        say(_growth(grown, report.head.height))
    say(*found.beside.sentences())
    for question, result, outcome in zip(found.questions, report.result or (), found.outcomes, strict=False):
        say("", question.question, *results.lines(question, result, outcome))
    say(
        "",
        "All of this holds. What it cannot tell:",
        *(f"  - {sentence}" for sentence in unknown(report, grown, found.beside)),
    )


def _growth(grown: Grown, height: int) -> str:
    kept = "" if grown.whole else " (what was kept ends within the next one, and its bytes there are the same too)"
    return f"Since then: it only grew, by {count(height - grown.height, 'event')} after height {grown.height}{kept}."


def print_checks(report: Report, failure: VerificationError | None) -> None:
    """What held, and what did not."""
    for name, number in report.checks:
        say(f"  ok  {number:>8}  {CHECKS[name]}")
    if failure:
        say(f"  NO  {'':>8}  {CHECKS[failed_check(failure)]}", "", f"It does not hold. {failure}")


def _of(some: Sequence[int], report: Report) -> str:
    return f"{len(some)} of {count(report.trustees, 'trustee')}"


def _needed(report: Report) -> str:
    """Whose keys decrypting takes, where it is not all of them."""
    always = f", always among them {_named(report.always)}" if report.always else ""
    return f"Decrypting takes {report.required} of {count(report.trustees, 'trustee')}{always}."


def _named(owners: Sequence[int]) -> str:
    return f"{'trustee' if len(owners) == 1 else 'trustees'} {', '.join(map(str, owners))}"


def _state(report: Report) -> str:
    turnout = f"{count(report.ballots, 'ballot')} by {report.voters} of {count(report.registered, 'voter')}"
    match report.state:
        case "setup":
            return f"set up for {count(report.registered, 'voter')}, nobody has voted yet"
        case "open":
            return f"voting is open, {turnout}"
        case "closed":
            return f"voting has ended with {turnout}; the encrypted tally is not published yet"
        case "shuffling":
            return f"voting has ended with {turnout}; {_of(report.shuffled, report)} have shuffled the votes"
        case "decrypting":
            return f"voting has ended with {turnout}; {_of(report.decrypted, report)} have decrypted"
        case _:
            return f"voting has ended with {turnout}, and the result is published"
