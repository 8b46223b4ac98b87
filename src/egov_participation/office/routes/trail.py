"""Pages: the audit trail, what two people decided, and the trail as a file."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from egov_participation import approvals, audit
from egov_participation.actions import ACT_NAMES, Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.office import export, naming
from egov_participation.office.forms import ExportForm, TrailForm
from egov_participation.web import proposals
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import parse, parse_query
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_PAGE: Final = 50
_LONG: Final = re.compile(r"([0-9a-f]{8})[0-9a-f]{8,}")
STEPS: Final = {
    "done": N_("done"),
    "seen": N_("looked at"),
    "tried": N_("tried"),
    "proposed": N_("proposed"),
    "approved": N_("approved"),
    "refused": N_("refused"),
    "withdrawn": N_("taken back"),
    "discarded": N_("discarded"),
    "invited": N_("invited"),
    "removed": N_("removed"),
    "frozen": N_("frozen"),
    "thawed": N_("thawed"),
    "begun": N_("begun"),
    "assigned": N_("handed to an agency"),
    "added": N_("document added"),
    "committed": N_("committed to a value"),
    "revealed": N_("revealed a value"),
    "closed": N_("closed"),
    "noted": N_("noted"),
    "accepted": N_("accepted"),
    "rejected": N_("rejected"),
    "hidden": N_("hidden"),
    "stopped": N_("stopped"),
    "merged": N_("merged"),
    "wording-proposed": N_("another wording suggested"),
    "appeal-granted": N_("appeal granted"),
    "appeal-refused": N_("appeal refused"),
    "saved": N_("saved"),
    "uploaded": N_("text brought"),
    "corrected": N_("text corrected"),
    "undone": N_("correction taken back"),
    "paired": N_("languages paired"),
    "compared": N_("versions compared"),
    "confirmed": N_("changes confirmed"),
    "redacted": N_("words covered"),
    "erased": N_("words destroyed"),
    "dismissed": N_("reports dismissed"),
    "accredited": N_("accreditation confirmed"),
    "unaccredited": N_("accreditation taken back"),
    "erasing": N_("words to be destroyed"),
}
"""Steps of an act in words: msgids."""


def trail(request: Request) -> Response:
    """What officials did, the newest first; searched and narrowed down."""
    here, form = services(request), parse_query(request, TrailForm)
    wanted = form.data or TrailForm()
    page = _page(request)
    with here.database.read() as db:
        query = wanted.query(here.settings.timezone)
        found, total = audit.search(db, query, limit=_PAGE, offset=(page - 1) * _PAGE)
        actors = {actor: _name(request, db, actor) for actor in audit.actors(db)}
        concerned = {
            object_: naming.in_words(here, db, lang(request), object_) for object_ in {entry.object for entry in found}
        }
    given = {name: value for name, value in form.values.items() if name in TrailForm.model_fields and value}
    return render(
        request,
        "office/trail.html",
        block="found",
        status=422 if form.errors else 200,
        form=form,
        given=given,
        entries=found,
        total=total,
        page=page,
        pages=-(-total // _PAGE),
        pattern="?" + urlencode(given | {"page": ""}) + "%d",
        names=actors,
        short=_short,
        concerned=concerned,
        actors=sorted(actors.items(), key=lambda pair: pair[1]),
        actions=sorted(
            ((action.value, translate(lang(request), words)) for action, words in ACT_NAMES.items()),
            key=lambda pair: pair[1],
        ),
        action_names={action.value: translate(lang(request), words) for action, words in ACT_NAMES.items()},
        steps={step: translate(lang(request), words) for step, words in STEPS.items()},
    )


def download(request: Request) -> Response:
    """The same as a file. That somebody took it is in the trail, and so the last line of the next one."""
    form = parse(request, ExportForm)
    if form.data is None or form.data.format not in export.FORMATS:
        raise DomainError(
            422,
            N_("What you are looking for is not written as it should be. Go back and correct it."),
            code="trail.query",
        )
    here, now = services(request), services(request).clock()
    kind = export.FORMATS[form.data.format]
    with here.database.uow() as tx:
        entry = audit.record(tx, session(request), Action.READ_TRAIL, f"trail:{kind.suffix}", now, step="seen")
        tx.flush()
        last = entry.id or 0
        tx.commit()
    name = f"audit-trail-{now.date().isoformat()}.{kind.suffix}"
    return StreamingResponse(
        export.write(here, form.data.query(here.settings.timezone, last), kind),
        media_type=kind.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def decision(request: Request) -> Response:
    """What two people decided, whole: for those who look over the trail."""
    here = services(request)
    with here.database.read() as db:
        found = approvals.get(db, request.path_params["id"], here.clock())
        people = {found.proposed_by, found.decided_by or "", found.concerned} - {""}
        names = {person: _name(request, db, person) for person in people}
        about = naming.in_words(here, db, lang(request), found.object) or found.object
    return render(request, "office/decision.html", proposal=found, names=names, about=about)


def _short(object_: str) -> str:
    """An object's long numbers by their beginning: the link has them whole."""
    return _LONG.sub(r"\1…", object_)


def _name(request: Request, db: Session, actor: str) -> str:
    if actor == audit.COMMAND:
        return translate(lang(request), N_("Command on the server"))
    return proposals.name_of(request, db, actor)


def _page(request: Request) -> int:
    text = request.query_params.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


routes = [
    route("/office/trail", trail, Action.READ_TRAIL, menu=N_("Audit trail")),
    route("/office/trail/download", download, Action.READ_TRAIL, methods=["POST"]),
    route("/office/trail/decisions/{id}", decision, Action.READ_TRAIL),
]
