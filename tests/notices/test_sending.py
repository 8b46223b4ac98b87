"""Notices leave with their cause, to the right person, in the right language, or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from tests.notices.specimens import NEWS, WARNING

from egov_participation.clock import ManualClock
from egov_participation.jobs import Job, Worker
from egov_participation.mail import NullMailer
from egov_participation.notices import rules, service
from egov_participation.notices.kinds import NoticeKind
from egov_participation.registry.rules import Entry
from egov_participation.services import Services

PARAMS = {"title": "A", "role": "B", "day": "C", "at": "D", "count": 1, "vote": "E"}


def notify(services: Services, person_id: str, kind: NoticeKind = NEWS, key: str | None = None) -> None:
    with services.database.uow() as tx:
        service.notify(tx, services.settings.keys_dir, person_id, kind, key, **(PARAMS if kind is WARNING else {}))
        tx.commit()


def test_a_notice_goes_to_the_persons_address_in_their_language(
    services: Services, entry: Entry, person_id: str, worker: Worker, outbox: NullMailer
) -> None:
    notify(services, person_id)
    worker.run_due()

    (mail,) = outbox.sent
    assert (mail.to, mail.lang, mail.subject) == (entry.mail, "kk", "Хаттарыңыз")


def test_a_notice_whose_cause_was_taken_back_is_not_sent(
    services: Services, person_id: str, worker: Worker, outbox: NullMailer
) -> None:
    with services.database.uow() as tx:
        service.notify(tx, services.settings.keys_dir, person_id, NEWS)
    worker.run_due()

    assert outbox.sent == []


def test_the_same_key_is_told_once_and_no_key_each_time(
    services: Services, person_id: str, worker: Worker, outbox: NullMailer
) -> None:
    for key in ("1", "1", None, None):
        notify(services, person_id, key=key)
    worker.run_due()

    assert len(outbox.sent) == 3


def test_a_waiting_notice_names_neither_the_person_nor_the_kind_in_the_table(
    services: Services, person_id: str
) -> None:
    notify(services, person_id, WARNING)
    with services.database.read() as session:
        (job,) = session.exec(select(Job)).all()

    row = json.dumps([job.kind, job.key, job.payload])
    assert person_id not in row
    assert "warning" not in row


def test_who_is_gone_from_the_register_gets_nothing(services: Services, worker: Worker, outbox: NullMailer) -> None:
    notify(services, "f" * 32)
    worker.run_due()

    assert outbox.sent == []


def test_an_address_that_is_no_persons_is_written_to_in_the_language_that_is_given(
    services: Services, worker: Worker, outbox: NullMailer
) -> None:
    with services.database.uow() as tx:
        service.write(tx, services.settings.keys_dir, "visitor@example.org", "ru", NEWS)
        tx.commit()
    worker.run_due()

    (mail,) = outbox.sent
    assert (mail.to, mail.subject, mail.token) == ("visitor@example.org", "Ваши письма", "")


def test_what_is_switched_off_is_not_sent_and_warnings_stay(
    services: Services, person_id: str, worker: Worker, outbox: NullMailer
) -> None:
    with services.database.uow() as tx:
        for kind in (NEWS, WARNING):
            service.choose(tx, person_id, kind, wanted=False)
        tx.commit()
    notify(services, person_id, NEWS)
    notify(services, person_id, WARNING)
    worker.run_due()

    assert [mail.subject for mail in outbox.sent] == ["Сіздің атыңыздан бюллетень қабылданды"]
    with services.database.uow() as tx:
        service.choose(tx, person_id, NEWS, wanted=True)
        tx.commit()
    notify(services, person_id, NEWS)
    worker.run_due()
    assert len(outbox.sent) == 2


def test_a_notice_can_wait_for_its_time(
    services: Services, person_id: str, worker: Worker, outbox: NullMailer, clock: ManualClock
) -> None:
    with services.database.uow() as tx:
        moment = services.clock() + timedelta(hours=72)
        service.notify(tx, services.settings.keys_dir, person_id, NEWS, run_after=moment)
        tx.commit()
    worker.run_due()
    assert outbox.sent == []

    clock.advance(hours=72)
    worker.run_due()
    assert len(outbox.sent) == 1


@pytest.mark.parametrize(
    ("left", "longest"), [(timedelta(days=3), 6.0), (timedelta(hours=6), 3.0), (timedelta(minutes=1), 1.0)]
)
def test_a_quiet_notice_leaves_within_hours_and_while_it_is_still_of_use(left: timedelta, longest: float) -> None:
    now = datetime(2024, 10, 6, 7, tzinfo=UTC)
    hours = [(rules.quiet_moment(now, now + left) - now) / timedelta(hours=1) for _ in range(300)]

    assert 0 <= min(hours) < longest / 2 < max(hours) <= longest
