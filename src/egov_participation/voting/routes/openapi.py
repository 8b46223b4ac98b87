"""The description of the API, for programs that make clients of it (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any, Final

from egov_participation.settings import Settings
from egov_participation.voting.data import PAGE

Json = dict[str, Any]

_INTEGER: Final[Json] = {"type": "integer", "minimum": 0}
_TEXT: Final[Json] = {"type": "string"}
_TIME: Final[Json] = {"type": "string", "format": "date-time", "description": "RFC 3339, UTC"}
_ANY: Final[Json] = {"description": "A text, a number or a list of texts.", "oneOf": [
    {"type": "string"}, {"type": "integer"}, {"type": "array", "items": {"type": "string"}},
]}  # fmt: skip
_DAY: Final[Json] = {"type": "string", "format": "date"}
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

_VOTE: Final[Json] = {
    "uuid": _TEXT,
    "title": _ref("Texts"),
    "description": _ref("Texts"),
    "state": {"enum": ["setup", "open", "closed", "shuffling", "decrypting", "tallied", "cancelled"]},
    "kind": {"enum": ["consultative", "binding"]},
    "opens_at": _TIME,
    "closes_at": {**_TIME, "description": "RFC 3339, UTC; an extension has moved it, and stands among the acts."},
    "cancelled_at": _or_null(_TIME),
    "rehearsal": {"type": "boolean", "description": "A mock vote. None stands in any list."},
    "setup_hash": _or_null({**_HASH, "description": "SHA-256 of the set-up document: what was confirmed."}),
    "acts": {**_list(_ref("Act")), "description": "What was decided about it, in order."},
    "questions": _list(_ref("Question")),
    "registered": {**_INTEGER, "description": "Published voting codes."},
    "ballots": {**_INTEGER, "description": "On the board, replaced ones among them."},
    "voters": {**_INTEGER, "description": "Voting codes with a ballot on the board."},
    "head": _object(height=_INTEGER, hash=_HASH),
    "fingerprint": {**_BASE64, "description": "SHA-256 of the election as published, unpadded Base64."},
    "trustees": _list(_ref("Trustee")),
    "threshold": _or_null(_INTEGER),
    "result": _or_null(
        {
            **_list(_list(_INTEGER)),
            "description": "Per question the votes of each answer, of blank ballots first where they are allowed.",
        }
    ),
    "turnout": _object(
        percent={"type": "number"},
        by_region={
            **_list(
                _object(
                    territory={
                        **_or_null(_TEXT),
                        "description": "ISO 3166-2, or empty: not known. Null: several regions counted together.",
                    },
                    territories=_list(_TEXT),
                    voters=_INTEGER,
                    registered=_INTEGER,
                )
            ),
            "description": "The registrar's word; only its total can be compared with the board.",
        },
        statement_url=_or_null({**_TEXT, "format": "uri-reference"}),
    ),
    "protocol": _or_null(_ref("Protocol")),
    "archive_url": {**_TEXT, "format": "uri-reference"},
    "url": {**_TEXT, "format": "uri-reference", "description": "Its page."},
    "links": {"type": "object", "additionalProperties": {**_TEXT, "format": "uri-reference"}},
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
    "Vote": _object(**_VOTE),
    "VoteInFull": _object(**_VOTE, incidents=_list(_ref("Incident"))),
    "Act": _object(
        kind={"enum": ["set_up", "extended", "cancelled", "published", "corrected"]},
        at=_TIME,
        reason=_ref("Texts"),
        content={"type": "object", "additionalProperties": _TEXT},
        hash={**_HASH, "description": "Of what two members of the commission approved."},
    ),
    "Incident": _object(
        reference=_TEXT,
        kind={"enum": ["theft", "ballot", "access", "count", "other"]},
        reported_on=_DAY,
        due_on=_DAY,
        answered_at=_or_null(_TIME),
        answer=_or_null(_ref("Texts")),
        url={**_TEXT, "format": "uri-reference", "description": "Its page."},
    ),
    "SetupDocument": _object(
        type={"const": "egov-setup"},
        version={"const": 1},
        uuid=_TEXT,
        kind={"enum": ["consultative", "binding"]},
        rehearsal={"type": "boolean"},
        title=_ref("Texts"),
        opens_at=_TIME,
        closes_at=_TIME,
        election={**_HASH, "description": "Of the election's JSON in the archive; the next two likewise."},
        trustees=_HASH,
        credentials=_HASH,
        fingerprint=_BASE64,
        head={**_HASH, "description": "Of the archive's first event."},
        registered=_INTEGER,
        weight=_INTEGER,
        roll=_object(size=_INTEGER, hash=_HASH, rule={"type": "object", "additionalProperties": _ANY}),
        registrar={**_BASE64, "description": "The public key that it signs with."},
        trustee_names=_list(_ref("Texts")),
    ),
    "Confirmation": _object(
        type={"const": "egov-registrar-confirmation"},
        version={"const": 1},
        uuid=_TEXT,
        setup={**_HASH, "description": "Of the set-up document that is confirmed."},
        credentials=_HASH,
        roll=_object(size=_INTEGER, hash=_HASH),
        registrar=_BASE64,
        at=_TIME,
        signature={**_TEXT, "description": "Ed25519; Base64, unpadded. What is signed: docs/keys.md."},
    ),
    "Heads": _object(
        uuid=_TEXT,
        fingerprint=_BASE64,
        heads=_list(
            _object(
                height=_INTEGER,
                hash=_HASH,
                type={"enum": ["Setup", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "Result"]},
                day={**_or_null(_DAY), "description": "Of a ballot, the last of its day."},
            )
        ),
    ),
    "Protocol": _object(
        hash={**_HASH, "description": "SHA-256 of the unsigned protocol: what two members of the commission approved."},
        key={**_BASE64, "description": "The public key that signed it."},
        signed_at=_TIME,
        url={**_TEXT, "format": "uri-reference", "description": "The signed protocol, as JSON."},
        pdf={"type": "object", "additionalProperties": {**_TEXT, "format": "uri-reference"}},
        errata={
            **_list(_object(at=_TIME, text=_ref("Texts"))),
            "description": "The last first. What is signed stays as it is.",
        },
    ),
    "PastVotes": _object(
        total=_INTEGER,
        votes=_list(_ref("Vote")),
        next=_or_null({**_TEXT, "format": "uri-reference", "description": "The next page."}),
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
    "Found": _object(
        query=_TEXT,
        total=_INTEGER,
        all_words={"type": "boolean", "description": "False: nothing holds every word; these hold some."},
        results=_list(
            _object(
                kind={"enum": ["vote", "page"]},
                reference=_TEXT,
                title=_ref("Texts"),
                snippet=_ref("Texts"),
                at=_TIME,
                url={**_TEXT, "format": "uri-reference"},
            )
        ),
        next=_or_null({**_TEXT, "format": "uri-reference", "description": "The next page."}),
    ),
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


_PAST: Final = (
    _parameter("year", "query", "In which they closed.", {"type": "integer", "minimum": 1901, "maximum": 8999}),
    _parameter("kind", "query", "Of the vote.", {"enum": ["binding", "consultative"]}),
    _parameter("q", "query", "Words in any language."),
    _parameter("page", "query", "From 1.", {"type": "integer", "minimum": 1}),
)

_UUID: Final = _parameter("uuid", "path", "The vote's identifier.")
_TRACKER: Final = _parameter("tracker", "path", "The tracking number in Base64, URL-safe (- and _) or percent-encoded.")


_SEARCH: Final = (
    _parameter("q", "query", "Words in any language and form; the last may be the beginning of one."),
    _parameter(
        "lang", "query", "Of titles and snippets, where they hold what was found.", {"enum": ["kk", "ru", "en"]}
    ),
    _parameter("after", "query", "How many results were seen.", _INTEGER),
)


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
    "410": "`vote.closed`, `vote.cancelled` or `credential.vote_over`: too late.",
    "413": "`http.413`: over 1 MB.",
    "422": "`ballot.…`: proofs, signature or election do not hold; the code says which.",
    "429": "`ballot.too_many`: this code has cast 20 new ballots within the hour. `ballot.refused_too_often`: 40 of"
    " this person's were refused within the hour. `credential.too_many`: codes of too many others were tried."
    " `Retry-After` says how long to wait.",
    "503": "`registrar.unavailable`, `registrar.full`, `database.unavailable` or `database.full`: nobody can vote at"
    " this moment. The ballot may be recorded or not; send the same bytes again after `Retry-After` seconds.",
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
            "/api/v1/votes/past": _get(
                "Votes that are over, the last to close first", _ref("PastVotes"), *_PAST, missing=False
            ),
            "/api/v1/votes/{uuid}": _get("One vote", _ref("VoteInFull"), _UUID),
            "/api/v1/votes/{uuid}/ballots": _get("The board", _ref("Ballots"), _UUID, above, limit),
            "/api/v1/search": _get("Everything that fits some words", _ref("Found"), *_SEARCH, missing=False),
            "/votes/{uuid}/ballots": _cast(settings.booth_url),
            "/votes/{uuid}/ballots/{tracker}": _get("A tracked ballot", _ref("TrackedBallot"), _UUID, _TRACKER),
            "/votes/{uuid}/receipts/{tracker}": _get("A ballot's bare receipt", _ref("Receipt"), _UUID, _TRACKER),
            "/votes/{uuid}/heads.json": _get("Where its archive stood, and when", _ref("Heads"), _UUID),
            "/votes/{uuid}/setup.json": _get("The set-up document", _ref("SetupDocument"), _UUID),
            "/votes/{uuid}/registrar.json": _get("The registrar's confirmation", _ref("Confirmation"), _UUID),
            "/votes/{uuid}/protocol.json": _get("The signed protocol", {"type": "object"}, _UUID),
            "/votes/{uuid}/turnout.json": _get("The registrar's signed turnout", {"type": "object"}, _UUID),
            "/votes/{uuid}/result.csv": _get("The result as a table", _TEXT, _UUID, media_type="text/csv"),
            "/votes/{uuid}/archive.bel": archive,
        },
        "components": {"schemas": _SCHEMAS},
    }
