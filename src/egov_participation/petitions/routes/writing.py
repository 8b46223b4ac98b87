"""The pages on which a petition is written: one question each, saved as one goes on. What was typed is never lost.

What does not fit comes back filled in. What was changed in another window meanwhile is shown beside what was typed.
What comes after the session has ended is kept, and stands in the form after the next sign-in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.identity import service as identity
from egov_participation.petitions.models import Petition
from egov_participation.petitions.rules import writing
from egov_participation.petitions.rules.writing import PART_NAMES, TEXTS, Part
from egov_participation.petitions.service import choices, drafts, keeping, ruling, similar
from egov_participation.petitions.writing_forms import FORMS, PageForm
from egov_participation.web.addresses import address, to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.proxies import client_address
from egov_participation.web.routing import RouteSpec, route
from egov_participation.web.sessions import SIGN_IN_PATH, sign_in_first
from egov_participation.web.templating import render

DRAFT = "/petitions/drafts/{key}"
_LONGEST = 20_000
"""Letters of a form that are kept for somebody whose session has ended."""


def found_draft(request: Request) -> Petition:
    """The draft in the address.

    Raises:
        DomainError: 404 ``petition.unknown``: there is none, or it is somebody else's.
    """
    with services(request).database.read() as db:
        return drafts.found(db, request.path_params["key"], session(request).person_id)


def kept_fields(request: Request, draft: Petition) -> dict[str, str]:
    """What was kept when the session had ended, if the address says that something was."""
    token = request.query_params.get("kept", "")[:60]
    with services(request).database.read() as db:
        fields = keeping.kept(services(request), db, draft, token)
    return fields | {"kept": token} if fields else {}


def changed(request: Request, form: Form[Any], refusal: DomainError, stands: Mapping[str, str]) -> None:
    """Say that somebody saved meanwhile; whoever saves again knows what is replaced."""
    form.errors[""] = translate(lang(request), refusal.message)
    form.values["seen"] = writing.seen(stands)


def again_sentence(request: Request) -> str:
    """What is said where a form came from another session than that of now."""
    sentence = N_(
        "You signed in or out meanwhile, so nothing was saved. What you typed is here: look at it and save it."
    )
    return translate(lang(request), sentence)


def keep(request: Request, route_name: str, **params: object) -> Response:
    """Keep what came without a session, and lead to the sign-in and from there back to it.

    Raises:
        DomainError: 401, whoever asks without a draft; 429 ``petition.too_many``.
    """
    here = services(request)
    names = ("seen", *TEXTS, "territory", "addressee", "shown")
    posted = request.state.form
    fields = {name: value for name in names if isinstance(value := posted.get(name), str)}
    if sum(map(len, fields.values())) > _LONGEST:
        fields = {}
    try:
        with here.database.uow() as tx:
            network = identity.network_of(client_address(request))
            token = keeping.keep(here, tx, request.path_params["key"], fields, network)
            tx.commit()
    except DomainError as refusal:
        if refusal.status != 404:
            raise
        return sign_in_first(request)
    back = f"{address(request, route_name, key=request.path_params['key'], **params)}?{urlencode({'kept': token})}"
    target = f"/{lang(request)}{SIGN_IN_PATH}?{urlencode({'next': back})}"
    return RedirectResponse(target, 303, {"Cache-Control": "no-store"})


@dataclass(frozen=True)
class Page:
    """One page with one question."""

    part: Part
    more: Callable[[Request, Petition, Form[Any]], dict[str, Any]]
    check: Callable[[Request, Petition, Any], str]
    """What else is wrong with the answer (a msgid), or nothing."""

    @property
    def name(self) -> str:
        """Of the route."""
        return f"petitions.draft_{self.part.value}"

    def show(self, request: Request) -> Response:
        """The question, with what is written so far."""
        draft = found_draft(request)
        stands = self._stands(request, draft)
        form: Form[PageForm] = Form({**stands, "seen": writing.seen(stands)})
        kept = kept_fields(request, draft)
        form.values.update(kept)
        return self._page(request, draft, form, kept=bool(kept))

    def save(self, request: Request) -> Response:
        """Put it down and go on, or show it again as it was typed."""
        here, draft = services(request), found_draft(request)
        form = cast("Form[PageForm]", parse(request, FORMS[self.part]))
        wrong = self.check(request, draft, form.data) if form.data is not None else ""
        if wrong:
            form.errors[self.part.value if self.part is not Part.NAME else "shown"] = translate(lang(request), wrong)
        if form.data is None or form.errors:
            return self._page(request, draft, form, 422)
        fields = form.data.model_dump(exclude={"seen", "kept"})
        try:
            with here.database.uow() as tx:
                saved = drafts.save_part(here, tx, session(request), draft.key, self.part, fields, form.data.seen)
                keeping.forget(tx, saved, form.data.kept)
                tx.commit()
        except DomainError as refusal:
            if refusal.code != drafts.CHANGED:
                raise
            stands = self._stands(request, found_draft(request))
            changed(request, form, refusal, stands)
            return self._page(request, draft, form, 409, theirs=stands)
        return self._on(request, draft, fields)

    def again(self, request: Request) -> Response:
        """The form came from another session than the one of now: it is shown again, as it was filled in."""
        form = cast("Form[PageForm]", parse(request, FORMS[self.part]))
        form.errors[""] = again_sentence(request)
        return self._page(request, found_draft(request), form, 403)

    def keep(self, request: Request) -> Response:
        """It came without a session."""
        return keep(request, self.name)

    def _on(self, request: Request, draft: Petition, fields: Mapping[str, str]) -> Response:
        if request.state.form.get("back") == "check":
            return to(request, "petitions.draft", key=draft.key)
        if self.part is Part.TITLE and similar.found(services(request), lang(request), fields["title"]):
            return to(request, "petitions.draft_similar", key=draft.key)
        following = next_page(request, self.part)
        if following is None:
            return to(request, "petitions.draft", key=draft.key)
        return to(request, f"petitions.draft_{following.value}", key=draft.key)

    def _stands(self, request: Request, draft: Petition) -> dict[str, str]:
        with services(request).database.read() as db:
            return drafts.of_part(db, draft, self.part)

    def _page(
        self,
        request: Request,
        draft: Petition,
        form: Form[PageForm],
        status: int = 200,
        *,
        theirs: Mapping[str, str] | None = None,
        kept: bool = False,
    ) -> Response:
        asked = pages_asked(request)
        return kept_by_the_browser(
            render(
                request,
                f"petitions/draft_{self.part.value}.html",
                status=status,
                draft=draft,
                form=form,
                theirs=theirs,
                kept=kept,
                part=self.part,
                number=asked.index(self.part) + 1,
                steps=len(asked) + 1,
                back=back_of(request, draft, self.part),
                from_check=request.query_params.get("back") == "check",
                written_in=draft.language,
                save_to=address(request, f"{self.name}_save", key=draft.key),
                **self.more(request, draft, form),
            )
        )

    def routes(self) -> list[RouteSpec]:
        """The page, and where its form goes."""
        path = f"{DRAFT}/{self.part.value}"
        return [
            route(path, self.show, Action.SIGN, name=self.name),
            route(
                path,
                self.save,
                Action.SIGN,
                methods=["POST"],
                name=f"{self.name}_save",
                again=self.again,
                signed_out=self.keep,
            ),
        ]


def pages_asked(request: Request) -> list[Part]:
    """The pages that the rules need: where all petitions are of the whole country, nobody is asked where."""
    asks_where = choices.takes_territories(ruling.current(services(request)))
    return [part for part in Part if part is not Part.TERRITORY or asks_where]


def next_page(request: Request, part: Part) -> Part | None:
    """The page that follows; None: it is to be checked."""
    asked = pages_asked(request)
    following = asked.index(part) + 1
    return asked[following] if following < len(asked) else None


def back_of(request: Request, draft: Petition, part: Part) -> str:
    """Where “Back” leads."""
    asked = pages_asked(request)
    place = asked.index(part)
    if place == 0:
        return address(request, "petitions.mine")
    return address(request, f"petitions.draft_{asked[place - 1].value}", key=draft.key)


def _nothing(_request: Request, _draft: Petition, _form: Form[Any]) -> dict[str, Any]:
    return {}


def _fits(_request: Request, _draft: Petition, _data: Any) -> str:
    return ""


def _similar_to_title(request: Request, _draft: Petition, form: Form[Any]) -> dict[str, Any]:
    return {"similar": similar.found(services(request), lang(request), form.values.get("title") or "")}


def _texts_of(request: Request, draft: Petition) -> list[str]:
    with services(request).database.read() as db:
        return [value for text in drafts.by_language(db, draft).values() for value in text.values()]


def _where(request: Request, draft: Petition, _form: Form[Any]) -> dict[str, Any]:
    rules = ruling.current(services(request))
    return {
        "territories": choices.territories(rules, lang(request)),
        "country": choices.takes_country(rules),
        "suggested": choices.suggested_territories(rules, _texts_of(request, draft), lang(request)),
    }


def _check_where(request: Request, _draft: Petition, data: Any) -> str:
    fits = choices.is_territory(ruling.current(services(request)), data.territory)
    return "" if fits else N_("Choose a place from the list.")


def _whom(request: Request, draft: Petition, _form: Form[Any]) -> dict[str, Any]:
    rules, texts = ruling.current(services(request)), _texts_of(request, draft)
    return {
        "addressees": choices.addressees(rules, draft.territory, lang(request)),
        "suggested": choices.suggested_addressees(rules, draft.territory, texts, lang(request)),
    }


def _check_whom(request: Request, draft: Petition, data: Any) -> str:
    possible = dict(choices.addressees(ruling.current(services(request)), draft.territory, lang(request)))
    return "" if data.addressee in possible else N_("Choose whom you ask.")


def _whose(request: Request, _draft: Petition, _form: Form[Any]) -> dict[str, Any]:
    here = services(request)
    with here.database.read() as db:
        return {"name": drafts.own_name(here, db, session(request).person_id)}


PAGES = (
    Page(Part.TITLE, _similar_to_title, _fits),
    Page(Part.ASK, _nothing, _fits),
    Page(Part.BACKGROUND, _nothing, _fits),
    Page(Part.TERRITORY, _where, _check_where),
    Page(Part.ADDRESSEE, _whom, _check_whom),
    Page(Part.NAME, _whose, _fits),
)

routes = [spec for page in PAGES for spec in page.routes()]
__all__ = ["PAGES", "PART_NAMES", "routes"]
