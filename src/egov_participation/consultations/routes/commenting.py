"""The pages on which a comment or an amendment is written, looked at once more, and sent.

What was typed is never lost: it is put down as a draft before anything is checked, and what comes after the session has
ended is kept, and stands in the form after the next sign-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation import actions
from egov_participation.actions import Action
from egov_participation.consultations import telling
from egov_participation.consultations.comment_forms import FIELDS, CommentForm, PlaceForm, SendForm
from egov_participation.consultations.comment_words import AMENDMENTS, name_of
from egov_participation.consultations.models import AmendmentKind, Capacity, Stance
from egov_participation.consultations.routes.comments import spoken
from egov_participation.consultations.rules import commenting as rules
from egov_participation.consultations.rules.attachments import DOCX, JPEG, PDF, PNG
from egov_participation.consultations.rules.commenting import Place, Written
from egov_participation.consultations.service import (
    comment_drafts,
    comment_heads,
    comment_places,
    comment_supporting,
    commenting,
)
from egov_participation.consultations.service.comment_drafts import Draft
from egov_participation.consultations.service.comment_places import Spot
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.identity import service as identity
from egov_participation.web.addresses import address, to
from egov_participation.web.context import lang, services, session, session_or_none
from egov_participation.web.forms import Form, kept_by_the_browser, parse, parse_query
from egov_participation.web.proxies import client_address
from egov_participation.web.routing import route
from egov_participation.web.sessions import SIGN_IN_PATH, asked_for, sign_in_first
from egov_participation.web.templating import render

_LONGEST: Final = 60_000
"""Letters of a form that are kept."""
_MAX_BODY: Final = rules.LARGEST_FILE + 100_000
"""Bytes: a file, and the form around it."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where somebody comments, and what that is called."""

    spot: Spot
    about: int | None
    amendment: AmendmentKind | None
    """What the address asks for; in the form another one can be chosen."""

    @property
    def is_amendment(self) -> bool:
        """Whether other words are proposed."""
        return self.amendment is not None

    @property
    def lineage(self) -> str:
        """Of the provision."""
        return "" if self.spot.provision is None else self.spot.provision.lineage

    @property
    def kind(self) -> str:
        """Of the draft."""
        if self.about is not None:
            return comment_drafts.discussing(self.about)
        return comment_drafts.AMENDMENT if self.is_amendment else comment_drafts.COMMENT

    @property
    def fields(self) -> dict[str, str]:
        """What goes along in addresses and forms."""
        named = {
            "provision": "" if self.spot.provision is None else self.spot.provision.eid,
            "text": self.spot.expression.lang,
            "about": "" if self.about is None else str(self.about),
            "amendment": "" if self.amendment is None else self.amendment.value,
        }
        return {name: value for name, value in named.items() if value}


def _here(request: Request, form: PlaceForm | None) -> Here:
    """Where that is.

    Raises:
        DomainError: 404 of `comment_places.spot`, ``comment.unknown``.
    """
    params, form = request.path_params, form or PlaceForm()
    with services(request).database.read() as db:
        spot = comment_places.spot(
            db, params["reference"], params["version"], form.text or lang(request), form.provision
        )
        about = int(form.about) if form.about else None
        if about is not None:
            commenting.amendment(db, spot.consultation, about)
    amends = form.amendment and spot.provision is not None and about is None
    return Here(spot, about, AmendmentKind(form.amendment) if amends else None)


def _path(request: Request, here: Here, name: str, **more: str) -> str:
    params = request.path_params
    path = address(request, name, reference=params["reference"], version=params["version"])
    return f"{path}?{urlencode(here.fields | more)}"


# -- writing -----------------------------------------------------------------------------------------------------------


def write(request: Request) -> Response:
    """The form; for who is not signed in, what they will be able to do when they are. ``?quote=`` has the words that
    were selected, ``start=`` where they begin in code points; without them the whole provision is meant."""
    here = _here(request, parse_query(request, PlaceForm).data)
    given, found = request.query_params, session_or_none(request)
    if found is None:
        target = f"/{lang(request)}{SIGN_IN_PATH}?{urlencode({'next': asked_for(request)})}"
        return _render(request, here, Form(), sign_in=target)
    actions.check(Action.COMMENT, found.capacity, found.roles)
    draft = _draft(request, here)
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


def _draft(request: Request, here: Here) -> Draft | None:
    with services(request).database.read() as db:
        consultation = here.spot.consultation
        return comment_drafts.find(services(request), db, session(request), consultation, here.lineage, here.kind)


def _kept(request: Request, here: Here) -> dict[str, str]:
    token = request.query_params.get("kept", "")[:60]
    with services(request).database.read() as db:
        fields = comment_drafts.kept(services(request), db, here.spot.consultation, token)
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
            name=name_of(spot.provision.label, spot.provision.heading) if spot.provision else "",
            form=form,
            draft=draft,
            kept=kept,
            sign_in=sign_in,
            open_now=open_now,
            newer=newer,
            gone=bool(newer) and bool(here.lineage) and place is None,
            alike=[] if here.about is not None else alike,
            save_to=_path(request, here, "consultations.save_comment"),
            alike_at=_path(request, here, "consultations.alike"),
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
    services_, here = services(request), _here(request, parse_query(request, PlaceForm).data)
    form = parse(request, CommentForm)
    with services_.database.uow() as tx:
        consultation, fields = here.spot.consultation, _typed(form.values)
        comment_drafts.save(services_, tx, session(request), consultation, here.lineage, here.kind, fields)
        comment_drafts.forget_kept(tx, consultation, form.values.get("kept", ""))
        tx.commit()
    if form.values.get("act") == "save":
        return to(request, "consultations.my_comments")
    if form.data is not None:
        _wanted(request, here, form)
    if form.errors or form.data is None:
        return _render(request, here, form, 422, draft=_draft(request, here))
    return RedirectResponse(_path(request, here, "consultations.check_comment"), 303)


def _typed(values: dict[str, str]) -> dict[str, str]:
    fields = {name: values[name] for name in FIELDS if name in values}
    return fields if sum(map(len, fields.values())) <= _LONGEST else {}


def _wanted(request: Request, here: Here, form: Form[CommentForm]) -> tuple[Place, Written] | None:
    """What is to be sent; None where something is wrong, which the form then says."""
    data, spot = form.data, here.spot
    assert data is not None
    place, written = None, _written(here, data)
    try:
        quote = rules.quoted(spot.words, data.quote, int(data.start) if data.start else None)
        place = Place(
            spot.version.number,
            spot.expression.lang if spot.provision else "",
            spot.provision.eid if spot.provision else "",
            None if here.is_amendment else quote,
            here.about,
        )
        rules.check(place, written)
        if written.amendment is AmendmentKind.REPLACE and written.proposed == spot.words:
            raise DomainError(422, N_("These are the words that stand there already."), code="comment.proposed")
    except DomainError as refusal:
        form.errors[refusal.code.partition(".")[2]] = translate(lang(request), refusal.message)
        return None
    return place, written


def _written(here: Here, data: CommentForm) -> Written:
    capacity = Capacity(data.capacity)
    amendment = AmendmentKind(data.amendment) if here.is_amendment and data.amendment else None
    return Written(
        lang=data.lang,
        text=data.text,
        stance=Stance(data.stance),
        capacity=capacity,
        organisation="" if capacity is Capacity.CITIZEN else data.organisation,
        show_name=data.shown == "yes",
        amendment=amendment,
        proposed=data.proposed if amendment in (AmendmentKind.REPLACE, AmendmentKind.INSERT_AFTER) else "",
    )


def again(request: Request) -> Response:
    """The form came from another session than the one of now: it is shown again, as it was filled in."""
    form = parse(request, CommentForm)
    form.errors[""] = translate(
        lang(request),
        N_("You signed in or out meanwhile, so nothing was sent. What you typed is here: look at it and go on."),
    )
    return _render(request, _here(request, parse_query(request, PlaceForm).data), form, 403)


def keep(request: Request) -> Response:
    """It came without a session: it is kept, and one is led to the sign-in and from there back to it.

    Raises:
        DomainError: 401, whoever asks for a place that is none; 429 ``comment.too_many``.
    """
    services_ = services(request)
    posted = {name: value for name, value in request.state.form.items() if isinstance(value, str)}
    try:
        here = _here(request, parse_query(request, PlaceForm).data)
        with services_.database.uow() as tx:
            network = identity.network_of(client_address(request))
            token = comment_drafts.keep(services_, tx, request.path_params["reference"], _typed(posted), network)
            tx.commit()
    except DomainError as refusal:
        if refusal.status != HTTPStatus.NOT_FOUND:
            raise
        return sign_in_first(request)
    back = _path(request, here, "consultations.write", kept=token)
    target = f"/{lang(request)}{SIGN_IN_PATH}?{urlencode({'next': back})}"
    return RedirectResponse(target, 303, {"Cache-Control": "no-store"})


def alike(request: Request) -> Response:
    """Comments that say much of what is being written: a part of the form, made anew while somebody types."""
    here = _here(request, parse_query(request, PlaceForm).data)
    text = str(request.state.form.get("text", ""))[: rules.LONGEST_TEXT]
    with services(request).database.read() as db:
        found = comment_supporting.alike(db, here.spot.consultation, here.lineage, text)
    return render(request, "consultations/_alike.html", alike=found, **spoken(lang(request)))


# -- looking at it once more, and sending ------------------------------------------------------------------------------


def check(request: Request) -> Response:
    """The summary."""
    return _summary(request, _here(request, parse_query(request, PlaceForm).data))


def _summary(request: Request, here: Here, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    services_, draft = services(request), _draft(request, here)
    form = None if draft is None else _of_draft(draft)
    wanted = None if form is None else _wanted(request, here, form)
    if draft is None or form is None or form.data is None or wanted is None:
        return RedirectResponse(_path(request, here, "consultations.write"), 303)
    place, written = wanted
    with services_.database.read() as db:
        head = comment_heads.of(db, here.spot.consultation)
        found = comment_supporting.alike(db, here.spot.consultation, here.lineage, written.text)
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
            name=name_of(here.spot.provision.label, here.spot.provision.heading) if here.spot.provision else "",
            place=place,
            written=written,
            own_name=f"{person.given_name} {person.family_name}" if person and written.show_name else "",
            draft=draft,
            alike=found if here.about is None else [],
            errors=errors or {},
            accept=f"{PDF},{DOCX},{JPEG},{PNG}",
            most_files=rules.MOST_FILES,
            files_to=_path(request, here, "consultations.comment_files"),
            languages_by_code=LANGUAGES,
            change=_path(request, here, "consultations.write"),
            send_to=_path(request, here, "consultations.send_comment"),
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
    here = _here(request, parse_query(request, PlaceForm).data)
    posted, draft = request.state.form, _draft(request, here)
    if draft is None:
        return RedirectResponse(_path(request, here, "consultations.write"), 303)
    try:
        with services(request).database.uow() as tx:
            given = posted.get("file")
            if isinstance(given, UploadFile) and given.filename:
                comment_drafts.attach(tx, draft.id, given.filename, given.file.read())
            comment_drafts.detach(tx, draft.id, str(posted.get("remove", ""))[:64])
            tx.commit()
    except DomainError as refusal:
        return _summary(request, here, {"file": translate(lang(request), refusal.message)}, refusal.status)
    return RedirectResponse(f"{_path(request, here, 'consultations.check_comment')}#files", 303)


def send(request: Request) -> Response:
    """Publish it: its number, its place in the log, its receipt."""
    here, form = _here(request, parse_query(request, PlaceForm).data), parse(request, SendForm)
    services_, reference, draft = services(request), request.path_params["reference"], _draft(request, here)
    if draft is None:  # sent a moment ago by a second click, or thrown away in another window
        return to(request, "consultations.my_comments")
    filled = _of_draft(draft)
    wanted = None if filled is None else _wanted(request, here, filled)
    if wanted is None:
        return RedirectResponse(_path(request, here, "consultations.write"), 303)
    if form.data is None or form.data.seen != draft.seen:
        said = N_("This was changed in another window meanwhile. Look at it as it is now.")
        return _summary(request, here, {"": translate(lang(request), said)}, 409)
    try:
        with services_.database.uow() as tx:
            sent = commenting.send(services_, tx, session(request), reference, *wanted, draft_id=draft.id)
            comment_drafts.discard(tx, draft.id)
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in (403, 409, 429):
            raise
        return _summary(request, here, {"": translate(lang(request), refusal.message)}, refusal.status)
    path = address(request, "consultations.my_comment", reference=reference, number=sent.number)
    return RedirectResponse(f"{path}?sent=yes", 303)


_COMMENT: Final = "/consultations/{reference}/v{version:int}/comment"

routes = [
    route(_COMMENT, write, Action.VISIT, name="consultations.write"),
    route(
        _COMMENT,
        save,
        Action.COMMENT,
        methods=["POST"],
        name="consultations.save_comment",
        again=again,
        signed_out=keep,
    ),
    route(f"{_COMMENT}/alike", alike, Action.COMMENT, methods=["POST"], name="consultations.alike"),
    route(f"{_COMMENT}/check", check, Action.COMMENT, name="consultations.check_comment"),
    route(
        f"{_COMMENT}/files",
        files,
        Action.COMMENT,
        methods=["POST"],
        name="consultations.comment_files",
        max_body=_MAX_BODY,
    ),
    route(f"{_COMMENT}/send", send, Action.COMMENT, methods=["POST"], name="consultations.send_comment"),
]
