"""Documents with answers: PDF files that are public once what names them is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from tests.officials import MakeOfficial, SignedIn
from tests.petitions.making import Petitions
from tests.petitions.owed import FORM, TWO, publish, reach

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.petitions.models import Document, State
from egov_participation.petitions.service import documents
from egov_participation.services import Services

PDF = b"%PDF-1.7\n" + b"0" * 1_500_000
SHA256 = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def asked(petitions: Petitions, services: Services) -> str:
    reference = petitions.make(rules=TWO, addressee="finance")
    reach(services, petitions.petition(reference), 2)
    return reference


def _add(one: SignedIn, reference: str, content: bytes = PDF, name: str = "Бюджет") -> int:
    files = {"file": ("budget.pdf", content)} if content else None
    sent = one.client.post(f"/en/office/answers/{reference}/documents", data={"name": name}, files=files)
    return int(sent.status_code)


def test_a_document_is_public_with_the_answer_that_names_it(
    asked: str, official: MakeOfficial, petitions: Petitions, client: TestClient
) -> None:
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    stranger = official(Role.MINISTRY, agency="justice")
    address, own = f"/petitions/{asked}/documents/{SHA256}.pdf", f"/en/office/answers/{asked}/documents/{SHA256}"
    assert _add(one, asked) == 303
    before = client.get(address).status_code, stranger.client.get(own).status_code, other.client.get(own).content

    publish(one, other, asked, files=SHA256)

    after = client.get(address)
    assert before == (404, 403, PDF)
    assert (after.status_code, after.content, after.headers["content-type"]) == (200, PDF, "application/pdf")
    assert after.headers["content-disposition"].startswith("attachment;")
    assert after.headers["x-content-type-options"] == "nosniff"
    assert address in client.get(f"/en/petitions/{asked}").text
    assert client.get(address.replace(SHA256, "0" * 64)).status_code == 404
    petitions.change(asked, State.HIDDEN)
    assert client.get(address).status_code == 404


def test_what_is_no_document_is_not_taken(asked: str, official: MakeOfficial, services: Services) -> None:
    one = official(Role.MINISTRY)

    found = [
        _add(one, asked, b"<script>alert(1)</script>"),
        _add(one, asked, b"%PDF-" + b"0" * documents.MAX_SIZE),
        _add(one, asked, name=""),
        _add(one, asked, name="x" * 101),
        _add(one, asked, b""),
        _add(one, asked, b"%PDF-" + b"0" * (documents.MAX_SIZE + 2_000_000)),
        _add(official(Role.MINISTRY, agency="justice"), asked),
    ]

    assert found == [422, 422, 422, 422, 422, 413, 403]
    with services.database.read() as session:
        assert session.exec(select(Document.id)).all() == []


def test_a_large_body_is_read_of_nobody_who_may_not_come(
    asked: str, client: TestClient, official: MakeOfficial
) -> None:
    moderator, read = official(Role.MODERATOR), []

    def much() -> Iterator[bytes]:
        for _ in range(40):
            read.append(1)
            yield b"0" * 100_000

    address = f"/en/office/answers/{asked}/documents"
    refused = [who.post(address, content=much()).status_code for who in (client, moderator.client)]

    assert (refused, len(read)) == ([401, 403], 0)


def test_the_same_document_is_there_once_and_unpublished_ones_go(
    asked: str, official: MakeOfficial, services: Services, clock: ManualClock
) -> None:
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    assert [_add(one, asked), _add(one, asked), _add(one, asked, PDF + b"1")] == [303] * 3
    publish(one, other, asked, files=SHA256)

    clock.advance(hours=24 * 29)
    documents.forget_unpublished(services)
    early = _left(services)
    clock.advance(hours=24)
    documents.forget_unpublished(services)

    assert len(early) == 2
    assert _left(services) == [SHA256]


def test_an_answer_whose_document_is_gone_is_not_published(
    asked: str, official: MakeOfficial, services: Services
) -> None:
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    _add(one, asked)
    proposal = one.client.post(f"/en/office/answers/{asked}/write/answer", data=FORM | {"files": SHA256})
    page = other.client.get(proposal.headers["location"]).text
    with services.database.uow() as tx:
        tx.session.delete(tx.exec(select(Document)).one())
        tx.commit()

    content_hash = page.split('name="content_hash" value="', 1)[1].split('"', 1)[0]
    decision = {"decision": "approve", "content_hash": content_hash}
    decided = other.client.post(f"{proposal.headers['location']}/decide", data=decision)

    assert "Бюджет" in page
    assert decided.status_code == 409


def _left(services: Services) -> list[str]:
    with services.database.read() as session:
        return list(session.exec(select(Document.sha256)))
