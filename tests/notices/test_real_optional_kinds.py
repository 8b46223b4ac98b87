"""The kinds that people may switch off, as rooms send them: a sign-in without a mailed code, a proposal that waits."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_participation import approvals
from egov_participation.actions import Role
from egov_participation.identity.rules import Method
from egov_participation.identity.service import notifying
from egov_participation.jobs import Worker
from egov_participation.mail import Mail, NullMailer
from egov_participation.notices import service as notices
from egov_participation.notices.kinds import NoticeKind
from egov_participation.roles import service as roles
from egov_participation.services import Services

REASON = "The commission of the Astana district needs a second member."


def propose(services: Services, by: SignedIn, whom: SignedIn) -> approvals.Proposal:
    with services.database.uow() as tx:
        proposal = roles.propose_grant(
            services, tx, by.session, whom.person_id, Role.COMMISSION, agency="", last_day=None, reason=REASON
        )
        tx.commit()
    return proposal


def sign_in_again(services: Services, somebody: SignedIn, agent: str = "Firefox, Linux") -> None:
    with services.database.uow() as tx:
        notifying.tell_signed_in(tx, services, somebody.person_id, Method.PASSKEY, agent, services.clock())
        tx.commit()


def mails_to(outbox: NullMailer, somebody: SignedIn) -> list[Mail]:
    return [mail for mail in outbox.sent if mail.to == somebody.entry.mail]


@pytest.fixture
def program(app: Starlette) -> TestClient:
    """A mail provider's server: it sends neither cookies nor an origin."""
    return TestClient(app, base_url="http://localhost", follow_redirects=False)


@pytest.fixture
def administrators(official: MakeOfficial) -> list[SignedIn]:
    return [official(Role.ADMINISTRATOR) for _ in range(3)]


def test_only_officials_who_may_decide_are_told_of_a_proposal(
    services: Services,
    administrators: list[SignedIn],
    official: MakeOfficial,
    citizen: MakeCitizen,
    worker: Worker,
    outbox: NullMailer,
) -> None:
    moderator, newcomer = official(Role.MODERATOR), citizen(level=2)
    outbox.sent.clear()
    first, second, third = administrators
    proposal = propose(services, first, newcomer)
    worker.run_due()

    assert sorted(mail.to for mail in outbox.sent) == sorted(one.entry.mail for one in (second, third))
    assert moderator.entry.mail not in {mail.to for mail in outbox.sent}
    for mail in outbox.sent:
        assert f"/{mail.lang}/office/proposals/{proposal.id}" in mail.text
        assert newcomer.entry.family_name not in mail.text
        assert REASON not in mail.text

    # Nor is whom it concerns told of it by this mail.
    outbox.sent.clear()
    with services.database.uow() as tx:
        (row,) = [row for row in roles.standing(tx.session, services.clock()) if row.person_id == third.person_id]
        assert row.id is not None
        roles.propose_end(services, tx, first.session, row.id, reason=REASON)
        tx.commit()
    worker.run_due()
    assert [mail.to for mail in outbox.sent] == [second.entry.mail]


def test_a_proposal_that_is_refused_is_told_to_nobody(
    services: Services, administrators: list[SignedIn], citizen: MakeCitizen, worker: Worker, outbox: NullMailer
) -> None:
    newcomer = citizen(level=2)
    propose(services, administrators[0], newcomer)
    worker.run_due()
    outbox.sent.clear()
    with pytest.raises(Exception, match="proposed already"):
        propose(services, administrators[1], newcomer)
    worker.run_due()
    assert outbox.sent == []


def test_the_link_of_the_mail_leads_to_the_proposal(
    services: Services, administrators: list[SignedIn], citizen: MakeCitizen
) -> None:
    proposal = propose(services, administrators[0], citizen(level=2))

    moved = administrators[1].client.get(f"/en/office/proposals/{proposal.id}")
    assert moved.status_code == 303
    page = administrators[1].client.get(moved.headers["location"])
    assert page.status_code == 200
    assert REASON in page.text
    assert administrators[1].client.get("/en/office/proposals/unknown").status_code == 404


def test_a_sign_in_without_a_mailed_code_is_told_with_its_time_way_and_browser(
    services: Services, citizen: MakeCitizen, worker: Worker, outbox: NullMailer
) -> None:
    somebody = citizen(level=2)
    for agent in ("Firefox, Linux", ""):
        sign_in_again(services, somebody, agent)
    worker.run_due()

    known, unknown = mails_to(outbox, somebody)
    assert "Firefox, Linux" in known.text
    assert {"kk": "кіру кілті арқылы", "ru": "по ключу входа", "en": "with a passkey"}[known.lang] in known.text
    assert {"kk": "Белгісіз браузер", "ru": "Неизвестный браузер", "en": "Unknown browser"}[
        unknown.lang
    ] in unknown.text
    assert "2024" in known.text


@pytest.mark.parametrize("kind", [notifying.SIGNED_IN, roles.PROPOSED], ids=lambda kind: kind.name)
def test_one_click_in_the_mail_itself_switches_a_real_kind_off(
    kind: NoticeKind,
    services: Services,
    administrators: list[SignedIn],
    citizen: MakeCitizen,
    program: TestClient,
    worker: Worker,
    outbox: NullMailer,
) -> None:
    somebody, newcomers = administrators[1], [citizen(level=2), citizen(level=2)]

    def cause() -> list[Mail]:
        outbox.sent.clear()
        if kind is notifying.SIGNED_IN:
            sign_in_again(services, somebody)
        else:
            propose(services, administrators[0], newcomers.pop())
        worker.run_due()
        return mails_to(outbox, somebody)

    (mail,) = cause()
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = mail.headers["List-Unsubscribe"]
    assert (stop[0], stop[-1]) == ("<", ">")
    assert stop[1:-1] in mail.text
    assert f'value="{kind.name}" checked' in somebody.client.get("/en/me/mails").text

    answer = program.post(urlsplit(stop[1:-1]).path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert cause() == []
    with services.database.read() as session:
        choices = notices.choices(session, somebody.person_id, official=True)
    wanted = {choice.kind.name: choice.wanted for choice in choices}
    assert [name for name in ("identity.signed_in", "approvals.proposed") if not wanted[name]] == [kind.name]
    page = somebody.client.get("/en/me/mails").text
    assert f'value="{kind.name}"' in page
    assert f'value="{kind.name}" checked' not in page


def test_who_is_no_official_is_not_asked_about_mails_to_officials(
    citizen: MakeCitizen, administrators: list[SignedIn]
) -> None:
    for somebody, asked in ((citizen(), False), (administrators[0], True)):
        page = somebody.client.get("/en/me/mails").text
        assert ('value="approvals.proposed"' in page) is asked
        assert 'value="identity.signed_in"' in page
