"""What the registrar opens for an audit: what the auditors' values draw, with proofs, and not everything."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.registrar.people import Rolls
from tests.registrar.signing import REF, Petitions, drawn
from tests.registrar.test_petitions import petitions as petitions
from tests.registrar.test_petitions import refusal
from tests.voting.making import make_people

from egov_crypto import audit as protocol
from egov_crypto import vrf
from egov_crypto.petition import alpha
from egov_participation.mail import NullMailer
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar.interface import Act
from egov_participation.registry.models import Resident
from egov_participation.services import Services


class TestOpenings:
    key: bytes
    AUDIT: dict[str, Any] = drawn(b"a")

    def signed(self, petitions: Petitions, people: list[str]) -> list[str]:
        """The pseudonyms of those people, which have left for the log."""
        self.key = bytes.fromhex(petitions.open()["key"])
        promised = [str(petitions.said(petitions.act(person))["pseudonym"]) for person in people]
        petitions.services.clock.advance(hours=1)  # type: ignore[attr-defined]
        petitions.leaving()
        return promised

    def test_a_sample_is_opened_with_proofs_and_those_in_it_are_asked(
        self, petitions: Petitions, services: Services, outbox: NullMailer
    ) -> None:
        iins, people = make_people(services, 3)
        pseudonyms = self.signed(petitions, people)
        there = petitions.registrar
        outbox.sent.clear()
        found = there.open_entries(REF, pseudonyms[:2], **self.AUDIT)
        assert [opening.iin for opening in found] == [iin.digits for iin in iins[:2]]
        for opening in found:
            proved = vrf.verify(self.key, alpha(REF, opening.iin), bytes.fromhex(opening.proof))
            assert proved.hex() == opening.pseudonym
            assert opening.iin not in repr(opening)
        assert there.open_entries(REF, pseudonyms[:2], **self.AUDIT) == found
        sent = sorted(Rolls(there, services).mails().sent, key=lambda mail: mail.to)
        assert [mail.to for mail in sent] == ["n0@mail.example", "n1@mail.example"]
        tokens = [re.findall(rf"/petitions/{REF}/audit/answer/([\w-]+)", mail.text)[0] for mail in sent]
        assert there.audit_question(tokens[0]) == (REF, False)
        there.answer_audit(tokens[0], False)
        there.answer_audit(tokens[0], True)  # the first answer stands
        assert there.audit_question(tokens[0]) == (REF, True)
        assert sorted(there.audit_answers(REF, self.AUDIT["audit"]).items(), key=str) == sorted(
            {pseudonyms[0]: False, pseudonyms[1]: None}.items(), key=str
        )
        assert refusal(there.answer_audit, "x", True) == "petition.no_question"

    def test_one_audit_opens_one_sample_and_all_together_not_everything(
        self, petitions: Petitions, services: Services, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, people = make_people(services, 3)
        pseudonyms = self.signed(petitions, people)
        there = petitions.registrar
        there.open_entries(REF, pseudonyms[:2], **self.AUDIT)
        assert refusal(there.open_entries, REF, pseudonyms[1:], **self.AUDIT) == "petition.audit_sample"
        monkeypatch.setattr(rules, "MOST_OPENED", 3)
        petitions.registrar.close_petition(REF)
        assert refusal(there.open_entries, REF, pseudonyms[1:], **drawn(b"b")) == "petition.audit_limit"
        assert len(there.open_entries(REF, pseudonyms[2:], **drawn(b"b"))) == 1

    def test_who_has_left_the_register_is_opened_with_a_proof_and_not_asked(
        self, petitions: Petitions, services: Services, outbox: NullMailer
    ) -> None:
        (iin, _), people = make_people(services, 2)
        pseudonyms = self.signed(petitions, people)
        with services.database.uow() as tx:
            tx.session.delete(tx.get(Resident, people[0]))
            tx.commit()
        outbox.sent.clear()
        found = petitions.registrar.open_entries(REF, pseudonyms, **self.AUDIT)
        assert found[0].iin == iin.digits
        assert vrf.verify(self.key, alpha(REF, iin.digits), bytes.fromhex(found[0].proof)).hex() == pseudonyms[0]
        assert [mail.to for mail in Rolls(petitions.registrar, services).mails().sent] == ["n1@mail.example"]
        assert petitions.registrar.audit_answers(REF, self.AUDIT["audit"]) == {pseudonyms[1]: None}

    def test_nothing_is_opened_that_the_auditors_values_do_not_draw(
        self, petitions: Petitions, services: Services, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, people = make_people(services, 4)
        pseudonyms, there = self.signed(petitions, people), petitions.registrar
        petitions.act(people[3], Act.WITHDRAW)
        services.clock.advance(hours=1)  # type: ignore[attr-defined]
        petitions.leaving(after=1)

        def refused(*asked: str, **changed: object) -> bool:
            return refusal(there.open_entries, REF, asked, **(self.AUDIT | changed)) == "petition.audit_draw"

        assert refused("00" * 64)  # never attested
        assert refused(pseudonyms[3])  # withdrawn
        assert refused(pseudonyms[0], reveals=[])
        assert refused(pseudonyms[0], reveals=["00" * 32])  # another audit's values
        assert refused(pseudonyms[0], entries=3)  # the batch was not in the log
        monkeypatch.setattr(rules, "drawn_from", lambda asked: asked)
        values = [bytes.fromhex(value) for value in self.AUDIT["reveals"]]
        seed, standing = protocol.seed(REF, values), [bytes.fromhex(one) for one in pseudonyms[:3]]
        first, second, _ = (one.hex() for one in protocol.draw(seed, standing, 3))
        assert refused(second)
        assert len(there.open_entries(REF, [first], **self.AUDIT)) == 1

    def test_half_of_what_may_be_opened_is_kept_for_after_the_end(
        self, petitions: Petitions, services: Services, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, people = make_people(services, 3)
        pseudonyms, there = self.signed(petitions, people), petitions.registrar
        monkeypatch.setattr(rules, "MOST_OPENED", 4)
        assert refusal(there.open_entries, REF, pseudonyms, **self.AUDIT) == "petition.audit_limit"
        there.close_petition(REF)
        assert len(there.open_entries(REF, pseudonyms, **self.AUDIT)) == 3

    @pytest.mark.parametrize("wrong", [[], ["00"], ["x" * 128], ["00" * 64] * 2])
    def test_what_is_no_sample_is_not_opened(self, petitions: Petitions, wrong: list[str]) -> None:
        petitions.open()
        with pytest.raises(ValueError):
            petitions.registrar.open_entries(REF, wrong, **self.AUDIT)
