"""The pages on which a citizen signs, looks at the signature, and withdraws it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlmodel import select
from tests.authenticator import Authenticator
from tests.officials import MakeCitizen, SignedIn, open_session
from tests.petitions.making import Petitions, rules_with

from egov_participation.actions import Capacity
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.jurisdiction.petition_rules import Names, Way
from egov_participation.petitions.models import Signature, State
from egov_participation.petitions.service import signing, subscribers
from egov_participation.registrar import statements
from egov_participation.services import Services

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def fields(page: str) -> dict[str, str]:
    """What the page's forms carry along."""
    return {name: value for name, value in HIDDEN.findall(page) if name != "csrf_token"}


def begin(who: SignedIn, path: str, way: str, **chosen: str) -> dict[str, str]:
    """Choose a way; what the next form carries."""
    page = who.client.post(f"{path}/begin", data={"way": way, **chosen})
    assert page.status_code == 200, page.text
    return fields(page.text)


def sign(petitions: Petitions, who: SignedIn, reference: str, **chosen: str) -> None:
    path = f"/en/petitions/{reference}/sign"
    form = begin(who, path, "code", **chosen)
    answer = who.client.post(path, data=form | {"code": petitions.code()})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/en/petitions/{reference}/signed")


def sign_in_again(who: SignedIn) -> None:
    """The session ended while the clock went on."""
    who.token = open_session(who.services, who.person_id, 1, Capacity.CITIZEN)
    who.sign(who.client)


@pytest.fixture
def signer(citizen: MakeCitizen) -> SignedIn:
    return citizen()


def stored(petitions: Petitions) -> Signature:
    with petitions.services.database.read() as session:
        return session.exec(select(Signature)).one()


def test_three_clicks_sign(petitions: Petitions, signer: SignedIn) -> None:
    reference = petitions.make()
    path = f"/en/petitions/{reference}"
    assert f'href="{path}/sign"' in signer.client.get(path).text
    page = signer.client.get(f"{path}/sign")
    assert page.headers["cache-control"] == "no-store"
    assert "Build a park" in page.text
    assert 'value="yes" checked' not in page.text.partition('name="tell"')[2], "nothing is told unless it is asked for"
    sign(petitions, signer, reference, shown="yes")
    thanks = signer.client.get(f"{path}/signed").text
    assert "You have signed" in thanks
    row = stored(petitions)
    assert row.name == f"{signer.entry.given_name} {signer.entry.family_name[:1]}."
    assert row.network is not None
    petitions.round()
    assert petitions.counts(reference).electronic == 1


def test_the_name_is_not_shown_and_news_are_sent_as_wished(
    petitions: Petitions, signer: SignedIn, services: Services
) -> None:
    reference = petitions.make()
    sign(petitions, signer, reference, shown="no", tell="yes")
    assert stored(petitions).name == ""
    with services.database.read() as session:
        assert subscribers.is_subscribed(session, services, petitions.petition(reference), signer.person_id)


def test_where_the_rules_show_no_names_nobody_is_asked(petitions: Petitions, signer: SignedIn) -> None:
    reference = petitions.make(rules=rules_with().model_copy(update={"names": Names.NONE}))
    page = signer.client.get(f"/en/petitions/{reference}/sign").text
    assert 'type="radio"' not in page
    assert "Your name is not shown." in page


def test_a_wrong_code_keeps_what_was_chosen(petitions: Petitions, signer: SignedIn) -> None:
    reference = petitions.make()
    path = f"/en/petitions/{reference}/sign"
    form = begin(signer, path, "code", shown="no", tell="yes")
    page = signer.client.post(path, data=form | {"code": "0000 0000"})
    assert page.status_code == 422
    again = fields(page.text)
    assert (again["shown"], again["tell"], again["challenge"]) == ("no", "yes", form["challenge"])
    assert 'value="00000000"' in page.text
    assert again["mailed_to"] == form["mailed_to"]
    answer = signer.client.post(path, data=again | {"code": petitions.code()})
    assert answer.status_code == 303, "the right one still works"


def test_who_chooses_no_way_is_asked_again(petitions: Petitions, signer: SignedIn) -> None:
    reference = petitions.make()
    page = signer.client.post(f"/en/petitions/{reference}/sign/begin", data={"shown": "no"})
    assert page.status_code == 422
    assert re.search(r'value="no" checked', page.text)


def test_a_passkey_signs(petitions: Petitions, signer: SignedIn, services: Services, clock: ManualClock) -> None:
    reference = petitions.make(rules=rules_with(Way.PASSKEY, level=3))
    device = Authenticator()
    services.registrar.enrol_passkey(signer.person_id, device.credential_id, device.public_key(), name="Key")
    path = f"/en/petitions/{reference}/sign"
    clock.advance(hours=13)  # an enrolment waits, and the session is over by then
    sign_in_again(signer)
    form = begin(signer, path, "passkey", shown="no")
    asked = signer.client.post(f"{path}/passkey", json={})
    options = asked.json()
    answer = signer.client.post(
        path, data=form | {"challenge": options["challengeId"], "credential": device.get(options)}
    )
    assert answer.status_code == 303, answer.text
    assert stored(petitions).name == ""


def test_without_a_passkey_where_it_takes_one_the_desk_is_offered(petitions: Petitions, signer: SignedIn) -> None:
    reference = petitions.make(rules=rules_with(Way.PASSKEY, level=3))
    page = signer.client.get(f"/en/petitions/{reference}/sign")
    assert page.status_code == 200
    assert "/en/me/security/desk" in page.text
    assert f"{reference}/sign/begin" not in page.text


def test_who_has_signed_is_led_to_their_signature(petitions: Petitions, signer: SignedIn) -> None:
    reference = petitions.make()
    path = f"/en/petitions/{reference}"
    late = begin(signer, f"{path}/sign", "code")
    sign(petitions, signer, reference)
    for answer in (
        signer.client.get(f"{path}/sign"),
        signer.client.post(f"{path}/sign/begin", data={"way": "code"}),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}/signature")
    # A second page was open all the while: its code was replaced by the newer one, and nothing is doubled.
    assert signer.client.post(f"{path}/sign", data=late | {"code": petitions.code()}).status_code == 422
    petitions.round()
    assert petitions.counts(reference).electronic == 1


def test_who_may_not_sign_is_told_why(petitions: Petitions, signer: SignedIn) -> None:
    elsewhere = "KZ-10" if signer.entry.territory != "KZ-10" else "KZ-75"
    reference = petitions.make(territory=elsewhere, addressee="akimat")
    page = signer.client.get(f"/en/petitions/{reference}/sign")
    assert page.status_code == 403
    assert "residents of its territory" in page.text
    assert (
        f'href="{petitions.services.settings.base_url}/en/petitions/{reference}"' in page.text
    )  # back to where they came from
    assert "See all petitions" in page.text


@pytest.mark.parametrize(("state", "status"), [(State.CLOSED, 410), (State.HIDDEN, 410), (State.REVIEW, 410)])
def test_what_is_not_open_is_not_signed(petitions: Petitions, signer: SignedIn, state: State, status: int) -> None:
    reference = petitions.make(state)
    assert signer.client.get(f"/en/petitions/{reference}/sign").status_code == status
    assert signer.client.post(f"/en/petitions/{reference}/sign/begin", data={"way": "code"}).status_code == status


def test_an_unknown_petition_is_not_found(signer: SignedIn, petitions: Petitions) -> None:
    for path in ("sign", "signature", "signature/withdraw", "signed"):
        assert signer.client.get(f"/en/petitions/P-2024-9999/{path}").status_code == 404


def test_while_the_registrar_is_down_nothing_is_lost(
    petitions: Petitions, signer: SignedIn, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = petitions.make()
    path = f"/en/petitions/{reference}/sign"
    form = begin(signer, path, "code", shown="no")

    def down(*_: object, **__: object) -> bytes:
        raise DomainError(503, "The registrar does not answer.", code="registrar.unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(services.registrar, "attest_by_code", down)
        patch.setattr(services.registrar, "ways_petition", down)
        page = signer.client.post(path, data=form | {"code": "12345678"})
        assert page.status_code == 503
        assert fields(page.text)["shown"] == "no"
        assert 'value="12345678"' in page.text
        assert signer.client.get(path).status_code == 503
    assert signer.client.post(path, data=form | {"code": petitions.code()}).status_code == 303


def test_who_signs_too_often_waits(petitions: Petitions, signer: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = petitions.make()
    monkeypatch.setattr(signing, "PER_PERSON", replace(signing.PER_PERSON, times=1))
    path = f"/en/petitions/{reference}/sign"
    begin(signer, path, "code")
    assert signer.client.post(f"{path}/begin", data={"way": "code"}).status_code == 429


def test_a_signature_is_shown_with_its_promise_and_later_its_proof(
    petitions: Petitions, signer: SignedIn, clock: ManualClock, services: Services
) -> None:
    reference = petitions.make()
    sign(petitions, signer, reference)
    path = f"/en/petitions/{reference}/signature"
    page = signer.client.get(path).text
    assert "not yet" in page
    promise = signer.client.get(f"{path}/promise")
    assert promise.headers["content-disposition"].startswith("attachment")
    said = statements.verify(promise.content, services.registrar.key, type="petition.attestation")
    proof_path = f"/petitions/{reference}/signatures/proof/{said['pseudonym']}"
    assert signer.client.get(proof_path).status_code == 503
    clock.advance(hours=1)
    sign_in_again(signer)
    petitions.round()
    page = signer.client.get(path).text
    assert proof_path in page
    proof = signer.client.get(proof_path)
    assert proof.status_code == 200
    assert proof.text.startswith("c2sp.org/tlog-proof@v1\n")
    listed = signer.client.get("/en/me/signatures").text
    assert path in listed
    assert "in the public log" in listed


def test_a_proof_is_of_that_petition(petitions: Petitions, signer: SignedIn) -> None:
    reference, other = petitions.make(), petitions.make()
    sign(petitions, signer, reference)
    pseudonym = stored(petitions).pseudonym.hex()
    for path in (f"{other}/signatures/proof/{pseudonym}", f"{reference}/signatures/proof/zz"):
        assert signer.client.get(f"/petitions/{path}").status_code == 404


def test_others_see_nothing_of_a_signature(petitions: Petitions, signer: SignedIn, citizen: MakeCitizen) -> None:
    reference = petitions.make()
    sign(petitions, signer, reference)
    other = citizen()
    assert other.client.get(f"/en/petitions/{reference}/signature").status_code == 404
    assert other.client.get(f"/en/petitions/{reference}/signature/promise").status_code == 404
    assert reference not in other.client.get("/en/me/signatures").text
    other.client.cookies.clear()
    assert other.client.get(f"/en/petitions/{reference}/signature").status_code == 303, "sign in first"


def test_a_signature_is_withdrawn_by_its_signer(petitions: Petitions, signer: SignedIn) -> None:
    reference = petitions.make()
    sign(petitions, signer, reference)
    path = f"/en/petitions/{reference}/signature/withdraw"
    asked = signer.client.get(path).text
    assert "Withdraw your signature?" in asked
    assert 'value="eid"' not in asked, "this site has no provider of electronic identities"
    form = begin(signer, path, "code")
    answer = signer.client.post(path, data=form | {"code": petitions.code()})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/en/petitions/{reference}/signature")
    assert "Withdrawn" in signer.client.get(f"/en/petitions/{reference}/signature").text
    assert signer.client.get(path).status_code == 303
    petitions.round()
    assert petitions.counts(reference).electronic == 0


def test_a_signature_is_withdrawn_after_the_end_too(petitions: Petitions, signer: SignedIn, clock: ManualClock) -> None:
    reference = petitions.make()
    sign(petitions, signer, reference)
    petitions.change(reference, State.CLOSED)
    path = f"/en/petitions/{reference}/signature/withdraw"
    form = begin(signer, path, "code")
    assert signer.client.post(path, data=form | {"code": petitions.code()}).status_code == 303
    assert stored(petitions).state == "withdrawn"


def test_a_signer_who_is_not_counted_is_told_and_offered_the_desk(petitions: Petitions, signer: SignedIn) -> None:
    reference = petitions.make()
    sign(petitions, signer, reference)
    with petitions.services.database.uow() as tx:
        row = tx.exec(select(Signature)).one()
        row.state, row.code = "invalidated", "automated"
        tx.commit()
    assert signer.client.get(f"/en/petitions/{reference}/sign").status_code == 303
    page = signer.client.get(f"/en/petitions/{reference}/signature").text
    assert "Not counted" in page
    assert "service centre" in page
    assert "/signature/withdraw" in page
    assert signer.client.get(f"/en/petitions/{reference}/signature/withdraw").status_code == 200


def test_the_person_s_own_page_leads_to_the_signatures(signer: SignedIn) -> None:
    assert "/en/me/signatures" in signer.client.get("/en/me").text
    assert signer.client.get("/en/me/signatures").status_code == 200


def test_the_form_of_another_session_signs_nothing(petitions: Petitions, signer: SignedIn) -> None:
    reference = petitions.make()
    path = f"/en/petitions/{reference}/sign"
    form = begin(signer, path, "code", shown="no")
    page = signer.client.post(path, data=form | {"code": petitions.code()}, headers={"x-csrf-token": "0" * 64})
    assert page.status_code == 403
    assert re.search(r'value="no" checked', page.text), "what was chosen stands there"
    with petitions.services.database.read() as session:
        assert session.exec(select(Signature)).all() == []
