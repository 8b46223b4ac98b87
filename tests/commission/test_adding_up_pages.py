"""While many ballots are added up, the commission and the trustees see how far it is, with a script and without."""

from __future__ import annotations

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from tests.commission.frozen import Course
from tests.commission.test_trustee_pages import enter
from tests.officials import MakeOfficial, SignedIn
from tests.registrar.book import CredentialBook
from tests.voting.making import close_at
from tests.voting.test_adding_up import Dying

from egov_crypto import ballot
from egov_crypto.election import Election
from egov_participation import jobs
from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.commission.service.running import TALLY_TAKES
from egov_participation.voting import service as voting
from egov_participation.voting.service import adding_up

SAID = {"en": "1 of 2 ballots are done.", "ru": "Готово бюллетеней: 1 из 2.", "kk": "Дайын бюллетеньдер: 2 ішінен 1."}


def test_how_far_it_is_is_shown_until_it_is_done(
    course: Course,
    uuid: str,
    second: SignedIn,
    official: MakeOfficial,
    booth: TestClient,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = course.services
    found = voting.vote(services, uuid)
    clock.set(found.opens_at)
    election, book = Election.parse(found.election), CredentialBook(services)
    for person in (course.member.person_id, second.person_id):
        raw = ballot.make(
            election,
            book.credential(uuid, person),
            [[0] * (question.size - 1) + [1] for question in election.questions],
        )
        voting.cast(services, uuid, person, raw, assurance=3)
    monkeypatch.setattr(adding_up, "PART", 1)  # ballot by ballot
    Dying(monkeypatch, dies_at=2)
    enter(booth, course.tokens[0])
    assert "Nothing to do until the vote has closed" in booth.get("/en/trustee").text
    close_at(services, found.closes_at)

    client = official(Role.COMMISSION).client  # days later: those who set it up are signed out
    enter(booth, course.tokens[0])
    assert "The work begins in a moment." in client.get(f"/en/office/votes/{uuid}").text
    course.worker.run_due()
    for lang, said in SAID.items():
        page = client.get(f"/{lang}/office/votes/{uuid}").text
        assert (said in page, f'hx-get="/{lang}/office/votes/{uuid}/adding-up"' in page) == (True, True)
        part = client.get(f"/{lang}/office/votes/{uuid}/adding-up", headers={"hx-request": "true"}).text
        assert (said in part, "<html" in part) == (True, False)
        page = booth.get(f"/{lang}/trustee").text
        assert (said in page, "progress_page.js" in page, f'data-progress="/{lang}/trustee/progress"' in page) == (
            True,
        ) * 3
        assert booth.get(f"/{lang}/trustee/progress").json() == {"done": 1, "total": 2, "said": said}
    # The registrar has answered, so that nobody is to be asked about it.
    clock.advance(seconds=TALLY_TAKES.total_seconds() + 1)
    client = official(Role.COMMISSION).client
    said = client.get(f"/en/office/votes/{uuid}").text
    assert SAID["en"] in said
    assert ("the registrar does not answer" in said, "This fails again and again" in said) == (False, False)

    with services.database.uow() as tx:  # as if it had failed all the time
        job = tx.exec(select(jobs.Job).where(jobs.Job.kind == adding_up.ADD_UP)).one()
        job.attempts = jobs.MAX_ATTEMPTS
        tx.commit()
    said = client.get(f"/en/office/votes/{uuid}").text
    assert ("the registrar does not answer" in said, "This fails again and again" in said) == (False, True)

    course.worker.run_due()
    assert booth.get("/en/trustee/progress").json() is None
    ended = client.get(f"/en/office/votes/{uuid}/adding-up", headers={"hx-request": "true"})
    assert ended.headers["HX-Refresh"] == "true"
    assert client.get(f"/en/office/votes/{uuid}/adding-up", follow_redirects=False).status_code == 303
    assert "adding-up" not in client.get(f"/en/office/votes/{uuid}").text
    assert "Decrypt" in booth.get("/en/trustee").text
    assert jobs.FIRST_WAIT < TALLY_TAKES  # the job was due again
