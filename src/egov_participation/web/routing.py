"""Routes: each says who may come, to which host name, and whether it stands under a language.

A room's ``routes.py`` holds ``routes = [route(…), …]``. The guard around every endpoint is here, so none can forget it:
access, cross-site requests, the token of forms, and what caches may keep.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from inspect import iscoroutinefunction
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

from egov_participation.i18n import LANGUAGES
from egov_participation.services import Site
from egov_participation.web import csrf, sessions
from egov_participation.web.context import lang
from egov_participation.web.forms import read_body

Endpoint = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]


class Access(StrEnum):
    """Who may come."""

    PUBLIC = "public"
    """Anybody sees the same; the session is not even looked at, so caches may keep it. Reading only."""
    PERSONAL = "personal"
    """Anybody may come, and what they see may depend on their session, if they have one."""
    SIGNED_IN = "signed-in"
    """A session is needed: others are sent to sign in."""


PUBLIC, PERSONAL, SIGNED_IN = Access
MAIN, BOOTH = Site
SAFE_METHODS = frozenset({"GET", "HEAD"})


class _LanguageConvertor(StringConvertor):
    regex = "|".join(LANGUAGES)


register_url_convertor("language", _LanguageConvertor())


@dataclass(frozen=True)
class RouteSpec:
    """A route as a room states it. `path` is without the language."""

    path: str
    endpoint: Endpoint
    name: str
    methods: frozenset[str]
    access: Access
    site: Site
    localized: bool
    from_main: bool

    @property
    def full_path(self) -> str:
        """The path that is matched: ``/{lang}`` first where the route stands under a language."""
        return f"/{{lang:language}}{self.path.rstrip('/')}" if self.localized else self.path


def route(
    path: str,
    endpoint: Endpoint,
    *,
    methods: Sequence[str] = ("GET",),
    access: Access = PUBLIC,
    site: Site = MAIN,
    localized: bool = True,
    name: str | None = None,
    from_main: bool = False,
) -> RouteSpec:
    """State a route.

    Args:
        path: e.g. ``/votes/{uuid}``, without the language.
        endpoint: ``(request) -> response``. A plain function runs in a thread and may use the database; a coroutine
            may not.
        name: for `url_for`; by default ``<room>.<function>``, e.g. ``voting.board``.
        localized: the page stands under ``/kk``, ``/ru``, ``/en``, and its bare address leads to one of them.
        from_main: the one form that the main site posts to the booth's; its body must prove itself, since neither
            origin nor token does.

    Raises:
        ValueError: a PUBLIC route that changes something, or `from_main` on the main site.
    """
    allowed = frozenset(methods)
    if access is PUBLIC and not allowed <= SAFE_METHODS:
        raise ValueError(f"{path}: a PUBLIC route may only read")
    if from_main and (site is not BOOTH or allowed != {"POST"}):
        raise ValueError(f"{path}: from_main is for a POST to the booth")
    if name is None:
        room = endpoint.__module__.removeprefix("egov_participation.").partition(".")[0]
        name = f"{room}.{endpoint.__name__}"
    return RouteSpec(path, endpoint, name, allowed, access, site, localized, from_main)


def build(specs: Iterable[RouteSpec]) -> Router:
    """The router of one site: the stated routes first, then the bare addresses that lead to a language."""
    specs = list(specs)
    routes: list[BaseRoute] = [Route(s.full_path, _guarded(s), methods=sorted(s.methods), name=s.name) for s in specs]
    bare = dict.fromkeys(s.path for s in specs if s.localized and "GET" in s.methods)
    routes += [Route(path, _to_language) for path in bare]
    # Starlette's own redirect of slashes names scheme and host as this process sees them, behind whatever proxy.
    return Router(routes, redirect_slashes=False, default=_without_slash)


def _guarded(spec: RouteSpec) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        changes = request.method not in SAFE_METHODS
        if changes:
            csrf.check_origin(request, from_main=spec.from_main)
        if spec.access is not PUBLIC:
            request.state.session = await run_in_threadpool(sessions.load, request)
        if spec.access is SIGNED_IN and request.state.session is None:
            return sessions.sign_in_first(request)
        try:
            if changes:
                await read_body(request)
                if not spec.from_main:
                    csrf.check_token(request)
            response = await _answer(spec.endpoint, request)
        finally:
            await request.close()  # the uploaded files of a form
        if spec.access is not PUBLIC:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return endpoint


async def _without_slash(scope: Scope, receive: Receive, send: Send) -> None:
    """What no route matches: ``/kk/votes/`` leads to ``/kk/votes``, all else is 404."""
    path = scope["path"]
    if not path.endswith("/") or path == "/" or path.startswith("//"):
        raise HTTPException(404)
    await RedirectResponse(_with_query(path.rstrip("/"), Request(scope)), 308)(scope, receive, send)


def _with_query(path: str, request: Request) -> str:
    return f"{path}?{request.url.query}" if request.url.query else path


async def _answer(endpoint: Endpoint, request: Request) -> Response:
    if iscoroutinefunction(endpoint):
        return await cast(Callable[[Request], Awaitable[Response]], endpoint)(request)
    return await run_in_threadpool(cast(Callable[[Request], Response], endpoint), request)


async def _to_language(request: Request) -> Response:
    headers = {"Vary": "Cookie, Accept-Language", "Cache-Control": "no-store"}
    path = f"/{lang(request)}{request.url.path.rstrip('/')}"
    return RedirectResponse(_with_query(path, request), 302, headers)
