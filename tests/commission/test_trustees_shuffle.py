"""Trustees shuffle by the links of their invitations: the link says whose a shuffle is, which itself does not."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.commission.frozen import Course
from tests.commission.test_trustee_pages import enter
from tests.officials import SignedIn
from tests.voting.making import close_at, verified

from egov_crypto import mixnet, tally
from egov_participation.clock import ManualClock
from egov_participation.commission import documents
from egov_participation.commission.service import handing_in, letters
from egov_participation.commission.service.changing import change
from egov_participation.mail import Mail
from egov_participation.voting import service as voting
from egov_participation.voting import views
from egov_participation.voting.kinds import QuestionKind

SHUFFLE, DECRYPT = "/en/trustee/shuffle", "/en/trustee/decrypt"


def asks_for_a_ranking(course: Course) -> Course:
    """The draft with another question."""
    text = {"kk": "Кім?", "ru": "Кто?", "en": "Who?"}
    answers = [dict.fromkeys(("kk", "ru", "en"), letter) for letter in "AB"]
    asked = documents.new_question(QuestionKind.RANKING) | {"text": text, "answers": answers}
    changes = {"questions": [asked | documents.counted("schulze", blank=False)]}
    with course.services.database.uow() as tx:
        member, version = course.member.session, course.draft.version
        change(course.services, tx, member, course.id, version, lambda document: document | changes, "file")
        tx.commit()
    return course


def test_shuffles_are_handed_in_by_the_links_without_a_script_then_decryptions_are_asked_for(
    course: Course, booth: TestClient, second: SignedIn, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks_for_a_ranking(course).invite(*(course.add_trustee(place, offline=place == 1) for place in (1, 2, 3)))
    course.tokens = course.sent
    invited = booth.get(f"/en/trustee/{course.tokens[0]}").text
    course.private = [course.hand_in(token) for token in course.tokens]
    uuid = course.published(second)
    services = course.services
    assert ("shuffle the ballots when it is your turn" in invited, "never a single ballot" in invited) == (True, False)
    enter(booth, course.tokens[0])
    assert booth.post(SHUFFLE, files={"shuffle": b"{}"}).status_code == 409
    close_at(services, voting.vote(services, uuid).closes_at)

    def mails() -> list[Mail]:
        """What the trustees were written now."""
        before = len(course.outbox.sent)
        course.worker.run_due()
        return [mail for mail in course.outbox.sent[before:] if mail.to.startswith("trustee")]

    def told() -> list[str]:
        return [mail.subject for mail in mails()]

    def shuffle() -> bytes:
        found = verified(services, uuid)
        return mixnet.shuffle(found.election, found.tally)

    assert told()[-3:] == ["A vote has closed: your shuffle of the ballots is awaited"] * 3
    # More than a megabyte is read of nobody but a trustee.
    large = b"x" * 1_500_000
    assert (
        TestClient(booth.app, base_url=str(booth.base_url)).post(SHUFFLE, files={"shuffle": large}).status_code == 403
    )
    enter(booth, course.tokens[0])
    assert "Choose the file" in booth.post(SHUFFLE).text
    for raw, why in ((large, "larger than any shuffle"), (b"{}", "is not a shuffle")):
        assert booth.post(SHUFFLE, files={"shuffle": raw}).status_code == 303
        page = booth.get("/en/trustee").text
        # Never loaded again by itself: another file could not be chosen in time.
        assert ("Your shuffle is being verified" in page, 'http-equiv="refresh"' in page) == (True, False)
        assert_told_of_refusal(mails(), 1, "your shuffle of the ballots", why)
        page = booth.get("/en/trustee").text
        assert ("Shuffle the ballots" in page, "<title>Error: " in page, why in page) == (True, True, True)
    assert told() == []  # each of them once

    # What came by a link that was replaced is not recorded: it may have been stolen.
    assert booth.post(SHUFFLE, files={"shuffle": shuffle()}).status_code == 303
    course.tokens[0] = course.invite(course.trustees[0].id)
    assert [booth.get(f"/en/trustee{path}").status_code for path in ("", "/progress")] == [404, 404]
    course.worker.run_due()
    assert "Shuffle the ballots" in enter(booth, course.tokens[0]).get("/en/trustee").text
    assert not voting.vote(services, uuid).trustees[0].shuffled

    with monkeypatch.context() as patched:
        patched.setattr(views, "MAX_UPLOAD_BYTES", -1)
        page = booth.get("/en/trustee").text
    assert f"egov vote shuffle {uuid} 1 shuffle.json" in page
    assert ("egov-ballot trustee shuffle" in page, 'type="file"' in page, "shuffle_page.js" in page) == (
        True, False, False,
    )  # fmt: skip

    for place, token in enumerate(course.tokens):
        enter(booth, token)
        assert "Shuffle the ballots" in booth.get("/en/trustee").text
        made = shuffle()
        for _ in range(2):
            answer = booth.post(SHUFFLE, files={"shuffle": made}, follow_redirects=True)
            assert (answer.status_code, "Your shuffle is being verified" in answer.text) == (200, True)
        said = {"done": 0, "total": 0, "said": "The work begins in a moment."}
        assert booth.get("/en/trustee/progress").json() == said
        assert not voting.vote(services, uuid).trustees[place].shuffled
        # Whoever would begin now sees that it would be in vain.
        enter(booth, course.tokens[2 - place])
        assert booth.get("/en/trustee").text.count("being verified</strong>") == 1
        enter(booth, token)
        (mail, *others) = mails()
        assert booth.get("/en/trustee/progress").json() is None
        assert booth.post(SHUFFLE, files={"shuffle": made}).status_code == 409
        seen = voting.vote(services, uuid)
        assert [trustee.shuffled for trustee in seen.trustees] == [other <= place for other in range(3)]
        # Whoever has the link could hand another one in: the trustee is written to, with its number.
        assert mail.to == f"trustee{place + 1}@mail.example"
        assert mail.subject == "A shuffle of the ballots was handed in for you as a trustee"
        assert letters.in_groups(verified(services, uuid).shuffles[place + 1]) in mail.text
        if place < 2:
            assert "Your shuffle is recorded" in booth.get("/en/trustee").text
            assert others == []
    clock.advance(minutes=1)
    assert [mail.subject for mail in others] + told() == ["A vote has closed: your decryption is awaited"] * 3

    found = verified(services, uuid)

    def right(private: int) -> bytes:
        return tally.decrypt(found.election, found.tally, private)

    with monkeypatch.context() as patched:
        patched.setattr(views, "MAX_UPLOAD_BYTES", -1)
        page = booth.get("/en/trustee").text
    assert f"egov vote decryption {uuid} decryption.json" in page
    assert ("egov-ballot trustee decrypt" in page, 'type="file"' in page) == (True, False)

    for token, private in zip(course.tokens, course.private, strict=True):
        enter(booth, token)
        assert "Decrypt the shuffled ballots" in booth.get("/en/trustee").text
        wrong = tally.decrypt(found.election, found.tally, 7)
        for raw, h1 in ((wrong, "Decrypt the shuffled ballots"), (right(private), "Your decryption is recorded")):
            assert (
                "Your decryption is being verified"
                in booth.post(DECRYPT, files={"decryption": raw}, follow_redirects=True).text
            )
            sent = mails()
            if raw == wrong:
                assert_told_of_refusal(
                    sent, course.tokens.index(token) + 1, "your decryption", "does not fit this vote"
                )
            else:
                assert sent == []
            page = booth.get("/en/trustee").text
            assert (h1 in page, "does not fit this vote" in page) == (True, raw == wrong)
    assert voting.vote(services, uuid).state == "tallied"


def assert_told_of_refusal(mails: list[Mail], place: int, what: str, why: str) -> None:
    (mail,) = mails
    assert mail.to == f"trustee{place}@mail.example"
    assert mail.subject == "A file that was handed in for you as a trustee was refused"
    assert (what in mail.text, why in " ".join(mail.text.split()), "/trustee/" in mail.text) == (True, True, False)


def test_others_are_not_kept_waiting_by_wrong_files(course: Course, booth: TestClient, second: SignedIn) -> None:
    """For each is verified."""
    uuid = course.with_keys().published(second)
    close_at(course.services, voting.vote(course.services, uuid).closes_at)
    course.worker.run_due()
    enter(booth, course.tokens[0])
    times = handing_in.HAND_INS_PER_HOUR.times
    answers = [
        booth.post(DECRYPT, files={"decryption": b"%d" % number}, follow_redirects=True) for number in range(times + 1)
    ]
    assert [answers[0].status_code, answers[-2].status_code, answers[-1].status_code] == [200, 200, 429]
    assert "too many files within the hour" in answers[-1].text
