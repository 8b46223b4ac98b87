"""The pages on which a draft is written, one question each. What was typed is never lost.

What does not fit comes back filled in. If somebody else saved meanwhile, the page shows what stands there now beside
what was typed. Saving again then puts one's own in its place, knowingly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.commission.documents import Document
from egov_participation.commission.draft_forms import (
    DescriptionForm,
    KindForm,
    NamesForm,
    TimesForm,
    TitleForm,
)
from egov_participation.commission.models import Draft
from egov_participation.commission.routes.draft_common import found_draft, in_words
from egov_participation.commission.rules import Part
from egov_participation.commission.service.changing import change, document_of
from egov_participation.errors import DomainError
from egov_participation.formats import filters
from egov_participation.i18n import N_, translate
from egov_participation.jurisdiction.working_days import KAZAKHSTAN
from egov_participation.voting.texts import LANGUAGES
from egov_participation.web import days
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import RouteSpec, route
from egov_participation.web.templating import render

FormModel = TypeVar("FormModel", DescriptionForm, KindForm, NamesForm, TimesForm, TitleForm)
DRAFT = "/office/votes/drafts/{id}"


def stored_texts(texts: dict[str, str], prefix: str = "") -> dict[str, str]:
    """A text of three languages as the fields of a form."""
    return {f"{prefix}{language}": texts[language] for language in LANGUAGES}


def no_more(_request: Request) -> dict[str, Any]:
    """Nothing else is shown on the page."""
    return {}


def again_sentence(request: Request) -> str:
    """What is said where a form came from another session than that of now."""
    sentence = N_(
        "You signed in or out meanwhile, so nothing was saved. What you typed is here: look at it and save it."
    )
    return translate(lang(request), sentence)


@dataclass(frozen=True)
class DraftPage(Generic[FormModel]):
    """One page with one form on it."""

    part: Part
    model: type[FormModel]
    stored: Callable[[Request, Document], dict[str, str]]
    """What stands in the draft, as the fields of the form."""
    put: Callable[[Request, Document, FormModel], Document]
    words: Callable[[Request, Document], list[tuple[str, str]]]
    """What stands in the draft, to be shown beside what was typed."""
    more: Callable[[Request], dict[str, Any]] = no_more

    def show(self, request: Request) -> Response:
        """The form, with what is written so far."""
        draft = found_draft(request)
        values = self.stored(request, document_of(draft)) | {"version": str(draft.version)}
        return self._page(request, draft, Form(values))

    def save(self, request: Request) -> Response:
        """Write it down, or show the form again with what was typed."""
        form = parse(request, self.model)
        if form.data is None:
            return self._page(request, found_draft(request), form, 422)
        here, given = services(request), form.data
        try:
            with here.database.uow() as tx:
                change(
                    *(here, tx, session(request), request.path_params["id"], given.version),
                    lambda document: self.put(request, document, given),
                    self.part.value,
                )
                tx.commit()
        except DomainError as refusal:
            if refusal.status != 409:
                raise
            return self._refused(request, form, refusal)
        return to(request, "commission.draft", id=request.path_params["id"])

    def again(self, request: Request) -> Response:
        """The form came from another session than the one of now: it is shown again, as it was filled in."""
        form = parse(request, self.model)
        form.errors[""] = again_sentence(request)
        return self._page(request, found_draft(request), form, 403)

    def _refused(self, request: Request, form: Form[FormModel], refusal: DomainError) -> Response:
        draft = found_draft(request)
        form.errors[""] = translate(lang(request), refusal.message)
        form.values["version"] = str(draft.version)  # seen now: whoever saves again knows what is replaced
        return self._page(request, draft, form, 409, theirs=self.words(request, document_of(draft)))

    def _page(
        self,
        request: Request,
        draft: Draft,
        form: Form[FormModel],
        status: int = 200,
        theirs: list[tuple[str, str]] | None = None,
    ) -> Response:
        return kept_by_the_browser(
            render(
                request,
                f"commission/draft_{self.part.value}.html",
                status=status,
                draft=draft,
                form=form,
                theirs=theirs,
                **self.more(request),
            )
        )

    def routes(self) -> list[RouteSpec]:
        """The page, and where its form goes."""
        path, name = f"{DRAFT}/{self.part.value}", f"commission.draft_{self.part.value}"
        return [
            route(path, self.show, Action.SET_UP_VOTE, name=name),
            route(path, self.save, Action.SET_UP_VOTE, methods=["POST"], name=f"{name}_save", again=self.again),
        ]


# -- title and description ---------------------------------------------------------------------------------------------


def _put_texts(key: str) -> Callable[[Request, Document, Any], Document]:
    def put(_request: Request, document: Document, given: TitleForm | DescriptionForm) -> Document:
        return document | {key: {"kk": given.kk, "ru": given.ru, "en": given.en}}

    return put


_title = DraftPage(
    Part.TITLE,
    TitleForm,
    lambda _, document: stored_texts(document["title"]),
    _put_texts("title"),
    lambda request, document: in_words(request, document["title"]),
)
_description = DraftPage(
    Part.DESCRIPTION,
    DescriptionForm,
    lambda _, document: stored_texts(document["description"]),
    _put_texts("description"),
    lambda request, document: in_words(request, document["description"]),
)

# -- kind --------------------------------------------------------------------------------------------------------------

KIND_NAMES = {"consultative": N_("Consultative"), "binding": N_("Binding")}


def _kind_in_words(request: Request, document: Document) -> list[tuple[str, str]]:
    kind = document["kind"]
    return [(translate(lang(request), N_("Kind")), translate(lang(request), KIND_NAMES[kind]) if kind else "")]


_kind = DraftPage(
    Part.KIND,
    KindForm,
    lambda _, document: {"kind": document["kind"] or ""},
    lambda _, document, given: document | {"kind": given.kind},
    _kind_in_words,
)

# -- names -------------------------------------------------------------------------------------------------------------


def _stored_names(_request: Request, document: Document) -> dict[str, str]:
    return stored_texts(document["administrator"], "administrator_") | stored_texts(
        document["credential_authority"], "registrar_"
    )


def _put_names(_request: Request, document: Document, given: NamesForm) -> Document:
    return document | {
        "administrator": {
            "kk": given.administrator_kk, "ru": given.administrator_ru, "en": given.administrator_en
        },
        "credential_authority": {
            "kk": given.registrar_kk, "ru": given.registrar_ru, "en": given.registrar_en
        },
    }  # fmt: skip


_names = DraftPage(
    Part.NAMES,
    NamesForm,
    _stored_names,
    _put_names,
    lambda request, document: [
        *in_words(request, document["administrator"]),
        *in_words(request, document["credential_authority"]),
    ],
)

# -- times -------------------------------------------------------------------------------------------------------------


def _zone(request: Request) -> ZoneInfo:
    return ZoneInfo(services(request).settings.timezone)


def local(request: Request, text: str | None) -> datetime | None:
    """A time of the document, by the clocks of the country."""
    return datetime.fromisoformat(text).astimezone(_zone(request)) if text else None


def _stored_times(request: Request, document: Document) -> dict[str, str]:
    values: dict[str, str] = {}
    for name in ("opens", "closes"):
        moment = local(request, document[f"{name}_at"])
        if moment is not None:
            values |= days.fields(moment, name)
            values[f"{name}_time"] = f"{moment.hour}:{moment.minute:02d}"
    return values


def _put_times(request: Request, document: Document, given: TimesForm) -> Document:
    moments = zip(("opens_at", "closes_at"), given.moments(), strict=True)
    times = {key: at.replace(tzinfo=_zone(request)).isoformat() if at else None for key, at in moments}
    return document | times


def _times_in_words(request: Request, document: Document) -> list[tuple[str, str]]:
    rows = []
    for key, name in (("opens_at", N_("Opens")), ("closes_at", N_("Closes"))):
        moment = local(request, document[key])
        rows.append((translate(lang(request), name), moment_in_words(request, moment) if moment else ""))
    return rows


def moment_in_words(request: Request, moment: datetime) -> str:
    """“Saturday, 1 November 2031, 09:00 – not a working day (New Year)”."""
    language = lang(request)
    written = filters(language, services(request).settings.timezone)
    text = f"{weekday(language, moment)}, {written['datetime'](moment)}"
    day_off = day_off_in_words(language, moment)
    return f"{text} – {day_off}" if day_off else text


def day_off_in_words(language: str, moment: datetime) -> str:
    """Which day off it is; empty on a working day, as far as that is known."""
    holiday = KAZAKHSTAN.holiday(moment.date())
    if holiday is not None:
        return translate(language, N_("public holiday: %(name)s"), name=holiday.name.get(language))
    return "" if KAZAKHSTAN.is_working(moment.date()) else translate(language, N_("not a working day"))


def weekday(language: str, moment: datetime) -> str:
    """The day of the week."""
    return translate(language, _WEEKDAYS[moment.weekday()])


_WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday")
)  # fmt: skip


def _about_times(request: Request) -> dict[str, Any]:
    document = document_of(found_draft(request))
    rows = [row for row in _times_in_words(request, document) if row[1]]
    now = services(request).clock().astimezone(_zone(request))
    return {"chosen": rows, "offset": f"UTC{now:%z}"[:6], "year": now.year}


_times = DraftPage(Part.TIMES, TimesForm, _stored_times, _put_times, _times_in_words, _about_times)

PAGES: tuple[DraftPage[Any], ...] = (_title, _description, _kind, _names, _times)
routes = [spec for page in PAGES for spec in page.routes()]
