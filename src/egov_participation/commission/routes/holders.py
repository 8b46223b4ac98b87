"""Pages of the office about a draft's trustees: who they are, what each has done, and their invitations."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.commission import rules
from egov_participation.commission.deciding_forms import AnewForm, TrusteeForm
from egov_participation.commission.draft_forms import NeededForm
from egov_participation.commission.models import Draft, DraftTrustee
from egov_participation.commission.routes.draft_common import found_draft
from egov_participation.commission.routes.draft_pages import again_sentence
from egov_participation.commission.service import ceremonies, invitations
from egov_participation.commission.service.changing import document_of, title_of
from egov_participation.commission.service.lookup import group_of, trustees_of
from egov_participation.commission.service.trustees import Step, name_of, step_of
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.voting import service as voting
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_FIELDS: Final = ("name_kk", "name_ru", "name_en", "mail", "language")
STEP_WORDS: Final = {
    Step.KEY: N_("key awaited"),
    Step.HANDED_IN: N_("key handed in"),
    Step.TAKE_PART: N_("step awaited"),
    Step.OTHERS: N_("waits for others"),
    Step.CONFIRM: N_("confirmation awaited"),
    Step.CONFIRMED: N_("has confirmed"),
    Step.WAITING: N_("nothing to do now"),
    Step.SHUFFLE: N_("shuffle awaited"),
    Step.SHUFFLED: N_("has shuffled"),
    Step.ENOUGH_SHUFFLED: N_("waits for others"),
    Step.DECRYPT: N_("decryption awaited"),
    Step.DECRYPTED: N_("has decrypted"),
    Step.SPARED: N_("was not needed"),
    Step.VERIFYING: N_("being verified"),
    Step.CANCELLED: N_("nothing left to do"),
}
"""Where a trustee stands: msgids."""


def trustees(request: Request) -> Response:
    """All of them, with what each has done and owes."""
    here, draft = services(request), found_draft(request)
    with here.database.read() as db:
        handed_in = voting.hand_ins(db, draft.uuid)
        rows = trustees_of(db, draft.id)
        ceremony = ceremonies.of_draft(db, draft, rows)
    published = voting.vote(here, draft.uuid) if draft.state == "published" else None
    steps = {row.id: step_of(draft, row, published, ceremony, handed_in.get(row.place)) for row in rows}
    return render(
        request,
        "commission/trustees.html",
        draft=draft,
        title=title_of(draft),
        rows=[(row, name_of(row).of(lang(request)), steps[row.id]) for row in rows],
        words=_words(request),
        editable=draft.state == "editing",
        needed=document_of(draft).get("needed"),
        ceremony=ceremony,
        stages={stage: translate(lang(request), words) for stage, words in ceremonies.STAGE_WORDS.items()},
        always=[name_of(row).of(lang(request)) for row in rows if row.always],
        all_invited=all(row.invited_at is not None for row in group_of(rows)),
        least=rules.WANTED_TRUSTEES,
        offline=any(row.offline for row in rows),
    )


def needed(request: Request) -> Response:
    """How many of them decrypting takes."""
    draft = found_draft(request)
    number = document_of(draft).get("needed")
    values = {"of": "all" if number is None else "some", "needed": "" if number is None else str(number)}
    return _needed_page(request, draft, Form(values | {"version": str(draft.version)}))


def save_needed(request: Request) -> Response:
    """Write it down."""
    form = parse(request, NeededForm)
    if form.data is None:
        return _needed_page(request, found_draft(request), form, 422)
    here, number = services(request), int(form.data.needed) or None
    try:
        with here.database.uow() as tx:
            id_, version = request.path_params["id"], form.data.version
            ceremonies.set_needed(here, tx, session(request), id_, version, number)
            tx.commit()
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        draft = found_draft(request)
        form.values["version"] = str(draft.version)
        form.errors[""] = translate(lang(request), refusal.message)
        return _needed_page(request, draft, form, refusal.status, _needed_in_words(request, draft))
    return to(request, "commission.trustees", id=request.path_params["id"])


def needed_again(request: Request) -> Response:
    """The form came from another session than the one of now."""
    form = parse(request, NeededForm)
    form.errors[""] = again_sentence(request)
    return _needed_page(request, found_draft(request), form, 403)


def _needed_in_words(request: Request, draft: Draft) -> list[tuple[str, str]]:
    number = document_of(draft).get("needed")
    language = lang(request)
    said = translate(language, N_("all of them")) if number is None else str(number)
    return [(translate(language, N_("Needed to decrypt")), said)]


def _needed_page(
    request: Request,
    draft: Draft,
    form: Form[NeededForm],
    status: int = 200,
    theirs: list[tuple[str, str]] | None = None,
) -> Response:
    with services(request).database.read() as db:
        rows = trustees_of(db, draft.id)
    return kept_by_the_browser(
        render(
            request,
            "commission/trustees_needed.html",
            status=status,
            draft=draft,
            form=form,
            theirs=theirs,
            count=len(rows),
            always=[name_of(row).of(lang(request)) for row in rows if row.always],
        )
    )


def begin_ceremony(request: Request) -> Response:
    """Let the trustees make their key."""
    here, draft = services(request), found_draft(request)
    with here.database.uow() as tx:
        ceremonies.begin(here, tx, session(request), draft.id)
        tx.commit()
    return to(request, "commission.trustees", id=draft.id)


def ceremony_anew(request: Request) -> Response:
    """Why it shall be made anew."""
    return _anew_page(request, Form())


def begin_anew(request: Request) -> Response:
    """Give up what was made, and begin another ceremony."""
    form, here, draft = parse(request, AnewForm), services(request), found_draft(request)
    if form.data is None:
        return _anew_page(request, form)
    given_up, reason = form.data.ceremony, form.data.reason
    try:
        with here.database.uow() as tx:
            ceremonies.begin(here, tx, session(request), draft.id, given_up=given_up, reason=reason)
            tx.commit()
    except DomainError as refusal:
        if refusal.status != 409:
            raise
        return _anew_page(request, Form(form.values, {"": translate(lang(request), refusal.message)}), 409)
    return to(request, "commission.trustees", id=draft.id)


def _anew_page(request: Request, form: Form[AnewForm], status: int = 422) -> Response:
    draft = found_draft(request)
    with services(request).database.read() as db:
        standing = ceremonies.of_draft(db, draft, trustees_of(db, draft.id))
    return render(
        request,
        "commission/ceremony_anew.html",
        status=status if form.errors else 200,
        draft=draft,
        ceremony="" if standing is None else standing.id,
        form=form,
    )


def trustee(request: Request) -> Response:
    """One of them, and what can be done."""
    draft, row = found_draft(request), _row(request)
    here = services(request)
    with here.database.read() as db:
        hand_in = voting.hand_ins(db, draft.uuid).get(row.place)
        ceremony = ceremonies.of_draft(db, draft, trustees_of(db, draft.id))
    published = voting.vote(here, draft.uuid) if draft.state == "published" else None
    return render(
        request,
        "commission/trustee.html",
        draft=draft,
        row=row,
        name=name_of(row),
        step=step_of(draft, row, published, ceremony, hand_in),
        ceremony=None if row.always else ceremony,
        words=_words(request),
        language_names=LANGUAGES,
        editable=draft.state == "editing",
    )


def new_trustee(request: Request) -> Response:
    """Whom to ask."""
    return _form_page(request, Form(values={"language": "kk"}))


def add_trustee(request: Request) -> Response:
    """Put them on the list; nothing is sent yet."""
    form = parse(request, TrusteeForm)
    if form.data is None:
        return _form_page(request, form)
    here, draft = services(request), found_draft(request)
    try:
        with here.database.uow() as tx:
            made = invitations.add(here, tx, session(request), draft.id, _given(form.data))
            tx.commit()
    except DomainError as refusal:
        return _form_page(request, _refused(request, form, refusal), status=refusal.status)
    return to(request, "commission.trustee", id=draft.id, trustee=made)


def change_trustee(request: Request) -> Response:
    """Write something else of them."""
    row = _row(request)
    values = {name: str(getattr(row, name)) for name in _FIELDS}
    marks = {name: "true" for name in ("offline", "always") if getattr(row, name)}
    return _form_page(request, Form(values | marks), row)


def save_trustee(request: Request) -> Response:
    """Save it."""
    form, row = parse(request, TrusteeForm), _row(request)
    if form.data is None:
        return _form_page(request, form, row)
    here = services(request)
    try:
        with here.database.uow() as tx:
            invitations.change(here, tx, session(request), row.id, _given(form.data))
            tx.commit()
    except DomainError as refusal:
        return _form_page(request, _refused(request, form, refusal), row, refusal.status)
    return to(request, "commission.trustee", id=row.draft_id, trustee=row.id)


def invite(request: Request) -> Response:
    """Send the invitation, or another one in its place."""
    here, row = services(request), _row(request)
    with here.database.uow() as tx:
        invitations.invite(here, tx, session(request), row.id)
        tx.commit()
    return to(request, "commission.trustee", id=row.draft_id, trustee=row.id)


def remove(request: Request) -> Response:
    """Take them off the list."""
    here, row = services(request), _row(request)
    with here.database.uow() as tx:
        invitations.remove(here, tx, session(request), row.id)
        tx.commit()
    return to(request, "commission.trustees", id=row.draft_id)


def _form_page(
    request: Request, form: Form[TrusteeForm], row: DraftTrustee | None = None, status: int = 422
) -> Response:
    return render(
        request,
        "commission/trustee_form.html",
        status=status if form.errors else 200,
        draft=found_draft(request),
        row=row,
        form=form,
        language_names=LANGUAGES,
    )


def _given(form: TrusteeForm) -> invitations.Given:
    return invitations.Given(form.name(), form.mail, form.language, form.offline, form.always)


def _refused(request: Request, form: Form[TrusteeForm], refusal: DomainError) -> Form[TrusteeForm]:
    """The form as it was filled in, with what the rules say; 404 of a draft that is not there is no form's."""
    if refusal.status != 409:
        raise refusal
    name = "mail" if refusal.code == "trustee.repeated" else ""
    return Form(form.values, {name: translate(lang(request), refusal.message)})


def _row(request: Request) -> DraftTrustee:
    """The trustee in the address, of the draft in the address.

    Raises:
        DomainError: 404 ``trustee.unknown``.
    """
    with services(request).database.read() as db:
        for row in trustees_of(db, request.path_params["id"]):
            if row.id == request.path_params["trustee"]:
                return row
    raise DomainError(404, N_("There is no such trustee."), code="trustee.unknown")


def _words(request: Request) -> dict[Step, str]:
    return {step: translate(lang(request), words) for step, words in STEP_WORDS.items()}


_ALL: Final = "/office/votes/drafts/{id}/trustees"
_ONE: Final = f"{_ALL}/{{trustee}}"

routes = [
    route(_ALL, trustees, Action.SET_UP_VOTE),
    route(f"{_ALL}/needed", needed, Action.SET_UP_VOTE, name="commission.trustees_needed"),
    route(
        f"{_ALL}/needed",
        save_needed,
        Action.SET_UP_VOTE,
        methods=["POST"],
        name="commission.trustees_needed_save",
        again=needed_again,
    ),
    route(f"{_ALL}/ceremony", begin_ceremony, Action.SET_UP_VOTE, methods=["POST"]),
    route(f"{_ALL}/ceremony/anew", ceremony_anew, Action.SET_UP_VOTE),
    route(f"{_ALL}/ceremony/anew", begin_anew, Action.SET_UP_VOTE, methods=["POST"]),
    route(f"{_ALL}/new", new_trustee, Action.SET_UP_VOTE),
    route(f"{_ALL}/new", add_trustee, Action.SET_UP_VOTE, methods=["POST"]),
    route(_ONE, trustee, Action.SET_UP_VOTE),
    route(f"{_ONE}/change", change_trustee, Action.SET_UP_VOTE),
    route(f"{_ONE}/change", save_trustee, Action.SET_UP_VOTE, methods=["POST"]),
    route(f"{_ONE}/invite", invite, Action.SET_UP_VOTE, methods=["POST"], name="commission.invite_trustee"),
    route(f"{_ONE}/remove", remove, Action.SET_UP_VOTE, methods=["POST"], name="commission.remove_trustee"),
]
