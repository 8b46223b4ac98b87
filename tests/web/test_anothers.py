"""What belongs to one person is nowhere to be found for another, whatever route its id is put into."""

from __future__ import annotations

import re
from functools import cache

import pytest
from sqlmodel import select
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.web.test_all_routes import ROUTES

from egov_participation.actions import RULES, Role
from egov_participation.desk.models import Enrolment
from egov_participation.identity.models import AddressChange, LoginSession, Passkey
from egov_participation.identity.service.tokens import hash_token
from egov_participation.services import Services
from egov_participation.web.routing import MAIN, SIGNED_IN, RouteSpec

ENROLMENT, PASSKEY = "enrolment-of-another", "passkey-of-another"
JSON = {"Accept": "application/json", "Content-Type": "application/json"}

WITH_ID = [
    spec
    for spec in ROUTES
    if spec.site is MAIN and spec.access is SIGNED_IN and "{" in spec.full_path.replace("{lang:language}", "")
]
OWN = [spec for spec in WITH_ID if re.search(r"\{(enrolment|passkey)\}", spec.path)]
OF_THE_OFFICE = [spec for spec in WITH_ID if spec not in OWN and spec.path.startswith("/office")]
"""What is everybody's who has the role, as proposals, messages and failed jobs are."""
OF_A_VOTE = [spec for spec in WITH_ID if spec.path.startswith("/votes/{uuid}")]
"""What each voter does for themselves in a vote, which is everybody's: the id is the vote's."""
OF_A_PETITION = [spec for spec in WITH_ID if re.match(r"(/me)?/petitions/", spec.path)]
"""What people do about a petition, or their draft of one."""
OF_A_CONSULTATION = [spec for spec in WITH_ID if re.match(r"(/me/comments|/consultations)/", spec.path)]
"""What people do about a draft regulation, or with their own comments (tests/consultations_web)."""
FIELDS = {"document": "identity-card", "same": "true", "name": "Mine", "credential": "{}"}


def by_path(spec: RouteSpec) -> str:
    return f"{'+'.join(sorted(spec.methods))} {spec.path}"


def put(spec: RouteSpec, value: str) -> str:
    """The route's address with this for its id."""
    return re.sub(r"\{\w+(:\w+)?\}", value, re.sub(r"\{\w+:language\}", "en", spec.full_path))


def statuses(who: SignedIn, spec: RouteSpec, value: str) -> set[int]:
    found = set()
    for method in spec.methods:
        options = spec.path.endswith("/options")
        answer = who.client.request(
            method,
            put(spec, value),
            headers=JSON if options else {},
            content=b"{}" if options else None,
            data=None if options or method == "GET" else FIELDS,
        )
        found.add(answer.status_code)
    return found


@pytest.fixture
def owner(citizen: MakeCitizen, official: MakeOfficial, services: Services) -> SignedIn:
    """Somebody with a passkey, and with another one being enrolled at the desk: the code was entered already."""
    somebody, operator = citizen(), official(Role.DESK_OPERATOR)
    now = services.clock()
    with services.database.uow() as tx:
        tx.add(
            Passkey(
                public_id=PASSKEY,
                person_id=somebody.person_id,
                credential_id=b"of another",
                public_key=b"",
                sign_count=0,
                level=2,
                name="Theirs",
                synced=False,
                created_at=now,
            )
        )
        tx.add(
            Enrolment(
                id=ENROLMENT,
                operator_id=operator.person_id,
                person_id=somebody.person_id,
                state="matched",
                document="passport",
                claimed_by=somebody.session.token_hash,
                created_at=now,
                expires_at=now.replace(year=now.year + 1),
            )
        )
        tx.commit()
    return somebody


def test_the_routes_that_hold_an_id_are_all_asked() -> None:
    assert {spec.path.split("/")[1] for spec in OWN} == {"me", "office"}
    assert len(OWN) >= 12
    assert {spec.path.split("/")[2] for spec in OF_THE_OFFICE} == {
        *("proposals", "trail", "jobs", "messages", "roles", "votes", "incidents"),
        *("petitions", "answers", "audits", "paper"),
        *("drafts", "comments", "replies", "reports"),
    }
    parts = (OWN, OF_THE_OFFICE, OF_A_VOTE, OF_A_PETITION, OF_A_CONSULTATION)
    assert sum(len(part) for part in parts) == len(WITH_ID)


@pytest.mark.parametrize("spec", OWN, ids=by_path)
def test_what_is_anothers_is_not_found(
    spec: RouteSpec, owner: SignedIn, citizen: MakeCitizen, official: MakeOfficial, services: Services
) -> None:
    stranger = official(Role.DESK_OPERATOR) if spec.path.startswith("/office") else citizen(level=3)
    assert statuses(stranger, spec, ENROLMENT if "{enrolment}" in spec.path else PASSKEY) == {404}
    with services.database.read() as db:
        assert db.get_one(Enrolment, ENROLMENT).state == "matched"
        assert db.get_one(Passkey, PASSKEY).name == "Theirs"
    if not spec.path.startswith("/office") and spec.methods == {"GET"}:
        assert statuses(owner, spec, ENROLMENT if "{enrolment}" in spec.path else PASSKEY) == {200}


@pytest.mark.parametrize("value", ["none", "99999999"])
def test_an_id_of_the_office_that_is_nothing_is_not_found(value: str, official: MakeOfficial) -> None:
    form = FIELDS | {"decision": "refuse", "reason": "For no reason", "text": "To nobody at all.", "content_hash": "0"}
    client = cache(lambda role: official(role).client)
    found = []
    for spec in OF_THE_OFFICE:
        asking = client(min(RULES[spec.action].roles - {Role.CITIZEN}))
        for method in spec.methods:
            answer = asking.request(method, put(spec, value), data=form if method == "POST" else None)
            if answer.status_code != 404:
                found.append(f"{method} {spec.path}: {answer.status_code}")

    assert found == []


def test_nothing_is_done_in_a_vote_that_there_is_not(citizen: MakeCitizen) -> None:
    client = citizen(level=3).client
    for spec in OF_A_VOTE:
        for method in spec.methods:
            answer = client.request(method, put(spec, "none"), data=FIELDS if method == "POST" else None)
            assert answer.status_code == 404, f"{method} {spec.path}"


def test_nothing_is_done_about_a_petition_that_there_is_not(citizen: MakeCitizen) -> None:
    asking = citizen(level=3)
    for spec in OF_A_PETITION:
        # Back from a provider of identities without its answer one begins again; a form that is not filled in says so.
        begins_again = spec.path.endswith("/provider")
        not_filled_in = spec.name == "petitions.confirm_support"
        expected = 303 if begins_again else 422 if not_filled_in else 404
        assert statuses(asking, spec, "none") == {expected}, by_path(spec)


def test_a_session_and_a_change_of_address_are_ended_by_their_owner_alone(
    citizen: MakeCitizen, services: Services
) -> None:
    owner, stranger = citizen(), citizen(level=3)
    now = services.clock()
    with services.database.uow() as tx:
        tx.add(
            AddressChange(
                person_id=owner.person_id,
                mail="new@example.org",
                confirm_hash="a",
                cancel_hash="b",
                asked_at=now,
                due_at=now,
                level=1,
            )
        )
        tx.commit()
    with services.database.read() as db:
        target = db.get_one(LoginSession, hash_token(owner.token)).public_id

    assert stranger.client.post("/en/me/sessions/end", data={"session": target}).status_code == 404
    stranger.client.post("/en/me/sessions/end-others")
    stranger.client.post("/en/me/data/address/stop", data={"person": owner.person_id})

    assert owner.load() is not None
    with services.database.read() as db:
        assert db.exec(select(AddressChange.person_id)).all() == [owner.person_id]
    downloaded = stranger.client.get("/en/me/data/file", params={"person": owner.person_id}).text
    assert stranger.entry.mail in downloaded
    assert owner.entry.mail not in downloaded
