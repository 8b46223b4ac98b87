"""Pages: how one signs in; the app with codes, recovery codes, and the second step of signing in."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.i18n import N_, translate
from egov_participation.identity import rules, service
from egov_participation.identity.forms import AppCodeForm, RecoveryForm
from egov_participation.identity.routes.asking import keys_of, network, see_other
from egov_participation.identity.service import apps, recovery
from egov_participation.web import sessions
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_DONE = {
    "passkey-added": N_("The passkey was added."),
    "passkey-renamed": N_("The passkey has its new name."),
    "passkey-removed": N_("The passkey was removed."),
    "passkey-enrolled": N_(
        "The passkey was enrolled. The registrar writes to you from when it counts for binding votes."
    ),
    "app-added": N_("The app was added."),
    "app-removed": N_("The app was removed."),
    "recovered": N_("The recovery code was right and is used up. Remove what you have lost, then add something new."),
    "confirmed": N_("Thank you, it is you. You can go on."),
}
_WRONG = N_("This code is not right, or it was used already. Wait until the app shows the next one, then enter that.")
_WRONG_RECOVERY = N_("This recovery code is not right, or it was used already.")


def _banner(request: Request) -> str:
    sentence = _DONE.get(request.query_params.get("done", ""))
    return translate(lang(request), sentence) if sentence else ""


def _again(request: Request) -> str:
    """Where to sign in once more, and come back to this page."""
    return f"/{lang(request)}/sign-in?{urlencode({'fresh': 1, 'next': request.url.path})}"


def _factors(request: Request) -> service.Factors:
    here = services(request)
    with here.database.read() as db:
        return service.factors_of(db, session(request), here.clock())


def security(request: Request) -> Response:
    """How one signs in."""
    return render(
        request,
        "identity/security.html",
        factors=_factors(request),
        level=session(request).assurance,
        done=_banner(request),
        again=_again(request),
        here=urlencode({"next": request.url.path}),
    )


# -- the app -----------------------------------------------------------------------------------------------------------


def app(request: Request) -> Response:
    """What an app with codes is; the button to set one up, or to take it away."""
    return render(request, "identity/app.html", factors=_factors(request), again=_again(request))


def begin_app(request: Request) -> Response:
    """Make a secret for an app."""
    here = services(request)
    with here.database.uow() as tx:
        apps.begin_setup(tx, keys_of(request), session(request), here.clock())
        tx.commit()
    return see_other(f"/{lang(request)}/me/security/app/new")


def new_app(request: Request) -> Response:
    """The secret, as a QR code and to be typed, and the field for the first code."""
    return _new_app_page(request, Form())


def _new_app_page(request: Request, form: Form[AppCodeForm]) -> Response:
    here = services(request)
    with here.database.read() as db:
        setup = apps.setup(db, here, keys_of(request), session(request), lang(request))
    if setup is None:
        return see_other(f"/{lang(request)}/me/security/app")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "identity/app_new.html", status=status, form=form, setup=setup, qr=_qr_code(setup.address))


def confirm_app(request: Request) -> Response:
    """The app's first code."""
    form = parse(request, AppCodeForm)
    if form.data is None:
        return _new_app_page(request, form)
    here, current = services(request), session(request)
    with here.database.uow() as tx:
        token = apps.confirm(tx, here, keys_of(request), current, form.data.code, here.clock())
        tx.commit()
    if token is None:
        return _new_app_page(request, Form(errors={"code": translate(lang(request), _WRONG)}))
    codes = _factors(request).recovery_codes
    path = "me/security?done=app-added" if codes else "me/security/recovery?done=app-added"
    return _go_on(request, f"/{lang(request)}/{path}", token)


def remove_app(request: Request) -> Response:
    """Take the app away."""
    here = services(request)
    with here.database.uow() as tx:
        apps.remove(tx, here, session(request), here.clock())
        tx.commit()
    return see_other(f"/{lang(request)}/me/security?done=app-removed")


def _qr_code(text: str) -> Markup:
    """As an inline SVG with no style of its own; black on the white that its frame gives it."""
    svg = segno.make(text, error="m", boost_error=False).svg_inline(
        border=4, omitsize=True, svgclass=None, lineclass=None, dark="#000", light=None
    )
    return Markup(svg).replace("<svg ", Markup('<svg aria-hidden="true" focusable="false" '), 1)  # noqa: S704


# -- recovery codes ----------------------------------------------------------------------------------------------------


def recovery_codes(request: Request) -> Response:
    """What recovery codes are, and the button that makes them."""
    return render(
        request,
        "identity/recovery.html",
        factors=_factors(request),
        done=_banner(request),
        again=_again(request),
        codes=None,
    )


def make_recovery_codes(request: Request) -> Response:
    """New codes: this page alone ever shows them."""
    codes = recovery.make(services(request), session(request))
    return render(
        request, "identity/recovery.html", factors=_factors(request), done="", again=_again(request), codes=codes
    )


# -- the second step ---------------------------------------------------------------------------------------------------


def second(request: Request) -> Response:
    """After the mailed code: the app's. Who has none goes on at once."""
    found, next_path = _factors(request), _next(request)
    if session(request).assurance >= rules.OWN_FACTOR or not (found.app or found.recovery_codes):
        return see_other(next_path)
    if found.app is None:
        return see_other(f"/{lang(request)}/sign-in/recovery?{urlencode({'next': next_path})}")
    return _second_page(request, Form(values={"next": next_path}))


def _second_page(request: Request, form: Form[AppCodeForm]) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    next_path = form.values["next"]
    # The office would only refuse them: it takes more than the mailed code.
    to_office = f"{next_path}/".startswith(f"/{lang(request)}{sessions.OFFICE_PATH}/")
    return render(
        request,
        "identity/second.html",
        status=status,
        form=form,
        query=urlencode({"next": next_path}),
        without=f"/{lang(request)}/me" if to_office else next_path,
    )


def enter_second(request: Request) -> Response:
    """The app's code: a right one raises the session."""
    form = parse(request, AppCodeForm)
    next_path = form.values["next"] = _next(request)
    if form.data is None:
        return _second_page(request, form)
    here = services(request)
    with here.database.uow() as tx:
        token = apps.enter(
            tx, keys_of(request), session(request), form.data.code, here.clock(), network=network(request)
        )
        tx.commit()
    if token is None:
        errors = {"code": translate(lang(request), _WRONG)}
        return _second_page(request, Form(values={"next": next_path}, errors=errors))
    return _go_on(request, next_path, token)


def recover(request: Request) -> Response:
    """The way in for who lost the device: a recovery code."""
    return _recover_page(request, Form(values={"next": _next(request)}))


def _recover_page(request: Request, form: Form[RecoveryForm]) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(
        request, "identity/recover.html", status=status, form=form, query=urlencode({"next": form.values["next"]})
    )


def enter_recovery(request: Request) -> Response:
    """A recovery code: a right one raises the session, and leads to where what was lost is taken away."""
    form = parse(request, RecoveryForm)
    next_path = form.values["next"] = _next(request)
    if form.data is None:
        return _recover_page(request, form)
    given = form.data.recovery
    token = recovery.enter(services(request), keys_of(request), session(request), given, network=network(request))
    if token is None:
        errors = {"recovery": translate(lang(request), _WRONG_RECOVERY)}
        return _recover_page(request, Form(values={"next": next_path}, errors=errors))
    return _go_on(request, f"/{lang(request)}/me/security?done=recovered", token)


def _next(request: Request) -> str:
    asked = request.state.form.get("next") if request.method == "POST" else request.query_params.get("next")
    return rules.safe_path(asked if isinstance(asked, str) else "", f"/{lang(request)}/me")


def _go_on(request: Request, path: str, token: str) -> Response:
    response = see_other(path)
    sessions.set_cookie(request, response, token)
    return response


routes = [
    route("/sign-in/app", second, Action.MANAGE_ACCOUNT),
    route("/sign-in/app", enter_second, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route("/sign-in/recovery", recover, Action.MANAGE_ACCOUNT),
    route("/sign-in/recovery", enter_recovery, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route("/me/security", security, Action.MANAGE_ACCOUNT),
    route("/me/security/app", app, Action.MANAGE_ACCOUNT),
    route("/me/security/app", begin_app, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route("/me/security/app/new", new_app, Action.MANAGE_ACCOUNT),
    route("/me/security/app/new", confirm_app, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route("/me/security/app/remove", remove_app, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route("/me/security/recovery", recovery_codes, Action.MANAGE_ACCOUNT),
    route("/me/security/recovery", make_recovery_codes, Action.MANAGE_ACCOUNT, methods=["POST"]),
]
