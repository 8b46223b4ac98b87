"""The portal's first page: how the log stands, said at once, and the way to everything else; the same as data."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.i18n import translate
from egov_participation.ledger import service as ledger
from egov_participation.observe import figures, rules, service
from egov_participation.observe.service import Standing
from egov_participation.observe.telling import TYPE_NAMES
from egov_participation.web.context import lang, services
from egov_participation.web.open_data import json_answer
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def observe(request: Request) -> Response:
    """How the log stands, what is in it, who watches it, and what anybody can check."""
    here, language = services(request), lang(request)
    standing, overview = service.standing(here), service.overview(here)
    timezone = here.settings.timezone
    return render(
        request,
        "observe/observe.html",
        standing=standing,
        late=rules.is_late(standing.facts),
        silent={witness.key for witness in standing.facts.witnesses if rules.is_silent(witness, standing.now)},
        root=_base64(standing.head.root) if standing.head else "",
        origin=ledger.origin(here.settings),
        types=[
            (name, translate(language, TYPE_NAMES.get(name, name)), count) for name, count in overview.types.items()
        ],
        figures=figures.of_growth(overview.days, overview.sizes, language, timezone),
        releases=overview.releases,
        incidents=overview.incidents,
        today=here.day(standing.now),
    )


def api_log(request: Request) -> Response:
    """How the log stands, for programs that watch it."""
    return json_answer(request, _as_json(request, service.standing(services(request))))


def _as_json(request: Request, standing: Standing) -> dict[str, Any]:
    head, facts = standing.head, standing.facts
    return {
        "origin": ledger.origin(services(request).settings),
        "size": facts.size,
        "root": _base64(head.root) if head else None,
        "published_at": _time(head.at if head else None),
        "key": next(iter(standing.keys), None),
        "late": rules.is_late(facts),
        "stopped": facts.stopped,
        "troubles": [trouble.value for trouble in standing.troubles],
        "witnesses": [
            {
                "name": witness.name,
                "key": witness.key,
                "size": witness.size,
                "at": _time(witness.at),
                "disagrees": witness.disagrees,
                "silent": rules.is_silent(witness, standing.now),
            }
            for witness in facts.witnesses
        ],
        "url": "/kk/observe",
        "links": {"checkpoint": "/log/checkpoint", "keys": "/log/key", "entries": "/api/v1/log/entries"},
    }


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else ledger.time(moment)


routes = [
    route("/observe", observe, Action.READ),
    route("/api/v1/log", api_log, Action.READ, localized=False),
]
