"""Addresses of pages and files, made from names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote_plus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from egov_participation.actions import Action
from egov_participation.i18n import LANGUAGES
from egov_participation.services import Site
from egov_participation.settings import Settings
from egov_participation.web.context import lang, site
from egov_participation.web.routing import RouteSpec


@dataclass(frozen=True)
class LanguageLink:
    """One entry of the language switch."""

    lang: str
    name: str
    current: bool
    url: str
    """The same page in this language, in full: for ``hreflang``."""
    choose: str
    """Goes there and remembers the choice."""


class Addresses:
    """Knows every route by its name."""

    def __init__(self, specs: Iterable[RouteSpec], settings: Settings) -> None:
        specs = list(specs)
        pages = [spec for spec in specs if spec.menu]
        # What every official may look at is no work of theirs: but for the front page it stands below what is.
        pages.sort(key=lambda spec: spec.action is Action.ENTER_OFFICE and spec.path != "/office")
        self.office_pages = tuple(pages)
        """What stands in the office's navigation: the front page, the rooms' pages in their order, and the rest."""
        self._routes = {spec.name: (spec, _route(spec)) for spec in specs}
        self._origins = {Site.MAIN: settings.base_url, Site.BOOTH: settings.booth_url}

    def url_for(self, request: Request, name: str, **params: object) -> str:
        """The address of a route, in the request's language or in ``lang=``: a path, in full only for the other host.

        Raises:
            KeyError: no route has this name.
            NoMatchFound: the parameters are not the route's.
        """
        spec, route = self._routes[name]
        if spec.localized:
            params.setdefault("lang", lang(request))
        path = str(route.url_path_for(name, **params))
        return path if spec.site is site(request) else self._origins[spec.site] + path

    def languages(self, request: Request) -> tuple[LanguageLink, ...]:
        """The page being shown in every language; empty where an address has no language in it."""
        return _languages(self._origins[site(request)], request.scope["path"], request.scope["query_string"])


@lru_cache(maxsize=2000)  # for the tests, which make many applications of the same routes
def _route(spec: RouteSpec) -> Route:
    return Route(spec.full_path, spec.endpoint, name=spec.name)


@lru_cache(maxsize=1000)
def _languages(origin: str, path: str, query: bytes) -> tuple[LanguageLink, ...]:
    _, here, *rest = path.split("/")
    if here not in LANGUAGES:
        return ()
    # A query is percent-encoded ASCII; whatever else is in it is not repeated.
    end = "".join(f"/{part}" for part in rest) + (f"?{query.decode('ascii', 'replace')}" if query else "")
    return tuple(
        LanguageLink(
            lang=code,
            name=name,
            current=code == here,
            url=f"{origin}/{code}{end}",
            choose=f"/language/{code}?to={quote_plus(f'/{code}{end}')}",
        )
        for code, name in LANGUAGES.items()
    )


def address(request: Request, name: str, **params: object) -> str:
    """The address of a page by its route's name.

    Raises:
        KeyError, NoMatchFound: see `Addresses.url_for`.
    """
    addresses: Addresses = request.app.state.addresses
    return addresses.url_for(request, name, **params)


def to(request: Request, name: str, **params: object) -> Response:
    """On to a page, after something was saved."""
    return RedirectResponse(address(request, name, **params), 303)
