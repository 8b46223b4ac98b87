"""Addresses of open data: files, their descriptions, the catalogue, feeds."""

from __future__ import annotations

from typing import Final

from egov_participation.i18n import LANGUAGES
from egov_participation.opendata import formats
from egov_participation.opendata.datasets import DATASETS
from egov_participation.opendata.openapi.words import TEXT, Json, get, parameter

_NAME: Final = parameter("dataset", "path", "Name of the data set.", {"enum": list(DATASETS)})
_LANG: Final = parameter("lang", "path", "Of the texts.", {"enum": list(LANGUAGES)})
_UUID: Final = parameter("uuid", "path", "The vote's identifier.")
_SINCE: Final = parameter(
    "If-Modified-Since", "header", "The `Last-Modified` of an earlier answer, where it had one; the tag goes before."
)
_OBJECT: Final[Json] = {"type": "object"}


def paths() -> Json:
    """By address."""
    return {
        "/data/catalog.jsonld": get(
            "The catalogue of all data sets (DCAT 3)", _OBJECT, missing=False, media_type=formats.JSON_LD.media_type
        ),
        "/data/{dataset}.csv": get("A data set as a table", TEXT, _NAME, _SINCE, media_type=formats.CSV.media_type),
        "/data/{dataset}.jsonl": get(
            "A data set as JSON lines", TEXT, _NAME, _SINCE, media_type=formats.JSON_LINES.media_type
        ),
        "/data/{dataset}.csv-metadata.json": get(
            "What the columns of a table mean (CSV on the Web)", _OBJECT, _NAME, media_type=formats.CSVW.media_type
        ),
        "/{lang}/feeds/votes.atom": get(
            "What happened last to any vote", TEXT, _LANG, missing=False, media_type=formats.ATOM.media_type
        ),
        "/{lang}/votes/{uuid}/feed.atom": get(
            "What happened to a vote", TEXT, _LANG, _UUID, media_type=formats.ATOM.media_type
        ),
    }
