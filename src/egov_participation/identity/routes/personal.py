"""Pages: what is held on the person, as a page and as a file; its correction and its erasure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import personal
from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.formats import filters
from egov_participation.i18n import LANGUAGES, N_, in_language, translate
from egov_participation.identity import service
from egov_participation.identity.forms import AddressForm, ErasureForm, LanguageForm
from egov_participation.identity.routes.asking import keys_of, see_other
from egov_participation.personal import Fact, Section
from egov_participation.registry import service as registry
from egov_participation.web import sessions
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_DONE = {
    "address": N_("The new address was written to. Open the link in that mail."),
    "stopped": N_("Your mail address stays as it was."),
    "language": N_("Mails come in this language from now on."),
}


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record in the words of one language."""

    heading: str
    """Empty where it needs none."""
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section in the words of one language."""

    name: str
    title: str
    about: str
    kept: str
    records: list[ShownRecord]


def _held(request: Request) -> list[Section]:
    here = services(request)
    with here.database.read() as db:
        return personal.held(here, db, session(request).person_id)


def data(request: Request) -> Response:
    """Everything that is held on the person, in plain words."""
    done = _DONE.get(request.query_params.get("done", ""), "")
    return render(
        request,
        "identity/data.html",
        sections=[_shown(request, section) for section in _held(request)],
        done=translate(lang(request), done) if done else "",
    )


def _shown(request: Request, section: Section) -> ShownSection:
    language = lang(request)
    return ShownSection(
        section.name,
        translate(language, section.title),
        translate(language, section.about),
        translate(language, section.kept),
        [_shown_record(request, section, place) for place in range(len(section.records))],
    )


def _shown_record(request: Request, section: Section, place: int) -> ShownRecord:
    record, numbered = section.records[place], not section.alone and len(section.records) > 1
    heading = next((_words(request, fact) for fact in record if fact.name == section.heading), "")
    return ShownRecord(
        heading or (str(place + 1) if numbered else ""),
        [(translate(lang(request), fact.label), _words(request, fact)) for fact in record],
    )


def _words(request: Request, fact: Fact) -> str:
    language = lang(request)
    say = filters(language, services(request).settings.timezone)
    match fact.words or fact.value:
        case str(text) if text:
            return translate(language, text) if fact.words else text
        case Mapping() as texts:
            return in_language(texts, language)
        case bool(yes):
            return translate(language, N_("yes") if yes else N_("no"))
        case int(number):
            return str(say["number"](number))
        case datetime() as moment:
            return str(say["datetime"](moment))
        case date() as day:
            return str(say["date"](day))
        case _:
            return "–"


def file(request: Request) -> Response:
    """The same as a file: JSON, which says of each of its parts what it is (``docs/retention.md``)."""
    here, language = services(request), lang(request)
    sections = _held(request)
    content = {
        "type": "egov-personal-data/v1",
        "site": here.settings.base_url,
        "made_at": here.clock().isoformat(),
        "held": personal.as_data(sections),
        "explained": {
            section.name: {
                "title": translate(language, section.title),
                "about": translate(language, section.about),
                "kept": translate(language, section.kept),
                "fields": {fact.name: translate(language, fact.label) for r in section.records for fact in r},
            }
            for section in sections
        },
    }
    return Response(
        json.dumps(content, ensure_ascii=False, indent=1).encode(),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


def _again(request: Request) -> str:
    """Where to sign in once more and come back."""
    return f"/{lang(request)}/sign-in?{urlencode({'fresh': '1', 'next': request.url.path})}"


def _address_page(request: Request, form: Form[AddressForm]) -> Response:
    here, current = services(request), session(request)
    with here.database.read() as db:
        person = here.registry.get(db, current.person_id)
        factors = service.factors_of(db, current, here.clock())
        pending = service.pending_address(db, current.person_id)
    return render(
        request,
        "identity/data_address.html",
        status=422 if form.errors else 200,
        form=form,
        person=person,
        factors=factors,
        pending=pending,
        again=_again(request),
    )


def address(request: Request) -> Response:
    """Which mail address is used, and the form for another."""
    return _address_page(request, Form())


def ask_for_address(request: Request) -> Response:
    """Another address is wanted."""
    here, current = services(request), session(request)
    form = parse(request, AddressForm)
    with here.database.read() as db:
        person = here.registry.get(db, current.person_id)
    if form.data is None:
        return _address_page(request, form)
    with here.database.uow() as tx:
        throttle, now = keys_of(request).throttle, here.clock()
        service.ask_for_address(tx, here.settings.keys_dir, throttle, current, person, form.data.mail, now)
        tx.commit()
    return see_other(f"/{lang(request)}/me/data?done=address")


def stop_address(request: Request) -> Response:
    """The person no longer wants the new address, or never did."""
    here = services(request)
    with here.database.uow() as tx:
        service.cancel_address(tx, here.settings.keys_dir, session(request).person_id)
        tx.commit()
    return see_other(f"/{lang(request)}/me/data?done=stopped")


def language_page(request: Request) -> Response:
    """In which language mails come."""
    return _language_page(request, Form())


def _language_page(request: Request, form: Form[LanguageForm]) -> Response:
    here = services(request)
    with here.database.read() as db:
        person = here.registry.get(db, session(request).person_id)
    return render(
        request,
        "identity/data_language.html",
        status=422 if form.errors else 200,
        form=form,
        chosen=person.language if person else lang(request),
        choices=list(LANGUAGES.items()),
    )


def set_language(request: Request) -> Response:
    """Another language is wanted."""
    here = services(request)
    form = parse(request, LanguageForm)
    if form.data is None:
        return _language_page(request, form)
    with here.database.uow() as tx:
        registry.set_language(tx, session(request).person_id, form.data.language, here.clock())
        tx.commit()
    return see_other(f"/{lang(request)}/me/data?done=language")


def erasure(request: Request) -> Response:
    """What goes and what stays, before it is done."""
    return _erasure_page(request, Form())


def _erasure_page(request: Request, form: Form[ErasureForm]) -> Response:
    here, current = services(request), session(request)
    with here.database.read() as db:
        refusal = service.why_not_erase(db, current, here.clock())
    return render(
        request,
        "identity/data_erase.html",
        status=422 if form.errors else 200,
        form=form,
        refusal=translate(lang(request), refusal.message) if refusal else "",
        again=_again(request),
    )


def erase(request: Request) -> Response:
    """It is wanted: the session ends with all others, and a job does the rest."""
    here, current = services(request), session(request)
    form = parse(request, ErasureForm)
    if form.data is None:
        return _erasure_page(request, form)
    with here.database.read() as db:
        person = here.registry.get(db, current.person_id)
    with here.database.uow() as tx:
        service.ask_for_erasure(tx, here.settings.keys_dir, current, person, here.clock())
        tx.commit()
    response = see_other(f"/{lang(request)}/erased")
    sessions.clear_cookie(request, response)
    return response


def erased(request: Request) -> Response:
    """That it is being done."""
    return render(request, "identity/data_erased.html")


def _link_page(request: Request, *, keep: bool, done: bool = False) -> Response:
    with services(request).database.read() as db:
        known = done or service.knows_address_token(db, request.path_params["token"], keep=keep)
    if not known:
        raise DomainError(
            404,
            N_("This link has been used already, is too old, or the change of address was stopped."),
            code="address.link",
        )
    return render(request, "identity/data_link.html", keep=keep, done=done)


def link_to_confirm(request: Request) -> Response:
    """The link in the mail to a new address. Opening it changes nothing: mail programs open links too."""
    return _link_page(request, keep=False)


def confirm(request: Request) -> Response:
    """The button on that page: whoever presses it reads what is mailed there."""
    here = services(request)
    with here.database.uow() as tx:
        done = service.confirm_address(tx, request.path_params["token"], here.clock())
        tx.commit()
    return _link_page(request, keep=False, done=done)


def link_to_keep(request: Request) -> Response:
    """The link in the mail to the old address."""
    return _link_page(request, keep=True)


def keep(request: Request) -> Response:
    """The button on that page: the old address stays."""
    here = services(request)
    with here.database.uow() as tx:
        done = service.keep_address(tx, here.settings.keys_dir, request.path_params["token"])
        tx.commit()
    return _link_page(request, keep=True, done=done)


routes = [
    route("/me/data", data, Action.MANAGE_ACCOUNT),
    route("/me/data/file", file, Action.MANAGE_ACCOUNT),
    route("/me/data/address", address, Action.MANAGE_ACCOUNT),
    route("/me/data/address", ask_for_address, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route("/me/data/address/stop", stop_address, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route("/me/data/language", language_page, Action.MANAGE_ACCOUNT),
    route("/me/data/language", set_language, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route("/me/data/erase", erasure, Action.MANAGE_ACCOUNT),
    route("/me/data/erase", erase, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route("/erased", erased, Action.VISIT),
    route("/address/confirm/{token}", link_to_confirm, Action.VISIT),
    route("/address/confirm/{token}", confirm, Action.VISIT, methods=["POST"]),
    route("/address/keep/{token}", link_to_keep, Action.VISIT),
    route("/address/keep/{token}", keep, Action.VISIT, methods=["POST"]),
]
