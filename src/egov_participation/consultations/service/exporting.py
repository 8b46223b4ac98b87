"""A version's text as files: as it is hashed, as it was given, for word processors, as Akoma Ntoso."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from egov_participation.consultations.models import Expression, Version
from egov_participation.consultations.rules.provisions import as_document
from egov_participation.consultations.service import lookup
from egov_participation.consultations.service.comment_places import LARGEST
from egov_participation.consultations.service.reading import no_version
from egov_participation.documents import hashing
from egov_participation.documents.akn import AknMeta, write_akn
from egov_participation.documents.docx_out import write_docx
from egov_participation.roles.service import agency_name
from egov_participation.services import Services


class Form(StrEnum):
    """What it is wanted as."""

    CANONICAL = "canonical"
    """The bytes that `Expression.document_hash` is of."""
    SOURCE = "source"
    """The file as it was given, byte for byte."""
    DOCX = "docx"
    AKN = "akn"
    """Akoma Ntoso 3.0."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file."""

    content: bytes
    media_type: str
    ending: str


_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_AKN: Final = "application/akn+xml"
_ENDINGS: Final = {"docx": "docx", "akn": "xml", "text": "txt"}
_GIVEN: Final = "application/octet-stream"
"""What a ministry gave is saved, and interpreted by nobody on the way."""


_COUNTRIES = {"uk": "gb"}
"""Codes of jurisdictions that are not ISO 3166's."""


def exported(services: Services, reference: str, number: int, lang: str, form: Form) -> Export:
    """A published version's text as a file.

    Raises:
        DomainError: 404 ``consultation.unknown``; 404 ``version.unknown``: there is none, or not in that language.
    """
    with services.database.read() as session:
        expression = _expression(session, reference, number, lang)
        if form is Form.SOURCE:
            return Export(expression.source, _GIVEN, _ENDINGS[expression.source_format])
        document = as_document(expression, lookup.provisions(session, expression.id or 0))
        if form is Form.AKN:
            return Export(write_akn(document, _meta(services, session, reference, number, lang)), _AKN, "xml")
    if form is Form.DOCX:
        return Export(write_docx(document), _DOCX, "docx")
    return Export(hashing.canonical(document), "application/json", "json")


def _meta(services: Services, session: Session, reference: str, number: int, lang: str) -> AknMeta:
    consultation = lookup.found(session, reference)
    published = {one.number: one.published_at for one in lookup.versions(session, consultation.id or 0)}[number]
    assert published is not None
    assert consultation.opened_at is not None
    agency = agency_name(services, consultation.agency, lang)
    return AknMeta(
        number=reference,
        work_date=services.day(consultation.opened_at),
        version=number,
        version_date=services.day(published),
        author=agency,
        publisher=agency,
        country=_COUNTRIES.get(consultation.jurisdiction, consultation.jurisdiction),
    )


def _expression(session: Session, reference: str, number: int, lang: str) -> Expression:
    consultation = lookup.found(session, reference)
    row = session.exec(
        select(Expression)
        .join(Version, col(Version.id) == col(Expression.version_id))
        .where(
            Version.consultation_id == consultation.id,
            Version.number == min(number, LARGEST),
            col(Version.published_at).is_not(None),
            Expression.lang == lang,
        )
    ).first()
    if row is None:
        raise no_version()
    return row
