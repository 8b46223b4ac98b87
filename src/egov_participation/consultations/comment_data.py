"""What is public of comments and replies as data: objects of the API, and annotations after the W3C's model.

Source: Web Annotation Data Model, W3C Recommendation of 23 February 2017 (selectors: section 4.2).
"""

from __future__ import annotations

from typing import Any, Final

from egov_participation.consultations.draft_data import Json, moment
from egov_participation.consultations.models.states import Shown
from egov_participation.consultations.reply_views import ReplyView
from egov_participation.consultations.rules.comment_document import of_left
from egov_participation.consultations.views import CommentView, CoverView, ErasureView, PlacementView, PlaceView
from egov_participation.documents.anchoring import selectors
from egov_participation.i18n import DEFAULT_LANGUAGE

PAGE: Final = 100
"""Comments or replies in an answer, unless fewer are asked for."""
CONTEXT: Final = "http://www.w3.org/ns/anno.jsonld"


def comment_as_json(one: CommentView, reply: int | None) -> Json:
    """A comment or an amendment. ``document`` with its salt is what the log's commitment is made of. ``redactions``: in
    the order of the log, the first first.

    Args:
        reply: number of the reply that holds.
    """
    page = f"/{DEFAULT_LANGUAGE}/consultations/{one.consultation}/comments/{one.number}"
    quote = one.quote
    return {
        "number": one.number,
        "tracking": one.tracking,
        "what": "comment" if one.amendment is None else "amendment",
        "version": one.version,
        "place": None if one.place is None else _place(one.place),
        "quote": None
        if quote is None
        else {
            "exact": quote.quote,
            "prefix": quote.prefix,
            "suffix": quote.suffix,
            "start": quote.start,
            "end": quote.end,
        },
        "about": one.about,
        "author": one.author or None,
        "author_salt": one.author_salt,
        "capacity": None if one.is_gone else one.capacity.value,
        "organisation": one.organisation or None,
        "accredited": None
        if one.accredited is None
        else {"agency": one.accredited.agency, "day": one.accredited.day.isoformat()},
        "lang": None if one.is_gone else one.lang,
        "stance": None if one.is_gone else one.stance.value,
        "text": None if one.is_gone else one.text,
        "amendment": None
        if one.amendment is None
        else {"kind": one.amendment.value, "proposed": one.proposed, "stale": one.stale},
        "day": one.day.isoformat(),
        "shown": one.shown.value,
        "supports": one.supports,
        "cluster": one.cluster,
        "reply": reply,
        "document": one.document,
        "salt": one.salt,
        "hash": one.document_hash,
        "files": [
            {
                "name": file.name,
                "media_type": file.media_type,
                "sha256": file.sha256,
                "size": file.size,
                "url": f"/consultations/{one.consultation}/comments/{one.number}/files/{file.sha256}",
            }
            for file in one.files
        ],
        "edits": [
            {
                "number": edit.number,
                "day": edit.day.isoformat(),
                "text": edit.text if edit.salt is not None else None,
                "salt": edit.salt,
                "hash": edit.document_hash,
            }
            for edit in one.edits
        ],
        "redactions": [_cover(cover) for cover in reversed(one.covers)],
        "left": _left(one),
        "erasures": [_erasure(erasure) for erasure in one.erasures],
        "placements": [_placement(placement) for placement in one.placements],
        "url": page,
    }


def _place(one: PlaceView) -> Json:
    return {"version": one.version, "lang": one.lang, "eid": one.eid, "lineage": one.lineage, "label": one.label}


def _cover(one: CoverView) -> Json:
    return {
        "at": moment(one.at),
        "ground": one.ground,
        "reason": one.reason,
        "salt": one.salt,
        "hash": one.reason_hash,
        "whole": one.whole,
        "appealed_at": moment(one.appealed_at),
        "decided_at": moment(one.decided_at),
        "lifted": one.lifted,
        "decision": None
        if one.decision_salt is None
        else {"reason": one.decision, "salt": one.decision_salt, "hash": one.decision_hash},
    }


def _left(one: CommentView) -> Json | None:
    """What is left to read of a comment in which words are covered, with what makes the log's commitment to that."""
    if one.cover is None or one.cover.left_salt is None:
        return None
    return {"document": of_left(one, one.cover.ground), "salt": one.cover.left_salt}


def _erasure(one: ErasureView) -> Json:
    return {
        "at": moment(one.at),
        "by": one.by.value,
        "reason": one.reason or None,
        "salt": one.salt,
        "hash": one.reason_hash,
        "due_at": moment(one.due_at),
        "ended_at": moment(one.ended_at),
        "ended": one.ended or None,
    }


def _placement(one: PlacementView) -> Json:
    return {
        "version": one.version,
        "placed": one.placed.value,
        "score": round(one.score, 4),
        "place": None if one.place is None else _place(one.place),
        "start": one.start,
        "end": one.end,
    }


def reply_as_json(one: ReplyView) -> Json:
    """A reply. ``document`` with its salt is what the log's commitment is made of."""
    members = one.content.members()
    return {
        "number": one.number,
        "at": moment(one.at),
        "agency": one.content.agency,
        "comments": members["comments"],
        "verdict": members["verdict"],
        "lang": members["lang"],
        "reason": members["reason"],
        "changed": members["changed"],
        "supersedes": members["supersedes"],
        "superseded_by": one.superseded_by,
        "document": members,
        "salt": one.salt,
        "hash": one.document_hash,
    }


def annotation(one: CommentView, base_url: str) -> Json | None:
    """A comment as a W3C annotation of the text; None where none of its words is shown. It has no ``created``, which
    would have to be to the second."""
    if one.is_gone:
        return None
    reading = f"{base_url}/{one.place.lang if one.place else one.lang}/consultations/{one.consultation}/v{one.version}"
    target: Json = {"source": reading}
    if one.place is not None:
        selector: Json = {"type": "FragmentSelector", "value": one.place.eid}
        if one.quote is not None:
            selector["refinedBy"] = selectors(one.quote)
        target["selector"] = selector
    body: list[Json] = [{"type": "TextualBody", "value": one.text, "language": one.lang, "format": "text/plain"}]
    if one.amendment is not None and one.shown is Shown.PUBLISHED:
        body.append(
            {
                "type": "TextualBody",
                "purpose": "editing",
                "value": one.proposed,
                "language": one.lang,
                "format": "text/plain",
            }
        )
    found: Json = {
        "id": f"{base_url}/{DEFAULT_LANGUAGE}/consultations/{one.consultation}/comments/{one.number}",
        "type": "Annotation",
        "motivation": "commenting" if one.amendment is None else "editing",
        "body": body,
        "target": target,
    }
    if one.author:
        found["creator"] = {"type": "Person", "name": one.author}
    return found


def annotation_page(items: list[Any], address: str, following: str | None) -> Json:
    """A page of annotations."""
    found: Json = {"@context": CONTEXT, "id": address, "type": "AnnotationPage", "items": items}
    if following is not None:
        found["next"] = following
    return found
