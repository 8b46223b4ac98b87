"""Beginning a petition, what is alike, checking it, how it will look, and handing it in."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.jurisdiction import telling
from egov_participation.petitions.models import Petition
from egov_participation.petitions.routes.writing import DRAFT, found_draft, pages_asked
from egov_participation.petitions.rules import gate, writing
from egov_participation.petitions.rules.writing import PART_NAMES, Part
from egov_participation.petitions.service import choices, drafts, handing_in, ruling, similar
from egov_participation.petitions.service.viewing import addressee_name
from egov_participation.petitions.writing_forms import StartForm
from egov_participation.web.addresses import address, to
from egov_participation.web.context import lang, services, session, session_or_none
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def new(request: Request) -> Response:
    """What a petition is and what becomes of one, by the rules; and the form that begins one."""
    return _new_page(request, Form({"language": lang(request)}))


def _new_page(request: Request, form: Form[StartForm], status: int = 200) -> Response:
    rules = ruling.current(services(request))
    return render(
        request,
        "petitions/new.html",
        status=status,
        form=form,
        rules=rules,
        parts=telling.parts(rules, lang(request)),
        signed_in=session_or_none(request) is not None,
        languages_of_petitions=LANGUAGES,
    )


def start(request: Request) -> Response:
    """Begin a draft."""
    form = parse(request, StartForm)
    if form.data is None:
        return _new_page(request, form, 422)
    here = services(request)
    with here.database.uow() as tx:
        draft = drafts.start(here, tx, session(request), form.data.language)
        key = draft.key
        tx.commit()
    return to(request, "petitions.draft_title", key=key)


def draft_similar(request: Request) -> Response:
    """Petitions that ask for much the same: as a page after the title, and as a fragment while it is typed."""
    draft = found_draft(request)
    with services(request).database.read() as db:
        written = drafts.by_language(db, draft)[draft.language]["title"]
    title = request.query_params.get("title", written)[: writing.LONGEST_TITLE]
    return render(
        request,
        "petitions/draft_similar.html",
        block="similar",
        draft=draft,
        similar=similar.found(services(request), lang(request), title),
        onward=address(request, "petitions.draft_ask", key=draft.key),
        back=address(request, "petitions.draft_title", key=draft.key),
    )


def draft(request: Request) -> Response:
    """All that was written, to be checked before it is handed in."""
    return _once_handed_in(request) or _check_page(request)


def _check_page(request: Request, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    here, found = services(request), found_draft(request)
    rules = ruling.current(here)
    with here.database.read() as db:
        texts = drafts.by_language(db, found)
    lacking = writing.missing(found.addressee, texts, found.language)
    fits = dict(choices.addressees(rules, found.territory, lang(request)))
    if found.addressee not in fits and Part.ADDRESSEE not in lacking:
        lacking.append(Part.ADDRESSEE)
    return render(
        request,
        "petitions/draft.html",
        status=status,
        draft=found,
        errors=errors or {},
        sections=_sections(request, found, texts),
        lacking=[
            (translate(lang(request), PART_NAMES[part]), _page_of(request, found, part))
            for part in lacking
        ],
        unfinished=[(LANGUAGES[code], address(request, "petitions.language", key=found.key, language=code))
                    for code in writing.unfinished(texts) if code != found.language],
        others=[
            (name, address(request, "petitions.language", key=found.key, language=code), code in texts)
            for code, name in LANGUAGES.items()
            if code != found.language
        ],
        rules=rules,
        first_state=gate.first_state(rules),
        steps=len(pages_asked(request)) + 1,
    )  # fmt: skip


def _page_of(request: Request, found: Petition, part: Part) -> str:
    return address(request, f"petitions.draft_{part.value}", key=found.key)


def _sections(request: Request, found: Petition, texts: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    rules, language = ruling.current(services(request)), lang(request)
    first = texts[found.language]
    places = dict(choices.territories(rules, language))
    values = {
        Part.TITLE: first["title"],
        Part.ASK: first["ask"],
        Part.BACKGROUND: first["background"],
        Part.TERRITORY: places.get(found.territory, translate(language, N_("The whole country"))),
        Part.ADDRESSEE: addressee_name(rules, found.addressee).get(language) if found.addressee else "",
        Part.NAME: found.creator_name or translate(language, N_("Not shown")),
    }
    return [
        {
            "title": translate(language, PART_NAMES[part]),
            "href": _page_of(request, found, part) + "?back=check",
            "text": values[part],
            "lang": found.language if part.value in writing.TEXTS else "",
        }
        for part in pages_asked(request)
    ]


def preview(request: Request) -> Response:
    """As the public will see it."""
    here, found = services(request), found_draft(request)
    rules = ruling.current(here)
    with here.database.read() as db:
        texts = drafts.by_language(db, found)
    return render(
        request,
        "petitions/draft_preview.html",
        draft=found,
        texts=texts,
        names=LANGUAGES,
        addressee=addressee_name(rules, found.addressee).get(lang(request)) if found.addressee else "",
        territory=dict(choices.territories(rules, lang(request))).get(found.territory, ""),
        tiers=rules.tiers(found.territory) if choices.is_territory(rules, found.territory) else [],
        back=address(request, "petitions.draft", key=found.key),
    )


def _once_handed_in(request: Request) -> Response | None:
    """The petition's page, for whoever goes back to its draft or hands it in a second time."""
    with services(request).database.read() as db:
        reference = drafts.handed_in(db, request.path_params["key"], session(request).person_id)
    return to(request, "petitions.my_petition", reference=reference) if reference else None


def hand_in(request: Request) -> Response:
    """Hand it in: from here on it has a number."""
    here = services(request)
    if done := _once_handed_in(request):
        return done
    try:
        with here.database.uow() as tx:
            petition = handing_in.hand_in(here, tx, session(request), request.path_params["key"])
            reference = petition.reference
            tx.commit()
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        sentence = translate(lang(request), refusal.message, **refusal.params)
        return _check_page(request, {"": sentence}, int(refusal.status))
    return RedirectResponse(address(request, "petitions.my_petition", reference=reference) + "?sent=yes", 303)


def discard(request: Request) -> Response:
    """Asked once more before a draft is thrown away."""
    found = found_draft(request)
    return render(
        request,
        "petitions/draft_discard.html",
        draft=found,
        back=address(request, "petitions.draft", key=found.key),
    )


def discard_it(request: Request) -> Response:
    """Throw it away."""
    with services(request).database.uow() as tx:
        drafts.discard(tx, session(request), request.path_params["key"])
        tx.commit()
    return to(request, "petitions.mine")


routes = [
    route("/petitions/new", new, Action.VISIT, name="petitions.new"),
    route("/petitions/new", start, Action.SIGN, methods=["POST"], name="petitions.start"),
    route(f"{DRAFT}/similar", draft_similar, Action.SIGN, name="petitions.draft_similar"),
    route(f"{DRAFT}/preview", preview, Action.SIGN, name="petitions.draft_preview"),
    route(f"{DRAFT}/discard", discard, Action.SIGN, name="petitions.draft_discard"),
    route(f"{DRAFT}/discard", discard_it, Action.SIGN, methods=["POST"], name="petitions.draft_discard_it"),
    route(f"{DRAFT}/hand-in", hand_in, Action.SIGN, methods=["POST"], name="petitions.hand_in"),
    route(DRAFT, draft, Action.SIGN, name="petitions.draft"),
]
