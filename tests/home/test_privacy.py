"""The privacy notice: who answers for the data, by what law, and who gets it, as the site is configured."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.voting_web.test_pages import text_of

from egov_participation.app import create_app
from egov_participation.services import Services
from egov_participation.settings import Settings

PAGE = "/help/privacy"
OPERATOR = "Үлгі министрлігі / Министерство примеров / Ministry of Examples"


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_without_settings_nobody_is_named_and_nobody_outside_gets_what_is_not_sent(
    client: TestClient, lang: str
) -> None:
    text = text_of(client.get(f"/{lang}{PAGE}").text)

    assert "94-V" in text
    assert {"kk": "операторы аталмаған", "ru": "Оператор этого сайта не назван", "en": "Nobody is named"}[lang] in text
    assert "another authority keeps" not in text
    assert "electronic identity (" not in text


@pytest.mark.parametrize(
    ("lang", "named"), [("kk", "Үлгі министрлігі."), ("ru", "Министерство примеров."), ("en", "Ministry of Examples.")]
)
def test_the_operator_the_law_and_every_recipient_are_named_as_configured(
    services: Services, new_client: ClientFactory, lang: str, named: str
) -> None:
    settings = services.settings.model_copy(
        update={
            "operator": OPERATOR,
            "privacy_law": "Data Act",
            "contact": "help@example.org",
            "registry_url": "https://register.example.org",
            "oidc_issuer": "https://id.example.org",
            "oidc_name": "e-ID",
        }
    )
    text = text_of(
        new_client(create_app(settings, services=replace(services, settings=settings))).get(f"/{lang}{PAGE}").text
    )

    assert named in text
    assert "Data Act" in text
    assert "94-V" not in text
    assert "(e-ID)" in text
    assert "help@example.org" in text
    assert {"kk": "Пошта сервері", "ru": "Почтовый сервер", "en": "The mail server"}[lang] in text
    assert {"kk": "Басқа орган жүргізетін", "ru": "который ведёт другой орган", "en": "another authority keeps"}[
        lang
    ] in text


def test_an_operator_in_two_languages_is_refused() -> None:
    with pytest.raises(ValidationError, match="once, or in three languages"):
        Settings(operator="Министрлік / Министерство")
