"""What somebody sees of their own comments, and does with them; and supporting those of others."""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.consultations.comment_forms import AddForm, AppealForm
from egov_participation.consultations.comment_words import name_of
from egov_participation.consultations.models import AmendmentKind
from egov_participation.consultations.routes.comments import COMMENT, replied, spoken
from egov_participation.consultations.rules import commenting as rules
from egov_participation.consultations.service import (
    comment_drafts,
    comment_erasing,
    comment_heads,
    comment_lists,
    comment_own,
    comment_supporting,
    covers,
    differences,
    redacting,
    reply_viewing,
)
from egov_participation.consultations.service.comment_viewing import views
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.web.addresses import address, to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def my_comments(request: Request) -> Response:
    """Drafts, and what was sent."""
    here, person = services(request), session(request).person_id
    with here.database.read() as db:
        drafts = [_draft(request, db, draft) for draft in comment_drafts.mine(here, db, person)]
        sent = [
            (comment_heads.of(db, consultation), found) for consultation, found in comment_own.mine(here, db, person)
        ]
    return render(request, "consultations/my_comments.html", drafts=drafts, sent=sent, **spoken(lang(request)))


def _draft(request: Request, db: Any, draft: comment_drafts.Draft) -> dict[str, Any]:
    """A draft in a line, with the address where one goes on."""
    head, place = comment_heads.of_id(db, draft.consultation_id), None
    if draft.lineage:
        place = comment_heads.place_of(db, draft.consultation_id, draft.lineage, lang(request))
    about = draft.kind.removeprefix("about-") if draft.kind.startswith("about-") else ""
    query = {
        "provision": place.eid if place else "",
        "text": place.lang if place else "",
        "about": about,
        "amendment": AmendmentKind.REPLACE.value if draft.kind == comment_drafts.AMENDMENT else "",
    }
    return {
        "id": draft.id,
        "title": head.title(lang(request)),
        "place": place,
        "name": name_of(place),
        "is_amendment": draft.kind == comment_drafts.AMENDMENT,
        "at": draft.at,
        "words": draft.fields.get("text", "")[:200],
        "gone": draft.lineage != "" and place is None,
        "path": comment_heads.query_of(
            address(request, "consultations.write", reference=head.reference, version=head.version), query
        ),
    }


def discard_draft(request: Request) -> Response:
    """Throw a draft away."""
    here = services(request)
    with here.database.uow() as tx:
        own = {draft.id for draft in comment_drafts.mine(here, tx.session, session(request).person_id)}
        if request.path_params["draft"] in own:
            comment_drafts.discard(tx, request.path_params["draft"])
        tx.commit()
    return to(request, "consultations.my_comments")


def my_comment(request: Request) -> Response:
    """One of them: how it stands, its receipt, and what its author can do."""
    return _page(request)


def _page(request: Request, status: int = 200, errors: dict[str, str] | None = None, **forms: Any) -> Response:
    here, reference, number = services(request), request.path_params["reference"], request.path_params["number"]
    with here.database.read() as db:
        consultation, row = comment_own.one(here, db, session(request).person_id, reference, number)
        (view,) = views(db, consultation, [row])
        head, covered = comment_heads.of(db, consultation), covers.active(db, row)
        may_appeal = redacting.may_appeal(here, db, row, covered)
    replies = reply_viewing.to_comment(here, reference, number)
    changed = replies[0].content.changed if replies else None
    blank: Form[Any] = Form()
    return kept_by_the_browser(
        render(
            request,
            "consultations/my_comment.html",
            erasure=view.erasure,
            status=status,
            head=head,
            title=head.title(lang(request)),
            comment=view,
            own_text=row.text,
            sent=request.query_params.get("sent") == "yes",
            is_open=head.is_open(here.clock()),
            may_appeal=may_appeal,
            errors=errors or {},
            add_form=forms.get("add", blank),
            appeal_form=forms.get("appeal", blank),
            limits=rules,
            replies=replies,
            change=None if changed is None else differences.named(here, reference, changed),
            **replied(request),
            **spoken(lang(request)),
        )
    )


def add(request: Request) -> Response:
    """Add something to it."""
    form = parse(request, AddForm)
    if form.data is None:
        return _page(request, 422, form.errors, add=form)
    here, params = services(request), request.path_params
    try:
        with here.database.uow() as tx:
            comment_own.add(here, tx, session(request), params["reference"], params["number"], form.data.added)
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in (409, 429):
            raise
        return _page(request, refusal.status, {"added": translate(lang(request), refusal.message)}, add=form)
    return _back(request)


def again(request: Request) -> Response:
    """The form came from another session than the one of now: it is shown again, as it was filled in."""
    said = N_("You signed in or out meanwhile, so nothing was sent. What you typed is here: look at it and go on.")
    form = parse(request, AppealForm if request.url.path.endswith("/appeal") else AddForm)
    named = {"appeal" if request.url.path.endswith("/appeal") else "add": form}
    return _page(request, 403, {"": translate(lang(request), said)}, **named)


def appeal(request: Request) -> Response:
    """Appeal against what a moderator covered."""
    form = parse(request, AppealForm)
    if form.data is None:
        return _page(request, 422, form.errors, appeal=form)
    here, params = services(request), request.path_params
    with here.database.uow() as tx:
        redacting.appeal(here, tx, session(request), params["reference"], params["number"], form.data.why)
        tx.commit()
    return _back(request)


def erase(request: Request) -> Response:
    """Asked once more before words are destroyed."""
    here, params = services(request), request.path_params
    with here.database.read() as db:
        consultation, row = comment_own.one(here, db, session(request).person_id, params["reference"], params["number"])
        (view,) = views(db, consultation, [row])
        head = comment_heads.of(db, consultation)
    title = head.title(lang(request))
    days = comment_erasing.WAIT.days
    return render(request, "consultations/my_comment_erase.html", head=head, title=title, comment=view, days=days)


def erase_it(request: Request) -> Response:
    """Ask for it: they are hidden at once, and destroyed some days later."""
    here, params = services(request), request.path_params
    with here.database.uow() as tx:
        comment_erasing.ask(here, tx, session(request), params["reference"], params["number"])
        tx.commit()
    return _back(request)


def keep(request: Request) -> Response:
    """Take that back."""
    here, params = services(request), request.path_params
    try:
        with here.database.uow() as tx:
            comment_erasing.take_back(here, tx, session(request), params["reference"], params["number"])
            tx.commit()
    except DomainError as refusal:
        if refusal.status != 409:
            raise
        return _page(request, 409, {"": translate(lang(request), refusal.message)})
    return _back(request)


def receipt(request: Request) -> Response:
    """What one keeps of it, as a file."""
    here, params = services(request), request.path_params
    with here.database.read() as db:
        consultation, row = comment_own.one(here, db, session(request).person_id, params["reference"], params["number"])
        (view,) = views(db, consultation, [row], own=True)
    content = comment_own.receipt(view, here.settings.base_url)
    name = f"{params['reference']}-{params['number']}.json"
    return Response(
        json.dumps(content, ensure_ascii=False, indent=1),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _back(request: Request) -> Response:
    params = request.path_params
    return to(request, "consultations.my_comment", reference=params["reference"], number=params["number"])


# -- supporting --------------------------------------------------------------------------------------------------------


def support(request: Request) -> Response:
    """The comment, and one button."""
    return _support_page(request)


def _support_page(request: Request, error: str = "", status: int = 200) -> Response:
    here, params = services(request), request.path_params
    found = comment_lists.one(here, params["reference"], params["number"])
    with here.database.read() as db:
        supports = comment_supporting.is_supported_by(here, db, found.id, session(request).person_id)
    head = comment_heads.head(here, params["reference"])
    return render(
        request,
        "consultations/support.html",
        status=status,
        head=head,
        title=head.title(lang(request)),
        comment=found,
        supports=supports,
        error=error,
        **spoken(lang(request)),
    )


def confirm_support(request: Request) -> Response:
    """Support it, or no more."""
    here, params = services(request), request.path_params
    act = request.state.form.get("act")
    try:
        with here.database.uow() as tx:
            if act == "support":
                comment_supporting.support(here, tx, session(request), params["reference"], params["number"])
            elif act == "take-back":
                comment_supporting.take_back(here, tx, session(request), params["reference"], params["number"])
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in (403, 409, 429):
            raise
        return _support_page(request, translate(lang(request), refusal.message), refusal.status)
    return to(request, "consultations.support", reference=params["reference"], number=params["number"])


_MINE: Final = "/me/comments"
_ONE: Final = f"{_MINE}/{{reference}}/{{number:int}}"

routes = [
    route(_MINE, my_comments, Action.COMMENT, name="consultations.my_comments"),
    route(
        f"{_MINE}/drafts/{{draft:int}}/discard",
        discard_draft,
        Action.COMMENT,
        methods=["POST"],
        name="consultations.discard_draft",
    ),
    route(_ONE, my_comment, Action.COMMENT, name="consultations.my_comment"),
    route(f"{_ONE}/add", add, Action.COMMENT, methods=["POST"], name="consultations.add", again=again),
    route(f"{_ONE}/appeal", appeal, Action.COMMENT, methods=["POST"], name="consultations.appeal", again=again),
    route(f"{_ONE}/erase", erase, Action.COMMENT, name="consultations.erase"),
    route(f"{_ONE}/erase", erase_it, Action.COMMENT, methods=["POST"], name="consultations.erase_it"),
    route(f"{_ONE}/keep", keep, Action.COMMENT, methods=["POST"], name="consultations.keep_comment"),
    route(f"{_ONE}/receipt", receipt, Action.COMMENT, name="consultations.comment_receipt"),
    route(f"{COMMENT}/support", support, Action.COMMENT, name="consultations.support"),
    route(
        f"{COMMENT}/support", confirm_support, Action.COMMENT, methods=["POST"], name="consultations.confirm_support"
    ),
]
