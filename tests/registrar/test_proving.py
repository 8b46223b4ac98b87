"""Who may see a credential: each way of proving it, and every way around it that was thought of."""

from __future__ import annotations

import json

import pytest
from tests.authenticator import Authenticator
from tests.registrar.book import CredentialBook
from tests.registrar.people import UUID, Rolls

from egov_crypto import credential as credentials
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.mail import Mail, MailRefused, NullMailer
from egov_participation.registrar import rules
from egov_participation.registrar.interface import Voter, Way
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registry.service import set_mail
from egov_participation.services import Services

OTHER = "B" * 14


@pytest.fixture
def registrar(services: Services) -> LocalRegistrar:
    assert isinstance(services.registrar, LocalRegistrar)
    return services.registrar


def refusal_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(DomainError) as refused:
        call(*arguments, **named)  # type: ignore[operator]
    return refused.value.code


def on_roll(people: list[str]) -> list[Voter]:
    return [Voter(person, territory="KZ-75") for person in people]


class TestWithAPasskey:
    def test_who_has_one_enrolled_at_the_desk_sees_their_own_credential(self, rolls: Rolls, services: Services) -> None:
        (person, *_), _ = rolls.active(binding=True)
        device = rolls.enrol(person)
        assert rolls.registrar.ways(UUID, person) == [Way.PASSKEY]
        shown = rolls.registrar.credential(UUID, person, rolls.by_passkey(person, device))
        assert shown == CredentialBook(services).credential(UUID, person)
        assert rolls.registrar.owns(UUID, person, credentials.public(UUID, shown).text)

    def test_a_passkey_that_no_desk_enrolled_shows_nothing(self, rolls: Rolls) -> None:
        (person, *_), _ = rolls.active(binding=True)
        assert refusal_of(rolls.registrar.begin, UUID, person, Way.PASSKEY, lang="kk") == "credential.way"
        rolls.enrol(person)
        made_by_the_platform = Authenticator()
        answer = rolls.assertion(person, made_by_the_platform)
        assert refusal_of(rolls.registrar.prove, UUID, person, answer) == "credential.proof"

    def test_anothers_passkey_shows_nothing(self, rolls: Rolls) -> None:
        (person, thief, *_), _ = rolls.active(binding=True)
        rolls.enrol(person)
        answer = rolls.assertion(person, rolls.enrol(thief))
        assert refusal_of(rolls.registrar.prove, UUID, person, answer) == "credential.proof"

    def test_a_proof_for_oneself_is_none_for_another(self, rolls: Rolls) -> None:
        (person, thief, *_), _ = rolls.active(binding=True)
        rolls.enrol(person)
        answer = rolls.assertion(thief, rolls.enrol(thief))
        assert refusal_of(rolls.registrar.prove, UUID, person, answer) == "credential.proof"
        assert rolls.registrar.prove(UUID, thief, answer)  # another's asking does not use it up

    def test_an_assertion_is_used_up_by_its_first_answer(self, rolls: Rolls) -> None:
        (person, *_), _ = rolls.active(binding=True)
        answer = rolls.assertion(person, rolls.enrol(person))
        assert rolls.registrar.prove(UUID, person, answer)
        assert refusal_of(rolls.registrar.prove, UUID, person, answer) == "credential.proof"

    def test_an_old_assertion_does_not_answer_a_fresh_challenge(self, rolls: Rolls) -> None:
        (person, *_), _ = rolls.active(binding=True)
        old = rolls.assertion(person, rolls.enrol(person))
        rolls.registrar.prove(UUID, person, old)
        fresh = rolls.registrar.begin(UUID, person, Way.PASSKEY, lang="kk")
        assert refusal_of(rolls.registrar.prove, UUID, person, old | {"challenge": fresh.id}) == "credential.proof"

    def test_a_proof_for_one_vote_is_none_for_another(self, rolls: Rolls) -> None:
        people, _ = rolls.active(binding=True)
        rolls.active(on_roll(people), binding=True, uuid=OTHER)
        device = rolls.enrol(people[0])
        answer = rolls.assertion(people[0], device, OTHER)
        assert refusal_of(rolls.registrar.prove, UUID, people[0], answer) == "credential.proof"
        here = rolls.registrar.begin(UUID, people[0], Way.PASSKEY, lang="kk")
        mixed = answer | {"challenge": here.id}
        assert refusal_of(rolls.registrar.prove, UUID, people[0], mixed) == "credential.proof"

    def test_a_signature_over_the_platforms_own_challenge_is_none(self, rolls: Rolls) -> None:
        (person, *_), _ = rolls.active(binding=True)
        device = rolls.enrol(person)
        challenge = rolls.registrar.begin(UUID, person, Way.PASSKEY, lang="kk")
        options = json.loads(challenge.options) | {"challenge": "A" * 43}  # as signing in would ask for
        answer = {"challenge": challenge.id, "assertion": device.get(options)}
        assert refusal_of(rolls.registrar.prove, UUID, person, answer) == "credential.proof"

    @pytest.mark.parametrize("lie", [{"origin": "http://evil.example"}, {"rp_id": "evil.example"}, {"verified": False}])
    def test_what_was_signed_elsewhere_or_without_the_finger_shows_nothing(
        self, rolls: Rolls, lie: dict[str, object]
    ) -> None:
        (person, *_), _ = rolls.active(binding=True)
        device = rolls.enrol(person)
        for name, value in lie.items():
            setattr(device, name, value)
        assert refusal_of(rolls.by_passkey, person, device) == "credential.proof"

    def test_a_count_that_goes_back_stops_the_passkey(self, rolls: Rolls) -> None:
        (person, *_), _ = rolls.active(binding=True)
        device = rolls.enrol(person)
        rolls.by_passkey(person, device)
        device.count -= 1  # a copy signs
        assert refusal_of(rolls.by_passkey, person, device) == "credential.proof"
        assert rolls.registrar.ways(UUID, person) == []

    def test_a_challenge_is_answered_within_ten_minutes(self, rolls: Rolls, clock: ManualClock) -> None:
        (person, *_), _ = rolls.active(binding=True)
        answer = rolls.assertion(person, rolls.enrol(person))
        clock.advance(minutes=10)
        assert refusal_of(rolls.registrar.prove, UUID, person, answer) == "credential.proof"

    @pytest.mark.parametrize("junk", ["", "{}", "[]", "null", "{" * 5000, "[" * 5000, "\x00", "x" * 70_000])
    def test_junk_is_no_assertion(self, rolls: Rolls, junk: str) -> None:
        (person, *_), _ = rolls.active(binding=True)
        rolls.enrol(person)
        challenge = rolls.registrar.begin(UUID, person, Way.PASSKEY, lang="kk")
        answer = {"challenge": challenge.id, "assertion": junk}
        assert refusal_of(rolls.registrar.prove, UUID, person, answer) == "credential.proof"

    def test_an_enrolment_is_told_to_the_person_once_and_nobody_takes_a_passkey_over(self, rolls: Rolls) -> None:
        (person, other, *_), _ = rolls.active(binding=True)
        device = rolls.enrol(person, name="My key")
        again = (device.credential_id, device.public_key())
        rolls.registrar.enrol_passkey(person, *again, name="My key")
        (mail,) = rolls.mails().sent
        assert mail.to == "n0@mail.example"
        assert "My key" in mail.text
        assert refusal_of(rolls.registrar.enrol_passkey, other, *again, name="Mine now") == "passkey.known"
        key = Authenticator().public_key()
        assert refusal_of(rolls.registrar.enrol_passkey, person, again[0], key, name="x") == "passkey.known"

    def test_a_passkey_that_was_forgotten_shows_nothing_and_only_its_holder_forgets_it(self, rolls: Rolls) -> None:
        (person, other, *_), _ = rolls.active(binding=True)
        device = rolls.enrol(person)
        rolls.registrar.forget_passkey(other, device.credential_id)
        assert rolls.registrar.ways(UUID, person) == [Way.PASSKEY]
        answer = rolls.assertion(person, device)
        rolls.registrar.forget_passkey(person, device.credential_id)
        assert refusal_of(rolls.registrar.prove, UUID, person, answer) == "credential.proof"


class TestWithAMailedCode:
    def test_it_comes_from_the_registrar_itself_to_the_address_of_the_register(
        self, rolls: Rolls, services: Services
    ) -> None:
        (person, *_), _ = rolls.active()
        with services.database.uow() as tx:
            set_mail(tx, person, "thief@mail.example", services.clock())  # as somebody with a session could
            tx.commit()
        challenge = rolls.registrar.begin(UUID, person, Way.CODE, lang="ru")
        (mail,) = rolls.mails().sent
        assert (mail.to, mail.lang) == ("n0@mail.example", "ru")
        assert challenge.mailed_to == "n…@mail.example"
        release = rolls.registrar.prove(UUID, person, {"challenge": challenge.id, "code": rolls.code()})
        assert rolls.registrar.credential(UUID, person, release)

    def test_it_never_releases_a_credential_of_a_binding_vote(self, rolls: Rolls, outbox: NullMailer) -> None:
        (person, *_), _ = rolls.active(binding=True)
        assert refusal_of(rolls.registrar.begin, UUID, person, Way.CODE, lang="kk") == "credential.way"
        assert rolls.mails().sent == []

    def test_a_code_of_a_consultative_vote_does_not_do_in_a_binding_one(self, rolls: Rolls) -> None:
        people, _ = rolls.active()
        rolls.active(on_roll(people), binding=True, uuid=OTHER)
        challenge = rolls.registrar.begin(UUID, people[0], Way.CODE, lang="kk")
        answer = {"challenge": challenge.id, "code": rolls.code()}
        assert refusal_of(rolls.registrar.prove, OTHER, people[0], answer) == "credential.proof"

    def test_five_wrong_codes_use_it_up(self, rolls: Rolls) -> None:
        (person, *_), _ = rolls.active()
        challenge = rolls.registrar.begin(UUID, person, Way.CODE, lang="kk")
        right = rolls.code()
        wrong = f"{(int(right) + 1) % 10**8:08}"
        for _ in range(5):
            answer = {"challenge": challenge.id, "code": wrong}
            assert refusal_of(rolls.registrar.prove, UUID, person, answer) == "credential.proof"
        late = {"challenge": challenge.id, "code": right}
        assert refusal_of(rolls.registrar.prove, UUID, person, late) == "credential.proof"

    def test_a_mistyped_code_may_be_entered_again_and_a_right_one_once(self, rolls: Rolls) -> None:
        (person, *_), _ = rolls.active()
        challenge = rolls.registrar.begin(UUID, person, Way.CODE, lang="kk")
        code = rolls.code()
        for wrong in ("", code[:-1], code + "0"):
            assert refusal_of(rolls.registrar.prove, UUID, person, {"challenge": challenge.id, "code": wrong})
        right = {"challenge": challenge.id, "code": code}
        assert rolls.registrar.prove(UUID, person, right)
        assert refusal_of(rolls.registrar.prove, UUID, person, right) == "credential.proof"

    def test_a_new_code_ends_the_one_before(self, rolls: Rolls) -> None:
        (person, *_), _ = rolls.active()
        first = rolls.registrar.begin(UUID, person, Way.CODE, lang="kk")
        answer = {"challenge": first.id, "code": rolls.code()}
        rolls.registrar.begin(UUID, person, Way.CODE, lang="kk")
        assert refusal_of(rolls.registrar.prove, UUID, person, answer) == "credential.proof"

    def test_five_are_mailed_within_an_hour(self, rolls: Rolls, clock: ManualClock) -> None:
        (person, other, *_), _ = rolls.active()
        for _ in range(5):
            rolls.registrar.begin(UUID, person, Way.CODE, lang="kk")
        assert refusal_of(rolls.registrar.begin, UUID, person, Way.CODE, lang="kk") == "credential.too_many"
        assert rolls.registrar.begin(UUID, other, Way.CODE, lang="kk").id
        clock.advance(hours=1)
        assert rolls.registrar.begin(UUID, person, Way.CODE, lang="kk").id

    def test_a_mail_that_does_not_leave_is_tried_again_and_an_address_that_is_dead_is_not(
        self, rolls: Rolls, registrar: LocalRegistrar, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (person, *_), _ = rolls.active()

        def fail(_: Mail) -> None:
            raise OSError

        def refuse(_: Mail) -> None:
            raise MailRefused("5.1.1")

        rolls.registrar.begin(UUID, person, Way.CODE, lang="kk")
        with monkeypatch.context() as patch:
            patch.setattr(registrar.means.mailer, "send", fail)
            registrar.work()
        registrar.work()
        outbox = registrar.means.mailer
        assert isinstance(outbox, NullMailer)
        assert outbox.sent == []  # not before its time
        clock.advance(seconds=10)
        registrar.work()
        assert len(outbox.sent) == 1
        rolls.registrar.begin(UUID, person, Way.CODE, lang="kk")
        with monkeypatch.context() as patch:
            patch.setattr(registrar.means.mailer, "send", refuse)
            registrar.work()
        clock.advance(minutes=30)
        registrar.work()
        assert len(outbox.sent) == 1


class TestTheRelease:
    def test_the_platforms_word_alone_shows_nothing(self, rolls: Rolls) -> None:
        (person, *_), _ = rolls.active()
        for made_up in ("", "x" * 43, person):
            assert refusal_of(rolls.registrar.credential, UUID, person, made_up) == "credential.release"

    def test_it_shows_a_credential_once_within_ten_minutes_to_its_person_in_its_vote(
        self, rolls: Rolls, clock: ManualClock
    ) -> None:
        people, _ = rolls.active()
        rolls.active(on_roll(people), uuid=OTHER)
        person, other = people[:2]
        release = rolls.by_code(person)
        assert refusal_of(rolls.registrar.credential, UUID, other, release) == "credential.release"
        assert refusal_of(rolls.registrar.credential, OTHER, person, release) == "credential.release"
        assert rolls.registrar.credential(UUID, person, release)
        assert refusal_of(rolls.registrar.credential, UUID, person, release) == "credential.release"
        late = rolls.by_code(person)
        clock.advance(minutes=10)
        assert refusal_of(rolls.registrar.credential, UUID, person, late) == "credential.release"

    def test_who_is_not_on_the_roll_begins_nothing(self, rolls: Rolls) -> None:
        rolls.active()
        assert refusal_of(rolls.registrar.begin, UUID, "0" * 32, Way.CODE, lang="kk") == "credential.not_on_roll"
        assert refusal_of(rolls.registrar.credential, UUID, "0" * 32, "x") == "credential.not_on_roll"

    def test_from_the_closing_second_on_nothing_is_begun_proved_or_shown(
        self, rolls: Rolls, clock: ManualClock
    ) -> None:
        (person, other, *_), _ = rolls.active()
        clock.advance(hours=8, minutes=-5)
        release = rolls.by_code(person)
        challenge = rolls.registrar.begin(UUID, other, Way.CODE, lang="kk")
        answer = {"challenge": challenge.id, "code": rolls.code()}
        clock.advance(minutes=5)
        assert refusal_of(rolls.registrar.begin, UUID, person, Way.CODE, lang="kk") == "credential.closed"
        assert refusal_of(rolls.registrar.prove, UUID, other, answer) == "credential.closed"
        assert refusal_of(rolls.registrar.credential, UUID, person, release) == "credential.closed"

    def test_the_notice_is_durable_before_the_credential_leaves(
        self, rolls: Rolls, registrar: LocalRegistrar, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (person, *_), _ = rolls.active()
        release = rolls.by_code(person)
        rolls.mails().sent.clear()

        def crash(*_: object) -> str:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(registrar.means.vault.__class__, "open", crash)
            with pytest.raises(RuntimeError):
                registrar.credential(UUID, person, release)
        clock.advance(hours=6)
        (mail,) = rolls.mails().sent
        assert mail.subject == "Дауыс беру кодыңыз көрсетілді"

    def test_the_notice_leaves_at_a_quiet_moment_and_holds_no_credential(
        self, rolls: Rolls, services: Services, clock: ManualClock
    ) -> None:
        (person, *_), _ = rolls.active()
        shown = rolls.registrar.credential(UUID, person, rolls.by_code(person))
        rolls.mails().sent.clear()
        clock.advance(hours=6)
        (mail,) = rolls.mails().sent
        assert mail.to == "n0@mail.example"
        assert UUID in mail.text
        for secret in (shown, credentials.public(UUID, shown).text):
            assert secret not in mail.text + mail.html

    def test_it_goes_to_the_address_that_the_person_set_as_well(
        self, rolls: Rolls, services: Services, clock: ManualClock
    ) -> None:
        (person, *_), _ = rolls.active()
        with services.database.uow() as tx:
            set_mail(tx, person, "new@mail.example", services.clock())
            tx.commit()
        rolls.registrar.credential(UUID, person, rolls.by_code(person))
        rolls.mails().sent.clear()
        clock.advance(hours=6)
        assert [mail.to for mail in rolls.mails().sent] == ["n0@mail.example", "new@mail.example"]


class TestATheft:
    def test_what_is_blocked_is_neither_cast_with_nor_shown_again(self, rolls: Rolls, services: Services) -> None:
        (person, other, *_), _ = rolls.active()
        release = rolls.by_code(person)
        public = credentials.public(UUID, CredentialBook(services).credential(UUID, person)).text
        rolls.registrar.block(UUID, person)
        rolls.registrar.block(UUID, person)
        assert refusal_of(rolls.registrar.owns, UUID, person, public) == "credential.blocked"
        assert refusal_of(rolls.registrar.begin, UUID, person, Way.CODE, lang="kk") == "credential.blocked"
        assert refusal_of(rolls.registrar.credential, UUID, person, release) == "credential.blocked"
        assert rolls.registrar.is_on_roll(UUID, person)
        assert rolls.by_code(other)

    def test_that_somebody_elses_is_blocked_is_not_told(self, rolls: Rolls, services: Services) -> None:
        (person, other, *_), _ = rolls.active()
        public = credentials.public(UUID, CredentialBook(services).credential(UUID, person)).text
        rolls.registrar.block(UUID, person)
        assert not rolls.registrar.owns(UUID, other, public)
        assert not rolls.registrar.owns(UUID, person, "0" * 64)
        assert refusal_of(rolls.registrar.block, UUID, "0" * 32) == "credential.not_on_roll"


def test_no_log_line_holds_a_person_or_a_credential(
    rolls: Rolls, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    (person, *_), _ = rolls.active()

    def fail(_: Mail) -> None:
        raise OSError(person)

    monkeypatch.setattr(services.mailer, "send", fail)
    rolls.registrar.begin(UUID, person, Way.CODE, lang="kk")
    assert isinstance(services.registrar, LocalRegistrar)
    services.registrar.work()
    said = capfd.readouterr()
    assert "registrar.mail_failed" in said.out + said.err
    assert person not in said.out + said.err


def test_what_is_over_is_deleted(rolls: Rolls, registrar: LocalRegistrar, clock: ManualClock) -> None:
    (person, *_), _ = rolls.active()
    rolls.by_code(person)
    rolls.registrar.begin(UUID, person, Way.CODE, lang="kk")
    clock.advance(hours=1)
    registrar.work()
    with registrar.means.database.read() as session:
        connection = session.connection()
        for table in ("challenge", "release", "code_count", "mail"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM registrar_{table}").scalar() == 0


@pytest.mark.parametrize(
    ("passkey", "eid", "mail", "binding", "level", "ways"),
    [
        (True, True, True, False, 3, [Way.PASSKEY, Way.EID, Way.CODE]),
        (True, True, True, True, 3, [Way.PASSKEY, Way.EID]),
        (False, True, True, True, 2, []),
        (False, True, True, False, 2, [Way.EID, Way.CODE]),
        (False, False, True, True, 3, []),
        (False, False, False, False, 3, []),
    ],
)
def test_the_ways_there_are(passkey: bool, eid: bool, mail: bool, binding: bool, level: int, ways: list[Way]) -> None:
    assert rules.ways(binding=binding, passkey=passkey, eid=eid, mail=mail, eid_level=level) == ways
