"""Which language a request is answered in: its address says, else the cookie, else the browser, else Kazakh."""

from __future__ import annotations

from babel import negotiate_locale
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from egov_participation.i18n import DEFAULT_LANGUAGE, LANGUAGES
from egov_participation.web.context import services

COOKIE = "lang"
_YEAR = 365 * 24 * 3600


class LanguageMiddleware:
    """Puts the language into ``request.state.lang``, for pages and errors alike."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("state", {})["lang"] = of_path(scope["path"]) or preferred(Request(scope))
        await self.app(scope, receive, send)


def of_path(path: str) -> str | None:
    """The language that an address begins with."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in LANGUAGES else None


def preferred(request: Request) -> str:
    """The language for an address that names none."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return negotiate_locale(_accepted(request), list(LANGUAGES), sep="-") or DEFAULT_LANGUAGE


def _accepted(request: Request) -> list[str]:
    """The languages of Accept-Language, the dearest first; what cannot be read is left out."""
    wishes: list[tuple[float, str]] = []
    for entry in request.headers.get("accept-language", "").split(",")[:20]:
        tag, _, weight = entry.strip().lower().partition(";q=")
        try:
            wishes.append((float(weight or 1), tag))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(wishes, key=lambda wish: -wish[0]) if tag and weight > 0]


def choose(request: Request) -> Response:
    """``/language/{lang}?to=/ru/votes``: remember the language and go on to that page of this site."""
    lang = request.path_params["lang"]
    to = request.query_params.get("to", "")
    # A path under this language, nothing that a browser could take for another host.
    target = to if to.startswith((f"/{lang}/", f"/{lang}?")) and "\\" not in to else f"/{lang}"
    response = RedirectResponse(target, 303, {"Cache-Control": "no-store"})
    response.set_cookie(COOKIE, lang, _YEAR, secure=services(request).settings.https, httponly=True, samesite="lax")
    return response
