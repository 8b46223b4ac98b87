"""The catalogue: well-formed JSON-LD, in three languages, each of whose addresses answers as it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.opendata.conftest import Held
from tests.opendata.reading import BASE, LANGUAGES

from egov_participation.app import create_app
from egov_participation.opendata import catalogue, service
from egov_participation.opendata.datasets import DATASETS
from egov_participation.opendata.service.standing import TERRITORIES_OF
from egov_participation.results import pdf
from egov_participation.services import Services

Json = dict[str, Any]
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


def read(client: TestClient) -> Json:
    found: Json = client.get("/data/catalog.jsonld").json()
    return found


def nodes(value: Any) -> Iterator[Json]:
    """Every object in the document but its context."""
    if isinstance(value, dict):
        yield value
        for name, member in value.items():
            if name != "@context":
                yield from nodes(member)
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)


def distributions(found: Json, name: str = "") -> list[Json]:
    return [
        one for dataset in found["dataset"] if name in ("", dataset["identifier"]) for one in dataset["distribution"]
    ]


def test_every_term_is_defined_and_every_language_map_is_whole(held: Held) -> None:
    found = read(held.client)
    context = found["@context"]
    maps = {name for name, term in context.items() if isinstance(term, dict) and term.get("@container")}
    for node in nodes(found):
        if set(node) <= set(LANGUAGES):
            continue
        for name, member in node.items():
            assert name.startswith("@") or name in context, name
            if name in maps and node["@type"] != "dcat:Distribution":
                assert set(member) == set(LANGUAGES)
        for kind in [node["@type"]] if "@type" in node else []:
            assert kind.partition(":")[0] in context
    for name, term in context.items():
        iri = term if isinstance(term, str) else term["@id"]
        assert iri.startswith(("http://", "https://")) or iri.partition(":")[0] in context, name


def test_it_says_whose_it_is_under_which_licence_and_of_when(held: Held) -> None:
    found = read(held.client)
    assert found["@type"] == "dcat:Catalog"
    assert found["conformsTo"] == "https://www.w3.org/TR/vocab-dcat-3/"
    assert found["publisher"]["name"] == {"kk": "Мекеме", "ru": "Учреждение", "en": "Institution"}
    assert found["contactPoint"]["hasEmail"] == "mailto:help@vote.example"
    assert [language[-3:] for language in found["language"]] == ["KAZ", "RUS", "ENG"]
    assert [dataset["identifier"] for dataset in found["dataset"]] == list(DATASETS)
    about = {dataset["identifier"]: dataset for dataset in found["dataset"]}
    for dataset in [found, *about.values(), *distributions(found)]:
        assert dataset["license"] == CC_BY
    for dataset in about.values():
        assert dataset["issued"] <= dataset["modified"]
        assert dataset["publisher"] == {"@id": found["publisher"]["@id"]}
        assert dataset["contactPoint"] == {"@id": found["contactPoint"]["@id"]}
        assert dataset["title"]["kk"] != dataset["title"]["en"] != dataset["title"]["ru"]
    assert about["votes"]["temporal"] == {
        "@type": "dct:PeriodOfTime", "startDate": "2024-10-06", "endDate": "2024-10-09",
    }  # fmt: skip
    checkpoint = held.client.get("/log/checkpoint").text
    assert all(text.endswith(f"\n\n{checkpoint}") for text in about["log"]["description"].values())
    assert (about["log"]["version"], about["log"]["conformsTo"]) == (
        checkpoint.split("\n")[1], "https://c2sp.org/tlog-tiles",
    )  # fmt: skip
    assert about["territories"]["spatial"].endswith("/country/KAZ")


def test_every_file_that_it_names_is_there_and_of_the_kind_and_size_that_it_says(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_in_another_process", lambda _: b"%PDF-1.7")  # they are looked at elsewhere
    found = read(held.client)
    seen = set()
    for one in distributions(found):
        address = one["downloadURL"].removeprefix(BASE)
        answer = held.client.get(address)
        media_type = answer.headers["content-type"].partition(";")[0]
        assert (answer.status_code, media_type) == (200, one["format"]["value"]), address
        assert one.get("mediaType", media_type).endswith(media_type)
        assert one.get("byteSize", len(answer.content)) == len(answer.content)
        if "checksum" in one:
            assert one["checksum"]["checksumValue"] == hashlib.sha256(answer.content).hexdigest()
        for other in one.get("conformsTo", []):
            assert not other.startswith(BASE) or held.client.get(other.removeprefix(BASE)).status_code == 200
        seen.add(address)
    assert {f"/data/{name}.{ending}" for name in DATASETS for ending in ("csv", "jsonl")} < seen
    assert {f"/{lang}/votes/{held.votes.counted}/protocol.pdf" for lang in LANGUAGES} < seen
    for dataset in found["dataset"]:
        assert f'id="{dataset["landingPage"].partition("#")[2]}"' in held.client.get("/kk/data").text


def test_what_never_changes_has_a_checksum_and_what_grows_has_none(held: Held) -> None:
    summed = {one["accessURL"]: "checksum" in one for one in distributions(read(held.client), "archives")[2:]}

    assert summed == {
        f"{BASE}/votes/{uuid}/archive.bel": final
        for uuid, final in ((held.votes.counted, True), (held.votes.cancelled, True), (held.votes.open.uuid, False))
    }


def test_before_there_is_any_vote_there_is_a_catalogue_all_the_same(client: TestClient) -> None:
    found = read(client)

    assert [len(dataset["distribution"]) for dataset in found["dataset"]] == [2] * len(DATASETS)
    assert ["issued" in dataset for dataset in found["dataset"]] == [name == "territories" for name in DATASETS]
    assert all("temporal" not in dataset for dataset in found["dataset"] if dataset["identifier"] != "territories")
    assert "hasEmail" not in found["contactPoint"]
    assert found["publisher"]["name"]["en"] == "Civic Participation"


def test_of_very_many_votes_the_last_are_listed(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MOST_LISTED", 2)
    found = catalogue.catalogue(held.services.settings, service.standings(held.services))

    assert len(distributions(found, "archives")) == 4


def test_another_licence_is_named_everywhere(services: Services, new_client: ClientFactory) -> None:
    cc0 = "https://creativecommons.org/publicdomain/zero/1.0/"
    settings = services.settings.model_copy(update={"data_licence": cc0})
    client = new_client(create_app(settings, services=replace(services, settings=settings), debug=True))
    assert CC_BY not in client.get("/data/catalog.jsonld").text
    assert client.get("/data/votes.csv-metadata.json").json()["dc:license"] == {"@id": cc0}
    assert ">CC0 1.0<" in client.get("/en/data").text
    assert "<rights>CC0 1.0</rights>" in client.get("/en/feeds/votes.atom").text


def test_the_date_of_the_territories_is_that_of_their_tables() -> None:
    """Whoever changes a table sets the date anew, and the digest here."""
    folder = files("egov_participation.jurisdiction") / "data" / "kz"
    tables = b"".join((folder / name).read_bytes() for name in ("territories.csv", "populations.csv"))

    digest = "6856e66f0444d2a2ceddd77638e3f5a70fc4a58306f10283601553957eb801f8"
    assert (TERRITORIES_OF.isoformat(), hashlib.sha256(tables).hexdigest()) == ("2026-11-28", digest)


@pytest.mark.parametrize("name", DATASETS)
def test_a_table_is_described_as_csv_on_the_web_has_it(held: Held, name: str) -> None:
    found = held.client.get(f"/data/{name}.csv-metadata.json").json()
    assert (found["@context"], found["url"]) == ("http://www.w3.org/ns/csvw", f"{name}.csv")
    columns = found["tableSchema"]["columns"]
    names = [column["name"] for column in columns]
    assert len(set(names)) == len(names)
    datatypes = {"string", "integer", "decimal", "boolean", "dateTime", "date", "anyURI", "json"}
    for column in columns:
        assert column["titles"] == column["name"]
        assert column["datatype"] in datatypes
        assert [text["@language"] for text in column["dc:description"]] == list(LANGUAGES)
    assert set(found["tableSchema"].get("primaryKey", [])) <= set(names)
    answer = held.client.get(f"/data/{name}.csv")
    assert answer.headers["link"] == f'<{name}.csv-metadata.json>; rel="describedby"; type="application/csvm+json"'
    required = [column["name"] for column in columns if column.get("required")]
    rows = [json.loads(line) for line in held.client.get(f"/data/{name}.jsonl").text.splitlines()]
    keys = [tuple(row[name] for name in found["tableSchema"].get("primaryKey", [])) for row in rows]
    assert required
    assert len(set(keys)) == len(keys) or not keys[0]
