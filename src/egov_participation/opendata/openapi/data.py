"""Addresses of open data: files, their descriptions, the catalogue, feeds."""

from __future__ import annotations

from typing import Final

from egov_participation import offline_file, source
from egov_participation.i18n import LANGUAGES
from egov_participation.ledger.service import TYPES
from egov_participation.opendata import formats
from egov_participation.opendata.datasets import DATASETS
from egov_participation.opendata.openapi.words import INTEGER, TEXT, Json, get, parameter, ref

_NAME: Final = parameter("dataset", "path", "Name of the data set.", {"enum": list(DATASETS)})
_LANG: Final = parameter("lang", "path", "Of the texts.", {"enum": list(LANGUAGES)})
_UUID: Final = parameter("uuid", "path", "The vote's identifier.")
_SINCE: Final = parameter(
    "If-Modified-Since", "header", "The `Last-Modified` of an earlier answer, where it had one; the tag goes before."
)
_TYPE: Final = parameter("type", "path", "Of the entries.", {"enum": list(TYPES)})
_PATH: Final = parameter("path", "path", "`LEVEL/INDEX` or `entries/INDEX`, as tlog-tiles writes them.")
_INDEX: Final = parameter("index", "path", "Of the entry, from 0.", INTEGER)
_ENTRIES: Final = (
    parameter("type", "query", "Of the entries.", {"enum": list(TYPES)}),
    parameter("subject", "query", "What they are about: a vote's identifier, a release."),
    parameter("before", "query", "Those with a smaller index alone.", INTEGER),
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
        "/data/log/{type}.jsonl": get(
            "Entries of the log of one type, as JSON lines", TEXT, _TYPE, media_type=formats.JSON_LINES.media_type
        ),
        "/log/checkpoint": get(
            "The log's checkpoint: a signed note (C2SP)", TEXT, missing=False, media_type="text/plain"
        ),
        "/log/key": get("The log's verifier keys, the present one first", TEXT, missing=False, media_type="text/plain"),
        "/log/tile/{path}": get(
            "A tile of the log, or a bundle of its entries (C2SP tlog-tiles)",
            {"type": "string", "format": "binary"},
            _PATH,
            media_type="application/octet-stream",
        ),
        "/api/v1/log": get("How the log stands", ref("Log"), missing=False),
        "/api/v1/log/entries": get("Entries of the log, the newest first", ref("LogEntries"), *_ENTRIES, missing=False),
        "/api/v1/log/entries/{index}": get("An entry, in the bytes that are hashed", _OBJECT, _INDEX),
        "/api/v1/log/entries/{index}/proof": get(
            "The proof that an entry is in the log (C2SP tlog-proof)", TEXT, _INDEX, media_type="text/plain"
        ),
        source.PATH: get(
            "The source of the program that verifies",
            {"type": "string", "format": "binary"},
            missing=False,
            media_type="application/gzip",
        ),
        offline_file.PROGRAM_PATH: get(
            "The program in the booth as one file", TEXT, missing=False, media_type="text/javascript"
        ),
        offline_file.STYLE_PATH: get("Its style sheet", TEXT, missing=False, media_type="text/css"),
        "/{lang}/feeds/votes.atom": get(
            "What happened last to any vote", TEXT, _LANG, missing=False, media_type=formats.ATOM.media_type
        ),
        "/{lang}/votes/{uuid}/feed.atom": get(
            "What happened to a vote", TEXT, _LANG, _UUID, media_type=formats.ATOM.media_type
        ),
    }
