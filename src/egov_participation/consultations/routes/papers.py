"""Files of a consultation: the documents that go with the draft, and the text itself in each form."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.consultations.service import exporting, reading, recording
from egov_participation.consultations.service.exporting import Form
from egov_participation.web.context import services
from egov_participation.web.open_data import file_answer
from egov_participation.web.routing import route

_FOR_GOOD: Final = "public, max-age=86400"
"""A published version never changes."""
_ENDINGS: Final = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}


def paper(request: Request) -> Response:
    """A document that goes with the draft. It is saved, never shown inside this site.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``paper.unknown``.
    """
    reference, sha256 = request.path_params["reference"], request.path_params["sha256"]
    row, content = reading.paper(services(request), reference, sha256)
    ending = _ENDINGS.get(row.media_type, "bin")
    return file_answer(request, content, row.media_type, f"{reference}-{sha256[:8]}.{ending}", cache=_FOR_GOOD)


def text_as_docx(request: Request) -> Response:
    """A version's text for a word processor."""
    return _text(request, Form.DOCX)


def text_as_akn(request: Request) -> Response:
    """A version's text as Akoma Ntoso."""
    return _text(request, Form.AKN)


def text_as_json(request: Request) -> Response:
    """The very bytes that a version's hash is of."""
    return _text(request, Form.CANONICAL)


def text_source(request: Request) -> Response:
    """The file that the ministry gave."""
    return _text(request, Form.SOURCE)


def record(request: Request) -> Response:
    """The very bytes that the log's hash of a version's record is of.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``version.unknown``.
    """
    reference, number = request.path_params["reference"], request.path_params["number"]
    content = recording.read(services(request), reference, number)
    name = f"{reference}-v{number}-record.json"
    return file_answer(request, content, "application/json", name, cache=_FOR_GOOD)


def _text(request: Request, form: Form) -> Response:
    params = request.path_params
    given = exporting.exported(services(request), params["reference"], params["number"], params["lang"], form)
    name = f"{params['reference']}-v{params['number']}-{params['lang']}.{given.ending}"
    return file_answer(request, given.content, given.media_type, name, cache=_FOR_GOOD)


_VERSION: Final = "/consultations/{reference}/v{number:int}"
_TEXT: Final = f"{_VERSION}/text.{{lang}}"
routes = [
    route("/consultations/{reference}/papers/{sha256}", paper, Action.READ, localized=False),
    route(f"{_VERSION}/record.json", record, Action.READ, localized=False),
    route(f"{_TEXT}.docx", text_as_docx, Action.READ, localized=False),
    route(f"{_TEXT}.akn.xml", text_as_akn, Action.READ, localized=False),
    route(f"{_TEXT}.json", text_as_json, Action.READ, localized=False),
    route(f"{_TEXT}.source", text_source, Action.READ, localized=False),
]
