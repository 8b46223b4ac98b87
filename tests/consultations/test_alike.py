"""What is shown to somebody who types costs the same, however many and long the comments are, and not too often."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import col, select
from tests.consultations import world
from tests.officials import MakeCitizen

from egov_participation.consultations.models import AmendmentKind, Comment, Consultation
from egov_participation.consultations.rules import commenting as rules
from egov_participation.consultations.rules.commenting import Place, Written
from egov_participation.consultations.service import comment_supporting, commenting
from egov_participation.documents.words import words_of
from egov_participation.services import Services

ARTICLE = "chp_1__art_2"


def test_similar_comments_are_looked_for_among_so_many_signs_and_so_often(
    services: Services, citizen: MakeCitizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, author = world.put(services), citizen()
    text, proposed = "Парк открыт и ночью. " * 380, "Парк открыт всегда. " * 950
    with services.database.uow() as tx:
        written = Written("ru", text, amendment=AmendmentKind.REPLACE, proposed=proposed)
        first = commenting.send(services, tx, author.session, reference, Place(1, "ru", ARTICLE), written)
        for number in range(2, 320):
            tx.add(Comment(**first.model_dump(exclude={"id", "number"}), number=number))
        tx.commit()
    read: list[int] = []

    def counted(said: str) -> list[str]:
        read.append(len(said))
        return words_of(said)

    monkeypatch.setattr(comment_supporting, "words_of", counted)
    with services.database.read() as session:
        consultation = session.exec(select(Consultation).where(col(Consultation.reference) == reference)).one()
        found = comment_supporting.alike(session, consultation, f"{reference}-2", text)
    assert [one.number for one in found] == [319, 318, 317]
    assert len(read) == 301
    assert max(read) == 2_000

    monkeypatch.setattr(rules, "LOOKS_IN_AN_HOUR", replace(rules.LOOKS_IN_AN_HOUR, times=2))
    at = f"/en/consultations/{reference}/v1/comment/alike?provision={ARTICLE}&text=ru"
    answers = [author.client.post(at, data={"text": text[:100]}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "only the hints stop for a while" in answers[2].text
    assert citizen().client.post(at, data={"text": ""}).status_code == 200
