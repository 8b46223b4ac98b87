"""How anybody observes, in five steps, with the commands for this very site."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import source
from egov_participation.actions import Action
from egov_participation.observe import service
from egov_participation.web.context import services
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def how(request: Request) -> Response:
    """The five steps; ``docs/observe.md`` has them at length."""
    here = services(request)
    return render(
        request,
        "observe/how.html",
        source=source.offer(here.settings),
        key=service.key(here),
        release=service.release(here),
    )


routes = [route("/observe/how", how, Action.READ)]
