"""Trustees shuffle by the links of their invitations: the link says whose a shuffle is, which itself does not."""

from __future__ import annotations

from starlette.testclient import TestClient
from tests.commission.frozen import Course
from tests.commission.test_trustee_pages import enter
from tests.officials import SignedIn
from tests.voting.making import close_at, verified

from egov_crypto import mixnet, tally
from egov_participation.commission import documents
from egov_participation.commission.service import letters, trustees
from egov_participation.commission.service.changing import change
from egov_participation.mail import Mail
from egov_participation.voting import service as voting
from egov_participation.voting.kinds import QuestionKind

SHUFFLE = "/en/trustee/shuffle"


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
    course: Course, booth: TestClient, second: SignedIn
) -> None:
    uuid = asks_for_a_ranking(course).with_keys().published(second)
    services = course.services
    invited = booth.get(f"/en/trustee/{course.tokens[0]}").text
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
    answer = booth.post(SHUFFLE, files={"shuffle": large})
    assert (answer.status_code, "larger than any shuffle" in answer.text) == (413, True)
    assert "Choose the file" in booth.post(SHUFFLE).text

    for place, token in enumerate(course.tokens):
        enter(booth, token)
        assert "Shuffle the ballots" in booth.get("/en/trustee").text
        assert booth.post(SHUFFLE, files={"shuffle": b"{}"}).status_code == 400
        made = shuffle()
        assert booth.post(SHUFFLE, files={"shuffle": made}).status_code == 303
        assert booth.post(SHUFFLE, files={"shuffle": made}).status_code == 409
        seen = voting.vote(services, uuid)
        assert [trustee.shuffled for trustee in seen.trustees] == [other <= place for other in range(3)]
        if place < 2:
            assert "Your shuffle is recorded" in booth.get("/en/trustee").text
            # Whoever has the link could hand another one in: the trustee is written to, with its number.
            (mail,) = mails()
            assert mail.to == f"trustee{place + 1}@mail.example"
            assert letters.in_groups(verified(services, uuid).shuffles[place + 1]) in mail.text
    assert sorted(told()) == [
        "A shuffle of the ballots was handed in for you as a trustee",
        *["A vote has closed: your decryption is awaited"] * 3,
    ]

    found = verified(services, uuid)
    for token, private in zip(course.tokens, course.private, strict=True):
        enter(booth, token)
        assert "Decrypt the shuffled ballots" in booth.get("/en/trustee").text
        raw = tally.decrypt(found.election, found.tally, private)
        assert booth.post("/en/trustee/decrypt", files={"decryption": raw}).status_code == 303
    assert voting.vote(services, uuid).state == "tallied"

    # One is verified at a time, so that nobody keeps the others out with wrong ones.
    answers = [booth.post(SHUFFLE, files={"shuffle": b"{}"}) for _ in range(trustees.SHUFFLES_PER_HOUR.times)]
    assert [answers[0].status_code, answers[-1].status_code] == [409, 429]
    assert "too many shuffles within the hour" in answers[-1].text
