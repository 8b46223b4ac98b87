"""Addresses of pages and files, made from names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.routing import Route

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
        self._routes = {s.name: (s, Route(s.full_path, s.endpoint, name=s.name)) for s in specs}
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

    def languages(self, request: Request) -> list[LanguageLink]:
        """The page being shown in every language; empty where an address has no language in it."""
        _, language, *rest = request.url.path.split("/")
        if language not in LANGUAGES:
            return []
        query = f"?{request.url.query}" if request.url.query else ""

        def page(code: str) -> str:
            return "/".join(["", code, *rest]) + query

        return [
            LanguageLink(
                lang=code,
                name=name,
                current=code == lang(request),
                url=f"{self._origins[site(request)]}{page(code)}",
                choose=f"/language/{code}?{urlencode({'to': page(code)})}",
            )
            for code, name in LANGUAGES.items()
        ]
