"""Routes: each names the action it needs, says to which host name it belongs, and whether it stands under a language.

A room's ``routes.py`` holds ``routes = [route(…), …]``. The guard around every endpoint is here, so none can forget it:
access, cross-site requests, the token of forms, and what caches may keep.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from inspect import iscoroutinefunction

from starlette.concurrency import run_in_threadpool
from starlette.convertors import IntegerConvertor, StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from egov_participation import actions
from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES
from egov_participation.services import Site
from egov_participation.web import csrf, sessions
from egov_participation.web.context import lang, session_or_none
from egov_participation.web.forms import close_form, read_body, read_form
from egov_participation.web.limits import take_more

Endpoint = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]


class Access(StrEnum):
    """What an action makes of a route: who may come at all, and what caches may keep."""

    PUBLIC = "public"
    """Anybody sees the same; the session is not even looked at, so caches may keep it. Reading only."""
    PERSONAL = "personal"
    """Anybody may come, and what they see may depend on their session, if they have one."""
    SIGNED_IN = "signed-in"
    """A session is needed, and the action must be allowed to it: others are sent to sign in, or refused."""


PUBLIC, PERSONAL, SIGNED_IN = Access
MAIN, BOOTH = Site
SAFE_METHODS = frozenset({"GET", "HEAD"})


class _LanguageConvertor(StringConvertor):
    regex = "|".join(LANGUAGES)


class _NumberConvertor(IntegerConvertor):
    """As many digits as every database holds in a number: more are no address, and no fault of the server."""

    regex = "[0-9]{1,9}"


class _LongConvertor(IntegerConvertor):
    """The same for what is counted in 64 bits."""

    regex = "[0-9]{1,18}"


register_url_convertor("language", _LanguageConvertor())
register_url_convertor("int", _NumberConvertor())
register_url_convertor("long", _LongConvertor())


@dataclass(frozen=True)
class RouteSpec:
    """A route as a room states it. `path` is without the language."""

    path: str
    endpoint: Endpoint
    name: str
    action: Action
    methods: frozenset[str]
    site: Site
    localized: bool
    from_main: bool
    menu: str = ""
    from_program: bool = False
    again: Endpoint | None = None
    signed_out: Endpoint | None = None
    max_body: int | None = None
    sender: Callable[[Request], object] | None = None

    @property
    def access(self) -> Access:
        """Who may come at all, by the action."""
        return {Action.READ: PUBLIC, Action.VISIT: PERSONAL}.get(self.action, SIGNED_IN)

    @property
    def full_path(self) -> str:
        """The path that is matched: ``/{lang}`` first where the route stands under a language."""
        return f"/{{lang:language}}{self.path.rstrip('/')}" if self.localized else self.path


def route(
    path: str,
    endpoint: Endpoint,
    action: Action,
    *,
    methods: Sequence[str] = ("GET",),
    site: Site = MAIN,
    localized: bool = True,
    name: str | None = None,
    from_main: bool = False,
    menu: str = "",
    from_program: bool = False,
    again: Endpoint | None = None,
    signed_out: Endpoint | None = None,
    max_body: int | None = None,
    sender: Callable[[Request], object] | None = None,
) -> RouteSpec:
    """State a route.

    Args:
        path: e.g. ``/votes/{uuid}``, without the language.
        endpoint: ``(request) -> response``. A plain function runs in a thread and may use the database; a coroutine
            may only through `reading.read`.
        action: what the table must allow to whoever comes (`actions.RULES`).
        name: for `url_for`; by default ``<room>.<function>``, e.g. ``voting.board``.
        localized: the page stands under ``/kk``, ``/ru``, ``/en``, and its bare address leads to one of them.
        from_main: the one form that the main site posts to the booth's; its body must prove itself, since neither
            origin nor token does.
        menu: of a page of the office, its name (marked with `N_`) in the office's navigation, which shows to each
            official what the action allows to them.
        from_program: a POST of a program that is no browser, such as a mail provider's; its address or body must prove
            itself.
        again: answers in the endpoint's place a form whose token is not that of the session (somebody signed in or out
            meanwhile): with the form as it was filled in, where what was typed must not be lost. It changes nothing.
        signed_out: answers in the endpoint's place a form that comes without a session, where a sign-in alone would
            lose what was typed. Anybody may send it anything: it keeps the text apart, and changes nothing else.
        max_body: bytes that may be sent where `limits.MAX_BODY` is too little: by who may come, and by nobody else.
        sender: raises unless whoever comes is somebody without being signed in, as a trustee is by an invitation; it is
            asked before anything of the body is read.

    Raises:
        ValueError: an `Action.READ` that changes something, `from_main` on the main site, or `max_body` for anybody.
    """
    allowed = frozenset(methods)
    if action is Action.READ and not allowed <= SAFE_METHODS:
        raise ValueError(f"{path}: a route to read may only read")
    if from_main and (site is not BOOTH or allowed != {"POST"}):
        raise ValueError(f"{path}: from_main is for a POST to the booth")
    if max_body is not None and action in (Action.READ, Action.VISIT) and sender is None:
        raise ValueError(f"{path}: whoever sends much is somebody")
    if name is None:
        room = endpoint.__module__.removeprefix("egov_participation.").partition(".")[0]
        name = f"{room}.{endpoint.__name__}"
    return RouteSpec(
        path,
        endpoint,
        name,
        action,
        allowed,
        site,
        localized,
        from_main,
        menu,
        from_program,
        again,
        signed_out,
        max_body,
        sender,
    )


@lru_cache(maxsize=32)  # for the tests, which make many applications of the same routes
def build(specs: tuple[RouteSpec, ...]) -> ASGIApp:
    """The router of one site: the stated routes first, then the bare addresses that lead to a language.

    There are hundreds of routes, and Starlette tries them one after the other: so each word that an address begins
    with, after its language, has a router of its own.
    """
    routes: list[tuple[str | None, BaseRoute]] = [
        (_first_word(s.path), Route(s.full_path, _Guard(s).respond, methods=sorted(s.methods), name=s.name))
        for s in specs
    ]
    bare = dict.fromkeys(s.path for s in specs if s.localized and "GET" in s.methods)
    routes += [(_first_word(path), Route(path, _to_language)) for path in bare]
    routers = {word: _router(routes, word) for word in {word for word, _ in routes}}
    other = routers.get(None) or _router([], None)

    async def find(scope: Scope, receive: Receive, send: Send) -> None:
        # No text has this sign, and PostgreSQL takes none with it.
        if "\0" in scope["path"]:
            raise HTTPException(404)
        if b"%00" in scope["query_string"]:
            raise HTTPException(400)
        first, *rest = scope["path"][1:].split("/", 2)
        word = first if first not in LANGUAGES else rest[0] if rest else ""
        await routers.get(word, other)(scope, receive, send)

    return find


def _first_word(path: str) -> str | None:
    """The first word of a route's path without the language; None if any word may stand there."""
    word = path.split("/", 2)[1]
    return None if "{" in word else word


def _router(routes: list[tuple[str | None, BaseRoute]], word: str | None) -> Router:
    # Starlette's own redirect of slashes names scheme and host as this process sees them, behind whatever proxy.
    fitting = [found for first, found in routes if first is None or first == word]
    return Router(fitting, redirect_slashes=False, default=_without_slash)


class _Guard:
    """Stands around one endpoint: lets in whoever may come, reads what they send, and has the endpoint answer."""

    def __init__(self, spec: RouteSpec) -> None:
        self._spec = spec
        self._public = spec.access is PUBLIC
        self._waits = not self._public or not iscoroutinefunction(spec.endpoint)

    async def respond(self, request: Request) -> Response:
        """The answer to a request."""
        request.state.public = self._public
        try:
            unread = None
            if request.method not in SAFE_METHODS:
                elsewhere = await self._before_reading(request)
                if elsewhere is not None:
                    return elsewhere
                unread = await _read(request)
            # One way to a thread and back for the session and what answers: each costs a wait for the interpreter.
            found = (
                await run_in_threadpool(self._answer, request, unread) if self._waits else self._answer(request, unread)
            )
            response = found if isinstance(found, Response) else await found
        finally:
            await close_form(request)
        if not self._public:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    async def _before_reading(self, request: Request) -> Response | None:
        """Refuse what other sites send, and where much may be sent, whoever may not come: much is read of nobody who
        may not; a little costs less than to ask first.
        """
        spec = self._spec
        if spec.from_program:
            csrf.check_program(request)
        else:
            csrf.check_origin(request, from_main=spec.from_main)
        elsewhere = await run_in_threadpool(self._admit, request, keeping=False) if spec.max_body else None
        if isinstance(elsewhere, Response):
            return elsewhere
        if spec.sender is not None:
            await run_in_threadpool(spec.sender, request)
        if spec.max_body is not None:
            take_more(request.scope, spec.max_body)
        return None

    def _answer(self, request: Request, unread: HTTPException | None) -> Response | Awaitable[Response]:
        found = self._enter(request, unread)
        return found if isinstance(found, Response) else found(request)

    def _enter(self, request: Request, unread: HTTPException | None) -> Response | Endpoint:
        """What answers whoever may come."""
        writes = request.method not in SAFE_METHODS
        elsewhere = self._admit(request, keeping=writes and unread is None)
        if elsewhere is not None:
            if not isinstance(elsewhere, Response):
                read_form(request)
            return elsewhere
        if unread is not None:
            raise unread
        if writes:
            read_form(request)
            if not self._spec.from_main:
                try:
                    csrf.check_token(request)
                except DomainError:
                    if self._spec.again is None:
                        raise
                    return self._spec.again
        return self._spec.endpoint

    def _admit(self, request: Request, *, keeping: bool) -> Response | Endpoint | None:
        """Let in whoever may come (None); else the answer that leads elsewhere first, or what keeps their form."""
        if self._public:
            return None
        request.state.session = sessions.load(request)
        if self._spec.access is not SIGNED_IN:
            return None
        found = session_or_none(request)
        if found is None:
            keeps = self._spec.signed_out if keeping else None
            return keeps or sessions.sign_in_first(request)
        if not actions.may(self._spec.action, found.roles):
            way = sessions.enter_office_first(request, found)
            if way is not None:
                return way
        actions.check(self._spec.action, found.capacity, found.roles)
        return None


async def _read(request: Request) -> HTTPException | None:
    """Read the body; that it is too long is said later, and only to whoever may come at all."""
    try:
        await read_body(request)
    except HTTPException as error:
        return error
    return None


async def _without_slash(scope: Scope, receive: Receive, send: Send) -> None:
    """What no route matches: ``/kk/votes/`` leads to ``/kk/votes``, all else is 404."""
    path = scope["path"]
    if not path.endswith("/") or path == "/" or path.startswith("//"):
        raise HTTPException(404)
    await RedirectResponse(_with_query(path.rstrip("/"), Request(scope)), 308)(scope, receive, send)


def _with_query(path: str, request: Request) -> str:
    return f"{path}?{request.url.query}" if request.url.query else path


async def _to_language(request: Request) -> Response:
    headers = {"Vary": "Cookie, Accept-Language", "Cache-Control": "no-store"}
    path = f"/{lang(request)}{request.url.path.rstrip('/')}"
    return RedirectResponse(_with_query(path, request), 302, headers)
