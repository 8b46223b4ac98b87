"""Pages: enrolling a passkey for a person present, one question a page; and the person's own page for the code."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.desk import service
from egov_participation.desk.forms import CodeForm, DocumentForm, PasskeyForm, PersonForm
from egov_participation.desk.rules import CODE_LENGTH, CODE_LETTERS, CODE_LIFE, DOCUMENT_NAMES, State
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.web import sessions
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_JSON = "application/json"
_NAME = N_("Key from a service centre")
_CODE = re.compile(f"[{CODE_LETTERS}]{{{CODE_LENGTH}}}")
_WAITS = (2, 3, 5, 8, 12, 20, 30)
_PHONE = N_("Phone, enrolled at a service centre")


def _status(form: Form[PersonForm] | Form[DocumentForm] | Form[CodeForm] | Form[PasskeyForm]) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _see_other(path: str) -> Response:
    return RedirectResponse(path, 303)


# -- the official ------------------------------------------------------------------------------------------------------


def desk(request: Request) -> Response:
    """Step one: who is before you?"""
    return _person_page(request, Form())


def _person_page(request: Request, form: Form[PersonForm]) -> Response:
    return render(request, "desk/person.html", status=_status(form), form=form)


def begin(request: Request) -> Response:
    """The IIN: it is looked up."""
    form = parse(request, PersonForm)
    if form.data is None:
        return _person_page(request, form)
    enrolment = service.begin(services(request), session(request), form.data.iin)
    if enrolment is None:
        form.errors["iin"] = translate(lang(request), N_("Nobody in the register of residents has this IIN."))
        return _person_page(request, form)
    return _see_other(f"/{lang(request)}/office/desk/{enrolment}")


def enrolment(request: Request) -> Response:
    """The step that the enrolment is at: the document, the key, or the end."""
    return _step(request, Form())


def _step(request: Request, form: Form[DocumentForm] | Form[PasskeyForm]) -> Response:
    found = service.visit(services(request), session(request), request.path_params["enrolment"])
    page = {State.BEGUN: "document", State.MATCHED: "key", State.REFUSED: "refused", State.DONE: "done"}[found.state]
    documents = [[kind.value, translate(lang(request), name)] for kind, name in DOCUMENT_NAMES.items()]
    if found.state is State.MATCHED and not form.values:
        form.values["name"] = translate(found.person.language, _NAME)
    # Counted from now, and not from when the registrar heard of it: what is said here is never too early.
    counts_from = services(request).clock() + timedelta(hours=services(request).settings.registrar_passkey_hours)
    return render(
        request,
        f"desk/{page}.html",
        status=_status(form),
        form=form,
        visit=found,
        documents=documents,
        counts_from=counts_from,
    )


def compare(request: Request) -> Response:
    """Whether the document is that of the person present and of the register."""
    form = parse(request, DocumentForm)
    if form.data is None:
        return _step(request, form)
    here = services(request)
    with here.database.uow() as tx:
        service.compare(
            tx,
            session(request),
            request.path_params["enrolment"],
            form.data.document,
            matches=form.data.same,
            now=here.clock(),
        )
        tx.commit()
    return _see_other(f"/{lang(request)}/office/desk/{request.path_params['enrolment']}")


def give_code(request: Request) -> Response:
    """A code for the person's own phone: this browser alone keeps it, and only while it works."""
    enrolment = request.path_params["enrolment"]
    code = service.give_code(services(request), session(request), enrolment)
    response = _see_other(f"/{lang(request)}/office/desk/{enrolment}/code")
    https = services(request).settings.https
    response.set_cookie(
        _code_cookie(https=https),
        f"{enrolment}:{code}",
        max_age=int(CODE_LIFE.total_seconds()),
        path="/",
        secure=https,
        httponly=True,
        samesite="strict",
    )
    return response


def shown_code(request: Request) -> Response:
    """The code, until the person's phone has finished: the page asks for itself again, ever more rarely."""
    here, enrolment = services(request), request.path_params["enrolment"]
    found = service.visit(here, session(request), enrolment)
    https = here.settings.https
    kept, _, code = request.cookies.get(_code_cookie(https=https), "").partition(":")
    if found.state is not State.MATCHED or kept != enrolment or not _CODE.fullmatch(code):
        on = f"/{lang(request)}/office/desk/{enrolment}"
        htmx = request.headers.get("hx-request") == "true"
        response = Response(headers={"HX-Redirect": on}) if htmx else _see_other(on)
        if kept == enrolment:
            response.delete_cookie(_code_cookie(https=https), path="/", secure=https, httponly=True, samesite="strict")
        return response
    return render(
        request,
        "desk/code.html",
        block="waiting",
        visit=found,
        code=code,
        address=f"{here.settings.base_url}/me/security/desk",
        wait=_next_wait(request.query_params.get("wait", "")),
    )


def _code_cookie(*, https: bool) -> str:
    return f"{'__Host-' if https else ''}desk"


def _next_wait(waited: str) -> int:
    """After how many seconds the page asks again, by how long it waited this time."""
    return next((wait for wait in _WAITS if waited.isdecimal() and wait > int(waited[:3])), _WAITS[-1 if waited else 0])


def key_options(request: Request) -> Response:
    """What the desk's browser is to ask the person's key or phone for."""
    options = service.options_here(services(request), session(request), request.path_params["enrolment"], lang(request))
    return Response(options, media_type=_JSON)


def key(request: Request) -> Response:
    """The passkey that was made at the desk."""
    form = parse(request, PasskeyForm)
    if form.data is None:
        return _step(request, form)
    try:
        service.finish_here(
            services(request),
            session(request),
            request.path_params["enrolment"],
            form.data.credential,
            form.data.name,
        )
    except DomainError as error:
        if error.code != "passkey.refused":
            raise
        form.errors[""] = translate(lang(request), error.message)
        return _step(request, form)
    return _see_other(f"/{lang(request)}/office/desk/{request.path_params['enrolment']}")


# -- the person --------------------------------------------------------------------------------------------------------


def own_code(request: Request) -> Response:
    """The field for the code from the desk."""
    return _own_code_page(request, Form())


def _own_code_page(request: Request, form: Form[CodeForm]) -> Response:
    return render(request, "desk/own_code.html", status=_status(form), form=form)


def enter_code(request: Request) -> Response:
    """The code from the desk."""
    form = parse(request, CodeForm)
    if form.data is None:
        return _own_code_page(request, form)
    enrolment = service.claim(services(request), session(request), form.data.code)
    if enrolment is None:
        sentence = N_("This code is not right, was used already, is more than 10 minutes old, or is not yours.")
        form.errors["code"] = translate(lang(request), sentence)
        return _own_code_page(request, form)
    return _see_other(f"/{lang(request)}/me/security/desk/{enrolment}")


def own_key(request: Request) -> Response:
    """The page to make the passkey on one's own phone."""
    return _own_key_page(request, Form(values={"name": translate(lang(request), _PHONE)}))


def _own_key_page(request: Request, form: Form[PasskeyForm]) -> Response:
    service.claimed(services(request), session(request), request.path_params["enrolment"])
    return render(
        request, "desk/own_key.html", status=_status(form), form=form, enrolment=request.path_params["enrolment"]
    )


def own_options(request: Request) -> Response:
    """What one's own browser is to ask for."""
    options = service.options_there(
        services(request), session(request), request.path_params["enrolment"], lang(request)
    )
    return Response(options, media_type=_JSON)


def own_add(request: Request) -> Response:
    """The passkey that was made on one's own phone."""
    form = parse(request, PasskeyForm)
    if form.data is None:
        return _own_key_page(request, form)
    try:
        token = service.finish_there(
            services(request),
            session(request),
            request.path_params["enrolment"],
            form.data.credential,
            form.data.name,
        )
    except DomainError as error:
        if error.code != "passkey.refused":
            raise
        form.errors[""] = translate(lang(request), error.message)
        return _own_key_page(request, form)
    response = _see_other(f"/{lang(request)}/me/security?done=passkey-enrolled")
    sessions.set_cookie(request, response, token)
    return response


_VISIT = "/office/desk/{enrolment}"
_OWN = "/me/security/desk/{enrolment}"

routes = [
    route("/office/desk", desk, Action.ENROL_PASSKEY, menu=N_("Enrol a passkey")),
    route("/office/desk", begin, Action.ENROL_PASSKEY, methods=["POST"]),
    route(_VISIT, enrolment, Action.ENROL_PASSKEY),
    route(f"{_VISIT}/document", compare, Action.ENROL_PASSKEY, methods=["POST"]),
    route(f"{_VISIT}/code", give_code, Action.ENROL_PASSKEY, methods=["POST"]),
    route(f"{_VISIT}/code", shown_code, Action.ENROL_PASSKEY),
    route(f"{_VISIT}/key/options", key_options, Action.ENROL_PASSKEY, methods=["POST"]),
    route(f"{_VISIT}/key", key, Action.ENROL_PASSKEY, methods=["POST"]),
    route("/me/security/desk", own_code, Action.MANAGE_ACCOUNT),
    route("/me/security/desk", enter_code, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route(_OWN, own_key, Action.MANAGE_ACCOUNT),
    route(f"{_OWN}/options", own_options, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route(_OWN, own_add, Action.MANAGE_ACCOUNT, methods=["POST"]),
]
