"""What the worker does for the registrar: its rounds where it is inside, and what the desk has to tell it."""

from __future__ import annotations

import base64

from egov_participation.i18n import N_
from egov_participation.jobs import Payload, handler
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registrar.service.telling import ENROLLED, FORGOTTEN
from egov_participation.services import Services
from egov_participation.ticks import tick


@tick()
def work(services: Services) -> None:
    """Send the registrar's mails, and delete what is over; one in a process of its own does that by itself."""
    if isinstance(services.registrar, LocalRegistrar):
        services.registrar.work()


@handler(ENROLLED, words=N_("Tell the registrar about a passkey that was enrolled"))
def enrolled(services: Services, payload: Payload) -> None:
    """Let the registrar know a passkey; if it does not answer, the job is tried again."""
    services.registrar.enrol_passkey(
        payload["person"],
        base64.b64decode(payload["credential_id"]),
        base64.b64decode(payload["public_key"]),
        name=payload["name"],
    )


@handler(FORGOTTEN, words=N_("Tell the registrar about a passkey that was removed"))
def forgotten(services: Services, payload: Payload) -> None:
    """Let the registrar know a passkey no longer."""
    services.registrar.forget_passkey(payload["person"], base64.b64decode(payload["credential_id"]))
