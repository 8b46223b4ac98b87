"""What people are told by mail about how they sign in: whoever did not do it themselves learns of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.identity.rules import Method
from egov_participation.identity.service.wording import METHOD_WORDS
from egov_participation.notices.service import NoticeKind, Param, Phrase, notice, notify
from egov_participation.services import Services

_NOT_YOU: Final = N_(
    "If this was not you, somebody may have signed in as you. Sign in, remove what you do not recognise, end all other "
    "sessions on your page, and tell us."
)
_SEE: Final = (N_("See how you sign in"), "/me/security")
_FACTS: Final = ((N_("When"), "at"),)

PASSKEY_ADDED: Final = notice(
    "identity.passkey_added",
    subject=N_("A passkey was added"),
    paragraphs=(N_("From now on you can sign in with the passkey “%(name)s”."), _NOT_YOU),
    facts=_FACTS,
    link=_SEE,
)
PASSKEY_ENROLLED: Final = notice(
    "identity.passkey_enrolled",
    subject=N_("A passkey was enrolled at a service centre"),
    paragraphs=(
        N_(
            "At a service centre your identity was checked, and the passkey “%(name)s” was enrolled for you. For "
            "binding votes it does not count at once but, at the earliest, on %(counts_from)s; the registrar’s own "
            "mail names the moment. Until then you can object."
        ),
        N_("If you were not at a service centre, somebody has passed for you. Tell us at once."),
    ),
    facts=_FACTS,
    link=_SEE,
)
PASSKEY_REMOVED: Final = notice(
    "identity.passkey_removed",
    subject=N_("A passkey was removed"),
    paragraphs=(N_("The passkey “%(name)s” can no longer be used to sign in as you."), _NOT_YOU),
    facts=_FACTS,
    link=_SEE,
)
PASSKEY_STOPPED: Final = notice(
    "identity.passkey_stopped",
    subject=N_("A passkey was stopped"),
    paragraphs=(
        N_(
            "Somebody tried to sign in with the passkey “%(name)s”, and its counter went back. That happens when a "
            "passkey was copied. It was refused and no longer works."
        ),
        N_("Sign in another way, remove this passkey and add a new one."),
    ),
    facts=_FACTS,
    link=_SEE,
)
APP_ADDED: Final = notice(
    "identity.app_added",
    subject=N_("An app with codes was added"),
    paragraphs=(N_("From now on you are asked for a code from your app when you sign in."), _NOT_YOU),
    facts=_FACTS,
    link=_SEE,
)
APP_REMOVED: Final = notice(
    "identity.app_removed",
    subject=N_("The app with codes was removed"),
    paragraphs=(N_("You are no longer asked for a code from an app when you sign in."), _NOT_YOU),
    facts=_FACTS,
    link=_SEE,
)
RECOVERY_MADE: Final = notice(
    "identity.recovery_made",
    subject=N_("New recovery codes were made"),
    paragraphs=(N_("If you had recovery codes before, they no longer work."), _NOT_YOU),
    facts=_FACTS,
    link=_SEE,
)
RECOVERY_USED: Final = notice(
    "identity.recovery_used",
    subject=N_("A recovery code was used"),
    paragraphs=(N_("Somebody signed in as you with one of your recovery codes. Codes left: %(left)s."), _NOT_YOU),
    facts=_FACTS,
    link=_SEE,
)
SIGNED_IN: Final = notice(
    "identity.signed_in",
    subject=N_("Somebody signed in as you"),
    paragraphs=(
        N_("If it was you, there is nothing to do: we tell you of each sign-in without a mailed code."),
        _NOT_YOU,
    ),
    facts=(*_FACTS, (N_("How"), "method"), (N_("Browser"), "browser")),
    link=_SEE,
    optional=True,
    summary=N_("when somebody signs in as you without a mailed code"),
)
"""Of a sign-in with a mailed code, that mail tells."""


def tell(tx: UnitOfWork, services: Services, person_id: str, kind: NoticeKind, **params: Param) -> None:
    """Mail a person what was changed, in the transaction that changes it."""
    notify(tx, services.settings.keys_dir, person_id, kind, None, run_after=None, **params)


def tell_signed_in(
    tx: UnitOfWork, services: Services, person_id: str, method: Method, agent: str, now: datetime
) -> None:
    """Mail a person that somebody signed in as them, in the transaction that opens the session.

    Args:
        agent: browser and system in words, as the session keeps it; may be empty.
    """
    browser: Param = agent or Phrase(N_("Unknown browser"))
    tell(tx, services, person_id, SIGNED_IN, at=now, method=Phrase(METHOD_WORDS[method]), browser=browser)
