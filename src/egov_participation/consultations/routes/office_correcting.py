"""Pages of the office: correcting a text that was read from a file, provision by provision, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.consultations import office_wording as words
from egov_participation.consultations.models import Provision
from egov_participation.consultations.office_forms import CorrectionForm, RevisionForm, TitleForm
from egov_participation.consultations.routes import office_common as common
from egov_participation.consultations.routes.office_texts import PAGE, text_page
from egov_participation.consultations.rules import correcting as how
from egov_participation.consultations.service import correcting, lookup, preparing
from egov_participation.consultations.service.correcting import Correct
from egov_participation.documents.structure import Kind
from egov_participation.errors import DomainError
from egov_participation.i18n import translate
from egov_participation.web.addresses import address, to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_LONGEST_LINE: Final = 80
"""Signs of a line in the list of where to split."""


def text_provision(request: Request) -> Response:
    """One provision, and all that may be done with it."""
    return _page(request, Form(), 200)


def text_correct(request: Request) -> Response:
    """Correct it; the page of what stands there now follows, or where it is gone the outline."""
    form, here = parse(request, CorrectionForm), services(request)
    if form.data is None:
        return _page(request, form, 422)
    what = form.data
    typed = how.Typed(what.kind, what.number, what.label, what.heading, what.text)
    acts: dict[str, Correct] = {
        "save": lambda provisions, place: how.changed(provisions, place, typed),
        "in": lambda provisions, place: how.indented(provisions, place, 1),
        "out": lambda provisions, place: how.indented(provisions, place, -1),
        "join": how.joined,
        "split": lambda provisions, place: how.split(provisions, place, what.line),
        "delete": how.deleted,
    }
    text = common.text_in_address(request)
    try:
        with here.database.uow() as tx:
            place = correcting.correct(
                here,
                tx,
                session(request),
                text,
                what.revision,
                common.whole(request.path_params["id"]),
                acts.get(what.act, acts["save"]),
            )
            tx.commit()
    except DomainError as refusal:
        form.errors["line" if refusal.code == "correction.split" else ""] = common.sentence(request, refusal)
        return _page(request, form, int(refusal.status))
    if what.act == "save":
        return _on(request, text, place)
    with here.database.read() as db:
        rows = _rows(request, db)
        there = rows[min(place, len(rows) - 1)]
    return to(request, "consultations.text_provision", key=text[0], number=text[1], language=text[2], id=there.id)


def _on(request: Request, text: tuple[str, int, str], place: int) -> Response:
    """To the next doubtful provision, or back to the outline where there is none."""
    with services(request).database.read() as db:
        rows = _rows(request, db)
        doubtful = [row for row in rows if row.doubt]
    key, number, language = text
    if doubtful:
        following = next((row for row in doubtful if row.place > place), doubtful[0])
        return to(request, "consultations.text_provision", key=key, number=number, language=language, id=following.id)
    return outline(request, text, rows[min(place, len(rows) - 1)])


def outline(request: Request, text: tuple[str, int, str], row: Provision) -> Response:
    """To a provision in the outline."""
    page = address(request, "consultations.text", key=text[0], number=text[1], language=text[2])
    return RedirectResponse(f"{page}?page={row.place // PAGE + 1}#p-{row.id}", 303)


def correction_undo(request: Request) -> Response:
    """Take the last correction back."""
    form, here, text = parse(request, RevisionForm), services(request), common.text_in_address(request)
    try:
        with here.database.uow() as tx:
            revision = form.data.revision if form.data is not None else -1
            place = correcting.undo(here, tx, session(request), text, revision)
            tx.commit()
    except DomainError as refusal:
        return text_page(request, Form(), error=common.sentence(request, refusal))
    with here.database.read() as db:
        rows = _rows(request, db)
    return outline(request, text, rows[min(place, len(rows) - 1)])


def text_rename(request: Request) -> Response:
    """Say what the act is called in this language."""
    form, here, text = parse(request, TitleForm), services(request), common.text_in_address(request)
    try:
        with here.database.uow() as tx:
            data = form.data or TitleForm.model_construct(revision=-1, title="")
            correcting.rename(here, tx, session(request), text, data.revision, data.title)
            tx.commit()
    except DomainError as refusal:
        return text_page(request, Form(), error=common.sentence(request, refusal))
    return to(request, "consultations.text", key=text[0], number=text[1], language=text[2])


def _rows(request: Request, db: Session) -> Sequence[Provision]:
    _, version = common.version_of(request, db)
    return lookup.provisions(db, preparing.text_of(db, version, common.language(request)).id or 0)


def _page(request: Request, form: Form[CorrectionForm], status: int) -> Response:
    here, language, said = services(request), common.language(request), lang(request)
    with here.database.read() as db:
        row, version = common.version_of(request, db)
        expression = preparing.text_of(db, version, language)
        rows = lookup.provisions(db, expression.id or 0)
        wanted = common.whole(request.path_params["id"])
        one = next((each for each in rows if each.id == wanted), None)
        if one is None or version.published_at is not None:
            raise lookup.no_consultation()
        place = one.place
        typed = {
            "kind": one.kind,
            "number": one.number,
            "label": one.label,
            "heading": one.heading,
            "text": one.text,
        }
        return render(
            request,
            "consultations/office_provision.html",
            status=status,
            row=row,
            version=version,
            language=language,
            name=dict(common.in_languages(request))[language],
            expression=expression,
            one=one,
            typed=typed | form.values,
            form=form,
            question=translate(said, words.doubt(one.doubt)) if one.doubt else "",
            kinds=[(kind.value, translate(said, words.KIND_NAMES[kind])) for kind in Kind if kind is not Kind.TABLE],
            names=words.KIND_NAMES,
            lines=[
                (number, line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…")
                for number, line in enumerate(one.text.split("\n"))
                if line and (number or one.heading or one.label)
            ],
            before=rows[place - 1] if place else None,
            after=rows[place + 1] if place + 1 < len(rows) else None,
            doubts=sum(1 for each in rows if each.doubt),
            per_page=PAGE,
            can_undo=correcting.can_undo(db, expression),
        )


_MAY = Action.PUBLISH_DRAFT
_ONE = f"{common.TEXT}/provisions/{{id}}"

routes = [
    route(_ONE, text_provision, _MAY),
    route(_ONE, text_correct, _MAY, methods=["POST"]),
    route(f"{common.TEXT}/undo", correction_undo, _MAY, methods=["POST"]),
    route(f"{common.TEXT}/title", text_rename, _MAY, methods=["POST"]),
]
