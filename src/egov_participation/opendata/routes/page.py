"""The page of open data: what data sets there are, what is in them, under which licence, and how to cite them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.formats import filters
from egov_participation.i18n import N_, ntranslate, translate
from egov_participation.opendata import licences, service
from egov_participation.opendata.catalogue import publisher
from egov_participation.opendata.datasets import DATASETS, Dataset, Name
from egov_participation.opendata.service import Standing
from egov_participation.opendata.service.sources import PETITION_SOURCES
from egov_participation.voting.wording import file_size
from egov_participation.web.context import lang, services
from egov_participation.web.routing import route
from egov_participation.web.templating import render


@dataclass(frozen=True, slots=True)
class Shown:
    """A data set as the page shows it."""

    dataset: Dataset
    standing: Standing
    holds: str
    """How many things it is about, in words."""
    columns: list[tuple[str, str]]
    """Names, several of one meaning together, and what they mean."""


def data(request: Request) -> Response:
    """Every data set."""
    here, language = services(request), lang(request)
    shown = [_shown(one, language) for one in service.standings(here)]
    return render(
        request,
        "opendata/data.html",
        shown=shown,
        licence=here.settings.data_licence,
        licence_name=licences.name_of(here.settings.data_licence),
        publisher=publisher(here.settings)["name"][language],
    )


def _shown(one: Standing, language: str) -> Shown:
    dataset = DATASETS[one.name]
    columns = [(", ".join(field.columns), translate(language, field.about)) for field in dataset.fields]
    return Shown(dataset, one, _holds(one, language), columns)


def _holds(one: Standing, language: str) -> str:
    number = filters(language, "UTC")["number"]
    if one.name == Name.TERRITORIES:
        return ntranslate(language, "%(num)s territory", "%(num)s territories", one.items)
    if one.name == Name.LOG:
        return ntranslate(language, "%(num)s entry", "%(num)s entries", one.items)
    if one.name == Name.INCIDENTS:
        return ntranslate(language, "%(num)s report", "%(num)s reports", one.items)
    if one.name in PETITION_SOURCES:
        return ntranslate(language, "%(num)s petition", "%(num)s petitions", one.items)
    if one.name == Name.CONSULTATIONS:
        return ntranslate(language, "%(num)s consultation", "%(num)s consultations", one.items)
    if one.name == Name.CONSULTATION_COMMENTS:
        return translate(language, N_("Comments: %(count)s"), count=number(one.items))
    if one.name == Name.CONSULTATION_REPLIES:
        return translate(language, N_("Replies: %(count)s"), count=number(one.items))
    said = ntranslate(language, "%(num)s vote", "%(num)s votes", one.items)
    return f"{said}, {file_size(one.size, language)}" if one.size else said


routes = [route("/data", data, Action.READ)]
