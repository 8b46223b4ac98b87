"""The application: the one place where everything is put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from jinja2 import BaseLoader
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from egov_participation import logs, paths, rooms, tracing
from egov_participation.actions import Action
from egov_participation.clock import Clock, system_clock
from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.identity import service as identity
from egov_participation.jobs import Worker
from egov_participation.jurisdiction import site
from egov_participation.ledger.service import Sequencer
from egov_participation.mail import Mailer, mailer_for
from egov_participation.registrar.client import RemoteRegistrar
from egov_participation.registrar.interface import Registrar
from egov_participation.registrar.service import in_process
from egov_participation.registry.service import CorrectedRegistry, Registry, registry_for
from egov_participation.roles import service as roles
from egov_participation.search.pages import index_pages
from egov_participation.services import Services, SessionLoader, Site
from egov_participation.settings import Settings
from egov_participation.web import health as watching
from egov_participation.web.addresses import Addresses
from egov_participation.web.cache import PageCacheMiddleware
from egov_participation.web.errors import UnexpectedErrorMiddleware, domain_error, http_error
from egov_participation.web.language import LanguageMiddleware, choose
from egov_participation.web.limits import BodyLimitMiddleware
from egov_participation.web.reading import Readings
from egov_participation.web.requestlog import RequestLogMiddleware
from egov_participation.web.routing import RouteSpec, build, route
from egov_participation.web.security import SiteMiddleware
from egov_participation.web.static import CachedStaticFiles
from egov_participation.web.templating import Templates

_ALIKE = frozenset(path[1:] for path in ("/static", *watching.PATHS))
"""First words of addresses that are the same on both hosts."""
_NO_TEXT = {"/", "/petitions", "/consultations"}
"""Pages of the room home that list what is elsewhere."""
_TEXTS = {"observe.how", "observe.receipt"}
"""Pages of text of other rooms. They are indexed once, at the start: so none that tells how things stand."""


def create_services(
    settings: Settings,
    *,
    database: Database | None = None,
    clock: Clock = system_clock,
    mailer: Mailer | None = None,
    load_session: SessionLoader | None = None,
    registry: Registry | None = None,
    registrar: Registrar | None = None,
) -> Services:
    """The services that `settings` ask for; what is given takes the place of the usual one."""
    database = database or Database(settings.database_url)
    mailer = mailer or mailer_for(settings, database, clock)
    registry = registry or registry_for(settings, database, clock)
    return Services(
        settings=settings,
        database=database,
        clock=clock,
        mailer=mailer,
        load_session=load_session or identity.load_session,
        is_entrusted=roles.is_entrusted,
        registry=CorrectedRegistry(registry),
        registrar=registrar or _registrar(settings, database, clock, registry, mailer),
    )


def _registrar(settings: Settings, database: Database, clock: Clock, registry: Registry, mailer: Mailer) -> Registrar:
    """The registrar's own process where its address is set; else one inside, which only the demo may serve with."""
    if settings.registrar_url and settings.registrar_token_file is not None:
        return RemoteRegistrar(settings.registrar_url, settings.registrar_token_file)
    return in_process(settings, clock, registry=registry, registry_database=database, mailer=mailer)


def create_app(
    settings: Settings,
    *,
    services: Services | None = None,
    routes: Iterable[RouteSpec] | None = None,
    templates: BaseLoader | None = None,
    debug: bool = False,
) -> Starlette:
    """The whole application on a migrated database.

    Args:
        services: other ones than `create_services` makes of the settings.
        routes: instead of every room's (a test mounts the few it needs).
        templates: instead of the project's folder.
        debug: unexpected errors are raised again after they were answered, so that a test fails with them.
    """
    logs.configure(settings.log_format, settings.log_level)
    services = services or create_services(settings)
    rooms.load("tasks")
    specs = [*_platform_routes(), *(room_routes() if routes is None else routes)]
    addresses = Addresses(specs, settings)
    app = Starlette(
        debug=debug,
        routes=[*_sites(specs), Mount("/static", _static_files()), *watching.ROUTES],
        middleware=[
            Middleware(
                PageCacheMiddleware,
                database=services.database,
                clock=services.clock,
                seconds=settings.page_cache,
            ),
            Middleware(RequestLogMiddleware, settings=settings),
            Middleware(SiteMiddleware, settings=settings, beside=watching.PATHS),
            Middleware(LanguageMiddleware),
            Middleware(UnexpectedErrorMiddleware),
            Middleware(BodyLimitMiddleware),
        ],
        exception_handlers={HTTPException: http_error, DomainError: domain_error},
        lifespan=_lifespan,
    )
    app.state.services = services
    app.state.addresses = addresses
    app.state.readings = Readings(services)
    app.state.texts = [spec.path for spec in specs if _is_text(spec)]
    app.state.templates = Templates(services, addresses, templates, site.place(settings))
    return app


def from_environment() -> Starlette:
    """The application of one of several processes (`egov serve --workers`)."""
    settings = Settings()
    logs.take_over(settings.log_format, settings.log_level)
    return create_app(settings)


def index_texts(app: Starlette) -> None:
    """Let search find the pages of text as this version says them: a part of the background work, done at its start."""
    index_pages(app, app.state.services, app.state.texts)


def _is_text(spec: RouteSpec) -> bool:
    """Whether the route is one of the pages of text that search finds: help, promises, how to observe."""
    text = (spec.name.startswith("home.") and spec.path not in _NO_TEXT) or spec.name in _TEXTS
    return text and spec.action is Action.READ and spec.localized


def _static_files() -> ASGIApp:
    """Compressed on the way: a phone loads 20 KB of style sheet instead of 145.

    Pages are not: they hold secrets, and a compressed length would tell of them to whoever can add to the page.
    """
    return GZipMiddleware(CachedStaticFiles(directory=paths.static_dir().resolve()))


def room_routes() -> list[RouteSpec]:
    """Every room's routes."""
    return [spec for module in rooms.load("routes") for spec in module.routes]


def _platform_routes() -> list[RouteSpec]:
    """What both hosts answer, whatever the rooms are."""
    return [
        route("/language/{lang:language}", choose, Action.READ, site=site, localized=False, name=f"{site}.language")
        for site in Site
    ]


def _sites(specs: list[RouteSpec]) -> list[_OfSite]:
    return [_OfSite(site, build(tuple(spec for spec in specs if spec.site is site))) for site in Site]


class _OfSite(BaseRoute):
    """One host's routes and no other's; which host it is, `SiteMiddleware` has found out."""

    def __init__(self, site: Site, router: ASGIApp) -> None:
        self.site = site
        self.router = router

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Everything that was asked of that host, but for what both have alike."""
        asked = scope["state"]["site"] is self.site and scope["path"][1:].split("/", 1)[0] not in _ALIKE
        return (Match.FULL if asked else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the host's own router find the route."""
        await self.router(scope, receive, send)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    services: Services = app.state.services
    worker, sequencer = Worker(services), Sequencer(services)
    if services.settings.worker:
        worker.start()
        sequencer.start()
        await run_in_threadpool(index_texts, app)
    try:
        with tracing.exporting(services.settings.otlp_endpoint):
            yield
    finally:
        worker.stop()
        sequencer.stop()
        services.registry.close()
        services.registrar.close()
        services.database.close()
