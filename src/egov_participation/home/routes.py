"""The front page, and the pages of text."""

from __future__ import annotations

from datetime import UTC, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from egov_participation.actions import Action
from egov_participation.consultations.service import listing as consultations
from egov_participation.home.outcomes import outcome
from egov_participation.i18n import LANGUAGES
from egov_participation.petitions.service import listing as petitions
from egov_participation.services import Site
from egov_participation.voting import service as voting
from egov_participation.voting.service import VoteState
from egov_participation.web.context import lang, services, site
from egov_participation.web.reading import page, read
from egov_participation.web.routing import BOOTH, route
from egov_participation.web.templating import render

OUTCOMES_SHOWN = 5
PETITIONS_SHOWN = 3
_VOTES = 50
"""Of so many votes, the last to close, outcomes are shown."""


async def index(request: Request) -> Response:
    """The front page: what is open, what closes soon, what came of what is over."""
    now = services(request).clock()
    coming = await read(request, voting.not_closed, now.replace(minute=0, second=0, microsecond=0))
    found = await read(request, voting.published_votes, None, _VOTES)
    opened = [vote for vote in (one.at(now) for one in coming) if vote.state is VoteState.OPEN]
    counted = [vote for vote in (one.at(now) for one in found) if vote.state is VoteState.TALLIED]
    shown = counted[:OUTCOMES_SHOWN]
    hour = now.replace(minute=0, second=0, microsecond=0)
    asked = await read(request, petitions.front, hour, PETITIONS_SHOWN)
    drafts = await read(request, consultations.front, hour, PETITIONS_SHOWN)
    return page(
        request,
        (opened, shown, asked, drafts),
        lambda: render(
            request,
            "home/index.html",
            open_votes=opened,
            outcomes=[outcome(vote) for vote in shown],
            petitions=asked,
            consultations=drafts,
        ),
    )


HELP = (
    "voting",
    "petitions",
    "consultations",
    "signing-in",
    "promises",
    "checking",
    "in-person",
    "accessibility",
)
"""Pages of help: a template in ``home/help`` each."""


def _text(request: Request, template: str) -> Response:
    """A page that is made of nothing but its template."""
    return page(request, (), lambda: render(request, template))


async def help_index(request: Request) -> Response:
    """What help there is."""
    return _text(request, "home/help.html")


async def help_page(request: Request) -> Response:
    """One page of help, by the last part of its address."""
    return _text(request, f"home/help/{request.url.path.rpartition('/')[2]}.html")


async def privacy(request: Request) -> Response:
    """What is held, by whom and who gets it: by what is configured."""
    settings = services(request).settings
    return page(
        request,
        (),
        lambda: render(
            request,
            "home/help/privacy.html",
            operator=_said(settings.operator, lang(request)),
            by_law=_said(settings.privacy_law, lang(request)),
            mail=settings.contact,
            address=settings.contact_address,
            register=bool(settings.registry_url),
            provider=_said(settings.oidc_name or settings.oidc_issuer, lang(request)) if settings.oidc_issuer else "",
            mailing=not settings.demo,
        ),
    )


def _said(names: str, language: str) -> str:
    """One name, or that of the language out of ``Kazakh / Russian / English``."""
    found = names.split(" / ")
    return found[tuple(LANGUAGES).index(language)] if len(found) == len(LANGUAGES) else names


_PRIVATE = ("me", "office", "sign-in", "search", "mails", "address", "erased", "help/contact")
"""What search engines have no use for: pages of one person, of officials, links of mails, and other searches."""
_SECURITY_TXT_LIFE = timedelta(days=180)


def robots_txt(request: Request) -> Response:
    """What programs that read the whole site leave out (RFC 9309). Votes, results and all open data they may read."""
    if site(request) is BOOTH:
        return PlainTextResponse("User-agent: *\nDisallow: /\n")
    private = [f"Disallow: /{language}/{word}" for language in LANGUAGES for word in _PRIVATE]
    return PlainTextResponse("\n".join(["User-agent: *", *private, ""]))


def security_txt(request: Request) -> Response:
    """Where to report a weakness (RFC 9116): to the contact centre's mail address, or its form."""
    here = services(request)
    expires = (here.clock() + _SECURITY_TXT_LIFE).astimezone(UTC).date()
    hosts = (here.settings.base_url, here.settings.booth_url)
    lines = [
        *([f"Contact: mailto:{here.settings.contact}"] if here.settings.contact else []),
        f"Contact: {here.settings.base_url}/en/help/contact",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
        *(f"Canonical: {origin}/.well-known/security.txt" for origin in hosts),
    ]
    return PlainTextResponse("\n".join([*lines, ""]))


routes = [
    route("/", index, Action.READ),
    route("/help", help_index, Action.READ, name="home.help"),
    *(route(f"/help/{page}", help_page, Action.READ, name=f"home.help.{page}") for page in HELP),
    route("/help/privacy", privacy, Action.READ, name="home.help.privacy"),
    *(
        route(path, endpoint, Action.READ, site=host, localized=False, name=f"home.{endpoint.__name__}.{host}")
        for path, endpoint in (("/robots.txt", robots_txt), ("/.well-known/security.txt", security_txt))
        for host in Site
    ),
]
