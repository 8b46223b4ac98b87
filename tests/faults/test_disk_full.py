"""The disk is full while somebody casts, and while a setup is frozen: it is said, nothing is half there, it goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.commission.frozen import Course, begin
from tests.faults.room import no_room, rows
from tests.officials import SignedIn
from tests.registrar.test_contract import Serving
from tests.voting.making import MadeVote, archive_of, make_people, verified
from tests.voting_web.conftest import AtBooth

from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.jobs import FIRST_WAIT, Worker
from egov_participation.mail import NullMailer
from egov_participation.registrar.client import RemoteRegistrar
from egov_participation.registrar.interface import Voter
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.services import Services
from egov_participation.voting.models import PublicCredential, VoteEvent

SAID = {
    "kk": "Сайттың дискісінде орын қалмады",
    "ru": "На диске сайта кончилось место",
    "en": "This site’s disk is full",
}


@pytest.mark.both
def test_a_ballot_without_room_is_refused_whole_and_taken_when_there_is_room_again(
    services: Services, vote: MadeVote, at_booth: AtBooth
) -> None:
    browsers = {lang: at_booth(place, lang) for place, lang in enumerate(SAID)}
    path, refused = f"/votes/{vote.uuid}/ballots", {}
    last = str(VoteEvent.__tablename__) if services.database.dialect == "postgresql" else ""
    with no_room(services.database, last):  # what is written before it is undone with it
        for place, (lang, browser) in enumerate(browsers.items()):
            for _ in range(10):  # some still fit into pages that are there
                before, archive, raw = rows(services.database), archive_of(services, vote.uuid), vote.ballot(place)
                answer = browser.post(path, content=raw)
                if answer.status_code != 201:
                    break
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
            assert answer.json()["code"] == "database.full"
            assert answer.json()["detail"].startswith(SAID[lang])
            assert (rows(services.database), archive_of(services, vote.uuid)) == (before, archive)
            refused[lang] = raw
    verified(services, vote.uuid)

    for lang, raw in refused.items():
        taken, again = (browsers[lang].post(path, content=raw) for _ in range(2))
        assert (taken.status_code, again.status_code, again.content) == (201, 200, taken.content)
    assert verified(services, vote.uuid).report.voters == 3


@pytest.fixture
def course(services: Services, worker: Worker, outbox: NullMailer, member: SignedIn) -> Course:
    """With so many voters that their credentials need pages of their own."""
    return begin(services, worker, outbox, member, voters=100).with_keys()


def check_page(course: Course, official: SignedIn, *, frozen: bool) -> None:
    for lang, words in SAID.items():
        page = official.client.get(f"/{lang}/office/votes/drafts/{course.id}/setup")
        assert (page.status_code, words in page.text) == (200, not frozen)


def freeze_and_fail(course: Course, official: SignedIn, full: Database, for_table: str = "") -> None:
    """It fails, the draft is as it was, the page says why, and once there is room it is done again."""
    document, registrar = course.draft.document, course.services.registrar
    assert isinstance(registrar, LocalRegistrar)
    known = rows(registrar.means.database)
    with no_room(full, for_table):
        course.press_freeze()
        course.worker.run_due()
    draft = course.draft
    assert (draft.state, draft.document, draft.setup) == ("editing", document, None)
    assert all(row.key_point for row in course.trustees)
    check_page(course, official, frozen=False)
    course.worker.run_due()  # what had been made for it is thrown away
    assert rows(registrar.means.database) == known
    assert rows(course.services.database)[str(PublicCredential.__tablename__)] == 0
    course.freeze()
    check_page(course, official, frozen=True)


@pytest.mark.both
def test_a_registrar_without_room_leaves_the_draft_as_it_was_and_says_why(course: Course, member: SignedIn) -> None:
    registrar = course.services.registrar
    assert isinstance(registrar, LocalRegistrar)
    freeze_and_fail(course, member, registrar.means.database)


@pytest.mark.both
def test_a_roll_that_does_not_fit_leaves_the_draft_as_it_was_and_says_why(course: Course, member: SignedIn) -> None:
    freeze_and_fail(course, member, course.services.database, str(PublicCredential.__tablename__))


@pytest.mark.postgresql  # in SQLite a row that changes may find its place in a page that is there
def test_where_nothing_fits_at_all_freezing_is_refused_or_waits_until_there_is_room(
    course: Course, member: SignedIn, clock: ManualClock
) -> None:
    database, fields = course.services.database, {"version": str(course.draft.version)}
    path = f"/office/votes/drafts/{course.id}/freeze"
    with no_room(database):
        for lang, words in SAID.items():
            answer = member.client.post(f"/{lang}{path}", data=fields)
            assert (answer.status_code, words in answer.text) == (503, True)
    assert course.draft.state == "editing"

    assert member.client.post(f"/en{path}", data=fields).status_code == 303
    before = rows(database)
    with no_room(database):
        course.worker.run_due()
    assert (rows(database), course.draft.state) == (before, "preparing")

    clock.advance(seconds=FIRST_WAIT.total_seconds())
    course.worker.run_due()
    assert course.draft.state == "frozen"


def test_the_registrars_own_process_names_a_full_disk(
    services: Services, tmp_path_factory: pytest.TempPathFactory, clock: ManualClock
) -> None:
    registrar = services.registrar
    assert isinstance(registrar, LocalRegistrar)
    serving = Serving(registrar, tmp_path_factory.mktemp("s"), uds=False)
    serving.start()
    client = RemoteRegistrar(serving.url, serving.secret_file)
    _, people = make_people(services, 500)
    with no_room(registrar.means.database), pytest.raises(DomainError) as refused:
        client.prepare(
            "1" * 14,
            [Voter(person, 1, "KZ-75") for person in people],
            binding=False,
            closes_at=clock() + timedelta(days=1),
        )
    client.close()
    serving.stop()

    assert (refused.value.status, refused.value.code) == (503, "registrar.full")
