"""Pages of the office: the texts of a version, read from files or pasted, and looked through before publication."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.consultations import office_wording as words
from egov_participation.consultations.office_forms import TextForm
from egov_participation.consultations.routes import office_common as common
from egov_participation.consultations.rules.provisions import as_provision
from egov_participation.consultations.service import correcting, importing, lookup, storing
from egov_participation.consultations.service.reading import paths
from egov_participation.documents.errors import DocumentRefusedError
from egov_participation.documents.structure import counted, parents
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse, upload
from egov_participation.web.limits import MAX_BODY
from egov_participation.web.routing import route
from egov_participation.web.templating import render
from egov_participation.writing import one_line

FILE: Final = "file"
PAGE: Final = 200
"""Provisions on a page."""
_LONGEST_NAME: Final = 200


def text(request: Request) -> Response:
    """A text: its outline with what is doubtful first; a file that is read; or the form to bring one."""
    return text_page(request, Form())


def text_progress(request: Request) -> Response:
    """How far the reading of a file is; when it is done the page asks for itself once more."""
    with services(request).database.read() as db:
        _, version = common.version_of(request, db)
        waits = importing.waiting(db, version.id or 0).get(common.language(request))
    if waits is None or waits.refused:
        return Response(headers={"HX-Refresh": "true"})
    return render(request, "consultations/office_reading.html", waits=waits, number=version.number)


def text_bring(request: Request) -> Response:
    """Take a file or pasted text."""
    here, form = services(request), parse(request, TextForm)
    key, number, language = common.text_in_address(request)
    content, pasted = upload(request, FILE), form.data.text if form.data is not None else ""
    try:
        with here.database.uow() as tx:
            if content is not None:
                name = _name_of(request)
                importing.take_file(here, tx, session(request), key, number, language, name, content)
            elif pasted.strip():
                importing.take_text(here, tx, session(request), key, number, language, pasted)
            else:
                form.errors[FILE] = translate(lang(request), N_("Choose a file, or paste the text below."))
                return text_page(request, form)
            tx.commit()
    except DocumentRefusedError as refusal:
        form.errors[FILE if content is not None else "text"] = refused_words(request, refusal.code, refusal.values)
        return text_page(request, form, refusal.places)
    except DomainError as refusal:
        form.errors[FILE if content is not None else "text"] = common.sentence(request, refusal)
        return text_page(request, form)
    return to(request, "consultations.text", key=key, number=number, language=language)


def _name_of(request: Request) -> str:
    file = request.state.form.get(FILE)
    name = file.filename or "" if isinstance(file, UploadFile) else ""
    return one_line(name.replace("\\", "/").rsplit("/", 1)[-1])[:_LONGEST_NAME]


def refused_words(request: Request, code: str, values: Mapping[str, str | int]) -> str:
    """Why a file was refused, in the language of the page."""
    if code == importing.UNREADABLE:
        return translate(lang(request), words.UNREADABLE)
    return translate(lang(request), words.refusal(code), **values)


def text_page(request: Request, form: Form[TextForm], places: tuple[str, ...] = (), error: str = "") -> Response:
    """The page of a text, as `text` has it.

    Args:
        places: of what was refused.
        error: what is said at the top where something could not be done.
    """
    here, language = services(request), common.language(request)
    with here.database.read() as db:
        row, version = common.version_of(request, db)
        waits = importing.waiting(db, version.id or 0).get(language)
        if waits is not None and waits.refused and not form.errors:
            details = json.loads(waits.details)
            form.errors[FILE] = refused_words(request, waits.refused, details["values"])
            places = tuple(details["places"])
        expression = lookup.expressions(db, version.id or 0).get(language)
        outline = {} if expression is None else _outline(request, db, expression.id or 0)
        if error:
            form.errors[""] = error
        return render(
            request,
            "consultations/office_text.html",
            status=409 if error else 422 if form.errors and request.method == "POST" else 200,
            row=row,
            version=version,
            language=language,
            name=dict(common.in_languages(request))[language],
            waits=waits if waits is not None and not waits.refused else None,
            expression=expression,
            can_undo=expression is not None and correcting.can_undo(db, expression),
            form=form,
            places=places,
            most=importing.MAX_SIZE // 1_000_000,
            formats=words.FORMATS,
            other=expression is not None and storing.OTHER_LANGUAGE in expression.dropped.split(),
            dropped=[] if expression is None else _dropped(request, expression.dropped),
            kinds=words.KIND_NAMES,
            **outline,
        )


def _dropped(request: Request, codes: str) -> list[str]:
    return [translate(lang(request), words.dropped(code)) for code in codes.split() if code != storing.OTHER_LANGUAGE]


def _outline(request: Request, db: Session, expression_id: int) -> dict[str, Any]:
    rows = lookup.provisions(db, expression_id)
    asked = request.query_params.get("page", "1")
    page = min(
        max(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1, 1), len(rows) // PAGE + 1
    )
    language = lang(request)
    units = [as_provision(row) for row in rows]
    called = paths(units, parents(units), common.language(request))
    return {
        "counts": [(translate(language, words.COUNT_NAMES[kind]), number) for kind, number in counted(units)],
        "doubtful": [
            (row, path, translate(language, words.doubt(row.doubt)))
            for row, path in zip(rows, called, strict=True)
            if row.doubt
        ][:PAGE],
        "doubts": sum(1 for row in rows if row.doubt),
        "rows": rows[(page - 1) * PAGE : page * PAGE],
        "page": page,
        "pages": (len(rows) - 1) // PAGE + 1,
        "per_page": PAGE,
    }


_MAY = Action.PUBLISH_DRAFT

routes = [
    route(common.TEXT, text, _MAY),
    route(common.TEXT, text_bring, _MAY, methods=["POST"], max_body=importing.MAX_SIZE + MAX_BODY),
    route(f"{common.TEXT}/progress", text_progress, _MAY),
]
