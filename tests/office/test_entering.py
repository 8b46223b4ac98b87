"""Entering the office: who may, what it takes, and what an official's session is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select
from tests.identity.conftest import forms_of
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.voting.making import make_vote

from egov_participation import audit
from egov_participation.actions import Action, Capacity, Role
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.identity import service as identity
from egov_participation.roles import service as roles
from egov_participation.services import Services, Site

ENTER = "/en/office/enter"


def enter(somebody: SignedIn) -> str:
    """Press the button; the new session's token."""
    answer = somebody.client.post(ENTER)
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/office")
    token = answer.cookies.get("session")
    assert token is not None
    return token


def test_whoever_has_a_role_enters_with_a_new_session_that_is_an_officials(
    citizen: MakeCitizen, services: Services
) -> None:
    somebody = citizen(Role.AUDITOR, level=2)
    assert somebody.session.roles == {Role.CITIZEN}

    token = enter(somebody)

    session = services.load_session(services, Site.MAIN, token)
    assert session is not None
    assert (session.capacity, session.roles, session.assurance) == (Capacity.OFFICIAL, {Role.AUDITOR}, 2)
    assert session.signed_in_at == somebody.session.signed_in_at
    assert somebody.load() is None


def test_entering_is_in_the_audit_trail(citizen: MakeCitizen, services: Services) -> None:
    somebody = citizen(Role.AUDITOR, level=2)
    enter(somebody)

    with services.database.read() as db:
        entry = db.exec(select(audit.AuditEntry)).one()
    assert (entry.actor, entry.action) == (somebody.person_id, Action.ENTER_OFFICE)
    assert entry.object.startswith("session:")


@pytest.mark.parametrize(
    ("granted", "level", "minutes", "said"),
    [
        ((), 3, 0, "You have no role in the office."),
        ((Role.MODERATOR,), 1, 0, "The office takes more than a mailed code"),
        ((Role.MODERATOR,), 2, 11, "You signed in more than 10 minutes ago."),
    ],
)
def test_who_may_not_enter_is_told_why_and_stays_a_citizen(
    citizen: MakeCitizen, clock: ManualClock, granted: tuple[Role, ...], level: int, minutes: int, said: str
) -> None:
    somebody = citizen(*granted, level=level)
    clock.advance(minutes=minutes)

    answer = somebody.client.post(ENTER)

    assert answer.status_code == 403
    assert said in answer.text
    session = somebody.load()
    assert session is not None
    assert session.capacity is Capacity.CITIZEN


def test_the_page_before_shows_the_button_to_those_alone_who_may_press_it(
    citizen: MakeCitizen, clock: ManualClock
) -> None:
    with_role, without, unsure = citizen(Role.AUDITOR, level=2), citizen(level=3), citizen(Role.AUDITOR)
    button = f'action="{ENTER}"'

    assert button in with_role.client.get(ENTER).text
    assert "Nobody has entrusted you with such a task" in without.client.get(ENTER).text
    assert button not in without.client.get(ENTER).text
    assert "/en/me/security" in unsure.client.get(ENTER).text
    assert button not in unsure.client.get(ENTER).text
    clock.advance(minutes=11)
    page = with_role.client.get(ENTER).text
    assert button not in page
    assert "/en/sign-in?fresh=1&amp;next=%2Fen%2Foffice%2Fenter" in page


def test_an_officials_session_ends_after_fifteen_idle_minutes(official: MakeOfficial, clock: ManualClock) -> None:
    moderator = official(Role.MODERATOR)
    clock.advance(minutes=14)
    assert moderator.load() is not None
    clock.advance(minutes=14)
    assert moderator.load() is not None
    clock.advance(minutes=15)
    assert moderator.load() is None


def test_an_official_cannot_go_over_to_the_booth(official: MakeOfficial, services: Services) -> None:
    moderator = official(Role.MODERATOR, level=3)

    with services.database.uow() as tx, pytest.raises(DomainError) as refused:
        identity.create_handoff(tx, moderator.session, "vote", identity.Purpose.BOOTH, lang="en", now=services.clock())
    assert refused.value.code == "role.official"


def test_the_booth_that_a_citizen_had_open_ends_as_they_enter_the_office(
    citizen: MakeCitizen, services: Services
) -> None:
    somebody = citizen(Role.AUDITOR, level=2)
    now = services.clock()
    with services.database.uow() as tx:
        handoff = identity.create_handoff(tx, somebody.session, "vote", identity.Purpose.BOOTH, lang="en", now=now)
        tx.flush()
        booth = identity.redeem_handoff(tx, handoff, now).token
        tx.commit()
    assert services.load_session(services, Site.BOOTH, booth) is not None

    enter(somebody)

    assert services.load_session(services, Site.BOOTH, booth) is None


def test_the_roles_are_those_of_this_very_moment(
    official: MakeOfficial, services: Services, clock: ManualClock
) -> None:

    nobody = official()
    assert nobody.session.roles == frozenset()
    with services.database.uow() as tx:
        roles.grant(
            tx,
            nobody.person_id,
            Role.MINISTRY,
            clock(),
            agency="finance",
            valid_until=clock() + timedelta(minutes=5),
        )
        tx.commit()

    session = nobody.load()
    assert session is not None
    assert (session.roles, session.agencies) == ({Role.MINISTRY}, {"finance"})
    clock.advance(minutes=5)
    session = nobody.load()
    assert session is not None
    assert session.roles == frozenset()


def test_the_corner_of_every_page_says_in_which_capacity_one_is(citizen: MakeCitizen, official: MakeOfficial) -> None:
    corner = "/en/me/corner"

    assert "Office: you act as an official" in official(Role.AUDITOR).client.get(corner).text
    assert 'href="/en/office/enter"' in citizen(Role.AUDITOR).client.get(corner).text
    assert "ffice" not in citizen(level=3).client.get(corner).text


def test_every_page_of_the_office_says_who_acts_as_what(official: MakeOfficial) -> None:
    auditor = official(Role.AUDITOR)

    page = auditor.client.get("/en/office").text
    assert f"{auditor.entry.family_name} {auditor.entry.given_name}" in page
    assert "You act as an official:" in page
    assert "Auditor" in page


def test_an_official_who_asks_for_a_page_of_the_office_is_led_through_its_door_and_to_that_page(
    citizen: MakeCitizen,
) -> None:
    somebody = citizen(Role.AUDITOR, level=2)
    asked = "/en/office/trail?actor=x"
    door = somebody.client.get(asked)
    assert (door.status_code, door.headers["cache-control"]) == (303, "no-store")
    assert door.headers["location"] == f"{ENTER}?next=%2Fen%2Foffice%2Ftrail%3Factor%3Dx"

    form = forms_of(somebody.client.get(door.headers["location"]).text)[ENTER]
    entered = somebody.client.post(ENTER, data=form)
    assert (entered.status_code, entered.headers["location"]) == (303, asked)
    assert somebody.client.get(asked).status_code == 200
    assert somebody.client.get(door.headers["location"]).headers["location"] == asked


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example", "//elsewhere.example", "/en/me", "/en/officer"])
def test_the_door_leads_nowhere_but_into_the_office(citizen: MakeCitizen, elsewhere: str) -> None:
    entered = citizen(Role.AUDITOR, level=2).client.post(ENTER, data={"next": elsewhere})
    assert (entered.status_code, entered.headers["location"]) == (303, "/en/office")


def test_who_must_sign_in_again_at_the_door_comes_back_to_it_with_the_page_that_was_asked_for(
    citizen: MakeCitizen,
) -> None:
    somebody = citizen(Role.AUDITOR)
    page = somebody.client.get(somebody.client.get("/en/office/trail").headers["location"]).text
    assert "/en/sign-in?fresh=1&amp;next=%2Fen%2Foffice%2Fenter%3Fnext%3D%252Fen%252Foffice%252Ftrail" in page


def test_a_citizen_without_a_role_is_refused_an_officials_page_and_an_official_another_roles(
    citizen: MakeCitizen, official: MakeOfficial
) -> None:
    refused = citizen(level=2).client.get("/en/office/trail")
    assert refused.status_code == 403
    assert 'href="/en/office/enter"' in refused.text

    other = official(Role.MODERATOR).client.get("/en/office/trail")
    assert other.status_code == 403
    assert 'href="/en/office/enter"' not in other.text


@pytest.mark.parametrize(("path", "status"), [("/en/office/proposals/none", 404), ("/en/office/roles", 403)])
def test_an_official_goes_on_from_a_refusal_in_the_office_to_what_awaits_them(
    citizen: MakeCitizen, official: MakeOfficial, path: str, status: int
) -> None:
    way = 'href="http://localhost/en/office"'
    refused = official(Role.AUDITOR).client.get(path)
    assert refused.status_code == status
    assert way in refused.text
    assert way not in citizen(level=2).client.get(path).text


def test_an_official_at_the_booths_door_is_told_to_come_as_a_citizen_and_signs_out_there(
    official: MakeOfficial, services: Services
) -> None:
    vote = make_vote(services, voters=1)
    somebody, door = official(Role.MODERATOR, level=3), f"/en/votes/{vote.uuid}/enter"
    page = somebody.client.get(door)
    assert page.status_code == 200
    assert "You are signed in as an official." in page.text
    assert "Show my voting code" not in page.text
    assert "Go to the booth" not in page.text
    refused = somebody.client.post(door, data={"purpose": "booth"})
    assert refused.status_code == 403
    assert "/en/sign-out" in forms_of(refused.text)

    form = forms_of(page.text)["/en/sign-out"]
    out = somebody.client.post("/en/sign-out", data=form)
    assert (out.status_code, out.headers["location"]) == (303, door)
    assert somebody.load() is None


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example", "//elsewhere.example"])
def test_signing_out_leads_to_no_other_site(official: MakeOfficial, elsewhere: str) -> None:
    out = official(Role.MODERATOR).client.post("/en/sign-out", data={"next": elsewhere})
    assert (out.status_code, out.headers["location"]) == (303, "/en")
