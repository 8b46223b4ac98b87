"""The rules that hold today, as anybody reads them."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.conftest import ClientFactory

from egov_participation.app import create_app
from egov_participation.jurisdiction.rule_files import PETITIONS
from egov_participation.services import Services

pytestmark = pytest.mark.sqlite


def page(client: TestClient, path: str = "/en/petitions/rules") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text).replace("\xa0", " ")


def by_rules_of(services: Services, **settings: object) -> Starlette:
    changed = replace(services, settings=services.settings.model_copy(update=settings))
    return create_app(changed.settings, services=changed, debug=True)


def test_the_rules_stand_there_in_plain_words(client: TestClient) -> None:
    text = page(client)
    assert "50,000 signatures: the Government answers within 40 working days." in text
    assert "It needs 50 supporters within 10 working days" in text
    assert "The law asks for a digital signature." in text
    assert "4 April 2024" in text
    assert "It is advertising; then the text is not shown either" in text
    assert "50 000 подписей: Правительство отвечает в течение 40 рабочих дней." in page(client, "/ru/petitions/rules")
    assert "50 000 қол: 40 жұмыс күні ішінде Үкімет жауап береді." in page(client, "/kk/petitions/rules")


def test_a_territory_that_is_chosen_is_reckoned(client: TestClient) -> None:
    text = page(client, "/en/petitions/rules?territory=KZ-10")
    assert "608,000 residents on 1 January 2024" in text
    assert "6,080 signatures: the akimat of the region or city answers within 20 working days." in text
    assert 'value="KZ-10" selected' in text
    assert "Abai Region: Semey City" in text


def test_where_the_number_of_residents_is_not_known_the_page_says_so(client: TestClient) -> None:
    text = page(client, "/en/petitions/rules?territory=10-makanshy")
    assert "2,500 signatures" in text
    assert "The number of residents is not known here: this is the most that the rules can ask for." in text


def test_where_nobody_can_reckon_the_page_says_why(
    services: Services, new_client: ClientFactory, tmp_path: Path
) -> None:
    own = (
        PETITIONS.presets()["kz"]
        .read_text("utf-8")
        .replace("{ over = 50_000, needed = 2_500 }", "{ over = 9, percent = 4 }")
    )
    (tmp_path / "kz.toml").write_text(own)
    client = new_client(by_rules_of(services, jurisdiction_dir=tmp_path))
    text = page(client, "/en/petitions/rules?territory=10-makanshy")
    assert "nobody can say how many signatures its petition needs" in text


@pytest.mark.parametrize(
    ("territory", "status"), [("KZ-99", 404), ("751110000", 422), ("<script>", 404), ("x" * 5000, 404)]
)
def test_what_is_no_territory_of_petitions_is_refused(client: TestClient, territory: str, status: int) -> None:
    assert client.get("/en/petitions/rules", params={"territory": territory}).status_code == status


def test_a_site_with_other_rules_shows_those(services: Services, new_client: ClientFactory) -> None:
    text = page(new_client(by_rules_of(services, jurisdiction="eu")))
    assert "1,000,000 signatures: the European Commission answers within 6 months." in text
    assert re.search(r"Germany\s*</t.>\s*<td[^>]*>\s*69,120", text)
    assert "<select" not in text
