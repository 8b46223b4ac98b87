"""The description of the API, for programs that make clients of it (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

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


def _parameter(name: str, place: str, description: str) -> Json:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": description,
        "schema": {"type": "string"},
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
        problem = {"application/problem+json": {"schema": _ref("Problem")}}
        responses["404"] = {"description": "There is no such thing.", "content": problem}
    if_none_match = _parameter("If-None-Match", "header", "The entity tag of an earlier answer.")
    return {"get": {"summary": summary, "parameters": [*parameters, if_none_match], "responses": responses}}


def document(base_url: str) -> Json:
    """The OpenAPI document of the installation at `base_url`."""
    after = _parameter("after", "query", "The identifier of the last vote of the page before.")
    above = _parameter("after", "query", "The height of the last ballot of the page before.")
    limit = _parameter("limit", "query", "How many at most.")
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
        "servers": [{"url": base_url}],
        "paths": {
            "/api/v1/votes": _get("All votes, the last to close first", _ref("Votes"), after, limit, missing=False),
            "/api/v1/votes/{uuid}": _get("One vote", _ref("Vote"), _UUID),
            "/api/v1/votes/{uuid}/ballots": _get("The board", _ref("Ballots"), _UUID, above, limit),
            "/votes/{uuid}/ballots/{tracker}": _get("A tracked ballot", _ref("TrackedBallot"), _UUID, _TRACKER),
            "/votes/{uuid}/receipts/{tracker}": _get("A ballot's bare receipt", _ref("Receipt"), _UUID, _TRACKER),
            "/votes/{uuid}/archive.bel": archive,
        },
        "components": {"schemas": _SCHEMAS},
    }
