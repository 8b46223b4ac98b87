"""A small application of its own: a few routes that show what the web around every room does."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from jinja2 import DictLoader
from pydantic import BaseModel, Field, field_validator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from egov_participation.actions import Action
from egov_participation.app import create_app
from egov_participation.errors import DomainError
from egov_participation.services import Services, SessionInfo, Site
from egov_participation.web.context import session, session_or_none
from egov_participation.web.forms import Form, body, parse, upload
from egov_participation.web.routing import BOOTH, RouteSpec, route
from egov_participation.web.templating import render

TEMPLATES = {
    "macros.html": "{% macro list(name) %}<ul>{{ name }}</ul>{% endmacro %}",
    "layout.html": (
        "{% import 'macros.html' as ui %}{{ _('Please sign in') }}|{{ lang }}|"
        "{% for l in languages %}{{ l.lang }}={{ l.url }},{{ l.choose }};{% endfor %}{% block list %}{% endblock %}"
    ),
    "page.html": "{% extends 'layout.html' %}{% block list %}{{ ui.list(name) }}{% endblock %}",
    "form.html": (
        "<form>{{ csrf_field() }}{{ form.values.get('name') }}|"
        "{{ form.errors.get('name') }}|{{ form.errors.get('tags') }}</form>"
    ),
    "broken.html": "{% if nothing %}{% endif %}{{ nobody_passed_this }}",
    "error.html": ("<h1>{{ title }}</h1><p>{{ message }}</p>{% if reference %}<code>{{ reference }}</code>{% endif %}"),
}


class PersonForm(BaseModel):
    name: str = Field(min_length=2)
    tags: list[str] = Field(default=[], max_length=2)

    @field_validator("name")
    @classmethod
    def _no_digits(cls, value: str) -> str:
        if any(letter.isdigit() for letter in value):
            raise ValueError("This page does not exist")
        return value


def page(request: Request) -> Response:
    return render(request, "page.html", block="list", name=request.query_params.get("name", "Абай & <b>"))


def refuse(_request: Request) -> Response:
    raise DomainError(
        409, "What you sent is larger than the %(limit)s we accept. Nothing was changed.", code="x.y", limit=7
    )


def crash(_request: Request) -> Response:
    raise RuntimeError("secret@example.org")


def who(request: Request) -> Response:
    found = session_or_none(request)
    return PlainTextResponse(found.person_id if found else "nobody")


def me(request: Request) -> Response:
    return PlainTextResponse(session(request).person_id)


def form_page(request: Request) -> Response:
    return render(request, "form.html", form=Form(values={"name": ""}))


def form_post(request: Request) -> Response:
    form = parse(request, PersonForm)
    if form.data is None:
        return render(request, "form.html", status=422, form=form)
    return PlainTextResponse(f"{form.data.name} {form.data.tags} {upload(request, 'file')!r}")


def raw(request: Request) -> Response:
    return PlainTextResponse(str(len(body(request))))


async def asynchronous(_request: Request) -> Response:
    return PlainTextResponse("async")


def broken(request: Request) -> Response:
    return render(request, "broken.html")


def looks_at_session(request: Request) -> Response:
    return PlainTextResponse(str(session_or_none(request)))


ROUTES = [
    route("/", page, Action.READ, name="test.home"),
    route("/page", page, Action.READ, name="test.page"),
    route("/page/{ref}", page, Action.READ, name="test.thing"),
    route("/refuse", refuse, Action.READ),
    route("/crash", crash, Action.READ),
    route("/broken", broken, Action.READ),
    route("/looks", looks_at_session, Action.READ),
    route("/async", asynchronous, Action.READ),
    route("/who", who, Action.VISIT),
    route("/me", me, Action.MANAGE_ACCOUNT),
    route("/form", form_page, Action.VISIT),
    route("/form", form_post, Action.VISIT, methods=("POST",), name="test.form_post"),
    route("/account", form_post, Action.MANAGE_ACCOUNT, methods=("POST",), name="test.account"),
    route("/raw", raw, Action.VISIT, methods=("POST",), localized=False),
    route("/files/all", raw, Action.VISIT, methods=("POST",), name="test.all_files"),
    route("/files/{name}", raw, Action.MANAGE_ACCOUNT, methods=("POST",), name="test.files", max_body=3_000_000),
    route("/api/v1/refuse", refuse, Action.READ, localized=False, name="test.api_refuse"),
    route("/page", page, Action.READ, site=BOOTH, name="test.booth_page"),
    route("/me", me, Action.MANAGE_ACCOUNT, site=BOOTH, name="test.booth_me"),
    route(
        "/handoff",
        raw,
        Action.VISIT,
        methods=("POST",),
        site=BOOTH,
        localized=False,
        from_main=True,
        name="test.handoff",
    ),
]


def load_session(_services: Services, site: Site, token: str) -> SessionInfo | None:
    """One session is open on each host: ``main-token`` and ``booth-token``."""
    if token != f"{site}-token":
        return None
    moment = datetime(2024, 10, 6, tzinfo=UTC)
    return SessionInfo("aigerim", f"hash of {token}", moment, moment, assurance=1)


@pytest.fixture
def services(services: Services) -> Services:
    return dataclasses.replace(services, load_session=load_session)


def small_app(services: Services, routes: Iterable[RouteSpec] = tuple(ROUTES), *, debug: bool = False) -> Starlette:
    return create_app(services.settings, services=services, routes=routes, templates=DictLoader(TEMPLATES), debug=debug)


@pytest.fixture
def app(services: Services) -> Starlette:
    """The routes above, with errors answered as in production."""
    return small_app(services)


@pytest.fixture
def signed_in(client: TestClient) -> TestClient:
    """The main site's browser with a session."""
    client.cookies.set("session", "main-token")
    return client
