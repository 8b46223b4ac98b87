"""What is held of who comments is shown to them and goes when its time has come; the words stay."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select
from tests.consultations import world
from tests.consultations.test_commenting import TEXT, send
from tests.officials import MakeCitizen

from egov_participation import personal
from egov_participation.clock import ManualClock
from egov_participation.consultations.models import (
    Comment,
    CommentDraft,
    CommentFile,
    CommentSupport,
    Consultation,
    State,
)
from egov_participation.consultations.rules.commenting import Place, Written
from egov_participation.consultations.service import comment_drafts, comment_forgetting, comment_supporting, lookup
from egov_participation.services import Services, SessionInfo

PDF = b"%PDF-1.7"


def draft(services: Services, acting: SessionInfo, reference: str) -> None:
    with services.database.uow() as tx:
        consultation = lookup.found(tx.session, reference)
        made = comment_drafts.save(services, tx, acting, consultation, "", "comment", {"text": TEXT})
        comment_drafts.attach(tx, made, "plan.pdf", PDF)
        comment_drafts.keep(services, tx, reference, {"text": TEXT}, "network", "browser")
        tx.commit()


def test_a_person_is_forgotten_and_their_words_stay(services: Services, citizen: MakeCitizen) -> None:
    reference, author, other = world.put(services), citizen(), citizen()
    send(services, author.session, reference, Place(1), Written("ru", TEXT, show_name=True))
    send(services, other.session, reference, Place(1), Written("ru", TEXT))
    with services.database.uow() as tx:
        comment_supporting.support(services, tx, author.session, reference, 2)
        tx.commit()
    draft(services, author.session, reference)
    with services.database.read() as session:
        held = personal.as_data(personal.held(services, session, author.person_id))
    assert [(one["number"], one["name"]) for one in held["comments"]] == [
        (f"{reference}/1", f"{author.entry.given_name} {author.entry.family_name}")
    ]
    assert [one["text"] for one in held["comment_drafts"]] == [TEXT]
    assert [one["number"] for one in held["comment_supports"]] == [f"{reference}/2"]

    with services.database.uow() as tx:
        personal.erase(services, tx, author.person_id, services.clock())
        tx.commit()
    with services.database.read() as session:
        first, second = session.exec(select(Comment).order_by("number")).all()
        assert (first.person_hash, first.person_sealed, first.author_name, first.text) == (None, None, "", TEXT)
        assert second.person_hash is not None
        assert second.supports == 0  # as somebody new they could support it again
        assert session.exec(select(CommentSupport)).all() == []
        assert [one.kind for one in session.exec(select(CommentDraft)).all()] == ["kept"]
        assert session.exec(select(CommentFile)).all() == []
        after = personal.as_data(personal.held(services, session, author.person_id))
    assert after["comments"] == after["comment_drafts"] == after["comment_supports"] == []


def test_what_was_kept_for_long_enough_goes(services: Services, citizen: MakeCitizen, clock: ManualClock) -> None:
    reference, author, other = world.put(services), citizen(), citizen()
    send(services, author.session, reference, Place(1), Written("ru", TEXT))
    with services.database.uow() as tx:
        comment_supporting.support(services, tx, other.session, reference, 1)
        tx.commit()
    draft(services, author.session, reference)

    def left() -> tuple[int, int, int]:
        comment_forgetting.forget_old(services)
        with services.database.read() as session:
            known = session.exec(select(Comment).where(Comment.person_hash != None)).all()  # noqa: E711
            return (
                len(session.exec(select(CommentDraft)).all()),
                len(session.exec(select(CommentFile)).all()),
                len(known),
            )

    assert left() == (2, 1, 1)
    clock.advance(days=1)
    assert left() == (1, 1, 1)
    clock.advance(days=29)
    assert left() == (0, 0, 1)
    with services.database.uow() as tx:
        row = tx.exec(select(Consultation)).one()
        row.state, row.state_at = State.REPORTED.value, clock() - timedelta(days=100)
        tx.add(row)
        tx.commit()
    assert left() == (0, 0, 1)
    clock.advance(days=1000)
    assert left() == (0, 0, 0)
    with services.database.read() as session:
        assert session.exec(select(CommentSupport)).all() == []
