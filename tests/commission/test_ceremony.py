"""Trustees make one key together by their links: every step, what is refused at it, and the vote with that key."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.office import ok
from sqlmodel import select
from starlette.testclient import TestClient
from tests.commission.frozen import TAKE, Course
from tests.commission.test_office_pages import VOTES, press
from tests.commission.test_trustee_pages import enter, public_file
from tests.officials import SignedIn
from tests.voting.making import archive_of, close_at, verified

from egov_crypto import protocol, sealing, tally
from egov_crypto.threshold.ceremony import Ceremony, Step
from egov_crypto.threshold.keyfile import State, ThresholdKeyFile
from egov_participation.audit import AuditEntry
from egov_participation.clock import ManualClock
from egov_participation.commission.service import (
    ceremonies,
    checking,
    drafts,
    invitations,
    running,
    taking_part,
    trustees,
)
from egov_participation.commission.service.ceremonies import Stage
from egov_participation.errors import DomainError
from egov_participation.voting import protocol_pages, setup_file
from egov_participation.voting import service as voting
from egov_participation.voting.service import VoteState
from egov_participation.voting.service import protocol as protocols
from egov_participation.voting.setup_file import SetupError

pytestmark = pytest.mark.sqlite
COMMANDS = {Step.COMMITMENT: "commit", Step.POLYNOMIAL: "polynomial", Step.VOUTPUT: "share"}


class Offline:
    """The first trustee, who carries files to a machine without a network and back."""

    def __init__(self, folder: Path, booth: TestClient) -> None:
        self.folder, self.booth = folder, booth
        self.key, self.words, self.ceremony = (folder / name for name in ("my.key", "words", "ceremony.json"))

    def make(self, step: Step) -> bytes:
        out = self.folder / step
        given: tuple[object, ...] = (self.key, "--out", out)
        if step is Step.CERTIFICATE:
            place = ("--place", 1, "--of", 3, "--needed", 2, "--passphrase-to", self.words)
            ok("trustee", "certificate", *given, *place)
        else:
            self.download()
            ok("trustee", COMMANDS[step], self.key, self.ceremony, "--out", out, "--passphrase-file", self.words)
        return out.read_bytes()

    def compare(self) -> str:
        self.download()
        said = ok("trustee", "compare", self.key, self.ceremony, "--passphrase-file", self.words)
        return next(line for line in said.splitlines() if line.count(" ") == 15 and len(line) == 79)

    def download(self) -> None:
        self.ceremony.write_bytes(self.booth.get("/trustee/ceremony.json").content)

    def share(self) -> int:
        return ThresholdKeyFile.parse(self.key.read_bytes()).open(self.words.read_text().strip()).share()


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key file is opened some times."""
    monkeypatch.setattr(sealing, "ITERATIONS", 1000)


def hand_in(booth: TestClient, ceremony: str, raw: bytes) -> int:
    return booth.post("/en/trustee/step", data={"ceremony": ceremony}, files={"message": raw}).status_code


def two_at_once(course: Course, first: State, other: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the first one's file is verified, the other's comes in."""
    verify = taking_part._added

    def slowly(*given: Any) -> Any:
        monkeypatch.setattr(taking_part, "_added", verify)
        found = verify(*given)
        course.take(other, Step.CERTIFICATE)
        return found

    monkeypatch.setattr(taking_part, "_added", slowly)
    course.take(first, Step.CERTIFICATE)
    held = Ceremony.parse(taking_part.ceremony_file(course.services, course.tokens[0]))
    sent = [held.message(Step.CERTIFICATE, state.index) for state in (first, other)]
    assert sent == [state.message(Step.CERTIFICATE) for state in (first, other)]


def test_two_of_three_make_a_key_step_by_step_and_are_enough_to_decrypt(
    course: Course, booth: TestClient, second: SignedIn, member: SignedIn, tmp_path: Path
) -> None:
    draft = f"{VOTES}/drafts/{course.id}"
    course.invite(*(course.add_trustee(place, offline=place == 1) for place in (1, 2, 3)))
    course.tokens = course.sent
    course.hand_in(course.tokens[1])  # alone: it was not said yet that fewer than all are needed
    needed = f"{draft}/trustees/needed"
    assert press(member, needed, needed, of="some", needed="2") == f"{draft}/trustees"
    enter(booth, course.tokens[1])
    assert "The commission has not begun" in booth.get("/en/trustee").text
    alone = booth.post("/en/trustee/key", files={"key": public_file()}, data={"reopened": "yes"})
    assert alone.status_code == 409
    assert booth.get("/trustee/ceremony.json").status_code == 404
    press(member, f"{draft}/trustees", f"{draft}/trustees/ceremony")
    assert all(row.public_key is None for row in course.trustees)
    ceremony = course.ceremony.id

    offline, states = Offline(tmp_path, booth), [State.begin(3, 2, place) for place in (2, 3)]
    for number, step in enumerate(Step, 1):
        assert "Trustee 1, Trustee 2, Trustee 3" in member.client.get(f"{draft}/trustees").text
        enter(booth, course.tokens[0])
        assert f"Step {number} of 5" in booth.get("/en/trustee").text
        raw = offline.make(step)
        assert hand_in(booth, ceremony, raw) == 303
        assert "Others are awaited" in booth.get("/en/trustee").text
        for at, state in enumerate(states):
            enter(booth, course.tokens[at + 1])
            states[at] = TAKE[step](state, Ceremony.parse(booth.get("/trustee/ceremony.json").content))
            wrong = {"": 422, "{}": 422, "0" * 200_000: 413, raw.decode().swapcase(): 422}
            for text, status in wrong.items():
                assert hand_in(booth, ceremony, text.encode()) == status, (step, text[:80])
            assert hand_in(booth, "0" * 16, states[at].message(step)) == 409
            assert len(course.ceremony.awaited) == 2 - at
            assert hand_in(booth, ceremony, states[at].message(step) + b"\n") == 303
            if at == 0:  # what was taken stays: neither another one nor the same again changes it
                before = taking_part.ceremony_file(course.services, course.tokens[1])
                taking_part.hand_in(course.services, course.tokens[1], ceremony, states[at].message(step))
                with pytest.raises(DomainError, match="another file of yours"):
                    taking_part.hand_in(course.services, course.tokens[1], ceremony, raw)
                assert taking_part.ceremony_file(course.services, course.tokens[1]) == before

    fingerprint = course.ceremony.fingerprint or ""
    compared = {"ceremony": ceremony, "compared": "yes"}
    page = booth.get("/en/trustee").text
    assert "Compare the key with the others" in page
    assert fingerprint[:4] not in page.partition("<main")[2]
    for given in (compared | {"fingerprint": "0" * 64}, {"fingerprint": fingerprint}):
        again = booth.post("/en/trustee/compare", data={"ceremony": ceremony, **given})
        assert (again.status_code, f'value="{given["fingerprint"]}"' in again.text) == (422, True)
    assert states[1].confirm(Ceremony.parse(booth.get("/trustee/ceremony.json").content)).fingerprint == fingerprint
    assert "has not confirmed the fingerprint" in member.client.get(f"{draft}/setup").text
    for token in course.tokens:
        enter(booth, token)
        said = offline.compare() if token == course.tokens[0] else fingerprint.upper()
        assert booth.post("/en/trustee/compare", data=compared | {"fingerprint": said}).status_code == 303
        assert "You have confirmed the key" in booth.get("/en/trustee").text
    assert course.ceremony.done

    uuid = course.published(second)
    vote = voting.vote(course.services, uuid)
    assert (vote.needed, len(vote.trustees)) == (2, 3)
    assert [one.public_key for one in vote.trustees] == [row.key_point for row in course.trustees]
    close_at(course.services, vote.closes_at)
    found = verified(course.services, uuid)
    for token, share in zip(course.tokens, (offline.share(), states[0].share()), strict=False):
        enter(booth, token)
        raw = tally.decrypt(found.election, found.tally, share)
        assert booth.post("/en/trustee/decrypt", files={"decryption": raw}).status_code == 303
        course.worker.run_due()
    assert voting.vote(course.services, uuid).state is VoteState.TALLIED
    enter(booth, course.tokens[2])
    assert "Your key was not needed" in booth.get("/en/trustee").text


def test_a_trustee_who_is_needed_always_stands_beside_two_of_three_who_make_a_key_together(
    course: Course, booth: TestClient, second: SignedIn, member: SignedIn, tmp_path: Path
) -> None:
    draft, services = f"{VOTES}/drafts/{course.id}", course.services
    with services.database.uow() as tx:
        ceremonies.set_needed(services, tx, member.session, course.id, course.draft.version, 2)
        tx.commit()
    # As long as fewer are named than are to be enough, nobody is asked for a key alone.
    hasty = course.add_trustee(9)
    enter(booth, course.invite(hasty))
    assert "2 of you will be enough" in booth.get("/en/trustee").text
    with pytest.raises(DomainError, match="make one key together"):
        course.hand_in(course.sent[0])
    assert "so far there are 1" in member.client.get(f"{draft}/trustees").text
    with pytest.raises(DomainError, match="Name more trustees"), services.database.uow() as tx:
        ceremonies.begin(services, tx, member.session, course.id)
    with services.database.uow() as tx:
        invitations.remove(services, tx, member.session, hasty)
        tx.commit()

    course.with_ceremony(needed=2, count=4)
    (alone,) = (row.id for row in course.trustees if row.name_en == "Trustee 4")
    form = f"{draft}/trustees/{alone}/change"
    press(member, form, form, always="true")
    assert [row.name_en for row in course.trustees] == [f"Trustee {number}" for number in (4, 1, 2, 3)]
    assert (course.ceremony.id, course.ceremony.size, course.ceremony.places) == ("", 3, range(2, 5))
    press(member, f"{draft}/trustees", f"{draft}/trustees/ceremony")
    ceremony = course.ceremony.id

    enter(booth, course.tokens[3])
    assert booth.get("/trustee/ceremony.json").status_code == 404
    early = State.begin(3, 2, 1).message(Step.CERTIFICATE)
    with pytest.raises(DomainError, match="No key is being made"):
        taking_part.hand_in(services, course.tokens[3], ceremony, early)
    states = [State.begin(3, 2, place) for place in (1, 2, 3)]
    states[0] = course.take(states[0], Step.CERTIFICATE)
    assert course.ceremony.awaited == (3, 4)
    enter(booth, course.tokens[1])
    page = booth.get("/en/trustee").text
    assert 'data-owner="2" data-size="3"' in page
    assert "make theirs alone: Trustee 4" in page
    private = course.hand_in(course.tokens[3])
    # Who is needed always comes and goes without the others' having to begin again.
    fifth = course.add_trustee(5, always=True)
    assert course.ceremony.awaited == (4, 5)
    with services.database.uow() as tx:
        invitations.remove(services, tx, member.session, fifth)
        tx.commit()
    states[1:] = [course.take(state, Step.CERTIFICATE) for state in states[1:]]
    for step in list(Step)[1:]:
        states = [course.take(state, step) for state in states]
    page = member.client.get(f"{draft}/trustees").text
    assert "Trustee 4, and 2 of the 3 others, who make" in page
    assert "is reminded every day" in page
    for token in course.tokens[:3]:
        taking_part.compare(services, token, ceremony, course.ceremony.fingerprint or "")
    page = member.client.get(f"{draft}/trustees").text
    assert ("is reminded every day" in page, "all begin again" in page) == (False, True)

    file = tmp_path / "vote.toml"
    with services.database.read() as db:
        file.write_text(drafts.exported(db, course.draft), "utf-8")
    uuid = course.published(second)
    vote = voting.vote(services, uuid)
    assert setup_file.read(file, services.clock()).keys.to_json() == voting.trustees(services, uuid)
    assert (vote.needed, vote.always, [one.public_key for one in vote.trustees]) == (
        3, (1,), [row.key_point for row in course.trustees],
    )  # fmt: skip
    assert "Trustee 4, and of 2 of the 3 others" in member.client.get(f"/en/votes/{uuid}/verify").text
    close_at(services, vote.closes_at)
    # Were it a vote whose ballots are shuffled: of whom is a shuffle awaited once two of the three have shuffled?
    held = tuple(replace(one, shuffled=one.owner in {2, 3}) for one in vote.trustees)
    shuffling = replace(vote, trustees=held, state=VoteState.SHUFFLING)
    stands = [trustees.step_of(course.draft, row, shuffling, course.ceremony, None).value for row in course.trustees]
    assert (stands, shuffling.shuffles_done) == (["shuffle", "shuffled", "shuffled", "enough_shuffled"], 2)
    found = verified(services, uuid)
    for state in states:  # all three, and yet nothing is decrypted
        if state.index == 3:
            enter(booth, course.tokens[2])
            page = booth.get("/en/trustee").text
            assert ("so that yours is not needed" in page, page.count("decryption awaited")) == (True, 1)
            with services.database.read() as db:
                tasks = running.of_vote(services, db, voting.vote(services, uuid))
            named = [task.params["name"] for task in tasks if "decrypts" in task.title]
            assert [getattr(name, "en", "") for name in named] == [f"Trustee {number}" for number in (4, 1, 2)]
        voting.hand_in_decryption(services, uuid, tally.decrypt(found.election, found.tally, state.share()))
    page = member.client.get(f"/en/votes/{uuid}").text
    assert "2 of 3 trustees have decrypted the sum" in page
    assert "Trustee 4 decrypts the sum" in page
    assert member.client.get(f"/en/votes/{uuid}/verify").text.count("Awaited") == 1
    voting.hand_in_decryption(services, uuid, tally.decrypt(found.election, found.tally, private))
    counted, found = voting.vote(services, uuid), verified(services, uuid)
    assert (counted.state, found.report.decrypted) == (VoteState.TALLIED, [1, 2, 3, 4])
    with services.database.read() as db:
        signed = protocols.sign(services, protocols.build(services, db, uuid))
    protocol.check(protocol.parse_and_verify(signed), BytesIO(archive_of(services, uuid)), found, None)
    said = protocol_pages.document(counted, protocols.verify(services, signed), "en", "Asia/Almaty", "http://x")
    assert "Of 4 trustees, 3 were needed to decrypt, always among them: Trustee 4." in str(said.blocks)


def test_a_ceremony_begins_anew_with_a_reason_and_falls_with_its_trustees(
    course: Course, booth: TestClient, member: SignedIn, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.with_ceremony()
    draft, services = f"{VOTES}/drafts/{course.id}", course.services
    first, early = course.ceremony.id, [State.begin(3, 2, place) for place in (1, 2, 3)]
    course.worker.run_due()
    course.outbox.sent.clear()
    anew = f"{draft}/trustees/ceremony/anew"
    assert member.client.post(anew, data={"reason": ""}).status_code == 422
    press(member, anew, anew, reason="Trustee 1 lost the file")
    course.worker.run_due()
    assert sum("Trustee 1 lost the file" in mail.text for mail in course.outbox.sent) == 3
    second = course.ceremony.id
    assert second != first
    # The same wish once more, by a second press or by another member, gives up nothing that has begun since.
    again = member.client.post(anew, data={"ceremony": first, "reason": "Trustee 1 lost it, once more"})
    assert (again.status_code, "Somebody has begun it already" in again.text) == (409, True)
    assert ("once more" in again.text, course.ceremony.id) == (True, second)
    enter(booth, course.tokens[1])
    assert "Trustee 1 lost the file" in booth.get("/en/trustee").text
    assert hand_in(booth, first, early[1].message(Step.CERTIFICATE)) == 409

    course.take(early[0], Step.CERTIFICATE)
    course.worker.run_due()
    course.outbox.sent.clear()
    clock.advance(days=1, seconds=1)
    invitations.remind(services)
    course.worker.run_due()
    assert {mail.to for mail in course.outbox.sent} == {"trustee2@mail.example", "trustee3@mail.example"}
    assert "step of making the key" in course.outbox.sent[0].text

    two_at_once(course, early[1], early[2], monkeypatch)
    assert course.ceremony.stage is Stage.COMMITMENT

    course.outbox.sent.clear()
    course.add_trustee(4)
    assert (course.ceremony.id, course.ceremony.size) == ("", 4)
    course.worker.run_due()
    assert sum("made anew" in mail.subject for mail in course.outbox.sent) == 3
    with pytest.raises(DomainError, match="invitations first"), services.database.uow() as tx:
        ceremonies.begin(services, tx, member.session, course.id)
    with services.database.read() as db:
        steps = [row.step for row in db.exec(select(AuditEntry)) if row.object == f"draft:{course.id}/ceremony"]
    assert steps == ["begun", "begun", "discarded"]


def test_marks_that_change_while_a_key_is_made_leave_nothing_of_it_that_counts(
    course: Course, booth: TestClient, member: SignedIn
) -> None:
    services, draft = course.services, f"{VOTES}/drafts/{course.id}"
    course.with_ceremony()
    first = course.ceremony.id
    states = [course.take(State.begin(3, 2, place), Step.CERTIFICATE) for place in (1, 2, 3)]
    marked = course.trustees[1].id
    form = f"{draft}/trustees/{marked}/change"
    later = states[2].commit(Ceremony.parse(taking_part.ceremony_file(services, course.tokens[2])))

    # Of two who are left both are needed: each makes a key alone, and what was made together is gone.
    press(member, form, form, always="true")
    for token in course.tokens:
        enter(booth, token)
        assert "Make your key" in booth.get("/en/trustee").text
        assert booth.get("/trustee/ceremony.json").status_code == 404
    with pytest.raises(DomainError, match="made anew"):
        taking_part.hand_in(services, course.tokens[2], first, later.message(Step.COMMITMENT))
    with pytest.raises(DomainError, match="made anew"):
        taking_part.compare(services, course.tokens[2], first, "0" * 64)
    assert "all of them: each makes a key alone" in member.client.get(f"{draft}/trustees").text
    for token in course.tokens[:2]:
        course.hand_in(token)

    # Taken back, or another added: the keys made alone count no longer for those who are to make one together.
    press(member, form, form, always="false")
    assert [row.name_en for row in course.trustees] == ["Trustee 2", "Trustee 1", "Trustee 3"]
    assert course.ceremony.id == ""
    with pytest.raises(SetupError, match="not made their keys together"), services.database.read() as db:
        checking.setup_of(services, db, course.draft, services.clock())
    with services.database.uow() as tx:
        ceremonies.begin(services, tx, member.session, course.id)
        tx.commit()
    assert [row.key_point for row in course.trustees] == [None] * 3

    # Marked once the key is made and compared: no share of it is left that could pass for a key made alone.
    course.tokens = [course.tokens[1], course.tokens[0], course.tokens[2]]
    states = [State.begin(3, 2, place) for place in (1, 2, 3)]
    for step in Step:
        states = [course.take(state, step) for state in states]
    for token in course.tokens:
        taking_part.compare(services, token, course.ceremony.id, course.ceremony.fingerprint or "")
    assert course.ceremony.done
    press(member, form, form, always="true")
    assert [(row.key_point, row.reopened_at) for row in course.trustees] == [(None, None)] * 3
    # Without a mark for anybody else there is nobody left of whom two could be enough.
    for row in course.trustees[1:]:
        other = f"{draft}/trustees/{row.id}/change"
        press(member, other, other, always="true")
    assert (course.ceremony.size, course.ceremony.few) == (0, True)
    page = member.client.get(f"{draft}/trustees").text
    assert ("so far there are 0" in page, "Let them begin" in page) == (True, False)
    with services.database.read() as db:
        found = checking.check(services, db, course.draft, services.clock()).problems
    assert [one.path for one in found].count("needed") == 1
