"""Mails about what becomes of a petition: to who asked for them, once, until one click stops them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlmodel import select, update
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.officials import MakeOfficial
from tests.petitions.making import TEXTS, Petitions
from tests.petitions.owed import FORM, TWO, publish, reach

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.mail import Mail, NullMailer
from egov_participation.petitions.models import Mailing, Petition, State, Subscriber
from egov_participation.petitions.service import after_closing, answer_letters, mailings, subscribers
from egov_participation.registry.service import set_language
from egov_participation.services import Services


def _subscribe(services: Services, petitions: Petitions, reference: str, people: list[str]) -> None:
    with services.database.uow() as tx:
        for person in people:
            subscribers.subscribe(tx, services, petitions.petition(reference), person)
        tx.commit()


def _begin(services: Services, petitions: Petitions, reference: str) -> None:
    with services.database.uow() as tx:
        mailings.begin(tx, petitions.petition(reference), mailings.CLOSED, services.clock())
        tx.commit()


def _final(services: Services, reference: str) -> None:
    """The registrar has nothing more for the log."""
    with services.database.uow() as tx:
        tx.session.execute(update(Petition).where(Petition.reference == reference).values(attested=False))  # type: ignore[arg-type]
        tx.commit()


def _addresses(services: Services, people: list[str]) -> list[str]:
    with services.database.read() as session:
        found = [services.registry.get(session, person) for person in people]
    return sorted(person.mail for person in found if person)


def _finish(worker: Worker, rounds: int = 2) -> None:
    for _ in range(rounds):
        worker.run_due()


def test_everybody_who_asked_is_told_once_batch_by_batch(
    petitions: Petitions,
    services: Services,
    worker: Worker,
    outbox: NullMailer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = petitions.residents(6)
    reference, other = petitions.make(), petitions.make()
    _subscribe(services, petitions, reference, people[:5])
    _subscribe(services, petitions, other, people[5:])
    _begin(services, petitions, reference)
    monkeypatch.setattr(mailings, "BATCH", 2)
    written, letter = [], answer_letters.to_subscriber

    def fail_once(*args: object, **params: object) -> None:
        written.append(args)
        if len(written) == 4:
            raise OSError("the worker stops in the middle of a batch")
        letter(*args, **params)  # type: ignore[arg-type]

    monkeypatch.setattr(answer_letters, "to_subscriber", fail_once)
    with services.database.read() as session:
        before = mailings.progress(session, petitions.id(reference))[mailings.CLOSED]
    _finish(worker, 5)

    assert (before.told, before.total, before.finished_at) == (0, 5, None)
    assert sorted(mail.to for mail in outbox.sent) == _addresses(services, people[:5])
    with services.database.read() as session:
        after = mailings.progress(session, petitions.id(reference))[mailings.CLOSED]
    assert (after.told, after.total, after.finished_at) == (5, 5, services.clock())
    assert len(written) == 7, "the batch that failed was done anew, as a whole"


def test_news_is_told_in_each_language_and_to_the_creator_once(
    petitions: Petitions, services: Services, official: MakeOfficial, worker: Worker, outbox: NullMailer
) -> None:
    people = petitions.residents(3)
    with services.database.uow() as tx:
        for person, language in zip(people, ("kk", "ru", "en"), strict=True):
            set_language(tx, person, language, services.clock())
        tx.commit()
    reference = petitions.make(rules=TWO, addressee="finance", creator=people[0])
    _subscribe(services, petitions, reference, people)
    reach(services, petitions.petition(reference), 2)
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    _finish(worker)
    outbox.sent.clear()

    publish(one, other, reference)
    _finish(worker)

    news = [mail for mail in outbox.sent if mail.to not in _addresses(services, [other.person_id])]
    assert sorted(mail.to for mail in news) == _addresses(services, people)
    assert {mail.lang for mail in news} == {"kk", "ru", "en"}
    for mail in news:
        assert FORM[f"summary_{mail.lang}"] in mail.text
        assert TEXTS[mail.lang][0] in mail.text
        assert f"/{mail.lang}/petitions/{reference}" in mail.text


def test_one_click_stops_the_mails_about_one_petition(
    petitions: Petitions,
    services: Services,
    worker: Worker,
    outbox: NullMailer,
    app: Starlette,
    client: TestClient,
    new_client: ClientFactory,
) -> None:
    person = petitions.residents(1)[0]
    first, second = petitions.make(), petitions.make()
    for reference in (first, second):
        _subscribe(services, petitions, reference, [person])
    _begin(services, petitions, first)
    _finish(worker)
    stop = _stop_address(outbox.sent[-1])
    provider = new_client(app)
    del provider.headers["Origin"], provider.headers["Sec-Fetch-Site"]

    page = client.get(stop, follow_redirects=True)
    assert page.status_code == 200, "a link is asked about before anything is done"
    assert _is_subscribed(services, petitions, first, person)
    assert provider.post(stop, data={"List-Unsubscribe": "No"}).status_code == 400
    assert provider.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200

    assert not _is_subscribed(services, petitions, first, person)
    assert _is_subscribed(services, petitions, second, person)
    outbox.sent.clear()
    _begin(services, petitions, second)
    _finish(worker)
    assert len(outbox.sent) == 1


def test_the_page_that_a_link_leads_to_stops_them_too(
    petitions: Petitions, services: Services, client: TestClient
) -> None:
    person = petitions.residents(1)[0]
    reference = petitions.make()
    _subscribe(services, petitions, reference, [person])
    token = subscribers.stop_token(services.settings.keys_dir, reference, person)
    page = client.get(f"/en/petitions/mails/stop/{token}")
    csrf = page.text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    response = client.post(f"/en/petitions/mails/stop/{token}", data={"csrf_token": csrf})

    assert response.headers["location"] == "/en/mails/stopped"
    assert not _is_subscribed(services, petitions, reference, person)


@pytest.mark.parametrize("change", ["", "A", "!", "é"])
def test_a_link_that_is_not_ours_stops_nothing(
    petitions: Petitions, services: Services, client: TestClient, change: str
) -> None:
    person = petitions.residents(1)[0]
    reference = petitions.make()
    _subscribe(services, petitions, reference, [person])
    token = subscribers.stop_token(services.settings.keys_dir, reference, person)
    wrong = change + token[2:] if change else token[:-4]

    assert subscribers.open_stop(services.settings.keys_dir, token) == (reference, person)
    assert subscribers.open_stop(services.settings.keys_dir, wrong) is None
    assert client.get(f"/en/petitions/mails/stop/{wrong}").status_code == 404


def test_who_is_subscribed_a_copy_of_the_database_does_not_tell(petitions: Petitions, services: Services) -> None:
    person = petitions.residents(1)[0]
    _subscribe(services, petitions, petitions.make(), [person])
    with services.database.read() as session:
        row = session.exec(select(Subscriber)).one()

    assert person.encode() not in row.person_sealed + row.person_hash
    assert bytes.fromhex(person) not in row.person_sealed + row.person_hash
    assert subscribers.person_of(services.settings.keys_dir, row) == person


def test_of_a_petition_that_closed_too_early_is_told_what_that_means(
    petitions: Petitions, services: Services, worker: Worker, outbox: NullMailer
) -> None:
    creator, signer = petitions.residents(2)
    reference = petitions.make(State.CLOSED, rules=TWO, creator=creator)
    _subscribe(services, petitions, reference, [signer])
    outbox.sent.clear()
    _finish(worker)
    early = list(outbox.sent)
    _final(services, reference)
    _finish(worker)

    assert early == [], "the count is not final while the registrar may have signatures for the log"
    assert sorted(mail.to for mail in outbox.sent) == _addresses(services, [creator, signer])
    assert all("2" in mail.text for mail in outbox.sent)


def test_of_one_that_reached_its_threshold_no_such_thing_is_told(petitions: Petitions, services: Services) -> None:
    reference = petitions.make(State.CLOSED, rules=TWO, creator=petitions.residents(1)[0])
    reach(services, petitions.petition(reference), 2)
    _final(services, reference)

    assert after_closing.tell_of_closing(services) == 0
    with services.database.read() as session:
        assert session.exec(select(Mailing)).all() == []


def test_officials_are_reminded_each_working_day(
    petitions: Petitions,
    services: Services,
    official: MakeOfficial,
    worker: Worker,
    outbox: NullMailer,
    clock: ManualClock,
) -> None:
    mine, stranger = official(Role.MINISTRY), official(Role.MINISTRY, agency="justice")
    reference = petitions.make(rules=TWO, addressee="finance")
    reach(services, petitions.petition(reference), 2)
    _finish(worker)
    outbox.sent.clear()
    told = []
    # Due on Monday the 2nd of December; in Astana it is five hours later than in UTC.
    for day, hour in ((2, 12), (3, 3), (3, 4), (3, 9), (4, 6), (7, 6), (8, 6), (9, 6)):
        clock.set(datetime(2024, 12, day, hour, tzinfo=UTC))
        worker.run_due()
        told.append((day, hour, len(outbox.sent)))
        outbox.sent.clear()

    assert [moment for moment in told if moment[2]] == [(3, 4, 1), (4, 6, 1), (9, 6, 1)]
    assert _addresses(services, [mine.person_id]) != _addresses(services, [stranger.person_id])


def _stop_address(mail: Mail) -> str:
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = mail.headers["List-Unsubscribe"].strip("<>")
    assert address in mail.text
    return address.removeprefix("http://localhost")


def _is_subscribed(services: Services, petitions: Petitions, reference: str, person: str) -> bool:
    with services.database.read() as session:
        return subscribers.is_subscribed(session, services, petitions.petition(reference), person)
