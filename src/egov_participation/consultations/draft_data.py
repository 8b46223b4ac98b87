"""What is public of a consultation and its drafts as data: the objects of the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from egov_participation.consultations.draft_views import ConsultationView, ExpressionView, TextView, VersionView
from egov_participation.documents.structure import Provision
from egov_participation.i18n import DEFAULT_LANGUAGE
from egov_participation.jurisdiction.calendars import Words

Json = dict[str, Any]

PAGE: Final = 100
"""Consultations in an answer, unless fewer are asked for."""


def consultation_as_json(one: ConsultationView) -> Json:
    """A consultation."""
    address = f"/consultations/{one.reference}"
    api = f"/api/v1{address}"
    page = f"/{DEFAULT_LANGUAGE}{address}"
    return {
        "reference": one.reference,
        "title": {text.lang: text.title for text in one.titles},
        "summary": {text.lang: text.summary for text in one.titles},
        "state": one.state.value,
        "state_at": moment(one.state_at),
        "jurisdiction": one.jurisdiction,
        "agency": one.agency,
        "act": {"kind": one.act_kind, "name": words(one.act_name), "stage": one.stage or None},
        "territory": one.territory,
        "opened_at": moment(one.opened_at),
        "closes_at": moment(one.closes_at),
        "reply_due_on": None if one.reply_due_on is None else one.reply_due_on.isoformat(),
        "report_due_on": None if one.report_due_on is None else one.report_due_on.isoformat(),
        "comments": one.comments,
        "replied": one.replied,
        "versions": [version_as_json(one, version) for version in one.versions],
        "papers": [
            {
                "kind": paper.kind,
                "lang": paper.lang,
                "name": paper.name,
                "media_type": paper.media_type,
                "sha256": paper.sha256,
                "size": paper.size,
                "url": f"{address}/papers/{paper.sha256}",
            }
            for paper in one.papers
        ],
        "rules": {"sha256": one.rules_hash, "url": f"{api}/rules"},
        "url": page,
        "links": {
            "self": api,
            "comments": f"{api}/comments",
            "replies": f"{api}/replies",
            "annotations": f"{api}/annotations",
            "log": f"/{DEFAULT_LANGUAGE}/observe/entries?subject={one.reference}",
        },
    }


def whole_as_json(one: ConsultationView) -> Json:
    """The same with what happened to it."""
    return consultation_as_json(one) | {
        "timeline": [
            {
                "at": moment(happening.at),
                "kind": happening.kind,
                "details": dict(happening.details),
                "reason": happening.reason,
                "salt": happening.salt,
            }
            for happening in one.timeline
        ]
    }


def version_as_json(one: ConsultationView, version: VersionView) -> Json:
    """A version, without its provisions."""
    return {
        "number": version.number,
        "published_at": moment(version.published_at),
        "agency": one.agency,
        "signature": version.signature,
        "texts": [_expression(one, version.number, text) for text in version.texts],
        "record_url": f"/consultations/{one.reference}/v{version.number}/record.json",
        "url": f"/{DEFAULT_LANGUAGE}/consultations/{one.reference}/v{version.number}",
        "links": {"self": f"/api/v1/consultations/{one.reference}/versions/{version.number}"},
    }


def _expression(one: ConsultationView, number: int, text: ExpressionView) -> Json:
    file = f"/consultations/{one.reference}/v{number}/text.{text.lang}"
    return {
        "lang": text.lang,
        "title": text.title,
        "document": text.document_hash,
        "source": {"format": text.source_format, "sha256": text.source_sha256, "url": f"{file}.source"},
        "canonical_url": f"{file}.json",
        "docx_url": f"{file}.docx",
        "akn_url": f"{file}.akn.xml",
    }


def text_as_json(text: TextView) -> Json:
    """A version's text in one language, provision by provision."""
    return {
        "lang": text.expression.lang,
        "title": text.expression.title,
        "document": text.expression.document_hash,
        "provisions": [
            {
                "eid": one.eid,
                "lineage": one.lineage,
                "parent": None if one.parent is None else text.provisions[one.parent].eid,
                "change": None if one.change is None else one.change.value,
                "comments": one.comments,
                "text_hash": one.text_hash,
                **_unit(one.unit),
            }
            for one in text.provisions
        ],
    }


def _unit(unit: Provision) -> Json:
    found: Json = {
        "kind": unit.kind.value,
        "depth": unit.depth,
        "number": unit.number,
        "label": unit.label,
        "heading": unit.heading,
        "text": unit.text,
    }
    if unit.table:
        found["table"] = [
            [{"text": cell.text, "columns": cell.columns, "rows": cell.rows, "header": cell.header} for cell in row]
            for row in unit.table
        ]
    return found


def words(value: Words) -> dict[str, str]:
    """A text in each language."""
    return {"kk": value.kk, "ru": value.ru, "en": value.en}


def moment(value: datetime | None) -> str | None:
    """RFC 3339, UTC."""
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
