"""Pages: signing in with a passkey, and one's passkeys: added, named, taken away."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import translate
from egov_participation.identity import browser, rules, service
from egov_participation.identity.forms import NewPasskeyForm, PasskeyNameForm
from egov_participation.identity.routes.asking import agent, keys_of, network, see_other
from egov_participation.identity.routes.signin import sign_in_page
from egov_participation.identity.service import passkey_signin, passkeys
from egov_participation.web import sessions
from egov_participation.web.context import lang, services, session, session_or_none
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_JSON = "application/json"


def sign_in_options(request: Request) -> Response:
    """What the browser is to ask an authenticator for: alike for everybody, since nobody has said who they are."""
    token = browser.check(request, keys_of(request))
    options = passkey_signin.sign_in_options(
        services(request), keys_of(request), browser=token, network=network(request)
    )
    return Response(options, media_type=_JSON)


def sign_in(request: Request) -> Response:
    """What the authenticator signed: a session, or the page of signing in again."""
    token = browser.check(request, keys_of(request))
    next_path = rules.safe_path(str(request.state.form.get("next", "")), f"/{lang(request)}/me")
    try:
        signed_in = passkey_signin.sign_in(
            services(request),
            str(request.state.form.get("credential", "")),
            browser=token,
            agent=agent(request),
            replaced=session_or_none(request),
            next_path=next_path,
        )
    except DomainError as error:
        if error.code != "passkey.refused":
            raise
        return sign_in_page(
            request,
            Form(values={"next": next_path}, errors={"": translate(lang(request), error.message)}),
            token,
            fresh=session_or_none(request) is not None,
        )
    response = see_other(signed_in.next_path)
    sessions.set_cookie(request, response, signed_in.token)
    browser.forget(request, response)
    return response


def new(request: Request) -> Response:
    """The page to add a passkey."""
    here, current = services(request), session(request)
    with here.database.read() as db:
        may_add = service.factors_of(db, current, here.clock()).may_add
    if not may_add:
        return see_other(f"/{lang(request)}/me/security")
    return _new_page(request, Form(values={"name": agent(request)}))


def _new_page(request: Request, form: Form[NewPasskeyForm]) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "identity/passkey_new.html", status=status, form=form)


def new_options(request: Request) -> Response:
    """What the browser is to ask an authenticator for, to make a passkey."""
    here, current = services(request), session(request)
    with here.database.read() as db:
        service.check_may_add(db, current, here.clock())
    registration = passkeys.Registration(current.person_id, current.token_hash)
    return Response(passkeys.registration_options(here, registration, lang(request)), media_type=_JSON)


def add(request: Request) -> Response:
    """The passkey that the browser made."""
    form = parse(request, NewPasskeyForm)
    if form.data is None:
        return _new_page(request, form)
    here, current = services(request), session(request)
    try:
        token = passkeys.add(here, current, form.data.credential, form.data.name)
    except DomainError as error:
        if error.code != "passkey.refused":
            raise
        form.errors[""] = translate(lang(request), error.message)
        return _new_page(request, form)
    with here.database.read() as db:
        codes = service.factors_of(db, current, here.clock()).recovery_codes
    path = "me/security?done=passkey-added" if codes else "me/security/recovery?done=passkey-added"
    response = see_other(f"/{lang(request)}/{path}")
    sessions.set_cookie(request, response, token)
    return response


def one(request: Request) -> Response:
    """One passkey: another name for it, or away with it."""
    return _one_page(request, Form())


def _one_page(request: Request, form: Form[PasskeyNameForm]) -> Response:
    here, current, public_id = services(request), session(request), request.path_params["passkey"]
    with here.database.read() as db:
        passkeys.own(db, current, public_id)
        found = service.factors_of(db, current, here.clock())
    passkey = next(passkey for passkey in found.passkeys if passkey.public_id == public_id)
    last = len(found.passkeys) == 1 and found.app is None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "identity/passkey.html", status=status, form=form, passkey=passkey, factors=found, last=last)


def rename(request: Request) -> Response:
    """Call a passkey something else."""
    form = parse(request, PasskeyNameForm)
    if form.data is None:
        return _one_page(request, form)
    here = services(request)
    with here.database.uow() as tx:
        passkeys.rename(tx, session(request), request.path_params["passkey"], form.data.name, here.clock())
        tx.commit()
    return see_other(f"/{lang(request)}/me/security?done=passkey-renamed")


def remove(request: Request) -> Response:
    """Take a passkey away."""
    here = services(request)
    with here.database.uow() as tx:
        passkeys.remove(tx, here, session(request), request.path_params["passkey"], here.clock())
        tx.commit()
    return see_other(f"/{lang(request)}/me/security?done=passkey-removed")


_ONE = "/me/security/passkeys/{passkey}"

routes = [
    route("/sign-in/passkey/options", sign_in_options, Action.VISIT, methods=["POST"], name="identity.passkey_options"),
    route("/sign-in/passkey", sign_in, Action.VISIT, methods=["POST"], name="identity.passkey_sign_in"),
    route("/me/security/passkeys/new", new, Action.MANAGE_ACCOUNT, name="identity.passkey_new"),
    route("/me/security/passkeys/new", add, Action.MANAGE_ACCOUNT, methods=["POST"], name="identity.passkey_add"),
    route(
        "/me/security/passkeys/options",
        new_options,
        Action.MANAGE_ACCOUNT,
        methods=["POST"],
        name="identity.passkey_new_options",
    ),
    route(_ONE, one, Action.MANAGE_ACCOUNT, name="identity.passkey"),
    route(f"{_ONE}/name", rename, Action.MANAGE_ACCOUNT, methods=["POST"], name="identity.passkey_rename"),
    route(f"{_ONE}/remove", remove, Action.MANAGE_ACCOUNT, methods=["POST"], name="identity.passkey_remove"),
]
