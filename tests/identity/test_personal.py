"""A person sees and downloads what is held on them."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.officials import MakeCitizen, SignedIn
from tests.voting.making import make_vote
from tests.voting_web.entering import sign_in

from egov_participation import audit
from egov_participation.actions import Action, Role
from egov_participation.app import create_app
from egov_participation.identity import rules
from egov_participation.identity.models import Passkey
from egov_participation.petitions.rules import writing
from egov_participation.petitions.rules.writing import Part
from egov_participation.petitions.service import drafts
from egov_participation.registry import service as registry
from egov_participation.registry.models import Resident
from egov_participation.services import Services

pytestmark = pytest.mark.sqlite


@pytest.fixture
def app(services: Services) -> Starlette:
    """Every room: each says what it holds."""
    return create_app(services.settings, services=services, debug=True)


@pytest.fixture
def person(citizen: MakeCitizen, services: Services) -> SignedIn:
    """Signed in with a mailed code, with nothing else to sign in with; is written to in English."""
    person = citizen(level=1)
    with services.database.uow() as tx:
        registry.set_language(tx, person.person_id, "en", services.clock())
        tx.commit()
    return person


def add_passkey(services: Services, person: SignedIn, level: int = 2) -> None:
    with services.database.uow() as tx:
        tx.add(
            Passkey(
                public_id="0123456789abcdef",
                person_id=person.person_id,
                credential_id=b"credential",
                public_key=b"key",
                sign_count=0,
                level=level,
                name="My phone",
                synced=False,
                created_at=services.clock(),
            )
        )
        tx.commit()


# -- seeing and downloading --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Your entry in the register of residents", "level 1 of 3", "My phone", "Nothing of this is held."]),
        ("ru", ["Ваша запись в регистре жителей", "уровень 1 из 3", "My phone", "Таких данных нет."]),
        ("kk", ["Тұрғындар тізіліміндегі жазбаңыз", "3 деңгейдің 1-і", "My phone", "Мұндай дерек сақталмаған."]),
    ],
)
def test_everything_that_is_held_is_shown_in_words(
    person: SignedIn, services: Services, lang: str, words: list[str]
) -> None:
    add_passkey(services, person)
    page = person.client.get(f"/{lang}/me/data").text
    for text in (*words, person.entry.family_name, person.entry.mail, person.entry.iin.mask):
        assert text in page
    assert person.entry.iin.digits not in page


def test_what_was_written_in_one_language_is_shown_in_all(person: SignedIn, services: Services) -> None:
    with services.database.uow() as tx:
        key = drafts.start(services, tx, person.session, "kk").key
        seen = drafts.of_part(tx.session, drafts.found(tx.session, key, person.person_id), Part.TITLE)
        drafts.save_part(services, tx, person.session, key, Part.TITLE, {"title": "Саябақ керек"}, writing.seen(seen))
        tx.commit()
    for lang in ("en", "ru", "kk"):
        assert "Саябақ керек" in person.client.get(f"/{lang}/me/data").text


def test_the_file_holds_what_the_page_shows_and_explains_it(person: SignedIn, services: Services) -> None:
    add_passkey(services, person)
    response = person.client.get("/en/me/data/file")
    assert response.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert response.headers["cache-control"] == "no-store"
    assert person.entry.iin.digits not in response.text
    content = json.loads(response.content)
    assert (content["type"], content["made_at"]) == ("egov-personal-data/v1", services.clock().isoformat())
    held = content["held"]
    assert held["register"][0]["family_name"] == person.entry.family_name
    assert held["register"][0]["birth_date"] == person.entry.birth_date.isoformat()
    assert held["sessions"][0]["assurance"] == 1
    assert held["passkeys"][0]["name"] == "My phone"
    assert held["app"] == []
    assert set(held) == set(content["explained"])
    for name, records in held.items():
        assert content["explained"][name]["kept"]
        for record in records:
            assert set(record) == set(content["explained"][name]["fields"])


def test_nobody_sees_what_is_held_on_somebody_else(citizen: MakeCitizen, services: Services) -> None:
    one, other = citizen(), citizen()
    add_passkey(services, one)
    page = other.client.get("/en/me/data").text + other.client.get("/en/me/data/file").text
    assert "My phone" not in page
    assert one.entry.mail not in page


def test_acts_of_officials_that_concern_somebody_are_shown_to_them(person: SignedIn, services: Services) -> None:
    with services.database.uow() as tx:
        audit.record(tx, None, Action.ENROL_PASSKEY, f"person:{person.person_id}", services.clock(), reason="Counter 3")
        audit.record(tx, None, Action.ENROL_PASSKEY, "person:somebody-else", services.clock(), reason="Counter 4")
        tx.commit()
    page = person.client.get("/en/me/data").text
    assert "Counter 3" in page
    assert "Counter 4" not in page


def test_who_has_gone_from_the_register_still_sees_the_rest(person: SignedIn, services: Services) -> None:
    with services.database.uow() as tx:
        tx.session.delete(tx.exec(select(Resident).where(Resident.person_id == person.person_id)).one())
        tx.commit()
    for path in ("/en/me", "/en/me/data", "/en/me/data/file", "/en/me/data/address", "/en/me/data/language"):
        assert person.client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/me/data", "/me/data/file", "/me/data/address", "/me/data/language", "/me/data/erase"]
)
def test_who_is_not_signed_in_is_sent_to_sign_in(person: SignedIn, path: str) -> None:
    person.client.cookies.clear()
    assert person.client.get(f"/en{path}").headers["location"].startswith("/en/sign-in?next=")


# -- sessions ----------------------------------------------------------------------------------------------------------


def test_the_list_of_sessions_says_how_how_surely_and_as_what(citizen: MakeCitizen) -> None:
    page = citizen(Role.AUDITOR, level=2).client.get("/en/me").text
    assert "How: with a passkey" in page
    assert "As: citizen" in page
    assert "level 2 of 3: something that you have" in page


def test_a_pending_address_stands_for_at_most_seven_days() -> None:
    assert rules.ADDRESS_WAIT < rules.ADDRESS_LIFE == timedelta(days=7)


def test_votes_stand_under_their_titles(client: TestClient, services: Services) -> None:
    voter = make_vote(services, voters=1).people[0]
    assert make_vote(services, voters=1).people[0] == voter
    sign_in(client, services, voter)

    page = client.get("/ru/me/data").text

    assert re.findall(r'<h3 class="govuk-heading-s">(.*?)</h3>', page) == ["Пробное голосование"] * 2
