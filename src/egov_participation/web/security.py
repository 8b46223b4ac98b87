"""Which host was asked, and the headers that tell browsers what its pages may do."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from egov_participation.services import Site
from egov_participation.settings import Settings

_YEAR = 365 * 24 * 3600


class SiteMiddleware:
    """Tells the two hosts apart (``request.state.site``), refuses others with 421, and sets each one's headers.

    Args:
        beside: paths that are answered whatever the host name: who watches the machine asks it by its address.
    """

    def __init__(self, app: ASGIApp, settings: Settings, beside: AbstractSet[str] = frozenset()) -> None:
        self.app = app
        self._beside = beside
        origins = {settings.base_url: Site.MAIN, settings.booth_url: Site.BOOTH}
        self._sites = {urlsplit(origin).netloc.encode(): site for origin, site in origins.items()}
        self._headers = {
            site: [(name.lower().encode(), value.encode()) for name, value in security_headers(site, settings).items()]
            for site in Site
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        # Of several each part of the program might take another one.
        site = self._sites.get(hosts[0].lower()) if len(hosts) == 1 else None
        if site is None and len(hosts) < 2 and scope["path"] in self._beside:
            site = Site.MAIN
        if site is None:
            await PlainTextResponse("This server does not serve this host name.\n", 421)(scope, receive, send)
            return
        scope.setdefault("state", {})["site"] = site

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                if is_open_data(scope["path"]):
                    MutableHeaders(scope=message).update(OPEN_DATA_HEADERS)
                given = dict(message["headers"])
                message["headers"] += [header for header in self._headers[site] if header[0] not in given]
            await send(message)

        if scope["method"] == "OPTIONS" and is_open_data(scope["path"]):
            await Response(status_code=204, headers=PREFLIGHT_HEADERS)(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)


OPEN_DATA_HEADERS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""What anybody may download, other people's pages may read too. They get it without cookies."""


PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match, If-Range, Range",
    "Access-Control-Max-Age": "86400",
}
"""What a browser is told before it asks for a part of an archive, or for what is new, on another site's behalf."""

_OF_ONE_THING = re.compile(
    r"/votes/[^/]+/((ballots|receipts)/.+|[^/]+\.(json|csv))|/petitions/[^/]+/(signatures/.+|[^/]+\.(json|csv))"
)
"""What stands under no language is no page."""


def is_open_data(path: str) -> bool:
    """Whether an address is one whose answers, refusals too, other sites' programs may read: for machines alone, or a
    ballot or another public file of a vote, or a proof or a table of a petition."""
    return is_for_machines(path) or _OF_ONE_THING.fullmatch(path) is not None


def is_for_machines(path: str) -> bool:
    """Whether nobody but a program reads an address: the API, the log, open data, an archive, a feed."""
    return path.startswith(("/api/", "/log/", "/data/")) or path.endswith((".bel", ".atom"))


def content_security_policy(site: Site, settings: Settings) -> str:
    """One static policy a host: only files of our own, nothing inline, nobody's frame."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    if site is Site.BOOTH:
        policy["worker-src"] = "'self'"
        policy["img-src"] = "'self'"
    else:
        policy["font-src"] = "'self'"
        policy["manifest-src"] = "'self'"
        policy["form-action"] = f"'self' {settings.booth_url}"
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def security_headers(site: Site, settings: Settings) -> dict[str, str]:
    """The headers of every answer of one host."""
    camera = "camera=(self)" if site is Site.BOOTH else "camera=()"  # the booth scans the credential's QR code
    headers = {
        "Content-Security-Policy": content_security_policy(site, settings),
        "X-Content-Type-Options": "nosniff",
        # No page's path goes anywhere. The origin does: with "no-referrer" browsers post "Origin: null", and the
        # booth could not tell that a voter comes from the main site.
        "Referrer-Policy": "strict-origin",
        "Permissions-Policy": f"{camera}, geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.https:
        headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    return headers
