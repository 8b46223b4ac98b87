"""What is public of a vote as data: the objects of ``api.md``, the same in the API and in every file of open data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from egov_crypto.counting import Outcome
from egov_crypto.protocol import count_json
from egov_participation.i18n import DEFAULT_LANGUAGE, LANGUAGES
from egov_participation.incidents.views import IncidentView
from egov_participation.voting.asked import as_asked
from egov_participation.voting.kinds import QuestionKind
from egov_participation.voting.protocol import percent
from egov_participation.voting.setup import digest
from egov_participation.voting.texts import Texts
from egov_participation.voting.views import ActView, BallotView, QuestionResult, QuestionView, TrusteeView, VoteView

Json = dict[str, Any]

PAGE: Final = 100
"""Votes or ballots in an answer, unless fewer are asked for."""


def vote_as_json(vote: VoteView) -> Json:
    """A vote in the form of ``api.md``."""
    address = f"/votes/{vote.uuid}"
    page = f"/{DEFAULT_LANGUAGE}{address}"
    return {
        "uuid": vote.uuid,
        "title": vote.title.as_dict(),
        "description": vote.description.as_dict(),
        "state": vote.state.value,
        "kind": vote.kind.value,
        "opens_at": moment(vote.opens_at),
        "closes_at": moment(vote.closes_at),
        "cancelled_at": None if vote.cancelled_at is None else moment(vote.cancelled_at),
        "rehearsal": vote.rehearsal,
        "setup_hash": vote.setup_hash,
        "acts": [_act(act) for act in vote.acts],
        "questions": [_question(question) for question in vote.questions],
        "registered": vote.registered,
        "ballots": vote.ballots,
        "voters": vote.voters,
        "head": {"height": vote.head_height, "hash": vote.head_hash},
        "fingerprint": vote.fingerprint,
        "trustees": [trustee_as_json(trustee, vote) for trustee in vote.trustees],
        "threshold": vote.needed if vote.needed < len(vote.trustees) else None,
        "result": None
        if vote.result is None
        else [_counts(question, counts) for question, counts in zip(vote.questions, vote.result, strict=True)],
        "outcomes": _outcomes(vote),
        "turnout": {
            "percent": round(100 * vote.turnout, 2),
            "by_region": regions_as_json(vote),
            "statement_url": f"{address}/turnout.json" if vote.regional else None,
        },
        "protocol": protocol_as_json(vote),
        "archive_url": f"{address}/archive.bel",
        "url": page,
        "links": {
            "self": f"/api/v1{address}",
            "board": f"{page}/board",
            "result": f"{page}/result",
            "result_csv": f"{address}/result.csv",
            "verify": f"{page}/verify",
            "heads": f"{address}/heads.json",
            **(
                {"setup": f"{address}/setup.json", "registrar": f"{address}/registrar.json"}
                if vote.setup_hash is not None
                else {}
            ),
        },
    }


def results_as_json(vote: VoteView) -> Iterator[Json]:
    """A line for each answer in the ballot's order; there is none before the result.

    Of a choice blank votes are the last line, as no answer. Of lists each has a line of its own, as no answer, before
    its candidates. Of a ranking or grading there are no votes, but who or what wins: the count is published beside.
    """
    for number, (question, result) in enumerate(zip(vote.questions, vote.result or (), strict=False), 1):
        asked = {"question": number, "question_text": question.text.as_dict()}
        if question.kind is QuestionKind.LISTS:
            for place, (each, votes) in enumerate(zip(question.lists, result, strict=True), 1):
                assert isinstance(votes, tuple)
                of_list = {"list": place, "list_text": each.name.as_dict()}
                for of_it, (text, count) in enumerate(zip((None, *each.candidates), votes, strict=True)):
                    yield {**asked, **of_list, **_answer(of_it or None, text), **_votes(count, vote)}
            continue
        lines: list[tuple[int | None, Texts | None]] = [*enumerate(question.answers, 1)]
        if question.kind.shuffled:
            outcome = vote.outcomes[number - 1]
            for place, text in enumerate(question.answers):
                elected = None if outcome is None else place in outcome.winners
                yield {**asked, **_NO_LIST, **_answer(place + 1, text), **_NO_VOTES, "elected": elected}
            continue
        counts = [one for one in result if isinstance(one, int)]
        if question.blank:
            lines, counts = [*lines, (None, None)], [*counts[1:], counts[0]]
        for (answer, text), count in zip(lines, counts, strict=True):
            yield {**asked, **_NO_LIST, **_answer(answer, text), **_votes(count, vote)}


_NO_LIST: Final[Json] = {"list": None, "list_text": None}
_NO_VOTES: Final[Json] = {"votes": None, "of": None, "percent": None}


def _answer(number: int | None, text: Texts | None) -> Json:
    return {"answer": number, "answer_text": None if text is None else text.as_dict()}


def _votes(votes: int, vote: VoteView) -> Json:
    return {
        "votes": votes,
        "of": vote.weight,
        "percent": float(percent(votes, vote.weight or 0)),
        "elected": None,
    }


def _outcomes(vote: VoteView) -> list[Json | None] | None:
    """Of each ranking or grading who or what wins, and where these and their count are to be had; null of other
    questions, and at all where there are none, or no result yet."""
    if not vote.shuffled or vote.result is None:
        return None
    return [
        _outcome(vote.uuid, number, outcome) if question.kind.shuffled else None
        for number, (question, outcome) in enumerate(zip(vote.questions, vote.outcomes, strict=True), 1)
    ]


def _outcome(uuid: str, number: int, outcome: Outcome | None) -> Json:
    """With nulls where the election names no method."""
    return {
        "valid": outcome and outcome.valid,
        "blank": outcome and outcome.blank,
        "invalid": outcome and outcome.invalid,
        "winners": outcome and list(outcome.winners),
        "count": outcome and digest(count_json(outcome)),
        "count_url": outcome and f"/votes/{uuid}/count-{number}.json",
        "ballots_url": f"/votes/{uuid}/ballots-{number}.json",
    }


def trustee_as_json(trustee: TrusteeView, vote: VoteView) -> Json:
    """Whose key it is, and whether it has shuffled (null where nothing is shuffled) and decrypted."""
    return {
        "name": trustee.name.as_dict(),
        "kind": "single" if trustee.owner in vote.always else "threshold",
        "public_key": trustee.public_key,
        "shuffled": trustee.shuffled if vote.shuffled else None,
        "decrypted": trustee.decrypted,
    }


def reason_as_json(reason: Texts) -> Json:
    """Why something was decided: the languages that it was said in. What the transparency log commits to."""
    return {lang: text for lang, text in reason.as_dict().items() if text}


def _act(act: ActView) -> Json:
    """What two members of the commission decided, and why; a reason is asked for of some acts only."""
    return {
        "kind": act.kind,
        "at": moment(act.at),
        "reason": reason_as_json(act.reason),
        "content": dict(act.content),
        "hash": act.content_hash,
        "salt": act.salt,
    }


def incident_as_json(found: IncidentView) -> Json:
    """What is public of it: never a word of who reported it."""
    return {
        "reference": found.reference,
        "kind": found.kind.value,
        "reported_on": found.reported_on.isoformat(),
        "due_on": found.due_on.isoformat(),
        "answered_at": None if found.answered_at is None else moment(found.answered_at),
        "answer": None if found.answer is None else dict(found.answer),
        "url": f"/{DEFAULT_LANGUAGE}/incidents/{found.reference}",
    }


def regions_as_json(vote: VoteView) -> list[Json]:
    """What the registrar states. Several regions that are counted together have no `territory` of their own."""
    return [
        {
            "territory": group.territory,
            "territories": list(group.territories),
            "voters": group.voters,
            "registered": group.registered,
        }
        for group in (vote.regional.groups if vote.regional else ())
    ]


def protocol_as_json(vote: VoteView) -> Json | None:
    """The signed protocol's hash and addresses, with its errata; None while it is not signed."""
    if vote.protocol is None:
        return None
    address = f"/votes/{vote.uuid}"
    return {
        "hash": vote.protocol.hash,
        "key": vote.protocol.key,
        "signed_at": moment(vote.protocol.signed_at),
        "url": f"{address}/protocol.json",
        "pdf": {lang: f"/{lang}{address}/protocol.pdf" for lang in LANGUAGES},
        "errata": [{"at": moment(act.at), "text": act.reason.as_dict()} for act in vote.errata],
    }


def _question(question: QuestionView) -> Json:
    """In the form of a vote's file, but that what is asked is called so."""
    asked = as_asked(question)
    return {"type": asked.pop("type"), "question": asked.pop("text"), **asked}


def _counts(question: QuestionView, result: QuestionResult) -> list[int] | list[list[int]] | None:
    """What the archive says; null of ballots that stand there one by one, which may be many."""
    if question.kind.shuffled:
        return None
    return [list(count) if isinstance(count, tuple) else count for count in result]  # type: ignore[return-value]


def ballot_as_json(ballot: BallotView) -> Json:
    """A ballot as it stands on the board."""
    return {
        "tracker": ballot.tracker,
        "height": ballot.height,
        "day": ballot.day.isoformat(),
        "status": ballot.status.value,
    }


def moment(value: datetime) -> str:
    """RFC 3339, UTC."""
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
