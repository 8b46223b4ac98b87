"""Votes in every state, with reports, on the whole application: made once, for the tests that only read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.consultations import world
from tests.petitions.showing import put
from tests.voting.making import BLANK, NO, TITLE, YES, MadeVote, make_vote, tallied
from tests.voting.protocols import correct, sign

from egov_participation import rooms
from egov_participation.actions import Capacity, Role
from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.consultations.models import Comment, ConsultationText, Reply, ReplyTo
from egov_participation.incidents import service as incidents
from egov_participation.incidents.rules import Kind
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.mail import NullMailer
from egov_participation.registrar import generated
from egov_participation.services import Services, SessionInfo
from egov_participation.settings import Settings
from egov_participation.voting import service as voting
from egov_participation.voting.service import creating
from egov_participation.voting.texts import Texts

SPITEFUL = Texts("=cmd|' /C calc'!A0", "<b>&amp; ]]> 'Парк'", "@SUM(1+1) & “quoted”")
"""A title that attacks spreadsheets, XML and pages."""
ANSWER = {"kk": "+Жауап", "ru": "Ответ\x08\u202e <script>", "en": "Answer\n=1+1"}
REASON = Texts("Себеп\x01", "Причина & <повод>", "Reason")


@dataclass(frozen=True)
class Votes:
    """What there is."""

    counted: str
    open: MadeVote
    cancelled: str
    rehearsal: str
    answered: str
    """A report on the open vote: its number."""
    waiting: str
    """One on the counted vote."""
    mock: str
    """One on the rehearsal, answered too."""


@dataclass(frozen=True)
class Held:
    """A site to look at: nothing on it may be changed."""

    services: Services
    client: TestClient
    votes: Votes


def report(services: Services, vote: str, which: int) -> str:
    """Something that was reported: its number."""
    with services.database.uow() as tx:
        number = incidents.report(
            tx, services, once=f"{which:032x}", vote_uuid=vote, kind=Kind.COUNT, text="what I saw",
            mail="a@mail.example", person=None, network=f"203.0.113.{which}", lang="en",
        )  # fmt: skip
        tx.commit()
    return number


def answer(services: Services, number: str) -> None:
    """Answer a report as a member of the commission does."""
    now = services.clock()
    acting = SessionInfo(
        "a-member", "0" * 64, now, now, 2, capacity=Capacity.OFFICIAL, roles=frozenset({Role.COMMISSION})
    )
    with services.database.uow() as tx:
        incidents.answer(tx, services, acting, number, ANSWER)
        tx.commit()


def cancel(services: Services, uuid: str) -> None:
    """Cancel a vote."""
    with services.database.uow() as tx:
        voting.cancel(services, tx, uuid, REASON, "ab" * 32)
        tx.commit()


def make_rehearsal(services: Services) -> MadeVote:
    """A mock vote of one voter, set up as any other is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(creating, "prepare_setup", partial(creating.prepare_setup, rehearsal=True))
        title = Texts(*(generated.marked(lang, text) for lang, text in TITLE.as_dict().items()))
        return make_vote(services, voters=1, trustees=1, title=title)


def hold_votes(services: Services) -> Votes:
    """One counted and corrected, one open, one cancelled, and a rehearsal, which is counted too."""
    counted = make_vote(services)
    rehearsal = make_rehearsal(services)
    for voter, choices in ((0, YES), (1, NO), (1, BLANK)):
        voting.cast(services, counted.uuid, counted.people[voter], counted.ballot(voter, choices))
    tallied(services, counted)
    tallied(services, rehearsal)
    sign(services, counted.uuid)
    correct(services, counted.uuid)
    cancelled = make_vote(services, voters=1, trustees=1, lasts=timedelta(days=1)).uuid
    cancel(services, cancelled)
    opened = make_vote(services, voters=2, trustees=1, lasts=timedelta(days=3), title=SPITEFUL)
    voting.cast(services, opened.uuid, opened.people[0], opened.ballot(0, YES))
    numbers = [report(services, uuid, at) for at, uuid in enumerate((opened.uuid, counted.uuid, rehearsal.uuid), 1)]
    services.clock.advance(hours=2)  # type: ignore[attr-defined]
    answer(services, numbers[0])
    answer(services, numbers[2])
    hold_petitions(services)
    hold_consultation(services)
    return Votes(counted.uuid, opened, cancelled, rehearsal.uuid, *numbers)


def hold_petitions(services: Services) -> None:
    """One that was signed, whose creator attacks spreadsheets; one that was rejected, and one that is hidden."""
    today = services.day(services.clock())
    regions = {"KZ-75": (30, 2, 25), "other": (4, 0, 0)}
    languages = ("kk", "ru", "en")
    put(services, 1, langs=languages, title=SPITEFUL.kk, creator_name="=1+1", regions=regions, days={today: 34})
    put(services, 2, langs=languages, state="rejected", ground="languages", happened=(("state.rejected", {}, "+no"),))
    put(services, 3, langs=languages, state="hidden", text_hidden=True, title="libel")


def hold_consultation(services: Services) -> None:
    """One with two comments, of which one attacks spreadsheets and has a reply."""
    world.put(services)
    now = services.clock()
    sent: dict[str, object] = {"consultation_id": 1, "version_id": 1, "lang": "ru", "salt": b"s" * 32}
    sent["day"] = services.day(now)
    answer = Reply(
        consultation_id=1, number=1, verdict="rejected", lang="ru", reason="=1+1", at=now, proposal="p", salt=b"r" * 32,
        document_hash="cd" * 32,
    )  # fmt: skip
    with services.database.uow() as tx:
        for number, text in enumerate((SPITEFUL.kk, "Против."), 1):
            comment = Comment(number=number, text=text, author_name="+имя", document_hash="ab" * 32, **sent)
            tx.add(comment)
        tx.add(ConsultationText(consultation_id=1, lang="en", title=SPITEFUL.en, summary="=1+1"))
        tx.add(answer)
        tx.flush()
        tx.add(ReplyTo(reply_id=answer.id, comment_id=1))
        tx.commit()


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory, migrated: Path, migrated_registrar: Path) -> Iterator[Held]:
    """All of it, and what the worker makes of it."""
    folder = tmp_path_factory.mktemp("opendata")
    settings = Settings.for_tests(folder).model_copy(
        update={"contact": "help@vote.example", "operator": "Мекеме / Учреждение / Institution"}
    )
    shutil.copy(migrated, folder / "egov.sqlite3")
    shutil.copy(migrated_registrar, folder / "registrar.sqlite3")
    clock = ManualClock(datetime(2024, 10, 6, 7, 0, tzinfo=UTC))
    services = create_services(settings, clock=clock, mailer=NullMailer())
    votes = hold_votes(services)
    rooms.load("tasks")
    Worker(services).run_due()
    ledger.publish(services)
    client = TestClient(create_app(settings, services=services, debug=True), base_url=settings.base_url)
    client.headers["Accept-Language"] = "en"
    yield Held(services, client, votes)
    services.database.close()
