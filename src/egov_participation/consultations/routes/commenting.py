"""The page on which a comment or an amendment is written.

What was typed is never lost: it is put down as a draft before anything is checked, and what comes after the session has
ended is kept, and stands in the form after the next sign-in.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation import actions
from egov_participation.actions import Action
from egov_participation.consultations import telling
from egov_participation.consultations.comment_forms import FIELDS, CommentForm
from egov_participation.consultations.comment_words import AMENDMENTS, name_of
from egov_participation.consultations.models import AmendmentKind, Capacity, Stance
from egov_participation.consultations.routes.comment_common import COMMENT, Here, draft_of, here_of, path_of, wanted
from egov_participation.consultations.routes.comments import spoken
from egov_participation.consultations.rules import commenting as rules
from egov_participation.consultations.service import (
    comment_drafts,
    comment_heads,
    comment_supporting,
    commenting,
)
from egov_participation.consultations.service.comment_drafts import Draft
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.identity import service as identity
from egov_participation.web.addresses import address, to
from egov_participation.web.context import lang, services, session, session_or_none
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.proxies import client_address
from egov_participation.web.routing import route
from egov_participation.web.sessions import SIGN_IN_PATH, asked_for, sign_in_first
from egov_participation.web.templating import render

_LONGEST: Final = 60_000
"""Letters of a form that are kept."""


def write(request: Request) -> Response:
    """The form; for who is not signed in, what they will be able to do when they are. ``?quote=`` has the words that
    were selected, ``start=`` where they begin in code points; without them the whole provision is meant."""
    here = here_of(request)
    given, found = request.query_params, session_or_none(request)
    if found is None:
        target = f"/{lang(request)}{SIGN_IN_PATH}?{urlencode({'next': asked_for(request)})}"
        return _render(request, here, Form(), sign_in=target)
    actions.check(Action.COMMENT, found.capacity, found.roles)
    draft = draft_of(request, here)
    values = _blank(request, here) | (dict(draft.fields) if draft else {})
    if given.get("quote"):
        values |= {"quote": given["quote"][: rules.LONGEST_QUOTE * 2], "start": given.get("start", "")[:9]}
    kept = _kept(request, here)
    return _render(request, here, Form(values | kept), draft=draft, kept=bool(kept))


def _blank(request: Request, here: Here) -> dict[str, str]:
    return {
        "stance": Stance.NONE.value,
        "capacity": Capacity.CITIZEN.value,
        "shown": "no",
        "lang": lang(request),
        "amendment": here.amendment.value if here.amendment else "",
        "proposed": here.spot.words if here.amendment is AmendmentKind.REPLACE else "",
    }


def _kept(request: Request, here: Here) -> dict[str, str]:
    token = request.query_params.get("kept", "")[:60]
    with services(request).database.read() as db:
        fields = comment_drafts.kept(services(request), db, here.spot.consultation, token, _browser(request))
    return fields | {"kept": token} if fields else {}


def _render(
    request: Request,
    here: Here,
    form: Form[CommentForm],
    status: int = 200,
    *,
    draft: Draft | None = None,
    kept: bool = False,
    sign_in: str = "",
) -> Response:
    services_, spot, language = services(request), here.spot, lang(request)
    with services_.database.read() as db:
        head = comment_heads.of(db, spot.consultation)
        alike = comment_supporting.alike(db, spot.consultation, here.lineage, form.values.get("text", ""))
        place = (
            comment_heads.place_of(db, spot.consultation.id or 0, here.lineage, spot.expression.lang)
            if here.lineage
            else None
        )
    newer = ""
    if head.version != spot.version.number:
        more = here.fields | {"provision": place.eid if place else ""}
        path = address(request, "consultations.write", reference=head.reference, version=head.version)
        newer = comment_heads.query_of(path, more)
    open_now = commenting.is_open(spot.consultation, services_.clock())
    return kept_by_the_browser(
        render(
            request,
            "consultations/write.html",
            status=status,
            block="panel",
            head=head,
            title=head.title(language),
            here=here,
            spot=spot,
            name=name_of(comment_heads.of_spot(spot)),
            form=form,
            draft=draft,
            kept=kept,
            sign_in=sign_in,
            open_now=open_now,
            newer=newer,
            gone=bool(newer) and bool(here.lineage) and place is None,
            alike=[] if here.about is not None else alike,
            save_to=path_of(request, here, "consultations.save_comment"),
            alike_at=path_of(request, here, "consultations.alike"),
            options={
                "stance": [[key.value, translate(language, said)] for key, said in telling.STANCES.items()],
                "capacity": [[key.value, translate(language, said)] for key, said in telling.CAPACITIES.items()],
                "amendment": [[key.value, translate(language, said)] for key, said in AMENDMENTS.items()],
                "language": [[code, own] for code, own in LANGUAGES.items()],
            },
            limits=rules,
            **spoken(language),
        )
    )


def save(request: Request) -> Response:
    """Put down what was typed, and go on to the summary, or to one's drafts; what does not fit is shown again."""
    services_, here = services(request), here_of(request)
    form = parse(request, CommentForm)
    with services_.database.uow() as tx:
        consultation, fields = here.spot.consultation, _typed(form.values)
        comment_drafts.save(services_, tx, session(request), consultation, here.lineage, here.kind, fields)
        comment_drafts.forget_kept(tx, consultation, form.values.get("kept", ""), _browser(request))
        tx.commit()
    if form.values.get("act") == "save":
        return to(request, "consultations.my_comments")
    if form.data is not None:
        wanted(request, here, form)
    if form.errors or form.data is None:
        return _render(request, here, form, 422, draft=draft_of(request, here))
    return RedirectResponse(path_of(request, here, "consultations.check_comment"), 303)


def _typed(values: dict[str, str]) -> dict[str, str]:
    fields = {name: values[name] for name in FIELDS if name in values}
    return fields if sum(map(len, fields.values())) <= _LONGEST else {}


def again(request: Request) -> Response:
    """The form came from another session than the one of now: it is shown again, as it was filled in."""
    form = parse(request, CommentForm)
    form.errors[""] = translate(
        lang(request),
        N_("You signed in or out meanwhile, so nothing was sent. What you typed is here: look at it and go on."),
    )
    return _render(request, here_of(request), form, 403)


def keep(request: Request) -> Response:
    """It came without a session: it is kept, and one is led to the sign-in and from there back to it.

    Raises:
        DomainError: 401, whoever asks for a place that is none; 429 ``comment.too_many``.
    """
    services_ = services(request)
    browser = _browser(request) or secrets.token_urlsafe(16)
    posted = {name: value for name, value in request.state.form.items() if isinstance(value, str)}
    try:
        here = here_of(request)
        with services_.database.uow() as tx:
            network = identity.network_of(client_address(request))
            reference = request.path_params["reference"]
            token = comment_drafts.keep(services_, tx, reference, _typed(posted), network, browser)
            tx.commit()
    except DomainError as refusal:
        if refusal.status != HTTPStatus.NOT_FOUND:
            raise
        return sign_in_first(request)
    back = path_of(request, here, "consultations.write", kept=token)
    target = f"/{lang(request)}{SIGN_IN_PATH}?{urlencode({'next': back})}"
    response = RedirectResponse(target, 303, {"Cache-Control": "no-store"})
    https, life = services_.settings.https, int(rules.KEPT_TEXT.total_seconds())
    response.set_cookie(_cookie(request), browser, max_age=life, path="/", secure=https, httponly=True, samesite="lax")
    return response


def _cookie(request: Request) -> str:
    return f"{'__Host-' if services(request).settings.https else ''}kept"


def _browser(request: Request) -> str:
    """The secret of a browser that something was kept for; empty: nothing was."""
    return request.cookies.get(_cookie(request), "")[:60]


def alike(request: Request) -> Response:
    """Comments that say much of what is being written: a part of the form, made anew while somebody types.

    Raises:
        DomainError: 429 ``comment.too_many``: the form keeps those that it has.
    """
    here = here_of(request)
    text = str(request.state.form.get("text", ""))[: rules.LONGEST_TEXT]
    with services(request).database.uow() as tx:
        comment_supporting.count_look(services(request), tx, session(request))
        tx.commit()
    with services(request).database.read() as db:
        found = comment_supporting.alike(db, here.spot.consultation, here.lineage, text)
    return render(request, "consultations/_alike.html", alike=found, **spoken(lang(request)))


routes = [
    route(COMMENT, write, Action.VISIT, name="consultations.write"),
    route(
        COMMENT,
        save,
        Action.COMMENT,
        methods=["POST"],
        name="consultations.save_comment",
        again=again,
        signed_out=keep,
    ),
    route(f"{COMMENT}/alike", alike, Action.COMMENT, methods=["POST"], name="consultations.alike"),
]
