"""A rehearsal of questions of other kinds than a choice, with one trustee needed always and fewer of the others than
there are."""

from __future__ import annotations

from sqlmodel import select
from tests.commission.rehearsing import Rehearsing
from tests.voting.making import verified

from egov_participation.commission import documents
from egov_participation.commission.service import running
from egov_participation.commission.service.changing import change
from egov_participation.voting import protocol_pages
from egov_participation.voting.kinds import QuestionKind
from egov_participation.voting.models import VoteCount
from egov_participation.voting.service.protocol import build


def test_mock_trustees_shuffle_and_as_many_as_are_needed_decrypt_a_draft_of_all_kinds(rehearsing_: Rehearsing) -> None:
    it, here = rehearsing_, rehearsing_.services
    text = {"kk": "Кім?", "ru": "Кто?", "en": "Who?"}
    answers = [dict.fromkeys(("kk", "ru", "en"), letter) for letter in "ABC"]
    lists = [{"name": name, "candidates": answers} for name in answers[:2]]
    asked = [
        documents.new_question(QuestionKind.RANKING) | {"answers": answers} | documents.counted("borda", blank=True),
        documents.new_question(QuestionKind.GRADING) | {"answers": answers},
        documents.new_question(QuestionKind.LISTS) | {"lists": lists},
    ]
    changes = {"questions": [question | {"text": text} for question in asked], "needed": 2}
    for place in (1, 2, 3, 4):
        it.course.add_trustee(place, always=place == 4)
    with here.database.uow() as tx:
        change(here, tx, it.course.member.session, it.course.id, it.course.draft.version, lambda d: d | changes, "file")
        tx.commit()
    it.start().work().counted()

    vote, report = it.vote, verified(here, it.row.uuid).report
    assert (vote.needed, len(vote.trustees), report.shuffled, report.decrypted) == (3, 4, [1, 2, 3], [1, 2, 3])
    assert (vote.always, vote.trustees[0].name.en) == ((1,), "Trustee 4")
    assert report.result is not None
    ranked, graded, chosen = report.result
    assert len(ranked) == len(graded) == vote.voters
    assert all(1 <= grade <= 6 for ballot in graded for grade in ballot)
    assert sum(counts[0] for counts in chosen) == vote.voters
    words = {task.title for task in of_vote_tasks(it)}
    assert {"%(name)s shuffles the ballots", "%(name)s decrypts the ballots"} <= words

    # Who tries it sees the result as citizens would see it, and the protocol; then it goes, with its counts.
    borda, judged, nothing = vote.outcomes
    assert nothing is None
    assert borda is not None
    assert judged is not None
    assert (borda.valid + borda.blank, judged.valid) == (vote.voters, vote.voters)
    with here.database.read() as session:
        unsigned = build(here, session, it.row.uuid)
    assert protocol_pages.preview(vote, unsigned, "kk", "Asia/Almaty", "http://x").startswith(b"%PDF")
    it.discard()
    with here.database.read() as session:
        assert session.exec(select(VoteCount)).all() == []


def of_vote_tasks(it: Rehearsing) -> list[running.Task]:
    with it.services.database.read() as db:
        return running.of_vote(it.services, db, it.vote)
