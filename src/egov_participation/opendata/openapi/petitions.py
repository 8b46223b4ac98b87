"""Addresses of petitions, and the schemas of what they answer."""

from __future__ import annotations

from typing import Final

from egov_participation.i18n import LANGUAGES
from egov_participation.opendata import formats
from egov_participation.opendata.openapi.words import (
    DAY,
    HASH,
    INTEGER,
    TEXT,
    TIME,
    Json,
    array,
    get,
    obj,
    or_null,
    parameter,
    problem,
    ref,
)
from egov_participation.petitions.data import PAGE

_REFERENCE: Final = parameter("reference", "path", "The petition's number, such as P-2026-0042.")
_LANG: Final = parameter("lang", "path", "Of the texts.", {"enum": list(LANGUAGES)})
_AFTER: Final = parameter("after", "query", "The number of the last petition of the page before.")
_LIMIT: Final = parameter("limit", "query", "How many at most.", {"type": "integer", "minimum": 1, "maximum": PAGE})
_HIDDEN: Final = {"410": problem("`petition.hidden`: it was public, and is not any more.")}

_DOCUMENT: Final = obj(
    salt=or_null({**HASH, "description": "Random bytes; null where what they are of is not shown."}),
    hash={**HASH, "description": "The log's commitment: SHA-256 of the kind, the random bytes and canonical JSON."},
)
_OUTCOME: Final = obj(
    at=TIME,
    agency_name=ref("Texts"),
    document=_DOCUMENT,
    petition=TEXT,
    kind={"enum": ["answer", "debate", "update"]},
    to={"enum": ["answered", "scheduled", "held", "refused", "updated"]},
    agency=TEXT,
    day=or_null({**DAY, "description": "Of the debate."}),
    texts={"type": "object", "additionalProperties": obj(summary=TEXT, details=TEXT)},
    links=array(obj(title=TEXT, url=TEXT)),
    files=array(obj(name=TEXT, sha256=HASH, size=INTEGER)),
    tiers=array(TEXT),
)
_PETITION: Final[Json] = {
    "reference": TEXT,
    "title": ref("SomeTexts"),
    "state": {"enum": ["open", "closed", "rejected", "withdrawn", "stopped", "merged"]},
    "addressee": TEXT,
    "territory": {**TEXT, "description": "Empty: the whole country."},
    "jurisdiction": TEXT,
    "creator": or_null(TEXT),
    "opened_at": or_null(TIME),
    "closes_at": or_null(TIME),
    "state_at": TIME,
    "count_provisional": {**INTEGER, "description": "Electronic signatures, counted live; seconds behind."},
    "count_verified": {**INTEGER, "description": "Electronic signatures, by the log up to `checkpoint_size`."},
    "checkpoint_size": INTEGER,
    "paper": INTEGER,
    "paper_verified": INTEGER,
    "total": {**INTEGER, "description": "Electronic and paper: what thresholds are compared with."},
    "counted_at": or_null(TIME),
    "thresholds": array(
        obj(
            code=TEXT,
            count=INTEGER,
            at_most={"type": "boolean", "description": "Fewer may be enough: a population is not known."},
            action={"enum": ["answer", "debate"]},
            reached_at=or_null(TIME),
            answer_due_on=or_null(DAY),
            done_at=or_null(TIME),
        )
    ),
    "answer_state": {"enum": ["none", "awaited", "answered"]},
    "answer_due_on": or_null(DAY),
    "answer": or_null(ref("PetitionOutcome")),
    "debate_state": {"enum": ["none", "awaited", "scheduled", "held", "refused"]},
    "debate": or_null(ref("PetitionOutcome")),
    "rejection": or_null(obj(ground=or_null(ref("Texts")), reason=or_null(TEXT))),
    "merged_into": or_null(TEXT),
    "by_region": array(obj(territory=TEXT, count=INTEGER, verified=INTEGER, paper=INTEGER)),
    "texts": {"type": "object", "additionalProperties": obj(title=TEXT, ask=TEXT, background=TEXT)},
    "document": or_null(_DOCUMENT),
    "rules": obj(name=or_null(ref("Texts")), sha256=HASH),
    "url": {**TEXT, "format": "uri-reference", "description": "Its page."},
    "links": {"type": "object", "additionalProperties": {**TEXT, "format": "uri-reference"}},
}

_PERIOD: Final[Json] = {**TEXT, "description": "Such as `6 months` or `40 working days`."}
_RULES: Final[Json] = {
    "type": "object",
    "description": "A rule set; other members are as in the rule file.",
    "properties": {
        "code": TEXT,
        "in_force": DAY,
        "collecting": _PERIOD,
        "thresholds": array(
            {
                "type": "object",
                "properties": {
                    "code": TEXT,
                    "scope": {"enum": ["country", "region", "district", "city-district"]},
                    "needed": or_null({**INTEGER, "description": "Null: by residents, `percent` or `bands`."}),
                    "action": {"enum": ["answer", "debate"]},
                    "answer_due": or_null(_PERIOD),
                },
                "required": ["code", "scope", "needed", "action", "answer_due"],
                "additionalProperties": True,
            }
        ),
    },
    "required": ["code", "in_force", "collecting", "thresholds"],
    "additionalProperties": True,
}

SCHEMAS: Final[Json] = {
    "SomeTexts": {"type": "object", "additionalProperties": TEXT, "description": "By language; some may be missing."},
    "PetitionOutcome": _OUTCOME,
    "Petition": obj(**_PETITION),
    "PetitionInFull": obj(
        **_PETITION,
        by_day=array(obj(day=DAY, count=INTEGER, paper=INTEGER)),
        timeline=array(
            obj(
                at=TIME,
                kind=TEXT,
                by=or_null(TEXT),
                details={"type": "object"},
                reason=or_null(TEXT),
                salt=or_null({**HASH, "description": "Random bytes in the log's commitment to the reason."}),
            )
        ),
        outcomes=array(ref("PetitionOutcome")),
    ),
    "PetitionAnswers": obj(
        agencies=array(
            obj(
                agency=or_null({**TEXT, "description": "Null: nobody has been told to answer yet."}),
                name=or_null(ref("Texts")),
                asked={**INTEGER, "description": "Thresholds that petitions to it have reached."},
                answered=INTEGER,
                answered_late=INTEGER,
                in_time={**INTEGER, "description": "Not answered, and not due yet."},
                overdue=INTEGER,
                median_days=or_null({**INTEGER, "description": "Calendar days from the threshold to the answer."}),
            )
        ),
        overdue=array(
            obj(
                petition=TEXT,
                agency=or_null(TEXT),
                answer_due_on=DAY,
                working_days={**INTEGER, "description": "By so many it is late, by the calendar of its rules."},
                url={**TEXT, "format": "uri-reference"},
            )
        ),
    ),
    "Petitions": obj(
        petitions=array(ref("Petition")),
        next=or_null({**TEXT, "format": "uri-reference", "description": "The next page."}),
    ),
}


def paths() -> Json:
    """By address."""
    found = {
        "/api/v1/petitions/{reference}": get("One petition", ref("PetitionInFull"), _REFERENCE),
        "/api/v1/petitions/{reference}/rules": get(
            "The rules that it keeps, byte for byte what `rules.sha256` and the log's hash are of", _RULES, _REFERENCE
        ),
        "/petitions/{reference}/by-region.csv": get(
            "Its signatures by region, as a table", TEXT, _REFERENCE, media_type=formats.CSV.media_type
        ),
        "/petitions/{reference}/by-day.csv": get(
            "Its signatures by day, as a table", TEXT, _REFERENCE, media_type=formats.CSV.media_type
        ),
        "/petitions/{reference}/signatures/proof/{pseudonym}": get(
            "The proof that a signature is in the log (C2SP tlog-proof)",
            TEXT,
            _REFERENCE,
            parameter("pseudonym", "path", "The signer's in this petition, in hex."),
            media_type="text/plain",
        ),
        "/petitions/{reference}/documents/{sha256}.pdf": get(
            "A document that was published with an answer",
            TEXT,
            _REFERENCE,
            parameter("sha256", "path", "SHA-256 of the file, in hex."),
            media_type="application/pdf",
        ),
        "/{lang}/petitions/{reference}/feed.atom": get(
            "What happened to it", TEXT, _LANG, _REFERENCE, media_type=formats.ATOM.media_type
        ),
    }
    for described in found.values():
        described["get"]["responses"] |= _HIDDEN
    return found | {
        "/api/v1/petitions": get(
            "All public petitions, the newest first", ref("Petitions"), _AFTER, _LIMIT, missing=False
        ),
        "/api/v1/petition-answers": get(
            "How each agency has answered, and what is overdue", ref("PetitionAnswers"), missing=False
        ),
        "/{lang}/feeds/petitions.atom": get(
            "What happened last to any petition", TEXT, _LANG, missing=False, media_type=formats.ATOM.media_type
        ),
    }
