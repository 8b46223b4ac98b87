"""The description of the API, for programs that make clients of it (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any, Final

from egov_participation.settings import Settings

Json = dict[str, Any]

PAGE: Final = 100
"""Votes or ballots in an answer, unless fewer are asked for."""

_INTEGER: Final[Json] = {"type": "integer", "minimum": 0}
_TEXT: Final[Json] = {"type": "string"}
_TIME: Final[Json] = {"type": "string", "format": "date-time", "description": "RFC 3339, UTC"}
_HASH: Final[Json] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_BASE64: Final[Json] = {"type": "string", "pattern": "^[A-Za-z0-9+/]{43}$"}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(schema: Json) -> Json:
    return {"oneOf": [schema, {"type": "null"}]}


_BALLOT: Final[Json] = {
    "tracker": _BASE64,
    "height": _INTEGER,
    "day": {"type": "string", "format": "date"},
    "status": {"enum": ["counted", "superseded", "waiting"]},
}

_SCHEMAS: Final[Json] = {
    "Texts": {
        "type": "object",
        "description": "A text in several languages; a missing one is left out.",
        "properties": {"kk": _TEXT, "ru": _TEXT, "en": _TEXT},
        "additionalProperties": False,
    },
    "Question": _object(
        type={"const": "homomorphic"},
        question=_ref("Texts"),
        answers=_list(_ref("Texts")),
        min=_INTEGER,
        max=_INTEGER,
        blank={"type": "boolean", "description": "Whether the question may be left blank."},
    ),
    "Trustee": _object(name=_ref("Texts"), kind={"enum": ["single"]}, public_key=_HASH, decrypted={"type": "boolean"}),
    "Vote": _object(
        uuid=_TEXT,
        title=_ref("Texts"),
        description=_ref("Texts"),
        state={"enum": ["setup", "open", "closed", "shuffling", "decrypting", "tallied", "cancelled"]},
        kind={"enum": ["consultative", "binding"]},
        opens_at=_TIME,
        closes_at=_TIME,
        questions=_list(_ref("Question")),
        registered={**_INTEGER, "description": "Published voting codes."},
        ballots={**_INTEGER, "description": "On the board, replaced ones among them."},
        voters={**_INTEGER, "description": "Voting codes with a ballot on the board."},
        head=_object(height=_INTEGER, hash=_HASH),
        fingerprint={**_BASE64, "description": "SHA-256 of the election as published, unpadded Base64."},
        trustees=_list(_ref("Trustee")),
        threshold=_or_null(_INTEGER),
        result=_or_null(
            {
                **_list(_list(_INTEGER)),
                "description": "Per question the votes of each answer, of blank ballots first where they are allowed.",
            }
        ),
        turnout=_object(
            percent={"type": "number"},
            by_region=_list(_object(territory=_TEXT, voters=_INTEGER, registered=_INTEGER)),
        ),
        archive_url={**_TEXT, "format": "uri-reference"},
        url={**_TEXT, "format": "uri-reference", "description": "Its page."},
        links={"type": "object", "additionalProperties": {**_TEXT, "format": "uri-reference"}},
    ),
    "Votes": _object(
        votes=_list(_ref("Vote")),
        next=_or_null({**_TEXT, "format": "uri-reference", "description": "The next page."}),
    ),
    "Receipt": _object(
        type={"const": "egov-receipt/v1"},
        vote=_TEXT,
        election=_BASE64,
        tracker=_BASE64,
        height=_INTEGER,
        head=_HASH,
        time={"type": "string", "format": "date"},
        signature={**_TEXT, "description": "Ed25519 over the same compact JSON without this member; Base64, unpadded."},
    ),
    "Ballot": _object(**_BALLOT),
    "Ballots": _object(
        ballots=_list(_ref("Ballot")),
        next=_or_null({**_TEXT, "format": "uri-reference", "description": "The next page."}),
    ),
    "TrackedBallot": _object(**_BALLOT, receipt=_ref("Receipt")),
    "Problem": _object(type=_TEXT, title=_TEXT, status=_INTEGER, detail=_TEXT, code=_TEXT),
}


def _parameter(name: str, place: str, description: str, schema: Json = _TEXT) -> Json:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": description,
        "schema": schema,
    }


_UUID: Final = _parameter("uuid", "path", "The vote's identifier.")
_TRACKER: Final = _parameter("tracker", "path", "The tracking number in Base64, URL-safe (- and _) or percent-encoded.")


def _get(
    summary: str, schema: Json, *parameters: Json, missing: bool = True, media_type: str = "application/json"
) -> Json:
    responses: Json = {
        "200": {"description": "As asked.", "content": {media_type: {"schema": schema}}},
        "304": {"description": "Nothing changed since the given entity tag."},
    }
    if missing:
        responses["404"] = _problem("There is no such thing.")
    if any(parameter["name"] == "after" for parameter in parameters):
        responses["400"] = _problem("`query.after`: the list has no such place.")
    if_none_match = _parameter("If-None-Match", "header", "The entity tag of an earlier answer.")
    return {"get": {"summary": summary, "parameters": [*parameters, if_none_match], "responses": responses}}


_CAST_REFUSALS: Final = {
    "400": "`ballot.format`: not a ballot.",
    "401": "`session.none`: nobody has entered the booth with this cookie.",
    "403": "`vote.not_open`: too early. `credential.unknown` or `credential.not_yours`: no code of this vote, or"
    " somebody else's. `session.other_vote`: entered for another vote. `csrf.…`: not sent by the booth.",
    "404": "`vote.unknown`: there is no such vote.",
    "409": "`ballot.superseded`: an earlier ballot of a code that has cast a later one.",
    "410": "`vote.closed` or `vote.cancelled`: too late.",
    "413": "`http.413`: over 1 MB.",
    "422": "`ballot.…`: proofs, signature or election do not hold; the code says which.",
    "429": "`ballot.too_many`: this code has cast 20 new ballots within the hour.",
}


def _problem(description: str) -> Json:
    return {"description": description, "content": {"application/problem+json": {"schema": _ref("Problem")}}}


def _cast(booth_url: str) -> Json:
    receipt = {"application/json": {"schema": _ref("Receipt")}}
    token = {**_parameter("X-CSRF-Token", "header", "The token of the booth's page."), "required": True}
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
                **{status: _problem(description) for status, description in _CAST_REFUSALS.items()},
            },
        },
    }


def document(settings: Settings) -> Json:
    """The OpenAPI document of the installation with these settings."""
    after = _parameter("after", "query", "The identifier of the last vote of the page before.")
    above = _parameter("after", "query", "The height of the last ballot of the page before.", _INTEGER)
    limit = _parameter("limit", "query", "How many at most.", {"type": "integer", "minimum": 1, "maximum": PAGE})
    archive = _get("The vote's archive", {"type": "string", "format": "binary"}, _UUID, media_type="application/x-tar")
    archive["get"]["parameters"].append(_parameter("Range", "header", "One range of bytes, e.g. bytes=1024-"))
    archive["get"]["responses"] |= {
        "206": {"description": "The part that was asked for."},
        "416": {"description": "The range begins beyond the end."},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Civic Participation",
            "version": "1",
            "description": "What is public, as data. No key is needed; answers bear entity tags and any site may ask.",
        },
        "servers": [{"url": settings.base_url}],
        "paths": {
            "/api/v1/votes": _get("All votes, the last to close first", _ref("Votes"), after, limit, missing=False),
            "/api/v1/votes/{uuid}": _get("One vote", _ref("Vote"), _UUID),
            "/api/v1/votes/{uuid}/ballots": _get("The board", _ref("Ballots"), _UUID, above, limit),
            "/votes/{uuid}/ballots": _cast(settings.booth_url),
            "/votes/{uuid}/ballots/{tracker}": _get("A tracked ballot", _ref("TrackedBallot"), _UUID, _TRACKER),
            "/votes/{uuid}/receipts/{tracker}": _get("A ballot's bare receipt", _ref("Receipt"), _UUID, _TRACKER),
            "/votes/{uuid}/archive.bel": archive,
        },
        "components": {"schemas": _SCHEMAS},
    }
