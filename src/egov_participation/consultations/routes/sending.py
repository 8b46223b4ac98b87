"""The summary of a comment before it is sent, the files that go with it, and sending it."""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.consultations.comment_forms import CommentForm, SendForm
from egov_participation.consultations.comment_words import name_of
from egov_participation.consultations.routes.comment_common import COMMENT, Here, draft_of, here_of, path_of, wanted
from egov_participation.consultations.routes.comments import spoken
from egov_participation.consultations.rules import commenting as rules
from egov_participation.consultations.rules.attachments import DOCX, JPEG, PDF, PNG
from egov_participation.consultations.service import comment_drafts, comment_heads, comment_supporting, commenting
from egov_participation.consultations.service.comment_drafts import Draft
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.web.addresses import address, to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_MAX_BODY: Final = rules.LARGEST_FILE + 100_000
"""Bytes: a file, and the form around it."""


def check(request: Request) -> Response:
    """The summary."""
    return _summary(request, here_of(request))


def _summary(request: Request, here: Here, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    services_, draft = services(request), draft_of(request, here)
    form = None if draft is None else _of_draft(draft)
    found = None if form is None else wanted(request, here, form)
    if draft is None or form is None or form.data is None or found is None:
        return RedirectResponse(path_of(request, here, "consultations.write"), 303)
    place, written = found
    with services_.database.read() as db:
        head = comment_heads.of(db, here.spot.consultation)
        alike = comment_supporting.alike(db, here.spot.consultation, here.lineage, written.text)
        person = services_.registry.get(db, session(request).person_id)
    return kept_by_the_browser(
        render(
            request,
            "consultations/check.html",
            status=status,
            head=head,
            title=head.title(lang(request)),
            here=here,
            spot=here.spot,
            name=name_of(comment_heads.of_spot(here.spot)),
            place=place,
            written=written,
            own_name=f"{person.given_name} {person.family_name}" if person and written.show_name else "",
            draft=draft,
            alike=alike if here.about is None else [],
            errors=errors or {},
            accept=f"{PDF},{DOCX},{JPEG},{PNG}",
            most_files=rules.MOST_FILES,
            files_to=path_of(request, here, "consultations.comment_files"),
            languages_by_code=LANGUAGES,
            change=path_of(request, here, "consultations.write"),
            send_to=path_of(request, here, "consultations.send_comment"),
            **spoken(lang(request)),
        )
    )


def _of_draft(draft: Draft) -> Form[CommentForm] | None:
    try:
        return Form(dict(draft.fields), data=CommentForm.model_validate(dict(draft.fields)))
    except ValidationError:
        return None


def files(request: Request) -> Response:
    """Put a file with the draft, or take one away."""
    here = here_of(request)
    posted, draft = request.state.form, draft_of(request, here)
    if draft is None:
        return RedirectResponse(path_of(request, here, "consultations.write"), 303)
    try:
        with services(request).database.uow() as tx:
            given = posted.get("file")
            if isinstance(given, UploadFile) and given.filename:
                comment_drafts.attach(tx, draft.id, given.filename, given.file.read())
            comment_drafts.detach(tx, draft.id, str(posted.get("remove", ""))[:64])
            tx.commit()
    except DomainError as refusal:
        return _summary(request, here, {"file": translate(lang(request), refusal.message)}, refusal.status)
    return RedirectResponse(f"{path_of(request, here, 'consultations.check_comment')}#files", 303)


def send(request: Request) -> Response:
    """Publish it: its number, its place in the log, its receipt."""
    here, form = here_of(request), parse(request, SendForm)
    services_, reference, draft = services(request), request.path_params["reference"], draft_of(request, here)
    if draft is None:  # sent a moment ago by a second click, or thrown away in another window
        return to(request, "consultations.my_comments")
    filled = _of_draft(draft)
    found = None if filled is None else wanted(request, here, filled)
    if found is None:
        return RedirectResponse(path_of(request, here, "consultations.write"), 303)
    if form.data is None or form.data.seen != draft.seen:
        said = N_("This was changed in another window meanwhile. Look at it as it is now.")
        return _summary(request, here, {"": translate(lang(request), said)}, 409)
    try:
        with services_.database.uow() as tx:
            sent = commenting.send(services_, tx, session(request), reference, *found, draft_id=draft.id)
            comment_drafts.discard(tx, draft.id)
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in (403, 409, 429):
            raise
        return _summary(request, here, {"": translate(lang(request), refusal.message)}, refusal.status)
    path = address(request, "consultations.my_comment", reference=reference, number=sent.number)
    return RedirectResponse(f"{path}?sent=yes", 303)


routes = [
    route(f"{COMMENT}/check", check, Action.COMMENT, name="consultations.check_comment"),
    route(
        f"{COMMENT}/files",
        files,
        Action.COMMENT,
        methods=["POST"],
        name="consultations.comment_files",
        max_body=_MAX_BODY,
    ),
    route(f"{COMMENT}/send", send, Action.COMMENT, methods=["POST"], name="consultations.send_comment"),
]
