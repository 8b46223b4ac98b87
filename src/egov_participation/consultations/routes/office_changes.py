"""Pages of the office: what became of each provision since the version before, and the doubtful ones to confirm."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.consultations import office_wording as words
from egov_participation.consultations.models import Change, Provision
from egov_participation.consultations.office_forms import ConfirmForm
from egov_participation.consultations.routes import office_common as common
from egov_participation.consultations.rules.provisions import as_provision
from egov_participation.consultations.service import changes, lookup, preparing
from egov_participation.consultations.telling import CHANGES
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_AT_ONCE: Final = 50
"""Doubtful changes on the page; when they are confirmed the next follow."""
_MOST_SHOWN: Final = 200
"""Changes that are settled on the page; after publication the public page has them all."""


def text_changes(request: Request) -> Response:
    """How many provisions changed how, and each doubtful change."""
    return _page(request, Form(), 200)


def text_compare(request: Request) -> Response:
    """Compare again, after corrections."""
    here, text = services(request), common.text_in_address(request)
    with here.database.uow() as tx:
        changes.compare_anew(here, tx, session(request), *text)
        tx.commit()
    return to(request, "consultations.text_changes", key=text[0], number=text[1], language=text[2])


def text_confirm(request: Request) -> Response:
    """Write down what was said of doubtful changes; those of which nothing was said stay."""
    here, text = services(request), common.text_in_address(request)
    said = {}
    for name, value in request.state.form.items():
        prefix, _, id_ = name.partition("-")
        if prefix == "change" and isinstance(value, str) and value:
            word = value if value in (changes.SAME, changes.NONE) else str(common.whole(value))
            said[common.whole(id_)] = word
    form: Form[ConfirmForm] = Form()
    if not said:
        form.errors[""] = translate(lang(request), N_("Say at least of one what it is."))
        return _page(request, form, 422)
    try:
        with here.database.uow() as tx:
            changes.confirm(here, tx, session(request), *text, said)
            tx.commit()
    except DomainError as refusal:
        form.errors[""] = common.sentence(request, refusal)
        return _page(request, form, int(refusal.status))
    return to(request, "consultations.text_changes", key=text[0], number=text[1], language=text[2])


def _page(request: Request, form: Form[ConfirmForm], status: int) -> Response:
    language, said = common.language(request), lang(request)
    with services(request).database.read() as db:
        row, version = common.version_of(request, db)
        expression = preparing.text_of(db, version, language)
        if version.number == 1:
            raise lookup.no_consultation()
        doubts = changes.doubts(db, expression)
        gone = [(str(one.id), _named(request, one)) for one in changes.gone(db, expression)]
        settled = changes.settled(db, expression)
        return render(
            request,
            "consultations/office_changes.html",
            status=status,
            row=row,
            version=version,
            language=language,
            name=dict(common.in_languages(request))[language],
            form=form,
            counts=[(translate(said, CHANGES[change]), n) for change, n in changes.counts(db, expression).items()],
            fresh=expression.mapped_revision == expression.revision,
            left=len(doubts),
            doubts=[_shown(request, doubt) for doubt in doubts[:_AT_ONCE]],
            settled=[_shown(request, one) for one in settled[:_MOST_SHOWN]],
            more=max(0, len(settled) - _MOST_SHOWN),
            added=[
                {"id": one.change.id, "name": _named(request, one.new)}
                for one in (changes.added(db, expression)[:_AT_ONCE] if gone else [])
                if one.new is not None
            ],
            gone=gone,
            editable=version.published_at is None,
        )


def _shown(request: Request, one: changes.Doubt) -> dict[str, Any]:
    return {
        "id": one.change.id,
        "change": translate(lang(request), CHANGES[Change(one.change.change)]),
        "score": one.change.score,
        "new": one.new,
        "name": _named(request, one.new or one.old),
        "old_words": "" if one.old is None else as_provision(one.old).words,
        "new_words": "" if one.new is None else as_provision(one.new).words,
    }


def _named(request: Request, one: Provision | None) -> str:
    if one is None:
        return ""
    kind = translate(lang(request), words.KIND_NAMES[one.kind])
    said = " ".join(part for part in (one.label, one.heading or one.text) if part)
    return f"{kind}: {said[:80]}"


_MAY = Action.PUBLISH_DRAFT

routes = [
    route(f"{common.TEXT}/changes", text_changes, _MAY),
    route(f"{common.TEXT}/changes", text_confirm, _MAY, methods=["POST"]),
    route(f"{common.TEXT}/compare", text_compare, _MAY, methods=["POST"]),
]
