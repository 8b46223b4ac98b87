"""Which language a visitor gets, and how they choose another."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("", "kk"),
        ("de, fr", "kk"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en;q=0.5, ru;q=0.7", "ru"),
        ("de, en-GB;q=0.5", "en"),
        ("ru;q=0, en;q=0.1", "en"),
        ("RU", "ru"),
        ("*", "kk"),
        (";;,q=;q=x,,ru;q=viel", "kk"),
    ],
)
def test_a_bare_address_leads_to_the_browsers_language(client: TestClient, accepted: str, lang: str) -> None:
    answer = client.get("/page/7?name=x", headers={"Accept-Language": accepted})

    assert answer.status_code == 302
    assert answer.headers["location"] == f"/{lang}/page/7?name=x"
    assert answer.headers["vary"] == "Cookie, Accept-Language"


def test_the_front_door_leads_to_a_language(client: TestClient) -> None:
    assert client.get("/").headers["location"] == "/en"


def test_the_choice_counts_more_than_the_browser(client: TestClient) -> None:
    client.cookies.set("lang", "ru")

    assert client.get("/page").headers["location"] == "/ru/page"


def test_a_choice_that_is_no_language_counts_nothing(client: TestClient) -> None:
    client.cookies.set("lang", "../evil")

    assert client.get("/page").headers["location"] == "/en/page"


def test_choosing_a_language_is_remembered_and_leads_to_the_same_page(client: TestClient) -> None:
    answer = client.get("/language/ru?to=/ru/page/7%3Fname%3Dx")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/ru/page/7?name=x"
    assert client.get("/page").headers["location"] == "/ru/page"


@pytest.mark.parametrize(
    "to", ["https://evil.example/ru/", "//evil.example", "/en/page", "/ru\\evil", "/rubbish", "", "/\\ru/"]
)
def test_choosing_a_language_leads_nowhere_else(client: TestClient, to: str) -> None:
    assert client.get("/language/ru", params={"to": to}).headers["location"] == "/ru"


def test_a_page_knows_itself_in_the_other_languages(client: TestClient) -> None:
    text = client.get("/en/page/7?name=a%20b").text

    assert (
        "ru=http://localhost/ru/page/7?name=a%20b,/language/ru?to=%2Fru%2Fpage%2F7%3Fname%3Da%2520b;"
        in text.replace("&amp;", "&")
    )
    assert text.index("kk=") < text.index("ru=") < text.index("en=")


def test_the_front_page_knows_itself_too(client: TestClient) -> None:
    assert "kk=http://localhost/kk,/language/kk?to=%2Fkk;" in client.get("/en").text


def test_the_booth_knows_its_own_address(booth: TestClient) -> None:
    assert "kk=http://booth.localhost/kk/page," in booth.get("/en/page").text
