"""Pages: signing in by a mailed code, and signing out."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.i18n import ntranslate
from egov_participation.identity import browser, rules, service
from egov_participation.identity.forms import CodeForm, IinForm
from egov_participation.identity.routes.asking import agent, keys_of, network, register_answers, see_other
from egov_participation.web import sessions
from egov_participation.web.context import lang, services, session_or_none
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def sign_in(request: Request) -> Response:
    """Page one: who are you? With ``?fresh=1`` it is asked again of somebody who has a session."""
    next_path = rules.safe_path(request.query_params.get("next", ""), f"/{lang(request)}/me")
    fresh = request.query_params.get("fresh") == "1"
    if session_or_none(request) is not None and not fresh:
        return see_other(next_path)
    return sign_in_page(request, Form(values={"next": next_path}), browser.token_or_new(request), fresh=fresh)


def sign_in_page(request: Request, form: Form[IinForm], token: str, *, fresh: bool = False) -> Response:
    """The page of all ways to sign in, with what was wrong if something was."""
    response = render(
        request,
        "identity/sign_in.html",
        status=422 if form.errors else 200,
        form=form,
        fresh=fresh,
        in_person=request.query_params.get("level") == "3",
        register_answers=register_answers(request),
        provider=service.provider_name(services(request).settings, lang(request)),
        browser=keys_of(request).form_token(token),
    )
    browser.remember(request, response, token)
    return response


def begin(request: Request) -> Response:
    """Page one sent: the answer is the same for every well-formed IIN."""
    here = services(request)
    token = browser.check(request, keys_of(request))
    form = parse(request, IinForm)
    next_path = rules.safe_path(form.values.get("next", ""), f"/{lang(request)}/me")
    form.values["next"] = next_path
    if form.data is None:
        return sign_in_page(request, form, token, fresh=session_or_none(request) is not None)
    with here.database.uow() as tx:
        service.begin(
            tx,
            keys_of(request),
            form.data.iin,
            browser=token,
            network=network(request),
            lang=lang(request),
            next_path=next_path,
            now=here.clock(),
        )
        tx.commit()
    return see_other(f"/{lang(request)}/sign-in/code")


def code(request: Request) -> Response:
    """Page two: the code."""
    here = services(request)
    token = browser.token_or_none(request)
    if token is None:
        return see_other(f"/{lang(request)}/sign-in")
    with here.database.read() as db:
        waiting = service.is_waiting(db, token, here.clock())
    return _code_page(request, Form(), token) if waiting else see_other(f"/{lang(request)}/sign-in")


def _code_page(request: Request, form: Form[CodeForm], token: str, *, over: bool = False) -> Response:
    response = render(
        request,
        "identity/code.html",
        status=422 if form.errors or over else 200,
        form=form,
        over=over,
        register_answers=register_answers(request),
        sent_again=request.query_params.get("again") == "1",
        browser=keys_of(request).form_token(token),
    )
    browser.remember(request, response, token)
    return response


def enter_code(request: Request) -> Response:
    """Page two sent: a right code makes a session; a wrong one is counted."""
    here = services(request)
    token = browser.check(request, keys_of(request))
    form = parse(request, CodeForm)
    if form.data is None:
        return _code_page(request, form, token)
    with here.database.uow() as tx:
        outcome = service.enter_code(
            tx,
            keys_of(request),
            form.data.code,
            browser=token,
            network=network(request),
            agent=agent(request),
            replaced=session_or_none(request),
            now=here.clock(),
        )
        tx.commit()
    if isinstance(outcome, service.SignedIn):
        with here.database.read() as db:
            asked_for_app = service.has_app(db, outcome.token)
        second = f"/{lang(request)}/sign-in/app?{urlencode({'next': outcome.next_path})}"
        response = see_other(second if asked_for_app else outcome.next_path)
        sessions.set_cookie(request, response, outcome.token)
        browser.forget(request, response)
        return response
    return _code_page(request, _wrong(request, outcome), token, over=outcome.tries_left == 0)


def _wrong(request: Request, outcome: service.Refused) -> Form[CodeForm]:
    """What was typed is not shown again: it was wrong as a whole, and the next one is typed from the mail."""
    if outcome.tries_left == 0:
        return Form()
    sentence = ntranslate(
        lang(request),
        "This code is not right. You can try once more.",
        "This code is not right. You can try %(num)s more times.",
        outcome.tries_left,
    )
    return Form(errors={"code": sentence})


def another_code(request: Request) -> Response:
    """A new code for the IIN that was given; the old one no longer works."""
    here = services(request)
    token = browser.check(request, keys_of(request))
    with here.database.uow() as tx:
        begun = service.another_code(tx, keys_of(request), browser=token, network=network(request), now=here.clock())
        tx.commit()
    return see_other(f"/{lang(request)}/sign-in/code?again=1" if begun else f"/{lang(request)}/sign-in")


def sign_out(request: Request) -> Response:
    """End the session, the booth's with it. A form may name the page of this site to go on to."""
    here = services(request)
    current = session_or_none(request)
    elsewhere = False
    if current is not None:
        with here.database.uow() as tx:
            elsewhere = service.provider(here.settings) is not None and service.came_by_provider(tx, current)
            service.sign_out(tx, current)
            tx.commit()
    asked = request.state.form.get("next", "")
    next_path = rules.safe_path(asked if isinstance(asked, str) else "", f"/{lang(request)}")
    response = see_other(f"/{lang(request)}/sign-in/provider/signed-out" if elsewhere else next_path)
    sessions.clear_cookie(request, response)
    return response


routes = [
    route("/sign-in", sign_in, Action.VISIT),
    route("/sign-in", begin, Action.VISIT, methods=["POST"]),
    route("/sign-in/code", code, Action.VISIT),
    route("/sign-in/code", enter_code, Action.VISIT, methods=["POST"]),
    route("/sign-in/again", another_code, Action.VISIT, methods=["POST"]),
    route("/sign-out", sign_out, Action.VISIT, methods=["POST"]),
]
