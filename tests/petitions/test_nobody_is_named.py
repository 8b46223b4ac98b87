"""Neither the log, nor what is logged, nor a copy of the room's tables tells who signed what."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import pytest
from sqlmodel import SQLModel, select
from starlette.testclient import TestClient
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.petitions.deciding import invalidate
from tests.petitions.making import Petitions
from tests.petitions.rows import REFERENCE, put_petition
from tests.petitions.test_signing_pages import begin, sign, sign_in_again

from egov_participation import logs, paths
from egov_participation.actions import Action, Role
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.ledger.models import LogEntry, Waiting
from egov_participation.mail import NullMailer
from egov_participation.petitions.models import Petition, PetitionText
from egov_participation.petitions.routes import routes as petition_routes
from egov_participation.petitions.rules.integrity import Filter
from egov_participation.petitions.service import paper
from egov_participation.services import Services

pytestmark = pytest.mark.sqlite


@pytest.fixture
def everything_is_logged() -> Iterator[None]:
    """As a process does it, at the level ``debug``; put back afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.take_over("json", "debug")
    root.handlers = [*before, *root.handlers]
    try:
        yield
    finally:
        root.handlers, root.level = before, level
        logs.configure()


def secrets_of(person: SignedIn) -> set[str]:
    entry = person.entry
    return {person.person_id, entry.iin.digits, entry.family_name, entry.given_name, entry.mail}


def found_in(text: str, people: list[SignedIn]) -> list[str]:
    forms = {form for person in people for one in secrets_of(person) for form in (one, json.dumps(one)[1:-1])}
    return sorted(form for form in forms if form in text)


def dump(services: Services, tables: list[str]) -> str:
    """Every cell of these tables, bytes as text as far as they are some."""
    cells: list[str] = []
    with services.database.read() as session:
        for name in tables:
            for row in session.execute(SQLModel.metadata.tables[name].select()):
                cells += [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in row]
    return "\n".join(cells)


@pytest.mark.usefixtures("everything_is_logged")
def test_nothing_that_is_kept_or_logged_of_signing_names_anybody(
    petitions: Petitions,
    services: Services,
    citizen: MakeCitizen,
    official: MakeOfficial,
    worker: Worker,
    clock: ManualClock,
    outbox: NullMailer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    logs.configure("json", "debug")
    signer, leaver, writer = people = [citizen(), citizen(), citizen()]
    reference = petitions.make()
    sign(petitions, signer, reference, tell="yes")
    sign(petitions, leaver, reference)
    clock.advance(hours=2)
    petitions.round()
    sign_in_again(leaver)
    path = f"/en/petitions/{reference}/signature/withdraw"
    leaver.client.post(path, data=begin(leaver, path, "code") | {"code": petitions.code()})
    operator, moderators = official(Role.DESK_OPERATOR), [official(Role.MODERATOR).session for _ in range(2)]
    paper.enter(services, operator.session, reference, writer.entry.iin, form="A-1", witness="Серік Ахметов")
    invalidate(services, moderators[0], moderators[1], reference, Filter(day=services.day(clock())))
    text = "They made us sign in the hall."
    form = {"once": "0" * 32, "text": text, "mail": ""}
    sign_in_again(signer)
    assert signer.client.post(f"/en/petitions/{reference}/pressure", data=form).status_code == 303
    clock.advance(hours=2)
    for _ in range(3):
        worker.run_due()
        clock.advance(seconds=2)
    petitions.round()

    with services.database.read() as session:
        entries = [row.raw for table in (LogEntry, Waiting) for row in session.exec(select(table))]
    published = b"\n".join(entries).decode()
    for kind in ("petition.attestation", "petition.invalidation"):
        assert kind in published
    assert found_in(published, people) == []

    rooms = [name for name in SQLModel.metadata.tables if name.startswith(("petition", "job", "throttle", "approval"))]
    assert {"petition_signature", "petition_subscriber", "petition_pressure", "petition_logged"} <= set(rooms)
    kept = dump(services, rooms)
    assert reference in kept
    shown = {f"{signer.entry.given_name} {signer.entry.family_name[:1]}."}
    assert found_in(kept.replace(*shown, ""), people) == []
    for secret in ("Серік Ахметов", text):
        assert secret not in kept

    out = capfd.readouterr()
    logged = "\n".join([out.out, out.err, *(record.getMessage() for record in caplog.records)])
    assert {"petitions.sign_now", "petitions.unsign_now"} <= set(re.findall(r'"route": "([^"]+)"', logged))
    codes = {word for mail in outbox.sent for word in mail.text.split() if word.isdigit() and len(word) == 8}
    assert codes
    assert found_in(logged, people) == []
    assert not [code for code in codes if code in logged]
    assert text not in logged


def test_what_a_spreadsheet_would_compute_is_no_formula_in_the_rooms_files(
    services: Services, client: TestClient
) -> None:
    petition = put_petition(services)
    with services.database.uow() as tx:
        for lang in ("kk", "ru", "en"):
            text = tx.session.get_one(PetitionText, (petition, lang))
            text.title, text.ask = '=HYPERLINK("https://x.example")', "+1-1"
        tx.session.get_one(Petition, petition).creator_name = "@SUM(A1)"
        tx.commit()
    file = client.get("/data/petitions.csv")
    assert file.status_code == 200
    assert "'=HYPERLINK" in file.text
    cells = [cell.strip('"') for line in file.text.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
    for name in ("by-region", "by-day"):
        rows = client.get(f"/petitions/{REFERENCE}/{name}.csv").text.splitlines()
        assert not [row for row in rows if row[:1] in "=+-@"]


def test_an_iin_is_asked_for_at_the_desk_alone() -> None:
    """No answer to anybody else can tell whether somebody has one, or signed."""
    pages = (paths.templates_dir() / "petitions").glob("*.html")
    asking = {page.name for page in pages if re.search(r"""name="iin"|field\("iin\"""", page.read_text("utf-8"))}
    assert asking == {"paper.html", "reinstate.html"}
    with_iin = {spec.action for spec in petition_routes if spec.endpoint.__module__.endswith((".paper",))}
    assert with_iin == {Action.ENTER_PAPER, Action.ACT_FOR_PERSON_PRESENT}
