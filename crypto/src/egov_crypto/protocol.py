"""The signed protocol of a result, held against the archive: the same figures, no more and no fewer.

A commission's key signs it; what it says of the archive is recomputed here. What it says of the world (that two members
approved it, how many incidents were reported) is their word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from egov_crypto import statement, wire
from egov_crypto.errors import VerificationError
from egov_crypto.setup import Setup
from egov_crypto.verify import Verified

MAX_SIZE: Final = 5_000_000
TYPE: Final = "egov-result-protocol"
_DOMAIN: Final = b"egov-result-protocol-v1"
_ADDED: Final = ("key", "signature", "signed_at")


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol whose signature holds under the key that it names itself."""

    content: dict[str, Any]
    key: str
    hash: str
    """Of the unsigned protocol, in hex: what two members approved."""
    file_hash: str
    """Of the file as published."""


def parse_and_verify(raw: bytes) -> Protocol:
    """The protocol that ``raw`` is. Raises :class:`VerificationError` (``protocol.format``, ``protocol.signature``)."""
    try:
        value, signature = statement.parse_signed(raw, MAX_SIZE, TYPE)
        statement.moment(value.get("signed_at"))
        key = statement.string(value.get("key"))
    except (ValueError, TypeError) as error:
        raise VerificationError("protocol.format", str(error)) from None
    statement.check_signature(value, signature, key, _DOMAIN, "protocol.signature")
    content = {name: part for name, part in value.items() if name not in _ADDED}
    return Protocol(content, key, wire.digest(statement.dump(content)), wire.digest(raw))


def check(protocol: Protocol, file: BinaryIO, verified: Verified, setup: Setup | None) -> None:
    """Check each figure that the archive holds, and the set-up's hash if its document is there.

    Raises :class:`VerificationError` (``protocol.archive``, ``protocol.format`` if a figure is missing).
    """
    try:
        said, found = _figures(protocol.content, setup), _found(file, verified, setup)
    except (KeyError, TypeError, ValueError) as error:
        raise VerificationError("protocol.format", f"{type(error).__name__}: {error}") from None
    for name, value in found.items():
        # By their JSON: Python takes True for 1, and 1.0 too.
        if statement.dump(said[name]) != statement.dump(value):
            raise VerificationError("protocol.archive", f"{name}: {said[name]} there, {value} in the archive")


def _figures(content: dict[str, Any], setup: Setup | None) -> dict[str, Any]:
    """What the protocol says of all that can be recomputed."""
    archive, ballots, turnout, roll = (content[name] for name in ("archive", "ballots", "turnout", "roll"))
    return {
        "uuid": content["uuid"],
        "title": statement.texts(content["title"]),
        "set-up": {
            "election": content["setup"]["election"],
            **({name: content["setup"][name] for name in ("hash", "head")} if setup else {}),
        },
        "archive": {name: archive[name] for name in ("height", "head", "bytes")},
        "ballots": {name: ballots[name] for name in ("board", "counted", "superseded")},
        "turnout": {name: turnout[name] for name in ("voters", "registered", "fraction", "percent")},
        "terms": _terms(content) if setup else None,
        "roll": {"size": roll["size"], "weight": roll["weight"], "hash": roll["hash"] if setup else None},
        "weight": content["weight"],
        "result": [_votes(question) for question in content["questions"]],
        "shares": [[_share(one) for one in _choices(question)] for question in content["questions"]],
        "answers": [_words(question) for question in content["questions"]],
        "limits": [
            [question["min"], question["max"], question["blank"] is not None] for question in content["questions"]
        ],
        "trustees": [[one["owner"], one["public_key"], one["decrypted"]] for one in content["trustees"]],
    }


def _found(file: BinaryIO, verified: Verified, setup: Setup | None) -> dict[str, Any]:
    """The same of the verified archive."""
    report, election, credentials = verified.report, verified.election, verified.credentials
    if report.head is None or report.result is None:
        raise VerificationError("protocol.archive", "the archive has no result")
    voters, registered = report.voters, len(credentials)
    return {
        "uuid": election.uuid,
        "title": statement.languages_of(election.name),
        "set-up": {
            "election": election.fingerprint,
            **({"hash": setup.hash, "head": setup.head} if setup else {}),
        },
        "archive": {"height": report.head.height, "head": report.head.hash, "bytes": file.seek(0, 2)},
        "ballots": {"board": report.ballots, "counted": voters, "superseded": report.ballots - voters},
        "turnout": {"voters": voters, "registered": registered, **share(voters, registered)},
        "terms": [setup.kind, setup.rehearsal, _written(setup.opens_at), _written(setup.closes_at)] if setup else None,
        "roll": {"size": registered, "weight": credentials.total_weight, "hash": setup and setup.roll_hash},
        "weight": verified.tally.weight,
        "result": report.result,
        "shares": [[share(votes, verified.tally.weight) for votes in counts] for counts in report.result],
        "limits": [[question.min, question.max, question.blank] for question in election.homomorphic],
        "answers": [
            [statement.languages_of(text) for text in (question.question, *question.answers)]
            for question in election.homomorphic
        ],
        "trustees": [
            [owner, key.public_key.text, owner in verified.decryptions]
            for owner, key in enumerate(verified.trustees, 1)
        ],
    }


def share(part: int, whole: int) -> dict[str, str]:
    """A share as what it is exactly, and in percent with two decimals, rounded half to even; of nothing, 0.00."""
    quotient, rest = divmod(part * 10_000, whole) if whole else (0, 0)
    quotient += 2 * rest > whole or (2 * rest == whole and quotient % 2)
    return {"fraction": f"{part}/{whole}", "percent": f"{quotient // 100}.{quotient % 100:02}"}


def _terms(content: dict[str, Any]) -> list[Any]:
    """Of what kind it was and when it was open, as it was set up: extensions, each from one closing time to a later
    one, lead from that to the closing time of the protocol. Raises :class:`ValueError` where they do not."""
    first = closes_at = content["closes_at"]
    for extension in reversed(content["extensions"]):
        first = extension["before"]
        if extension["closes_at"] != closes_at or statement.moment(first) >= statement.moment(closes_at):
            raise ValueError("its extensions do not lead to its closing time")
        closes_at = first
    return [content["kind"], content["rehearsal"], content["opens_at"], first]


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _choices(question: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """What could be chosen, in the archive's order: to leave it blank first, where that is allowed."""
    blank = question["blank"]
    return [*([] if blank is None else [blank]), *question["answers"]]


def _votes(question: dict[str, Any]) -> Sequence[Any]:
    return [choice["votes"] for choice in _choices(question)]


def _share(choice: dict[str, Any]) -> dict[str, Any]:
    return {name: choice[name] for name in ("fraction", "percent")}


def _words(question: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Question and answers: the election's own words, which stand under every ballot."""
    return [statement.texts(text) for text in (question["question"], *(one["answer"] for one in question["answers"]))]
