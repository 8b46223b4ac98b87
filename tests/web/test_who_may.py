"""Every route of every room, asked by everybody whom the table of actions does not let in, and by those it does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.web.test_all_routes import ROUTES, address

from egov_participation.actions import RULES, Action, Role
from egov_participation.web.csrf import HEADER
from egov_participation.web.routing import BOOTH, MAIN, SAFE_METHODS, SIGNED_IN, RouteSpec

OFFICIALS = [role for role in Role if role is not Role.CITIZEN]
GUARDED = [spec for spec in ROUTES if spec.access is SIGNED_IN]
DENIED = {"role.missing", "role.official", "office.enter"}

Ask = Callable[[RouteSpec, str], str]


def asked_by(client: TestClient) -> Ask:
    """Ask for a route as a program would, so that the answer names its code: that, or the status."""

    def ask(spec: RouteSpec, method: str) -> str:
        answer = client.request(method, address(spec), headers={"Content-Type": "application/json"}, content=b"{}")
        if "/office/enter?next=" in answer.headers.get("location", ""):
            return "office.enter"
        problem = answer.headers.get("content-type", "") == "application/problem+json"
        return str(answer.json()["code"]) if problem else str(answer.status_code)

    return ask


def wrongly_answered(ask: Ask, roles: set[Role]) -> list[str]:
    """The routes of the main site that let in whom the table does not, or refuse whom it lets in."""
    wrong = []
    for spec in (spec for spec in GUARDED if spec.site is MAIN):
        allowed = spec.action is Action.MANAGE_ACCOUNT or not RULES[spec.action].roles.isdisjoint(roles)
        for method in spec.methods:
            answer = ask(spec, method)
            if (answer in DENIED) == allowed or answer in {"401", "session.none"}:
                wrong.append(f"{method} {spec.name}: {answer}")
    return wrong


def test_there_are_routes_for_every_official_and_for_citizens() -> None:
    asked = {role for spec in GUARDED if spec.action in RULES for role in RULES[spec.action].roles}

    assert {Role.CITIZEN, Role.DESK_OPERATOR, Role.AUDITOR, Role.ADMINISTRATOR} <= asked


def test_every_page_of_the_office_names_an_action_of_officials() -> None:
    loose = [
        spec.name
        for spec in ROUTES
        if spec.path.startswith("/office")
        and not spec.path.startswith("/office/enter")
        and (spec.action not in RULES or Role.CITIZEN in RULES[spec.action].roles)
    ]

    assert loose == []


@pytest.mark.parametrize("level", [1, 3])
def test_a_citizen_comes_where_citizens_may_and_nowhere_else(citizen: MakeCitizen, level: int) -> None:
    assert wrongly_answered(asked_by(citizen(level=level).client), {Role.CITIZEN}) == []


def test_whoever_has_every_role_is_a_citizen_until_they_enter_the_office(citizen: MakeCitizen) -> None:
    assert wrongly_answered(asked_by(citizen(*OFFICIALS).client), {Role.CITIZEN}) == []


@pytest.mark.parametrize("role", OFFICIALS)
def test_an_official_comes_where_their_role_may_and_nowhere_else(official: MakeOfficial, role: Role) -> None:
    assert wrongly_answered(asked_by(official(role, level=3).client), {role}) == []


def test_an_official_with_every_role_is_no_citizen(official: MakeOfficial) -> None:
    assert wrongly_answered(asked_by(official(*OFFICIALS, level=3).client), set(OFFICIALS)) == []


def test_an_official_whose_roles_have_ended_comes_nowhere(official: MakeOfficial) -> None:
    assert wrongly_answered(asked_by(official().client), set()) == []


def test_an_officials_session_is_none_on_the_booths_host(
    app: Starlette, new_client: ClientFactory, official: MakeOfficial
) -> None:
    client = new_client(app, booth=True)
    client.cookies.set("booth", official(*OFFICIALS, level=3).token)
    ask = asked_by(client)
    answers = {ask(spec, method) for spec in GUARDED if spec.site is BOOTH for method in spec.methods}

    assert answers == {"session.none"}


def test_nothing_that_is_sent_lands_without_the_sessions_token(official: MakeOfficial, citizen: MakeCitizen) -> None:
    senders: dict[bool, SignedIn] = {True: official(*OFFICIALS, level=3), False: citizen(level=3)}
    landed = []
    for sender in senders.values():
        del sender.client.headers[HEADER]
    for spec in GUARDED:
        if spec.site is MAIN and not spec.methods <= SAFE_METHODS:
            as_official = spec.action in RULES and Role.CITIZEN not in RULES[spec.action].roles
            answer = asked_by(senders[as_official].client)(spec, "POST")
            # Some show their form again, as it was typed (`RouteSpec.again`), and this draft is none. That they save
            # nothing, of each of them, hold tests/commission/test_draft_pages.py and the tests of their rooms.
            unknown = ("draft.unknown", "petition.unknown", "consultation.unknown")
            if answer not in (unknown if spec.again else ("csrf.token",)):
                landed.append(f"{spec.name}: {answer}")

    assert landed == []
