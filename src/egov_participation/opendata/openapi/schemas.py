"""The schemas of what the API answers."""

from __future__ import annotations

from typing import Final

from egov_participation.opendata.openapi.words import (
    ANY,
    BASE64,
    DAY,
    HASH,
    INTEGER,
    TEXT,
    TIME,
    Json,
    array,
    obj,
    or_null,
    ref,
)

_BALLOT: Final[Json] = {
    "tracker": BASE64,
    "height": INTEGER,
    "day": {"type": "string", "format": "date"},
    "status": {"enum": ["counted", "superseded", "waiting"]},
}

_ANSWERED: Final[Json] = {"question": ref("Texts"), "answers": array(ref("Texts"))}
_BLANK: Final[Json] = {"type": "boolean", "description": "Whether the question may be left blank."}

_VOTE: Final[Json] = {
    "uuid": TEXT,
    "title": ref("Texts"),
    "description": ref("Texts"),
    "state": {"enum": ["setup", "open", "closed", "shuffling", "decrypting", "tallied", "cancelled"]},
    "kind": {"enum": ["consultative", "binding"]},
    "opens_at": TIME,
    "closes_at": {**TIME, "description": "RFC 3339, UTC; an extension has moved it, and stands among the acts."},
    "cancelled_at": or_null(TIME),
    "rehearsal": {"type": "boolean", "description": "A mock vote. None stands in any list."},
    "setup_hash": or_null({**HASH, "description": "SHA-256 of the set-up document: what was confirmed."}),
    "acts": {**array(ref("Act")), "description": "What was decided about it, in order."},
    "questions": array(ref("Question")),
    "registered": {**INTEGER, "description": "Published voting codes."},
    "ballots": {**INTEGER, "description": "On the board, replaced ones among them."},
    "voters": {**INTEGER, "description": "Voting codes with a ballot on the board."},
    "head": obj(height=INTEGER, hash=HASH),
    "fingerprint": {**BASE64, "description": "SHA-256 of the election as published, unpadded Base64."},
    "trustees": array(ref("Trustee")),
    "threshold": or_null({**INTEGER, "description": "How many trustees are enough; null: all are needed."}),
    "result": or_null(
        {
            **array(or_null({"oneOf": [array(INTEGER), array(array(INTEGER))]})),
            "description": "Per question the votes of each answer, of blank ballots first where they are allowed; of"
            " lists list by list, each list's own first; null of rankings and grades.",
        }
    ),
    "outcomes": or_null(
        {
            **array(
                or_null(
                    obj(
                        valid=or_null(INTEGER),
                        blank=or_null(INTEGER),
                        invalid=or_null(INTEGER),
                        winners=or_null(
                            {**array(INTEGER), "description": "Places of the answers that are elected or win, from 0."}
                        ),
                        count=or_null({**HASH, "description": "SHA-256 of the published count."}),
                        count_url=or_null({**TEXT, "format": "uri-reference"}),
                        ballots_url={**TEXT, "format": "uri-reference"},
                    )
                )
            ),
            "description": "Per question that ranks or grades, how its shuffled ballots were counted; null of others.",
        }
    ),
    "turnout": obj(
        percent={"type": "number"},
        by_region={
            **array(
                obj(
                    territory={
                        **or_null(TEXT),
                        "description": "ISO 3166-2, or empty: not known. Null: several regions counted together.",
                    },
                    territories=array(TEXT),
                    voters=INTEGER,
                    registered=INTEGER,
                )
            ),
            "description": "The registrar's word; only its total can be compared with the board.",
        },
        statement_url=or_null({**TEXT, "format": "uri-reference"}),
    ),
    "protocol": or_null(ref("Protocol")),
    "archive_url": {**TEXT, "format": "uri-reference"},
    "url": {**TEXT, "format": "uri-reference", "description": "Its page."},
    "links": {"type": "object", "additionalProperties": {**TEXT, "format": "uri-reference"}},
}

SCHEMAS: Final[Json] = {
    "Texts": {
        "type": "object",
        "description": "A text in several languages; a missing one is left out.",
        "properties": {"kk": TEXT, "ru": TEXT, "en": TEXT},
        "additionalProperties": False,
    },
    "Question": {"oneOf": [ref("Choice"), ref("Ranking"), ref("TransferableVote"), ref("Grading"), ref("Lists")]},
    "Choice": obj(type={"const": "homomorphic"}, **_ANSWERED, min=INTEGER, max=INTEGER, blank=_BLANK),
    "Ranking": obj(
        type={"const": "ranking"},
        **_ANSWERED,
        method=or_null({"enum": ["schulze", "condorcet", "borda", "instant-runoff"]}),
        blank=_BLANK,
    ),
    "TransferableVote": obj(
        type={"const": "ranking"},
        **_ANSWERED,
        method={"const": "stv"},
        seats={**INTEGER, "description": "How many are elected."},
        rules={"enum": ["scottish", "meek"]},
        blank=_BLANK,
    ),
    "Grading": obj(
        type={"const": "grading"},
        **_ANSWERED,
        grades={**array(ref("Texts")), "description": "The scale, the best grade first."},
        blank=_BLANK,
    ),
    "Lists": obj(
        type={"const": "lists"},
        question=ref("Texts"),
        lists=array(obj(name=ref("Texts"), candidates=array(ref("Texts")))),
    ),
    "Trustee": obj(
        name=ref("Texts"),
        kind={"enum": ["single", "threshold"], "description": "Threshold: of these some are enough."},
        public_key=HASH,
        shuffled=or_null({"type": "boolean", "description": "Null where nothing is shuffled."}),
        decrypted={"type": "boolean"},
    ),
    "Vote": obj(**_VOTE),
    "VoteInFull": obj(**_VOTE, incidents=array(ref("Incident"))),
    "Act": obj(
        kind={"enum": ["set_up", "extended", "cancelled", "published", "corrected"]},
        at=TIME,
        reason=ref("Texts"),
        content={"type": "object", "additionalProperties": TEXT},
        hash={**HASH, "description": "Of what two members of the commission approved."},
        salt=or_null({**HASH, "description": "Random bytes of the commitment to the reason in the transparency log."}),
    ),
    "Incident": obj(
        reference=TEXT,
        kind={"enum": ["theft", "ballot", "access", "count", "other"]},
        reported_on=DAY,
        due_on=DAY,
        answered_at=or_null(TIME),
        answer=or_null(ref("Texts")),
        url={**TEXT, "format": "uri-reference", "description": "Its page."},
    ),
    "SetupDocument": obj(
        type={"const": "egov-setup"},
        version={"const": 1},
        uuid=TEXT,
        kind={"enum": ["consultative", "binding"]},
        rehearsal={"type": "boolean"},
        title=ref("Texts"),
        opens_at=TIME,
        closes_at=TIME,
        election={**HASH, "description": "Of the election's JSON in the archive; the next two likewise."},
        trustees=HASH,
        credentials=HASH,
        fingerprint=BASE64,
        head={**HASH, "description": "Of the archive's first event."},
        registered=INTEGER,
        weight=INTEGER,
        roll=obj(size=INTEGER, hash=HASH, rule={"type": "object", "additionalProperties": ANY}),
        registrar={**BASE64, "description": "The public key that it signs with."},
        trustee_names=array(ref("Texts")),
    ),
    "Confirmation": obj(
        type={"const": "egov-registrar-confirmation"},
        version={"const": 1},
        uuid=TEXT,
        setup={**HASH, "description": "Of the set-up document that is confirmed."},
        credentials=HASH,
        roll=obj(size=INTEGER, hash=HASH),
        registrar=BASE64,
        at=TIME,
        signature={**TEXT, "description": "Ed25519; Base64, unpadded. What is signed: docs/keys.md."},
    ),
    "Heads": obj(
        uuid=TEXT,
        fingerprint=BASE64,
        heads=array(
            obj(
                height=INTEGER,
                hash=HASH,
                type={
                    "enum": [
                        "Setup",
                        "Ballot",
                        "EndBallots",
                        "EncryptedTally",
                        "Shuffle",
                        "EndShuffles",
                        "PartialDecryption",
                        "Result",
                    ]
                },
                day={**or_null(DAY), "description": "Of a ballot, the last of its day."},
            )
        ),
    ),
    "Protocol": obj(
        hash={**HASH, "description": "SHA-256 of the unsigned protocol: what two members of the commission approved."},
        key={**BASE64, "description": "The public key that signed it."},
        signed_at=TIME,
        url={**TEXT, "format": "uri-reference", "description": "The signed protocol, as JSON."},
        pdf={"type": "object", "additionalProperties": {**TEXT, "format": "uri-reference"}},
        errata={
            **array(obj(at=TIME, text=ref("Texts"))),
            "description": "The last first. What is signed stays as it is.",
        },
    ),
    "PastVotes": obj(
        total=INTEGER,
        votes=array(ref("Vote")),
        next=or_null({**TEXT, "format": "uri-reference", "description": "The next page."}),
    ),
    "Votes": obj(
        votes=array(ref("Vote")),
        next=or_null({**TEXT, "format": "uri-reference", "description": "The next page."}),
    ),
    "Receipt": obj(
        type={"const": "egov-receipt/v1"},
        vote=TEXT,
        election=BASE64,
        tracker=BASE64,
        height=INTEGER,
        head=HASH,
        time={"type": "string", "format": "date"},
        signature={**TEXT, "description": "Ed25519 over the same compact JSON without this member; Base64, unpadded."},
    ),
    "Ballot": obj(**_BALLOT),
    "Ballots": obj(
        ballots=array(ref("Ballot")),
        next=or_null({**TEXT, "format": "uri-reference", "description": "The next page."}),
    ),
    "TrackedBallot": obj(
        **_BALLOT,
        receipt=ref("Receipt"),
        log_index=or_null(
            {**INTEGER, "description": "Of its entry in the transparency log; null until it is published."}
        ),
    ),
    "Found": obj(
        query=TEXT,
        total=INTEGER,
        all_words={"type": "boolean", "description": "False: nothing holds every word; these hold some."},
        results=array(
            obj(
                kind={"enum": ["vote", "petition", "consultation", "page"]},
                reference=TEXT,
                title=ref("Texts"),
                snippet=ref("Texts"),
                at=TIME,
                url={**TEXT, "format": "uri-reference"},
            )
        ),
        next=or_null({**TEXT, "format": "uri-reference", "description": "The next page."}),
    ),
    "Log": obj(
        origin={**TEXT, "description": "Its name, which checkpoints begin with."},
        size=INTEGER,
        root=or_null({**TEXT, "description": "Hash of the tree, Base64; null before the first checkpoint."}),
        published_at=or_null(TIME),
        key=or_null({**TEXT, "description": "The verifier key of now; null before the first checkpoint."}),
        late={"type": "boolean", "description": "Whether what was entered waits too long for its place."},
        stopped={"type": "boolean", "description": "Whether it signs nothing any more."},
        troubles={**array(TEXT), "description": "What is not well, as codes."},
        witnesses=array(
            obj(
                name=TEXT,
                key=TEXT,
                size=or_null(INTEGER),
                at=or_null(TIME),
                disagrees={"type": "boolean"},
                silent={"type": "boolean"},
            )
        ),
        url={**TEXT, "format": "uri-reference", "description": "Its page."},
        links={"type": "object", "additionalProperties": {**TEXT, "format": "uri-reference"}},
    ),
    "LogEntries": obj(
        entries=array(
            obj(
                index=INTEGER,
                entry={
                    "type": "object",
                    "properties": {"type": TEXT, "version": INTEGER},
                    "required": ["type", "version"],
                    "additionalProperties": True,
                },
                leaf={**HASH, "description": "Its hash as a leaf of the tree (RFC 6962)."},
                url={**TEXT, "format": "uri-reference", "description": "Its page."},
                links={"type": "object", "additionalProperties": {**TEXT, "format": "uri-reference"}},
            )
        ),
        next=or_null({**TEXT, "format": "uri-reference", "description": "The next page."}),
    ),
    "Problem": obj(type=TEXT, title=TEXT, status=INTEGER, detail=TEXT, code=TEXT),
}
