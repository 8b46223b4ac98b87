"""The frame of the office's pages: who acts, as what, and where they may go."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from egov_participation.actions import ROLE_NAMES, Role, may
from egov_participation.i18n import translate
from egov_participation.web.addresses import Addresses
from egov_participation.web.context import lang, services, session


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the office's navigation."""

    text: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What ``layout_office.html`` shows around a page."""

    name: str
    """The official's name as the register has it; empty when they are no longer in it."""
    roles: tuple[str, ...]
    """What they may act in at this moment, in the language of the page."""
    entries: tuple[Entry, ...]
    """The pages that these roles open, and no others."""


def frame(request: Request) -> Frame:
    """The frame for whoever is signed in. One look-up in the register.

    Raises:
        RuntimeError: the route needs no session.
    """
    here, acting, language = services(request), session(request), lang(request)
    addresses: Addresses = request.app.state.addresses
    with here.database.read() as reader:
        person = here.registry.get(reader, acting.person_id)
    pages = [spec for spec in addresses.office_pages if may(spec.action, acting.roles)]
    links = [(translate(language, spec.menu), addresses.url_for(request, spec.name)) for spec in pages]
    # The longest address that the page's own begins with: of /office and /office/roles, the page of a grant is the
    # second's.
    here_href = max((href for _, href in links if f"{request.url.path}/".startswith(f"{href}/")), key=len, default="")
    return Frame(
        name=person.full_name if person else "",
        roles=tuple(translate(language, ROLE_NAMES[role]) for role in Role if role in acting.roles),
        entries=tuple(Entry(text, href, href == here_href) for text, href in links),
    )
