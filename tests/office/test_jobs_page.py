"""Failed jobs in the office, and what awaits somebody there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlmodel import select
from tests.officials import MakeOfficial, SignedIn

from egov_participation import audit, jobs, rooms
from egov_participation.actions import Role
from egov_participation.i18n import LANGUAGES, translate
from egov_participation.services import Services

JOBS = "/en/office/jobs"


@pytest.fixture
def administrator(official: MakeOfficial) -> SignedIn:
    return official(Role.ADMINISTRATOR)


@pytest.fixture
def dead(services: Services) -> int:
    """A job that was given up; its number."""
    with services.database.uow() as tx:
        row = jobs.Job(
            kind="notices.send",
            key="one",
            payload={"secret": "madina@mail.example"},
            run_after=services.clock(),
            attempts=8,
            dead_at=services.clock(),
            last_error="SMTPServerDisconnected",
        )
        tx.add(row)
        tx.commit()
    assert row.id is not None
    return row.id


def test_a_failed_job_is_shown_with_its_error_and_nothing_of_what_it_holds(administrator: SignedIn, dead: int) -> None:
    for page in (JOBS, f"{JOBS}/{dead}"):
        text = administrator.client.get(page).text
        assert "Send a mail" in text
        assert "<code>notices.send</code>" in text
        assert "SMTPServerDisconnected" in text
        assert "madina" not in text
    assert ">1</p>" in administrator.client.get("/en/office").text


def test_every_kind_of_job_says_in_each_language_what_it_does() -> None:
    rooms.load("tasks")
    kinds = [kind for kind, handler in jobs._handlers.items() if handler.__module__.startswith("egov_participation.")]
    assert "identity.send_code" in kinds
    for kind in kinds:
        words = jobs.DeadJob(1, kind, "", 8, datetime.now(UTC), "").words
        assert words != kind
        assert len({translate(lang, words) for lang in LANGUAGES}) == 3


def test_it_is_tried_again(administrator: SignedIn, dead: int, services: Services) -> None:
    answer = administrator.client.post(f"{JOBS}/{dead}/decide", data={"decision": "retry"})

    assert answer.status_code == 303
    with services.database.read() as db:
        job = db.get(jobs.Job, dead)
        assert job is not None
        assert (job.dead_at, job.attempts) == (None, 0)
        entry = db.exec(select(audit.AuditEntry)).one()
    assert (entry.object, entry.step) == (f"job:notices.send/{dead}", "done")
    assert "No job has failed." in administrator.client.get(JOBS).text


def test_it_is_discarded_with_a_reason_or_not_at_all(administrator: SignedIn, dead: int, services: Services) -> None:
    page = f"{JOBS}/{dead}/decide"
    assert administrator.client.post(page, data={"decision": "discard"}).status_code == 422
    assert administrator.client.post(page, data={"decision": "forget"}).status_code == 422

    answer = administrator.client.post(page, data={"decision": "discard", "reason": "The address is gone."})

    assert answer.status_code == 303
    with services.database.read() as db:
        assert db.get(jobs.Job, dead) is None
        entry = db.exec(select(audit.AuditEntry)).one()
    assert (entry.step, entry.reason) == ("discarded", "The address is gone.")
    assert administrator.client.post(page, data={"decision": "retry"}).status_code == 404


@pytest.mark.parametrize("number", ["9", "99999999999999999999"])
def test_a_job_that_is_not_there_is_said(administrator: SignedIn, number: str) -> None:
    assert administrator.client.get(f"{JOBS}/{number}").status_code == 404


def test_what_awaits_an_official_is_what_they_may_decide_the_first_due_first(
    official: MakeOfficial, administrator: SignedIn
) -> None:
    other, moderator = official(Role.ADMINISTRATOR), official(Role.MODERATOR)
    given = {"role": "auditor", "reason": "Order No. 12", "person": moderator.person_id}
    assert administrator.client.post("/en/office/roles/proposals", data=given).status_code == 303

    waiting = f"Give a role to {moderator.entry.family_name}"
    assert waiting in other.client.get("/en/office").text
    assert "Nothing awaits you." in administrator.client.get("/en/office").text
    assert "Nothing awaits you." in moderator.client.get("/en/office").text
    assert "failed jobs" not in moderator.client.get("/en/office").text


def test_the_navigation_shows_what_ones_roles_open(official: MakeOfficial, administrator: SignedIn) -> None:
    moderator = official(Role.MODERATOR)

    assert "/en/office/roles" in administrator.client.get("/en/office").text
    page = moderator.client.get("/en/office").text
    for closed in ("roles", "trail", "jobs"):
        assert f"/en/office/{closed}" not in page
