"""What each column of a table means and holds: CSV on the Web (W3C, Metadata Vocabulary for Tabular Data)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from egov_participation.i18n import LANGUAGES, translate
from egov_participation.opendata.datasets import Dataset
from egov_participation.opendata.rules import IN_EACH_LANGUAGE, Field, Kind

Json = dict[str, Any]


def metadata(dataset: Dataset, licence: str) -> Json:
    """The metadata of ``<name>.csv``, which stands beside it as ``<name>.csv-metadata.json``."""
    schema: Json = {"columns": [column for field in dataset.fields for column in _columns(field)]}
    if dataset.key:
        schema["primaryKey"] = list(dataset.key)
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{dataset.name}.csv",
        "dc:title": in_each_language(dataset.title),
        "dc:description": in_each_language(dataset.about),
        "dc:license": {"@id": licence},
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True, "lineTerminators": "\r\n"},
        "tableSchema": schema,
    }


def in_each_language(message: str) -> list[Json]:
    """A msgid as values of JSON-LD."""
    return [{"@value": translate(lang, message), "@language": lang} for lang in LANGUAGES]


def _columns(field: Field) -> Iterator[Json]:
    for place, name in enumerate(field.columns):
        column: Json = {
            "name": name,
            "titles": name,
            "dc:description": in_each_language(field.about),
            "datatype": IN_EACH_LANGUAGE.get(field.kind, "string" if field.kind is Kind.TEXT else field.kind.value),
        }
        if field.kind is Kind.TEXTS:
            column["lang"] = tuple(LANGUAGES)[place]
        if not field.optional and field.kind is not Kind.TEXTS:
            column["required"] = True
        yield column
