"""Supporters come by a secret link, each once; with enough the petition goes on by itself, without them it ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from tests.conftest import ClientFactory
from tests.officials import MakeCitizen, MakeOfficial
from tests.petitions.drafting import accept, hand_in, sign_in_again, support_link, with_rules

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.petitions.models import Petition, Supporter
from egov_participation.services import Services
from egov_participation.settings import Settings

AFTER = 'count = 2\nperiod = "10 working days"\nbefore_review = false'


@pytest.fixture
def gate() -> str:
    """The gate of this test's rules."""
    return AFTER


@pytest.fixture
def settings(settings: Settings, tmp_path: Path, gate: str) -> Settings:
    """Rules under which two supporters are enough."""
    return with_rules(settings, tmp_path / "rules", gate=gate)


def state(services: Services) -> str:
    with services.database.read() as db:
        return db.exec(select(Petition)).one().state


def test_with_enough_supporters_it_opens_and_they_are_asked_to_sign(
    citizen: MakeCitizen, official: MakeOfficial, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    creator, first, second = citizen(), citizen(), citizen()
    reference = hand_in(creator)
    accept(official(Role.MODERATOR).client, reference)
    link = support_link(creator.client, reference)
    page = first.client.get(link)
    assert page.headers["referrer-policy"] == "strict-origin"
    assert "noindex" in page.headers["x-robots-tag"]
    assert "Автобустар" in page.text
    assert first.client.post(link, data={"act": "support"}).headers["location"] == link
    assert "You support this petition" in first.client.get(link).text
    first.client.post(link, data={"act": "support"})  # twice is once
    assert "1 of 2" in creator.client.get(f"/en/me/petitions/{reference}").text
    assert state(services) == "collecting"
    last = second.client.post(link, data={"act": "support"})
    assert last.headers["location"] == "/en/me/petitions/supported"
    assert "goes on now" in second.client.get(last.headers["location"]).text
    outbox.sent.clear()
    worker.run_due()
    worker.run_due()
    assert state(services) == "open"
    assert creator.client.get(f"/en/petitions/{reference}").status_code == 200
    assert first.client.get(link).status_code == 404
    mails = {mail.to: mail.text for mail in outbox.sent if reference in mail.subject}
    assert set(mails) == {person.entry.mail for person in (creator, first, second)}
    assert f"/petitions/{reference}/sign" in mails[first.entry.mail]
    with services.database.read() as db:
        assert db.exec(select(Supporter)).all() == []
        entries = [entry["to"] for entry in ledger.newest(db, "petition.state", reference)]
    assert entries[::-1] == ["review", "collecting", "open"]


def test_a_support_is_taken_back_and_the_creators_own_does_not_count(
    citizen: MakeCitizen, official: MakeOfficial, services: Services
) -> None:
    creator, first = citizen(), citizen()
    reference = hand_in(creator)
    accept(official(Role.MODERATOR).client, reference)
    link = support_link(creator.client, reference)
    assert creator.client.post(link, data={"act": "support"}).status_code == 409
    first.client.post(link, data={"act": "support"})
    first.client.post(link, data={"act": "take-back"})
    assert first.client.post(link, data={"act": "something"}).status_code == 422
    with services.database.read() as db:
        assert db.exec(select(Supporter)).all() == []


def test_without_the_whole_link_or_without_signing_in_nobody_learns_of_it(
    citizen: MakeCitizen, official: MakeOfficial, app: Starlette, new_client: ClientFactory
) -> None:
    creator, stranger = citizen(), citizen()
    reference = hand_in(creator)
    moderator = official(Role.MODERATOR).client
    accept(moderator, reference)
    link = support_link(creator.client, reference)
    for wrong in (
        f"{link}x",
        link[:-1],
        f"/en/petitions/{reference}/support/ä",
        f"/en/petitions/{reference}/support/-",
    ):
        assert stranger.client.get(wrong).status_code == 404
        assert stranger.client.post(wrong, data={"act": "support"}).status_code == 404
    assert stranger.client.get(f"/en/petitions/{reference}").status_code == 404
    assert stranger.client.get(f"/en/me/petitions/{reference}").status_code == 404
    anybody = new_client(app)
    assert anybody.get(link).status_code == 303
    assert anybody.post(link, data={"act": "support"}).status_code == 401
    assert moderator.get(link).status_code == 403


def test_when_the_time_is_over_it_ends_and_the_text_can_be_tried_again(
    citizen: MakeCitizen,
    official: MakeOfficial,
    services: Services,
    worker: Worker,
    clock: ManualClock,
    outbox: NullMailer,
    app: Starlette,
    new_client: ClientFactory,
) -> None:
    creator, first = citizen(), citizen()
    reference = hand_in(creator)
    accept(official(Role.MODERATOR).client, reference)
    link = support_link(creator.client, reference)
    first.client.post(link, data={"act": "support"})
    clock.advance(days=12)  # the last of ten working days after Sunday the 6th is Friday the 18th
    worker.run_due()
    assert state(services) == "collecting"
    clock.advance(days=1)
    assert citizen().client.post(link, data={"act": "support"}).status_code == 404
    worker.run_due()
    worker.run_due()
    assert state(services) == "rejected"
    with services.database.read() as db:
        assert db.exec(select(Supporter)).all() == []
    again = sign_in_again(creator, new_client(app))
    page = again.get(f"/en/me/petitions/{reference}").text
    assert "did not find enough supporters" in page
    assert "Why was it wrong?" not in page
    assert again.post(f"/en/me/petitions/{reference}/appeal", data={"why": "Уақыт аз болды."}).status_code == 409
    assert any(re.search(r"\b1\D+2\b|\b2\D+1\b", mail.text) for mail in outbox.sent if reference in mail.subject)
    copied = again.post(f"/en/me/petitions/{reference}/copy")
    assert copied.status_code == 303
    assert "Автобустар" in again.get(copied.headers["location"]).text
    assert "Автобустар" not in new_client(app).get(f"/en/petitions/{reference}").text


@pytest.mark.parametrize("gate", ["count = 1\nbefore_review = true"])
def test_where_supporters_come_first_the_review_begins_when_they_are_found(
    citizen: MakeCitizen, official: MakeOfficial, services: Services, worker: Worker
) -> None:
    creator, first, moderator = citizen(), citizen(), official(Role.MODERATOR).client
    reference = hand_in(creator)
    assert state(services) == "collecting"
    assert reference not in moderator.get("/en/office/petitions").text.replace("‑", "-")
    first.client.post(support_link(creator.client, reference), data={"act": "support"})
    assert state(services) == "review"
    accept(moderator, reference)
    worker.run_due()
    assert state(services) == "open"


@pytest.mark.parametrize("gate", [""])
def test_without_a_gate_an_accepted_petition_opens_at_once(
    citizen: MakeCitizen, official: MakeOfficial, services: Services, worker: Worker
) -> None:
    reference = hand_in(citizen())
    moderator = official(Role.MODERATOR).client
    accept(moderator, reference)
    case = moderator.get(f"/en/office/petitions/{reference}").text
    assert "It was accepted" in case
    assert "Accept the petition" not in case
    worker.run_due()
    assert state(services) == "open"
