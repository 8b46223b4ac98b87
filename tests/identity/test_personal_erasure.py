"""Having deleted what may be deleted."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import LargeBinary, Table, func, insert, select
from sqlalchemy.sql.sqltypes import Boolean, Date, DateTime, Integer
from sqlmodel import SQLModel
from starlette.applications import Starlette
from tests.foundation.test_retention_documented import documented
from tests.identity.test_personal import add_passkey
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_participation import personal
from egov_participation.actions import Role
from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.commission.models import Draft
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry import service as registry
from egov_participation.services import Services

YES = {"understood": "yes"}


@pytest.fixture
def app(services: Services) -> Starlette:
    """Every room: each deletes what it may."""
    return create_app(services.settings, services=services, debug=True)


def rows_of(services: Services, person_id: str) -> dict[str, int]:
    """How many rows of each table name the person."""
    with services.database.read() as session:
        return {
            table.name: session.execute(
                select(func.count()).select_from(table).where(table.c.person_id == person_id)
            ).scalar_one()
            for table in SQLModel.metadata.sorted_tables
            if "person_id" in table.c
        }


SPECIAL: dict[str, object] = {
    "kind": "other",
    "draft_id": "x",
    "site": "main",
    "parent": None,
    "vote": None,
    "capacity": "citizen",
    "method": "passkey",
    "level": 2,
    "assurance": 2,
    "language": "kk",
    "lang": "kk",
    "role": "moderator",
    "state": "done",
    "code_hash": b"0" * 32,
}


def some(table: Table, person_id: str, now: datetime) -> dict[str, object]:
    """A row of any table, for that person."""
    values: dict[str, object] = {}
    for column in table.columns:
        if column.name == "person_id":
            values[column.name] = person_id
        elif column.name in SPECIAL:
            values[column.name] = SPECIAL[column.name]
        elif isinstance(column.type, LargeBinary):
            values[column.name] = b"x" * 32
        elif isinstance(column.type, Boolean):
            values[column.name] = False
        elif isinstance(column.type, Integer):
            values[column.name] = 1
        elif isinstance(column.type, Date):
            values[column.name] = date(2024, 1, 1)
        elif isinstance(column.type, DateTime) or "UTCDateTime" in type(column.type).__name__:
            values[column.name] = now
        else:
            values[column.name] = "x"
    return values


def test_afterwards_no_table_names_the_person_but_those_that_are_documented_to_stay(
    citizen: MakeCitizen, services: Services, worker: Worker
) -> None:
    person, other = citizen(level=3), citizen(level=3)
    now = services.clock()
    with services.database.uow() as tx:
        # Whose list of voters they are on.
        tx.add(Draft(id="x", uuid="x", document="{}", created_by=other.person_id, created_at=now, changed_at=now))
        tx.flush()
        for table in SQLModel.metadata.sorted_tables:
            if "person_id" in table.c and table.name not in {"registry_resident", "identity_session", "roles_grant"}:
                tx.session.execute(insert(table).values(**some(table, person.person_id, services.clock())))
        tx.commit()
    before, others = rows_of(services, person.person_id), rows_of(services, other.person_id)
    assert sum(before.values()) > 12
    assert before["registry_own_contact"] == before["identity_totp"] == 1

    assert person.client.post("/en/me/data/erase", data=YES).headers["location"] == "/en/erased"
    worker.run_due()

    left = {name for name, count in rows_of(services, person.person_id).items() if count}
    assert left == {name for name in left if documented()[name][3].startswith("stays")}
    assert "registry_resident" in left
    assert rows_of(services, other.person_id) == others


def test_every_session_ends_at_once_and_the_person_is_told_when_it_is_done(
    citizen: MakeCitizen, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    person = citizen()
    with services.database.uow() as tx:
        registry.set_mail(tx, person.person_id, "own@mail.example", services.clock())
        tx.commit()
    answer = person.client.post("/en/me/data/erase", data=YES)
    assert answer.status_code == 303
    assert person.load() is None
    assert "It is being deleted" in person.client.get("/en/erased").text
    worker.run_due()
    worker.run_due()
    # To the address of before, which is forgotten by now.
    assert [mail.to for mail in outbox.sent] == ["own@mail.example"]
    with services.database.read() as session:
        found = services.registry.get(session, person.person_id)
    assert found is not None
    assert found.mail == person.entry.mail


def test_done_twice_it_changes_nothing_more(citizen: MakeCitizen, services: Services) -> None:
    person = citizen()
    for _ in range(2):
        with services.database.uow() as tx:
            personal.erase(services, tx, person.person_id, services.clock())
            tx.commit()
        assert {name for name, count in rows_of(services, person.person_id).items() if count} == {"registry_resident"}


def test_it_is_asked_whether_one_means_it(citizen: MakeCitizen) -> None:
    person = citizen()
    page = person.client.get("/en/me/data/erase").text
    for text in ("What is deleted", "What stays, and why", "This cannot be undone."):
        assert text in page
    refused = person.client.post("/en/me/data/erase")
    assert refused.status_code == 422
    assert "Else nothing is deleted." in refused.text
    assert person.load() is not None


def test_an_old_sign_in_deletes_nothing(citizen: MakeCitizen, clock: ManualClock) -> None:
    person = citizen()
    clock.advance(minutes=11)
    assert person.client.post("/en/me/data/erase", data=YES).status_code == 403
    page = person.client.get("/en/me/data/erase").text
    assert 'name="understood"' not in page
    assert "/en/sign-in?fresh=1&amp;next=%2Fen%2Fme%2Fdata%2Ferase" in page
    assert person.load() is not None


@pytest.mark.parametrize(("passkey", "session", "status"), [(2, 1, 403), (2, 2, 303), (3, 2, 403), (3, 3, 303)])
def test_what_was_enrolled_goes_only_in_a_session_that_has_shown_as_much(
    citizen: MakeCitizen, services: Services, passkey: int, session: int, status: int
) -> None:
    """Else whoever reads somebody's mail could take their passkey away, and be them from then on."""
    person = citizen(level=session)
    add_passkey(services, person, passkey)
    assert person.client.post("/en/me/data/erase", data=YES).status_code == status


def test_an_officials_roles_stay(official: MakeOfficial, services: Services, worker: Worker) -> None:
    auditor: SignedIn = official(Role.AUDITOR)
    assert auditor.client.post("/en/me/data/erase", data=YES).status_code == 303
    worker.run_due()
    left = {name for name, count in rows_of(services, auditor.person_id).items() if count}
    assert left == {"registry_resident", "roles_grant"}
