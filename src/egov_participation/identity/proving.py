"""What pages share on which a person proves to the registrar who they are: for a voting code, for a signature.

They carry questions and answers between the two; what a proof is, the registrar decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import browser, service
from egov_participation.identity.keys import keys
from egov_participation.identity.openid.errors import ProviderError
from egov_participation.web.context import lang, services
from egov_participation.web.proxies import client_address

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Given:
    """What a form brought: a passkey's signature, or a code."""

    challenge: str
    credential: str = field(repr=False)
    code: str = field(repr=False)
    """Without the blanks that it was typed with."""
    mailed_to: str

    @property
    def proof(self) -> Mapping[str, str]:
        """As the registrar takes it."""
        answer = {"assertion": self.credential} if self.credential else {"code": self.code}
        return {"challenge": self.challenge} | answer


def given(request: Request) -> Given:
    """Read it from the form that was posted."""
    form = request.state.form
    found = {name: str(form.get(name, "")) for name in ("challenge", "credential", "code", "mailed_to")}
    found["code"] = "".join(found["code"].split())
    return Given(**found)


def go_to_provider(request: Request, asked: service.Asked, back: str) -> Response:
    """Send the browser to the electronic identity's provider, with the registrar's own nonce.

    Args:
        back: path of the page that it comes back to.

    Raises:
        DomainError: 404 ``provider.none``, 429 ``sign_in.too_many``, 503 ``provider.unreachable``.
    """
    here = services(request)
    provider = service.provider(here.settings)
    if provider is None:
        raise DomainError(404, N_("This site has no such way of signing in."), code="provider.none")
    token = browser.token_or_new(request)
    with here.database.uow() as tx:
        state, nonce, verifier = service.begin_at_provider(
            tx,
            keys(here.settings.keys_dir),
            provider.config.issuer,
            browser=token,
            network=service.network_of(client_address(request)),
            lang=lang(request),
            next_path=back,
            now=here.clock(),
            asked=asked,
        )
        tx.commit()
    try:
        response = RedirectResponse(provider.authorization_url(state, nonce, verifier, lang(request)), 303)
    except ProviderError as error:
        log.warning("provider.failed", reason=error.code)
        raise DomainError(
            503,
            N_("%(name)s does not answer at the moment. Try again in a few minutes, or sign in another way."),
            code="provider.unreachable",
            name=service.provider_name(here.settings, lang(request)),
        ) from None
    browser.remember(request, response, token)
    return response


def from_elsewhere(request: Request) -> bool:
    """Whether another site led here: then somebody is to see first where they are."""
    return request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
