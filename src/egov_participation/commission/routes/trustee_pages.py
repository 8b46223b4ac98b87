"""A trustee's pages on the booth's host: the way in by the invitation's link, and the one step that is due.

Keys are made, setups compared and sums decrypted by the browser (`static/trustee/`) or by `egov-ballot`; either way a
public file is handed in by the same forms, which need no script.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from egov_crypto import wire
from egov_participation.actions import Action
from egov_participation.commission.routes import trustee_session
from egov_participation.commission.routes.draft_common import address
from egov_participation.commission.service import handing_in, keys, taking_part, trustees
from egov_participation.commission.service.ceremonies import STAGE_WORDS
from egov_participation.commission.service.trustees import Step, TrusteeView
from egov_participation.errors import DomainError
from egov_participation.formats import filters
from egov_participation.i18n import N_, translate
from egov_participation.voting import service as voting
from egov_participation.voting.routes.public import archive_url, source_of
from egov_participation.voting.service import MAX_UPLOAD_BYTES, HandInKind, HandInStage, HandInView
from egov_participation.voting.setup import SetupDocument
from egov_participation.voting.views import AddingUp
from egov_participation.voting.wording import added_up_in_words, roll_in_words
from egov_participation.web.context import lang, services
from egov_participation.web.forms import upload
from egov_participation.web.routing import BOOTH, route
from egov_participation.web.templating import render

_PAGES: Final = {
    Step.KEY: "trustee/key.html",
    Step.TAKE_PART: "trustee/ceremony.html",
    Step.CONFIRM: "trustee/confirm.html",
    Step.SHUFFLE: "trustee/shuffle.html",
    Step.DECRYPT: "trustee/decrypt.html",
    Step.VERIFYING: "trustee/verifying.html",
}
"""Where there is something to do; elsewhere the page says what is awaited of whom."""
_ERRORS: Final = {
    "key.reopened": N_("Say that you opened the key file with its passphrase, so that it does not fail you later."),
    "key.missing": N_("Choose the public file, such as trustee.public.json."),
    "decryption.missing": N_("Choose the file that your program wrote."),
    "compared": N_("Say that you compared the fingerprint with all the others by another way."),
}
_STAGES: Final = {
    HandInStage.WAITING: N_("The work begins in a moment."),
    HandInStage.VERIFYING: N_("%(share)s of the file is verified."),
    HandInStage.FINISHING: N_("All parts hold. The last checks are made, then the file is recorded."),
}
_OF_STEP: Final = {Step.SHUFFLE: HandInKind.SHUFFLE, Step.DECRYPT: HandInKind.DECRYPTION}


def invitation(request: Request) -> Response:
    """Who is invited to what. Opening it does nothing: programs that look at mails open links too."""
    found = trustee_session.invited(request, request.path_params["token"])
    return _own(render(request, "trustee/invitation.html", trustee=found))


def enter(request: Request) -> Response:
    """The link becomes a session; from then on its token stands in no address."""
    token = request.path_params["token"]
    trustee_session.invited(request, token)
    response = _to_page(request)
    trustee_session.begin(request, response, token)
    return response


def leave(request: Request) -> Response:
    """The session ends; the link of the invitation opens another."""
    response = render(request, "trustee/left.html")
    trustee_session.end(request, response)
    return _own(response)


def page(request: Request) -> Response:
    """What is due, or what is awaited; why what was handed in was refused is said at the form, until another comes."""
    found = trustee_session.trustee(request)
    hand_in = found.hand_in
    if hand_in is not None and hand_in.refused and hand_in.kind is _OF_STEP.get(found.step):
        return _page(request, found, hand_in.kind, hand_in.refused, status=200)
    return _page(request, found)


def hand_in_key(request: Request) -> Response:
    """Take the public key; what is wrong with it is said at the form."""
    token, raw = trustee_session.token_of(request), upload(request, "key")
    reopened = request.state.form.get("reopened") == "yes"
    found = trustees.by_token(services(request), token)
    if not raw:
        return _page(request, found, "key", _ERRORS["key.missing"], template=_PAGES[Step.KEY])
    if not reopened:
        return _page(request, found, "reopened", _ERRORS["key.reopened"], template=_PAGES[Step.KEY])
    try:
        keys.hand_in_key(services(request), token, raw, reopened=True)
    except DomainError as error:
        return _refused(request, found, "key", error, _PAGES[Step.KEY])
    return _to_page(request)


def take_step(request: Request) -> Response:
    """Take what the trustee's page or program made for the step of the ceremony that is awaited."""
    found, raw = trustee_session.trustee(request), upload(request, "message")
    if found.step is not Step.TAKE_PART:
        return _to_page(request)
    if not raw:
        return _page(request, found, "message", _ERRORS["decryption.missing"])
    try:
        taking_part.hand_in(services(request), trustee_session.token_of(request), _ceremony_of(request), raw)
    except DomainError as error:
        return _refused(request, found, "message", error, _PAGES[Step.TAKE_PART])
    return _to_page(request)


def compare(request: Request) -> Response:
    """Take the fingerprint that the trustee's page or program shows, once it was compared with the others'."""
    found, form = trustee_session.trustee(request), request.state.form
    if found.step is not Step.TAKE_PART:
        return _to_page(request)
    if form.get("compared") != "yes":
        return _page(request, found, "compared", _ERRORS["compared"])
    here, fingerprint = services(request), str(form.get("fingerprint", ""))
    try:
        taking_part.compare(here, trustee_session.token_of(request), _ceremony_of(request), fingerprint)
    except DomainError as error:
        return _refused(request, found, "fingerprint", error, _PAGES[Step.TAKE_PART])
    return _to_page(request)


def ceremony_file(request: Request) -> Response:
    """All that was handed in so far: what the page and `egov-ballot trustee` take the next step from.

    Raises:
        DomainError: 404 ``ceremony.none``.
    """
    raw = taking_part.ceremony_file(services(request), trustee_session.token_of(request))
    return _own(Response(raw, media_type="application/json"))


def replace_key(request: Request) -> Response:
    """The form for a key in place of the one that was handed in, while the setup is not frozen."""
    found = trustee_session.trustee(request)
    if found.step not in (Step.KEY, Step.HANDED_IN) or found.ceremony is not None:
        return _to_page(request)
    return _page(request, found, template=_PAGES[Step.KEY])


def confirm(request: Request) -> Response:
    """Confirm the setup whose number the page showed."""
    token = trustee_session.token_of(request)
    keys.confirm(services(request), token, str(request.state.form.get("setup_hash", "")))
    return _to_page(request)


def shuffle(request: Request) -> Response:
    """Take a shuffle, which is verified soon; whose it is, the invitation tells."""
    return _hand_in(request, HandInKind.SHUFFLE, _PAGES[Step.SHUFFLE])


def decrypt(request: Request) -> Response:
    """Take a decryption, which is verified soon; whose it is, its proofs tell."""
    return _hand_in(request, HandInKind.DECRYPTION, _PAGES[Step.DECRYPT])


def progress(request: Request) -> Response:
    """How far the ballots are added up, or what was handed in is verified: ``done``, ``total``, and the same in words
    (``said``). Asked by the page's script every second; once there is nothing to wait for, it is told null."""
    found = handing_in.waiting(services(request), trustee_session.token_of(request))
    told = None if found is None else {"done": found.done, "total": found.total, "said": _said(request, found)}
    return _own(JSONResponse(told))


def setup(request: Request) -> Response:
    """The frozen setup document, byte for byte: its SHA-256 is what is confirmed.

    Raises:
        DomainError: 404 ``setup.none``.
    """
    return _bytes(trustee_session.trustee(request).setup, "application/json")


def registrar(request: Request) -> Response:
    """The registrar's signed statement on that document, which the browser verifies.

    Raises:
        DomainError: 404 ``setup.none``.
    """
    return _bytes(trustee_session.trustee(request).confirmation, "application/json")


def archive_start(request: Request) -> Response:
    """The first bytes of the archive that is to be, which hold questions, keys and public credentials.

    Raises:
        DomainError: 404 ``setup.none``.
    """
    return _bytes(trustee_session.trustee(request).archive_start, "application/x-tar")


def _page(
    request: Request,
    found: TrusteeView,
    field: str = "",
    error: str = "",
    *,
    status: int = 422,
    template: str | None = None,
) -> Response:
    here = services(request)
    context: dict[str, Any] = {
        "trustee": found,
        "steps": Step,
        "errors": {field: translate(lang(request), error)} if error else {},
        "source": source_of(request),
        "vote_url": f"{here.settings.base_url}/{lang(request)}/votes/{found.vote}",
        "stages": {stage: translate(lang(request), words) for stage, words in STAGE_WORDS.items()},
        "typed": str(request.state.form.get("fingerprint", "")) if request.method == "POST" else "",
        "key_print": wire.compact_digest(found.public_key) if found.public_key else "",
    }
    if found.setup is not None:
        setup = context["setup"] = SetupDocument.parse(found.setup)
        context["who_votes"] = roll_in_words(setup.roll_rule, lang(request), here.settings.timezone)
    if found.hand_in is not None and found.step is Step.VERIFYING:
        context["said"] = _said(request, found.hand_in)
    elif found.adding_up is not None:
        context["said"] = _said(request, found.adding_up)
    if found.archive_start is not None:
        context["questions"] = voting.questions_in(found.archive_start)
        context["needed"] = voting.needed_in(found.archive_start)
    if found.published is not None:
        context["most"] = MAX_UPLOAD_BYTES
        context["archive_url"] = archive_url(request, found.published)
        context["archive_here"] = address(request, "voting.booth_archive", uuid=found.vote)
    name = template or _PAGES.get(found.step, "trustee/waiting.html")
    return _own(render(request, name, status=status if error else 200, **context))


def _hand_in(request: Request, kind: HandInKind, template: str) -> Response:
    token, raw = trustee_session.token_of(request), upload(request, kind)
    found = trustees.by_token(services(request), token)
    if found.published is None:
        return _to_page(request)
    if not raw:
        return _page(request, found, kind, _ERRORS["decryption.missing"], template=template)
    try:
        handing_in.hand_in(services(request), token, kind, raw)
    except DomainError as error:
        return _refused(request, found, kind, error, template)
    return _to_page(request)


def _said(request: Request, hand_in: HandInView | AddingUp) -> str:
    if isinstance(hand_in, AddingUp):
        return added_up_in_words(hand_in, lang(request), services(request).settings.timezone)
    percent = filters(lang(request), services(request).settings.timezone)["percent"]
    share = percent(hand_in.done / (hand_in.total or 1), 0)
    return translate(lang(request), _STAGES[hand_in.stage], share=share)


def _refused(request: Request, found: TrusteeView, field: str, error: DomainError, template: str) -> Response:
    """The form again with what is wrong with its file; an invitation that was sent anew is no form's matter."""
    if error.code == "trustee.unknown":
        raise error
    said = translate(lang(request), error.message, **error.params)
    return _page(request, found, field, said, status=error.status, template=template)


def _to_page(request: Request) -> Response:
    return RedirectResponse(address(request, "commission.trustee_page"), 303, {"Cache-Control": "no-store"})


def _own(response: Response) -> Response:
    """Neither caches nor the browser's own history keep this page."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _ceremony_of(request: Request) -> str:
    """The ceremony that the page was about."""
    return str(request.state.form.get("ceremony", ""))


def _bytes(raw: bytes | None, media_type: str) -> Response:
    if raw is None:
        raise DomainError(404, N_("No setup is frozen at this moment."), code="setup.none")
    return _own(Response(raw, media_type=media_type))


_ALL: Final = "/trustee"

routes = [
    route(_ALL, page, Action.VISIT, site=BOOTH, name="commission.trustee_page"),
    route(f"{_ALL}/key", replace_key, Action.VISIT, site=BOOTH, name="commission.trustee_replace_key"),
    route(f"{_ALL}/key", hand_in_key, Action.VISIT, methods=["POST"], site=BOOTH, name="commission.trustee_key"),
    route(f"{_ALL}/step", take_step, Action.VISIT, methods=["POST"], site=BOOTH, name="commission.trustee_step"),
    route(f"{_ALL}/compare", compare, Action.VISIT, methods=["POST"], site=BOOTH, name="commission.trustee_compare"),
    route(
        f"{_ALL}/ceremony.json", ceremony_file, Action.VISIT, site=BOOTH, localized=False,
        name="commission.trustee_ceremony",
    ),
    route(f"{_ALL}/confirm", confirm, Action.VISIT, methods=["POST"], site=BOOTH, name="commission.trustee_confirm"),
    route(
        f"{_ALL}/shuffle", shuffle, Action.VISIT, methods=["POST"], site=BOOTH, name="commission.trustee_shuffle",
        max_body=MAX_UPLOAD_BYTES, sender=trustee_session.trustee,
    ),
    route(
        f"{_ALL}/decrypt", decrypt, Action.VISIT, methods=["POST"], site=BOOTH, name="commission.trustee_decrypt",
        max_body=MAX_UPLOAD_BYTES, sender=trustee_session.trustee,
    ),
    route(f"{_ALL}/progress", progress, Action.VISIT, site=BOOTH, name="commission.trustee_progress"),
    route(f"{_ALL}/leave", leave, Action.VISIT, methods=["POST"], site=BOOTH, name="commission.trustee_leave"),
    route(f"{_ALL}/setup.json", setup, Action.VISIT, site=BOOTH, localized=False, name="commission.trustee_setup"),
    route(
        f"{_ALL}/registrar.json",
        registrar,
        Action.VISIT,
        site=BOOTH,
        localized=False,
        name="commission.trustee_registrar",
    ),
    route(
        f"{_ALL}/start.bel", archive_start, Action.VISIT, site=BOOTH, localized=False, name="commission.trustee_start"
    ),
    route(f"{_ALL}/{{token}}", invitation, Action.VISIT, site=BOOTH, name="commission.trustee_invitation"),
    route(f"{_ALL}/{{token}}", enter, Action.VISIT, methods=["POST"], site=BOOTH, name="commission.trustee_enter"),
]  # fmt: skip
