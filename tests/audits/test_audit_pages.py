"""The auditors' pages from the first to the last, what the public sees of it, and the question to those drawn."""

from __future__ import annotations

import json
import re
import secrets

import pytest
from starlette.testclient import TestClient
from tests.audits.auditing import Auditing
from tests.identity.conftest import forms_of
from tests.officials import MakeOfficial, SignedIn
from tests.petitions.making import Petitions

from egov_crypto import audit as protocol
from egov_participation.actions import Role
from egov_participation.audits.service import drawing, opening
from egov_participation.petitions.models import State
from egov_participation.petitions.service import lifecycle, lookup
from egov_participation.services import Services

REPORT = {"confirmed": "1", "denied": "0", "unreached": "1", "asked_yes": "1", "asked_no": "0"}


def approve(who: SignedIn, address: str) -> None:
    """Approve the proposal at an address."""
    page = who.client.get(address).text
    found = re.search(r'name="content_hash" value="([0-9a-f]{64})"', page)
    assert found is not None
    answer = who.client.post(address, data={"decision": "approve", "content_hash": found[1]})
    assert answer.status_code == 303


def test_two_auditors_from_the_first_page_to_the_report(
    services: Services, client: TestClient, official: MakeOfficial
) -> None:
    auditing = Auditing(services, Petitions(services), [])
    reference = auditing.signed(3)
    auditing.auditors = [official(Role.AUDITOR), official(Role.AUDITOR)]  # an hour later: sessions end
    public = f"/en/petitions/{reference}/audit"
    first, second = auditing.auditors
    assert "not audited yet" in client.get(public).text
    wrong = first.client.post("/en/office/audits", data={"petition": "P-2024-9999", "sample": "x"})
    assert wrong.status_code == 422
    begun = first.client.post("/en/office/audits", data={"petition": reference.lower(), "sample": "2"})
    audit = begun.headers["location"]
    values = {who.person_id: secrets.token_bytes(32) for who in (first, second)}
    for who in (first, second):
        assert "python3 -c" in who.client.get(audit).text
        refused = who.client.post(f"{audit}/value", data={"value": "my value"})
        assert refused.status_code == 422
        commitment = protocol.commitment(reference, values[who.person_id])
        assert (
            who.client.post(f"{audit}/value", data={"value": f" {commitment[:32]} {commitment[32:]}"}).status_code
            == 303
        )
    assert "not audited yet" in client.get(public).text

    approve(second, first.client.post(f"{audit}/propose").headers["location"])
    assert "keep your value to yourself" in first.client.get(audit).text
    early = first.client.post(f"{audit}/reveal", data={"value": values[first.person_id].hex()})
    assert early.status_code == 409
    assert values[first.person_id].hex() not in early.text
    auditing.petitions.round()
    assert "Reveal your value" in first.client.get("/en/office").text
    for who in (first, second):
        assert who.client.post(f"{audit}/reveal", data={"value": values[who.person_id].hex()}).status_code == 303
    shown = client.get(public).text
    assert not any(drawing_value.hex()[:8] in shown for drawing_value in values.values())
    drawing.draw_due(services)
    shown = client.get(public).text
    assert all(value.hex()[:4] in shown for value in values.values())

    approve(first, second.client.post(f"{audit}/propose").headers["location"])
    opening.open_due(services)
    page = second.client.get(audit).text
    assert "No answer yet" in page
    file = second.client.post(f"{audit}/openings")
    assert file.headers["cache-control"] == "no-store"
    opened = json.loads(file.content)
    assert len(opened["openings"]) == 2
    for one in opened["openings"]:
        assert one["iin"] not in page + client.get(public).text

    bad = first.client.post(f"{audit}/report", data={"confirmed": "2", "denied": "1", "unreached": "0"})
    assert bad.status_code == 422
    assert forms_of(page)[f"{audit}/report"]["confirmed"] == "", "what the registrar says is not proposed by itself"
    done = first.client.post(f"{audit}/report", data=REPORT)
    approve(second, done.headers["location"])
    shown = client.get(public).text
    assert "1 said that they signed" in shown
    assert "Asked by the auditors themselves: signed" in shown
    assert first.client.post(f"{audit}/openings").status_code == 409


def hide(services: Services, reference: str) -> None:
    with services.database.uow() as tx:
        petition = lookup.locked(tx, reference)
        petition.text_hidden = True
        lifecycle.change(tx, petition, State.HIDDEN, services.clock(), by="moderator", reason="Себебі бар")
        tx.commit()


@pytest.mark.parametrize("said", ["yes", "no"])
def test_who_was_drawn_answers_with_one_click_and_once(
    auditing: Auditing, services: Services, client: TestClient, said: str
) -> None:
    reference = auditing.signed(1)
    key = auditing.opened(reference, 1)
    (token,) = auditing.asked().values()
    address = f"/en/petitions/{reference}/audit/answer/{token}"
    page = client.get(address)
    assert "Did you sign this petition?" in page.text
    hide(services, reference)  # which hinders no audit: whoever was drawn is asked all the same
    assert "Did you sign this petition?" in client.get(address).text
    assert set(services.registrar.audit_answers(reference, str(auditing.audit(key).name)).values()) == {None}
    form = forms_of(page.text)[address] | {"signed": ""}
    assert client.post(address, data=form).status_code == 422
    assert client.post(address, data=form | {"signed": said}).status_code == 303
    assert "Thank you" in client.get(address).text
    client.post(address, data=form | {"signed": "yes" if said == "no" else "no"})
    answers = services.registrar.audit_answers(reference, str(auditing.audit(key).name))
    assert set(answers.values()) == {said == "yes"}
    assert client.get(f"/en/petitions/{reference}/audit/answer/x").status_code == 404
