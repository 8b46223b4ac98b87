"""Addresses of votes, ballots and search."""

from __future__ import annotations

from typing import Final

from egov_participation.opendata.openapi.words import INTEGER, TEXT, Json, array, get, obj, parameter, problem, ref
from egov_participation.settings import Settings
from egov_participation.voting.data import PAGE

_PAST: Final = (
    parameter("year", "query", "In which they closed.", {"type": "integer", "minimum": 1901, "maximum": 8999}),
    parameter("kind", "query", "Of the vote.", {"enum": ["binding", "consultative"]}),
    parameter("q", "query", "Words in any language."),
    parameter("page", "query", "From 1.", {"type": "integer", "minimum": 1}),
)

_UUID: Final = parameter("uuid", "path", "The vote's identifier.")
_NUMBER: Final = parameter("number", "path", "The question's, from 1.", {"type": "integer", "minimum": 1})
_COUNT: Final[Json] = {
    "type": "object",
    "description": "Method, valid, blank and invalid ballots, winners by their place from 0, and every step to them:"
    " what `egov-count` computes from the archive, and what the protocol has the SHA-256 of.",
}
_LISTED: Final[Json] = obj(
    uuid=TEXT,
    question=INTEGER,
    answers={**array(TEXT), "description": "As they stand in the election."},
    ballots={
        **array(array(INTEGER)),
        "description": "Each ballot's rank (1 first) or grade (1 best) of each answer, 0 for none.",
    },
)
_TRACKER: Final = parameter("tracker", "path", "The tracking number in Base64, URL-safe (- and _) or percent-encoded.")


_SEARCH: Final = (
    parameter("q", "query", "Words in any language and form; the last may be the beginning of one."),
    parameter("lang", "query", "Of titles and snippets, where they hold what was found.", {"enum": ["kk", "ru", "en"]}),
    parameter("after", "query", "How many results were seen.", INTEGER),
)


_CAST_REFUSALS: Final = {
    "400": "`ballot.format`: not a ballot.",
    "401": "`session.none`: nobody has entered the booth with this cookie.",
    "403": "`vote.not_open`: too early. `credential.unknown` or `credential.not_yours`: no code of this vote, or"
    " somebody else's. `session.other_vote`: entered for another vote. `csrf.…`: not sent by the booth.",
    "404": "`vote.unknown`: there is no such vote.",
    "409": "`ballot.superseded`: an earlier ballot of a code that has cast a later one.",
    "410": "`vote.closed`, `vote.cancelled` or `credential.vote_over`: too late.",
    "413": "`http.413`: over 1 MB.",
    "422": "`ballot.…`: proofs, signature or election do not hold; the code says which.",
    "429": "`ballot.too_many`: this code has cast 20 new ballots within the hour. `ballot.refused_too_often`: 40 of"
    " this person's were refused within the hour. `credential.too_many`: codes of too many others were tried."
    " `Retry-After` says how long to wait.",
    "503": "`registrar.unavailable`, `registrar.full`, `database.unavailable` or `database.full`: nobody can vote at"
    " this moment. The ballot may be recorded or not; send the same bytes again after `Retry-After` seconds.",
}


def _cast(booth_url: str) -> Json:
    receipt = {"application/json": {"schema": ref("Receipt")}}
    token = {**parameter("X-CSRF-Token", "header", "The token of the booth's page."), "required": True}
    ballot = {"type": "object", "description": "The ballot, byte for byte as it is to be published."}
    return {
        "servers": [{"url": booth_url}],
        "post": {
            "summary": "Cast a ballot, at the booth's host, in the session that entering the booth opens",
            "parameters": [
                _UUID,
                token,
            ],
            "requestBody": {"required": True, "content": {"application/json": {"schema": ballot}}},
            "responses": {
                "200": {"description": "It stands on the board already: the same receipt.", "content": receipt},
                "201": {"description": "Recorded.", "content": receipt},
                **{status: problem(description) for status, description in _CAST_REFUSALS.items()},
            },
        },
    }


def paths(settings: Settings) -> Json:
    """By address."""
    after = parameter("after", "query", "The identifier of the last vote of the page before.")
    above = parameter("after", "query", "The height of the last ballot of the page before.", INTEGER)
    limit = parameter("limit", "query", "How many at most.", {"type": "integer", "minimum": 1, "maximum": PAGE})
    proof = get(
        "The proof that a ballot is in the log, with its receipt", TEXT, _UUID, _TRACKER, media_type="text/plain"
    )
    proof["get"]["responses"]["503"] = problem("`log.waiting`: it is in the log within seconds, see `Retry-After`.")
    archive = get("The vote's archive", {"type": "string", "format": "binary"}, _UUID, media_type="application/x-tar")
    archive["get"]["parameters"].append(parameter("Range", "header", "One range of bytes, e.g. bytes=1024-"))
    archive["get"]["responses"] |= {
        "206": {"description": "The part that was asked for."},
        "416": {"description": "The range begins beyond the end."},
    }
    return {
        "/api/v1/votes": get("All votes, the last to close first", ref("Votes"), after, limit, missing=False),
        "/api/v1/votes/past": get(
            "Votes that are over, the last to close first", ref("PastVotes"), *_PAST, missing=False
        ),
        "/api/v1/votes/{uuid}": get("One vote", ref("VoteInFull"), _UUID),
        "/api/v1/votes/{uuid}/ballots": get("The board", ref("Ballots"), _UUID, above, limit),
        "/api/v1/search": get("Everything that fits some words", ref("Found"), *_SEARCH, missing=False),
        "/votes/{uuid}/ballots": _cast(settings.booth_url),
        "/votes/{uuid}/ballots/{tracker}": get("A tracked ballot", ref("TrackedBallot"), _UUID, _TRACKER),
        "/votes/{uuid}/ballots/{tracker}/proof": proof,
        "/votes/{uuid}/receipts/{tracker}": get("A ballot's bare receipt", ref("Receipt"), _UUID, _TRACKER),
        "/votes/{uuid}/heads.json": get("Where its archive stood, and when", ref("Heads"), _UUID),
        "/votes/{uuid}/setup.json": get("The set-up document", ref("SetupDocument"), _UUID),
        "/votes/{uuid}/registrar.json": get("The registrar's confirmation", ref("Confirmation"), _UUID),
        "/votes/{uuid}/protocol.json": get("The signed protocol", {"type": "object"}, _UUID),
        "/votes/{uuid}/turnout.json": get("The registrar's signed turnout", {"type": "object"}, _UUID),
        "/votes/{uuid}/result.csv": get("The result as a table", TEXT, _UUID, media_type="text/csv"),
        "/votes/{uuid}/count-{number}.json": get("How a question's ballots were counted", _COUNT, _UUID, _NUMBER),
        "/votes/{uuid}/ballots-{number}.json": get("The shuffled ballots on a question", _LISTED, _UUID, _NUMBER),
        "/votes/{uuid}/ballots-{number}.csv": get("The same as a table", TEXT, _UUID, _NUMBER, media_type="text/csv"),
        "/votes/{uuid}/ballots-{number}.blt": get(
            "Rankings, for programs that count them", TEXT, _UUID, _NUMBER, media_type="text/plain"
        ),
        "/votes/{uuid}/archive.bel": archive,
    }
