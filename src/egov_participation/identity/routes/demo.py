"""What only the demonstration shows: its mailbox."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, ntranslate, translate
from egov_participation.identity import service
from egov_participation.identity.routes.asking import keys_of
from egov_participation.web.context import lang, services
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def mailbox(request: Request) -> Response:
    """The mails of the demo, newest first. Nowhere but in the demo."""
    here = services(request)
    if not here.settings.demo:
        raise DomainError(404, N_("There is no mailbox here: mails are really sent."), code="mailbox.none")
    with here.database.read() as db:
        mails = service.latest_mails(db)
        found = [(here.registry.get(db, app.person_id), app) for app in service.demo_apps(db, here, keys_of(request))]
    apps = [
        (
            person.full_name,
            app.code or translate(lang(request), N_("used; wait for the next")),
            ntranslate(lang(request), "%(num)s second", "%(num)s seconds", app.seconds_left),
        )
        for person, app in found
        if person is not None
    ]
    return render(request, "identity/mailbox.html", block="mails", mails=mails, apps=apps)


routes = [
    route("/demo/mailbox", mailbox, Action.VISIT),
]
