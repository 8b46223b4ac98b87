"""The data sets as files, the descriptions of their tables, and the catalogue.

A file is written bit by bit while it is read from the database. Its entity tag follows from what it depends on, so that
nothing is written for whoever has it; it is weak, since a vote may move on while an earlier part of the file is on its
way: the next time the tag is another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.opendata import formats, lasting, rules, service
from egov_participation.opendata.catalogue import catalogue
from egov_participation.opendata.csvw import metadata
from egov_participation.opendata.datasets import DATASETS, Dataset, Name
from egov_participation.opendata.formats import Format
from egov_participation.opendata.service import Standing
from egov_participation.web.context import services
from egov_participation.web.downloads import Download
from egov_participation.web.open_data import OPEN_TO_ALL, file_answer, has_tag
from egov_participation.web.routing import route

CACHED: Final = "public, max-age=60"
"""A minute: what changes in a data set may be seen that much later than on the pages."""
_PIECE: Final = 2**16
"""Characters that are sent together."""


def csv(request: Request) -> Response:
    """``/data/<name>.csv``.

    Raises:
        DomainError: 404 ``data.unknown``.
    """
    dataset, base_url = _dataset(request), services(request).settings.base_url

    def lines(standing: Standing) -> Iterator[str]:
        yield rules.head(dataset.fields)
        for row in standing.rows():
            yield rules.to_csv(row, dataset.fields, base_url)

    response = _file(request, dataset, formats.CSV, lines, service.standing(services(request), dataset.name))
    described = f'<{dataset.name}.csv-metadata.json>; rel="describedby"; type="{formats.CSVW.media_type}"'
    response.headers["Link"] = described
    return response


def jsonl(request: Request) -> Response:
    """``/data/<name>.jsonl``.

    Raises:
        DomainError: 404 ``data.unknown``.
    """
    dataset = _dataset(request)
    return _file(request, dataset, formats.JSON_LINES, _as_lines, service.standing(services(request), dataset.name))


def _as_lines(standing: Standing) -> Iterator[str]:
    return map(rules.to_jsonl, standing.rows())


def log_jsonl(request: Request) -> Response:
    """``/data/log/<type>.jsonl``: the entries of one type.

    Raises:
        DomainError: 404 ``data.unknown``.
    """
    standing = service.log_of_type(services(request), request.path_params["type"])
    if standing is None:
        raise _unknown()
    return _file(request, DATASETS[Name.LOG], formats.JSON_LINES, _as_lines, standing)


def csv_metadata(request: Request) -> Response:
    """``/data/<name>.csv-metadata.json``.

    Raises:
        DomainError: 404 ``data.unknown``.
    """
    value = metadata(_dataset(request), services(request).settings.data_licence)
    return file_answer(request, rules.compact(value).encode(), formats.CSVW.media_type, cache="public, max-age=3600")


def catalog(request: Request) -> Response:
    """``/data/catalog.jsonld``."""
    here = services(request)
    value = catalogue(here.settings, service.standings(here))
    return file_answer(request, rules.compact(value).encode(), formats.JSON_LD.media_type, cache=CACHED)


def _dataset(request: Request) -> Dataset:
    found = DATASETS.get(request.path_params["dataset"])
    if found is None:
        raise _unknown()
    return found


def _unknown() -> DomainError:
    return DomainError(404, N_("There is no such data set."), code="data.unknown")


def _file(
    request: Request,
    dataset: Dataset,
    kind: Format,
    lines: Callable[[Standing], Iterable[str]],
    standing: Standing,
) -> Response:
    """A file with its tag, and since when it is the same, if that is known; 304 to whoever has it."""
    here = services(request)
    # Also of the columns and of whole addresses in the table: another release, or another host, is another file.
    parts = (standing.state, kind.media_type, rules.head(dataset.fields), here.settings.base_url)
    state = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    etag, since = f'W/"{state}"', lasting.same_since(here, request.url.path, state)
    headers = {
        **OPEN_TO_ALL,
        "ETag": etag,
        "Cache-Control": CACHED,
        "Content-Disposition": f'attachment; filename="{request.url.path.rpartition("/")[2]}"',
    }
    if since is not None:
        headers["Last-Modified"] = lasting.as_header(since)
    if _has(request, etag, since):
        return Response(status_code=304, headers=headers)
    body: Iterable[bytes] = () if request.method == "HEAD" else _in_pieces(lines(standing))
    return Download(body, headers=headers, media_type=kind.content_type)


def _has(request: Request, etag: str, since: datetime | None) -> bool:
    """Whether the asker has the file: by its tag if one is named, else by the date (RFC 9110, section 13.1.3)."""
    if "if-none-match" in request.headers:
        return has_tag(request, etag)
    return since is not None and lasting.is_since(request.headers.get("if-modified-since", ""), since)


def _in_pieces(lines: Iterable[str]) -> Iterator[bytes]:
    piece: list[str] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size >= _PIECE:
            yield "".join(piece).encode()
            piece, size = [], 0
    if piece:
        yield "".join(piece).encode()


routes = [
    route("/data/catalog.jsonld", catalog, Action.READ, localized=False),
    route("/data/log/{type}.jsonl", log_jsonl, Action.READ, localized=False),
    route("/data/{dataset}.csv-metadata.json", csv_metadata, Action.READ, localized=False),
    route("/data/{dataset}.csv", csv, Action.READ, localized=False),
    route("/data/{dataset}.jsonl", jsonl, Action.READ, localized=False),
]
