"""Trustees by their links: what they hand in, what they confirm, and when they are written to."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from tests.commission.frozen import Course
from tests.officials import SignedIn
from tests.voting.making import close_at, make_vote, verified

from egov_crypto import tally, trustee, wire
from egov_crypto.trustee import TrusteeKey
from egov_participation.commission.service import invitations, keys, trustees
from egov_participation.commission.service.lookup import lock_draft
from egov_participation.errors import DomainError
from egov_participation.mail import Mail
from egov_participation.voting import service as voting
from egov_participation.voting.texts import Texts

pytestmark = pytest.mark.sqlite  # what the databases differ in is held by test_deciding and test_racing


def raw(key: TrusteeKey) -> bytes:
    return json.dumps(key.to_json(), separators=(",", ":")).encode()


def test_only_the_hash_of_a_link_is_kept_and_it_is_32_random_bytes(course: Course) -> None:
    token = course.invite(course.add_trustee(1))

    row = course.trustees[0]
    assert len(token) == 43
    assert row.token_hash == trustees.token_hash(token)
    assert token not in str(row)


def test_the_invitation_leads_to_the_booths_host_in_the_trustees_language(course: Course) -> None:
    course.invite(course.add_trustee(1))
    course.worker.run_due()

    mail = course.outbox.sent[-1]
    assert mail.to == "trustee1@mail.example"
    assert "http://booth.localhost/en/trustee/" in mail.text
    assert "The park" in mail.text


def test_an_invitation_used_after_a_new_one_was_sent_leads_nowhere(course: Course) -> None:
    one = course.add_trustee(1)
    old = course.invite(one)
    new = course.invite(one)

    with pytest.raises(DomainError) as looked:
        trustees.by_token(course.services, old)
    with pytest.raises(DomainError) as handed_in:
        course.hand_in(old)

    assert {looked.value.code, handed_in.value.code} == {"trustee.unknown"}
    course.hand_in(new)


@pytest.mark.parametrize("token", ["", "x", "A" * 43])
def test_a_guessed_link_leads_nowhere(course: Course, token: str) -> None:
    course.add_trustee(1)

    with pytest.raises(DomainError) as refused:
        trustees.by_token(course.services, token)

    assert refused.value.code == "trustee.unknown"


def test_a_removed_trustees_link_dies_and_the_others_move_up(course: Course) -> None:
    ids = [course.add_trustee(place) for place in (1, 2, 3)]
    token = course.invite(ids[0])

    with course.services.database.uow() as tx:
        invitations.remove(course.services, tx, course.member.session, ids[0])
        tx.commit()

    assert [(row.place, row.name_en) for row in course.trustees] == [(1, "Trustee 2"), (2, "Trustee 3")]
    with pytest.raises(DomainError):
        trustees.by_token(course.services, token)


def test_under_another_address_it_is_somebody_else_so_link_and_key_fall(course: Course) -> None:
    course.with_keys(1)
    row = course.trustees[0]
    given = invitations.Given(trustees.name_of(row), "other@mail.example", "kk", row.offline)

    with course.services.database.uow() as tx:
        invitations.change(course.services, tx, course.member.session, row.id, given)
        tx.commit()

    assert (course.trustees[0].key_point, course.trustees[0].reopened_at) == (None, None)
    with pytest.raises(DomainError):
        trustees.by_token(course.services, course.tokens[0])
    course.worker.run_due()
    told = [(mail.to, mail.subject) for mail in course.outbox.sent if mail.to != "trustee1@mail.example"]
    assert (told, course.outbox.sent[-1].subject) == ([], "Your link and your key as a trustee no longer count")


def test_an_address_that_was_never_written_to_is_told_nothing(course: Course) -> None:
    given = invitations.Given(Texts("Ә", "Я", "Z"), "other@mail.example", "kk", offline=False)
    trustee_id = course.add_trustee(1)

    with course.services.database.uow() as tx:
        invitations.change(course.services, tx, course.member.session, trustee_id, given)
        tx.commit()

    course.worker.run_due()
    assert course.outbox.sent == []


def test_a_name_alone_can_be_mended_without_another_key(course: Course) -> None:
    course.with_keys(1)
    row = course.trustees[0]
    given = invitations.Given(Texts("Ә", "Я", "Z"), row.mail.upper(), "kk", row.offline)

    with course.services.database.uow() as tx:
        invitations.change(course.services, tx, course.member.session, row.id, given)
        tx.commit()

    assert course.trustees[0].key_point == row.key_point
    assert trustees.by_token(course.services, course.tokens[0]).name == Texts("Ә", "Я", "Z")


def test_a_key_whose_proof_does_not_hold_is_refused(course: Course) -> None:
    token = course.invite(course.add_trustee(1))
    (_, mine), (_, other) = trustee.generate(), trustee.generate()

    with pytest.raises(DomainError) as refused:
        keys.hand_in_key(course.services, token, raw(TrusteeKey(mine.public_key, other.proof)), reopened=True)

    assert refused.value.code == "key.proof"
    assert course.trustees[0].public_key is None


@pytest.mark.parametrize(("given", "code"), [(b"", "key.format"), (b"{}", "key.format"), (b"x" * 20_000, "key.size")])
def test_what_is_no_key_is_refused(course: Course, given: bytes, code: str) -> None:
    token = course.invite(course.add_trustee(1))

    with pytest.raises(DomainError) as refused:
        keys.hand_in_key(course.services, token, given, reopened=True)

    assert refused.value.code == code


def test_no_key_serves_two_trustees(course: Course) -> None:
    tokens = [course.invite(course.add_trustee(place)) for place in (1, 2)]
    _, key = trustee.generate()
    keys.hand_in_key(course.services, tokens[0], raw(key), reopened=True)

    with pytest.raises(DomainError) as refused:
        keys.hand_in_key(course.services, tokens[1], raw(key), reopened=True)

    assert refused.value.code == "key.used"
    assert keys.hand_in_key(course.services, tokens[0], raw(key), reopened=True).step == "handed_in"


def test_no_key_serves_two_votes(course: Course) -> None:
    earlier = make_vote(course.services, voters=1)
    token = course.invite(course.add_trustee(1))

    with pytest.raises(DomainError) as refused:
        keys.hand_in_key(course.services, token, raw(TrusteeKey.prove(earlier.trustees[0])), reopened=True)

    assert refused.value.code == "key.used"


def test_a_new_key_in_the_place_of_an_old_one_has_to_be_opened_once_more_too(course: Course) -> None:
    course.with_keys(1)

    course.hand_in(course.tokens[0], reopened=False)

    assert trustees.by_token(course.services, course.tokens[0]).step == "key"


def mails_to(course: Course, address: str) -> list[Mail]:
    course.worker.run_due()
    return [mail for mail in course.outbox.sent if mail.to == address]


def test_each_key_that_is_handed_in_for_a_trustee_is_told_to_them_with_its_fingerprint(course: Course) -> None:
    token = course.invite(course.add_trustee(1))
    (_, first), (_, second) = trustee.generate(), trustee.generate()
    for key in (first, first, second):  # the second time nothing changes
        keys.hand_in_key(course.services, token, raw(key), reopened=True)

    handed_in, replaced = mails_to(course, "trustee1@mail.example")[1:]
    assert handed_in.subject == "A key was handed in for you as a trustee"
    assert replaced.subject == "Your key as a trustee was replaced by another one"
    for mail, key in ((handed_in, first), (replaced, second)):
        assert wire.compact_digest(wire.dump(key.to_json())) in mail.text
        assert "Tell the commission at once" in mail.text
        assert "decrypt nothing of this vote" in mail.text


def test_a_key_that_is_refused_writes_to_nobody(course: Course) -> None:
    token = course.invite(course.add_trustee(1))
    with pytest.raises(DomainError):
        keys.hand_in_key(course.services, token, b"{}", reopened=True)

    assert len(mails_to(course, "trustee1@mail.example")) == 1  # the invitation


def test_a_confirmation_is_told_to_the_trustee_in_whose_name_it_was_made_and_once(course: Course) -> None:
    course.with_keys().freeze()
    draft = course.draft
    mails_to(course, "trustee1@mail.example")
    before = len(course.outbox.sent)
    for setup_hash in ("0" * 64, draft.setup_hash or "", draft.setup_hash or ""):
        with suppress(DomainError):
            keys.confirm(course.services, course.tokens[0], setup_hash)

    course.worker.run_due()
    (mail,) = course.outbox.sent[before:]
    head = json.loads(draft.setup or b"")["head"]
    assert (mail.to, mail.subject) == ("trustee1@mail.example", "A vote’s setup was confirmed in your name")
    for number in (draft.setup_hash or "", head):
        assert " ".join(number[at : at + 4] for at in range(0, 64, 4)) in mail.text
    assert "decrypt nothing of this vote" in mail.text


def test_a_trustee_is_written_to_in_the_language_that_was_chosen_for_them(course: Course) -> None:
    one = course.add_trustee(1)
    given = invitations.Given(Texts("Ә", "Я", "Z"), "trustee1@mail.example", "kk", offline=False)
    with course.services.database.uow() as tx:
        invitations.change(course.services, tx, course.member.session, one, given)
        tx.commit()
    course.hand_in(course.invite(one))

    assert mails_to(course, "trustee1@mail.example")[-1].subject == "Кілт сақтаушы ретінде сіз үшін кілт тапсырылды"


def test_the_confirmation_of_another_hash_counts_for_nothing(course: Course) -> None:
    course.with_keys().freeze()
    old = course.draft.setup_hash or ""
    course.thaw()
    course.freeze()

    for wrong in (old, "", "0" * 64):
        with pytest.raises(DomainError) as refused:
            keys.confirm(course.services, course.tokens[0], wrong)
        assert refused.value.code == "setup.other"
    assert course.trustees[0].confirmed_hash is None


def test_nothing_is_confirmed_before_the_freeze_or_after_the_approval(course: Course, second: SignedIn) -> None:
    course.with_keys()
    with pytest.raises(DomainError) as early:
        keys.confirm(course.services, course.tokens[0], "0" * 64)
    course.published(second)
    with pytest.raises(DomainError) as late:
        keys.confirm(course.services, course.tokens[0], course.draft.setup_hash or "")

    assert (early.value.code, late.value.code) == ("draft.not_frozen", "draft.published")


def test_a_trustee_sees_how_the_others_stand_and_what_is_frozen(course: Course) -> None:
    course.with_keys().freeze()
    keys.confirm(course.services, course.tokens[1], course.draft.setup_hash or "")

    seen = trustees.by_token(course.services, course.tokens[0])

    assert seen.step == "confirm"
    assert seen.setup == course.draft.setup
    assert [(other.name.en, other.confirmed) for other in seen.others] == [("Trustee 2", True), ("Trustee 3", False)]


def test_reminders_come_when_they_are_due_and_not_more_than_once_a_day(course: Course, second: SignedIn) -> None:
    one = course.add_trustee(1, offline=True)
    token = course.invite(one)
    course.worker.run_due()
    sent = len(course.outbox.sent)

    def pass_by(**span: float) -> list[str]:
        nonlocal sent
        course.services.clock.advance(**span)  # type: ignore[attr-defined]
        course.worker.run_due()
        new, sent = course.outbox.sent[sent:], len(course.outbox.sent)
        return [mail.subject for mail in new if mail.to == "trustee1@mail.example"]

    waits = "Something of a vote waits for you"
    assert pass_by(days=2, hours=23) == []
    assert pass_by(hours=1) == [waits]
    assert pass_by(hours=23) == []
    course.hand_in(token)
    pass_by(seconds=1)  # and is told that a key was handed in
    assert pass_by(days=30) == []


def test_after_closing_each_trustee_is_asked_for_the_decryption_day_by_day(course: Course, second: SignedIn) -> None:
    uuid = course.with_keys().published(second)
    close_at(course.services, voting.vote(course.services, uuid).closes_at)
    course.worker.run_due()
    asked = [mail.subject for mail in course.outbox.sent if mail.to.startswith("trustee")]
    course.worker.run_due()
    assert asked[-3:] == ["A vote has closed: your decryption is awaited"] * 3
    course.services.clock.advance(hours=23)  # type: ignore[attr-defined]
    course.worker.run_due()
    assert asked == [mail.subject for mail in course.outbox.sent if mail.to.startswith("trustee")]
    course.services.clock.advance(hours=2)  # type: ignore[attr-defined]
    course.worker.run_due()
    again = [mail.subject for mail in course.outbox.sent if mail.to.startswith("trustee")]
    assert again[len(asked) :] == asked[-3:]


def test_an_invitation_says_which_vote_it_is(course: Course) -> None:
    one = course.add_trustee(1)
    with course.services.database.uow() as tx:
        draft = lock_draft(tx, course.id)
        draft.document = draft.document.replace("Саябақ", "").replace("Парк", "").replace("The park", "")
        tx.commit()

    with pytest.raises(DomainError) as refused:
        course.invite(one)

    assert refused.value.code == "draft.untitled"


def test_address_and_link_are_forgotten_when_the_vote_has_been_over_for_long(course: Course, second: SignedIn) -> None:
    uuid = course.with_keys().published(second)
    close_at(course.services, voting.vote(course.services, uuid).closes_at)
    found = verified(course.services, uuid)
    course.services.clock.advance(days=89)  # type: ignore[attr-defined]
    for private in course.private[:2]:
        voting.hand_in_decryption(course.services, uuid, tally.decrypt(found.election, found.tally, private))
    course.services.clock.advance(days=2)  # type: ignore[attr-defined]
    invitations.remind(course.services)
    assert all(row.mail and row.token_hash for row in course.trustees)  # one still owes a decryption

    voting.hand_in_decryption(course.services, uuid, tally.decrypt(found.election, found.tally, course.private[2]))
    course.services.clock.advance(days=2)  # type: ignore[attr-defined]
    invitations.remind(course.services)

    assert [(row.mail, row.token_hash) for row in course.trustees] == [("", None)] * 3
    with pytest.raises(DomainError) as refused:
        course.invite(course.trustees[0].id)
    assert refused.value.code == "trustee.forgotten"
