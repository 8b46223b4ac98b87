"""Comments get their place in a new version while others write, each once, and never with words that are erased."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlmodel import col, select, update
from tests.consultations import world
from tests.officials import MakeCitizen

from egov_participation.consultations.models import Comment, CommentPlacement, Placed, Version
from egov_participation.consultations.rules import commenting as rules
from egov_participation.consultations.rules.commenting import Place, Written
from egov_participation.consultations.service import commenting, placing
from egov_participation.documents.anchoring import Anchor, NewText, Placement
from egov_participation.services import Services

ARTICLE = "chp_1__art_2"
QUOTE = "Парк закрывается в 22 часа."


def test_nobody_waits_while_words_are_looked_for_and_what_happens_meanwhile_counts(
    services: Services, citizen: MakeCitizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, author = world.put(services), citizen()
    quote = rules.quoted(f"Уход\n{QUOTE} Парк убирается раз в неделю.", QUOTE)
    for number in range(3):
        with services.database.uow() as tx:
            written = Written("ru", f"Закрывать рано, {number}.")
            commenting.send(services, tx, author.session, reference, Place(1, "ru", ARTICLE, quote), written)
            tx.commit()
    world.put_version(services, reference, world.TEXTS)
    with services.database.read() as session:
        version = session.exec(select(Version.id).where(Version.number == 2)).one()
    assert version is not None
    asked: list[str] = []
    found = NewText.re_anchor

    def meanwhile(self: NewText, anchor: Anchor, mapped: Sequence[int]) -> Placement:
        asked.append(anchor.quote)
        if len(asked) == 1:  # another worker is at it, and an author erases their words after that
            assert placing.place(services, version) == 3
            with services.database.uow() as tx:
                tx.session.execute(
                    update(CommentPlacement).where(col(CommentPlacement.comment_id) == 2).values(quote_start=None)
                )
                tx.session.delete(tx.exec(select(CommentPlacement).where(CommentPlacement.comment_id == 1)).one())
                mine = col(Comment.id) == 1
                tx.exec(update(Comment).where(mine).values(quote="", quote_start=None, quote_end=None))
                tx.commit()
        return found(self, anchor, mapped)

    monkeypatch.setattr(NewText, "re_anchor", meanwhile)
    assert placing.place(services, version) == 1
    assert len(asked) == 6
    assert placing.place(services, version) == 0
    with services.database.read() as session:
        rows = session.exec(select(CommentPlacement).order_by(col(CommentPlacement.comment_id))).all()
        mapped = session.get(Version, version)
    assert [(row.comment_id, row.placed, row.quote_start) for row in rows] == [
        (1, Placed.ORPHANED.value, None),
        (2, Placed.ANCHORED.value, None),
        (3, Placed.ANCHORED.value, 5),
    ]
    assert mapped is not None
    assert mapped.mapped_at == services.clock()
