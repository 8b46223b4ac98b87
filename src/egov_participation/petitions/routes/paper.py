"""Pages of the desk: signatures on paper, and people whose signature is to be counted again."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.petitions.paper_forms import EntryForm, ReinstateForm, WithdrawForm
from egov_participation.petitions.service import carrying_out, paper
from egov_participation.web import proposals
from egov_participation.web.addresses import address, to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_FIELDS: Final = {"petition.unknown": "petition", "paper.form": "form"}
"""At which field a refusal is said; else over the form."""


def forms(request: Request) -> Response:
    """The form for the next one, and what was entered on the day."""
    kept = {"petition": request.query_params.get("petition", "")[:20]}  # a pile of forms is of one petition
    taken = request.query_params.get("taken", "")[:60]
    return _forms_page(request, Form(values=kept), taken=taken)


def _forms_page(request: Request, form: Form[EntryForm], status: int = 422, *, taken: str = "") -> Response:
    here = services(request)
    day = _day(request.query_params.get("day", "")) or here.day(here.clock())
    with here.database.read() as db:
        entries, petitions = paper.of_day(here, db, day), paper.taking(db)
    return render(
        request,
        "petitions/paper.html",
        status=status if form.errors else 200,
        form=form,
        day=day,
        entries=entries,
        petitions=petitions,
        taken=taken,
    )


def enter(request: Request) -> Response:
    """Enter one. The IIN is not shown again, whatever is wrong."""
    form = parse(request, EntryForm)
    form.values.pop("iin", None)
    if form.data is None:
        return _forms_page(request, form)
    try:
        paper.enter(
            services(request),
            session(request),
            form.data.petition,
            form.data.iin,
            form=form.data.form,
            witness=form.data.witness,
        )
    except DomainError as refusal:
        if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR or refusal.code == "role.missing":
            raise
        sentence = translate(lang(request), refusal.message, **refusal.params)
        form.errors[_FIELDS.get(refusal.code, "")] = sentence
        return _forms_page(request, form, refusal.status)
    said = urlencode({"petition": form.data.petition, "taken": form.data.form})
    return RedirectResponse(f"{address(request, 'petitions.paper')}?{said}", 303)


def entry(request: Request) -> Response:
    """One form, and how to take it back."""
    return _entry_page(request, Form())


def _entry_page(request: Request, form: Form[WithdrawForm], status: int = 422) -> Response:
    here, official = services(request), session(request)
    with here.database.read() as db:
        found = paper.entry(here, db, _id(request))
        operator = proposals.name_of(request, db, found.operator)
    return render(
        request,
        "petitions/paper_form.html",
        status=status if form.errors else 200,
        form=form,
        found=found,
        operator=operator,
        own=found.operator == official.person_id,
    )


def withdraw(request: Request) -> Response:
    """Take it back."""
    here = services(request)
    with here.database.read() as db:
        paper.entry(here, db, _id(request))
    form = parse(request, WithdrawForm)
    if form.data is None:
        return _entry_page(request, form)
    try:
        paper.withdraw(here, session(request), _id(request), reason=form.data.reason)
    except DomainError as refusal:
        if refusal.status not in (HTTPStatus.CONFLICT, HTTPStatus.GONE):
            raise
        sentence = translate(lang(request), refusal.message, **refusal.params)
        return _entry_page(request, Form(form.values, {"": sentence}), refusal.status)
    return to(request, "petitions.paper_form", form=_id(request))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _id(request: Request) -> int:
    text: str = request.path_params["form"]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def again(request: Request) -> Response:
    """The form for somebody who is present and whose signature is not counted."""
    return _again_page(request, Form())


def _again_page(request: Request, form: Form[ReinstateForm], status: int = 422, *, done: bool = False) -> Response:
    return render(request, "petitions/reinstate.html", status=status if form.errors else 200, form=form, done=done)


def reinstate(request: Request) -> Response:
    """Count it again."""
    form = parse(request, ReinstateForm)
    form.values.pop("iin", None)
    if form.data is None:
        return _again_page(request, form)
    try:
        done = carrying_out.reinstate_one(services(request), session(request), form.data.petition, form.data.iin)
    except DomainError as refusal:
        if refusal.code != "petition.unknown":
            raise
        form.errors["petition"] = translate(lang(request), refusal.message)
        return _again_page(request, form, refusal.status)
    if not done:
        sentence = N_("Of this person there is no signature in this petition that is not counted.")
        form.errors[""] = translate(lang(request), sentence)
        return _again_page(request, form, HTTPStatus.CONFLICT)
    return _again_page(request, Form(), done=True)


routes = [
    route("/office/paper", forms, Action.ENTER_PAPER, name="petitions.paper", menu=N_("Signatures on paper")),
    route("/office/paper", enter, Action.ENTER_PAPER, name="petitions.enter_paper", methods=["POST"]),
    route("/office/paper/{form}", entry, Action.ENTER_PAPER, name="petitions.paper_form"),
    route("/office/paper/{form}", withdraw, Action.ENTER_PAPER, name="petitions.withdraw_paper", methods=["POST"]),
    route(
        "/office/reinstate",
        again,
        Action.ACT_FOR_PERSON_PRESENT,
        name="petitions.reinstate",
        menu=N_("Count a signature again"),
    ),
    route(
        "/office/reinstate", reinstate, Action.ACT_FOR_PERSON_PRESENT, name="petitions.reinstate_one", methods=["POST"]
    ),
]
