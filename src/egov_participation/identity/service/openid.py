"""Signing in at an electronic identity's provider (OpenID Connect).

Each step is one transaction, and none is open while the provider is asked: `begin`, then the browser goes there and
comes back, `take_back`, then the provider is asked who it was (`openid.provider`), `sign_in_by_provider`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from sqlmodel import col, delete

from egov_participation.database import UnitOfWork
from egov_participation.i18n import LANGUAGES
from egov_participation.identity import rules
from egov_participation.identity.keys import IdentityKeys
from egov_participation.identity.models import LoginSession, ProviderSignIn
from egov_participation.identity.openid.provider import Config, Identity, Provider
from egov_participation.identity.service import limits, notifying, sessions
from egov_participation.identity.service.tokens import hash_token, is_token, new_token
from egov_participation.registry.iin import Iin, IinError
from egov_participation.services import Services, SessionInfo
from egov_participation.settings import Settings

CALLBACK: Final = "/sign-in/provider/answer"
"""Where the provider sends people back to; registered with it, so under no language."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The registrar asked somebody to prove who they are: its own nonce goes to the provider, and its answer back."""

    about: str
    """A vote's uuid, a petition's number."""
    challenge: str
    nonce: str
    matter: str = "vote"
    """What is done with the answer (`proved`)."""
    wishes: str = ""
    """What else the person chose, in the matter's own words."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Somebody who was sent to the provider is back."""

    lang: str
    next_path: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    asked: Asked | None = None
    """Who signs in at the provider does it for the registrar."""


Proved = Callable[[Services, SessionInfo, Asked, Mapping[str, str], str, str], str]
"""``(services, session, asked, proof, next_path, address)`` → the path of the page to go on to; ``proof`` is what the
registrar takes, ``address`` where the person came back from. It raises what the registrar raises."""
_proved: dict[str, Proved] = {}


def proved(matter: str) -> Callable[[Proved], Proved]:
    """Register what is done with the provider's answer in a matter of another room."""

    def register(function: Proved) -> Proved:
        _proved[matter] = function
        return function

    return register


def proved_in(matter: str) -> Proved:
    """What was registered.

    Raises:
        KeyError: nothing.
    """
    return _proved[matter]


def provider(settings: Settings) -> Provider | None:
    """The provider of this installation, if it has one."""
    if not settings.oidc_issuer:
        return None
    return _provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret_file,
        settings.base_url + CALLBACK,
        settings.oidc_iin_claim,
    )


@cache
def _provider(issuer: str, client_id: str, secret_file: Path | None, redirect_uri: str, iin_claim: str) -> Provider:
    secret = secret_file.read_text().strip() if secret_file is not None else ""
    return Provider(Config(issuer, client_id, secret, redirect_uri, iin_claim))


def provider_name(settings: Settings, lang: str) -> str:
    """What people call the provider; empty if there is none."""
    names: Sequence[str] = settings.oidc_name.split(" / ") if settings.oidc_issuer else ("",)
    return names[list(LANGUAGES).index(lang)] if len(names) > 1 else names[0]


def begin_at_provider(
    tx: UnitOfWork,
    keys: IdentityKeys,
    issuer: str,
    *,
    browser: str,
    network: str,
    lang: str,
    next_path: str,
    now: datetime,
    asked: Asked | None = None,
) -> tuple[str, str, str]:
    """Note that this browser goes to the provider.

    Args:
        asked: it goes there for the registrar and not to sign in.

    Returns:
        State, nonce and PKCE's verifier.

    Raises:
        DomainError: 429 ``sign_in.too_many``.
    """
    limits.take_for_line(tx, keys.throttle, rules.PROVIDER_LIMITS, network, now)
    state = new_token()
    tx.add(
        ProviderSignIn(
            state_hash=hash_token(state),
            browser_hash=hash_token(browser),
            issuer=issuer,
            lang=lang,
            next_path=next_path,
            asked=json.dumps(asdict(asked)) if asked is not None else "",
            expires_at=now + rules.PROVIDER_LIFE,
        )
    )
    nonce = keys.derived(state, "nonce") if asked is None else asked.nonce
    return state, nonce, keys.derived(state, "verifier")


def take_back(
    tx: UnitOfWork, keys: IdentityKeys, issuer: str, state: str, *, browser: str | None, now: datetime
) -> TakenBack | None:
    """Use a state up. Commit whatever comes of it: a state that was shown is spent.

    Returns:
        None if it is unknown, used, too old, another provider's, or was given to another browser.
    """
    if not is_token(state):
        return None
    # Deleted and read in one statement, so that of two answers at once one is taken.
    found = tx.session.execute(
        delete(ProviderSignIn)
        .where(col(ProviderSignIn.state_hash) == hash_token(state))
        .returning(
            col(ProviderSignIn.browser_hash),
            col(ProviderSignIn.issuer),
            col(ProviderSignIn.lang),
            col(ProviderSignIn.next_path),
            col(ProviderSignIn.asked),
            col(ProviderSignIn.expires_at),
        )
    ).first()
    if found is None or browser is None:
        return None
    browser_hash, sent_to, lang, next_path, asked, expires_at = found
    if browser_hash != hash_token(browser) or sent_to != issuer or now >= expires_at:
        return None
    return TakenBack(
        lang,
        next_path,
        keys.derived(state, "nonce"),
        keys.derived(state, "verifier"),
        Asked(**json.loads(asked)) if asked else None,
    )


def person_of(services: Services, identity: Identity) -> str | None:
    """The id of the person that the provider named, if they are in the register.

    Raises:
        DomainError: the register does not answer.
    """
    try:
        iin = Iin.parse(identity.iin)
    except IinError:
        return None
    with services.database.read() as session:
        person = services.registry.find(session, iin)
    return None if person is None else person.person_id


def sign_in_by_provider(
    services: Services,
    tx: UnitOfWork,
    person_id: str,
    identity: Identity,
    *,
    level: int,
    agent: str,
    replaced: SessionInfo | None,
) -> str:
    """Open a session for whoever the provider named, and return its token."""
    now = services.clock()
    token = sessions.open_main(
        tx, person_id, assurance=level, method=rules.Method.OPENID, agent=agent, replaced=replaced, now=now
    )
    tx.flush()
    row = tx.get(LoginSession, hash_token(token))
    assert row is not None
    # It is as fresh as the proof, not as its arrival here.
    row.signed_in_at = identity.proved_at
    notifying.tell_signed_in(tx, services, person_id, rules.Method.OPENID, agent, now)
    return token


def came_by_provider(tx: UnitOfWork, session: SessionInfo) -> bool:
    """Whether the session was opened at the provider, where its owner may still be signed in."""
    row = tx.get(LoginSession, session.token_hash)
    return row is not None and row.method == rules.Method.OPENID
