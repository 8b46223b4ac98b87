"""A registry that is slow, wrong, overloaded or away: what the platform does, and what it never tells."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlmodel import select
from starlette.responses import JSONResponse, Response, StreamingResponse
from tests.registry.conftest import ClientMaker
from tests.registry.server import RegistryServer

from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.models import KnownPerson, Outage
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import HttpRegistry, Person, Unanswered
from egov_participation.registry.service.client import ATTEMPTS, LARGEST_ANSWER
from egov_participation.settings import Settings

pytestmark = pytest.mark.sqlite  # the contract is held on both databases

PEOPLE = list(fake.residents(4))
ENTRY = PEOPLE[0]
TODAY = dt.date(2024, 10, 6)


def find(registry: HttpRegistry, database: Database, entry: Entry = ENTRY) -> Person | None:
    with database.read() as session:
        return registry.find(session, entry.iin)


def refused(registry: HttpRegistry, database: Database, entry: Entry = ENTRY) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        find(registry, database, entry)
    assert (refusal.value.status, refusal.value.code) == (503, "registry.unavailable")
    return refusal.value


def answer(entry: Entry = ENTRY, **changed: object) -> JSONResponse:
    server = RegistryServer()
    server.enter(entry)
    return JSONResponse(server.people[entry.iin.digits] | changed)


# -- one question ------------------------------------------------------------------------------------------------------


def test_the_iin_is_in_the_body_alone_and_nothing_else_is_said(
    server: RegistryServer, make_client: ClientMaker
) -> None:
    server.enter(ENTRY)
    assert make_client().lookup(ENTRY.iin, TODAY) == ENTRY
    assert server.asked == [("POST", "/egov/v1/residents/lookup", {"iin": ENTRY.iin.digits})]


def test_a_wrong_token_is_no_answer_and_is_not_tried_again(
    server: RegistryServer, make_client: ClientMaker, waits: list[float]
) -> None:
    with pytest.raises(Unanswered, match="status 401"):
        make_client(token="another").lookup(ENTRY.iin, TODAY)
    assert waits == []
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_may_pass_is_tried_again_after_longer_and_longer_waits(
    server: RegistryServer, make_client: ClientMaker, waits: list[float], status: int
) -> None:
    server.enter(ENTRY)
    server.broken = [Response(status_code=status), Response(status_code=status)]
    assert make_client().lookup(ENTRY.iin, TODAY) == ENTRY
    assert waits == [0.2, 0.4]


def test_after_three_attempts_it_is_given_up(
    server: RegistryServer, make_client: ClientMaker, waits: list[float]
) -> None:
    server.broken = [Response(status_code=503)] * 5
    with pytest.raises(Unanswered, match="status 503"):
        make_client().lookup(ENTRY.iin, TODAY)
    assert len(server.asked) == ATTEMPTS == len(waits) + 1


def test_a_slow_answer_is_no_answer(server: RegistryServer, make_client: ClientMaker) -> None:
    server.enter(ENTRY)
    server.broken = [30, 30, 30]
    with pytest.raises(Unanswered, match=r"no answer \(ReadTimeout\)"):
        make_client(patient=0.1).lookup(ENTRY.iin, TODAY)


def test_a_machine_that_is_away_is_no_answer(make_client: ClientMaker) -> None:
    with pytest.raises(Unanswered, match=r"no answer \(ConnectError\)"):
        make_client(url="http://127.0.0.1:9").lookup(ENTRY.iin, TODAY)


def huge() -> Iterator[bytes]:
    yield b'{"iin": "'
    for _ in range(LARGEST_ANSWER // 1024 + 2):
        yield b"9" * 1024


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (Response("{", media_type="application/json"), "not as agreed"),
        (Response("[]", media_type="application/json"), "not as agreed"),
        (Response("", media_type="application/json"), "not as agreed"),
        (Response(b"\xff\xfe", media_type="application/json"), "not as agreed"),
        (Response("[" * 60_000, media_type="application/json"), "not as agreed"),
        (answer(family_name=7), "not as agreed: family_name"),
        (answer(birth_date=None), "not as agreed: birth_date"),
        (answer(mail=["a@mail.example"]), "not as agreed: mail"),
        (answer(PEOPLE[1]), "about somebody else"),
        (StreamingResponse(huge()), "longer than"),
        (Response(status_code=302, headers={"Location": "https://elsewhere.example/"}), "status 302"),
        (Response(status_code=500), "status 500"),
        (Response(status_code=422), "status 422"),
    ],
)
def test_an_answer_that_is_not_as_agreed_is_no_answer_and_its_content_is_not_repeated(
    server: RegistryServer, make_client: ClientMaker, wrong: Response, problem: str
) -> None:
    server.broken = [wrong]
    with pytest.raises(Unanswered, match=problem) as refusal:
        make_client().lookup(ENTRY.iin, TODAY)
    for secret in (ENTRY.iin.digits, PEOPLE[1].iin.digits, ENTRY.mail, ENTRY.family_name):
        assert secret not in str(refusal.value)


def test_members_that_are_not_agreed_are_passed_over(server: RegistryServer, make_client: ClientMaker) -> None:
    server.broken = [answer(phone="+7 700 000 00 00")]
    assert make_client().lookup(ENTRY.iin, TODAY) == ENTRY


def test_who_has_no_mail_address_is_found_without_one(
    server: RegistryServer, http_registry: HttpRegistry, database: Database
) -> None:
    server.broken = [answer(mail=None, patronymic=None, address=None)]
    person = find(http_registry, database)
    assert person is not None
    assert (person.mail, person.patronymic) == ("", "")


def test_one_record_that_cannot_be_right_is_nobody_and_shuts_out_nobody_else(
    server: RegistryServer, http_registry: HttpRegistry, database: Database
) -> None:
    server.enter(ENTRY, *PEOPLE[1:])
    server.people[ENTRY.iin.digits]["birth_date"] = "1901-01-01"
    for _ in range(4):
        assert find(http_registry, database) is None
    assert find(http_registry, database, PEOPLE[1]) is not None


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_a_fresh_answer_is_not_asked_for_again_and_an_old_one_is(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, clock: ManualClock
) -> None:
    server.enter(ENTRY)
    first = find(http_registry, database)
    clock.advance(hours=23)
    assert find(http_registry, database) == first
    assert len(server.asked) == 1
    server.enter(replace(ENTRY, mail="new@mail.example"))
    clock.advance(hours=2)
    again = find(http_registry, database)
    assert first is not None
    assert again is not None
    assert (again.person_id, again.mail) == (first.person_id, "new@mail.example")


def test_who_is_no_longer_in_the_registry_disappears_and_keeps_the_id_for_a_return(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, clock: ManualClock
) -> None:
    server.enter(ENTRY)
    before = find(http_registry, database)
    assert before is not None
    server.people.clear()
    clock.advance(days=2)
    assert find(http_registry, database) is None
    with database.read() as session:
        assert http_registry.get(session, before.person_id) is None
        assert http_registry.address(session, before.person_id) == ""
        assert session.exec(select(KnownPerson)).one().record_sealed is None
    server.enter(ENTRY)
    assert find(http_registry, database) == before


def test_what_was_said_is_forgotten_after_the_time_of_the_settings_and_the_id_is_not(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, clock: ManualClock
) -> None:
    server.enter(ENTRY)
    before = find(http_registry, database)
    clock.advance(days=399)
    assert http_registry.forget_old() == 0
    clock.advance(days=1)
    assert http_registry.forget_old() == 1
    assert http_registry.forget_old() == 0
    with database.read() as session:
        assert before is not None
        assert http_registry.get(session, before.person_id) is None
    assert find(http_registry, database) == before


# -- an outage ---------------------------------------------------------------------------------------------------------


def test_while_it_does_not_answer_who_is_known_is_found_for_a_week_and_no_longer(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, clock: ManualClock
) -> None:
    server.enter(ENTRY)
    known = find(http_registry, database)
    server.broken = [Response(status_code=500)] * 100
    clock.advance(days=6, hours=23)
    assert find(http_registry, database) == known
    refused(http_registry, database, PEOPLE[1])
    clock.advance(hours=2)
    refused(http_registry, database)


def test_after_three_failures_nobody_asks_for_a_while_and_everybody_can_see_it(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, clock: ManualClock
) -> None:
    server.enter(ENTRY)
    server.broken = [Response(status_code=500)] * 3
    for _ in range(2):
        assert refused(http_registry, database).retry_after is None
        with database.read() as session:
            assert http_registry.status(session).available
    assert refused(http_registry, database).retry_after == 30
    clock.advance(seconds=10)
    for _ in range(5):
        assert refused(http_registry, database).retry_after == 20
    assert len(server.asked) == 3
    with database.read() as session:
        status = http_registry.status(session)
    assert (status.available, status.retry_after) == (False, 20)
    clock.advance(seconds=20)
    assert find(http_registry, database) is not None
    with database.read() as session:
        assert http_registry.status(session).available
        assert session.exec(select(Outage)).all() == []


def test_a_trial_in_vain_doubles_the_pause_up_to_ten_minutes(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, clock: ManualClock
) -> None:
    server.broken = [Response(status_code=500)] * 20
    pauses = []
    for _ in range(10):
        pause = refused(http_registry, database).retry_after
        pauses.append(pause)
        clock.advance(seconds=pause or 0)
    assert pauses == [None, None, 30, 60, 120, 240, 480, 600, 600, 600]


def test_while_one_tries_whether_it_answers_again_the_others_still_do_not_ask(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, clock: ManualClock
) -> None:
    server.broken = [Response(status_code=500)] * 3
    for _ in range(3):
        refused(http_registry, database)
    clock.advance(seconds=30)
    assert http_registry._circuit.enter(clock()) == 0
    assert http_registry._circuit.enter(clock()) == 15


def test_the_pause_that_the_registry_asks_for_is_kept_and_has_a_bound(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, clock: ManualClock, waits: list[float]
) -> None:
    server.broken = [Response(status_code=503, headers={"Retry-After": "120"})]
    assert refused(http_registry, database).retry_after == 120
    assert (waits, len(server.asked)) == ([], 1)
    clock.advance(seconds=121)
    server.broken = [Response(status_code=503, headers={"Retry-After": "999999"})]
    assert refused(http_registry, database).retry_after == 3600


def test_known_and_unknown_fail_alike_when_nothing_is_kept(
    server: RegistryServer, http_registry: HttpRegistry, database: Database
) -> None:
    server.enter(ENTRY)
    server.broken = [Response(status_code=500)] * 2
    known, unknown = refused(http_registry, database), refused(http_registry, database, PEOPLE[1])
    assert (str(known), known.code, known.retry_after) == (str(unknown), unknown.code, unknown.retry_after)


def test_logs_of_failures_hold_nothing_of_the_person(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("httpx").setLevel(logging.INFO)
    server.enter(ENTRY)
    server.people[ENTRY.iin.digits]["territory"] = "KZ-99"
    assert find(http_registry, database) is None
    server.broken = [answer(family_name=7), Response("{"), Response(status_code=500)]
    for _ in range(3):
        refused(http_registry, database)
    printed = "".join(capsys.readouterr())
    assert "registry" in printed
    for secret in (ENTRY.iin.digits, ENTRY.mail, ENTRY.family_name, ENTRY.address):
        assert secret not in printed


# -- lists -------------------------------------------------------------------------------------------------------------


def eligible(registry: HttpRegistry, database: Database) -> list[str]:
    with database.read() as session:
        return list(registry.eligible(session, born_by=TODAY, territories=()))


def test_of_those_on_a_list_nothing_is_kept_but_the_id_and_the_sealed_iin(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, settings: Settings
) -> None:
    server.enter(*PEOPLE)
    ids = eligible(http_registry, database)
    assert eligible(http_registry, database) == ids
    keys = IinKeys.open(settings.keys_dir)
    with database.read() as session:
        rows = session.exec(select(KnownPerson)).all()
        assert sorted(row.person_id for row in rows) == ids
        assert {row.record_sealed for row in rows} == {None}
        assert http_registry.mask(session, ids[0])[-4:].isdecimal()
        assert http_registry.get(session, ids[0]) is None
    assert {keys.open_sealed(row.iin_sealed, row.person_id) for row in rows} == {entry.iin for entry in PEOPLE}


@pytest.mark.parametrize(
    ("tail", "problem"),
    [
        (b"", "not whole"),
        (b'{"count": 3}\n', "not whole"),
        (b'{"count": -4}\n', "not as agreed"),
        (b'{"count": 4}\n{"iin": "000000000000"}\n', "behind its end"),
        (b'{"iin": "123"}\n{"count": 5}\n', "12 digits"),
        (b'{"iin": 900101300123}\n', "not as agreed"),
        (b"nonsense\n", "not as agreed"),
        (b"x" * (3 * LARGEST_ANSWER), "longer than"),
        (json.dumps({"iin": PEOPLE[0].iin.digits}).encode() + b'\n{"count": 5}\n', "somebody twice"),
    ],
)
def test_a_list_that_is_not_whole_or_not_right_is_no_list(
    server: RegistryServer,
    http_registry: HttpRegistry,
    database: Database,
    capsys: pytest.CaptureFixture[str],
    tail: bytes,
    problem: str,
) -> None:
    server.enter(*PEOPLE)
    server.tail = tail
    with pytest.raises(DomainError) as refusal:
        eligible(http_registry, database)
    assert refusal.value.code == "registry.unavailable"
    assert problem in "".join(capsys.readouterr())


def test_a_registry_that_makes_no_lists_says_so_in_words(
    server: RegistryServer, http_registry: HttpRegistry, database: Database
) -> None:
    server.broken = [Response(status_code=404)]
    with pytest.raises(DomainError) as refusal:
        eligible(http_registry, database)
    assert (refusal.value.status, refusal.value.code) == (501, "registry.no_lists")
    with database.read() as session:
        assert http_registry.status(session).available


def test_a_pause_that_nobody_here_would_note_is_over(
    server: RegistryServer, http_registry: HttpRegistry, database: Database, clock: ManualClock
) -> None:
    """Who writes in the site's tables keeps the registrar from asking for no longer than an hour."""
    server.enter(ENTRY)
    for ahead, pause in ((dt.timedelta(hours=1), 3600), (dt.timedelta(days=3650), 1)):
        with database.uow() as tx:
            tx.session.merge(Outage(name="http", failures=3, retry_at=clock() + ahead))
            tx.commit()
        with database.read() as session:
            assert http_registry.status(session).retry_after == pause
        if pause > 1:
            refused(http_registry, database)
    assert find(http_registry, database) is not None
