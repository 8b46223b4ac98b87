"""When a credential may be shown. Pure: the times are arguments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from egov_participation.errors import DomainError
from egov_participation.i18n import N_

FRESH: Final = timedelta(minutes=10)
"""A credential is shown only to somebody who signed in at most this long ago."""

ASSURANCE_OF_BINDING: Final = 3
"""A passkey enrolled in person, or an electronic identity (``foundation.md``)."""


def check_display(*, binding: bool, closed: bool, assurance: int, signed_in_at: datetime, now: datetime) -> None:
    """Refuse to show a credential unless everything holds that ``trust.md`` asks for.

    ``closed``: the closing time has come, or the private credentials are destroyed.

    Raises:
        DomainError: 410 ``credential.closed``, 403 ``credential.assurance`` (a mailed code never releases a credential
            of a binding vote), 403 ``credential.sign_in_again``.
    """
    if closed:
        raise DomainError(
            410,
            N_(
                "This vote has closed, and the voting codes have been destroyed. Ballots already cast are not affected."
            ),
            code="credential.closed",
        )
    if binding and assurance < ASSURANCE_OF_BINDING:
        raise DomainError(
            403,
            N_(
                "The code of a binding vote is shown only after signing in with a key enrolled in person or an"
                " electronic identity. A code sent by mail is not enough."
            ),
            code="credential.assurance",
        )
    if now - signed_in_at > FRESH:
        raise DomainError(
            403,
            N_("You signed in more than 10 minutes ago. Sign in again to see your voting code."),
            code="credential.sign_in_again",
        )
