"""The page of open data, and the description of all that machines read."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient
from tests.opendata.conftest import Held
from tests.opendata.reading import LANGUAGES

from egov_participation.app import room_routes
from egov_participation.i18n import translate
from egov_participation.opendata.datasets import DATASETS
from egov_participation.web.routing import BOOTH, PUBLIC

UNDESCRIBED = {
    "/robots.txt",  # of the Web's own, and described there
    "/.well-known/security.txt",
    "/votes/{uuid}/booth-{language:language}.html",  # a page to keep
    "/api/v1/openapi.json",  # what describes
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_shows_every_data_set_with_licence_dates_size_files_and_columns(held: Held, lang: str) -> None:
    page = held.client.get(f"/{lang}/data").text
    assert 'rel="license"' in page
    assert f"{held.services.settings.base_url}/data#votes" in page  # how to cite
    for name, dataset in DATASETS.items():
        section = page.partition(f'id="{name}"')[2].partition("</section>")[0]
        assert translate(lang, dataset.title) in section
        for ending in ("csv", "jsonl", "csv-metadata.json"):
            assert f'href="/data/{name}.{ending}"' in section
        assert len(re.findall(r"<time datetime=", section)) >= 3
        for field in dataset.fields:
            assert ", ".join(field.columns) in section
    archives = page.partition('id="archives"')[2].partition("</section>")[0]
    assert re.search(r"<dd[^>]*>3 \w[^<]*, [\d,.]+\s\w+</dd>", archives)


def test_it_is_found_from_every_page_and_names_its_catalogue(held: Held) -> None:
    assert '<a href="/kk/data">' in held.client.get("/kk").text
    page = held.client.get("/kk/data").text
    assert '<link rel="alternate" type="application/ld+json" href="/data/catalog.jsonld">' in page
    bare = held.client.get("/data", headers={"Accept-Language": "ru"}, follow_redirects=False)
    assert (bare.status_code, bare.headers["location"]) == (302, "/ru/data")


def test_before_there_is_any_vote_the_page_says_so_in_numbers(client: TestClient) -> None:
    section = client.get("/en/data").text.partition('id="votes"')[2].partition("</section>")[0]

    assert ">0 votes<" in section
    assert "<time" not in section


def test_every_address_for_machines_is_described_and_no_other(held: Held) -> None:
    described = {
        re.sub(r"\{\w+(:\w+)?\}", "{}", path)
        for path, operations in held.client.get("/api/v1/openapi.json").json()["paths"].items()
        if "get" in operations
    }
    there = {
        re.sub(r"\{\w+(:\w+)?\}", "{}", spec.full_path)
        for spec in room_routes()
        if spec.access is PUBLIC
        and spec.site is not BOOTH
        and (not spec.localized or spec.path.endswith(".atom"))
        and spec.path not in UNDESCRIBED
    }

    assert described == there
