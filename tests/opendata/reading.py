"""What programs make of open data: files read back by their descriptions alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from starlette.testclient import TestClient

from egov_participation.opendata.datasets import DATASETS
from egov_participation.opendata.rules import Field, Kind
from egov_participation.spreadsheets import original

Json = dict[str, Any]
BASE = "http://localhost"
LANGUAGES = ("kk", "ru", "en")


def lines(client: TestClient, name: str) -> list[Json]:
    """The rows of the JSON lines."""
    answer = client.get(f"/data/{name}.jsonl")
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.split("\n")[:-1]]


def table(client: TestClient, name: str) -> list[Json]:
    """The rows of the CSV, put together again to what they are made of."""
    answer = client.get(f"/data/{name}.csv")
    assert answer.status_code == 200
    described = client.get(f"/data/{name}.csv-metadata.json").json()["tableSchema"]["columns"]
    reader = csv.DictReader(io.StringIO(answer.text, newline=""), strict=True)
    rows = list(reader)
    assert reader.fieldnames == [column["name"] for column in described]
    return [_row(row, DATASETS[name].fields) for row in rows]


def _row(cells: dict[str, str], fields: tuple[Field, ...]) -> Json:
    row: Json = {}
    for field in fields:
        *path, last = field.path.split(".")
        place = row
        for name in path:
            place = place.setdefault(name, {})
        place[last] = _value(cells, field)
    return row


def _value(cells: dict[str, str], field: Field) -> Any:
    texts = [cells[column] for column in field.columns]
    if not any(texts) and field.optional:
        return None
    match field.kind:
        case Kind.TEXT:
            return original(texts[0])
        case Kind.TEXTS:
            return dict(zip(LANGUAGES, map(original, texts), strict=True))
        case Kind.ADDRESSES:
            return {lang: text.removeprefix(BASE) for lang, text in zip(LANGUAGES, texts, strict=True)}
        case Kind.INTEGER | Kind.NUMBER | Kind.BOOLEAN | Kind.JSON:
            return json.loads(texts[0])
        case Kind.ADDRESS:
            assert texts[0].startswith(BASE)
            return texts[0].removeprefix(BASE)
    return texts[0]


def api_votes(client: TestClient) -> Iterator[Json]:
    """Every vote of the API, page after page."""
    address = "/api/v1/votes?limit=2"
    while address:
        page = client.get(address).json()
        yield from page["votes"]
        address = page["next"]
