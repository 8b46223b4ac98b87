"""The audit trail: searched, narrowed down, and taken as a file."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlmodel import col, select
from tests.officials import MakeOfficial, SignedIn

from egov_participation import audit
from egov_participation.actions import ACT_NAMES, ACTION_NAMES, Action, Role
from egov_participation.clock import ManualClock
from egov_participation.office import export
from egov_participation.office.forms import TrailForm
from egov_participation.services import Services

TRAIL = "/en/office/trail"


@pytest.fixture
def auditor(official: MakeOfficial) -> SignedIn:
    return official(Role.AUDITOR)


@pytest.fixture
def moderator(official: MakeOfficial) -> SignedIn:
    return official(Role.MODERATOR)


def note(services: Services, who: SignedIn | None, object_: str, reason: str = "", **given: str) -> None:
    with services.database.uow() as tx:
        session = None if who is None else who.session
        audit.record(tx, session, Action.REVIEW_PETITION, object_, services.clock(), reason=reason, **given)
        tx.commit()


def test_an_entry_says_who_did_what_to_what_and_why(services: Services, auditor: SignedIn, moderator: SignedIn) -> None:
    note(services, moderator, "petition:P-2024-7", "It names a private person.", step="refused")
    note(services, None, "petition:P-2024-8")

    page = auditor.client.get(TRAIL).text

    for said in (
        moderator.entry.family_name,
        "Review of a petition:",
        "refused",
        "petition:P-2024-7",
        "a private person",
    ):
        assert said in page
    assert "Command on the server" in page
    assert "2 entries" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3),
        ("?q=private", 1),
        ("?q=PRIVATE", 1),
        ("?q=P-2024", 2),
        ("?q=%25", 1),
        ("?q=_", 0),
        ("?action=moderator:petition:review", 3),
        ("?action=desk:passkey:enrol", 0),
        ("?action=nonsense", 3),
        ("?actor=command", 1),
        ("?since=2024-10-07", 1),
        ("?until=2024-10-06", 2),
        ("?until=2024-10-07", 3),
        ("?since=2024-10-07&until=2024-10-06", 0),
        ("?page=nonsense", 3),
    ],
)
def test_entries_are_found_by_text_action_actor_and_day(
    services: Services, auditor: SignedIn, moderator: SignedIn, clock: ManualClock, query: str, found: int
) -> None:
    note(services, moderator, "petition:P-2024-7", "It names a private person.")
    note(services, None, "petition:P-2024-8", "100% sure")
    clock.advance(hours=12)  # past midnight where the site is, not yet in UTC
    note(services, moderator, "draft:7")
    clock.advance(hours=-12)

    page = auditor.client.get(TRAIL + query).text

    assert f"{found} entr{'y' if found == 1 else 'ies'}" in page


def test_a_day_that_is_none_is_said(auditor: SignedIn) -> None:
    answer = auditor.client.get(f"{TRAIL}?since=yesterday")

    assert answer.status_code == 422
    assert "Write the day as year, month and day" in answer.text


def test_pages_go_on_with_the_same_query(services: Services, auditor: SignedIn, moderator: SignedIn) -> None:
    for number in range(51):
        note(services, moderator, f"petition:{number}", "private")

    assert "?q=private&amp;page=2" in auditor.client.get(f"{TRAIL}?q=private").text
    second = auditor.client.get(f"{TRAIL}?q=private&page=2").text
    assert "petition:0<" in second
    assert "petition:1<" not in second


def test_a_file_has_all_that_fits_and_taking_it_is_in_the_trail(
    services: Services, auditor: SignedIn, moderator: SignedIn
) -> None:
    note(services, moderator, "petition:P-1", "It names a private person.")
    note(services, moderator, "petition:P-2", "Spam")

    answer = auditor.client.post(f"{TRAIL}/download", data={"q": "private", "format": "jsonl"})

    assert answer.headers["content-disposition"] == 'attachment; filename="audit-trail-2024-10-06.jsonl"'
    assert answer.headers["cache-control"] == "no-store"
    (line,) = [json.loads(line) for line in answer.text.splitlines()]
    assert (line["object"], line["actor"], line["at"]) == (
        "petition:P-1",
        moderator.person_id,
        "2024-10-06T07:00:00+00:00",
    )
    assert line["name"].startswith(moderator.entry.family_name)
    with services.database.read() as db:
        last = db.exec(select(audit.AuditEntry).order_by(col(audit.AuditEntry.id))).all()[-1]
    assert (last.actor, last.action, last.step, last.object) == (
        auditor.person_id,
        Action.READ_TRAIL,
        "seen",
        "trail:jsonl",
    )


@pytest.mark.parametrize("begins", list("=+-@\t\r"))
def test_a_reason_is_no_formula_in_a_spreadsheet(
    services: Services, auditor: SignedIn, moderator: SignedIn, begins: str
) -> None:
    note(services, moderator, "petition:P-1", f"{begins}HYPERLINK(0)")

    text = auditor.client.post(f"{TRAIL}/download", data={"format": "csv"}).content.decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows[0]["reason"] == f"'{begins}HYPERLINK(0)"
    assert [*rows[0]] == list(export.COLUMNS)


def test_another_format_is_refused(auditor: SignedIn) -> None:
    assert auditor.client.post(f"{TRAIL}/download", data={"format": "xls"}).status_code == 422


def test_a_long_trail_is_written_in_parts_and_stops_where_it_was_asked_for(
    services: Services, moderator: SignedIn
) -> None:
    with services.database.uow() as tx:
        for number in range(1100):
            audit.record(tx, moderator.session, Action.REVIEW_PETITION, f"petition:{number}", services.clock())
        tx.commit()

    parts = export.write(services, audit.Query(last=1050), export.FORMATS["jsonl"])
    assert next(parts) == ""
    first = next(parts)
    note(services, moderator, "petition:later")
    lines = (first + "".join(parts)).splitlines()

    assert [json.loads(line)["object"] for line in lines] == [f"petition:{number}" for number in range(1050)]


def test_the_day_of_a_query_is_the_sites(services: Services) -> None:
    query = TrailForm.model_validate({"since": "2024-10-06", "until": "2024-10-06"}).query("Asia/Almaty")
    assert query.since is not None
    assert query.until is not None
    assert query.until - query.since == timedelta(days=1)
    assert services.settings.timezone == "Asia/Almaty"


def test_a_person_is_shown_by_their_name_and_found_by_their_number(
    services: Services, auditor: SignedIn, moderator: SignedIn
) -> None:
    note(services, None, f"person:{moderator.person_id}/moderator")
    full_name = f"{moderator.entry.family_name} {moderator.entry.given_name}"

    page = auditor.client.get(TRAIL).text

    assert re.search(rf">{full_name}[^<]*, Moderator</a>", page)
    assert moderator.person_id[:8] + "…" not in page
    link = "?" + urlencode({"q": f"person:{moderator.person_id}/moderator"})
    assert f'href="{link}"' in page
    assert "1 entry" in auditor.client.get(TRAIL + link).text


def test_who_is_no_longer_in_the_register_is_shown_by_the_beginning_of_their_number(
    services: Services, auditor: SignedIn
) -> None:
    note(services, None, f"person:{'5e' * 16}/ministry/finance")

    assert "person:5e5e5e5e…/ministry/finance</code>" in auditor.client.get(TRAIL).text


def test_a_file_names_whom_an_entry_is_about_and_the_trail_holds_no_name(
    services: Services, auditor: SignedIn, moderator: SignedIn
) -> None:
    for object_ in (f"person:{moderator.person_id}/moderator", f"person:{'5e' * 16}", "petition:P-1"):
        note(services, None, object_)

    answer = auditor.client.post(f"{TRAIL}/download", data={"format": "jsonl"})

    about = [json.loads(line)["concerned"] for line in answer.text.splitlines()]
    assert about[0].startswith(f"{moderator.entry.family_name} {moderator.entry.given_name}")
    assert about[1:3] == ["", ""]
    with services.database.read() as db:
        for entry in db.exec(select(audit.AuditEntry)):
            assert moderator.entry.family_name not in f"{entry.object}{entry.reason}"


def test_every_act_of_officials_has_a_name_for_the_trail() -> None:
    assert ACT_NAMES.keys() == ACTION_NAMES.keys()
