"""The application: the one place where everything is put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from jinja2 import BaseLoader
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Host, Mount
from starlette.types import ASGIApp

from egov_participation import logs, paths, rooms
from egov_participation.clock import Clock, system_clock
from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.identity import service as identity
from egov_participation.jobs import Worker
from egov_participation.mail import Mailer, mailer_for
from egov_participation.registrar.interface import Registrar
from egov_participation.registrar.service import in_process
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.service import EmbeddedRegistry, Registry
from egov_participation.services import Services, SessionLoader, Site
from egov_participation.settings import Settings
from egov_participation.web.addresses import Addresses
from egov_participation.web.errors import UnexpectedErrorMiddleware, domain_error, http_error
from egov_participation.web.health import health
from egov_participation.web.language import LanguageMiddleware, choose
from egov_participation.web.limits import BodyLimitMiddleware
from egov_participation.web.requestlog import RequestLogMiddleware
from egov_participation.web.routing import RouteSpec, build, route
from egov_participation.web.security import SiteMiddleware
from egov_participation.web.static import CachedStaticFiles
from egov_participation.web.templating import Templates


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
    return Services(
        settings=settings,
        database=database,
        clock=clock,
        mailer=mailer or mailer_for(settings, database, clock),
        load_session=load_session or identity.load_session,
        registry=registry or EmbeddedRegistry(IinKeys.open(settings.keys_dir)),
        registrar=registrar or in_process(settings, database, clock),
    )


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
    logs.configure()
    services = services or create_services(settings)
    rooms.load("tasks")
    specs = [*_platform_routes(), *(room_routes() if routes is None else routes)]
    addresses = Addresses(specs, settings)
    app = Starlette(
        debug=debug,
        routes=[Mount("/static", _static_files()), *_hosts(specs, settings)],
        middleware=[
            Middleware(RequestLogMiddleware),
            Middleware(SiteMiddleware, settings=settings),
            Middleware(LanguageMiddleware),
            Middleware(UnexpectedErrorMiddleware),
            Middleware(BodyLimitMiddleware),
        ],
        exception_handlers={HTTPException: http_error, DomainError: domain_error},
        lifespan=_lifespan,
    )
    app.state.services = services
    app.state.addresses = addresses
    app.state.templates = Templates(services, addresses, templates)
    return app


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
        spec
        for site in Site
        for spec in (
            route("/health", health, site=site, localized=False, name=f"{site}.health"),
            route("/language/{lang:language}", choose, site=site, localized=False, name=f"{site}.language"),
        )
    ]


def _hosts(specs: list[RouteSpec], settings: Settings) -> list[Host]:
    """Each host has its own routes and no other's."""
    origins = {Site.MAIN: settings.base_url, Site.BOOTH: settings.booth_url}
    return [
        Host(str(urlsplit(origin).hostname), build(spec for spec in specs if spec.site is site))
        for site, origin in origins.items()
    ]


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    services: Services = app.state.services
    worker = Worker(services)
    if services.settings.worker:
        worker.start()
    try:
        yield
    finally:
        worker.stop()
        services.database.close()
