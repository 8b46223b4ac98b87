"""The signed protocol of a result, held against the archive: the same figures, no more and no fewer.

A commission's key signs it; what it says of the archive is recomputed here. What it says of the world (that two members
approved it, how many incidents were reported) is their word.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from egov_crypto import statement, wire
from egov_crypto.asked import as_asked, in_languages
from egov_crypto.counting import Outcome
from egov_crypto.errors import VerificationError
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion
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
        if statement.dump(said.get(name)) != statement.dump(value):
            raise VerificationError("protocol.archive", f"{name}: {said.get(name)} there, {value} in the archive")


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
        "questions": len(content["questions"]),
        **{f"question {number}": question for number, question in enumerate(content["questions"], 1)},
        "threshold": content.get("threshold"),
        "trustees": [
            [one["owner"], one.get("kind"), one["public_key"], one.get("shuffled"), one["decrypted"]]
            for one in content["trustees"]
        ],
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
        "questions": len(election.questions),
        **{
            f"question {place + 1}": told(
                question, report.result[place], verified.outcome(place), verified.tally.weight
            )
            for place, question in enumerate(election.questions)
        },
        "threshold": report.required if report.required < report.trustees else None,
        "trustees": [
            [
                owner,
                verified.trustees.kinds[owner - 1],
                key.public_key.text,
                owner in report.shuffled if election.shuffled else None,
                owner in verified.decryptions,
            ]
            for owner, key in enumerate(verified.trustees, 1)
        ],
    }


def told(question: AnyQuestion, result: Sequence[Any], outcome: Outcome | None, weight: int) -> dict[str, Any]:
    """What a protocol says of a question and of what came out.

    Of a choice the votes of each answer, of blank ones apart; of lists those of each list and of each candidate. Of
    rankings and grades how many votes were listed, and what the count of these says: how many were valid, blank and
    invalid, the winners (numbered from 0, as there), and the SHA-256 of the published count; null if the question does
    not say how they are counted.
    """
    if isinstance(question, ListsQuestion):
        lists = [
            [{"name": in_languages(name), **_votes(votes, weight)} for name, votes in zip(*of_list, strict=True)]
            for of_list in zip(question.lists, result, strict=True)
        ]
        return {
            "type": "lists",
            "question": in_languages(question.question),
            "lists": [{**list_, "candidates": candidates} for list_, *candidates in lists],
        }
    if isinstance(question, PreferenceQuestion):
        return {
            **as_asked(question),
            "votes": {
                "listed": len(result),
                "valid": outcome and outcome.valid,
                "blank": outcome and outcome.blank,
                "invalid": outcome and outcome.invalid,
            },
            "winners": outcome and list(outcome.winners),
            "count": outcome and wire.digest(count_json(outcome)),
        }
    answers = zip(question.answers, result[question.blank :], strict=True)
    return {
        "question": in_languages(question.question),
        "min": question.min,
        "max": question.max,
        "answers": [{"answer": in_languages(answer), **_votes(votes, weight)} for answer, votes in answers],
        "blank": _votes(result[0], weight) if question.blank else None,
    }


def count_json(outcome: Outcome) -> bytes:
    """A count as it is published, in its one spelling."""
    return statement.dump(outcome.to_json())


def check_count(raw: bytes, outcome: Outcome | None) -> None:
    """Check that ``raw`` is the published count of a question that counts to ``outcome``; None: it has no count.

    Raises :class:`VerificationError` (``count.archive``).
    """
    if outcome is None or raw != count_json(outcome):
        raise VerificationError("count.archive", "another count than the ballots give")


def check_ballots(raw: bytes, question: PreferenceQuestion, ballots: Sequence[Any]) -> None:
    """Check that ``raw`` lists exactly the ``ballots`` of the archive, in its order, to the same answers.

    Raises :class:`VerificationError` (``count.ballots``).
    """
    try:
        said = json.loads(raw.decode("utf-8"))
        same = statement.dump([said["answers"], said["ballots"]]) == statement.dump([list(question.answers), ballots])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise VerificationError("count.ballots", f"{type(error).__name__}: {error}"[:200]) from None
    if not same:
        raise VerificationError("count.ballots", "other ballots than the archive lists")


def _votes(votes: int, weight: int) -> dict[str, Any]:
    return {"votes": votes, **share(votes, weight)}


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
