"""Addresses of consultations, and the schemas of what they answer."""

from __future__ import annotations

from typing import Final

from egov_participation.consultations.comment_data import PAGE
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
    ref,
)

_REFERENCE: Final = parameter("reference", "path", "The consultation's number, such as C-2026-0007.")
_LANG: Final = parameter("lang", "path", "Of the text.", {"enum": list(LANGUAGES)})
_NUMBER: Final = parameter("number", "path", "Of the version, from 1.", INTEGER)
_COMMENT: Final = parameter("number", "path", "Of the comment, from 1.", INTEGER)
_SHA256: Final = parameter("sha256", "path", "SHA-256 of the file, in hex.")
_AFTER: Final = parameter("after", "query", "The number of the last one of the page before.")
_LIMIT: Final = parameter("limit", "query", "How many at most.", {"type": "integer", "minimum": 1, "maximum": PAGE})

_URL: Final[Json] = {**TEXT, "format": "uri-reference"}
_NEXT: Final = or_null({**_URL, "description": "The next page."})
_SALT: Final = or_null({**HASH, "description": "Random bytes; null where what they are of is not shown."})
_COMMITTED: Final[Json] = {
    **HASH,
    "description": "The log's commitment: SHA-256 of the kind, the random bytes and the content.",
}
_VERDICT: Final[Json] = {"enum": ["accepted", "partly", "rejected", "out_of_scope", "already_there"]}
_PLACE: Final = or_null(obj(version=INTEGER, lang=TEXT, eid=TEXT, lineage=TEXT, label=TEXT))
_CHANGED: Final = or_null(
    obj(
        version=INTEGER,
        lang=TEXT,
        eid={**TEXT, "description": "In that version; of a deleted provision, in the one before."},
        deleted={"type": "boolean"},
    )
)
_EXPRESSION: Final = obj(
    lang=TEXT,
    title=TEXT,
    document={**HASH, "description": "SHA-256 of `egov-document-v1`, a zero byte and the bytes of `canonical_url`."},
    source=obj(format=TEXT, sha256=HASH, url=_URL),
    canonical_url=_URL,
    docx_url=_URL,
    akn_url=_URL,
)
_VERSION: Final[Json] = {
    "number": INTEGER,
    "published_at": TIME,
    "agency": TEXT,
    "signature": {**TEXT, "description": "Ed25519 by the agency's key over the log's entry without it, in hex."},
    "texts": array(_EXPRESSION),
    "record_url": _URL,
    "url": _URL,
    "links": {"type": "object", "additionalProperties": _URL},
}
_CONSULTATION: Final[Json] = {
    "reference": TEXT,
    "title": ref("SomeTexts"),
    "summary": ref("SomeTexts"),
    "state": {"enum": ["open", "closed", "reported", "withdrawn"]},
    "state_at": TIME,
    "jurisdiction": TEXT,
    "agency": TEXT,
    "act": obj(kind=TEXT, name=ref("Texts"), stage=or_null(TEXT)),
    "territory": {**TEXT, "description": "Empty: the whole country."},
    "opened_at": TIME,
    "closes_at": or_null(TIME),
    "reply_due_on": or_null(DAY),
    "report_due_on": or_null(DAY),
    "comments": {**INTEGER, "description": "All that were sent, amendments too."},
    "replied": INTEGER,
    "versions": array(obj(**_VERSION)),
    "papers": array(obj(kind=TEXT, lang=TEXT, name=TEXT, media_type=TEXT, sha256=HASH, size=INTEGER, url=_URL)),
    "rules": obj(sha256=HASH, url=_URL),
    "url": {**_URL, "description": "Its page."},
    "links": {"type": "object", "additionalProperties": _URL},
}
_PROVISION: Final[Json] = obj(
    eid={**TEXT, "description": "In this version alone: a later chapter before it renames it."},
    lineage={**TEXT, "description": "The same in every version, whatever its number."},
    parent=or_null(TEXT),
    change=or_null({"enum": ["unchanged", "modified", "moved", "split", "merged", "deleted", "new"]}),
    comments=INTEGER,
    text_hash={**HASH, "description": "Of its words alone: another one where they changed."},
    kind=TEXT,
    depth=INTEGER,
    number=TEXT,
    label=TEXT,
    heading=TEXT,
    text=TEXT,
)
_DECISION: Final = or_null(obj(reason=TEXT, salt=HASH, hash=_COMMITTED))

SCHEMAS: Final[Json] = {
    "Consultation": obj(**_CONSULTATION),
    "ConsultationInFull": obj(
        **_CONSULTATION,
        timeline=array(obj(at=TIME, kind=TEXT, details={"type": "object"}, reason=or_null(TEXT), salt=_SALT)),
    ),
    "Consultations": obj(consultations=array(ref("Consultation")), next=_NEXT),
    "DraftVersion": obj(
        **_VERSION,
        provisions=array(obj(lang=TEXT, title=TEXT, document=HASH, provisions=array(_PROVISION))),
    ),
    "Comment": obj(
        number={**INTEGER, "description": "From 1 in its consultation, without a gap."},
        tracking=TEXT,
        what={"enum": ["comment", "amendment"]},
        version=INTEGER,
        place=_PLACE,
        quote=or_null(obj(exact=TEXT, prefix=TEXT, suffix=TEXT, start=INTEGER, end=INTEGER)),
        about=or_null({**INTEGER, "description": "The amendment that it discusses."}),
        author=or_null({**TEXT, "description": "Null: the name is not published."}),
        author_salt=_SALT,
        capacity=or_null({"enum": ["citizen", "organisation", "association", "expert"]}),
        organisation=or_null(TEXT),
        accredited=or_null(obj(agency=TEXT, day=DAY)),
        lang=or_null(TEXT),
        stance=or_null({"enum": ["support", "change", "oppose", "none"]}),
        text=or_null(TEXT),
        amendment=or_null(
            obj(
                kind={"enum": ["replace", "insert_after", "delete", "new"]},
                proposed=TEXT,
                stale={"type": "boolean", "description": "The provision has other words by now."},
            )
        ),
        day=DAY,
        shown={"enum": ["published", "redacted", "erasing", "erased"]},
        supports=INTEGER,
        cluster=or_null({**INTEGER, "description": "The first of those that say nearly the same."}),
        reply=or_null({**INTEGER, "description": "The reply that holds."}),
        document=or_null({"type": "object", "description": "What the commitment is to; null where it is covered."}),
        salt=_SALT,
        hash=_COMMITTED,
        files=array(obj(name=TEXT, media_type=TEXT, sha256=HASH, size=INTEGER, url=_URL)),
        edits=array(obj(number=INTEGER, day=DAY, text=or_null(TEXT), salt=_SALT, hash=_COMMITTED)),
        redactions=array(
            obj(
                at=TIME,
                ground=TEXT,
                reason=TEXT,
                salt=_SALT,
                hash=_COMMITTED,
                whole={"type": "boolean"},
                appealed_at=or_null(TIME),
                decided_at=or_null(TIME),
                lifted={"type": "boolean"},
                decision=_DECISION,
            )
        ),
        left=or_null(
            obj(
                document={"type": "object", "description": "What is left to read where words are covered."},
                salt=HASH,
            )
        ),
        erasures=array(
            obj(
                at=TIME,
                by={"enum": ["author", "law", "court"]},
                reason=or_null(TEXT),
                salt=_SALT,
                hash=or_null(_COMMITTED),
                due_at=TIME,
                ended_at=or_null(TIME),
                ended=or_null({"enum": ["kept", "erased", "appeal"]}),
            )
        ),
        placements=array(
            obj(
                version=INTEGER,
                placed={"enum": ["anchored", "shifted", "orphaned"]},
                score={"type": "number"},
                place=_PLACE,
                start=or_null(INTEGER),
                end=or_null(INTEGER),
            )
        ),
        url=_URL,
    ),
    "Comments": obj(comments=array(ref("Comment")), next=_NEXT),
    "Reply": obj(
        number=INTEGER,
        at=TIME,
        agency=TEXT,
        comments={**array(INTEGER), "description": "The numbers of those that it is to."},
        verdict=_VERDICT,
        lang=TEXT,
        reason=TEXT,
        changed=_CHANGED,
        supersedes=or_null(INTEGER),
        superseded_by=or_null(INTEGER),
        document={"type": "object", "description": "What the commitment is to."},
        salt=HASH,
        hash=_COMMITTED,
    ),
    "Replies": obj(replies=array(ref("Reply")), next=_NEXT),
}


def paths() -> Json:
    """By address."""
    api, page = "/api/v1/consultations/{reference}", "/consultations/{reference}"
    text = f"{page}/v{{number}}/text.{{lang}}"
    of_text = (_REFERENCE, _NUMBER, _LANG)
    return {
        "/api/v1/consultations": get(
            "All consultations, the newest first", ref("Consultations"), _AFTER, _LIMIT, missing=False
        ),
        api: get("One consultation", ref("ConsultationInFull"), _REFERENCE),
        f"{api}/rules": get(
            "The rules that it keeps, byte for byte what `rules.sha256` and the log's hash are of",
            {"type": "object"},
            _REFERENCE,
        ),
        f"{api}/versions/{{number}}": get(
            "A version of the draft, provision by provision", ref("DraftVersion"), _REFERENCE, _NUMBER
        ),
        f"{api}/comments": get("Comments and amendments, in their order", ref("Comments"), _REFERENCE, _AFTER, _LIMIT),
        f"{api}/replies": get("Replies, in their order", ref("Replies"), _REFERENCE, _AFTER, _LIMIT),
        f"{api}/annotations": get(
            "Comments as annotations of the text (W3C Web Annotation)",
            {"type": "object"},
            _REFERENCE,
            _AFTER,
            _LIMIT,
            media_type="application/ld+json",
        ),
        f"{page}/report.json": get(
            "The report, byte for byte what the log's hash is of", {"type": "object"}, _REFERENCE
        ),
        f"{page}/report.csv": get(
            "Every comment and its reply, by numbers and commitments: the bytes whose hash is `table` in the report",
            TEXT,
            _REFERENCE,
            media_type=formats.CSV.media_type,
        ),
        f"{page}/report-words.csv": get(
            "The same in words, as they are shown today", TEXT, _REFERENCE, media_type=formats.CSV.media_type
        ),
        f"{page}/papers/{{sha256}}": get(
            "A document that goes with the draft", TEXT, _REFERENCE, _SHA256, media_type="application/octet-stream"
        ),
        f"{page}/comments/{{number}}/files/{{sha256}}": get(
            "A file that was sent with a comment",
            TEXT,
            _REFERENCE,
            _COMMENT,
            _SHA256,
            media_type="application/octet-stream",
        ),
        f"{page}/v{{number}}/record.json": get(
            "What is published with a version, and which provision became which: the bytes that the log's hash is of",
            {"type": "object"},
            _REFERENCE,
            _NUMBER,
        ),
        f"{text}.json": get("A text in the bytes that are hashed", {"type": "object"}, *of_text),
        f"{text}.docx": get(
            "A text for word processors",
            TEXT,
            *of_text,
            media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        f"{text}.akn.xml": get("A text as Akoma Ntoso (LegalDocML)", TEXT, *of_text, media_type="application/akn+xml"),
        f"{text}.source": get(
            "The file that a text was read from", TEXT, *of_text, media_type="application/octet-stream"
        ),
        "/{lang}/feeds/consultations.atom": get(
            "What happened last to any consultation", TEXT, _LANG, missing=False, media_type=formats.ATOM.media_type
        ),
        "/{lang}/consultations/{reference}/feed.atom": get(
            "What happened to it", TEXT, _LANG, _REFERENCE, media_type=formats.ATOM.media_type
        ),
    }
