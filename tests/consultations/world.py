"""Published consultations as rows, for what happens after publication: how they come about is others' to test."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

from sqlmodel import select

from egov_participation.consultations.models import (
    Consultation,
    ConsultationText,
    Erasure,
    Expression,
    Provision,
    State,
    Version,
)
from egov_participation.consultations.service import comment_erasing
from egov_participation.documents import hashing
from egov_participation.documents import structure as documents
from egov_participation.documents.structure import Document, Kind
from egov_participation.jurisdiction.rule_files import CONSULTATIONS
from egov_participation.services import Services

TITLES = {"kk": "Ауладағы саябақ туралы қағида", "ru": "Правила о парках во дворах"}
TEXTS: dict[str, tuple[documents.Provision, ...]] = {
    "ru": (
        documents.Provision(Kind.CHAPTER, 0, "1", "Глава 1.", "Общие положения"),
        documents.Provision(
            Kind.ARTICLE, 1, "1", "Статья 1.", "Предмет", "Правила устанавливают порядок ухода за парками во дворах."
        ),
        documents.Provision(
            Kind.ARTICLE, 1, "2", "Статья 2.", "Уход", "Парк закрывается в 22 часа. Парк убирается раз в неделю."
        ),
    ),
    "kk": (
        documents.Provision(Kind.CHAPTER, 0, "1", "1-тарау.", "Жалпы ережелер"),
        documents.Provision(
            Kind.ARTICLE, 1, "1", "1-бап.", "Мәні", "Қағида ауладағы саябақтарды күту тәртібін белгілейді."
        ),
        documents.Provision(
            Kind.ARTICLE, 1, "2", "2-бап.", "Күтім", "Саябақ сағат 22-де жабылады. Саябақ аптасына бір рет жиналады."
        ),
    ),
}
"""A chapter with two articles, in both languages."""
EIDS = ("chp_1", "chp_1__art_1", "chp_1__art_2", "chp_1__art_2__para_1")


def put(
    services: Services, number: int = 1, *, texts: dict[str, tuple[documents.Provision, ...]] = TEXTS, **columns: Any
) -> str:
    """Put an open consultation in, with one version in both languages; its number."""
    now = services.clock()
    values: dict[str, Any] = {
        "key": secrets.token_hex(8),
        "reference": f"C-{now.year}-{number:04}",
        "year": now.year,
        "number": number,
        "jurisdiction": "kz",
        "rules": CONSULTATIONS.load("kz", date(2026, 1, 1)).canonical(),
        "act_kind": "order",
        "agency": "ecology",
        "state": State.OPEN.value,
        "created_at": now - timedelta(days=2),
        "created_by": "somebody",
        "state_at": now - timedelta(days=1),
        "opened_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=14),
        **columns,
    }
    with services.database.uow() as tx:
        row = Consultation(**values)
        tx.add(row)
        tx.flush()
        assert row.id is not None
        for lang, title in TITLES.items():
            tx.add(ConsultationText(consultation_id=row.id, lang=lang, title=title, summary=title))
        tx.commit()
        reference = str(values["reference"])
    put_version(services, reference, texts)
    return reference


def waited(services: Services) -> int:
    """The days are over in which an erasure can be taken back, though nobody's session has ended; how many are done."""
    with services.database.uow() as tx:
        for erasure in tx.exec(select(Erasure)).all():
            erasure.due_at = services.clock()
            tx.add(erasure)
        tx.commit()
    return comment_erasing.due(services)


def put_version(services: Services, reference: str, texts: dict[str, tuple[documents.Provision, ...]]) -> int:
    """Put a further version in; provisions at the same place are the same. Its number."""
    now = services.clock()
    with services.database.uow() as tx:
        consultation = tx.exec(select(Consultation).where(Consultation.reference == reference)).one()
        assert consultation.id is not None
        number = len(tx.exec(select(Version.id).where(Version.consultation_id == consultation.id)).all()) + 1
        version = Version(
            consultation_id=consultation.id,
            number=number,
            created_at=now,
            created_by="somebody",
            published_at=now,
            signature=bytes(64),
        )
        tx.add(version)
        tx.flush()
        assert version.id is not None
        for lang, provisions in texts.items():
            document = Document(TITLES[lang], lang, provisions, "text")
            expression = Expression(
                version_id=version.id,
                lang=lang,
                title=TITLES[lang],
                source_format="text",
                source_name="draft.txt",
                source_sha256="0" * 64,
                source=b"",
                document_hash=hashing.document_hash(document).hex(),
            )
            tx.add(expression)
            tx.flush()
            assert expression.id is not None
            for place, provision in enumerate(provisions):
                tx.add(
                    Provision(
                        expression_id=expression.id,
                        place=place,
                        lineage=f"{reference}-{place}",
                        kind=provision.kind.value,
                        depth=provision.depth,
                        number=provision.number,
                        label=provision.label,
                        heading=provision.heading,
                        text=provision.text,
                        eid=EIDS[place] if place < len(EIDS) else f"p_{place}",
                        text_hash=hashing.text_hash(provision).hex(),
                    )
                )
        tx.commit()
        return number
