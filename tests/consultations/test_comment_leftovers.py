"""What is left of a comment that was destroyed tells nothing of its words; files of drafts have an end."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlmodel import select
from tests.consultations import world
from tests.consultations.test_commenting import ARTICLE, TEXT, send
from tests.officials import MakeCitizen

from egov_participation.clock import ManualClock
from egov_participation.consultations.models import Capacity, Comment, CommentFile, CommentPlacement, Stance, Version
from egov_participation.consultations.rules import commenting as rules
from egov_participation.consultations.rules.commenting import Place, Written
from egov_participation.consultations.service import (
    clustering,
    comment_drafts,
    comment_erasing,
    comment_lists,
    lookup,
    placing,
)
from egov_participation.consultations.service.comment_lists import Asked, Sort
from egov_participation.documents.duplicates import Cluster, cluster
from egov_participation.errors import DomainError
from egov_participation.ledger import service as ledger
from egov_participation.services import Services, SessionInfo


def test_nothing_that_stays_tells_what_was_destroyed(
    services: Services, citizen: MakeCitizen, clock: ManualClock
) -> None:
    reference, author = world.put(services), citizen()
    heading = world.TEXTS["ru"][2].heading
    quote = rules.quoted(f"{heading}\n{world.TEXTS['ru'][2].text}", "убирается раз в неделю")
    for _ in range(3):
        send(services, author.session, reference, Place(1, "ru", ARTICLE, quote), Written("ru", TEXT, Stance.OPPOSE))
    clustering.find(services, reference)
    world.put_version(services, reference, world.TEXTS)
    with services.database.read() as session:
        newest = max(session.exec(select(Version.id)).all(), key=lambda one: one or 0)
    assert newest is not None
    placing.place(services, newest)

    def clusters() -> list[int | None]:
        with services.database.read() as session:
            return list(session.exec(select(Comment.cluster).order_by("number")).all())

    def looked_up() -> tuple[list[int], list[int | None]]:
        """How many the list's filters find, and with which other each comment is said to be like."""
        filters = (Asked(stance=Stance.OPPOSE), Asked(capacity=Capacity.CITIZEN), Asked(lang="ru"))
        seen = comment_lists.listed(services, reference, Asked(sort=Sort.OLDEST)).comments
        totals = [comment_lists.listed(services, reference, asked).total for asked in filters]
        return totals, [one.cluster for one in seen]

    found = {1: ([2, 2, 2], [None, 2, 2]), 2: ([1, 1, 1], [None, None, None])}

    def erase(number: int) -> None:
        with services.database.uow() as tx:
            comment_erasing.ask(services, tx, author.session, reference, number)
            tx.commit()
        view = comment_lists.one(services, reference, number)
        assert (view.is_gone, view.text, view.quote, view.document) == (True, "", None, None)
        assert comment_erasing.due(services) == 0  # it waits
        assert looked_up() == found[number]
        with services.database.read() as session:
            asked = next(ledger.newest(session, "consultation.redaction", reference))
        assert (asked["what"], asked["at"][11:]) == ("erasing", "19:00:00Z")  # the day began then, in Almaty
        if number == 1:
            with services.database.uow() as tx:
                comment_erasing.take_back(services, tx, author.session, reference, number)
                assert comment_lists.one(services, reference, number).text == ""
                tx.commit()
            assert comment_lists.one(services, reference, number).text == TEXT
            assert looked_up() == ([3, 3, 3], [1, 1, 1])
            with services.database.uow() as tx:
                comment_erasing.ask(services, tx, author.session, reference, number)
                tx.commit()
        clock.advance(days=4)
        assert comment_erasing.due(services) == 1

    assert clusters() == [1, 1, 1]
    erase(1)
    assert clusters() == [None, 2, 2]
    erase(2)
    assert clusters() == [None, None, None]
    view = comment_lists.one(services, reference, 1)
    assert (view.stance, view.quote, view.cluster) == (Stance.NONE, None, None)
    with services.database.read() as session:
        placed = session.exec(select(CommentPlacement).order_by("comment_id")).all()
    assert [one.quote_start is None for one in placed] == [True, True, False]
    assert [one.quote_end is None for one in placed] == [True, True, False]


def test_what_is_destroyed_while_alike_comments_are_looked_for_is_like_none(
    services: Services, citizen: MakeCitizen, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, author = world.put(services), citizen()
    for _ in range(3):
        send(services, author.session, reference, Place(1, "ru", ARTICLE), Written("ru", TEXT))
    rounds: list[int] = []

    def slow(members: Sequence[tuple[int, str]]) -> list[Cluster]:
        rounds.append(len(members))
        if len(rounds) == 1:
            with services.database.uow() as tx:
                comment_erasing.ask(services, tx, author.session, reference, 1)
                tx.commit()
            clock.advance(days=4)
            comment_erasing.due(services)
        return cluster(members)

    monkeypatch.setattr(clustering, "cluster", slow)
    clustering.find(services, reference)
    with services.database.read() as session:
        assert list(session.exec(select(Comment.cluster).order_by("number")).all()) == [None, 2, 2]
    assert rounds == [3, 2]


def test_files_of_drafts_have_an_end(services: Services, citizen: MakeCitizen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "DRAFT_FILES", 30)
    reference, author, other = world.put(services), citizen(), citizen()

    def put(acting: SessionInfo, kind: str, content: bytes) -> None:
        with services.database.uow() as tx:
            consultation = lookup.found(tx.session, reference)
            draft = comment_drafts.save(services, tx, acting, consultation, "", kind, {})
            comment_drafts.attach(tx, draft, "plan.pdf", content)
            tx.commit()

    put(author.session, "comment", b"%PDF-1.7 of ten")
    put(author.session, "about-1", b"%PDF-1.7 of two")
    put(author.session, "about-1", b"%PDF-1.7 of two")  # it is there already
    with pytest.raises(DomainError) as refused:
        put(author.session, "about-2", b"%PDF-")
    assert refused.value.code == "file.total"
    put(other.session, "comment", b"%PDF-")
    with services.database.read() as session:
        assert sum(session.exec(select(CommentFile.size)).all()) == 35
