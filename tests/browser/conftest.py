"""Chromium and a server on a real port. Their absence is a failure, never a skip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from starlette.responses import PlainTextResponse
from tests.browser.booth import QUESTIONS, Booth, Voters, sign_in
from tests.browser.server import Gate, on_own_port, port_of, serving
from tests.voting.making import MadeVote, make_vote
from tests.web.looking import PATIENCE

from egov_crypto.question import AnyQuestion
from egov_participation.app import create_app, create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database
from egov_participation.mail import NullMailer
from egov_participation.services import Services
from egov_participation.settings import Settings

PHONE = {"width": 360, "height": 740}

NewPage = Callable[..., Page]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """As for every test, with the addresses of a port of this test's own."""
    return on_own_port(Settings.for_tests(tmp_path))


@pytest.fixture
def live_server(services: Services) -> Iterator[Services]:
    """The whole application, served while the test runs at ``settings.base_url`` and ``settings.booth_url``."""
    with serving(create_app(services.settings, services=services), port_of(services.settings)):
        yield services


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[NewPage]:
    """Makes a page of a browser that knows nothing: ``new_page("ru")``. A script that fails fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(lang: str = "en", *, viewport: dict[str, int] | None = None, **options: object) -> Page:
        context = chromium.new_context(locale=lang, viewport=viewport or PHONE, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def voters() -> Voters:
    return Voters()


@pytest.fixture
def gate() -> Gate:
    """Set its ``changes`` to make the line between browser and server go wrong."""
    return Gate(PlainTextResponse("not here", 404))


@pytest.fixture
def questions() -> tuple[AnyQuestion, ...]:
    """Those of the vote; a module that asks others has a fixture of this name."""
    return QUESTIONS


@pytest.fixture
def open_vote(
    settings: Settings,
    database: Database,
    clock: ManualClock,
    outbox: NullMailer,
    voters: Voters,
    gate: Gate,
    questions: tuple[AnyQuestion, ...],
) -> Iterator[MadeVote]:
    """An open vote on a running server; whoever has a voter's cookie is that voter."""
    services = create_services(settings, database=database, clock=clock, mailer=outbox, load_session=voters.load)
    voters.vote = make_vote(services, questions=questions)
    gate.app = create_app(settings, services=services)
    with serving(gate, port_of(settings)):
        yield voters.vote


@pytest.fixture
def enter(open_vote: MadeVote, new_page: NewPage, settings: Settings) -> Callable[..., Booth]:
    """``enter("ru", voter=1)`` opens the booth as that voter; ``opened=False`` leaves that to the test."""

    def go(lang: str = "en", voter: int = 0, *, opened: bool = True, **options: object) -> Booth:
        page = new_page(lang, **options)
        sign_in(page.context, settings.booth_url, voter)
        booth = Booth(page, open_vote.uuid, open_vote.credentials, settings.booth_url, lang)
        return booth.open() if opened else booth

    return go
