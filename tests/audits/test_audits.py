"""An audit from commitments to report, held against the log as anybody reads it; and registrars that lie."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest
from sqlmodel import select
from tests.audits.auditing import Auditing
from tests.officials import MakeOfficial

from egov_crypto import audit as protocol
from egov_crypto import canonical, vrf
from egov_crypto import petition as counting
from egov_crypto.opening import Opening
from egov_crypto.petition import Signed, alpha
from egov_participation.actions import Role
from egov_participation.audits.models import Commitment, Stage
from egov_participation.audits.service import committing, drawing, lookup, opening, reporting
from egov_participation.audits.service import viewing as views
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.ledger import service as ledger
from egov_participation.ledger.rules import commitment
from egov_participation.petitions.keys import person_hash
from egov_participation.petitions.models import Signature
from egov_participation.petitions.service import logged
from egov_participation.registrar.interface import Act
from egov_participation.registrar.models import Attested, KeyedPetition
from egov_participation.registrar.service import LocalRegistrar, petitions
from egov_participation.registry import iin as iins
from egov_participation.registry.iin import Iin
from egov_participation.services import Services


class Everything:
    """A `counting.Register` in memory: the test's own reading of the log."""

    def __init__(self) -> None:
        self.acts: list[tuple[str, bytes, int, Signed]] = []

    def sign(self, petition: str, pseudonym: bytes, index: int, signed: Signed) -> None:
        self.acts.append((petition, pseudonym, index, signed))

    def signed(self, petition: str, pseudonym: bytes) -> Signed | None:
        found = [act[3] for act in self.acts if act[:2] == (petition, pseudonym)]
        return found[-1] if found else None

    def signed_at(self, petition: str, size: int) -> Iterator[tuple[bytes, Signed]]:
        yield from {act[1]: act[3] for act in self.acts if act[0] == petition and act[2] < size}.items()


def recounted(services: Services) -> tuple[counting.Petitions, Everything]:
    """The log read as ``egov-verify`` does."""
    register = Everything()
    found = counting.Petitions(register)
    with services.database.read() as session:
        head = ledger.head(session)
        assert head is not None
        for index in range(head.size):
            value = ledger.entry_at(session, index).value
            if str(value["type"]).startswith(("petition.", "registrar.")):
                found.take(index, dict(value))
    return found, register


def refusal(call: Callable[..., object], *arguments: object, **named: object) -> str:
    with pytest.raises(DomainError) as refused:
        call(*arguments, **named)
    return refused.value.code


def test_an_honest_audit_from_commitments_to_report(auditing: Auditing, services: Services) -> None:
    reference = auditing.signed(5)
    people = auditing.petitions.people
    key = auditing.opened(reference, 3)
    row = auditing.audit(key)
    assert (row.counted, row.opened, row.unproven, row.unknown) == (5, 3, 0, 0)

    tokens = auditing.asked()
    assert len(tokens) == 3
    for token in list(tokens.values())[:2]:
        services.registrar.answer_audit(token, True)
    answers = reporting.answers(services, row)
    assert (answers.yes, answers.no, answers.waiting, answers.unasked) == (2, 0, 1, 0)

    opened = Opening.parse(opening.file_of(services, auditing.auditors[1].session, key))
    counted, register = recounted(services)
    assert opened.verify() == opened.verify_drawn(register, counted.counts[reference]) == 3
    with services.database.read() as session:
        found = [services.registry.find(session, Iin.parse(one.iin)) for one in opened.opened]
    assert len({person.person_id for person in found if person} & set(people)) == 3

    row = auditing.reported(key, 2, 0, 1, asked_yes=1)
    counted, register = recounted(services)
    logged = counted.counts[reference].audits[str(row.name)]
    said = {"opened": 3, "confirmed": 2, "denied": 0, "unreached": 1, "asked": 1}
    assert logged["report"] == {**said, "document": row.document}
    sample = counting.sample(register, reference, counted.counts[reference], str(row.name))
    assert [pseudonym.hex() for pseudonym in sample] == opening.sample_of(row)
    report = reporting.report(row)
    assert report["answered_registrar"] == {"signed": 2, "not_signed": 0}
    assert report["answered_auditors"] == {"signed": 1, "not_signed": 0}
    raw = canonical.dump(report)
    assert commitment("petition.audit", bytes.fromhex(str(row.salt)), raw) == row.document
    (seen,) = views.of_petition(services, reference)
    assert seen.stage is Stage.REPORTED
    assert seen.chances[-1] == (10, 1, pytest.approx(60))  # 3 of 5


def test_it_is_drawn_among_those_who_counted_when_it_was_committed(auditing: Auditing, services: Services) -> None:
    """Whatever happened to their signatures between that and the draw."""
    reference = auditing.signed(7)
    early, late, anew, before, since, *_ = auditing.petitions.people
    auditing.petitions.withdraw(reference, early)
    office(auditing, reference, before, "invalidate")
    auditing.publish()
    key = auditing.committed(reference, 9)
    counted, register = recounted(services)
    wanted = {name for name, signed in register.signed_at(reference, 10**6) if signed.counts}
    auditing.petitions.withdraw(reference, late)
    auditing.petitions.withdraw(reference, anew)
    office(auditing, reference, before, "reinstate")
    office(auditing, reference, since, "invalidate")
    auditing.publish()
    for person in (early, anew):
        auditing.petitions.sign(reference, person)
    auditing.publish()
    for auditor in auditing.auditors:
        drawing.reveal(services, auditor.session, key, auditing.values[auditor.person_id].hex())
    drawing.draw_due(services)
    row = auditing.audit(key)
    assert row.counted == 5
    assert {bytes.fromhex(name) for name in opening.sample_of(row)} == wanted
    with services.database.read() as session:
        assert logged.attested(session, reference, row.size or 0) == 8
    auditing.petitions.round()
    counted, register = recounted(services)
    sample = counting.sample(register, reference, counted.counts[reference], str(row.name))
    assert [pseudonym.hex() for pseudonym in sample] == opening.sample_of(row)


def office(auditing: Auditing, reference: str, person: str, act: str) -> None:
    """What moderators decided about somebody's signature, as it enters the log."""
    services = auditing.services
    with services.database.uow() as tx:
        one = tx.exec(select(Signature).where(Signature.person_hash == person_hash(services.settings.keys_dir, person)))
        about = {"type": "petition.invalidation", "version": 1, "petition": reference, "batch": "ab" * 32}
        told = {"pseudonym": one.one().pseudonym.hex(), "act": act, "code": "coerced", "day": "2026-11-28"}
        ledger.enter(tx, {**about, **told})
        tx.commit()


class TestWhatAuditorsMayNot:
    def test_nobody_draws_alone(self, auditing: Auditing, services: Services) -> None:
        reference = auditing.signed(1)
        first, second = (auditor.session for auditor in auditing.auditors)
        key = committing.begin(services, first, reference, 1)
        mine = protocol.commitment(reference, secrets.token_bytes(32))
        committing.join(services, first, key, mine)
        assert refusal(committing.join, services, first, key, "0" * 64) == "audit.joined"
        assert refusal(committing.join, services, second, key, mine) == "audit.joined"
        assert refusal(committing.join, services, second, key, "x") == "audit.commitment"
        other = committing.begin(services, first, reference, 1)  # a value serves once: the log names audits after them
        assert refusal(committing.join, services, second, other, mine) == "audit.joined"
        with services.database.uow() as tx:
            assert refusal(committing.propose, services, tx, first, key) == "audit.alone"

    def test_who_joins_voids_what_was_proposed_without_them(
        self, auditing: Auditing, services: Services, official: MakeOfficial
    ) -> None:
        key = auditing.begun(auditing.signed(1), 1)
        with services.database.uow() as tx:
            proposal = committing.propose(services, tx, auditing.auditors[0].session, key)
            tx.commit()
        committing.join(services, official(Role.AUDITOR).session, key, "3" * 64)
        assert refusal(auditing.approve, proposal) == "approval.decided"
        auditing.decided(committing, key)
        assert auditing.audit(key).stage == Stage.COMMITTED

    def test_values_stay_secret_until_the_log_has_the_commitments(self, auditing: Auditing, services: Services) -> None:
        reference = auditing.signed(1)
        key = auditing.begun(reference, 1)
        first, second = auditing.auditors
        value = auditing.values[first.person_id].hex()
        assert refusal(drawing.reveal, services, first.session, key, value) == "audit.stage"
        auditing.decided(committing, key)
        assert refusal(drawing.reveal, services, first.session, key, value) == "audit.early"
        auditing.petitions.round()
        assert refusal(drawing.reveal, services, second.session, key, value) == "audit.value"
        drawing.reveal(services, first.session, key, value)
        drawing.draw_due(services)
        assert auditing.audit(key).stage == Stage.COMMITTED
        with services.database.read() as session:
            (seen,) = [one for one in views.view(services, session, lookup.found(session, key)).values if one.revealed]
        assert seen.value == ""

    def test_with_witnesses_one_of_them_has_signed_first(
        self, auditing: Auditing, services: Services, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = auditing.committed(auditing.signed(1), 1)
        sizes: list[int | None] = [None]

        class State:
            @property
            def size(self) -> int | None:
                return sizes[0]

        monkeypatch.setattr(ledger, "witnesses_of", lambda _: ("one",))
        monkeypatch.setattr(ledger, "witness_states", lambda *_: [State()])
        with services.database.read() as session:
            row = lookup.found(session, key)
            assert drawing.place(services, session, row) is None
            sizes[0] = 1
            assert drawing.place(services, session, row) is None
            head = ledger.head(session)
            assert head is not None
            sizes[0] = head.size
            assert drawing.place(services, session, row) is not None

    def test_nothing_is_opened_before_two_authorised_it(self, auditing: Auditing, services: Services) -> None:
        key = auditing.drawn(auditing.signed(2), 2)
        opening.open_due(services)
        assert refusal(opening.file_of, services, auditing.auditors[0].session, key) == "audit.stage"
        assert auditing.asked() == {}
        with services.database.uow() as tx:
            proposal = opening.propose(services, tx, auditing.auditors[1].session, key)
            tx.commit()
        assert refusal(auditing.approve, proposal) == "approval.own"

    def test_a_report_adds_up(self, auditing: Auditing, services: Services) -> None:
        key = auditing.opened(auditing.signed(2), 2)
        for wrong in (
            {"confirmed": 1, "denied": 0, "unreached": 0},
            {"confirmed": 2, "denied": 0, "unreached": 0},  # nobody has said so
            {"confirmed": 2, "denied": 0, "unreached": 0, "asked_yes": 1},
            {"confirmed": 0, "denied": 0, "unreached": 2, "asked_yes": 1},
            {"confirmed": 0, "denied": 0, "unreached": 2, "asked_no": 1},
        ):
            assert refusal(auditing.proposed, key, **wrong) == "audit.report"
        assert auditing.proposed(key, 1, 0, 1, asked_yes=1)

    def test_the_file_is_for_those_who_take_part_and_until_the_report(
        self, auditing: Auditing, services: Services, official: MakeOfficial
    ) -> None:
        key = auditing.opened(auditing.signed(1), 1)
        assert refusal(opening.file_of, services, official(Role.AUDITOR).session, key) == "audit.stranger"
        first = auditing.auditors[0].session
        assert opening.file_of(services, first, key)
        auditing.reported(key, 0, 0, 1)
        assert refusal(opening.file_of, services, first, key) == "audit.stage"

    def test_whose_value_is_not_revealed_in_time_is_said(
        self, auditing: Auditing, services: Services, clock: ManualClock
    ) -> None:
        reference = auditing.signed(1)
        key = auditing.committed(reference, 1)
        first = auditing.auditors[0]
        drawing.reveal(services, first.session, key, auditing.values[first.person_id].hex())
        clock.advance(days=3, seconds=-1)
        before = views.stamp(services, reference)
        assert views.of_petition(services, reference)[0].missing == []
        clock.advance(seconds=1)
        (seen,) = views.of_petition(services, reference)
        assert [seen.values[number - 1].auditor for number in seen.missing] == [auditing.auditors[1].person_id]
        assert views.stamp(services, reference) != before
        last = auditing.auditors[1]
        value = auditing.values[last.person_id].hex()
        assert refusal(drawing.reveal, services, last.session, key, value) == "audit.void"

    def test_one_audit_is_drawn_after_another(self, auditing: Auditing, services: Services, clock: ManualClock) -> None:
        """Whoever reveals last would else choose between their samples."""
        reference = auditing.signed(2)
        void = auditing.committed(reference, 1)
        values = dict(auditing.values)
        following = auditing.begun(reference, 2)
        with pytest.raises(DomainError) as caught:
            auditing.decided(committing, following)
        assert caught.value.code == "audit.waiting"
        clock.advance(days=4, seconds=1)
        auditing.decided(committing, following)
        auditing.petitions.round()
        with services.database.uow() as tx:  # a value that comes late all the same
            for one in lookup.commitments(tx.session, lookup.found(tx.session, void)):
                one.value = values[one.auditor].hex()
                tx.add(one)
            tx.commit()
        drawing.draw_due(services)
        assert auditing.audit(void).stage == Stage.COMMITTED
        (logged_audit, _) = recounted(services)[0].counts[reference].audits.values()
        assert "reveals" not in logged_audit

    def test_who_is_no_auditor_any_more_has_committed_to_nothing(self, auditing: Auditing, services: Services) -> None:
        key = auditing.begun(auditing.signed(1), 1)
        with services.database.uow() as tx:
            tx.session.add(Commitment(audit_id=lookup.found(tx.session, key).id, auditor="0" * 32, commitment="3" * 64))
            tx.commit()
        with pytest.raises(DomainError) as caught:
            auditing.decided(committing, key)
        assert caught.value.code == "audit.left"

    def test_of_what_is_not_in_the_log_nothing_is_drawn(self, auditing: Auditing, services: Services) -> None:
        reference = auditing.petitions.make()
        first = auditing.auditors[0].session
        assert refusal(committing.begin, services, first, reference, 1) == "audit.nothing"
        assert refusal(committing.begin, services, first, reference, 0) == "audit.sample"
        assert refusal(committing.begin, services, first, "P-2026-9999", 1) == "petition.unknown"


class TestARegistrarThatLies:
    """What it attests is in the log and verifies: only the audit tells that nobody signed."""

    @pytest.fixture
    def registrar(self, services: Services) -> LocalRegistrar:
        assert isinstance(services.registrar, LocalRegistrar)
        return services.registrar

    def attest(self, registrar: LocalRegistrar, reference: str, iin: str, pseudonym: bytes) -> None:
        """Make up a signature, straight into its own database."""
        means = registrar.means
        with means.database.uow() as tx:
            tx.add(
                Attested(
                    petition=reference,
                    owner=secrets.token_bytes(32),
                    turn=1,
                    act=Act.ATTEST.value,
                    pseudonym=pseudonym,
                    sealed_iin=means.vault.seal_signer(reference, pseudonym, iin),
                    day=means.clock().date(),
                    region="KZ-75",
                    waiting_since=means.clock(),
                )
            )
            tx.commit()

    def test_people_who_did_not_sign_say_so(
        self, auditing: Auditing, services: Services, registrar: LocalRegistrar
    ) -> None:
        honest, *others = auditing.petitions.residents(3)
        reference = auditing.petitions.make()
        auditing.petitions.sign(reference, honest)
        for person in others:
            known = registrar.means.residents.person(person)
            assert known is not None
            keyed = petitions.keyed(registrar.means, reference)
            self.attest(registrar, reference, known[1].digits, keyed.pseudonym(known[1].digits))
        auditing.publish()
        assert recounted(services)[0].counts[reference].electronic == 3  # the log alone shows nothing

        key = auditing.opened(reference, 3)
        assert (auditing.audit(key).unproven, auditing.audit(key).unknown) == (0, 0)
        tokens = auditing.asked()
        services.registrar.answer_audit(tokens.pop("n0@mail.example"), True)
        for token in tokens.values():
            services.registrar.answer_audit(token, False)
        answers = reporting.answers(services, auditing.audit(key))
        assert (answers.yes, answers.no) == (1, 2)
        auditing.reported(key, 1, 2, 0)
        (logged,) = recounted(services)[0].counts[reference].audits.values()
        assert logged["report"]["denied"] == 2

    def test_pseudonyms_of_nobody_cannot_be_proved(
        self, auditing: Auditing, services: Services, registrar: LocalRegistrar
    ) -> None:
        reference = auditing.signed(1)
        means = registrar.means
        for year in (1980, 1981):
            iin = iins.make(means.clock().date().replace(year=year), male=False, number=4321)
            assert iin is not None
            self.attest(registrar, reference, iin.digits, secrets.token_bytes(64))
        auditing.publish()
        key = auditing.opened(reference, 3)
        row = auditing.audit(key)
        assert (row.counted, row.unproven) == (3, 2)
        assert refusal(auditing.proposed, key, 3, 0, 0) == "audit.unproven"

    def test_it_cannot_pass_a_made_up_signature_off_as_somebody_elses(
        self, auditing: Auditing, registrar: LocalRegistrar
    ) -> None:
        first, _ = auditing.petitions.residents(2)
        reference = auditing.petitions.make()
        auditing.petitions.sign(reference, first)
        made_up = secrets.token_bytes(64)
        # It says that the pseudonym is of a person who did sign, and would confirm it.
        means = registrar.means
        known = means.residents.person(first)
        assert known is not None
        self.attest(registrar, reference, known[1].digits, made_up)
        auditing.publish()
        assert auditing.audit(auditing.opened(reference, 2)).unproven == 1

    def test_numbers_that_the_register_does_not_have_are_found(
        self, auditing: Auditing, registrar: LocalRegistrar, clock: ManualClock
    ) -> None:
        reference = auditing.signed(1)
        made_up = iins.make(clock().date().replace(year=1980), male=False, number=4321)
        assert made_up is not None
        with registrar.means.database.read() as session:
            row = session.get(KeyedPetition, reference)
        assert row is not None
        secret = registrar.means.vault.open_petition_key(reference, row.sealed_secret or b"")
        self.attest(registrar, reference, made_up.digits, vrf.evaluate(secret, alpha(reference, made_up.digits)))
        auditing.publish()
        found = auditing.audit(auditing.opened(reference, 2))
        assert (found.unproven, found.unknown) == (0, 1)
