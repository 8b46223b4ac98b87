"""The portal's first page says at once how the log stands; programs are told the same."""

from __future__ import annotations

import base64
import re
import shlex
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.ledger.observer import an_entry
from tests.ledger.test_publishing import enter
from tests.observe.test_entries import read
from tests.voting.making import MadeVote

from egov_crypto.cli import verify, witness
from egov_crypto.cosignature import WitnessSigningKey
from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.incidents import service as incidents
from egov_participation.incidents.rules import Kind
from egov_participation.ledger import service as ledger
from egov_participation.ledger.models import Waiting, WitnessRow
from egov_participation.ledger.service import WitnessState
from egov_participation.ledger.service.release import enter_release
from egov_participation.observe import figures
from egov_participation.observe.rules import Facts, Trouble, troubles
from egov_participation.services import Services
from egov_participation.settings import Settings

SEES, ABSENT = (
    WitnessSigningKey(f"{name}.example", bytes([place]) * 32) for place, name in ((1, "sees"), (2, "absent"))
)
NOON = datetime(2026, 11, 1, 7, tzinfo=UTC)
WITNESS = WitnessState("witness.example", "witness.example+12345678+AAAA", 7, NOON)
WELL = Facts(size=7, waiting=None, stopped=False, witnesses=(WITNESS,))


def state(client: TestClient) -> dict[str, Any]:
    answer = client.get("/api/v1/log")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, ()),
        ({"waiting": timedelta(seconds=10)}, ()),
        ({"waiting": timedelta(seconds=11)}, (Trouble.LATE,)),
        ({"stopped": True, "waiting": timedelta(hours=1)}, (Trouble.STOPPED, Trouble.LATE)),
        ({"size": None, "witnesses": ()}, (Trouble.EMPTY,)),
        ({"witnesses": (replace(WITNESS, disagrees=True, asked_at=NOON - timedelta(days=1)),)}, (Trouble.SPLIT,)),
        ({"witnesses": (WITNESS, replace(WITNESS, asked_at=NOON - timedelta(minutes=11)))}, (Trouble.SILENT,)),
        ({"witnesses": (replace(WITNESS, asked_at=NOON - timedelta(minutes=9)),)}, ()),
    ],
)
def test_what_is_wrong_is_known_the_worst_first(changed: dict[str, Any], found: tuple[Trouble, ...]) -> None:
    assert troubles(replace(WELL, **changed), NOON) == found


def test_a_log_without_a_checkpoint_is_about_to_begin(client: TestClient) -> None:
    assert "Begins The first checkpoint is on its way" in read(client, "/en/observe")
    assert "no checkpoint yet" in read(client, "/en/observe")
    assert state(client) == {
        "origin": "localhost/log",
        "size": None,
        "root": None,
        "published_at": None,
        "key": None,
        "late": False,
        "stopped": False,
        "troubles": ["empty"],
        "witnesses": [],
        "url": "/kk/observe",
        "links": {"checkpoint": "/log/checkpoint", "keys": "/log/key", "entries": "/api/v1/log/entries"},
    }


def test_all_is_well_is_said_with_the_checkpoint_and_the_key(
    services: Services, client: TestClient, vote: MadeVote
) -> None:
    shown, found = read(client, "/en/observe"), state(client)
    note = client.get("/log/checkpoint").text
    assert shown.startswith('id="main"> All is well') or "All is well" in shown[:200]
    assert " ".join(note.split()) in shown
    assert ledger.verifier_keys(services)[0] in shown
    assert found["key"] == client.get("/log/key").text.splitlines()[0]
    assert note.splitlines()[1:3] == [str(found["size"]), found["root"]]
    assert len(base64.b64decode(found["root"])) == 32
    assert (found["late"], found["stopped"], found["troubles"]) == (False, False, [])
    assert found["published_at"] == "2024-10-06T07:00:00Z"
    for link in found["links"].values():
        assert client.get(link).status_code == 200


def test_entries_are_counted_by_what_they_are_about(services: Services, client: TestClient, vote: MadeVote) -> None:
    with services.database.read() as session:
        counts = ledger.count_types(session)
    shown = read(client, "/en/observe")
    assert f"Entries of a vote's archive {counts['vote.event']} " in shown
    assert sum(counts.values()) == state(client)["size"]


def test_a_late_log_says_for_how_long(services: Services, client: TestClient) -> None:
    ledger.publish(services)
    with services.database.uow() as tx:
        tx.add(Waiting(type="vote.event", subject="1", raw=b"{}", at=datetime.now(UTC) - timedelta(minutes=3)))
        tx.commit()
    shown, found = read(client, "/en/observe"), state(client)
    assert "Late The log is late" in shown
    assert "3 minutes ago" in shown
    assert (found["late"], found["troubles"]) == (True, ["late"])
    assert "отстаёт" in read(client, "/ru/observe")
    assert "кешігіп" in read(client, "/kk/observe")


def test_a_log_that_an_older_backup_took_back_says_that_it_has_stopped(services: Services, client: TestClient) -> None:
    enter(services, an_entry(0))
    ledger.publish(services)
    head = services.settings.keys_dir / ".log-head"
    head.write_text(head.read_text("utf-8").replace("\n1\n", "\n2\n"), "utf-8")
    shown, found = read(client, "/en/observe"), state(client)
    assert "At a standstill The log signs nothing" in shown
    assert "older backup" in shown
    assert (found["stopped"], found["troubles"]) == (True, ["stopped"])


@pytest.fixture
def watched(settings: Settings) -> Settings:
    """A log that asks two witnesses."""
    keys = (SEES.verifier_key.text, ABSENT.verifier_key.text)
    return settings.model_copy(update={"log_witnesses": tuple((key, "https://witness.example") for key in keys)})


def test_the_witnesses_and_what_they_last_cosigned_are_shown(
    watched: Settings, services: Services, clock: ManualClock, new_client: ClientFactory
) -> None:
    here = replace(services, settings=watched)
    client = new_client(create_app(watched, services=here, debug=True))
    ledger.publish(services)
    with services.database.uow() as tx:
        tx.add(WitnessRow(key=SEES.verifier_key.text, size=0, at=clock()))
        tx.add(WitnessRow(key=ABSENT.verifier_key.text, asked_at=clock(), problem="timeout"))
        tx.commit()
    shown = read(client, "/en/observe")
    assert "All is well" in shown[:40]
    assert "sees.example 0 6 October 2024, 12:00 Agrees absent.example – – Asked" in shown
    assert SEES.verifier_key.text in shown

    clock.advance(minutes=11)
    assert "Attention A witness has not cosigned for long" in read(client, "/en/observe")
    assert [one["silent"] for one in state(client)["witnesses"]] == [False, True]

    with services.database.uow() as tx:
        tx.get(WitnessRow, SEES.verifier_key.text).disagrees = True  # type: ignore[union-attr]
        tx.commit()
    shown, found = read(client, "/en/observe"), state(client)
    assert "Contradiction A witness saw another log" in shown
    assert "The witness sees.example saw another log" in shown
    assert found["troubles"] == ["split", "silent"]
    assert found["witnesses"][0] == {
        "name": "sees.example",
        "key": SEES.verifier_key.text,
        "size": 0,
        "at": "2024-10-06T07:00:00Z",
        "disagrees": True,
        "silent": False,
    }


def test_incidents_that_wait_are_listed_until_they_are_answered(
    services: Services, client: TestClient, vote: MadeVote
) -> None:
    assert "every report has its answer" in read(client, "/en/observe")
    with services.database.uow() as tx:
        reference = incidents.report(
            tx, services, once="1" * 32, vote_uuid=vote.uuid, kind=Kind.ACCESS, text="The door was shut.", mail="",
            person=None, network="192.0.2.1", lang="kk",
        )  # fmt: skip
        tx.commit()
    shown = read(client, "/en/observe")
    assert "1 incident waits for an answer, reported on 6 October 2024" in shown
    assert reference.replace("-", "‑") in shown
    assert "The door was shut" not in shown


def test_the_versions_of_the_voting_pages_lead_to_their_entries(services: Services, client: TestClient) -> None:
    enter_release(services.database)
    ledger.publish(services)
    shown = read(client, "/en/observe")
    assert "Served now Version" in shown
    listed = read(client, "/en/observe/entries/0")
    assert "/static/observe/receipt_page.js" in listed
    assert "/source/egov-crypto.tar.gz" in listed


def test_how_the_log_grew_is_drawn_with_its_numbers(services: Services, client: TestClient, clock: ManualClock) -> None:
    ledger.publish(services)
    assert "older than a day" in read(client, "/en/observe")
    for start, count in ((0, 3), (3, 0), (3, 4)):
        enter(services, *(an_entry(height) for height in range(start, start + count)))
        ledger.publish(services)
        clock.advance(days=1)
    shown = read(client, "/en/observe")
    days = [f"{day} October 2024" for day in (6, 7, 8, 9)]
    for counts in ((3, 0, 4, 0), (3, 3, 7, 7)):
        assert " ".join(f"{day} {count}" for day, count in zip(days, counts, strict=True)) in shown


def test_growth_is_drawn_by_days_and_at_most_thirty() -> None:
    today = date(2024, 3, 1)
    assert figures.days_of(today, today) == (date(2024, 2, 29), today)
    assert len(figures.days_of(today - timedelta(days=400), today)) == figures.MOST + 1
    assert figures.days_of(today + timedelta(days=3), today) == (date(2024, 2, 29), today), "a clock that was set back"
    assert figures.of_growth(figures.days_of(today, today), [0, 5], "en", "UTC") == []


def test_the_steps_have_the_commands_for_this_very_site(services: Services, client: TestClient) -> None:
    enter_release(services.database)
    ledger.publish(services)
    key = ledger.verifier_keys(services)[0]
    for lang in ("kk", "ru", "en"):
        shown = read(client, f"/{lang}/observe/how")
        for command in (
            "curl -O http://localhost/source/egov-crypto.tar.gz",
            f"egov-verify log http://localhost --key '{key}'",
            f"egov-verify site http://localhost --key '{key}'",
            "egov-verify log http://localhost --witness",
            f"egov-witness serve witness.key --log '{key}'",
            f"egov-verify watch http://localhost --into watched --site --key '{key}'",
            "egov-verify vote http://localhost/votes/",
        ):
            assert command in shown
    assert "Entry 0" in read(client, "/en/observe/how")


def test_every_command_that_is_shown_can_be_given(services: Services, client: TestClient, vote: MadeVote) -> None:
    shown = set()
    for page in ("how", "receipt", "entries/0"):
        html = client.get(f"/en/observe/{page}").text
        for block in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", html, re.DOTALL):
            shown |= {line for line in unescape(block).splitlines() if line.startswith("egov-") and "…" not in line}
    assert len(shown) >= 6
    for line in shown:
        program, *arguments = shlex.split(line)
        parser = {"egov-verify": verify, "egov-witness": witness}[program]._parser()
        assert parser.parse_args(arguments).run
