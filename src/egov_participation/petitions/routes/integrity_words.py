"""What the pages about signatures that are doubted say of them, in the reader's words."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_skeleton
from starlette.requests import Request

from egov_participation.formats import filters
from egov_participation.i18n import LOCALES, N_, translate
from egov_participation.jurisdiction.territories import place
from egov_participation.petitions.integrity_forms import ProposeForm, UndoForm
from egov_participation.petitions.models import Petition
from egov_participation.petitions.rules import integrity
from egov_participation.petitions.rules.integrity import CODE_NAMES, Code, Filter
from egov_participation.petitions.service import casework, lookup
from egov_participation.petitions.service.invalidating import DryRun
from egov_participation.results import figures
from egov_participation.results.figures import Figure
from egov_participation.web.context import lang, services
from egov_participation.web.forms import Form


def title(request: Request, petition: Petition) -> str:
    """What a petition is called in the reader's language, or in the one that it was written in."""
    with services(request).database.read() as db:
        texts = lookup.texts(db, petition)
    text = texts.get(lang(request)) or next(iter(texts.values()), None)
    return text.title if text else ""


def codes(request: Request) -> list[tuple[str, str]]:
    """Why signatures may not count: value and words."""
    return [(code.value, translate(lang(request), name)) for code, name in CODE_NAMES.items()]


def region(request: Request, code: str) -> str:
    """What a region is called."""
    if found := place(code):
        return found.name(lang(request))
    return translate(lang(request), N_("Elsewhere")) if code == "other" else code


def code_fact(request: Request, code: Code) -> tuple[str, str]:
    """Why, as a line."""
    return translate(lang(request), N_("The reason")), translate(lang(request), CODE_NAMES[code])


def facts(request: Request, code: Code, which: Filter) -> list[tuple[str, str]]:
    """What a filter says, a line each."""
    language = lang(request)
    written = filters(language, services(request).settings.timezone)
    facts = [
        (N_("Network"), which.network[: integrity.LABEL_SIZE]),
        (N_("From"), written["datetime"](which.since) if which.since else ""),
        (N_("Until before"), written["datetime"](which.until) if which.until else ""),
        (N_("Day"), written["date"](which.day) if which.day else ""),
        (N_("Region"), region(request, which.region) if which.region else ""),
    ]
    named = [(translate(language, label), value) for label, value in facts if value]
    return [code_fact(request, code), *named]


def examples(request: Request, found: DryRun) -> list[tuple[str, str, str, str]]:
    """Signatures of a dry run, a line each."""
    written = filters(lang(request), services(request).settings.timezone)
    return [
        (
            written["date"](one.day),
            written["time"](one.hour) if one.hour else "–",
            region(request, one.region),
            one.network or "–",
        )
        for one in found.examples
    ]


def hours(request: Request, by_hour: list[tuple[datetime, int]]) -> Figure:
    """Signatures by hour, as a chart with its table."""
    here, language = services(request), lang(request)
    written = filters(language, here.settings.timezone)
    steps = tuple((written["time"](hour), written["datetime"](hour), number) for hour, number in by_hour)
    day: date = here.day(by_hour[-1][0])
    source = translate(
        language,
        N_("Source: signatures as they came in, until %(day)s; withdrawn ones are left out."),
        day=format_skeleton("yMMMd", day, locale=LOCALES[language]),
    )
    head = (translate(language, N_("Hour that begins at")), translate(language, N_("Signatures")))
    return figures.over_time(language, "hours", translate(language, N_("Signatures by hour")), head, steps, source)


def check_names_nobody(request: Request, form: Form[ProposeForm] | Form[UndoForm]) -> None:
    """What is public for good holds nobody's personal data: then it is written otherwise."""
    for doubt in casework.personal_data_in(form.data.reason if form.data else ""):
        form.errors.setdefault("reason", translate(lang(request), doubt))
