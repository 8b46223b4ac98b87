"""A role counts only with a way of signing in that was there when the role was granted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import delete, select
from tests.identity.conftest import forms_of
from tests.office.test_entering import ENTER
from tests.officials import MakeCitizen, MakeOfficial, SignedIn, add_passkey

from egov_participation.actions import Capacity, Role
from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.identity.models import LoginSession, Passkey, Totp
from egov_participation.identity.rules import Method
from egov_participation.identity.service import sessions
from egov_participation.identity.service.tokens import hash_token
from egov_participation.roles import service as roles
from egov_participation.roles.models import Grant
from egov_participation.services import Services, SessionInfo, Site

LIST = "/en/office/roles"


def grant(services: Services, person_id: str, *granted: Role) -> None:
    with services.database.uow() as tx:
        for role in granted:
            roles.grant(tx, person_id, role, services.clock())
        tx.commit()


def come_with(services: Services, somebody: SignedIn, method: Method) -> None:
    """The same person in the same browser, signed in another way; a passkey or an app is added for it."""
    now, passkey = services.clock(), None
    with services.database.uow() as tx:
        if method is Method.PASSKEY:
            passkey = add_passkey(tx, somebody.person_id, now, level=3)
        token = sessions.open_main(
            tx,
            somebody.person_id,
            assurance=1 if method in (Method.APP, Method.RECOVERY_CODE) else 3,
            method=Method.MAILED_CODE if method in (Method.APP, Method.RECOVERY_CODE) else method,
            agent="",
            replaced=None,
            now=now,
            passkey=passkey,
        )
        tx.commit()
    if method in (Method.APP, Method.RECOVERY_CODE):
        info = services.load_session(services, Site.MAIN, token)
        assert info is not None
        app = "an-app" if method is Method.APP else None
        with services.database.uow() as tx:
            if app is not None:
                tx.add(Totp(person_id=somebody.person_id, public_id=app, sealed=b"", last_step=0, created_at=now))
            token = sessions.raise_level(tx, info, assurance=2, method=method, app=app)
            tx.commit()
    somebody.token = token
    somebody.sign(somebody.client)


def enter(services: Services, somebody: SignedIn) -> SessionInfo:
    answer = somebody.client.post(ENTER)
    assert answer.status_code == 303, answer.text
    token = answer.cookies.get("session")
    assert token is not None
    found = services.load_session(services, Site.MAIN, token)
    assert found is not None
    assert found.capacity is Capacity.OFFICIAL
    return found


@pytest.mark.parametrize("method", [Method.APP, Method.PASSKEY, Method.RECOVERY_CODE])
def test_what_was_added_after_the_role_was_given_opens_no_office_and_the_page_says_what_to_do(
    citizen: MakeCitizen, services: Services, clock: ManualClock, method: Method
) -> None:
    somebody = citizen(Role.AUDITOR, level=2)
    clock.advance(seconds=1)
    come_with(services, somebody, method)

    page = somebody.client.get(ENTER).text
    refused = somebody.client.post(ENTER)

    assert "ask two administrators to end the role and to grant it anew" in page
    assert f'action="{ENTER}"' not in page
    assert refused.status_code == 403
    assert "The office opens only with a passkey or an app that you had already" in refused.text


@pytest.mark.parametrize("method", [Method.APP, Method.PASSKEY])
def test_once_the_role_is_ended_and_granted_anew_what_was_added_opens_it(
    citizen: MakeCitizen, services: Services, clock: ManualClock, method: Method
) -> None:
    somebody = citizen(Role.AUDITOR, level=2)
    clock.advance(seconds=1)
    come_with(services, somebody, method)
    with services.database.uow() as tx:
        row = tx.session.exec(select(Grant).where(Grant.person_id == somebody.person_id)).one()
        row.revoked_at = clock()
        tx.commit()
    clock.advance(seconds=1)
    grant(services, somebody.person_id, Role.AUDITOR)

    assert enter(services, somebody).roles == {Role.AUDITOR}


def test_a_sign_in_at_a_provider_counts_at_its_level(citizen: MakeCitizen, services: Services) -> None:
    somebody = citizen(Role.AUDITOR, level=2)
    come_with(services, somebody, Method.OPENID)
    assert enter(services, somebody).roles == {Role.AUDITOR}


def test_of_two_roles_that_one_counts_which_was_given_later_and_the_page_names_the_other(
    citizen: MakeCitizen, services: Services, clock: ManualClock
) -> None:
    somebody = citizen(Role.AUDITOR, level=2)
    clock.advance(seconds=1)
    come_with(services, somebody, Method.PASSKEY)
    clock.advance(seconds=1)
    grant(services, somebody.person_id, Role.MODERATOR)

    assert "Not in this session: Auditor." in somebody.client.get(ENTER).text
    assert enter(services, somebody).roles == {Role.MODERATOR}


def test_the_rule_is_looked_at_with_each_request(official: MakeOfficial, services: Services) -> None:
    moderator = official(Role.MODERATOR)
    assert moderator.session.roles == {Role.MODERATOR}
    with services.database.uow() as tx:
        row = tx.get(LoginSession, hash_token(moderator.token))
        assert row is not None
        key = tx.get(Passkey, row.passkey)
        assert key is not None
        key.created_at += timedelta(seconds=1)
        tx.commit()

    now = moderator.load()
    assert now is not None
    assert now.roles == frozenset()


def test_nobody_is_proposed_who_has_nothing_to_sign_in_with(
    official: MakeOfficial, citizen: MakeCitizen, services: Services
) -> None:
    administrator, nobody = official(Role.ADMINISTRATOR), citizen()
    given = {"iin": nobody.entry.iin.digits, "role": "auditor", "agency": "", "reason": "Order No. 12"}
    page = administrator.client.post(f"{LIST}/propose", data=given).text

    assert "They first sign in and add one" in page
    assert f'action="{LIST}/proposals"' not in page
    with services.database.uow() as tx, pytest.raises(DomainError) as refused:
        roles.propose_grant(
            services,
            tx,
            administrator.session,
            nobody.person_id,
            Role.AUDITOR,
            agency="",
            last_day=None,
            reason="Order No. 12",
        )
    assert refused.value.code == "role.no_factor"


def test_both_administrators_see_since_when_the_person_signs_in_with_what(
    official: MakeOfficial, citizen: MakeCitizen
) -> None:
    first, second, somebody = official(Role.ADMINISTRATOR), official(Role.ADMINISTRATOR), citizen(level=3)
    given = {"iin": somebody.entry.iin.digits, "role": "auditor", "agency": "", "reason": "Order No. 12"}
    shown = first.client.post(f"{LIST}/propose", data=given)
    proposed = first.client.post(f"{LIST}/proposals", data=forms_of(shown.text)[f"{LIST}/proposals"])
    assert proposed.status_code == 303

    for page in (shown.text, second.client.get(proposed.headers["location"]).text):
        assert "Passkey enrolled in person, added " in page


def test_what_somebody_lost_before_the_approval_stops_it(
    official: MakeOfficial, citizen: MakeCitizen, services: Services
) -> None:
    first, second, somebody = official(Role.ADMINISTRATOR), official(Role.ADMINISTRATOR), citizen(level=2)
    given = {"iin": somebody.entry.iin.digits, "role": "auditor", "agency": "", "reason": "Order No. 12"}
    shown = first.client.post(f"{LIST}/propose", data=given)
    page = first.client.post(f"{LIST}/proposals", data=forms_of(shown.text)[f"{LIST}/proposals"]).headers["location"]
    form = forms_of(second.client.get(page).text)[f"{page}/decide"]
    lose_everything(services, somebody)

    assert second.client.post(f"{page}/decide", data=form | {"decision": "approve"}).status_code == 409
    with services.database.read() as db:
        assert not roles.held(db, somebody.person_id, services.clock())


def lose_everything(services: Services, *people: SignedIn) -> None:
    with services.database.uow() as tx:
        for person in people:
            tx.session.execute(delete(Passkey).where(Passkey.person_id == person.person_id))  # type: ignore[arg-type]
        tx.commit()


def appoint(services: Services, person: SignedIn) -> None:
    with services.database.uow() as tx:
        roles.appoint(services, tx, person.person_id)
        tx.commit()


def test_the_command_appoints_nobody_without_a_passkey_or_an_app(citizen: MakeCitizen, services: Services) -> None:
    with pytest.raises(DomainError) as refused:
        appoint(services, citizen())
    assert refused.value.code == "role.no_factor"


def test_administrators_who_lost_their_keys_are_appointed_anew_and_nobody_is_beside_those_who_have_them(
    official: MakeOfficial, services: Services, clock: ManualClock
) -> None:
    first, second = official(Role.ADMINISTRATOR), official(Role.ADMINISTRATOR)
    with pytest.raises(DomainError) as refused:
        appoint(services, first)
    assert refused.value.code == "role.appointed"

    lose_everything(services, first, second)
    clock.advance(minutes=1)
    with services.database.uow() as tx:
        for person in (first, second):
            add_passkey(tx, person.person_id, clock())
        tx.commit()
    with services.database.read() as db:
        assert roles.administrators(db, clock()) == 0
    for person in (first, second):
        appoint(services, person)

    with services.database.read() as db:
        assert roles.administrators(db, clock()) == 2
    with pytest.raises(DomainError) as refused:
        appoint(services, first)
    assert refused.value.code == "role.appointed"


def test_the_last_two_administrators_who_can_act_stay(official: MakeOfficial, services: Services) -> None:
    first, second, lost = (official(Role.ADMINISTRATOR) for _ in range(3))
    lose_everything(services, lost)

    def propose_end(whose: SignedIn) -> None:
        with services.database.uow() as tx:
            row = tx.session.exec(select(Grant).where(Grant.person_id == whose.person_id)).one()
            assert row.id is not None
            roles.propose_end(services, tx, first.session, row.id, reason="Lost")
            tx.commit()

    with pytest.raises(DomainError) as refused:
        propose_end(second)
    assert refused.value.code == "role.last_administrators"
    propose_end(lost)
