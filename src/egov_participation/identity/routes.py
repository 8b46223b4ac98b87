"""Pages: signing in and out, one's own data and sessions, the booth's door, the demo's mailbox."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.errors import DomainError
from egov_participation.i18n import N_, ntranslate
from egov_participation.identity import browser, rules, service
from egov_participation.identity.forms import CodeForm, HandoffForm, IinForm, SessionForm
from egov_participation.identity.keys import IdentityKeys, keys
from egov_participation.registry.territories import TERRITORIES
from egov_participation.web import sessions
from egov_participation.web.context import lang, services, session, session_or_none
from egov_participation.web.forms import Form, parse
from egov_participation.web.proxies import client_address
from egov_participation.web.routing import BOOTH, PERSONAL, SIGNED_IN, route
from egov_participation.web.templating import render


def _keys(request: Request) -> IdentityKeys:
    return keys(services(request).settings.keys_dir)


def _network(request: Request) -> str:
    return rules.network_of(client_address(request))


def _agent(request: Request) -> str:
    return rules.agent_in_words(request.headers.get("user-agent", ""))


def _see_other(path: str) -> Response:
    return RedirectResponse(path, 303)


def sign_in(request: Request) -> Response:
    """Page one: who are you? With ``?fresh=1`` it is asked again of somebody who has a session."""
    next_path = rules.safe_path(request.query_params.get("next", ""), f"/{lang(request)}/me")
    fresh = request.query_params.get("fresh") == "1"
    if session_or_none(request) is not None and not fresh:
        return _see_other(next_path)
    return _sign_in_page(request, Form(values={"next": next_path}), browser.token_or_new(request), fresh=fresh)


def _sign_in_page(request: Request, form: Form[IinForm], token: str, *, fresh: bool = False) -> Response:
    response = render(
        request,
        "identity/sign_in.html",
        status=422 if form.errors else 200,
        form=form,
        fresh=fresh,
        browser=_keys(request).form_token(token),
    )
    browser.remember(request, response, token)
    return response


def begin(request: Request) -> Response:
    """Page one sent: the answer is the same for every well-formed IIN."""
    here = services(request)
    token = browser.check(request, _keys(request))
    form = parse(request, IinForm)
    next_path = rules.safe_path(form.values.get("next", ""), f"/{lang(request)}/me")
    form.values["next"] = next_path
    if form.data is None:
        return _sign_in_page(request, form, token, fresh=session_or_none(request) is not None)
    with here.database.uow() as tx:
        service.begin(
            tx,
            _keys(request),
            form.data.iin,
            browser=token,
            network=_network(request),
            lang=lang(request),
            next_path=next_path,
            now=here.clock(),
        )
        tx.commit()
    return _see_other(f"/{lang(request)}/sign-in/code")


def code(request: Request) -> Response:
    """Page two: the code."""
    here = services(request)
    token = browser.token_or_none(request)
    if token is None:
        return _see_other(f"/{lang(request)}/sign-in")
    with here.database.read() as db:
        waiting = service.is_waiting(db, token, here.clock())
    return _code_page(request, Form(), token) if waiting else _see_other(f"/{lang(request)}/sign-in")


def _code_page(request: Request, form: Form[CodeForm], token: str, *, over: bool = False) -> Response:
    response = render(
        request,
        "identity/code.html",
        status=422 if form.errors or over else 200,
        form=form,
        over=over,
        sent_again=request.query_params.get("again") == "1",
        browser=_keys(request).form_token(token),
    )
    browser.remember(request, response, token)
    return response


def enter_code(request: Request) -> Response:
    """Page two sent: a right code makes a session; a wrong one is counted."""
    here = services(request)
    token = browser.check(request, _keys(request))
    form = parse(request, CodeForm)
    if form.data is None:
        return _code_page(request, form, token)
    with here.database.uow() as tx:
        outcome = service.enter_code(
            tx,
            _keys(request),
            form.data.code,
            browser=token,
            network=_network(request),
            agent=_agent(request),
            replaced=session_or_none(request),
            now=here.clock(),
        )
        tx.commit()
    if isinstance(outcome, service.SignedIn):
        response = _see_other(outcome.next_path)
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
    token = browser.check(request, _keys(request))
    with here.database.uow() as tx:
        begun = service.another_code(tx, _keys(request), browser=token, network=_network(request), now=here.clock())
        tx.commit()
    return _see_other(f"/{lang(request)}/sign-in/code?again=1" if begun else f"/{lang(request)}/sign-in")


def sign_out(request: Request) -> Response:
    """End the session, the booth's with it."""
    current = session_or_none(request)
    if current is not None:
        with services(request).database.uow() as tx:
            service.sign_out(tx, current)
            tx.commit()
    response = _see_other(f"/{lang(request)}")
    sessions.clear_cookie(request, response)
    return response


def me(request: Request) -> Response:
    """What is held on the person, and where they are signed in."""
    here = services(request)
    current = session(request)
    with here.database.read() as db:
        person = here.registry.get(db, current.person_id)
        mask = here.registry.mask(db, current.person_id)
        rows = service.list_sessions(db, current, here.clock())
    territory = TERRITORIES[person.territory].name(lang(request)) if person else ""
    return render(
        request, "identity/me.html", person=person, iin_mask=mask, territory=territory, sessions=rows, current=current
    )


def corner(request: Request) -> Response:
    """The signed-in corner of every page: a fragment, so that the pages themselves can be cached."""
    here = services(request)
    current = session_or_none(request)
    person = None
    if current is not None:
        with here.database.read() as db:
            person = here.registry.get(db, current.person_id)
    return render(request, "identity/_corner.html", signed_in=current is not None, person=person)


def revoke(request: Request) -> Response:
    """End one of one's own sessions."""
    form = parse(request, SessionForm)
    current = session(request)
    with services(request).database.uow() as tx:
        if form.data is None or not service.revoke(tx, current, form.data.session):
            raise DomainError(404, N_("This session has ended already."), code="session.unknown")
        tx.commit()
    return _see_other(f"/{lang(request)}/me")


def revoke_others(request: Request) -> Response:
    """End all one's sessions but this one."""
    with services(request).database.uow() as tx:
        service.revoke_others(tx, session(request))
        tx.commit()
    return _see_other(f"/{lang(request)}/me")


def handoff(request: Request) -> Response:
    """The booth's door: a token of the main site becomes a session here."""
    here = services(request)
    form = parse(request, HandoffForm)
    with here.database.uow() as tx:
        try:
            entered = service.redeem_handoff(tx, form.data.token if form.data else "", here.clock())
        finally:
            tx.commit()
    response = _see_other(f"/{entered.lang}/votes/{entered.vote}/{entered.purpose}")
    sessions.set_cookie(request, response, entered.token)
    return response


def mailbox(request: Request) -> Response:
    """The mails of the demo, newest first. Nowhere but in the demo."""
    here = services(request)
    if not here.settings.demo:
        raise DomainError(404, N_("There is no mailbox here: mails are really sent."), code="mailbox.none")
    with here.database.read() as db:
        mails = service.latest_mails(db)
    return render(request, "identity/mailbox.html", block="mails", mails=mails)


routes = [
    route("/sign-in", sign_in, access=PERSONAL),
    route("/sign-in", begin, methods=["POST"], access=PERSONAL),
    route("/sign-in/code", code, access=PERSONAL),
    route("/sign-in/code", enter_code, methods=["POST"], access=PERSONAL),
    route("/sign-in/again", another_code, methods=["POST"], access=PERSONAL),
    route("/sign-out", sign_out, methods=["POST"], access=PERSONAL),
    route("/me", me, access=SIGNED_IN),
    route("/me/corner", corner, access=PERSONAL),
    route("/me/sessions/end", revoke, methods=["POST"], access=SIGNED_IN),
    route("/me/sessions/end-others", revoke_others, methods=["POST"], access=SIGNED_IN),
    route("/handoff", handoff, methods=["POST"], access=PERSONAL, site=BOOTH, localized=False, from_main=True),
    route("/demo/mailbox", mailbox, access=PERSONAL),
]
